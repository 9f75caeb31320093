//! Whether a person who is seen gets a code at once, or what must happen first. Pure.

use std::time::Duration;

use harp_core::account::{Account, Standing};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::time::Timestamp;
use harp_core::policy::Profile;
use harp_core::session::{Session, SessionScope};

use super::check::Checked;
use crate::grant::subject::Subject;
use crate::grant::terms::Acceptance;
use crate::protocol::claims::Acr;
use crate::protocol::prompt::Prompt;
use crate::protocol::{ErrorCode, ProtocolError};

/// The person at the browser, as far as its cookie tells.
#[derive(Debug)]
pub struct Seen {
    pub session: Session,
    pub account: Account,
    /// Who they are to this client, if they were anybody before.
    pub subject: Option<Subject>,
    /// Their latest acceptance of the terms in force there.
    pub terms: Option<Acceptance>,
}

/// The rest of what the decision hangs on.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    pub profile: &'static Profile,
    /// When the request began to wait: a sign-in since then answers it. `None`: it has just come.
    pub since: Option<Timestamp>,
    pub now: Timestamp,
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    Issue { aal: Aal, acr: Acr, methods: Vec<Method> },
    First(Need),
    Refuse(ProtocolError),
}

/// What must happen before there can be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    SignIn(Why),
    /// E12: a sign-in code or device must be added first.
    SetUp,
    /// F12: the terms must be accepted. Also where the box at the password would do (F01), by whoever came by a page without it.
    Terms,
}

/// Why the person must sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody is signed in here.
    Nobody,
    /// The application wants it, whenever they signed in last: `prompt=login`, `max_age=0` (F05).
    Again,
    /// The last sign-in is longer ago than the application takes: `max_age`.
    TooOld { most: Duration },
    /// Somebody is, but not the one who is expected.
    Somebody,
    /// The sign-in was not strong enough.
    Stronger,
}

/// The rules, in the order in which they hold.
pub fn decide(checked: &Checked, seen: Option<&Seen>, context: Context) -> Verdict {
    let Some(seen) = seen.filter(|seen| lives(seen, context)) else {
        return Verdict::First(Need::SignIn(Why::Nobody));
    };
    let answered = context.since.is_some_and(|since| seen.session.auth_time >= since);
    if !answered && asks_again(checked) {
        return Verdict::First(Need::SignIn(Why::Again));
    }
    if let Some(most) = passed(checked, seen, (answered, context.now)) {
        return Verdict::First(Need::SignIn(Why::TooOld { most }));
    }
    if !is_expected(checked, seen) {
        // Whoever has just signed in is who there is: asking once more would go round in circles.
        return if answered {
            Verdict::Refuse(ProtocolError::new(ErrorCode::LoginRequired, "somebody else has signed in"))
        } else {
            Verdict::First(Need::SignIn(Why::Somebody))
        };
    }
    // E12: before anything is told to anybody.
    if seen.account.standing == Standing::PendingSetup || seen.session.scope == SessionScope::SetUp {
        return Verdict::First(Need::SetUp);
    }
    let Some(assurance) = seen.session.assurance() else {
        return Verdict::First(Need::SignIn(Why::Nobody));
    };
    let methods: Vec<Method> = seen.session.proofs.iter().map(|proof| proof.method).collect();
    let Some(acr) = checked.acr.answer(Acr::reached(assurance.aal, &methods)) else {
        return stronger(checked, answered, context.profile);
    };
    if checked.client.terms.ask(seen.terms.as_ref(), seen.session.id, seen.session.auth_time) {
        return Verdict::First(Need::Terms);
    }
    Verdict::Issue { aal: assurance.aal, acr, methods }
}

/// What a need is called when no page may be shown (`prompt=none`).
pub fn silent(need: Need) -> ProtocolError {
    match need {
        Need::SignIn(Why::Stronger) => {
            ProtocolError::new(ErrorCode::InteractionRequired, "a stronger sign-in is needed")
        }
        Need::SignIn(_) => ProtocolError::new(ErrorCode::LoginRequired, "the person must sign in"),
        Need::SetUp => ProtocolError::new(ErrorCode::InteractionRequired, "the account has not been set up"),
        Need::Terms => ProtocolError::new(ErrorCode::InteractionRequired, "the terms must be accepted"),
    }
}

fn lives(seen: &Seen, context: Context) -> bool {
    let alive = seen.session.check(seen.account.epoch, &context.profile.session, context.now).is_ok();
    alive && seen.account.standing.is_usable()
}

/// From signing in to coming back: no `max_age`, however short, sends a person round in circles within this time.
const WAY_BACK: Duration = Duration::from_secs(60);

/// The `max_age` that has passed (OpenID Connect Core §3.1.2.1), also while the request rested after the sign-in, on the
/// terms or at set-up.
fn passed(checked: &Checked, seen: &Seen, (answered, now): (bool, Timestamp)) -> Option<Duration> {
    // In whole seconds, since `auth_time` is told in those: the client must come to the same result.
    let age = u64::try_from(now.secs().saturating_sub(seen.session.auth_time.secs())).unwrap_or(0);
    let most = checked.max_age.map(|most| if answered { most.max(WAY_BACK) } else { most });
    most.filter(|most| age > most.as_secs())
}

/// `prompt=login`, `prompt=select_account`, and a `max_age` of zero, which asks for a sign-in now (RFC 9470 and practice).
fn asks_again(checked: &Checked) -> bool {
    checked.prompts.asks(Prompt::Login)
        || checked.prompts.asks(Prompt::SelectAccount)
        || checked.max_age.is_some_and(|most| most.is_zero())
}

fn is_expected(checked: &Checked, seen: &Seen) -> bool {
    let subject = seen.subject.as_ref().map(Subject::as_str);
    checked.expected.as_ref().is_none_or(|those| those.iter().any(|one| Some(one.as_str()) == subject))
}

/// An essential `acr` that was not reached: sign in more strongly, if that can be done here and has not just been tried
/// (OpenID Connect Core Unmet Authentication Requirements §2).
fn stronger(checked: &Checked, answered: bool, profile: &Profile) -> Verdict {
    let reachable = match checked.acr.least() {
        Some(Acr::Aal1 | Acr::Aal2) => profile.methods.iter().any(|method| method.possession()),
        Some(Acr::Aal2PhishingResistant) => profile.methods.contains(&Method::Passkey),
        None => false,
    };
    if reachable && !answered {
        return Verdict::First(Need::SignIn(Why::Stronger));
    }
    Verdict::Refuse(ProtocolError::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "no sign-in of this person here reaches the `acr` that is asked for",
    ))
}
