//! A vendor's questions at rest: they tell of somebody's mortgage and employers, so the database holds them sealed.

use super::Question;
use crate::kernel::id::CaseId;
use crate::kernel::random::Random;
use crate::vault::{CannotOpen, Place, Sealed, Vault};

pub fn seal(
    questions: &[Question],
    case: CaseId,
    vault: &Vault,
    random: &dyn Random,
) -> Result<Sealed, CannotOpen> {
    let text = serde_json::to_vec(questions).map_err(|_| CannotOpen)?;
    vault.seal(&text, place(&case.to_string()), random)
}

pub fn open(sealed: &Sealed, case: CaseId, vault: &Vault) -> Result<Vec<Question>, CannotOpen> {
    let text = vault.open(sealed, place(&case.to_string()))?;
    serde_json::from_slice(text.expose()).map_err(|_| CannotOpen)
}

fn place(case: &str) -> Place<'_> {
    Place { table: "proofing_case", column: "state", row: case }
}
