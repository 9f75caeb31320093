//! Registering applications: an operator's deed.

use async_trait::async_trait;
use harp_core::audit::{Deed, Event};
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::grant::client::Client;
use crate::store::{OidcTx, OidcWork};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Added,
    /// Another client has this id.
    Taken,
    /// No program has this slug.
    NoSuchProgram,
}

/// Adds an application.
pub async fn add(oidc: &Oidc, client: &Client, act: &Act) -> Result<Added, Trouble> {
    struct Add<'a> {
        client: &'a Client,
        event: Event,
    }
    #[async_trait]
    impl OidcWork for Add<'_> {
        type Out = Added;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Added, Fault> {
            if let Some(slug) = &self.client.program
                && tx.program_by_slug(slug).await?.is_none()
            {
                return Ok(Added::NoSuchProgram);
            }
            if !tx.add_client(self.client).await? {
                return Ok(Added::Taken);
            }
            tx.record(&self.event).await?;
            Ok(Added::Added)
        }
    }
    let event = oidc.harp.event(act, None, Deed::ClientAdded { client: client.id.to_string() });
    Ok(oidc.store.write(&Add { client, event }).await?)
}

/// All of them, for the portal and the operator.
pub async fn list(oidc: &Oidc) -> Result<Vec<Client>, Trouble> {
    struct List;
    #[async_trait]
    impl OidcWork for List {
        type Out = Vec<Client>;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Vec<Client>, Fault> {
            tx.clients().await
        }
    }
    Ok(oidc.store.read(&List).await?)
}
