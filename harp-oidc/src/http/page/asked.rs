//! What an application that waits asks of a sign-in: said on the page, and held when the password is checked.

use std::time::Duration;

use harp_core::factor::level::Level;
use harp_core::kernel::secret::Plain;
use harp_core::session::Ended;

use crate::flow::authorize::{Need, Pending, Why, waiting};
use crate::http::reply::Stop;
use crate::http::visit::Visit;
use crate::view::sign_in::TermsAt;
use crate::view::words::Message;

#[derive(Debug)]
pub struct Asked {
    pub terms: TermsAt,
    /// What the application thinks that the person's user ID is.
    pub hint: Option<String>,
    /// Why somebody who may have signed in before is asked again.
    pub reason: Option<Message>,
}

/// Read from the waiting request each time, since a page of ours must not be told by the browser what to ask.
pub async fn asked(visit: &Visit) -> Result<Asked, Stop> {
    let session = visit.session.as_ref().ok().map(|live| &live.session);
    let pending = match &visit.state().interaction {
        Some(token) => waiting(&visit.app.oidc, &Plain::presented(token), session, &visit.act).await?,
        None => None,
    };
    let before = before(visit);
    let Some(pending) = pending else {
        return Ok(Asked { terms: TermsAt::Password, hint: None, reason: before });
    };
    Ok(Asked {
        terms: if pending.asks.with_password() { TermsAt::Password } else { TermsAt::AfterCode },
        reason: reason(&pending).or(before),
        hint: pending.login_hint,
    })
}

/// What the browser's session tells.
fn before(visit: &Visit) -> Option<Message> {
    match &visit.session {
        Err(Some(Ended::Idle)) => Some(Message::new("sign-in.after-idle")),
        Err(Some(Ended::Absolute)) => Some(Message::new("sign-in.after-long")),
        // Less than what they want to do asks for: the same way would lead here again.
        Ok(live) if Level::of(&live.session.proofs) == Some(Level::Aal1) => {
            Some(Message::new("sign-in.again-not-email"))
        }
        Ok(_) => Some(Message::new("sign-in.again")),
        Err(_) => None,
    }
}

/// What the application tells.
fn reason(pending: &Pending) -> Option<Message> {
    let Some(Need::SignIn(why)) = pending.need else { return None };
    let message = match why {
        Why::Nobody => return None,
        Why::Again => Message::new("sign-in.asked-again"),
        Why::TooOld { most } => too_old(most),
        Why::Somebody => Message::new("sign-in.somebody-else"),
    };
    Some(message.with("application", &pending.application))
}

/// In whole minutes, from two hours on in whole hours: more than that it certainly was.
fn too_old(most: Duration) -> Message {
    let minutes = u32::try_from(most.as_secs() / 60).unwrap_or(u32::MAX);
    match minutes {
        0 => Message::new("sign-in.asked-again"),
        1..120 => Message::new("sign-in.too-old-minutes").count("minutes", minutes),
        _ => Message::new("sign-in.too-old-hours").count("hours", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::words::Words;

    #[test]
    fn an_age_is_told_in_the_unit_that_people_use() {
        let said =
            |secs| Words::english().say(&too_old(Duration::from_secs(secs)).with("application", "MFT"));
        assert_eq!(said(5), "MFT asks you to sign in again.");
        assert!(said(60).starts_with("Your last sign-in was more than a minute ago."));
        assert!(said(600).starts_with("Your last sign-in was more than 10 minutes ago."));
        assert!(said(3 * 3600 + 1).starts_with("Your last sign-in was more than 3 hours ago."));
        assert!(said(u64::MAX).contains("hours ago"));
    }
}
