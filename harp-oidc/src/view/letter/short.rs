//! A letter as a text message, and as speech.

use super::Letters;
use crate::view::words::Words;

/// Under 160 characters: the application's name, the code, its lifetime, *Nobody from HARP will ask for it*;
/// the last line is for filling the code in (WICG, origin-bound one-time codes).
pub(super) fn text(letters: &Letters, words: &Words, subject: &str, code: Option<&str>) -> String {
    match code {
        Some(code) => {
            let message = letters.product("letter-text.code").with("code", code);
            let said = words.say(&message.count("minutes", letters.code_minutes));
            format!("{said}\n\n@{} #{code}", letters.host)
        }
        None => words.say(&letters.product("letter-text.other").with("subject", subject)),
    }
}

/// What happened, and the link *This was not me*.
pub(super) fn alert(letters: &Letters, words: &Words, subject: &str, link: &str) -> String {
    words.say(&letters.product("letter-text.alert").with("subject", subject).with("link", link))
}

/// A greeting, the code digit by digit, twice, slowly.
pub(super) fn speech(letters: &Letters, words: &Words, subject: &str, code: Option<&str>) -> String {
    match code {
        Some(code) => {
            let digits = code.chars().map(String::from).collect::<Vec<_>>().join(". ");
            words.say(&letters.product("letter-speech.code").with("digits", digits))
        }
        None => words.say(&letters.product("letter-speech.other").with("subject", subject)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use harp_core::policy::HARP;

    use super::*;
    use crate::view::frame::Site;

    fn letters() -> Letters {
        let issuer = url::Url::parse("https://harp.a-rather-long-name.example.org").unwrap();
        Letters::new(Arc::new(Site::default()), &issuer, &HARP)
    }

    #[test]
    fn a_text_message_is_short_and_ends_with_the_line_that_fills_in_the_code() {
        let text = text(&letters(), &Words::english(), "", Some("012345"));
        assert!(text.chars().count() < 160 && text.is_ascii(), "{text}");
        assert!(text.starts_with("HARP: ") && text.contains("Nobody from HARP will ask for it"));
        assert_eq!(text.lines().last(), Some("@harp.a-rather-long-name.example.org #012345"));
        assert!(text.contains("10 minutes"));
    }

    #[test]
    fn a_call_says_the_code_digit_by_digit_and_twice() {
        let said = speech(&letters(), &Words::english(), "", Some("012345"));
        assert_eq!(said.matches("0. 1. 2. 3. 4. 5").count(), 2, "{said}");
        assert!(said.starts_with("Hello."));
    }

    #[test]
    fn without_a_code_the_subject_is_said() {
        assert_eq!(
            text(&letters(), &Words::english(), "Your role is approved", None),
            "HARP: Your role is approved. Sign in to read more."
        );
        assert!(
            speech(&letters(), &Words::english(), "Your role is approved", None)
                .contains("Your role is approved")
        );
    }
}
