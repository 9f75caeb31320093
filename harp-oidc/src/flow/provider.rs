//! What the provider's use cases have.

use std::sync::Arc;

use harp_core::flow::Harp;

use super::keys::Ring;
use crate::grant::terms::TermsText;
use crate::jose::keyring::Schedule;
use crate::protocol::issuer::Issuer;
use crate::store::OidcStore;

/// harp-core's [`Harp`], and what an OpenID Provider needs beside it. One value, made once, shared.
#[derive(Debug, Clone)]
pub struct Oidc {
    pub harp: Harp,
    /// The same database as `harp.store`.
    pub store: OidcStore,
    pub issuer: Issuer,
    pub schedule: Schedule,
    pub ring: Arc<Ring>,
    /// The provider's own terms in force (F01, F12).
    pub terms: TermsText,
}

/// A URL to redirect to. It may hold a code, so it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Location(pub String);

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[location]")
    }
}
