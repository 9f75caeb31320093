//! The ID token's claims (OpenID Connect Core §2).

use harp_core::kernel::assurance::{Aal, Ial, Method};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::claims::Acr;
use super::client::ClientId;
use super::issuer::Issuer;

/// What an ID token says. Members are written in this order, so that the same claims make the same bytes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct IdTokenClaims {
    pub iss: Issuer,
    /// Opaque, never a user ID or an e-mail address (SP 800-63C-4, FAL2).
    pub sub: String,
    pub aud: ClientId,
    /// Seconds since the epoch, as the three that follow.
    pub exp: i64,
    pub iat: i64,
    /// When the person last signed in: stated always (SP 800-63C-4).
    pub auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub acr: Acr,
    pub amr: Vec<&'static str>,
    /// The session at HARP, by a name that opens nothing.
    pub sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// JSON numbers: levels are compared.
    #[serde(rename = "urn:harp:claims:ial", serialize_with = "ial")]
    pub ial: Ial,
    #[serde(rename = "urn:harp:claims:aal", serialize_with = "aal")]
    pub aal: Aal,
    /// The roles in the asking application, and in no other. `None` when the scope `roles` was not given, and when
    /// they would make the token too long: then the userinfo endpoint tells them.
    #[serde(rename = "urn:harp:claims:roles", skip_serializing_if = "Option::is_none")]
    pub roles: Option<Value>,
    /// Claims about the person that were asked for by name.
    #[serde(flatten)]
    pub person: Map<String, Value>,
}

fn ial<S: Serializer>(level: &Ial, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u8(level.number())
}

fn aal<S: Serializer>(level: &Aal, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u8(level.number())
}

/// The `amr` of a sign-in (RFC 8176 §2): each method once, and `mfa` when it was more than one factor.
pub fn amr(methods: &[Method], aal: Aal) -> Vec<&'static str> {
    let mut out: Vec<&'static str> = Vec::new();
    for value in methods.iter().filter_map(|m| m.amr()) {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    if aal >= Aal::Two {
        out.push("mfa");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::claims::name;

    #[test]
    fn the_claims_have_one_order_and_their_namespaced_names() {
        let claims = IdTokenClaims {
            iss: Issuer::parse("https://harp.example").unwrap(),
            sub: "s".to_owned(),
            aud: ClientId::parse("mft").unwrap(),
            exp: 2,
            iat: 1,
            auth_time: 1,
            nonce: None,
            acr: Acr::Aal2,
            amr: amr(&[Method::Password, Method::Totp, Method::Totp], Aal::Two),
            sid: "x".to_owned(),
            at_hash: None,
            ial: Ial::None,
            aal: Aal::Two,
            roles: Some(serde_json::json!([])),
            person: Map::new(),
        };
        assert_eq!(
            serde_json::to_string(&claims).unwrap(),
            r#"{"iss":"https://harp.example","sub":"s","aud":"mft","exp":2,"iat":1,"auth_time":1,"acr":"urn:harp:acr:aal2","amr":["pwd","otp","mfa"],"sid":"x","urn:harp:claims:ial":0,"urn:harp:claims:aal":2,"urn:harp:claims:roles":[]}"#
        );
        assert!(
            [name::IAL, name::AAL, name::ROLES]
                .iter()
                .all(|n| serde_json::to_string(&claims).unwrap().contains(n))
        );
    }
}
