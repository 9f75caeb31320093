//! No vendor: for a deployment that has none yet. Whoever registers is told that identity proofing does not answer now,
//! and may prove their identity later.

use async_trait::async_trait;

use crate::kernel::id::CaseId;
use crate::port::{Applicant, Asked, Prover, Reply, VendorFault};
use crate::proofing::{Answer, VendorRef, VendorVerdict};

#[derive(Debug, Clone, Copy, Default)]
pub struct NoVendor;

fn absent<T>() -> Result<T, VendorFault> {
    Err(VendorFault { private: "no proofing vendor is configured".to_owned() })
}

#[async_trait]
impl Prover for NoVendor {
    async fn questions(&self, _: CaseId, _: &Applicant<'_>) -> Result<Reply<Asked>, VendorFault> {
        absent()
    }

    async fn answers(
        &self,
        _: CaseId,
        _: &VendorRef,
        _: &[Answer],
    ) -> Result<Reply<VendorVerdict>, VendorFault> {
        absent()
    }
}
