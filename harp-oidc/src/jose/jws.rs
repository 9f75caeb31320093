//! Compact JWS (RFC 7515 §3.1, §7.1), strictly: what two libraries could read differently is refused.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::alg::{Alg, Typ};
use crate::protocol::json::{self, Bounds, JsonFault};

/// Longest token in bytes, in both directions.
pub const MAX_TOKEN: usize = 16 * 1024;

const HEADER: Bounds = Bounds { bytes: 4 * 1024, depth: 4, values: 64 };
const CLAIMS: Bounds = Bounds { bytes: MAX_TOKEN, depth: 16, values: 4096 };

/// Makes signatures with one key.
pub trait Signer: Send + Sync + fmt::Debug {
    fn alg(&self) -> Alg;
    fn kid(&self) -> &str;
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault>;
}

/// Checks signatures of one key. The algorithm belongs to the key, whatever a token says (RFC 8725 §3.1).
pub trait Verifier: Send + Sync + fmt::Debug {
    fn alg(&self) -> Alg;
    /// The name that tokens call it by, if it has one.
    fn kid(&self) -> Option<&str>;
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// Why a token could not be made. Always a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum SignFault {
    #[error("the claims do not become JSON: {0}")]
    Claims(#[from] serde_json::Error),
    #[error("the token would be longer than {MAX_TOKEN} bytes")]
    TooLong,
    #[error("the key would not sign")]
    Key,
}

/// Makes a token. The same claims make the same bytes before the signature.
pub fn sign(signer: &dyn Signer, typ: Typ, claims: &impl Serialize) -> Result<String, SignFault> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: Alg,
        typ: &'a str,
        kid: &'a str,
    }
    let header = serde_json::to_vec(&Header { alg: signer.alg(), typ: typ.as_str(), kid: signer.kid() })?;
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut token);
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    if token.len() > MAX_TOKEN { Err(SignFault::TooLong) } else { Ok(token) }
}

/// Why a token is refused. For the log: to the bearer all of it is one answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    #[error("it is longer than {MAX_TOKEN} bytes")]
    TooLong,
    #[error("it is not three parts of canonical base64url")]
    Form,
    #[error("its header: {0}")]
    Header(JsonFault),
    #[error("its header has `{0}`, which is not taken here")]
    Extension(&'static str),
    #[error("its algorithm is not that of the key")]
    Alg,
    #[error("its kind is not the one expected here")]
    Typ,
    #[error("its key is not known")]
    Key,
    #[error("its signature is wrong")]
    Signature,
    #[error("its claims: {0}")]
    Claims(JsonFault),
    #[error("its claim `{0}` is missing, or not what is expected")]
    Claim(&'static str),
    #[error("it has expired")]
    Expired,
}

/// A token whose header is read and whose signature is not yet checked. Its claims cannot be reached.
#[derive(Clone, Debug)]
pub struct Unverified<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    alg: Alg,
    typ: Option<String>,
    kid: Option<String>,
}

impl<'a> Unverified<'a> {
    /// Reads the form and the header: three parts, canonical base64url without padding, no member twice, and no
    /// extension, because an extension that is not understood changes what a signature means (RFC 7515 §4.1.11).
    pub fn parse(token: &'a str) -> Result<Unverified<'a>, Refused> {
        if token.len() > MAX_TOKEN {
            return Err(Refused::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(Refused::Form)?;
        if payload.contains('.') || payload.is_empty() || signature.is_empty() {
            return Err(Refused::Form);
        }
        let signature = decode(signature)?;
        let members = json::object(&decode(header)?, HEADER).map_err(Refused::Header)?;
        // RFC 7515 §4.1.11, RFC 7797 §3, and what makes a JWE (RFC 7516 §4.1).
        if let Some(name) = ["crit", "b64", "enc", "zip"].into_iter().find(|name| members.contains_key(*name))
        {
            return Err(Refused::Extension(name));
        }
        let text = |name: &'static str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refused::Extension(name)),
        };
        let alg = text("alg")?.as_deref().and_then(Alg::parse).ok_or(Refused::Alg)?;
        Ok(Unverified { signed, payload, signature, alg, typ: text("typ")?, kid: text("kid")? })
    }

    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The name of the key that is said to have signed it: a hint for choosing, no more.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Checks that it is of the kind `typ` and that `key` signed it. Only then are the claims read.
    pub fn verify(&self, key: &dyn Verifier, typ: Typ) -> Result<Verified, Refused> {
        if self.alg != key.alg() {
            return Err(Refused::Alg);
        }
        if !self.typ.as_deref().is_some_and(|written| typ.is(written)) {
            return Err(Refused::Typ);
        }
        if let (Some(said), Some(has)) = (self.kid(), key.kid())
            && said != has
        {
            return Err(Refused::Key);
        }
        if !key.verify(self.signed.as_bytes(), &self.signature) {
            return Err(Refused::Signature);
        }
        json::object(&decode(self.payload)?, CLAIMS).map(Verified).map_err(Refused::Claims)
    }
}

/// The claims of a token whose signature and kind are right. Whether they are for us, and still, is
/// [`super::check`]'s to say.
#[derive(Clone, PartialEq, Debug)]
pub struct Verified(Map<String, Value>);

impl Verified {
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// Canonical base64url without padding (RFC 7515 §2): no white space, no leftover bits.
fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Form)
}
