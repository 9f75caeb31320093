//! The challenge question (C11–C13): one of a list, its answer compared without regard to case. Never enough alone.

use serde::{Deserialize, Serialize};

use super::field::Problem;
use crate::kernel::secret::Secret;
use crate::kernel::text::line;
use crate::policy::Length;

/// C11: exactly one of these. The words stand in the message file under `question.<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    FirstPet,
    BirthCity,
    FirstSchool,
    FirstCar,
    FavoriteTeacher,
    ChildhoodStreet,
}

impl Question {
    pub const ALL: [Question; 6] = [
        Question::FirstPet,
        Question::BirthCity,
        Question::FirstSchool,
        Question::FirstCar,
        Question::FavoriteTeacher,
        Question::ChildhoodStreet,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Question::FirstPet => "first_pet",
            Question::BirthCity => "birth_city",
            Question::FirstSchool => "first_school",
            Question::FirstCar => "first_car",
            Question::FavoriteTeacher => "favorite_teacher",
            Question::ChildhoodStreet => "childhood_street",
        }
    }

    pub fn parse(text: &str) -> Option<Question> {
        Question::ALL.into_iter().find(|q| q.as_str() == text)
    }
}

/// C12, C13: the answer as it is hashed: trimmed, inner spaces single, lower case.
pub fn normalise(answer: &str, length: Length) -> Result<Secret<String>, Problem> {
    let answer = line(answer, length.max)?;
    let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if answer.chars().count() < length.min {
        return Err(Problem::TooShort { min: length.min });
    }
    if !answer.chars().all(|c| c.is_alphanumeric() || c == ' ' || c.is_ascii_punctuation()) {
        return Err(Problem::BadCharacter);
    }
    Ok(Secret::new(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::HARP;

    /// C12, C13
    #[test]
    fn an_answer_has_4_to_100_characters_and_no_case() {
        let length = HARP.challenge.unwrap();
        let read = |text: &str| normalise(text, length).map(|s| s.expose().clone());
        assert_eq!(read("fLUFFY"), read("Fluffy"));
        assert_eq!(read("abc"), Err(Problem::TooShort { min: 4 }));
        assert_eq!(read(&"a".repeat(101)), Err(Problem::TooLong { max: 100 }));
        assert!(read("abcd").is_ok() && read(&"a".repeat(100)).is_ok());
    }
}
