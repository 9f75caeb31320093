//! The pages, one struct each.

use askama::Template;
use harp_sdk::axum::MaybeSignedIn;
use harp_sdk::{Refusal, paths};

use crate::vault::{FileId, Stored};

/// For everyone.
#[derive(Debug, Template)]
#[template(path = "start.html")]
pub struct Start<'a> {
    pub issuer: &'a str,
    pub who: &'a MaybeSignedIn,
}

/// Signed in, without the role (MFT-2 step 6).
#[derive(Debug, Template)]
#[template(path = "refused.html")]
pub struct Refused {
    pub reason: String,
    pub ask: String,
    pub requests: String,
    /// Where they wanted to go: *Check again* signs in silently and comes back there.
    pub again: String,
    /// Other organizations that would let them in.
    pub places: Vec<Place>,
}

impl Refused {
    pub fn new(refusal: &Refusal, again: &str, places: Vec<Place>) -> Refused {
        Refused {
            reason: refusal.to_string(),
            ask: refusal.ask.clone(),
            requests: refusal.requests.clone(),
            again: sign_in(again),
            places,
        }
    }
}

/// An organization to switch to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub href: String,
    pub current: bool,
}

/// Which part of the files is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// Of all pages together.
    pub total: usize,
    pub page: usize,
    pub pages: usize,
    /// The page before: newer files.
    pub earlier: Option<String>,
    /// The page after: older files.
    pub later: Option<String>,
}

/// The files of one organization.
#[derive(Debug, Template)]
#[template(path = "files.html")]
pub struct Files {
    pub organization: String,
    /// This page, and where the form is sent.
    pub here: String,
    pub places: Vec<Place>,
    pub files: Vec<Stored>,
    pub pager: Pager,
    /// Just taken.
    pub done: Option<Stored>,
    pub error: Option<String>,
    pub upload_id: FileId,
    pub limit: u64,
    pub form_token: String,
}

fn sign_in(return_to: &str) -> String {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("{}?{query}", paths::SIGN_IN)
}

/// `1 byte`, `3.4 KB`, `12 MB`; a KB has 1024 bytes.
pub fn size(bytes: u64) -> String {
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    let mut unit = "bytes";
    let (mut whole, mut tenths) = (bytes, 0);
    for next in ["KB", "MB", "GB", "TB"] {
        if whole < 1024 {
            break;
        }
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = next;
    }
    if tenths == 0 || whole >= 10 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        let sizes = [0, 1, 1023, 1024, 3_500, 104_857_600, 1_200_000_000].map(size);
        assert_eq!(sizes, ["0 bytes", "1 byte", "1023 bytes", "1 KB", "3.4 KB", "100 MB", "1.1 GB"]);
    }
}
