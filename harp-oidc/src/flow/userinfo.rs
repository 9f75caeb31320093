//! Userinfo (OpenID Connect Core §5.3): what the application may know of the person, as it is now.

use async_trait::async_trait;
use harp_core::access::decide::HeldRole;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::store::Fault;
use serde_json::{Map, Value};

use super::claims::Person;
use super::provider::Oidc;
use super::token::{behind, roles};
use crate::grant::access::{Behind, Idle};
use crate::protocol::{ErrorCode, ProtocolError};
use crate::store::{OidcTx, OidcWork};

/// The claims that an access token opens.
pub async fn userinfo(
    oidc: &Oidc,
    presented: &Plain,
    act: &Act,
) -> Result<Result<Map<String, Value>, ProtocolError>, Trouble> {
    let found = oidc.store.read(&Look { secret: presented.hashed(), act }).await?;
    let Some((behind, roles)) = found else {
        return Ok(Err(ProtocolError::new(
            ErrorCode::InvalidToken,
            "the access token has been revoked or has expired",
        )));
    };
    if let Err(ended) = behind.check(Idle::Counts, &oidc.harp.profile.session, act.now) {
        return Ok(Err(ended));
    }
    let grant = &behind.family.grant;
    let mut told = Person { account: &behind.account, roles: &roles }.told(&grant.userinfo);
    // OpenID Connect Core §5.3.2: always, and the one of the ID token.
    told.insert("sub".to_owned(), Value::from(grant.subject.as_str()));
    Ok(Ok(told))
}

struct Look<'a> {
    secret: Hashed,
    act: &'a Act,
}

#[async_trait]
impl OidcWork for Look<'_> {
    type Out = Option<(Behind, Vec<HeldRole>)>;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault> {
        let Some(token) = tx.access_token(&self.secret, self.act.now).await? else { return Ok(None) };
        let Some(behind) = behind(tx, token.family).await? else { return Ok(None) };
        let client = tx.client(&behind.family.grant.client).await?;
        let Some(client) = client.filter(|client| client.disabled_at.is_none()) else { return Ok(None) };
        let roles = roles(tx, &client, &behind, self.act).await?;
        Ok(Some((behind, roles)))
    }
}
