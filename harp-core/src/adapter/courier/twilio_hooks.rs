//! What Twilio calls back: receipts, and a key that was pressed on a call. Believed only with the account's signature on exactly
//! the address and the fields that came (X-Twilio-Signature: HMAC-SHA1 under the auth token).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use super::spoken::{self, Again};
use crate::kernel::secret::Secret;
use crate::notice::delivery::Receipt;
use crate::notice::letter::Letter;

/// How often one call says its code again.
const MOST_AGAIN: u32 = 3;

/// Whose callbacks are believed, and where they come in.
#[derive(Debug, Clone)]
pub struct TwilioHooks {
    pub account: String,
    pub token: Secret<String>,
    /// Whatever is below it is called back at: `https://id.example/hooks/twilio`.
    pub base: String,
}

/// The fields of a callback that Twilio signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed(BTreeMap<String, String>);

impl TwilioHooks {
    pub(super) fn receipt_url(&self, message: &str) -> String {
        format!("{}/receipt/{message}", self.base)
    }

    /// Where a call asks to be told again, for the `n`th time; `None`: it was told often enough.
    pub(super) fn again_url(&self, message: &str, n: u32) -> Option<String> {
        (n <= MOST_AGAIN).then(|| format!("{}/again/{message}?n={n}", self.base))
    }

    /// The fields of a form, if this account's Twilio sent it to this address. A name that stands there twice is none of its own.
    pub fn verified(&self, url: &str, signature: &str, body: &[u8]) -> Option<Signed> {
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return None;
            }
        }
        self.mac(url, &fields)?.verify_slice(&STANDARD.decode(signature).ok()?).ok()?;
        (fields.get("AccountSid") == Some(&self.account)).then_some(Signed(fields))
    }

    /// The signature that Twilio would put on this form, for what stands in for it. `None` for a token that is no key.
    pub fn sign(&self, url: &str, fields: &BTreeMap<String, String>) -> Option<String> {
        Some(STANDARD.encode(self.mac(url, fields)?.finalize().into_bytes()))
    }

    /// Over the address, then each name and value in the order of the names.
    fn mac(&self, url: &str, fields: &BTreeMap<String, String>) -> Option<Hmac<Sha1>> {
        let mut mac = Hmac::<Sha1>::new_from_slice(self.token.expose().as_bytes()).ok()?;
        mac.update(url.as_bytes());
        for (name, value) in fields {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        Some(mac)
    }

    /// The document that says a call's words once more.
    pub fn say_again(&self, letter: &Letter, message: &str, n: u32) -> String {
        let action = self.again_url(message, n.saturating_add(1));
        spoken::twiml(letter.text.expose(), again(letter, action.as_deref()))
    }

    /// A document that says these words and hangs up.
    pub fn say(words: &str) -> String {
        spoken::twiml(words, None)
    }
}

/// What a call may ask for, if it has both an address to ask at and words that say so.
pub(super) fn again<'a>(letter: &'a Letter, action: Option<&'a str>) -> Option<Again<'a>> {
    Some(Again { words: letter.again.as_deref()?, action: action? })
}

impl Signed {
    /// What became of the message; `None`: nothing final.
    pub fn receipt(&self) -> Option<Receipt> {
        let field = |name: &str| self.0.get(name).map(String::as_str);
        match field("MessageStatus").or_else(|| field("CallStatus"))? {
            "delivered" | "read" | "completed" => Some(Receipt::Arrived),
            "undelivered" | "failed" | "busy" | "no-answer" | "canceled" => {
                let code = field("ErrorCode").and_then(|code| code.parse().ok());
                Some(Receipt::NotArrived { code })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const BODY: &[u8] =
        b"Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE";

    fn hooks() -> TwilioHooks {
        TwilioHooks {
            account: "AC1".to_owned(),
            token: Secret::new("12345".to_owned()),
            base: "https://id.example/hooks/twilio".to_owned(),
        }
    }

    fn sign(hooks: &TwilioHooks, url: &str, body: &[u8]) -> String {
        hooks.sign(url, &url::form_urlencoded::parse(body).into_owned().collect()).unwrap()
    }

    /// The example of Twilio's documentation ("Validating requests"), with its token.
    #[test]
    fn the_signature_is_the_documented_one() {
        assert_eq!(sign(&hooks(), URL, BODY), "GvWf1cFY/Q7PnoempGyD5oXAezc=");
        // It names no account, so that it is nobody's here.
        assert_eq!(hooks().verified(URL, "GvWf1cFY/Q7PnoempGyD5oXAezc=", BODY), None);
    }

    #[test]
    fn only_what_is_signed_as_it_came_is_believed() {
        let (hooks, url, body) = (
            hooks(),
            "https://id.example/hooks/twilio/receipt/msg_1",
            b"AccountSid=AC1&MessageStatus=delivered",
        );
        let signature = sign(&hooks, url, body);
        let signed = hooks.verified(url, &signature, body).unwrap();
        assert_eq!(signed.receipt(), Some(Receipt::Arrived));
        let other = TwilioHooks { token: Secret::new("another".to_owned()), ..hooks.clone() };
        assert_eq!(other.verified(url, &signature, body), None);
        assert_eq!(hooks.verified("https://id.example/hooks/twilio/receipt/msg_2", &signature, body), None);
        let twice = b"AccountSid=AC1&MessageStatus=delivered&MessageStatus=failed";
        for body in [b"AccountSid=AC1&MessageStatus=failed".as_slice(), b"", twice] {
            assert_eq!(hooks.verified(url, &signature, body), None);
            assert_eq!(hooks.verified(url, "", body), None);
        }
        // Signed as if the second had replaced the first.
        assert_eq!(hooks.verified(url, &sign(&hooks, url, twice), twice), None, "a name twice");
        let foreign = b"AccountSid=AC2&MessageStatus=delivered";
        assert_eq!(hooks.verified(url, &sign(&hooks, url, foreign), foreign), None, "another account");
    }

    #[test]
    fn a_receipt_is_final_or_none() {
        let receipt = |fields: &[(&str, &str)]| {
            Signed(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()).receipt()
        };
        for status in ["queued", "sending", "sent", "ringing", "in-progress", "", "DELIVERED"] {
            assert_eq!(receipt(&[("MessageStatus", status)]), None, "{status}");
        }
        let failed = receipt(&[("MessageStatus", "undelivered"), ("ErrorCode", "30003")]);
        assert_eq!(failed, Some(Receipt::NotArrived { code: Some(30003) }));
        assert_eq!(receipt(&[("CallStatus", "no-answer")]), Some(Receipt::NotArrived { code: None }));
        assert_eq!(receipt(&[("CallStatus", "completed")]), Some(Receipt::Arrived));
    }

    #[test]
    fn a_call_tells_three_times_more_and_no_oftener() {
        let letter = Letter {
            subject: String::new(),
            text: Secret::new("Your code is: 1. 2.".to_owned()),
            html: None,
            again: Some("Press any key to hear it again.".to_owned()),
        };
        let first = hooks().say_again(&letter, "msg_1", 1);
        assert!(first.contains("https://id.example/hooks/twilio/again/msg_1?n=2"), "{first}");
        assert!(first.contains("<Gather ") && first.contains("Press any key"));
        let last = hooks().say_again(&letter, "msg_1", 3);
        assert!(!last.contains("Gather") && !last.contains("Press any key") && last.contains("<Say>2</Say>"));
    }
}
