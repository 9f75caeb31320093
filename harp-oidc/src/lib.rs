//! The OpenID Provider on harp-core.
//!
//! The modules, in the order in which they may use each other (a module uses only those before it):
//! `protocol` › `jose` › `grant` › `store` › `config` › `flow` › `view` › `http` › `worker`.

pub mod jose;
pub mod protocol;
pub mod view;

pub mod http;
