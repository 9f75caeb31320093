//! *This was not me*: from the link in a security letter to a locked account. Nobody is signed in here, and no page says whose
//! account it is: whoever holds the link learns nothing by it.

use askama::Template;
use harp_core::kernel::time::Timestamp;
use http::StatusCode;

use super::frame::Frame;
use super::url::{self, act};
use super::{Page, pages};

/// What will happen, before it does. Posts `do` = `lock`.
#[derive(Debug, Template)]
#[template(path = "page/not_me/ask.html")]
pub struct AskNotMe {
    pub frame: Frame,
}

#[derive(Debug, Template)]
#[template(path = "page/not_me/locked.html")]
pub struct NotMeLocked {
    pub frame: Frame,
    pub since: Timestamp,
}

/// The one page for a link that was used, is out of date, was never sent, or lacks its end.
#[derive(Debug, Template)]
#[template(path = "page/not_me/dead.html")]
pub struct NotMeDead {
    pub frame: Frame,
    /// How long a link works.
    pub days: u32,
}

pages!(AskNotMe, NotMeLocked);

impl Page for NotMeDead {
    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}
