use std::sync::{Arc, LazyLock};
use std::time::Duration;

use harp_core::adapter::webauthn::RelyingParty;
use harp_core::factor::passkey::{About, CredentialId, Passkey};
use harp_core::port::Passkeys as _;
use serde::Deserialize;

use crate::Verdict;

/// A challenge for a new passkey, one for a second step and one for signing in without a password, and the passkey that
/// answered all three: made by the harness's authenticator, once.
#[derive(Deserialize)]
struct Asked {
    create: String,
    device: String,
    anybody: String,
    credential: String,
    about: About,
}

static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    serde_json::from_str(include_str!("webauthn_response.json")).expect("the file beside this one")
});
static HERE: LazyLock<Arc<RelyingParty>> =
    LazyLock::new(|| RelyingParty::at("https://harp.example", "HARP", Duration::from_secs(300)));

/// The bytes as the field that a page posts: an answer to any of the three questions.
pub fn webauthn_response(data: &[u8]) -> Verdict {
    let Ok(response) = std::str::from_utf8(data) else { return Verdict::Refused };
    let known = Passkey {
        credential: CredentialId::stored(ASKED.credential.clone()),
        about: ASKED.about.clone(),
        sign_count: 0,
    };
    let claimed = HERE.claimed(response);
    let mut verdict = Verdict::Refused;
    for state in [&ASKED.device, &ASKED.anybody] {
        if let Ok(asserted) = HERE.asserted(state, &known, response) {
            // Whoever is let in is who they claim to be, and was asked.
            assert_eq!(asserted.credential, known.credential);
            assert_eq!(claimed.as_ref().map(|c| &c.credential), Some(&known.credential));
            verdict = Verdict::Accepted;
        }
    }
    if let Ok(created) = HERE.created(&ASKED.create, response) {
        // What is kept can be asked for again.
        let about = About { record: created.record, backup: created.backup, ..ASKED.about.clone() };
        let made = Passkey { credential: created.credential, about, sign_count: created.sign_count };
        HERE.ask(&[&made]).expect("a passkey that was made can be asked for");
        verdict = Verdict::Accepted;
    }
    verdict
}
