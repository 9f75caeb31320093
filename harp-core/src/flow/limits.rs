//! What may be done so often within a window, whoever does it: look-ups that tell something, calls that cost something.

use std::time::Duration;

use super::Harp;
use super::attempts::network;
use super::counter::{self, Step};
use crate::factor::budget::Sends;
use crate::kernel::act::Act;
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx};

/// So many within so long, counted under this key.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub key: String,
    pub most: u32,
    pub window: Duration,
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub count: u32,
    /// When there is one again, if there is none now.
    pub again_at: Option<Timestamp>,
}

impl Limit {
    /// Per network that asks. None for a deed of the system's own.
    pub fn per_source(harp: &Harp, (what, most): (&str, u32), act: &Act) -> Option<Limit> {
        let window = harp.profile.per_source.window;
        network(harp, act).map(|source| Limit { key: format!("{what}/source/{source}"), most, window })
    }
}

/// One more of each; or, if one of them is out, of none: what is refused costs nothing. `Err`: what is left.
pub(super) async fn take_all(
    tx: &mut dyn Tx,
    limits: &[Limit],
    now: Timestamp,
) -> Result<Result<(), Left>, Fault> {
    let left = left(tx, limits, now).await?;
    if left.count == 0 {
        return Ok(Err(left));
    }
    for limit in limits {
        if !take(tx, limit, now).await? {
            return Err(Fault::Conflict("somebody took the last one at this moment".to_owned()));
        }
    }
    Ok(Ok(()))
}

/// Whether there may be one more; counted if so.
pub(super) async fn take(tx: &mut dyn Tx, limit: &Limit, now: Timestamp) -> Result<bool, Fault> {
    let step = |sends: Sends| match sends.within(limit.window, limit.most, now) {
        Some(next) => Step { next: Some((next, now + limit.window)), out: true },
        None => Step { next: None, out: false },
    };
    counter::change(tx, &limit.key, step).await
}

/// The least that is left of several.
pub(super) async fn left(tx: &mut dyn Tx, limits: &[Limit], now: Timestamp) -> Result<Left, Fault> {
    let mut least = Left { count: u32::MAX, again_at: None };
    for limit in limits {
        let (_, sends) = counter::read::<Sends>(tx, &limit.key).await?;
        least.count = least.count.min(sends.left(limit.window, limit.most, now));
        least.again_at = least.again_at.max(sends.again_at(limit.window, limit.most, now));
    }
    Ok(least)
}
