//! Deletes what is of no more use.

use async_trait::async_trait;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::store::{OidcTx, OidcWork};

/// Codes, tokens, families, waiting requests and forms; how many rows went. harp-core sweeps its own.
pub async fn sweep(oidc: &Oidc, act: &Act) -> Result<u32, Trouble> {
    struct Sweep(Timestamp);
    #[async_trait]
    impl OidcWork for Sweep {
        type Out = u32;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<u32, Fault> {
            let grants = tx.sweep_grants(self.0).await? + tx.sweep_interactions(self.0).await?;
            Ok(grants + tx.sweep_kept_forms(self.0).await?)
        }
    }
    Ok(oidc.store.write(&Sweep(act.now)).await?)
}
