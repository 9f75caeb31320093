//! HTTP: every address on one page. Extractors parse, flows decide, views show.

pub mod act;
pub mod app;
pub mod assets;
pub mod cookie;
pub mod csrf;
pub mod dress;
pub mod edge;
pub mod flow_cookie;
pub mod form;
pub mod headers;
pub mod page;
pub mod problem;
pub mod reply;
pub mod visit;

/// Where an application's request goes on after sign-in: `/authorize/resume?interaction=…`.
pub const RESUME: &str = "/authorize/resume";
