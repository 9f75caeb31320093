//! HARP's core: who people are and what they may do. It knows no HTTP and no OAuth.
//!
//! The modules, in the order in which they may use each other (a module uses only those before it):
//! [`kernel`] › [`policy`] › `account` › `factor` › `proofing` › [`access`] › `session` › `notice` ›
//! `audit` › `port` › `store` › `flow`, with `adapter` beside `flow`.

pub mod kernel;
