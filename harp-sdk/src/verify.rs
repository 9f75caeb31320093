//! The rules of an ID token, each of OpenID Connect Core 1.0 §3.1.3.7. Pure: keys and time are values.

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use harp_core::kernel::time::Timestamp;
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IdToken, IdTokenVerifier, IssuerUrl,
    JsonWebKey as _, Nonce, SignatureVerificationError,
};
use serde::Deserialize;

use crate::error::TokenFault;
use crate::identity::{Claims, HarpClaims, Identity, Roles};
use crate::proof::SKEW;

/// An ID token is used the moment it is issued: an older one was kept by somebody.
const OLDEST: Duration = Duration::from_secs(10 * 60);
const LONGEST: usize = 128 * 1024;

/// The algorithms that count, whatever a token or a key says: no `none`, no HMAC with a public key for a secret.
const ALGORITHMS: [(&str, CoreJwsSigningAlgorithm); 2] = [
    ("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
    ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
];

/// What this sign-in asked for.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub max_age: Option<Duration>,
    pub access_token: &'a str,
    pub now: Timestamp,
}

/// The header of a token that nobody has verified: enough to know which key to look for.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    alg: String,
    pub kid: Option<String>,
}

impl Header {
    /// Refuses any other shape and any other algorithm before a key is looked up or fetched.
    pub fn unverified(token: &str) -> Result<Header, TokenFault> {
        let mut parts = token.split('.');
        let (Some(head), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenFault::Malformed);
        };
        if token.len() > LONGEST {
            return Err(TokenFault::Malformed);
        }
        let json = URL_SAFE_NO_PAD.decode(head).map_err(|_| TokenFault::Malformed)?;
        let header: Header = serde_json::from_slice(&json).map_err(|_| TokenFault::Malformed)?;
        if ALGORITHMS.iter().any(|(name, _)| *name == header.alg) {
            Ok(header)
        } else {
            Err(TokenFault::Algorithm(header.alg.chars().filter(char::is_ascii_graphic).take(20).collect()))
        }
    }
}

type Token = IdToken<HarpClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What a token says that keeps every rule.
#[derive(Debug)]
pub(crate) struct Verified {
    pub who: Identity,
    pub roles: Roles,
}

/// Holds the token against every rule.
pub(crate) fn verify(
    token: &str,
    keys: &[CoreJsonWebKey],
    expected: &Expected<'_>,
) -> Result<Verified, TokenFault> {
    Header::unverified(token)?;
    let token = Token::from_str(token).map_err(|_| TokenFault::Malformed)?;
    let issuer = IssuerUrl::new(expected.issuer.to_owned()).map_err(|_| TokenFault::Issuer)?;
    let at = |moment: Timestamp| DateTime::<Utc>::from_timestamp(moment.secs(), 0).unwrap_or_default();
    let verifier = IdTokenVerifier::new_public_client(
        ClientId::new(expected.client_id.to_owned()),
        issuer,
        CoreJsonWebKeySet::new(keys.to_vec()),
    )
    .set_allowed_algs(ALGORITHMS.map(|(_, algorithm)| algorithm))
    .set_time_fn(|| at(expected.now - SKEW));
    let nonce = Nonce::new(expected.nonce.to_owned());
    let claims = token.claims(&verifier, &nonce).map_err(fault)?;
    // The library checks issuer, audience, signature, expiry and nonce; what follows it leaves open.
    if claims.issuer().as_str() != expected.issuer {
        return Err(TokenFault::Issuer);
    }
    if claims.authorized_party().is_some_and(|azp| azp.as_str() != expected.client_id) {
        return Err(TokenFault::Audience);
    }
    issued_lately(claims, expected)?;
    authenticated_lately(claims, expected)?;
    if let Some(hash) = claims.access_token_hash() {
        belongs(hash, &token, &verifier, expected.access_token)?;
    }
    let roles = if claims.additional_claims().roles.is_some() { Roles::Known } else { Roles::Untold };
    Ok(Verified { who: Identity::from(claims), roles })
}

fn issued_lately(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenFault> {
    let issued = Timestamp::from_secs(claims.issue_time().timestamp());
    let fits = issued <= expected.now + SKEW && issued + OLDEST + SKEW >= expected.now;
    if fits { Ok(()) } else { Err(TokenFault::IssuedAt) }
}

fn authenticated_lately(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenFault> {
    let moment = claims.auth_time().map(|time| Timestamp::from_secs(time.timestamp()));
    let fits = match (moment, expected.max_age) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(moment), None) => moment <= expected.now + SKEW,
        (Some(moment), Some(age)) => moment <= expected.now + SKEW && moment + age + SKEW >= expected.now,
    };
    if fits { Ok(()) } else { Err(TokenFault::AuthTime) }
}

/// OpenID Connect Core 1.0 §3.1.3.8.
fn belongs(
    hash: &AccessTokenHash,
    token: &Token,
    verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
    access_token: &str,
) -> Result<(), TokenFault> {
    let algorithm = token.signing_alg().map_err(|_| TokenFault::AccessTokenHash)?;
    let key = token.signing_key(verifier).map_err(|_| TokenFault::AccessTokenHash)?;
    let access_token = AccessToken::new(access_token.to_owned());
    let wanted = AccessTokenHash::from_token(&access_token, algorithm, key)
        .map_err(|_| TokenFault::AccessTokenHash)?;
    if wanted == *hash { Ok(()) } else { Err(TokenFault::AccessTokenHash) }
}

/// The keys that a token names; all of them when it names none.
pub(crate) fn named(keys: &CoreJsonWebKeySet, kid: Option<&str>) -> Vec<CoreJsonWebKey> {
    let fits =
        |key: &&CoreJsonWebKey| kid.is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid));
    keys.keys().iter().filter(fits).cloned().collect()
}

fn fault(error: ClaimsVerificationError) -> TokenFault {
    use ClaimsVerificationError as E;
    use SignatureVerificationError as S;
    match error {
        E::Expired(_) => TokenFault::Expired,
        E::InvalidAudience(_) => TokenFault::Audience,
        E::InvalidIssuer(_) => TokenFault::Issuer,
        E::InvalidNonce(_) => TokenFault::Nonce,
        E::InvalidAuthTime(_) => TokenFault::AuthTime,
        E::InvalidSubject(_) => TokenFault::Subject,
        E::SignatureVerification(S::NoMatchingKey | S::AmbiguousKeyId(_)) => TokenFault::NoKey,
        E::SignatureVerification(S::DisallowedAlg(alg) | S::UnsupportedAlg(alg)) => {
            TokenFault::Algorithm(alg)
        }
        E::SignatureVerification(_) => TokenFault::Signature,
        _ => TokenFault::Malformed,
    }
}
