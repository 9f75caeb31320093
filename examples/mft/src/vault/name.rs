//! What people call a file: for reading and for downloads, never for a path.

use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

const LONGEST: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The last part of whatever a browser sent, without control characters, without marks that turn text around
    /// (U+202E makes `exe.pdf` of `fdp.exe`), without what Windows does not write, at most 120 characters.
    pub fn cleaned(sent: &str) -> FileName {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let plain = plain.trim().trim_matches('.').trim();
        let (stem, end) = match plain.rsplit_once('.') {
            Some((stem, end)) if !stem.is_empty() && end.chars().count() <= 12 => (stem, Some(end)),
            _ => (plain, None),
        };
        let mut name: String = stem.chars().take(LONGEST - 13).collect();
        if let Some(end) = end {
            let _ = write!(name, ".{end}");
        }
        FileName(if name.is_empty() { "file".to_owned() } else { name })
    }

    /// RFC 6266 §4.3 and RFC 8187: an ASCII name for old programs, and the real one.
    pub fn disposition(&self) -> String {
        let ascii: String = self.0.chars().map(|c| if is_token(c) || c == ' ' { c } else { '_' }).collect();
        let mut full = String::new();
        for byte in self.0.bytes() {
            if is_token(char::from(byte)) {
                full.push(char::from(byte));
            } else {
                let _ = write!(full, "%{byte:02X}");
            }
        }
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{full}")
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(c: char) -> bool {
    let turns =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !turns && !"\"<>:|?*".contains(c)
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let cleaned = |sent: &str| FileName::cleaned(sent).to_string();
        for (sent, name) in [
            ("report.csv", "report.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\Ana\\Q3 report.xlsx", "Q3 report.xlsx"),
            ("Jahresübersicht 2026.pdf", "Jahresübersicht 2026.pdf"),
            ("annexe\u{202e}fdp.exe", "annexe_fdp.exe"),
            ("a\r\nSet-Cookie: x", "a__Set-Cookie_ x"),
            ("\"><script>", "___script_"),
            ("..", "file"),
            ("", "file"),
            (".htaccess", "htaccess"),
            ("a/", "file"),
        ] {
            assert_eq!(cleaned(sent), name, "{sent:?}");
        }
        let long = cleaned(&format!("{}.csv", "é".repeat(500)));
        assert!(long.chars().count() <= LONGEST && long.ends_with(".csv"));
    }

    #[test]
    fn a_download_carries_the_name_in_ascii_and_in_full() {
        let name = FileName::cleaned("Übersicht; \"x\" 1.csv");
        assert_eq!(
            name.disposition(),
            "attachment; filename=\"_bersicht_ _x_ 1.csv\"; filename*=UTF-8''%C3%9Cbersicht%3B%20_x_%201.csv"
        );
    }
}
