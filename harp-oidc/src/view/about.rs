//! Who helps (K01–K03), and the pages that every site owes: accessibility, privacy, terms.

use askama::Template;
use harp_core::kernel::assurance::Method;

use super::form::Choice;
use super::frame::Frame;
use super::{device, pages, url};

/// K03: first your own Security Officials, then the help desk.
#[derive(Debug, Template)]
#[template(path = "page/about/help.html")]
pub struct Help {
    pub frame: Frame,
    /// Of the organizations of whoever is signed in; empty for everybody else.
    pub officials: Vec<Official>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    pub organization: String,
    /// Names, and nothing else, of those who can decide there.
    pub names: Vec<String>,
}

/// F06: what to do without user ID, password or device.
#[derive(Debug, Template)]
#[template(path = "page/about/help_sign_in.html")]
pub struct HelpSignIn {
    pub frame: Frame,
}

/// E14, E15: what sign-in codes and devices are.
#[derive(Debug, Template)]
#[template(path = "page/about/help_codes.html")]
pub struct HelpCodes {
    pub frame: Frame,
    /// What the profile offers, in its order.
    pub methods: Vec<Method>,
}

impl HelpCodes {
    fn choices(&self) -> Vec<Choice> {
        device::choices(&self.methods, &self.frame.words)
    }
}

#[derive(Debug, Template)]
#[template(path = "page/about/accessibility.html")]
pub struct Accessibility {
    pub frame: Frame,
}

#[derive(Debug, Template)]
#[template(path = "page/about/privacy.html")]
pub struct Privacy {
    pub frame: Frame,
}

#[derive(Debug, Template)]
#[template(path = "page/about/terms.html")]
pub struct Terms {
    pub frame: Frame,
}

pages!(Help, HelpSignIn, HelpCodes, Accessibility, Privacy, Terms);
