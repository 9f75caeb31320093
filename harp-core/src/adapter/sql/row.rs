//! What goes into a statement ([`Arg`]) and what comes out of it ([`Row`]), the same for both databases.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::kernel::id;
use crate::kernel::secret::Hashed;
use crate::kernel::text::{EmailAddress, Phone};
use crate::kernel::time::Timestamp;
use crate::store::Fault;

/// An argument of a statement. A null keeps its type: PostgreSQL asks for it.
#[derive(Clone)]
pub enum Arg {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
}

/// Arguments may be personal data: they do not print themselves.
impl fmt::Debug for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arg::Text(_) => "[text]",
            Arg::Int(_) => "[int]",
            Arg::Bool(_) => "[bool]",
        })
    }
}

impl Arg {
    /// Whatever prints itself, as text.
    pub fn text(value: impl fmt::Display) -> Arg {
        Arg::Text(Some(value.to_string()))
    }

    /// A set or a list, as JSON text.
    pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Arg, Fault> {
        match serde_json::to_string(value) {
            Ok(text) => Ok(Arg::Text(Some(text))),
            Err(e) => Err(Fault::Defect(format!("cannot be written as JSON: {e}"))),
        }
    }
}

/// The arguments of a statement, in the order of `$1`, `$2`: `args![id, name, act.now]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::adapter::sql::row::Arg::from($value)),*] };
}
pub(super) use args;

macro_rules! arg_from {
    ($($kind:ident($inner:ident) from $($type:ty),+;)*) => {$($(
        impl From<$type> for Arg {
            fn from(value: $type) -> Arg {
                Arg::$kind(Some($inner::from(value)))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Arg {
                Arg::$kind(value.map($inner::from))
            }
        }
    )+)*};
}

arg_from! {
    Text(String) from String, &str, &String;
    Int(i64) from i64, i32, u32, u16, u8;
    Bool(bool) from bool;
}

macro_rules! arg_by {
    ($($kind:ident by $method:ident from $type:ty;)*) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Arg {
                Arg::from(value.$method())
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Arg {
                value.map_or(Arg::$kind(None), Arg::from)
            }
        }
    )*};
}

arg_by! {
    Text by as_str from &EmailAddress;
    Text by as_str from &Phone;
    Text by as_str from &Hashed;
    Int by micros from Timestamp;
}

/// A row of an answer.
#[derive(Clone)]
pub struct Row {
    pub(super) names: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// The value of a column, by name or by place.
    pub fn get<T: Field>(&self, at: impl Column) -> Result<T, Fault> {
        let value = at.place(self).and_then(|i| self.values.get(i));
        let value = value.ok_or_else(|| Fault::Defect(format!("no column {} in the row", at.shown())))?;
        T::read(value).ok_or_else(|| self.corrupt(&at, std::any::type_name::<T>()))
    }

    /// The value of a text column, parsed.
    pub fn parse<T: FromStr>(&self, at: impl Column + Copy) -> Result<T, Fault> {
        let text: String = self.get(at)?;
        text.parse().map_err(|_| self.corrupt(&at, std::any::type_name::<T>()))
    }

    /// The value of a text column, by a function that knows its words.
    pub fn word<T>(&self, at: impl Column + Copy, known: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let text: String = self.get(at)?;
        known(&text).ok_or_else(|| self.corrupt(&at, std::any::type_name::<T>()))
    }

    /// A set or a list that is kept as JSON text.
    pub fn json<T: serde::de::DeserializeOwned>(&self, at: impl Column + Copy) -> Result<T, Fault> {
        let text: String = self.get(at)?;
        serde_json::from_str(&text).map_err(|_| self.corrupt(&at, std::any::type_name::<T>()))
    }

    fn corrupt(&self, at: &impl Column, wanted: &str) -> Fault {
        Fault::Corrupt(format!("column {} does not hold a {wanted}", at.shown()))
    }
}

/// The names of the columns alone: values may be personal data.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names.iter()).finish()
    }
}

/// How a column is named: `"user_id"`, or `0`.
pub trait Column {
    #[doc(hidden)]
    fn place(&self, row: &Row) -> Option<usize>;
    #[doc(hidden)]
    fn shown(&self) -> String;
}

impl Column for usize {
    fn place(&self, _: &Row) -> Option<usize> {
        Some(*self)
    }
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Column for &str {
    fn place(&self, row: &Row) -> Option<usize> {
        row.names.iter().position(|name| name == self)
    }
    fn shown(&self) -> String {
        format!("`{self}`")
    }
}

/// What a column can hold.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
}

/// Values may be personal data: they do not print themselves.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[value]")
    }
}

/// A type that a column can be read as. Ids are; another crate adds its own.
pub trait Field: Sized {
    /// `None` when the value does not fit.
    fn read(value: &Value) -> Option<Self>;
}

impl<T: Field> Field for Option<T> {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::read(other).map(Some),
        }
    }
}

impl Field for String {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Field for bool {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(*b),
            // SQLite has no boolean of its own.
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl Field for Timestamp {
    fn read(value: &Value) -> Option<Self> {
        i64::read(value).map(Timestamp::from_micros)
    }
}

impl Field for Hashed {
    fn read(value: &Value) -> Option<Self> {
        String::read(value).map(Hashed::stored)
    }
}

macro_rules! int_fields {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(n) => Self::try_from(*n).ok(),
                    _ => None,
                }
            }
        }
    )*};
}
int_fields!(i64, i32, u64, u32, u16, u8, usize);

macro_rules! text_fields {
    ($($parse:expr => $($type:ty),*;)*) => {$($(
        impl Field for $type {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Text(text) => ($parse)(text.as_str()),
                    _ => None,
                }
            }
        }
    )*)*};
}

text_fields! {
    |t: &str| Some(EmailAddress::stored(t.to_owned())) => EmailAddress;
    |t: &str| Some(Phone::stored(t.to_owned())) => Phone;
    |t: &str| t.parse().ok() => id::TraceId;
}

macro_rules! id_columns {
    ($($type:ident),* $(,)?) => {$(
        impl Field for id::$type {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Text(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }

        impl From<id::$type> for Arg {
            fn from(value: id::$type) -> Arg {
                Arg::text(value)
            }
        }

        impl From<Option<id::$type>> for Arg {
            fn from(value: Option<id::$type>) -> Arg {
                Arg::Text(value.map(|id| id.to_string()))
            }
        }
    )*};
}

id_columns! {
    AccountId, DraftId, FactorId, ChallengeId, CaseId, RepudiationId, ProgramId, OrgId, RoleId, AssignmentId, RequestId,
    SessionId, SignInId, BrowserId, RecoveryId, StepUpId, ResetId, HelpCaseId, MessageId, EventId,
}
