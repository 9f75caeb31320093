//! Recovery codes (P4): asked for, then shown once, to print or to keep as a file.

use askama::Template;
use harp_core::kernel::secret::Secret;

use super::frame::Frame;
use super::pages;
use super::url::act;
use super::words::Message;

/// The set that a new one takes the place of, or nothing: what comes back must still be so.
pub const INSTEAD_OF: &str = "instead_of";

/// Asks before a set is made. Posts `instead_of`, `do` = `make` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/make_codes.html")]
pub struct MakeCodes {
    pub frame: Frame,
    pub now: Option<CodesNow>,
}

/// The set that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodesNow {
    pub id: String,
    pub left: u32,
}

/// The codes, this once.
#[derive(Debug, Template)]
#[template(path = "page/set_up/codes.html")]
pub struct RecoveryCodes {
    pub frame: Frame,
    pub codes: Vec<Secret<String>>,
    /// Where *Done* leads.
    pub back: &'static str,
}

impl RecoveryCodes {
    /// The codes as a file, in the page itself: nothing is asked for again, and no script is needed.
    fn file(&self) -> String {
        let words = &self.frame.words;
        let heading = Message::new("recovery-codes.file").with("product", self.frame.site.product.as_str());
        let lines = std::iter::once(words.say(&heading)).chain(self.codes.iter().map(|c| c.expose().clone()));
        let text: String = lines.map(|line| line + "\r\n").collect();
        let escaped = text.bytes().map(|b| match b {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        });
        format!("data:text/plain;charset=utf-8,{}", escaped.collect::<String>())
    }
}

pages!(MakeCodes, RecoveryCodes);
