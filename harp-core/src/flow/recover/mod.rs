//! Getting back in (F06, X-6): who forgot their user ID is told it by letter.
//!
//! What a page says never hangs on whether somebody is known: the same answer, the same rows, the same budgets,
//! kept under what was typed. Whoever is known reads the rest in their mailbox.

mod user_id;

pub use user_id::{Asked, forgotten_user_id};

use super::Harp;
use super::attempts::network;
use super::limits::{self, Limit};
use crate::kernel::act::Act;
use crate::store::{Fault, Tx};

/// Whether there may be one more for what was typed, known or not; counted if so.
async fn may_recover(
    tx: &mut dyn Tx,
    harp: &Harp,
    (what, typed): (&str, &str),
    act: &Act,
) -> Result<bool, Fault> {
    let (rules, sources) = (&harp.profile.recovery, &harp.profile.per_source);
    let print = harp.vault.fingerprint(&format!("recover {what}"), typed);
    let limit = |key: String, most| Limit { key, most, window: sources.window };
    let here = network(harp, act)
        .map(|source| limit(format!("recover/{what}/{print}/{source}"), rules.from_one_source));
    let all = limit(format!("recover/{what}/{print}"), rules.from_all);
    let source = Limit::per_source(harp, ("recover", sources.recoveries), act);
    // Always in this order, so that two transactions never wait for each other.
    let limits: Vec<Limit> = source.into_iter().chain(here).chain([all]).collect();
    Ok(limits::take_all(tx, &limits, act.now).await?.is_ok())
}
