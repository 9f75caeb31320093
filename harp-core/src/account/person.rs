//! The profile form (B03–B06): what was typed, and what it means.

use super::field::{Complaint, Complaints, Field, Problem};
use super::{BirthDate, Person, PostalAddress};
use crate::kernel::text::{EmailAddress, PersonName, Phone, line};
use crate::kernel::time::Timestamp;

/// What was typed, word for word, so that nothing typed is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub first_name: String,
    pub middle_name: String,
    pub last_name: String,
    pub email: String,
    pub confirm_email: String,
    pub phone: String,
    pub birth_month: String,
    pub birth_day: String,
    pub birth_year: String,
    pub country: String,
    pub address_line1: String,
    pub address_line2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    /// B13: `yes` when the box was ticked.
    pub reviewed: String,
}

/// The longest that is kept of what was typed into one field, in characters: more than any field takes.
const KEPT: usize = 300;

/// Youngest and oldest believable applicant, in years.
const YOUNGEST: i16 = 18;
const OLDEST: i16 = 120;

impl ProfileForm {
    /// The same, no field of it longer than is kept.
    #[must_use]
    pub fn cut(&self) -> ProfileForm {
        let mut form = self.clone();
        let ProfileForm {
            first_name,
            middle_name,
            last_name,
            email,
            confirm_email,
            phone,
            birth_month,
            birth_day,
            birth_year,
            country,
            address_line1,
            address_line2,
            city,
            state,
            zip,
            reviewed,
        } = &mut form;
        for field in [
            first_name,
            middle_name,
            last_name,
            email,
            confirm_email,
            phone,
            birth_month,
            birth_day,
            birth_year,
            country,
            address_line1,
            address_line2,
            city,
            state,
            zip,
            reviewed,
        ] {
            if let Some((end, _)) = field.char_indices().nth(KEPT) {
                field.truncate(end);
            }
        }
        form
    }

    /// The person and their address, once they have ticked the box that says that it is theirs (B13).
    pub fn confirm(&self, now: Timestamp) -> Result<(Person, EmailAddress), Vec<Complaint>> {
        let unticked = (self.reviewed != "yes")
            .then_some(Complaint { field: Field::Reviewed, problem: Problem::NotAccepted });
        match (self.read(now), unticked) {
            (Ok(read), None) => Ok(read),
            (Ok(_), Some(box_)) => Err(vec![box_]),
            (Err(complaints), unticked) => Err(complaints.into_iter().chain(unticked).collect()),
        }
    }

    /// The person and their address, or every complaint at once.
    pub fn read(&self, now: Timestamp) -> Result<(Person, EmailAddress), Vec<Complaint>> {
        let mut bad = Complaints::default();
        let first = bad.take(Field::FirstName, PersonName::part(&self.first_name));
        let middle = match self.middle_name.trim() {
            "" => None,
            middle => bad.take(Field::MiddleName, PersonName::part(middle)),
        };
        let last = bad.take(Field::LastName, PersonName::part(&self.last_name));
        let email = bad.take(Field::Email, EmailAddress::parse(&self.email));
        // B06: only a readable address can be repeated wrongly.
        if let Some(email) = &email
            && EmailAddress::parse(&self.confirm_email).as_ref() != Ok(email)
        {
            let missing = self.confirm_email.trim().is_empty();
            bad.add(Field::ConfirmEmail, if missing { Problem::Missing } else { Problem::Mismatch });
        }
        let phone = bad.take(Field::Phone, Phone::parse(&self.phone));
        let birth = bad.take(Field::BirthDate, self.birth(now));
        let country = bad.take(Field::Country, country(&self.country));
        let line1 = bad.take(Field::AddressLine1, line(&self.address_line1, 100));
        let line2 = optional(&mut bad, Field::AddressLine2, &self.address_line2, 100);
        let city = bad.take(Field::City, line(&self.city, 60));
        let state = bad.take(Field::State, line(&self.state, 60));
        let american = country.as_deref() == Some("US");
        let zip = bad.take(
            Field::Zip,
            if american { us_zip(&self.zip) } else { line(&self.zip, 12).map_err(Problem::from) },
        );
        match (first, last, email, phone, birth, country, line1, city, state, zip) {
            (
                Some(first),
                Some(last),
                Some(email),
                Some(phone),
                Some(birth),
                Some(country),
                Some(line1),
                Some(city),
                Some(state),
                Some(zip),
            ) if bad.is_empty() => {
                let name = PersonName { first, middle, last };
                let address = PostalAddress { country, line1, line2, city, state, zip };
                Ok((Person { name, birth, phone, address }, email))
            }
            _ => Err(bad.into_vec()),
        }
    }

    fn birth(&self, now: Timestamp) -> Result<BirthDate, Problem> {
        let parts = [&self.birth_year, &self.birth_month, &self.birth_day].map(|t| t.trim());
        if parts.iter().all(|t| t.is_empty()) {
            return Err(Problem::Missing);
        }
        let number = |text: &str| text.parse::<i16>().map_err(|_| Problem::BadForm);
        let small = |text: &str| number(text).and_then(|n| i8::try_from(n).map_err(|_| Problem::BadForm));
        let [year, month, day] = parts;
        let date = jiff::civil::Date::new(number(year)?, small(month)?, small(day)?)
            .map_err(|_| Problem::BadForm)?;
        let today = jiff::Timestamp::from_second(now.secs())
            .map_err(|_| Problem::BadForm)?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        if date > today {
            return Err(Problem::InTheFuture);
        }
        let whole_years =
            today.year() - date.year() - i16::from((today.month(), today.day()) < (date.month(), date.day()));
        if whole_years < YOUNGEST {
            return Err(Problem::TooYoung { years: 18 });
        }
        if whole_years > OLDEST {
            return Err(Problem::TooOld);
        }
        Ok(BirthDate(date))
    }
}

fn optional(bad: &mut Complaints, field: Field, text: &str, max: usize) -> Option<String> {
    if text.trim().is_empty() { None } else { bad.take(field, line(text, max)) }
}

fn country(text: &str) -> Result<String, Problem> {
    let text = line(text, 2)?.to_ascii_uppercase();
    let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    if fits { Ok(text) } else { Err(Problem::BadForm) }
}

/// Five digits, or nine as `12345-6789`; spaces and dashes are ignored.
fn us_zip(text: &str) -> Result<String, Problem> {
    let digits: String = line(text, 12)?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let (five, four) = digits.split_at_checked(5).ok_or(Problem::BadForm)?;
    let fits = digits.bytes().all(|b| b.is_ascii_digit()) && matches!(four.len(), 0 | 4);
    match (fits, four.is_empty()) {
        (false, _) => Err(Problem::BadForm),
        (true, true) => Ok(five.to_owned()),
        (true, false) => Ok(format!("{five}-{four}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_secs(1_795_000_000) // 2026-11-18
    }

    fn ana() -> ProfileForm {
        let form = |s: &str| s.to_owned();
        ProfileForm {
            first_name: form("Ana"),
            last_name: form("O'Neil"),
            email: form("ana@hospital.example"),
            confirm_email: form("ana@HOSPITAL.example "),
            phone: form("202 456 1111"),
            birth_month: form("2"),
            birth_day: form("29"),
            birth_year: form("1980"),
            country: form("us"),
            address_line1: form("1 Main St"),
            city: form("Springfield"),
            state: form("IL"),
            zip: form("62701 1234"),
            ..ProfileForm::default()
        }
    }

    fn complaints(form: &ProfileForm) -> Vec<(Field, Problem)> {
        form.read(now()).err().unwrap_or_default().into_iter().map(|c| (c.field, c.problem)).collect()
    }

    /// B03, B04: middle name and line 2 are optional, the rest is read and normalised.
    #[test]
    fn a_complete_profile_is_read() {
        let (person, email) = ana().read(now()).unwrap();
        assert_eq!(person.name.to_string(), "Ana O'Neil");
        assert_eq!(person.address.zip, "62701-1234");
        assert_eq!(email.as_str(), "ana@hospital.example");
    }

    /// B03: each missing field is rejected by name, and all of them at once.
    #[test]
    fn every_missing_field_is_named() {
        let named: Vec<Field> = complaints(&ProfileForm::default()).into_iter().map(|(f, _)| f).collect();
        assert_eq!(
            named,
            [
                Field::FirstName,
                Field::LastName,
                Field::Email,
                Field::Phone,
                Field::BirthDate,
                Field::Country,
                Field::AddressLine1,
                Field::City,
                Field::State,
                Field::Zip
            ]
        );
    }

    /// B06
    #[test]
    fn the_email_address_is_entered_twice() {
        let form = ProfileForm { confirm_email: "ana@other.example".to_owned(), ..ana() };
        assert_eq!(complaints(&form), [(Field::ConfirmEmail, Problem::Mismatch)]);
    }

    #[test]
    fn a_date_of_birth_must_exist_and_be_believable() {
        let born = |y: &str, m: &str, d: &str| {
            let form =
                ProfileForm { birth_year: y.into(), birth_month: m.into(), birth_day: d.into(), ..ana() };
            complaints(&form).first().map(|c| c.1)
        };
        assert_eq!(born("1981", "2", "29"), Some(Problem::BadForm));
        assert_eq!(born("2999", "1", "1"), Some(Problem::InTheFuture));
        assert_eq!(born("2015", "1", "1"), Some(Problem::TooYoung { years: 18 }));
        assert_eq!(born("1850", "1", "1"), Some(Problem::TooOld));
        assert_eq!(born("1980", "", ""), Some(Problem::BadForm));
    }
}
