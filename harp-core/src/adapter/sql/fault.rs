//! What the library's errors mean: a [`Fault`].

use sqlx::error::{DatabaseError, Error};

use crate::store::Fault;

/// The meaning of an error. The text of a database error may hold a value that was refused (PostgreSQL's
/// DETAIL does), so only its code and its constraint are kept where values can occur.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::Database(error) => {
            #[cfg(feature = "postgres")]
            if let Some(error) = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
                return postgres(error);
            }
            sqlite(error.as_ref())
        }
        Error::PoolTimedOut => Fault::Busy("no connection became free in time".to_owned()),
        Error::PoolClosed | Error::WorkerCrashed => Fault::Unavailable(error.to_string()),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) => Fault::Lost(error.to_string()),
        Error::Configuration(_) => Fault::Unusable(error.to_string()),
        Error::Decode(_) | Error::ColumnDecode { .. } | Error::TypeNotFound { .. } => {
            Fault::Corrupt(error.to_string())
        }
        other => Fault::Defect(other.to_string()),
    }
}

/// <https://www.sqlite.org/rescode.html>
fn sqlite(error: &dyn DatabaseError) -> Fault {
    const BUSY_SNAPSHOT: i32 = 517;
    let code = error.code().and_then(|c| c.parse::<i32>().ok()).unwrap_or(1);
    let text = format!("sqlite {code}: {}", error.message());
    match (code & 0xff, code) {
        (_, BUSY_SNAPSHOT) | (6, _) => Fault::Conflict(text),
        (5, _) => Fault::Busy(text),
        (11 | 26, _) => Fault::Corrupt(text),
        (7 | 9 | 10 | 13 | 14, _) => Fault::Unavailable(text),
        (19, _) => Fault::Constraint { name: sqlite_constraint(error.message()) },
        _ => Fault::Defect(text),
    }
}

/// "UNIQUE constraint failed: account.user_id" is `account_user_id`; "CHECK constraint failed: name" is `name`.
fn sqlite_constraint(message: &str) -> String {
    let Some((_, what)) = message.split_once("constraint failed: ") else {
        return String::new();
    };
    let mut columns = what.split(", ");
    let first = columns.next().unwrap_or_default().replacen('.', "_", 1);
    columns.fold(first, |name, column| match column.split_once('.') {
        Some((_, column)) => format!("{name}_{column}"),
        None => name,
    })
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
#[cfg(feature = "postgres")]
fn postgres(error: &sqlx::postgres::PgDatabaseError) -> Fault {
    let code = error.code();
    let text = || format!("postgres {code}: {}", error.message());
    match code {
        "40001" | "40P01" => Fault::Conflict(text()),
        "53300" | "55P03" | "57014" => Fault::Busy(text()),
        "57P01" | "57P02" | "57P03" => Fault::Lost(text()),
        _ if code.starts_with("08") => Fault::Lost(text()),
        _ if code.starts_with("23") => {
            Fault::Constraint { name: error.constraint().unwrap_or_default().to_owned() }
        }
        _ if code.starts_with("53") || code.starts_with("58") => Fault::Unavailable(text()),
        _ if code.starts_with("XX") => Fault::Corrupt(text()),
        _ if code.starts_with("22") => Fault::Defect(format!("postgres {code}")),
        _ => Fault::Defect(text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_has_the_name_that_postgresql_would_give() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: account.user_id"), "account_user_id");
        assert_eq!(
            sqlite_constraint("UNIQUE constraint failed: role.program, role.name"),
            "role_program_name"
        );
        assert_eq!(sqlite_constraint("CHECK constraint failed: session_life"), "session_life");
        assert_eq!(sqlite_constraint("FOREIGN KEY constraint failed"), "");
    }
}
