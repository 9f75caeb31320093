//! The authorization endpoint (OpenID Connect Core §3.1.2): the request is checked ([`check`]), the person is seen and
//! judged ([`decide`]), and what follows is done in one transaction ([`issue`]): a code, or a request that waits.

pub mod check;
pub mod decide;
mod hint;
mod issue;
mod wait;

use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Plain;

use self::check::{Checked, Refusal, Unchecked};
pub use self::decide::{Need, Why, Wish};
pub use self::wait::{Pending, decline, decline_step_up, resume, waiting};
use super::client_auth;
use super::provider::{Location, Oidc};
use crate::protocol::ProtocolError;
use crate::protocol::authorize::AuthorizeRequest;
use crate::protocol::client::ClientId;
use crate::protocol::response::{AuthorizeResponse, Outcome};

/// What the browser is told.
#[derive(Debug)]
pub enum Answer {
    /// Back to the application, with a code or an error.
    Redirect(Location),
    /// A page of ours first; then [`resume`].
    Interact(Interact),
    /// Who asks, or where to answer, is not proven: an error page, and no redirect (RFC 6749 §4.1.2.1).
    Page(ProtocolError),
    /// There is no such waiting request any more: it took too long, or was answered in another tab.
    Gone,
}

/// A request that waits for the person.
#[derive(Debug)]
pub struct Interact {
    /// Names the waiting request; for [`waiting`], [`resume`] and [`decline`].
    pub token: Plain,
    pub need: Need,
    pub client: ClientId,
    /// The application's name, for people (F08).
    pub application: String,
    /// Where forms on the way may end by redirects: for `form-action` of the Content-Security-Policy.
    pub form_action: String,
}

/// Answers an authorization request. `session` is the secret of the browser's session cookie.
pub async fn authorize(
    oidc: &Oidc,
    request: &AuthorizeRequest,
    session: Option<&Plain>,
    act: &Act,
) -> Result<Answer, Trouble> {
    match checked(oidc, request, act).await? {
        Ok(checked) => issue::judge(oidc, &checked, session, act).await,
        Err(refusal) => Ok(refused(oidc, &refusal)),
    }
}

/// The checks in their order. An error may redirect only once the redirect URI is proven, and the types see to that.
async fn checked(
    oidc: &Oidc,
    request: &AuthorizeRequest,
    act: &Act,
) -> Result<Result<Checked, Refusal>, Trouble> {
    let unchecked = Unchecked { request };
    let found = match unchecked.client_id() {
        Ok(id) => client_auth::find(oidc, &id).await?,
        Err(error) => return Ok(Err(Refusal::Page(error))),
    };
    let proven = match unchecked.with_client(found).and_then(check::WithClient::with_redirect) {
        Ok(proven) => proven,
        Err(error) => return Ok(Err(Refusal::Page(error))),
    };
    let checked = match proven.check() {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    hint::check(oidc, checked, act).await
}

fn refused(oidc: &Oidc, refusal: &Refusal) -> Answer {
    match refusal {
        Refusal::Page(error) => Answer::Page(error.clone()),
        Refusal::Redirect { to, state, error } => {
            let state = state.as_deref();
            let response =
                AuthorizeResponse { outcome: Outcome::Refused(error), state, issuer: &oidc.issuer };
            Answer::Redirect(Location(response.location(to)))
        }
    }
}
