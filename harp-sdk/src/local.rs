//! A path of this application, as the only thing that a sign-in may return to.

/// A path with its query inside this application: never another host (CWE-601, open redirect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

const LIMIT: usize = 1024;

impl LocalPath {
    /// `None` for whatever a browser could read as another host: `//host`, `/\host`, a scheme, control characters
    /// (which browsers strip before they parse), anything that does not begin with one slash.
    pub fn parse(text: &str) -> Option<LocalPath> {
        let mut rest = text.bytes();
        let rooted = rest.next() == Some(b'/') && !matches!(rest.next(), Some(b'/' | b'\\'));
        let plain = text.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
        // `/./` and `/../` vanish when a browser parses: `/.//host` would become `//host`.
        let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
        let dots = path.split('/').any(|segment| segment == "." || segment == "..");
        (rooted && plain && !dots && text.len() <= LIMIT).then(|| LocalPath(text.to_owned()))
    }

    /// The start page.
    pub fn root() -> LocalPath {
        LocalPath("/".to_owned())
    }

    /// What was asked for, or the start page.
    pub fn or_root(text: Option<&str>) -> LocalPath {
        text.and_then(LocalPath::parse).unwrap_or_else(LocalPath::root)
    }

    /// As it stands in a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn paths_of_this_application_pass_and_other_hosts_do_not() {
        for good in ["/", "/files?org=org_1&page=2", "/a//b", "/caf%C3%A9#top"] {
            assert_eq!(LocalPath::parse(good).as_ref().map(LocalPath::as_str), Some(good));
        }
        let bad = [
            "",
            "files",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "https://evil.test",
            "javascript:x",
            "/\t/evil.test",
            "/\n/evil.test",
            " /files",
            "/a b",
            "/a\\b",
            "/.//evil.test",
            "/..//evil.test",
            "/%2e//evil.test",
            "/é",
            "/x\0",
        ];
        for bad in bad {
            assert_eq!(LocalPath::parse(bad), None, "{bad:?}");
        }
        assert_eq!(LocalPath::parse(&format!("/{}", "a".repeat(LIMIT))), None);
    }

    proptest! {
        #[test]
        fn a_browser_never_leaves_the_origin(text in r"[/\\.%2eE:@\t\na-c?#]{0,12}") {
            let here = Url::parse("https://files.example.test/auth/callback").unwrap();
            if let Some(path) = LocalPath::parse(&text) {
                prop_assert_eq!(here.join(path.as_str()).unwrap().origin(), here.origin());
            }
        }
    }
}
