//! The Social Security number (B03, D02): read, handed to the vendor, hashed with a key, and forgotten (P10).

use super::BirthDate;
use super::field::Problem;
use crate::kernel::secret::Secret;
use crate::vault::Vault;

/// Nine digits. It cannot be printed, serialised or stored.
#[derive(Debug, Clone)]
pub struct Ssn(Secret<String>);

/// Which numbers a vendor can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SsnRange {
    /// Such as may have been issued.
    Issued,
    /// Any nine digits: only a scripted vendor, whose people have numbers that nobody ever had.
    Any,
}

impl Ssn {
    /// Spaces and dashes are ignored, of every kind that a form or a phone's keyboard may put there.
    pub fn parse(typed: &Secret<String>, range: SsnRange) -> Result<Ssn, Problem> {
        let digits: Secret<String> = Secret::new(
            typed.expose().chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).take(10).collect(),
        );
        let text = digits.expose();
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        if text.len() != 9 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::BadForm);
        }
        if range == SsnRange::Issued && never_issued(text) {
            return Err(Problem::BadForm);
        }
        Ok(Ssn(digits))
    }

    /// The nine digits: for the vendor alone.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// One person, one account (A07): the keyed hashes by which a person is recognised. They tell nobody the number
    /// who does not have the key, and the key is not in the database.
    pub fn prints(&self, birth: BirthDate, vault: &Vault) -> PersonPrints {
        let text = Secret::new(format!("{}|{}", self.expose(), birth.0));
        PersonPrints(vault.fingerprints("person", text.expose()))
    }
}

/// A person, as keyed hashes of SSN and date of birth: one under each root key of the time when they were made, the one
/// that was current then first. Whoever has one in common is one person, so root keys may come and go between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPrints(Vec<String>);

impl PersonPrints {
    /// As they stand in a column: separated by spaces.
    pub fn stored(text: &str) -> PersonPrints {
        PersonPrints(text.split_whitespace().map(str::to_owned).collect())
    }

    pub fn to_text(&self) -> String {
        self.0.join(" ")
    }

    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Under the root key that was current: for counters.
    pub fn first(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    pub fn is(&self, other: &PersonPrints) -> bool {
        self.0.iter().any(|print| other.0.contains(print))
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Area 000, 666 and 900 to 999, group 00 and serial 0000 have never been given to anybody.
fn never_issued(digits: &str) -> bool {
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    let area = part(0, 3);
    matches!(area, "000" | "666") || area.starts_with('9') || part(3, 5) == "00" || part(5, 9) == "0000"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, range: SsnRange) -> Result<String, Problem> {
        Ssn::parse(&Secret::new(text.to_owned()), range).map(|s| s.expose().to_owned())
    }

    /// D02
    #[test]
    fn spaces_and_dashes_are_ignored_and_anything_else_is_refused() {
        for good in ["123-45-6789", " 123 45 6789 ", "123456789", "123\u{2011}45\u{2013}6789"] {
            assert_eq!(read(good, SsnRange::Issued), Ok("123456789".to_owned()), "{good:?}");
        }
        assert_eq!(read(" - ", SsnRange::Issued), Err(Problem::Missing));
        for bad in ["12345678", "1234567890", "12345678x", "١٢٣٤٥٦٧٨٩"] {
            assert_eq!(read(bad, SsnRange::Issued), Err(Problem::BadForm), "{bad:?}");
        }
    }

    /// Mission 2.1.7: 000-00-0000 is a number of a development system alone.
    #[test]
    fn a_number_that_nobody_ever_had_is_for_a_scripted_vendor_alone() {
        for number in
            ["000-00-0000", "666-12-3456", "900-12-3456", "999-12-3456", "123-00-4567", "123-45-0000"]
        {
            assert_eq!(read(number, SsnRange::Issued), Err(Problem::BadForm), "{number}");
            assert!(read(number, SsnRange::Any).is_ok(), "{number}");
        }
    }

    /// P10
    #[test]
    fn it_does_not_print_itself() {
        let ssn = Ssn::parse(&Secret::new("123-45-6789".into()), SsnRange::Issued).unwrap();
        assert!(!format!("{ssn:?}").contains('6'));
    }
}
