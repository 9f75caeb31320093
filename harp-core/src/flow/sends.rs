//! How many codes are sent: per source, account and contact, within a window. Against toll fraud and flooding.

use super::Harp;
use super::attempts::network;
use super::counter::{Step, change};
use crate::factor::budget::Sends;
use crate::kernel::act::Act;
use crate::kernel::id::AccountId;
use crate::notice::Recipient;
use crate::store::{Fault, Tx};

/// Why a code is sent. Kept apart per contact: whoever enrols somebody else's number again and again
/// must not use up what its owner needs for signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Reason {
    SignIn,
    Enrolment,
    /// An e-mail address that waits for its code.
    ConfirmEmail,
}

/// Whether one more may be sent; counted if so. A refusal still counts for the source and the account that asked.
pub(in crate::flow) async fn take(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, to, reason): (AccountId, &Recipient, Reason),
    act: &Act,
) -> Result<bool, Fault> {
    let rules = &harp.profile.sends;
    let contact = match to {
        Recipient::Email(address) => address.folded(),
        Recipient::Sms(phone) | Recipient::Voice(phone) => phone.as_str().to_owned(),
    };
    let reason = match reason {
        Reason::SignIn => "sign-in",
        Reason::Enrolment => "enrolment",
        Reason::ConfirmEmail => "confirm-email",
    };
    let print = |purpose: &str, value: &str| harp.vault.fingerprint(purpose, value);
    // Always in this order, so that two transactions never wait for each other; the contact last, so that
    // a source which is out of sends cannot use up a stranger's.
    let counters = [
        (network(harp, act).map(|source| format!("sends/source/{source}")), rules.per_source),
        (Some(format!("sends/account/{}", print("sends account", &account.to_string()))), rules.per_account),
        (Some(format!("sends/{reason}/{}", print("sends contact", &contact))), rules.per_contact),
    ];
    for (key, most) in counters {
        let Some(key) = key else { continue };
        let step = |sends: Sends| match sends.send(rules, most, act.now) {
            Some(next) => Step { next: Some((next, act.now + rules.window)), out: true },
            None => Step { next: None, out: false },
        };
        if !change(tx, &key, step).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
