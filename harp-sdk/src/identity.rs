//! Who signed in, and what the provider says of them.

use harp_core::access::decide::HeldRole;
use harp_core::kernel::assurance::{Aal, Ial};
use harp_core::kernel::time::Timestamp;
use openidconnect::AdditionalClaims;
use openidconnect::core::CoreGenderClaim;
use serde::{Deserialize, Serialize};

/// A person, as a verified ID token describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Opaque, stable for this person at this provider. The key for what an application stores about them.
    #[serde(rename = "u")]
    pub sub: String,
    /// The provider's session, when it names one.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    /// The name to show, when the provider tells one.
    pub name: Option<String>,
    /// Only when the provider verified it.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The roles of this application's programs, as of [`crate::Session::confirmed`].
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<HeldRole>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    /// How the sign-in was done, as one value (OpenID Connect Core 1.0 §2); [`crate::Level`] reads it.
    pub acr: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    /// The methods of the sign-in (RFC 8176).
    pub amr: Vec<String>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    /// How sure it is who the person is.
    pub ial: Option<Ial>,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    /// How sure it is that it was this person who signed in.
    pub aal: Option<Aal>,
    /// When the person proved who they are; a silent sign-in keeps the moment of the first one.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
}

impl Identity {
    /// A name to address them by.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().or(self.email.as_deref()).unwrap_or("Signed-in user")
    }
}

/// Whether the roles of an [`Identity`] are all that the person has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Roles {
    #[default]
    #[serde(rename = "k")]
    Known,
    /// Too many for where it was written: they are to be asked for. Until then nobody knows of any.
    #[serde(rename = "u")]
    Untold,
}

impl Roles {
    pub fn are_known(&self) -> bool {
        *self == Roles::Known
    }
}

/// What HARP adds to the standard claims.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HarpClaims {
    #[serde(default)]
    pub sid: Option<String>,
    #[serde(rename = "urn:harp:claims:ial", default)]
    pub ial: Option<Level>,
    #[serde(rename = "urn:harp:claims:aal", default)]
    pub aal: Option<Level>,
    /// `None`: they may be too many for a token, and the userinfo endpoint tells them.
    #[serde(rename = "urn:harp:claims:roles", default)]
    pub roles: Option<Vec<HeldRole>>,
}

impl AdditionalClaims for HarpClaims {}

/// A level as a number, or as the digit that harp-core writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Level {
    Number(u8),
    Digit(String),
}

impl Level {
    fn number(&self) -> Option<u8> {
        match self {
            Level::Number(number) => Some(*number),
            Level::Digit(digit) => digit.parse().ok(),
        }
    }
}

pub(crate) type Claims = openidconnect::IdTokenClaims<HarpClaims, CoreGenderClaim>;

impl From<&Claims> for Identity {
    fn from(claims: &Claims) -> Identity {
        let harp = claims.additional_claims();
        let verified = claims.email_verified() == Some(true);
        Identity {
            sub: claims.subject().to_string(),
            sid: harp.sid.clone(),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            email: claims.email().filter(|_| verified).map(|email| email.to_string()),
            roles: harp.roles.clone().unwrap_or_default(),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()),
            amr: claims.auth_method_refs().into_iter().flatten().map(|amr| amr.to_string()).collect(),
            ial: harp.ial.as_ref().and_then(Level::number).and_then(Ial::from_number),
            aal: harp.aal.as_ref().and_then(Level::number).and_then(Aal::from_number),
            auth_time: claims.auth_time().map(|time| Timestamp::from_secs(time.timestamp())),
        }
    }
}
