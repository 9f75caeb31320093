//! *I do not have any of these devices* (P4, X-6): who gets here has entered a right password, and nothing else.

use askama::Template;
use harp_core::kernel::time::Timestamp;

use super::form::{Control, Form};
use super::frame::Frame;
use super::url::{self, act};
use super::{form_pages, pages};

pub const FIRST_CODE: Control =
    Control::code("first_code", "lost-device.first-code").hint("enter-code.code-hint");
pub const SECOND_CODE: Control =
    Control::code("second_code", "lost-device.second-code").hint("enter-code.code-hint");
pub const CODE: Control = Control::code("code", "letter-code-page.code").hint("enter-code.code-hint");

/// Which way is open. Addresses are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Letters { first: String, second: String },
    Waiting { until: Timestamp },
    Ready { address: String },
    HelpDesk,
}

/// Posts `do` = `next` (send the codes, or the code) or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/lost_device/way.html")]
pub struct LostDevice {
    pub frame: Frame,
    pub way: Way,
    pub sent: Sent,
    /// How long one waits after the letters.
    pub wait: Wait,
}

/// Whether a wish for letters was just refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    NotYet,
    NoMore,
}

/// In whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub u32);

/// The codes of two letters. Posts `first_code`, `second_code`; `do` = `next`, `resend` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/lost_device/codes.html")]
pub struct LostCodes {
    pub frame: Frame,
    pub form: Form,
    pub first: String,
    pub second: String,
    pub life_minutes: u32,
}

/// It has begun.
#[derive(Debug, Template)]
#[template(path = "page/lost_device/begun.html")]
pub struct ResetBegun {
    pub frame: Frame,
    pub until: Timestamp,
}

/// The code of one letter, and then set-up. Posts `code`; `do` = `next`, `resend` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/lost_device/enter.html")]
pub struct LostEnter {
    pub frame: Frame,
    pub form: Form,
    pub address: String,
    pub life_minutes: u32,
}

form_pages!(LostCodes, LostEnter);
pages!(LostDevice, ResetBegun);
