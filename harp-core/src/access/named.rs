//! What an operator may call a program, an organization, a role, a permission: checked once, when it is set up.

use crate::kernel::text::{TextFault, line};

/// The longest name that people read, in characters.
pub const NAME_MAX: usize = 200;
/// The longest slug, key or permission, in bytes: they stand in every token.
pub const SLUG_MAX: usize = 64;
/// How many permissions one role may have.
pub const MOST_PERMISSIONS: usize = 64;

/// Which of an operator's words will not do, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unnamed {
    #[error(
        "`{0}` is no slug: a lower-case letter, then lower-case letters, digits, `-` and `_`, {SLUG_MAX} at most"
    )]
    Slug(String),
    #[error("the name will not do: it is or has {0}")]
    Name(TextFault),
    #[error(
        "`{0}` is no permission: lower-case letters, digits, `-`, `_`, `.` and `:`, {SLUG_MAX} at most, as in `files:upload`"
    )]
    Permission(String),
    #[error("a role has {MOST_PERMISSIONS} permissions at most")]
    Permissions,
}

/// A program's slug or a role's key: stable, for tokens, guards and URLs.
pub fn slug(text: &str) -> Result<String, Unnamed> {
    let fits = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= SLUG_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
    if fits { Ok(text.to_owned()) } else { Err(Unnamed::Slug(text.to_owned())) }
}

/// A name that people read.
pub fn name(text: &str) -> Result<String, Unnamed> {
    line(text, NAME_MAX).map_err(Unnamed::Name)
}

/// What a role allows, each once and in the order in which they came.
pub fn permissions(texts: &[String]) -> Result<Vec<String>, Unnamed> {
    let fits = |text: &str| {
        (1..=SLUG_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.:".contains(&b))
    };
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !fits(text) {
            return Err(Unnamed::Permission(text.clone()));
        }
        if !kept.contains(text) {
            kept.push(text.clone());
        }
    }
    if kept.len() > MOST_PERMISSIONS { Err(Unnamed::Permissions) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_what_can_stand_in_a_token_and_a_url() {
        for good in ["mft", "mft_web_user", "hqr-2", "a"] {
            assert_eq!(slug(good).as_deref(), Ok(good));
        }
        for bad in ["", "Mft", "2mft", "mft user", "mft/x", "mft\u{0}", " mft", "ä", &"a".repeat(65)] {
            assert_eq!(slug(bad), Err(Unnamed::Slug(bad.to_owned())));
        }
    }

    #[test]
    fn permissions_are_kept_once_and_bounded() {
        let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let kept = permissions(&texts(&["files:upload", "files:download", "files:upload"]));
        assert_eq!(kept, Ok(texts(&["files:upload", "files:download"])));
        assert!(permissions(&texts(&["Files"])).is_err() && permissions(&texts(&[""])).is_err());
        let many: Vec<String> = (0..=MOST_PERMISSIONS).map(|n| format!("p{n}")).collect();
        assert_eq!(permissions(&many), Err(Unnamed::Permissions));
        assert!(name("a\u{202e}b").is_err() && name(" ").is_err());
    }
}
