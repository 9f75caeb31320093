use std::collections::BTreeMap;

use harp_core::adapter::courier::twilio_hooks::TwilioHooks;
use harp_core::kernel::secret::Secret;

use crate::{Verdict, lenient};

const URL: &str = "https://id.example/hooks/twilio/receipt/msg_1";

/// A signature, a line feed, and a form, as anybody may post them; then the same form as the service would sign it.
pub fn telephone_callback(data: &[u8]) -> Verdict {
    let hooks = TwilioHooks {
        account: "AC1".to_owned(),
        token: Secret::new("an-auth-token".to_owned()),
        base: "https://id.example/hooks/twilio".to_owned(),
    };
    let at = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (signature, form) = (String::from_utf8_lossy(&data[..at]), data.get(at + 1..).unwrap_or_default());
    let pairs = lenient(form);
    let fields: BTreeMap<String, String> = pairs.iter().cloned().collect();
    let right = hooks.sign(URL, &fields).expect("any token is a key");
    if hooks.verified(URL, &signature, form).is_some() {
        assert_eq!(signature, right, "nothing but the signature of this form is believed");
    }
    let ours = fields.get("AccountSid").is_some_and(|account| account == "AC1");
    let signed = hooks.verified(URL, &right, form);
    assert_eq!(signed.is_some(), ours && fields.len() == pairs.len(), "each name once, of our account");
    assert!(hooks.verified("https://id.example/hooks/twilio/receipt/msg_2", &right, form).is_none());
    match signed.and_then(|signed| signed.receipt()) {
        Some(_) => Verdict::Accepted,
        None => Verdict::Refused,
    }
}
