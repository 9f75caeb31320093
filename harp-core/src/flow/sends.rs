//! How many codes are sent: per source, account and contact, within a window. Against toll fraud and flooding.

use super::Harp;
use super::limits::{self, Limit};
use crate::kernel::act::Act;
use crate::kernel::id::AccountId;
use crate::notice::Recipient;
use crate::store::{Fault, Tx};

/// Why a code is sent. Each is counted by itself: whoever enrols somebody else's number again and again must not use up
/// what its owner needs for signing in, nor one neighbour what a hospital behind one address needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Reason {
    SignIn,
    /// The same in a browser that the account knows: whoever knows the password elsewhere must not use up what its owner needs.
    KnownSignIn,
    Enrolment,
    /// An e-mail address that waits for its code.
    ConfirmEmail(Letter),
}

/// Whether the account has had a code sent to the address before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Letter {
    /// Goes out whatever other accounts have had sent there: else whoever registers with somebody's address again and
    /// again would keep its owner from ever registering.
    First,
    Another,
}

/// Whether one more may be sent; counted if so. A refusal still counts for the source and the account that asked.
pub(in crate::flow) async fn take(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, to, reason): (AccountId, &Recipient, Reason),
    act: &Act,
) -> Result<bool, Fault> {
    let (rules, sources) = (&harp.profile.sends, &harp.profile.per_source);
    let contact = match to {
        Recipient::Email(address) => address.folded(),
        Recipient::Sms(phone) | Recipient::Voice(phone) => phone.as_str().to_owned(),
    };
    let (name, per_source) = match reason {
        Reason::SignIn => ("sign-in", Some(sources.sign_in_codes)),
        Reason::KnownSignIn => ("known sign-in", Some(sources.sign_in_codes)),
        Reason::Enrolment => ("enrolment", Some(sources.enrolment_codes)),
        Reason::ConfirmEmail(_) => ("confirm-email", Some(sources.letters)),
    };
    let limit = |(what, value): (&str, &str), most| {
        let print = harp.vault.fingerprint(&format!("sends {what}"), value);
        Limit { key: format!("sends/{what}/{print}"), most, window: rules.window }
    };
    let of_contact = format!("{name} contact");
    let per_contact = match reason {
        Reason::SignIn | Reason::KnownSignIn | Reason::Enrolment => {
            vec![limit((&of_contact, &contact), rules.per_contact)]
        }
        Reason::ConfirmEmail(letter) => {
            let ours = limit(("account and contact", &format!("{account} {contact}")), rules.per_contact);
            let all = (letter == Letter::Another).then(|| limit((&of_contact, &contact), rules.per_address));
            [ours].into_iter().chain(all).collect()
        }
    };
    // Always in this order, so that two transactions never wait for each other; the contact last, so that
    // a source which is out of sends cannot use up a stranger's.
    let source = per_source.and_then(|most| Limit::per_source(harp, (&format!("sends/{name}"), most), act));
    let of_account = if reason == Reason::KnownSignIn { "known account" } else { "account" };
    let account = limit((of_account, &account.to_string()), rules.per_account);
    for limit in source.into_iter().chain([account]).chain(per_contact) {
        if !limits::take(tx, &limit, act.now).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
