//! One more proof, for a session that exists (journey X-2). Its code: `sign_in::EnterCode`.

use askama::Template;
use harp_core::kernel::assurance::Method;

use super::device::{self, Device};
use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::url::act;
use super::{form_pages, pages};

pub const DEVICE: Control = Control::new(Kind::Select, "method", "step-up.device");

/// What declining leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// The application goes on with less.
    Without,
    /// Back to the application, which does not open what was asked for.
    Leave,
}

impl Otherwise {
    fn button(self) -> &'static str {
        match self {
            Otherwise::Without => "step-up.without",
            Otherwise::Leave => "step-up.leave",
        }
    }

    fn means(self) -> &'static str {
        match self {
            Otherwise::Without => "step-up.without-means",
            Otherwise::Leave => "step-up.leave-means",
        }
    }
}

/// Which of the person's devices that reach the level proves it. Posts `method` (a device's id), `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/step_up/device.html")]
pub struct StepUp {
    pub frame: Frame,
    pub form: Form,
    pub application: String,
    pub devices: Vec<Device>,
    pub otherwise: Otherwise,
}

impl StepUp {
    fn choices(&self) -> Vec<Choice> {
        self.devices.iter().map(|d| d.option(&self.frame.words)).collect()
    }

    fn submit(&self) -> &'static str {
        Device::submit(&self.devices)
    }

    /// Of one there is nothing to choose.
    fn only(&self) -> Option<&Device> {
        match self.devices.as_slice() {
            [one] if !self.form.has_problems() => Some(one),
            _ => None,
        }
    }
}

/// None of the person's devices reaches the level: what to add. Posts `do` = `add` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/step_up/add.html")]
pub struct StepUpAdd {
    pub frame: Frame,
    pub application: String,
    /// Each of which would do.
    pub methods: Vec<Method>,
    pub otherwise: Otherwise,
}

impl StepUpAdd {
    fn title(&self) -> &'static str {
        match self.methods.as_slice() {
            [Method::Passkey] => "step-up.add-passkey-title",
            _ => "step-up.add-title",
        }
    }

    fn choice(&self) -> &'static str {
        if self.methods.len() == 1 { "step-up.add-one" } else { "step-up.add-one-of" }
    }

    /// What each is called, and what it is good for.
    fn ways(&self) -> Vec<(&'static str, Option<&'static str>)> {
        self.methods.iter().map(|m| (device::method(*m), device::method_hint(*m))).collect()
    }
}

form_pages!(StepUp);
pages!(StepUpAdd);
