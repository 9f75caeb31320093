//! Signs the ID token and writes the answer, after the transaction.

use std::time::Duration;

use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Plain;

use super::code::Redeemed;
use crate::flow::claims::{Person, ial};
use crate::flow::provider::Oidc;
use crate::grant::access::AccessToken;
use crate::jose::alg::Typ;
use crate::jose::jws::{self, SignFault, Signer};
use crate::protocol::id_token::{IdTokenClaims, amr};
use crate::protocol::scope::Scope;
use crate::protocol::token::{TokenResponse, TokenType};

/// How long an ID token is good for: it is read once, at sign-in.
const LIFE: Duration = Duration::from_secs(10 * 60);

pub(super) fn answer(
    oidc: &Oidc,
    redeemed: &Redeemed,
    (access, key): (Plain, &dyn Signer),
    act: &Act,
) -> Result<TokenResponse, Trouble> {
    let grant = &redeemed.behind.family.grant;
    let account = &redeemed.behind.account;
    let person = Person { account, roles: &redeemed.roles };
    let facts = &grant.sign_in;
    let roles = match grant.scopes.contains(Scope::Roles) {
        true => Some(serde_json::to_value(&redeemed.roles).map_err(broken)?),
        false => None,
    };
    let mut told = person.told(&grant.id_token);
    // These have a place of their own.
    told.remove("sub");
    told.remove(crate::protocol::claims::name::ROLES);
    let claims = IdTokenClaims {
        iss: oidc.issuer.clone(),
        sub: grant.subject.to_string(),
        aud: grant.client.clone(),
        exp: (act.now + LIFE).secs(),
        iat: act.now.secs(),
        auth_time: facts.auth_time.secs(),
        nonce: redeemed.code.bound.nonce.clone(),
        acr: facts.acr,
        amr: amr(&facts.methods, facts.aal),
        sid: grant.session.to_string(),
        at_hash: Some(key.alg().half_hash(access.expose())),
        ial: ial(account, oidc.harp.profile),
        aal: facts.aal,
        roles,
        person: told,
    };
    let id_token = signed(key, claims)?;
    Ok(TokenResponse {
        access_token: access,
        token_type: TokenType::Bearer,
        expires_in: AccessToken::LIFE.as_secs(),
        scope: grant.scopes.clone(),
        refresh_token: None,
        id_token: Some(Plain::presented(&id_token)),
    })
}

/// What does not fit with the roles is told without them: nobody is kept out for holding many. The userinfo endpoint,
/// which has no such bound, tells them to whoever finds the claim absent.
fn signed(key: &dyn Signer, mut claims: IdTokenClaims) -> Result<String, Trouble> {
    let id_token = match jws::sign(key, Typ::Jwt, &claims) {
        Err(SignFault::TooLong) if claims.roles.take().is_some() => jws::sign(key, Typ::Jwt, &claims),
        fits => fits,
    };
    id_token.map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> Trouble {
    Trouble::Corrupt { private: format!("an ID token cannot be made: {why}") }
}
