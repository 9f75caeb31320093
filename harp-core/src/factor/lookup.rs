//! Recovery codes (P4): look-up secrets of 64 bits each (SP 800-63B-4 §3.1.2 asks for 20), shown once, kept as salted password hashes,
//! each good for one use. A code begins with its number, so that what is typed is compared with one hash and not with ten.

use crate::kernel::random::Random;
use crate::kernel::secret::Secret;

/// How many there are in a set.
pub const COUNT: u32 = 10;

/// Crockford's base 32: no i, l, o or u, so that a code can be read from paper.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 64 bits in groups of five.
const DIGITS: usize = 13;
/// With separators, more than anybody needs.
const MOST_TYPED: usize = 64;

/// One code: its number and what is secret of it.
#[derive(Debug, Clone)]
pub struct LookUpCode {
    pub number: u32,
    secret: Secret<String>,
}

impl LookUpCode {
    /// A new set, numbered from one.
    pub fn set(random: &dyn Random) -> Vec<LookUpCode> {
        (1..=COUNT).map(|number| LookUpCode::mint(number, random)).collect()
    }

    fn mint(number: u32, random: &dyn Random) -> LookUpCode {
        let value = u64::from_be_bytes(random.bytes());
        let digit = |n: usize| {
            let at = usize::try_from((value >> (n * 5)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(at).copied().unwrap_or(b'0'))
        };
        LookUpCode { number, secret: Secret::new((0..DIGITS).rev().map(digit).collect()) }
    }

    /// As it was typed: its number first, in any case, with any spaces and hyphens; what looks alike counts as the same.
    /// `None`: that is no such code.
    pub fn parse(typed: &str) -> Option<LookUpCode> {
        if typed.len() > MOST_TYPED {
            return None;
        }
        let plain = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | ':'));
        let text: String = plain.map(folded).collect::<Option<String>>()?;
        let (number, secret) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
        // One digit or two, and no more zeros than there are in ten: two texts never name one code.
        let number: u32 =
            number.parse().ok().filter(|n: &u32| (1..=COUNT).contains(n) && n.to_string() == number)?;
        Some(LookUpCode { number, secret: Secret::new(secret.to_owned()) })
    }

    /// What is hashed.
    pub fn secret(&self) -> &Secret<String> {
        &self.secret
    }

    /// As it is shown, once: `3-7k2p-9x0m-4tvwe`.
    pub fn shown(&self) -> Secret<String> {
        let text = self.secret.expose();
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
        Secret::new(format!("{}-{}-{}-{}", self.number, part(0..4), part(4..8), part(8..DIGITS)))
    }
}

fn folded(c: char) -> Option<char> {
    let c = match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    u8::try_from(c).is_ok_and(|b| ALPHABET.contains(&b)).then_some(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::random::SeededRandom;

    /// P4: ten codes of 64 bits, numbered, all different.
    #[test]
    fn a_set_is_ten_numbered_codes_that_are_read_back_however_they_are_typed() {
        let set = LookUpCode::set(&SeededRandom::new(1));
        assert_eq!(set.iter().map(|c| c.number).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
        for code in &set {
            let shown = code.shown().expose().clone();
            let bare = shown.replace('-', "");
            let alike = shown.to_uppercase().replace('0', "O").replace("-1", "-l");
            for typed in [shown.clone(), bare, alike, format!("  {}", shown.replace('-', " "))] {
                let read = LookUpCode::parse(&typed).unwrap_or_else(|| panic!("{typed}"));
                assert_eq!(
                    (read.number, read.secret.expose()),
                    (code.number, code.secret.expose()),
                    "{typed}"
                );
            }
            let others = set.iter().filter(|c| c.secret.expose() == code.secret.expose());
            assert_eq!(others.count(), 1);
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        let long = "0".repeat(65);
        for bad in [
            "",
            "123456",
            "0-0000-0000-00000",
            "11-0000-0000-00000",
            "01-0000-0000-00000",
            "u-0000-0000-00000",
            "1-uuuu-uuuu-uuuuu",
            "1-0000-0000-000é0",
            "1-0000-0000-000",
            &long,
        ] {
            assert!(LookUpCode::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_is_too_much(typed in "\\PC{0,80}") {
            if let Some(code) = LookUpCode::parse(&typed) {
                prop_assert_eq!(code.secret.expose().len(), DIGITS);
            }
        }
    }
}
