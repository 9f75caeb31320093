//! What a password must be: pure rules over policy data.
//!
//! `harp` holds C03 to C10 to the letter. `nist-63-4` holds SP 800-63B-4 §3.1.1.2: length alone, a blocklist, no
//! composition. All complaints come at once, so that nobody learns of them one by one.

use unicode_normalization::UnicodeNormalization as _;

use super::blocklist;
use crate::account::field::Problem;
use crate::kernel::secret::Secret;
use crate::kernel::text::{EmailAddress, PersonName};
use crate::policy::{Blocklist, PasswordRules, PersonalWords};

/// The person's own words: the first that an attacker tries.
#[derive(Debug, Clone, Copy)]
pub struct OwnWords<'a> {
    pub username: &'a str,
    pub name: &'a PersonName,
    pub email: &'a EmailAddress,
}

/// Unicode NFC, so that one password typed on two keyboards is one password (SP 800-63B-4 §3.1.1.2).
/// What is hashed is this, in both profiles.
pub fn nfc(typed: &Secret<String>) -> Secret<String> {
    // NFC makes UTF-8 at most three times longer: no reallocation leaves a copy behind.
    let mut out = String::with_capacity(typed.expose().len().saturating_mul(3));
    out.extend(typed.expose().nfc());
    Secret::new(out)
}

/// Everything that is wrong with a new password; nothing, if it may be used.
pub fn complaints(typed: &Secret<String>, rules: &PasswordRules, own: OwnWords<'_>) -> Vec<Problem> {
    let password = nfc(typed);
    let text = password.expose().as_str();
    if text.is_empty() {
        return vec![Problem::Missing];
    }
    let mut wrong = Vec::new();
    // Each code point counts as one character (SP 800-63B-4 §3.1.1.2). C03.
    let length = text.chars().count();
    if length < rules.length.min {
        wrong.push(Problem::TooShort { min: rules.length.min });
    }
    if length > rules.length.max {
        return vec![Problem::TooLong { max: rules.length.max }];
    }
    if text.chars().any(char::is_control) {
        wrong.push(Problem::BadCharacter);
    }
    if let Some(composition) = rules.composition {
        let has = |wanted: fn(&char) -> bool| text.chars().any(|c| wanted(&c));
        let mut require = |kept: bool, problem: Problem| wrong.extend((!kept).then_some(problem));
        require(has(char::is_ascii_lowercase), Problem::NoLowercase); // C04
        require(has(char::is_ascii_uppercase), Problem::NoUppercase); // C05
        require(has(char::is_ascii_digit), Problem::NoDigit); // C06
        let (symbols, banned) = (composition.symbols, composition.banned);
        require(text.contains(|c| symbols.contains(c)), Problem::NoSymbol { symbols }); // C07
        require(!text.contains(|c| banned.contains(c)), Problem::BannedCharacter { banned }); // C10
    }
    if rules.personal == PersonalWords::NowhereInside {
        let folded = Secret::new(text.to_lowercase());
        let holds = |word: &str| spellings(word).iter().any(|w| folded.expose().contains(w.as_str()));
        if holds(own.username) {
            wrong.push(Problem::ContainsUsername); // C08
        }
        if holds(&own.name.first) || holds(&own.name.last) {
            wrong.push(Problem::ContainsName); // C09
        }
    }
    if rules.blocklist == Blocklist::Whole && blocklist::lists(text, &own.every()) {
        wrong.push(Problem::TooCommon);
    }
    wrong
}

impl OwnWords<'_> {
    /// All of them, with the name of the service, for the blocklist (SP 800-63B-4 §3.1.1.2: context-specific words).
    fn every(&self) -> Vec<String> {
        let (local, domain) = self.email.as_str().split_once('@').unwrap_or((self.email.as_str(), ""));
        let parts =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        [
            self.username,
            &self.name.first,
            self.name.middle.as_deref().unwrap_or(""),
            &self.name.last,
            local,
            domain,
        ]
        .into_iter()
        .flat_map(|word| [parts(word), spellings(word)].concat())
        .chain(["harp".to_owned()])
        .map(|word| word.to_lowercase())
        .filter(|word| word.chars().count() >= 3)
        .collect()
    }
}

/// How a word may stand in a password, in lower case: as it is, and without what people leave out of it
/// (`o'neil` and `oneil`, `ana maria` and `anamaria`).
///
/// A name of a single letter forbids nothing: it would forbid that letter, and C04 asks for letters.
fn spellings(word: &str) -> Vec<String> {
    let whole: String = word.trim().nfc().collect::<String>().to_lowercase();
    let bare: String = whole.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut all = vec![whole, bare];
    all.dedup();
    all.retain(|w| w.chars().count() >= 2);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{HARP, NIST_63_4, Profile};

    fn judged_for(first: &str, profile: &Profile, typed: &str) -> Vec<Problem> {
        let name = PersonName { first: first.into(), middle: None, last: "O'Neil".into() };
        let email = EmailAddress::parse("quarry@mercy.example").unwrap();
        let own = OwnWords { username: "aoneil77", name: &name, email: &email };
        complaints(&Secret::new(typed.into()), &profile.password, own)
    }

    fn harp(typed: &str) -> Vec<Problem> {
        judged_for("Marisol", &HARP, typed)
    }

    fn nist(typed: &str) -> Vec<Problem> {
        judged_for("Marisol", &NIST_63_4, typed)
    }

    /// C03: 11 rejected, 12 accepted; 128 accepted, 129 rejected.
    #[test]
    fn c03_twelve_characters_at_least() {
        assert_eq!(harp("Abcdefgh12!"), [Problem::TooShort { min: 12 }]);
        assert_eq!(harp("Abcdefghi12!"), []);
        let long = |n: usize| format!("Aa1!{}", "x".repeat(n - 4));
        assert_eq!(harp(&long(128)), []);
        assert_eq!(harp(&long(129)), [Problem::TooLong { max: 128 }]);
        assert_eq!(harp(""), [Problem::Missing]);
    }

    /// C04, C05, C06
    #[test]
    fn c04_to_c06_a_lowercase_letter_an_uppercase_letter_and_a_digit() {
        assert_eq!(harp("ABCDEFGHI12!"), [Problem::NoLowercase]);
        assert_eq!(harp("abcdefghi12!"), [Problem::NoUppercase]);
        assert_eq!(harp("Abcdefghijk!"), [Problem::NoDigit]);
    }

    /// C07: each of the eight alone satisfies; nothing else does.
    #[test]
    fn c07_each_of_the_eight_symbols_alone_is_enough() {
        for symbol in "!@#$%^&*".chars() {
            assert_eq!(harp(&format!("Abcdefghi12{symbol}")), [], "{symbol}");
        }
        for other in "-_=.,?/ éß".chars() {
            let wrong = harp(&format!("Abcdefghi12{other}"));
            assert_eq!(wrong, [Problem::NoSymbol { symbols: "!@#$%^&*" }], "{other}");
        }
    }

    /// C10: each of the five, even with everything else in order.
    #[test]
    fn c10_each_of_the_five_banned_characters_is_refused() {
        for banned in "+()><".chars() {
            let wrong = harp(&format!("Abcdefghi12!{banned}"));
            assert_eq!(wrong, [Problem::BannedCharacter { banned: "+()><" }], "{banned}");
        }
    }

    /// C08
    #[test]
    fn c08_the_user_id_stands_nowhere_inside_in_any_case() {
        for inside in ["aoneil77", "AONEIL77", "aOnEiL77"] {
            assert!(harp(&format!("Xy!{inside}zz9")).contains(&Problem::ContainsUsername), "{inside}");
        }
        assert_eq!(harp("aoneXil77Bcd!"), []);
    }

    /// C09, with the apostrophe and without.
    #[test]
    fn c09_first_and_last_name_stand_nowhere_inside_in_any_case() {
        for inside in ["marisol", "MARISOL", "O'Neil", "oNEIL"] {
            assert_eq!(harp(&format!("Xy1!{inside}Zz99")), [Problem::ContainsName], "{inside}");
        }
    }

    /// A name of one letter would forbid every password that has it; one of two letters is a name.
    #[test]
    fn c09_a_name_of_one_letter_forbids_nothing() {
        assert_eq!(judged_for("E", &HARP, "Abcdefghi12!"), []);
        assert_eq!(judged_for("Li", &HARP, "AbcdefgLI123!"), [Problem::ContainsName]);
    }

    /// Everything at once.
    #[test]
    fn all_complaints_come_together() {
        assert_eq!(
            harp("oneil("),
            [
                Problem::TooShort { min: 12 },
                Problem::NoUppercase,
                Problem::NoDigit,
                Problem::NoSymbol { symbols: "!@#$%^&*" },
                Problem::BannedCharacter { banned: "+()><" },
                Problem::ContainsName,
            ]
        );
    }

    /// SP 800-63B-4 §3.1.1.2: 15 code points, any of them, no composition.
    #[test]
    fn nist_63_4_asks_for_fifteen_characters_of_any_kind() {
        assert_eq!(nist("vellum orchid "), [Problem::TooShort { min: 15 }]);
        assert_eq!(nist("vellum orchid b"), []);
        assert_eq!(nist("голубая утка в саду"), []);
        assert_eq!(nist(&"🦆🌂🧭".repeat(5)), [Problem::TooCommon], "a pattern repeated");
        assert_eq!(nist("🦆🌂🧭🪵🧵🪁🛶🪣🧂🪤🧲🪜🪚🧯🛝"), []);
        assert_eq!(nist("my+last(neil)<brick>"), []);
        assert_eq!(nist("vellum\u{7}orchid bee"), [Problem::BadCharacter]);
    }

    /// A combining accent and its composed letter are one character, and one password.
    #[test]
    fn two_spellings_of_one_letter_are_one_password() {
        let (composed, combining) =
            (Secret::new("caf\u{e9}".to_owned()), Secret::new("cafe\u{301}".to_owned()));
        assert_eq!(nfc(&composed).expose(), nfc(&combining).expose());
        let typed = "e\u{301}".repeat(14);
        assert!(
            nist(&typed).contains(&Problem::TooShort { min: 15 }),
            "fourteen characters, not twenty-eight"
        );
    }

    /// SP 800-63B-4 §3.1.1.2: the whole password against a blocklist with context-specific words.
    #[test]
    fn nist_63_4_refuses_what_everybody_tries_first() {
        for common in [
            "passwordpassword",
            "P@ssw0rdP@ssw0rd",
            "Password12345678",
            "1234567890123456",
            "qwertyuiopasdfgh",
            "1q2w3e4r5t6y7u8i",
            "aaaaaaaaaaaaaaaaaa",
            "letmein-letmein-letmein",
            "iloveyouforever!",
            "Marisol-O'Neil-2026",
            "aoneil77aoneil77",
            "harpharpharpharp",
            "quarry@mercy.example",
        ] {
            assert_eq!(nist(common), [Problem::TooCommon], "{common}");
        }
        for fine in ["my password is long enough", "Marisol's seven brown geese", "8301746529087713"] {
            assert_eq!(nist(fine), [], "{fine}");
        }
    }

    proptest::proptest! {
        /// Whatever is typed, it is judged, and a password without complaint has what C03–C10 ask for.
        #[test]
        fn anything_can_be_judged(typed in "\\PC{0,140}") {
            if harp(&typed).is_empty() {
                let n = nfc(&Secret::new(typed)).expose().clone();
                proptest::prop_assert!((12..=128).contains(&n.chars().count()));
                proptest::prop_assert!(!n.contains(['+', '(', ')', '<', '>']) && n.contains(['!', '@', '#', '$', '%', '^', '&', '*']));
            }
        }

        #[test]
        fn anything_can_be_looked_up(typed in "\\PC{0,140}") {
            let _ = nist(&typed);
        }
    }
}
