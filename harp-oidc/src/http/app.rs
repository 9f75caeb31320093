//! What every handler has: HARP, the clock, the edge, the look of the site. One value, shared.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use harp_core::adapter::courier::twilio_hooks::TwilioHooks;
use harp_core::flow::Harp;
use harp_core::kernel::time::Clock;

use super::edge::Edge;
use crate::flow::provider::Oidc;
use crate::view::frame::Site;

#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
pub struct Parts {
    pub harp: Harp,
    pub oidc: Oidc,
    pub clock: Arc<dyn Clock>,
    pub edge: Edge,
    pub site: Arc<Site>,
    pub limits: Limits,
    /// The telephone service that calls back, if one does.
    pub telephone: Option<TwilioHooks>,
}

/// How much one request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub body_bytes: usize,
    /// From its head to its answer.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { body_bytes: 64 * 1024, time: Duration::from_secs(30) }
    }
}

impl App {
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
