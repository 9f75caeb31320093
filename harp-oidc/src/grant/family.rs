//! A family: what one authorization granted, and everything that was issued from it. It is revoked as a whole.

use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::id::{AccountId, SessionId};
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::FamilyId;
use super::subject::Subject;
use crate::protocol::claims::Acr;
use crate::protocol::client::ClientId;
use crate::protocol::scope::ScopeSet;

/// One authorization and its offspring: a code, what the code was exchanged for, and so on.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub id: FamilyId,
    pub grant: Grant,
    pub created_at: Timestamp,
    /// RFC 6749 §4.1.2: set when the code was presented twice.
    pub revoked_at: Option<Timestamp>,
}

/// What was granted: to whom, about whom, on the strength of which sign-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub client: ClientId,
    pub account: AccountId,
    pub session: SessionId,
    pub subject: Subject,
    pub scopes: ScopeSet,
    /// Names of claims for the ID token, asked for by name.
    pub id_token: Vec<String>,
    /// Names of claims for userinfo, by scope or by name.
    pub userinfo: Vec<String>,
    pub sign_in: SignInFacts,
}

/// What the ID token says of the sign-in, as it was when the code was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignInFacts {
    pub auth_time: Timestamp,
    pub aal: Aal,
    pub acr: Acr,
    pub methods: Vec<Method>,
}
