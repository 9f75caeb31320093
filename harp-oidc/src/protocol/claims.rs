//! Claims: the names that HARP issues, the `acr` values and their order, and the `claims` request parameter.

use std::collections::{BTreeMap, BTreeSet};

use harp_core::factor::level::Level;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ProtocolError;
use super::json::{self, Bounds};
use super::scope::{Scope, ScopeSet};

/// Names of claims that no registry has.
pub mod name {
    /// The roles that the person holds in the asking application, and in no other.
    pub const ROLES: &str = "urn:harp:claims:roles";
    /// The identity assurance level, a number from 0 to 3 (SP 800-63C-4: always stated).
    pub const IAL: &str = "urn:harp:claims:ial";
    /// The authentication assurance level of this sign-in, a number from 1 to 3.
    pub const AAL: &str = "urn:harp:claims:aal";
}

/// An authentication context: how a sign-in was done. In order, each satisfies those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Acr {
    #[serde(rename = "urn:harp:acr:aal1")]
    Aal1,
    #[serde(rename = "urn:harp:acr:aal2")]
    Aal2,
    /// AAL2 in a way that a false site cannot pass on (SP 800-63B-4 §3.2.5).
    #[serde(rename = "urn:harp:acr:aal2-phr")]
    Aal2PhishingResistant,
}

impl Acr {
    pub const ALL: [Acr; 3] = [Acr::Aal1, Acr::Aal2, Acr::Aal2PhishingResistant];

    pub fn as_str(self) -> &'static str {
        match self {
            Acr::Aal1 => "urn:harp:acr:aal1",
            Acr::Aal2 => "urn:harp:acr:aal2",
            Acr::Aal2PhishingResistant => "urn:harp:acr:aal2-phr",
        }
    }

    pub fn parse(text: &str) -> Option<Acr> {
        Acr::ALL.into_iter().find(|a| a.as_str() == text)
    }

    /// What a session must reach for it.
    pub fn level(self) -> Level {
        match self {
            Acr::Aal1 => Level::Aal1,
            Acr::Aal2 => Level::Aal2,
            Acr::Aal2PhishingResistant => Level::Aal2PhishingResistant,
        }
    }

    /// What a session of this level reaches.
    pub fn of(level: Level) -> Acr {
        match level {
            Level::Aal1 => Acr::Aal1,
            Level::Aal2 => Acr::Aal2,
            Level::Aal2PhishingResistant => Acr::Aal2PhishingResistant,
        }
    }
}

/// What the application asks of the sign-in, by `acr_values` or by the claim `acr`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AcrWish {
    Any,
    /// Would like one of these, takes another (OpenID Connect Core §3.1.2.1, `acr_values`).
    Voluntary(BTreeSet<Acr>),
    /// One of these, or the sign-in has failed (§5.5.1.1). Empty when none of those asked for is known.
    Essential(BTreeSet<Acr>),
}

impl AcrWish {
    /// The `acr` to state after a sign-in that reached `reached`: of those asked for, the highest that it satisfies.
    /// `None`: it does not do, and the answer is a step-up or `unmet_authentication_requirements`.
    pub fn answer(&self, reached: Acr) -> Option<Acr> {
        let best = |asked: &BTreeSet<Acr>| asked.range(..=reached).next_back().copied();
        match self {
            AcrWish::Any => Some(reached),
            AcrWish::Voluntary(asked) => Some(best(asked).unwrap_or(reached)),
            AcrWish::Essential(asked) => best(asked),
        }
    }

    /// The least of those asked for, when a sign-in that reached `reached` satisfies none of them: what a step-up is for.
    pub fn short_of(&self, reached: Acr) -> Option<Acr> {
        match self {
            AcrWish::Any => None,
            AcrWish::Voluntary(asked) | AcrWish::Essential(asked) => {
                asked.first().copied().filter(|least| *least > reached)
            }
        }
    }
}

/// How one claim is asked for (OpenID Connect Core §5.5.1).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClaimWish {
    pub essential: bool,
    /// The values that would do, from `value` or `values`. Empty: any.
    pub values: Vec<Value>,
}

/// The `claims` parameter (OpenID Connect Core §5.5): claims by name, by the place where they are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClaimsRequest {
    pub userinfo: BTreeMap<String, ClaimWish>,
    pub id_token: BTreeMap<String, ClaimWish>,
}

impl ClaimsRequest {
    const BOUNDS: Bounds = Bounds { bytes: 8 * 1024, depth: 5, values: 256 };

    /// Parses the JSON text. Members that are not understood are ignored (§5.5, §5.5.1).
    pub fn parse(text: &str) -> Result<ClaimsRequest, ProtocolError> {
        let members = json::object(text.as_bytes(), Self::BOUNDS).map_err(|fault| {
            ProtocolError::invalid_request("`claims` is not acceptable JSON").because(fault)
        })?;
        let place = |name| members.get(name).map(wishes).transpose().map(Option::unwrap_or_default);
        Ok(ClaimsRequest { userinfo: place("userinfo")?, id_token: place("id_token")? })
    }

    /// The claims for the userinfo response: those of the scopes and those asked for by name, if HARP issues them.
    /// With the code flow, claims of scopes go there and not into the ID token (OpenID Connect Core §5.4).
    pub fn for_userinfo(&self, scopes: &ScopeSet) -> BTreeSet<&'static str> {
        let of_scopes = scopes.iter().flat_map(|s| s.claims()).copied();
        of_scopes.chain(issued(&self.userinfo)).collect()
    }

    /// The claims about the person that are to stand in the ID token as well, because they were asked for by name.
    pub fn for_id_token(&self) -> BTreeSet<&'static str> {
        issued(&self.id_token).collect()
    }

    /// The wish that `acr` in the ID token expresses.
    pub(super) fn acr(&self) -> AcrWish {
        let Some(wish) = self.id_token.get("acr") else { return AcrWish::Any };
        let known = wish.values.iter().filter_map(|v| v.as_str()).filter_map(Acr::parse).collect();
        match wish {
            // It is always stated: to ask for it without a value asks for nothing more.
            ClaimWish { values, .. } if values.is_empty() => AcrWish::Any,
            ClaimWish { essential: true, .. } => AcrWish::Essential(known),
            ClaimWish { essential: false, .. } => AcrWish::Voluntary(known),
        }
    }
}

/// The claims about a person that HARP can state.
pub fn about_person() -> impl Iterator<Item = &'static str> {
    Scope::ALL.into_iter().flat_map(Scope::claims).copied()
}

fn issued(asked: &BTreeMap<String, ClaimWish>) -> impl Iterator<Item = &'static str> {
    about_person().filter(|known| asked.contains_key(*known))
}

fn wishes(place: &Value) -> Result<BTreeMap<String, ClaimWish>, ProtocolError> {
    match place {
        Value::Null => Ok(BTreeMap::new()),
        Value::Object(members) => members.iter().map(|(name, how)| Ok((name.clone(), wish(how)?))).collect(),
        _ => Err(ProtocolError::invalid_request("`claims` has a member that is not an object")),
    }
}

fn wish(how: &Value) -> Result<ClaimWish, ProtocolError> {
    let bad = || ProtocolError::invalid_request("`claims` asks for a claim in a way that is not understood");
    let members = match how {
        Value::Null => return Ok(ClaimWish::default()),
        Value::Object(members) => members,
        _ => return Err(bad()),
    };
    let essential = match members.get("essential") {
        None => false,
        Some(value) => value.as_bool().ok_or_else(bad)?,
    };
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(one), None) => vec![one.clone()],
        (None, Some(Value::Array(many))) => many.clone(),
        _ => return Err(bad()),
    };
    Ok(ClaimWish { essential, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_openid_connect_core_is_understood() {
        let asked = ClaimsRequest::parse(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"email":{"essential":true},
                "email_verified":{"essential":true},"picture":null,"http://example.info/claims/groups":null},
               "id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]}}}"#,
        )
        .unwrap();
        let names: Vec<_> = asked.for_userinfo(&ScopeSet::from_iter([Scope::Openid])).into_iter().collect();
        assert_eq!(names, ["email", "email_verified", "given_name", "sub"]);
        assert!(asked.for_id_token().is_empty());
        assert_eq!(asked.acr(), AcrWish::Voluntary(BTreeSet::new()));
    }

    #[test]
    fn an_essential_acr_that_nobody_knows_is_met_by_nothing() {
        let wish = |text| ClaimsRequest::parse(text).unwrap().acr();
        let unknown = wish(r#"{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}"#);
        assert_eq!((unknown.answer(Acr::Aal2PhishingResistant), unknown.short_of(Acr::Aal1)), (None, None));
        let two =
            wish(r#"{"id_token":{"acr":{"essential":true,"values":["urn:harp:acr:aal2","urn:other"]}}}"#);
        assert_eq!((two.answer(Acr::Aal1), two.short_of(Acr::Aal1)), (None, Some(Acr::Aal2)));
        assert_eq!((two.short_of(Acr::Aal2), two.short_of(Acr::Aal2PhishingResistant)), (None, None));
        assert_eq!(
            two.answer(Acr::Aal2PhishingResistant),
            Some(Acr::Aal2),
            "one of those asked for is stated"
        );
        assert_eq!(wish(r#"{"id_token":{"acr":{"essential":true}}}"#), AcrWish::Any);
    }

    #[test]
    fn a_voluntary_acr_never_fails_a_sign_in() {
        let all = AcrWish::Voluntary(Acr::ALL.into());
        for acr in Acr::ALL {
            assert_eq!(all.answer(acr), Some(acr));
        }
        let high = AcrWish::Voluntary([Acr::Aal2].into());
        assert_eq!((high.answer(Acr::Aal1), high.short_of(Acr::Aal1)), (Some(Acr::Aal1), Some(Acr::Aal2)));
    }

    #[test]
    fn hostile_claims_are_refused() {
        let deep = format!(r#"{{"userinfo":{}1{}}}"#, "[".repeat(99), "]".repeat(99));
        let long = format!(r#"{{"x":"{}"}}"#, "a".repeat(9000));
        let same = r#"{"userinfo":{"email":null,"email":{"essential":true}}}"#;
        for bad in
            ["", "[]", "null", "{", same, &deep, &long, r#"{"id_token":1}"#, r#"{"id_token":{"acr":"x"}}"#]
        {
            assert!(ClaimsRequest::parse(bad).is_err(), "{bad}");
        }
        assert!(ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":"true"}}}"#).is_err());
        assert!(ClaimsRequest::parse(r#"{"id_token":{"acr":{"value":"a","values":["b"]}}}"#).is_err());
    }

    #[test]
    fn names_and_serialised_names_agree() {
        for acr in Acr::ALL {
            assert_eq!(serde_json::to_value(acr).unwrap(), acr.as_str());
            assert_eq!(Acr::parse(acr.as_str()), Some(acr));
        }
        assert!(Level::ALL.into_iter().all(|level| Acr::of(level).level() == level));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,a-z0-9 ]{0,80}") {
            let _ = ClaimsRequest::parse(&text);
        }
    }
}
