//! Whether the claims of a verified token are for us, and still (RFC 7519 §4.1).

use std::time::Duration;

use harp_core::kernel::time::Timestamp;
use serde_json::Value;

use super::jws::{Refused, Verified};

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
    pub lifetime: Lifetime,
}

/// Whether the token must still be alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifetime {
    /// Clocks may differ by `leeway`.
    Alive { now: Timestamp, leeway: Duration },
    /// A hint about the past, such as `id_token_hint` (OpenID Connect RP-Initiated Logout §2).
    MayBeOver,
}

impl Verified {
    /// Checks `iss`, `aud`, `exp`, `nbf` and `iat`.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), Refused> {
        if self.text("iss") != Some(expected.issuer) {
            return Err(Refused::Claim("iss"));
        }
        if !self.audience().any(|to| to == expected.audience) {
            return Err(Refused::Claim("aud"));
        }
        let expires = self.time("exp")?.ok_or(Refused::Claim("exp"))?;
        let (begins, issued) = (self.time("nbf")?, self.time("iat")?);
        let Lifetime::Alive { now, leeway } = expected.lifetime else { return Ok(()) };
        if expires + leeway <= now {
            return Err(Refused::Expired);
        }
        match (begins, issued) {
            (Some(begins), _) if begins > now + leeway => Err(Refused::Claim("nbf")),
            (_, Some(issued)) if issued > now + leeway => Err(Refused::Claim("iat")),
            _ => Ok(()),
        }
    }

    /// `aud`, one or many (RFC 7519 §4.1.3).
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self.claims().get("aud") {
            Some(Value::String(one)) => (Some(one.as_str()), &[][..]),
            Some(Value::Array(many)) => (None, many.as_slice()),
            _ => (None, &[][..]),
        };
        one.into_iter().chain(many.iter().filter_map(Value::as_str))
    }

    /// A NumericDate (RFC 7519 §2). A fraction of a second is cut off.
    fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Refused> {
        let Some(value) = self.claims().get(name) else { return Ok(None) };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond the range of i64 becomes its end"
        )]
        let secs = value.as_i64().or_else(|| value.as_f64().map(|secs| secs as i64));
        secs.map(|secs| Some(Timestamp::from_secs(secs))).ok_or(Refused::Claim(name))
    }
}
