//! What a call says, in TwiML: words in a breath, each digit of a code by itself with a second of silence after it.

/// What pressing a key does: asks at an address for the document to go on with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Again<'a> {
    /// Says so.
    pub words: &'a str,
    pub action: &'a str,
}

/// The text as a whole document. A word that is one digit is a digit of a code: the letter has spread them out.
pub(super) fn twiml(text: &str, again: Option<Again<'_>>) -> String {
    let mut document = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#.to_owned();
    if let Some(again) = again {
        // Without a key that ends the input, each of the twelve counts.
        document.push_str(r#"<Gather numDigits="1" finishOnKey="" timeout="5" method="POST" action=""#);
        escape(&mut document, again.action);
        document.push_str(r#"">"#);
    }
    document.push_str(r#"<Pause length="1"/>"#);
    let mut breath: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        match digit(word) {
            Some(digit) => {
                say(&mut document, &breath.join(" "));
                breath.clear();
                say(&mut document, digit);
                document.push_str(r#"<Pause length="1"/>"#);
            }
            None => breath.push(word),
        }
    }
    say(&mut document, &breath.join(" "));
    if let Some(again) = again {
        say(&mut document, again.words);
        document.push_str("</Gather>");
    }
    document.push_str("</Response>");
    document
}

/// The digit that the word is, but for a full stop or comma.
fn digit(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(['.', ',']);
    (word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit())).then_some(word)
}

fn say(document: &mut String, words: &str) {
    if words.is_empty() {
        return;
    }
    document.push_str("<Say>");
    escape(document, words);
    document.push_str("</Say>");
}

fn escape(document: &mut String, words: &str) {
    for c in words.chars() {
        match c {
            '"' => document.push_str("&quot;"),
            '&' => document.push_str("&amp;"),
            '<' => document.push_str("&lt;"),
            '>' => document.push_str("&gt;"),
            // XML 1.0 §2.2 has no place for them, escaped or not.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => document.push(' '),
            c => document.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E03: slowly, digit by digit, as often as the letter has them.
    #[test]
    fn each_digit_is_said_by_itself_with_a_silence_after_it() {
        let said = twiml("Hello. Your code is: 0. 1, 2. Again: 0. 1. 2. It works for 10 minutes.", None);
        assert_eq!(
            said.matches(r#"<Say>0</Say><Pause length="1"/><Say>1</Say><Pause length="1"/>"#).count(),
            2
        );
        assert!(
            said.contains("<Say>Hello. Your code is:</Say>") && said.contains("<Say>Again:</Say>"),
            "{said}"
        );
        assert!(said.ends_with("<Say>It works for 10 minutes.</Say></Response>"), "{said}");
    }

    #[test]
    fn what_people_typed_is_said_and_commands_nothing() {
        let said = twiml("</Say><Dial>+15005550006</Dial> A & B\u{1}\u{ffff}", None);
        assert_eq!(said.matches('<').count(), 6, "declaration, Response, Pause, Say: {said}");
        assert!(said.contains("&lt;Dial&gt;") && said.contains("A &amp; B") && !said.contains('\u{1}'));
    }
}
