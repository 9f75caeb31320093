//! Text from outside, parsed once: after that its type says what it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not what its field wants. The view turns it into words that name the field (B03).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TextFault {
    #[error("nothing was entered")]
    Empty,
    #[error("longer than {max} characters")]
    TooLong { max: usize },
    #[error("shorter than {min} characters")]
    TooShort { min: usize },
    #[error("has a character that may not stand there")]
    BadCharacter,
    #[error("does not have the form that is needed")]
    BadForm,
}

/// Trims, refuses control characters, and bounds a line of text.
pub fn line(text: &str, max: usize) -> Result<String, TextFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextFault::Empty);
    }
    if text.chars().count() > max {
        return Err(TextFault::TooLong { max });
    }
    // Control characters would allow header and log injection; bidi overrides would forge a shown name.
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    {
        return Err(TextFault::BadCharacter);
    }
    Ok(text.to_owned())
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// From our own storage, also as JSON: it was parsed when it came in. The rules of parsing change with
            /// the years (numbering plans do); what somebody registered with must stay readable.
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Personal data: it does not print itself into a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!("[", stringify!($name), "]"))
            }
        }
    };
}

text_type! {
    /// An e-mail address: `local@domain.tld`, at most 254 characters (RFC 5321 §4.5.3.1.3), the domain in lower case.
    /// Whether it belongs to anybody is known only once a code sent to it was entered.
    EmailAddress
}

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let text = line(text, 254)?;
        let (local, domain) = text.rsplit_once('@').ok_or(TextFault::BadForm)?;
        // A quoted local part is legal and unused; it is also how header injection is tried.
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let labels: Vec<&str> = domain.split('.').collect();
        let label_ok = |l: &&str| {
            !l.is_empty()
                && l.len() <= 63
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        if !local_ok || labels.len() < 2 || !labels.iter().all(label_ok) {
            return Err(TextFault::BadForm);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// What two spellings of one mailbox share: everything in lower case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// `a•••@example.org`: enough for its owner to recognise.
    pub fn masked(&self) -> String {
        match self.0.split_once('@') {
            Some((local, domain)) => format!("{}•••@{domain}", local.chars().next().unwrap_or('•')),
            None => "•••".to_owned(),
        }
    }
}

text_type! {
    /// A telephone number in E.164 form, `+18662888912`.
    Phone
}

impl Phone {
    /// A number as a person types it: spaces, dots, dashes and brackets are ignored; without `+` it is American.
    #[cfg(feature = "authn")]
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        use phonenumber::country::Id::US;
        let text = line(text, 40)?;
        // A default country is applied even to a number that names its own: with it, the 1 that many a German or
        // Chinese number begins with would be taken for the American trunk prefix, and cut off.
        let abroad = text.starts_with('+');
        let number = phonenumber::parse((!abroad).then_some(US), &text).map_err(|_| TextFault::BadForm)?;
        let american = number.country().code() == 1;
        if !phonenumber::is_valid(&number) || number.extension().is_some() || !(abroad || american) {
            return Err(TextFault::BadForm);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// Without the phone library only a number already in E.164 form is accepted.
    #[cfg(not(feature = "authn"))]
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let digits = text.strip_prefix('+').ok_or(TextFault::BadForm)?;
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(TextFault::BadForm) }
    }

    /// The last four digits, all that a page may show (F10).
    pub fn last_four(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or("")
    }
}

/// A person's name (B04: the middle name is optional).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub first: String,
    pub middle: Option<String>,
    pub last: String,
}

impl PersonName {
    /// Longest part of a name, in characters.
    pub const MAX: usize = 60;

    /// One part of a name: letters of any script and their marks, spaces, apostrophes, hyphens, dots and commas.
    /// Neither digits nor `/`, `:` or `@`: a name is printed in letters, and must not carry a link into them.
    pub fn part(text: &str) -> Result<String, TextFault> {
        let part = line(text, Self::MAX)?;
        let fits = |c: char| c.is_alphabetic() || is_mark(c) || " '’-‐.,".contains(c);
        if part.chars().all(fits) && part.chars().any(char::is_alphabetic) {
            Ok(part)
        } else {
            Err(TextFault::BadCharacter)
        }
    }
}

/// A sign that belongs to the letter before it: an accent that stands alone, a vowel sign.
#[cfg(feature = "authn")]
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Without the tables of Unicode only the accents of the Latin, Greek and Cyrillic scripts are known.
#[cfg(not(feature = "authn"))]
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.middle {
            Some(middle) => write!(f, "{} {middle} {}", self.first, self.last),
            None => write!(f, "{} {}", self.first, self.last),
        }
    }
}

/// Personal data: it does not print itself into a log.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[PersonName]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_inject_a_header_is_refused() {
        for bad in [
            "",
            "a",
            "a@",
            "@b.org",
            "a@b",
            "a\r\nBcc: x@y.zz@b.org",
            "\"a b\"@c.org",
            "a..b@c.org",
            "a@-c.org",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        let address = EmailAddress::parse(" Ana.O'Neil+harp@Hospital.EXAMPLE ").unwrap();
        assert_eq!(address.as_str(), "Ana.O'Neil+harp@hospital.example");
        assert_eq!(address.masked(), "A•••@hospital.example");
        assert_eq!(format!("{address:?}"), "[EmailAddress]");
    }

    #[test]
    #[cfg(feature = "authn")]
    fn a_phone_number_is_taken_as_people_write_it() {
        for good in ["(202) 456-1111", "202.456.1111", "+1 202 456 1111"] {
            assert_eq!(Phone::parse(good).unwrap().as_str(), "+12024561111", "{good}");
        }
        assert_eq!(Phone::parse("2024561111").unwrap().last_four(), "1111");
        for bad in ["", "12", "911", "not a number", "+1 202 456 1111 ext 5"] {
            assert!(Phone::parse(bad).is_err(), "{bad:?}");
        }
    }

    /// A number that names its country keeps every digit, also where the national part begins with the American trunk 1.
    #[test]
    #[cfg(feature = "authn")]
    fn a_number_that_names_its_country_keeps_every_digit() {
        for (typed, stored) in [
            ("+49 1512 3456789", "+4915123456789"),
            ("+86 138 0013 8000", "+8613800138000"),
            ("+82 10 1234 5678", "+821012345678"),
            ("+60 12 345 6789", "+60123456789"),
            ("+94 11 234 5678", "+94112345678"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("+1 340 774 1234", "+13407741234"),
        ] {
            let once = Phone::parse(typed).unwrap();
            assert_eq!(once.as_str(), stored, "{typed}");
            assert_eq!(Phone::parse(once.as_str()), Ok(once), "{typed}");
        }
        assert!(Phone::parse("011 49 1512 3456789").is_err(), "without + it is American");
    }

    #[test]
    fn a_name_takes_letters_of_every_script_and_no_link() {
        for good in
            ["Ana", "O'Neil", "D’Arcy", "Anne-Marie", "Jr.", "Zoe\u{308}", "Nguyễn Văn", "李", "Øre, Jr."]
        {
            assert_eq!(PersonName::part(good), Ok(good.to_owned()));
        }
        for bad in ["Act now: https://evil.example", "a@b", "ana/b", "R2D2", "<b>", "Ana (x)", "-", "'"] {
            assert_eq!(PersonName::part(bad), Err(TextFault::BadCharacter), "{bad}");
        }
    }

    #[test]
    fn a_line_keeps_its_bound_and_no_controls() {
        assert_eq!(line("  a b ", 3), Ok("a b".to_owned()));
        assert_eq!(line("   ", 3), Err(TextFault::Empty));
        assert_eq!(line("abcd", 3), Err(TextFault::TooLong { max: 3 }));
        assert_eq!(line("a\nb", 9), Err(TextFault::BadCharacter));
        assert_eq!(line("a\u{202e}b", 9), Err(TextFault::BadCharacter));
    }
}
