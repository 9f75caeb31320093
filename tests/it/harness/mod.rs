//! The harness tested by itself, on pages whose every fault is known.

mod app;
mod browser;
