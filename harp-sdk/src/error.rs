//! What can go wrong, and what a person may read about it. Nothing internal reaches a [`Public`] text.

use std::borrow::Cow;

use crate::proof::Shortfall;

/// A configuration that cannot work. Found by [`crate::Harp::new`], before any request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// An issuer and an application talk over TLS; `http` is for loopback only.
    #[error("`{0}` must begin with https:// (http:// only on loopback)")]
    Insecure(String),
    #[error("`{0}` must be a URL without user, query or fragment")]
    Cluttered(String),
    #[error("`{0}` must be a base URL that ends with its port or host: https://files.example.org")]
    BaseWithPath(String),
    #[error("the client id is empty or has characters outside printable ASCII")]
    ClientId,
    #[error("a cookie secret is 32 bytes: 64 hexadecimal digits, or base64 of them")]
    CookieSecret,
    #[error("`{0}` is not a path of this application: it begins with one slash")]
    Path(String),
    #[error("the trusted certificate is not PEM: {0}")]
    Certificate(String),
    #[error("no HTTP client: {0}")]
    Http(String),
}

/// The provider did not answer as it must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answered {status}")]
    Status { url: String, status: u16 },
    #[error("{url} answered more than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error("{url} answered what cannot be read: {why}")]
    Malformed { url: String, why: String },
    /// OpenID Connect Discovery 1.0 §4.3: the issuer in the document is the one that was asked.
    #[error("discovery at `{asked}` names the issuer `{found}`")]
    OtherIssuer { asked: String, found: String },
    #[error("the provider names an endpoint without TLS: `{0}`")]
    Insecure(String),
    #[error("a task ended early")]
    Interrupted,
}

/// Why an ID token is refused (OpenID Connect Core 1.0 §3.1.3.7).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    #[error("not a compact token with a header, claims and a signature")]
    Malformed,
    #[error("signed with `{0}`, which is not one of RS256 and ES256")]
    Algorithm(String),
    #[error("no key of the provider fits")]
    NoKey,
    #[error("the signature is wrong")]
    Signature,
    #[error("issued by somebody else")]
    Issuer,
    #[error("meant for another application")]
    Audience,
    #[error("expired")]
    Expired,
    #[error("issued in the future, or too long ago")]
    IssuedAt,
    #[error("the nonce is not the one of this sign-in")]
    Nonce,
    #[error("the moment of authentication is missing, or too long ago")]
    AuthTime,
    #[error("it does not belong to the access token beside it")]
    AccessTokenHash,
    #[error("the claims about the person are of another person")]
    Subject,
}

/// An error response of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Declined {
    AccessDenied,
    LoginRequired,
    InteractionRequired,
    ConsentRequired,
    TemporarilyUnavailable,
    ServerError,
    /// OpenID Connect Core Unmet Authentication Requirements 1.0: no sign-in of this person is as strong as was asked.
    Unmet,
    /// Any other code: a fault of the registration or of this library.
    Other(String),
}

impl Declined {
    pub(crate) fn parse(code: &str) -> Declined {
        match code {
            "access_denied" => Declined::AccessDenied,
            "login_required" => Declined::LoginRequired,
            "interaction_required" | "account_selection_required" => Declined::InteractionRequired,
            "consent_required" => Declined::ConsentRequired,
            "temporarily_unavailable" => Declined::TemporarilyUnavailable,
            "unmet_authentication_requirements" => Declined::Unmet,
            "server_error" => Declined::ServerError,
            other => Declined::Other(other.chars().filter(char::is_ascii_graphic).take(60).collect()),
        }
    }
}

/// A sign-in that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// No sign-in of this browser waits for this answer: it is done, older than ten minutes, or of another browser.
    #[error("no sign-in of this browser waits for this answer")]
    NotBegun,
    #[error("the answer of the provider is not readable")]
    Malformed,
    /// RFC 9207 §2.4: the mix-up attack.
    #[error("the answer comes from another provider, or does not say from which")]
    OtherIssuer,
    #[error("the provider declined: {0:?}")]
    Declined(Declined),
    #[error("the provider did not redeem the code: `{0}`")]
    NotRedeemed(String),
    #[error("the ID token is refused: {0}")]
    Token(#[from] TokenFault),
    /// A step-up that did not reach what was asked.
    #[error("the sign-in does not prove enough: {0}")]
    NotProven(Shortfall),
    /// A step-up by somebody else than the person who is signed in.
    #[error("another person signed in than the one who was to confirm")]
    OtherPerson,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// What is to be sealed does not fit into a cookie, or the cipher refused it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    #[error("a cookie of {0} bytes: browsers keep 4096")]
    TooBig(usize),
    #[error("a value cannot be sealed")]
    Cipher,
}

/// What a person may read about an error, and the HTTP status it goes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// Of the answer.
    pub status: u16,
    /// A few words, as a heading.
    pub title: &'static str,
    /// What happened, and what to do.
    pub text: Cow<'static, str>,
}

const AGAIN: Public = Public {
    status: 400,
    title: "Please sign in again",
    text: Cow::Borrowed(
        "This sign-in was finished already, took longer than ten minutes, or began in another browser. Nothing \
           is lost: start again.",
    ),
};
const AWAY: Public = Public {
    status: 503,
    title: "Sign-in is not available right now",
    text: Cow::Borrowed("The sign-in service did not answer. Please try again in a few minutes."),
};
const NOT_VERIFIED: Public = Public {
    status: 400,
    title: "We could not complete your sign-in",
    text: Cow::Borrowed(
        "The answer of the sign-in service could not be verified, so you are not signed in. Please try again. If \
           it happens again, tell the help desk the time of day.",
    ),
};

impl SignInError {
    /// The words for the person.
    pub fn public(&self) -> Public {
        match self {
            SignInError::NotBegun => AGAIN,
            SignInError::Malformed
            | SignInError::OtherIssuer
            | SignInError::NotRedeemed(_)
            | SignInError::Token(_) => NOT_VERIFIED,
            SignInError::Declined(declined) => declined.public(),
            SignInError::NotProven(shortfall) => Public {
                status: 403,
                title: "A stronger sign-in is needed",
                text: Cow::Owned(shortfall.to_string()),
            },
            SignInError::OtherPerson => Public {
                status: 403,
                title: "Somebody else signed in",
                text: Cow::Borrowed(
                    "You were to confirm that it is you, and another person signed in. Confirm as the person who is \
                     signed in here, or sign out first.",
                ),
            },
            SignInError::Provider(_) => AWAY,
            SignInError::Seal(_) => Public {
                status: 500,
                title: "We could not complete your sign-in",
                text: Cow::Borrowed(
                    "Something went wrong on our side. Please try again, and tell the help desk if it happens again.",
                ),
            },
        }
    }
}

impl Declined {
    fn public(&self) -> Public {
        match self {
            Declined::AccessDenied => Public {
                status: 403,
                title: "You did not sign in",
                text: Cow::Borrowed(
                    "The sign-in was cancelled, or the sign-in service refused it. You can start again.",
                ),
            },
            Declined::LoginRequired | Declined::InteractionRequired | Declined::ConsentRequired => Public {
                status: 401,
                title: "Please sign in",
                text: Cow::Borrowed(
                    "The sign-in service needs you to sign in or to answer a question first.",
                ),
            },
            Declined::Unmet => Public {
                status: 403,
                title: "A stronger sign-in is needed",
                text: Cow::Borrowed(
                    "The sign-in service cannot sign you in as strongly as this needs. You may have to add another way to \
                     sign in to your profile there first.",
                ),
            },
            Declined::TemporarilyUnavailable | Declined::ServerError => AWAY,
            Declined::Other(_) => NOT_VERIFIED,
        }
    }
}
