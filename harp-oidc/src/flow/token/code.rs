//! The code exchange (RFC 6749 §4.1.3): the code is spent, checked, and turned into tokens; one that was spent before
//! takes with it what it led to.

use async_trait::async_trait;
use harp_core::access::decide::HeldRole;
use harp_core::audit::Deed;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::store::Fault;

use super::issue;
use crate::flow::keys;
use crate::flow::provider::Oidc;
use crate::grant::FamilyId;
use crate::grant::access::{AccessToken, Behind, Idle};
use crate::grant::client::Client;
use crate::grant::code::AuthorizationCode;
use crate::protocol::token::{CodeExchange, TokenResponse};
use crate::protocol::{ErrorCode, ProtocolError};
use crate::store::code::Spend;
use crate::store::{OidcTx, OidcWork};

pub(super) async fn redeem(
    oidc: &Oidc,
    client: &Client,
    exchange: &CodeExchange,
    act: &Act,
) -> Result<Result<TokenResponse, ProtocolError>, Trouble> {
    // First what may fail on our side: a code must not be lost to it.
    let ring = keys::ring(oidc, act.now).await?;
    let Some(signer) = ring.signer(client.signing) else {
        let private = format!("no current key for {}", client.signing.as_str());
        return Err(Trouble::Corrupt { private });
    };
    let access = Plain::mint(&*oidc.harp.random);
    let code = exchange.code.hashed();
    let work = RedeemCode { oidc, client, exchange, code, access: access.hashed(), act };
    match oidc.store.write(&work).await? {
        Ok(redeemed) => issue::answer(oidc, &redeemed, (access, signer), act).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// What a code stood for.
pub(super) struct Redeemed {
    pub code: AuthorizationCode,
    pub behind: Behind,
    /// Of the asking application's program, and of no other.
    pub roles: Vec<HeldRole>,
}

struct RedeemCode<'a> {
    oidc: &'a Oidc,
    client: &'a Client,
    exchange: &'a CodeExchange,
    code: Hashed,
    access: Hashed,
    act: &'a Act,
}

#[async_trait]
impl OidcWork for RedeemCode<'_> {
    type Out = Result<Redeemed, ProtocolError>;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault> {
        let code = match tx.spend_code(&self.code, &self.client.id, self.act.now).await? {
            Spend::Spent(code) => code,
            Spend::Replayed(family) => return self.replayed(tx, family).await.map(Err),
            Spend::Unknown => return Ok(Err(invalid_grant("no such code"))),
        };
        // From here on the code is spent, whatever becomes of it.
        if let Err(error) = code.check(self.exchange) {
            return Ok(Err(error));
        }
        let Some(behind) = behind(tx, code.family).await? else {
            return Ok(Err(invalid_grant("what the code hangs on is gone")));
        };
        if let Err(ended) = behind.check(Idle::Ends, &self.oidc.harp.profile.session, self.act.now) {
            return Ok(Err(invalid_grant(ended.private().unwrap_or_default())));
        }
        let account = behind.account.id;
        let roles = roles(tx, self.client, &behind, self.act).await?;
        let expires_at = self.act.now + AccessToken::LIFE;
        tx.add_access_token(&AccessToken { secret: self.access.clone(), family: code.family, expires_at })
            .await?;
        let client = self.client.id.to_string();
        let told = Deed::ApplicationSignIn { client, session: behind.session.id };
        tx.record(&self.oidc.harp.event(self.act, account, told)).await?;
        Ok(Ok(Redeemed { code, behind, roles }))
    }
}

impl RedeemCode<'_> {
    /// RFC 6749 §4.1.2: what the code led to is revoked, whoever of the two was the thief.
    async fn replayed(&self, tx: &mut dyn OidcTx, family: FamilyId) -> Result<ProtocolError, Fault> {
        tx.revoke_family(family, self.act.now).await?;
        let subject = tx.family(family).await?.map(|family| family.grant.account);
        let deed = Deed::CodeReplayed { client: self.client.id.to_string() };
        tx.record(&self.oidc.harp.event(self.act, subject, deed)).await?;
        Ok(invalid_grant("replayed"))
    }
}

/// What a family hangs on, as it is now.
pub(in crate::flow) async fn behind(tx: &mut dyn OidcTx, family: FamilyId) -> Result<Option<Behind>, Fault> {
    let Some(family) = tx.family(family).await? else { return Ok(None) };
    let Some(session) = tx.session_by_id(family.grant.session).await? else { return Ok(None) };
    let account = tx.account(family.grant.account).await?;
    Ok(account.map(|account| Behind { family, session, account }))
}

/// The roles that this application may know of: those of its own program.
pub(in crate::flow) async fn roles(
    tx: &mut dyn OidcTx,
    client: &Client,
    behind: &Behind,
    act: &Act,
) -> Result<Vec<HeldRole>, Fault> {
    match &client.program {
        Some(program) => tx.held_roles(behind.account.id, Some(program), act.now).await,
        None => Ok(vec![]),
    }
}

/// One answer for whatever is wrong with a code.
fn invalid_grant(why: &str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidGrant, "the code is not known, has expired, or was used before")
        .because(why)
}
