//! What happens without anybody asking: letters go out, what is over is deleted, keys are rotated. One on each node; they do
//! not disturb each other.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use harp_core::flow::{Trouble, deliver, sweep as core_sweep};
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::time::{Clock, Timestamp};

use crate::flow::provider::Oidc;
use crate::flow::{keys, sweep};

/// How soon a letter that was just written goes out.
const LETTERS: Duration = Duration::from_millis(500);
const SWEEP: Duration = Duration::from_secs(5 * 60);
const ROTATE: Duration = Duration::from_secs(60 * 60);

#[derive(Debug)]
pub struct Worker {
    oidc: Oidc,
    clock: Arc<dyn Clock>,
}

impl Worker {
    pub(crate) fn new(oidc: Oidc, clock: Arc<dyn Clock>) -> Worker {
        Worker { oidc, clock }
    }

    /// Works until `stop` is ready, and then ends what it has begun. What fails is logged and tried again next time.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let (mut swept, mut rotated) = (None, None);
        loop {
            let act = self.act();
            let more = match deliver::deliver_due(&self.oidc.harp, &act).await {
                Ok(report) => report.more,
                Err(trouble) => log("deliver letters", &trouble),
            };
            if due(&mut swept, SWEEP, act.now) {
                self.sweep(&act).await;
            }
            if due(&mut rotated, ROTATE, act.now)
                && let Err(trouble) = keys::rotate_due(&self.oidc, &act).await
            {
                log("rotate keys", &trouble);
            }
            let pause = if more { Duration::ZERO } else { LETTERS };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn sweep(&self, act: &Act) {
        if let Err(trouble) = core_sweep::sweep(&self.oidc.harp, act).await {
            log("sweep", &trouble);
        }
        if let Err(trouble) = sweep::sweep(&self.oidc, act).await {
            log("sweep", &trouble);
        }
    }

    fn act(&self) -> Act {
        let trace = TraceId::mint(&*self.oidc.harp.random);
        Act { actor: Actor::System, now: self.clock.now(), origin: Origin::default(), trace, browser: None }
    }
}

/// Whether it is time again; if so, from now on.
fn due(last: &mut Option<Timestamp>, every: Duration, now: Timestamp) -> bool {
    let due = last.is_none_or(|last| now.since(last) >= every);
    if due {
        *last = Some(now);
    }
    due
}

fn log(what: &'static str, trouble: &Trouble) -> bool {
    tracing::error!(what, %trouble, "the worker could not do it now");
    false
}
