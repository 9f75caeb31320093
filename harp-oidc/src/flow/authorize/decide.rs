//! Whether a person who is seen gets a code at once, or what must happen first. Pure.

use std::time::Duration;

use harp_core::account::{Account, Standing};
use harp_core::factor::level::{Level, standing};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::time::Timestamp;
use harp_core::policy::Profile;
use harp_core::session::{Session, SessionScope};

use super::check::Checked;
use crate::grant::interaction::Interaction;
use crate::grant::subject::Subject;
use crate::grant::terms::Acceptance;
use crate::protocol::claims::{Acr, AcrWish};
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
pub struct Context<'a> {
    pub profile: &'static Profile,
    /// What can be proved here: a passkey, where the browser takes it.
    pub methods: &'a [Method],
    /// When the request began to wait: a sign-in since then answers it. `None`: it has just come.
    pub since: Option<Timestamp>,
    pub step_up: StepUp,
    pub now: Timestamp,
}

impl<'a> Context<'a> {
    /// Of a request that waited.
    pub fn of(
        it: &Interaction,
        (profile, methods): (&'static Profile, &'a [Method]),
        now: Timestamp,
    ) -> Context<'a> {
        let step_up = if it.step_up_declined_at.is_some() { StepUp::Declined } else { StepUp::Open };
        Context { profile, methods, since: Some(it.created_at), step_up, now }
    }
}

/// Whether the person may be asked to prove more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUp {
    Open,
    /// They were, and did not want to.
    Declined,
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
    /// Something more must be proved to reach what is asked for, or may be: the person can decline.
    StepUp {
        to: Acr,
        wish: Wish,
    },
    /// F12: the terms must be accepted. Also where the box at the password would do (F01), by whoever came by a page without it.
    Terms,
}

/// What declining a step-up leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A code for what was reached (OpenID Connect Core §3.1.2.1, `acr_values`).
    Voluntary,
    /// No code (§5.5.1.1).
    Essential,
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
}

/// The rules, in the order in which they hold.
pub fn decide(checked: &Checked, seen: Option<&Seen>, context: Context<'_>) -> Verdict {
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
    let proofs = &seen.session.proofs;
    let (Some(assurance), Some(level)) = (seen.session.assurance(), Level::of(proofs)) else {
        return Verdict::First(Need::SignIn(Why::Nobody));
    };
    let methods: Vec<Method> = proofs.iter().map(|proof| proof.method).collect();
    let reached = Acr::of(level);
    if let Some(need) = step_up(checked, seen, reached, context) {
        return Verdict::First(need);
    }
    let Some(acr) = checked.acr.answer(reached) else { return Verdict::Refuse(unmet()) };
    if checked.client.terms.ask(seen.terms.as_ref(), seen.session.id, seen.session.auth_time) {
        return Verdict::First(Need::Terms);
    }
    Verdict::Issue { aal: assurance.aal, acr, methods }
}

/// What a need is called when no page may be shown (`prompt=none`).
pub fn silent(need: Need) -> ProtocolError {
    match need {
        Need::StepUp { .. } => {
            ProtocolError::new(ErrorCode::InteractionRequired, "a stronger sign-in is needed")
        }
        Need::SignIn(_) => ProtocolError::new(ErrorCode::LoginRequired, "the person must sign in"),
        Need::SetUp => ProtocolError::new(ErrorCode::InteractionRequired, "the account has not been set up"),
        Need::Terms => ProtocolError::new(ErrorCode::InteractionRequired, "the terms must be accepted"),
    }
}

fn lives(seen: &Seen, context: Context<'_>) -> bool {
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

/// The step-up to the least of what is asked for, when the session reaches none of it and one device more could. Nobody is
/// asked twice for the same request, and for a mere wish nobody is asked where no page may be shown.
fn step_up(checked: &Checked, seen: &Seen, reached: Acr, context: Context<'_>) -> Option<Need> {
    let to = checked.acr.short_of(reached)?;
    let wish = match checked.acr {
        AcrWish::Essential(_) => Wish::Essential,
        AcrWish::Voluntary(_) | AcrWish::Any => Wish::Voluntary,
    };
    if context.step_up == StepUp::Declined || (wish == Wish::Voluntary && checked.prompts.is_silent()) {
        return None;
    }
    let Context { profile, methods, now, .. } = context;
    let proofs = standing(&seen.session.proofs, profile.session.absolute, now);
    let reaches = |method: &Method| to.level().is_reached_with(&proofs, *method, now);
    methods.iter().any(reaches).then_some(Need::StepUp { to, wish })
}

/// OpenID Connect Core Unmet Authentication Requirements §2.
fn unmet() -> ProtocolError {
    ProtocolError::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "no sign-in of this person here reaches the `acr` that is asked for",
    )
}
