//! The fields that a person fills in, and what can be wrong with one (B03: each is rejected by name).

use crate::kernel::text::TextFault;

/// A field of a form, as pages, letters and tests name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    FirstName,
    MiddleName,
    LastName,
    Email,
    ConfirmEmail,
    /// B02
    SecondEmail,
    Phone,
    BirthDate,
    Country,
    AddressLine1,
    AddressLine2,
    City,
    State,
    Zip,
    /// B13: the box that says that all of it was looked at.
    Reviewed,
    Username,
    Password,
    ConfirmPassword,
    CurrentPassword,
    Question,
    Answer,
    Ssn,
    Terms,
    Code,
    /// Of two codes by letter, the one to the first address.
    FirstCode,
    SecondCode,
    Method,
    Label,
    Reason,
    Program,
    Organization,
    Roles,
}

impl Field {
    /// Its name in forms and in the message file.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::FirstName => "first_name",
            Field::MiddleName => "middle_name",
            Field::LastName => "last_name",
            Field::Email => "email",
            Field::ConfirmEmail => "confirm_email",
            Field::SecondEmail => "second_email",
            Field::Phone => "phone",
            Field::BirthDate => "birth_date",
            Field::Country => "country",
            Field::AddressLine1 => "address_line1",
            Field::AddressLine2 => "address_line2",
            Field::City => "city",
            Field::State => "state",
            Field::Zip => "zip",
            Field::Reviewed => "reviewed",
            Field::Username => "username",
            Field::Password => "password",
            Field::ConfirmPassword => "confirm_password",
            Field::CurrentPassword => "current_password",
            Field::Question => "question",
            Field::Answer => "answer",
            Field::Ssn => "ssn",
            Field::Terms => "terms",
            Field::Code => "code",
            Field::FirstCode => "first_code",
            Field::SecondCode => "second_code",
            Field::Method => "method",
            Field::Label => "label",
            Field::Reason => "reason",
            Field::Program => "program",
            Field::Organization => "organization",
            Field::Roles => "roles",
        }
    }
}

/// What is wrong with what was typed. Each has words in the message file: `problem.<field>.<key>`, else `problem.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    Missing,
    TooShort {
        min: usize,
    },
    TooLong {
        max: usize,
    },
    BadCharacter,
    BadForm,
    Mismatch,
    InTheFuture,
    TooYoung {
        years: u8,
    },
    TooOld,
    Taken,
    /// C04.
    NoLowercase,
    /// C05.
    NoUppercase,
    /// C06.
    NoDigit,
    /// C07.
    NoSymbol {
        symbols: &'static str,
    },
    /// C10.
    BannedCharacter {
        banned: &'static str,
    },
    /// C08.
    ContainsUsername,
    /// C09.
    ContainsName,
    /// On the blocklist: breached, common, or one of the person's own words.
    TooCommon,
    /// The box must be ticked.
    NotAccepted,
    /// Wrong, used or out of date: one text for all three.
    WrongCode,
    Unknown,
    /// A telephone number of a country that codes do not go to.
    NotServed,
    /// A telephone number that costs whoever calls it, or that no person answers.
    NotAPersons,
    AlreadyHeld,
    AlreadyAsked,
}

impl Problem {
    /// Its key in the message file.
    pub fn key(self) -> &'static str {
        match self {
            Problem::Missing => "missing",
            Problem::TooShort { .. } => "too_short",
            Problem::TooLong { .. } => "too_long",
            Problem::BadCharacter => "bad_character",
            Problem::BadForm => "bad_form",
            Problem::Mismatch => "mismatch",
            Problem::InTheFuture => "in_the_future",
            Problem::TooYoung { .. } => "too_young",
            Problem::TooOld => "too_old",
            Problem::Taken => "taken",
            Problem::NoLowercase => "no_lowercase",
            Problem::NoUppercase => "no_uppercase",
            Problem::NoDigit => "no_digit",
            Problem::NoSymbol { .. } => "no_symbol",
            Problem::BannedCharacter { .. } => "banned_character",
            Problem::ContainsUsername => "contains_username",
            Problem::ContainsName => "contains_name",
            Problem::TooCommon => "too_common",
            Problem::NotAccepted => "not_accepted",
            Problem::WrongCode => "wrong_code",
            Problem::Unknown => "unknown",
            Problem::NotServed => "not_served",
            Problem::NotAPersons => "not_a_persons",
            Problem::AlreadyHeld => "already_held",
            Problem::AlreadyAsked => "already_asked",
        }
    }

    /// The value its words speak of, if any: a number, or a list of symbols.
    pub fn argument(self) -> Option<String> {
        match self {
            Problem::TooShort { min } => Some(min.to_string()),
            Problem::TooLong { max } => Some(max.to_string()),
            Problem::TooYoung { years } => Some(years.to_string()),
            Problem::NoSymbol { symbols } => Some(symbols.to_owned()),
            Problem::BannedCharacter { banned } => Some(banned.to_owned()),
            _ => None,
        }
    }
}

impl From<TextFault> for Problem {
    fn from(fault: TextFault) -> Problem {
        match fault {
            TextFault::Empty => Problem::Missing,
            TextFault::TooLong { max } => Problem::TooLong { max },
            TextFault::TooShort { min } => Problem::TooShort { min },
            TextFault::BadCharacter => Problem::BadCharacter,
            TextFault::BadForm => Problem::BadForm,
        }
    }
}

/// A field and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Complaint {
    pub field: Field,
    pub problem: Problem,
}

/// Collects complaints while a form is read, so that a person learns of all of them at once.
#[derive(Debug, Default)]
pub struct Complaints(Vec<Complaint>);

impl Complaints {
    pub fn add(&mut self, field: Field, problem: impl Into<Problem>) {
        self.0.push(Complaint { field, problem: problem.into() });
    }

    /// The value, or `None` with the complaint noted.
    pub fn take<T>(&mut self, field: Field, read: Result<T, impl Into<Problem>>) -> Option<T> {
        read.map_err(|problem| self.add(field, problem)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_vec(self) -> Vec<Complaint> {
        self.0
    }
}
