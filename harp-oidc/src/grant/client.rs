//! A relying application as it is registered. An operator registers it; nobody can register themselves yet.

use harp_core::kernel::secret::{Hashed, Plain, equal};
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::terms::TermsText;
use crate::jose::alg::Alg;
use crate::protocol::client::{AuthMethod, ClientCredentials, ClientId};
use crate::protocol::redirect::{ApplicationType, ProvenRedirect, RedirectUri};
use crate::protocol::scope::ScopeSet;
use crate::protocol::{ErrorCode, ProtocolError};

/// A relying application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Client {
    pub id: ClientId,
    /// For people (F08): `Managed File Transfer`.
    pub name: String,
    pub authentication: Authentication,
    pub redirects: Vec<RedirectUri>,
    #[serde(default)]
    pub post_logout: Vec<RedirectUri>,
    #[serde(default)]
    pub kind: ApplicationType,
    /// The most it may ask for; whatever goes beyond is not granted.
    pub scopes: ScopeSet,
    /// Slug of the program whose roles it is told, and no other's. `None`: it is told no roles.
    pub program: Option<String>,
    /// What its ID tokens are signed with; RS256 unless it says otherwise (OpenID Connect Core §15.1).
    pub signing: Alg,
    #[serde(default)]
    pub pkce: Pkce,
    #[serde(default)]
    pub consent: Consent,
    #[serde(default)]
    pub terms: Terms,
    /// What is accepted on the way to it; `None`: the provider's own terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_terms: Option<TermsText>,
    /// Where a person starts it from the portal.
    pub home: Option<String>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// How it proves itself at the token endpoint: this way and no other (RFC 9700 §2.5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Authentication {
    /// A public client: PKCE stands in for a secret.
    #[serde(rename = "none")]
    Public,
    ClientSecretBasic {
        secret: Hashed,
    },
    ClientSecretPost {
        secret: Hashed,
    },
}

/// Whether an authorization request needs a `code_challenge` (RFC 9700 §2.1.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    #[default]
    Required,
    /// For a confidential client that cannot do it. A public client is never exempt.
    Exempt,
}

/// Whose word it takes to tell the application about the person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The operator vouches for it: nobody is asked. All clients are of this kind until clients can register themselves.
    #[default]
    FirstParty,
}

/// When the person must accept the terms on the way to this application: with the password (F01), or after the code (F12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Not on the way: the box at the password is enough.
    #[default]
    Never,
    /// After the code, once for each version.
    EachVersion,
    /// After the code of each sign-in.
    EachSignIn,
}

impl Client {
    /// Whether `asked` is one of its redirect URIs.
    pub fn redirect(&self, asked: &str) -> Option<ProvenRedirect> {
        ProvenRedirect::prove(asked, &self.redirects, self.kind)
    }

    /// Whether `asked` is one of the places it may send a person to after signing out.
    pub fn after_logout(&self, asked: &str) -> Option<ProvenRedirect> {
        ProvenRedirect::prove(asked, &self.post_logout, self.kind)
    }

    /// A public client is never exempt, whatever its registration says.
    pub fn needs_pkce(&self) -> bool {
        self.pkce == Pkce::Required || self.authentication == Authentication::Public
    }

    /// `sub` is the same for all clients of one sector; all are of one sector until a client asks for pairwise `sub`.
    pub fn sector(&self) -> &'static str {
        "public"
    }
}

impl Authentication {
    pub fn method(&self) -> AuthMethod {
        match self {
            Authentication::Public => AuthMethod::None,
            Authentication::ClientSecretBasic { .. } => AuthMethod::ClientSecretBasic,
            Authentication::ClientSecretPost { .. } => AuthMethod::ClientSecretPost,
        }
    }

    fn secret(&self) -> Option<&Hashed> {
        match self {
            Authentication::Public => None,
            Authentication::ClientSecretBasic { secret } | Authentication::ClientSecretPost { secret } => {
                Some(secret)
            }
        }
    }
}

/// Whether these credentials are this client's. An unknown client, a wrong secret and another method all get the one
/// answer, after the same work: one hash and one comparison.
pub fn authenticate(client: Option<Client>, presented: &ClientCredentials) -> Result<Client, ProtocolError> {
    let secret = presented.secret().map_or("", |s| s.expose());
    let made = Plain::presented(secret).hashed();
    let stored = client.as_ref().and_then(|c| c.authentication.secret());
    // Whatever is not stored is compared with a hash that nothing has.
    let right = equal(made.as_str().as_bytes(), stored.map_or(&[b'-'; 43][..], |s| s.as_str().as_bytes()));
    let refused = |why: &'static str| {
        ProtocolError::new(ErrorCode::InvalidClient, "the client could not be authenticated").because(why)
    };
    let client = client.ok_or_else(|| refused("no such client"))?;
    if client.disabled_at.is_some() {
        return Err(refused("the client is disabled"));
    }
    if client.authentication.method() != presented.method() {
        return Err(refused("another method than the client is registered with"));
    }
    if client.authentication == Authentication::Public || right {
        Ok(client)
    } else {
        Err(refused("wrong secret"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::secret::Secret;

    fn client(authentication: Authentication) -> Client {
        Client {
            id: ClientId::parse("mft").unwrap(),
            name: "Managed File Transfer".into(),
            authentication,
            redirects: vec![],
            post_logout: vec![],
            kind: ApplicationType::Web,
            scopes: ScopeSet::default(),
            program: None,
            signing: Alg::Rs256,
            pkce: Pkce::Exempt,
            consent: Consent::FirstParty,
            terms: Terms::Never,
            own_terms: None,
            home: None,
            created_at: Timestamp::from_secs(0),
            disabled_at: None,
        }
    }

    fn basic(secret: &str) -> ClientCredentials {
        ClientCredentials::Basic { id: ClientId::parse("mft").unwrap(), secret: Secret::new(secret.into()) }
    }

    /// RFC 6749 §2.3, RFC 9700 §2.5: the registered method and no other.
    #[test]
    fn a_client_authenticates_in_its_own_way_only() {
        let secret = Plain::presented("right").hashed();
        let confidential = client(Authentication::ClientSecretBasic { secret: secret.clone() });
        let id = || ClientId::parse("mft").unwrap();
        let post = ClientCredentials::Post { id: id(), secret: Secret::new("right".into()) };
        let public = ClientCredentials::Public { id: id() };
        let code = |c: Option<Client>, p: &ClientCredentials| authenticate(c, p).map_err(|e| e.code()).err();
        assert_eq!(code(Some(confidential.clone()), &basic("right")), None);
        for wrong in [&basic("wrong"), &basic(""), &basic(secret.as_str()), &post, &public] {
            assert_eq!(code(Some(confidential.clone()), wrong), Some(ErrorCode::InvalidClient), "{wrong:?}");
        }
        assert_eq!(code(None, &basic("right")), Some(ErrorCode::InvalidClient));
        assert_eq!(code(None, &public), Some(ErrorCode::InvalidClient));
        let disabled = Client { disabled_at: Some(Timestamp::from_secs(1)), ..confidential };
        assert_eq!(code(Some(disabled), &basic("right")), Some(ErrorCode::InvalidClient));
    }

    #[test]
    fn a_public_client_has_no_secret_and_is_never_exempt_from_pkce() {
        let public = client(Authentication::Public);
        assert!(public.needs_pkce());
        assert!(authenticate(Some(public.clone()), &basic("-")).is_err());
        let id = ClientId::parse("mft").unwrap();
        assert!(authenticate(Some(public), &ClientCredentials::Public { id }).is_ok());
    }
}
