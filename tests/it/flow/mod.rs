//! Use cases without HTTP, on both databases: what people do, what attackers try, and eight at once.

mod any_order;
mod browser;
mod confirm_email;
mod decisions;
mod deliver;
mod factors;
mod hand_over;
mod help_desk;
pub mod in_a_row;
mod known_browser;
mod lock;
mod lost_device;
mod mishap;
mod operate;
pub mod passkey;
mod passwordless;
mod profile;
mod prove_identity;
mod recover_password;
mod recover_user_id;
mod recovery_codes;
mod role_request;
mod root_keys;
pub mod second_address;
mod sessions;
mod siege;
mod sign_in;
mod sign_in_ways;
mod sign_up;
mod step_up;
pub mod steps;

use std::future::Future;

use crate::contract::at_once;

/// Eight tasks that set off at the same moment; their answers.
async fn eight<T, Fut>(task: impl Fn(usize) -> Fut) -> Vec<T>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    at_once(8, task).await
}

/// Changes the database behind the store's back.
async fn execute(place: &str, sql: &'static str) {
    use sqlx::Connection;
    if place.starts_with("postgres://") {
        let mut conn = sqlx::PgConnection::connect(place).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    } else {
        let mut conn = sqlx::SqliteConnection::connect(place).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    }
}

/// Everything that a table holds, as text: for tests of what must not rest there.
async fn dump(place: &str, table: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Row};
    fn cells<'r, R: Row>(row: &'r R) -> String
    where
        Option<String>: sqlx::Decode<'r, R::Database>,
        usize: sqlx::ColumnIndex<R>,
    {
        let text = |i: usize| row.try_get_unchecked::<Option<String>, _>(i).ok().flatten();
        (0..row.columns().len()).filter_map(text).collect::<Vec<_>>().join(" ")
    }
    let sql = format!("SELECT * FROM {table}");
    if place.starts_with("postgres://") {
        let mut conn = sqlx::PgConnection::connect(place).await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap();
        rows.iter().map(cells).collect::<Vec<_>>().join("\n")
    } else {
        let mut conn = sqlx::SqliteConnection::connect(place).await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap();
        rows.iter().map(cells).collect::<Vec<_>>().join("\n")
    }
}
