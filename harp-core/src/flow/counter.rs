//! Counters that many may change at once: read, step, compare and set, again until nobody was faster.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx};

/// More losers in a row than this are no coincidence: the whole work runs again, later.
const TRIES: u32 = 32;

/// What becomes of a counter: its next value and when it may be forgotten, or nothing; and what that means.
pub(super) struct Step<C, R> {
    pub next: Option<(C, Timestamp)>,
    pub out: R,
}

pub(super) async fn read<C: DeserializeOwned + Default>(
    tx: &mut dyn Tx,
    key: &str,
) -> Result<(u32, C), Fault> {
    match tx.budget(key).await? {
        None => Ok((0, C::default())),
        Some(counter) => serde_json::from_str(&counter.json)
            .map(|value| (counter.version, value))
            .map_err(|e| Fault::Corrupt(format!("a counter cannot be read: {e}"))),
    }
}

/// Takes a turn on the counter's row. Until the transaction ends nobody else gets theirs.
pub(super) async fn change<C, R>(
    tx: &mut dyn Tx,
    key: &str,
    step: impl Fn(C) -> Step<C, R> + Send + Sync,
) -> Result<R, Fault>
where
    C: Serialize + DeserializeOwned + Default + Send,
    R: Send,
{
    for _ in 0..TRIES {
        let (version, counter) = read::<C>(tx, key).await?;
        let Step { next, out } = step(counter);
        let Some((next, forget_at)) = next else { return Ok(out) };
        let json = serde_json::to_string(&next).map_err(|e| Fault::Defect(e.to_string()))?;
        if tx.save_budget(key, version, &json, forget_at).await? {
            return Ok(out);
        }
    }
    Err(Fault::Conflict("a counter changed too often".to_owned()))
}
