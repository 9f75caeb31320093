//! Which client is calling, and whether it is (RFC 6749 §2.3).

use async_trait::async_trait;
use harp_core::flow::Trouble;
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::grant::client::{self, Client};
use crate::protocol::ProtocolError;
use crate::protocol::client::{ClientCredentials, ClientId};
use crate::store::{OidcTx, OidcWork};

/// The client that these credentials are of.
pub async fn authenticate(
    oidc: &Oidc,
    presented: &ClientCredentials,
) -> Result<Result<Client, ProtocolError>, Trouble> {
    Ok(client::authenticate(find(oidc, presented.id()).await?, presented))
}

/// The client with this id, authenticated or not.
pub async fn find(oidc: &Oidc, id: &ClientId) -> Result<Option<Client>, Trouble> {
    Ok(oidc.store.read(&Find(id)).await?)
}

struct Find<'a>(&'a ClientId);

#[async_trait]
impl OidcWork for Find<'_> {
    type Out = Option<Client>;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Option<Client>, Fault> {
        tx.client(self.0).await
    }
}
