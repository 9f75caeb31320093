//! Signing out: a question first, since a link alone must change nothing.

use askama::Template;

use super::frame::Frame;
use super::pages;
use super::url::{self, act};

/// Posts `do` = `sign-out` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/sign_out/confirm.html")]
pub struct ConfirmSignOut {
    pub frame: Frame,
}

#[derive(Debug, Template)]
#[template(path = "page/sign_out/done.html")]
pub struct SignedOut {
    pub frame: Frame,
    /// The application that asked for it, to go back to.
    pub back: Option<Back>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    pub name: String,
    pub url: String,
}

pages!(ConfirmSignOut, SignedOut);
