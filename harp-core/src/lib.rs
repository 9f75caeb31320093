//! HARP's core: who people are and what they may do. It knows no HTTP and no OAuth.
//!
//! The modules, in the order in which they may use each other (a module uses only those before it):
//! [`kernel`] › `vault` › [`policy`] › `account` › `factor` › `proofing` › [`access`] › `session` › `notice` ›
//! `audit` › `port` › `store` › `flow` › `embed`, with `adapter` beside `flow`.

#![cfg_attr(all(feature = "sqlite", feature = "testing"), doc = include_str!("embedding.md"))]

pub mod kernel;
#[cfg(feature = "authn")]
pub mod vault;

pub mod policy;

#[cfg(feature = "authn")]
pub mod account;
#[cfg(feature = "authn")]
pub mod factor;
#[cfg(feature = "authn")]
pub mod proofing;

pub mod access;

#[cfg(feature = "authn")]
pub mod audit;
#[cfg(feature = "authn")]
pub mod notice;
#[cfg(feature = "authn")]
pub mod port;
#[cfg(feature = "authn")]
pub mod session;
#[cfg(feature = "authn")]
pub mod store;

#[cfg(feature = "authn")]
pub mod flow;

#[cfg(feature = "authn")]
pub mod adapter;

#[cfg(feature = "sqlite")]
pub mod embed;
