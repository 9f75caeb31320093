//! Security letters: what happened, when, roughly from where, and the one link *This was not me*.

use harp_core::factor::budget::Off;
use harp_core::factor::reset::By;
use harp_core::kernel::assurance::Method;
use harp_core::notice::repudiation::TOKEN;
use harp_core::notice::whence::Whence;
use harp_core::notice::{Alert, Happened, HelpDid};
use harp_core::port::Enclosed;

use super::body::{Body, Fact};
use super::{Letters, one_line};
use crate::view::device;
use crate::view::url;
use crate::view::words::Message;

impl Body {
    pub(super) fn about_safety(alert: &Alert, letters: &Letters, enclosed: &Enclosed) -> Body {
        let mut body = what(&alert.what);
        body.facts.push(Fact::At("letter-alert.when", alert.at));
        body.facts.extend(alert.whence.iter().flat_map(whence));
        if let Some(token) = &enclosed.not_me {
            body.next.push(Message::new(match alert.what {
                Happened::SignInLocked { .. } => "letter-sign-in-locked.wait",
                Happened::PasswordSwitchedOff { .. } => "letter-switched-off.password-next",
                Happened::FactorSwitchedOff { .. } => "letter-switched-off.device-next",
                _ => "letter-alert.was-me",
            }));
            body.next.push(Message::new("letter-alert.not-me").count("days", letters.not_me_days));
            let link = format!("{}{}?{TOKEN}={}", letters.issuer, url::NOT_ME, token.expose());
            body.button = Some(("letter-alert.button", link));
        }
        body
    }
}

fn what(happened: &Happened) -> Body {
    match happened {
        Happened::FactorAdded { method } => Body {
            facts: device_fact(method),
            ..Body::saying("letter-factor.added-subject", &["letter-factor.added"])
        },
        Happened::FactorRemoved { method } => Body {
            facts: device_fact(method),
            ..Body::saying("letter-factor.removed-subject", &["letter-factor.removed"])
        },
        Happened::FactorSuspended { method } => Body {
            facts: device_fact(method),
            ..Body::saying("letter-suspended.subject", &["letter-suspended.what"])
        },
        Happened::FactorResumed { method } => Body {
            facts: device_fact(method),
            ..Body::saying("letter-suspended.again-subject", &["letter-suspended.again"])
        },
        Happened::ResetBegun { by, ready_at } => {
            let who = match by {
                By::Letters => "letter-reset.by-letters",
                By::HelpDesk => "letter-reset.by-help-desk",
            };
            Body {
                facts: vec![Fact::At("letter-reset.ready", *ready_at)],
                ..Body::saying("letter-reset.subject", &[who, "letter-reset.what"])
            }
        }
        Happened::ResetUsed => Body::saying("letter-reset.used-subject", &["letter-reset.used"]),
        Happened::HelpDesk { did } => match did {
            HelpDid::SessionsEnded => {
                Body::saying("letter-help-desk.ended-subject", &["letter-help-desk.ended"])
            }
            HelpDid::ResetAsked => {
                Body::saying("letter-help-desk.asked-subject", &["letter-help-desk.asked"])
            }
            HelpDid::ResetRefused => {
                Body::saying("letter-help-desk.refused-subject", &["letter-help-desk.refused"])
            }
        },
        Happened::PasswordChanged => Body::saying("letter-password.subject", &["letter-password.what"]),
        Happened::PasswordRecovered => Body::saying("letter-recovered.subject", &["letter-recovered.what"]),
        Happened::QuestionChanged => Body::saying("letter-question.subject", &["letter-question.what"]),
        Happened::EmailConfirmed => {
            Body::saying("letter-email-confirmed.subject", &["letter-email-confirmed.what"])
        }
        Happened::SecondAddressConfirmed => {
            Body::saying("letter-second.added-subject", &["letter-second.added"])
        }
        Happened::SecondAddressRemoved => {
            Body::saying("letter-second.removed-subject", &["letter-second.removed"])
        }
        Happened::SignInLocked { until } => Body {
            facts: vec![Fact::At("letter-sign-in-locked.until", *until)],
            ..Body::saying("letter-sign-in-locked.subject", &["letter-sign-in-locked.what"])
        },
        Happened::RecoveryCodesMade => {
            Body::saying("letter-recovery-codes.made-subject", &["letter-recovery-codes.made"])
        }
        Happened::RecoveryCodeUsed { left } => Body {
            facts: vec![Fact::Text("letter-recovery-codes.left", left.to_string())],
            ..Body::saying("letter-recovery-codes.used-subject", &["letter-recovery-codes.used"])
        },
        Happened::PasswordSwitchedOff { off } => Body::saying(
            "letter-switched-off.password-subject",
            &["letter-switched-off.password", still_works(*off)],
        ),
        Happened::FactorSwitchedOff { method, off } => Body {
            facts: device_fact(method),
            ..Body::saying(
                "letter-switched-off.device-subject",
                &["letter-switched-off.device", still_works(*off)],
            )
        },
        Happened::AccountLocked => Body {
            next: vec![Message::new("letter-account-locked.next")],
            ..Body::saying("letter-account-locked.subject", &["letter-account-locked.what"])
        },
        Happened::UserIdAsked { username } => Body {
            facts: vec![Fact::Text("sign-in.username", one_line(username))],
            ..Body::saying("letter-user-id.subject", &["letter-user-id.what"])
        },
        Happened::AccountUnlocked => Body::saying(
            "letter-account-unlocked.subject",
            &["letter-account-unlocked.what", "letter-account-unlocked.password"],
        ),
    }
}

fn still_works(off: Off) -> &'static str {
    match off {
        Off::Strangers => "letter-switched-off.strangers",
        Off::All => "letter-switched-off.all",
    }
}

fn device_fact(method: &str) -> Vec<Fact> {
    let name = Method::parse(method).map(device::method);
    name.map(|name| Fact::Said("device-table.type", Message::new(name))).into_iter().collect()
}

/// Names of browsers and systems are the same in every language.
fn whence(whence: &Whence) -> Vec<Fact> {
    let network = whence.network.as_ref().map(|network| {
        let begins = Message::new("letter-alert.network").with("network", network.as_str());
        Fact::Said("letter-alert.where", begins)
    });
    let device = match (whence.browser.name(), whence.system.name()) {
        (Some(browser), Some(system)) => Fact::Said(
            "letter-alert.device",
            Message::new("letter-alert.browser-on").with("browser", browser).with("system", system),
        ),
        (Some(name), None) | (None, Some(name)) => Fact::Text("letter-alert.device", name.to_owned()),
        (None, None) => Fact::Said("letter-alert.device", Message::new("letter-alert.unknown")),
    };
    network.into_iter().chain([device]).collect()
}
