//! The userinfo endpoint (OpenID Connect Core 1.0 §5.3): what the provider says of the person now.

use harp_core::access::decide::HeldRole;
use serde::Deserialize;
use url::Url;

use crate::error::ProviderError;
use crate::identity::{Identity, Roles};
use crate::wire::Wire;

/// Claims about a person. They count once [`UserInfo::is_of`] has compared them (§5.3.2).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct UserInfo {
    sub: String,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    /// A provider that says nothing of roles says that there are none.
    #[serde(rename = "urn:harp:claims:roles", default)]
    roles: Vec<HeldRole>,
}

/// What became of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    About(UserInfo),
    /// The access token is worth nothing any more: what stood behind it has ended (RFC 6750 §3.1).
    Over,
}

impl UserInfo {
    /// OpenID Connect Core 1.0 §5.3.2: claims with another `sub` MUST NOT be used.
    pub fn is_of(&self, who: &Identity) -> bool {
        self.sub == who.sub
    }

    /// What the ID token does not say: name and e-mail address, and roles that were too many for it.
    pub fn complete(self, who: &mut Identity, roles: Roles) {
        if !roles.are_known() {
            who.roles = self.roles;
        }
        who.name = who.name.take().or(self.name);
        who.email = who.email.take().or(self.email.filter(|_| self.email_verified));
    }

    /// The person as they are now. How they signed in (`acr`, `amr`, `auth_time`, `sid`) stays as the ID token said.
    pub fn renew(self, who: &mut Identity) {
        who.name = self.name.or(who.name.take());
        who.email = match self.email {
            Some(email) => Some(email).filter(|_| self.email_verified),
            None => who.email.take(),
        };
        who.roles = self.roles;
    }
}

/// Only 401 says that the token is dead (RFC 6750 §3.1: `invalid_token`); a 403 is of something that stands in front of
/// the provider, and no reason to sign everybody out.
pub(crate) async fn ask(wire: &Wire, url: &Url, access_token: &str) -> Result<Told, ProviderError> {
    match wire.json(url, Some(access_token)).await {
        Ok(info) => Ok(Told::About(info)),
        Err(ProviderError::Status { status: 401, .. }) => Ok(Told::Over),
        Err(error) => Err(error),
    }
}
