//! What a letter says, before it is known in which language and by which way. Security letters: `alert`.

use harp_core::kernel::time::Timestamp;
use harp_core::notice::Notice;
use harp_core::port::Enclosed;

use super::{Letters, one_line};
use crate::view::url;
use crate::view::words::Message;

pub(super) struct Body {
    pub(super) subject: Message,
    pub(super) lines: Vec<Message>,
    /// How long its code lives, if it carries one.
    pub(super) life: Option<Life>,
    pub(super) facts: Vec<Fact>,
    /// Between the facts and the button.
    pub(super) next: Vec<Message>,
    /// Label key and address.
    pub(super) button: Option<(&'static str, String)>,
    /// What to do if it was somebody else.
    pub(super) not_you: Option<&'static str>,
}

/// A labelled value. Labels are message keys.
pub(super) enum Fact {
    Text(&'static str, String),
    Said(&'static str, Message),
    /// Said in the deployment's zone.
    At(&'static str, Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Minutes,
    Hours,
    /// As long as the recovery that it belongs to.
    Recovery,
}

impl Body {
    pub(super) fn of(notice: &Notice, letters: &Letters, enclosed: &Enclosed) -> Body {
        let issuer = &letters.issuer;
        let to = |path: &str| format!("{issuer}{path}");
        match notice {
            Notice::AccountCompleted { .. } => Body {
                life: Some(Life::Hours),
                button: Some(("letter-completed.button", to(url::CONFIRM_EMAIL))),
                not_you: Some("letter-completed.not-you"),
                ..Body::saying(
                    "letter-completed.subject",
                    &["letter-completed.what", "letter-completed.next"],
                )
            },
            Notice::ConfirmEmail { .. } => Body {
                life: Some(Life::Hours),
                button: Some(("letter-completed.button", to(url::CONFIRM_EMAIL))),
                not_you: Some("letter-confirm.not-you"),
                ..Body::saying("letter-confirm.subject", &["letter-confirm.what"])
            },
            Notice::ConfirmSecond { .. } => Body {
                life: Some(Life::Hours),
                button: Some(("letter-second.confirm-button", to(url::PROFILE_SECOND_CODE))),
                not_you: Some("letter-confirm.not-you"),
                ..Body::saying("letter-second.confirm-subject", &["letter-second.confirm"])
            },
            Notice::AlreadyRegistered => Body {
                button: Some(("letter-registered.button", to(url::SIGN_IN))),
                not_you: Some("letter-registered.not-you"),
                ..Body::saying(
                    "letter-registered.subject",
                    &["letter-registered.what", "letter-registered.next"],
                )
            },
            Notice::IdentityProved => Body {
                button: Some(("letter-identity.button", to(url::PROFILE))),
                ..Body::saying("letter-identity.proved-subject", &["letter-identity.proved"])
            },
            Notice::IdentityNotProved => Body {
                button: Some(("letter-identity.button", to(url::PROFILE))),
                ..Body::saying("letter-identity.not-subject", &["letter-identity.not"])
            },
            Notice::SecurityCode { .. } => Body {
                life: Some(Life::Minutes),
                not_you: Some("letter-code.not-you"),
                ..Body::saying("letter-code.subject", &["letter-code.what"])
            },
            Notice::RecoveryCode { .. } => Body {
                life: Some(Life::Recovery),
                not_you: Some("letter-recovery.not-you"),
                ..Body::saying("letter-recovery.subject", &["letter-recovery.what"])
            },
            Notice::LostDeviceCode { .. } => Body {
                life: Some(Life::Recovery),
                not_you: Some("letter-lost-device.not-you"),
                ..Body::saying("letter-lost-device.subject", &["letter-lost-device.what"])
            },
            Notice::CallbackCode { .. } => Body {
                life: Some(Life::Minutes),
                not_you: Some("letter-callback.not-you"),
                ..Body::saying("letter-callback.subject", &["letter-callback.what"])
            },
            Notice::Alert(alert) => Body::about_safety(alert, letters, enclosed),
            notice => Body::about_role(notice, issuer),
        }
    }

    /// H06, H07
    fn about_role(notice: &Notice, issuer: &str) -> Body {
        let to = |path: &str| format!("{issuer}{path}");
        match notice {
            Notice::RoleRequested { request, program, org, roles } => Body {
                facts: request_facts(&request.to_string(), program, org, roles),
                button: Some(("letter-request.button", to(url::ROLE_REQUESTS))),
                ..Body::saying("letter-request.subject", &["letter-request.what"])
            },
            Notice::RoleRequestWaiting { request, program, org, roles, requester } => {
                let mut facts = request_facts(&request.to_string(), program, org, roles);
                facts.insert(0, Fact::Text("request.requester", one_line(requester)));
                let path = format!("{}/{request}", url::OFFICIAL);
                Body {
                    facts,
                    button: Some(("letter-waiting.button", to(&path))),
                    ..Body::saying("letter-waiting.subject", &["letter-waiting.what"])
                }
            }
            Notice::RoleApproved { request, program, org, roles } => Body {
                facts: request_facts(&request.to_string(), program, org, roles),
                button: Some(("letter-approved.button", to(url::HOME))),
                ..Body::saying("letter-approved.subject", &["letter-approved.what"])
            },
            Notice::RoleDenied { request, program, org, roles, reason } => {
                let mut facts = request_facts(&request.to_string(), program, org, roles);
                facts.push(Fact::Text("letter-denied.reason", one_line(reason)));
                Body {
                    facts,
                    button: Some(("letter-request.button", to(url::ROLE_REQUESTS))),
                    ..Body::saying("letter-denied.subject", &["letter-denied.what", "letter-denied.next"])
                }
            }
            _ => Body::saying("letter-other.subject", &["letter-other.what"]),
        }
    }

    pub(super) fn saying(subject: &'static str, lines: &[&'static str]) -> Body {
        Body {
            subject: Message::new(subject),
            lines: lines.iter().map(|key| Message::new(key)).collect(),
            life: None,
            facts: Vec::new(),
            next: Vec::new(),
            button: None,
            not_you: None,
        }
    }
}

fn request_facts(id: &str, program: &str, org: &str, roles: &[String]) -> Vec<Fact> {
    vec![
        Fact::Text("request.role", one_line(&roles.join(", "))),
        Fact::Text("frame.organization", one_line(org)),
        Fact::Text("request.program", one_line(program)),
        Fact::Text("request.id", one_line(id)),
    ]
}
