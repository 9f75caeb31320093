//! What every store must do, on SQLite and on PostgreSQL alike.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use harp_core::adapter::sql::SqlStore;
use harp_core::store::{Fault, Store, Tx, Work};
use tokio::sync::Barrier;

mod access;
mod account;
mod audit;
mod cancel;
mod driver;
mod factor;
pub mod fixture;
mod kept;
mod kill;
mod known;
mod lock;
mod migrate;
mod open;
mod outbox;
mod proofing;
mod provider;
mod recovery;
mod request;
mod reset;
mod session;
mod step_up;

/// Runs `body` in a transaction; what it uses from around it is cloned for each run:
/// `change!(db, [account], |tx| tx.add_account(&account).await)`.
macro_rules! change {
    ($db:expr, [$($name:ident),*], |$tx:ident| $body:expr) => {
        $crate::contract::run(&$db.store, $crate::contract::Mode::Write, {
            $(let $name = $name.clone();)*
            move |$tx| {
                $(let $name = $name.clone();)*
                Box::pin(async move { $body })
            }
        })
    };
}

/// The same on a snapshot that cannot be written to.
macro_rules! look {
    ($db:expr, [$($name:ident),*], |$tx:ident| $body:expr) => {
        $crate::contract::run(&$db.store, $crate::contract::Mode::Read, {
            $(let $name = $name.clone();)*
            move |$tx| {
                $(let $name = $name.clone();)*
                Box::pin(async move { $body })
            }
        })
    };
}

/// How many of eight who do the same at once are answered `true`.
macro_rules! race {
    ($db:expr, [$($name:ident),*], |$tx:ident| $body:expr) => {
        $crate::contract::winners(|_| {
            let db = $crate::contract::Node::of(&$db);
            $(let $name = $name.clone();)*
            async move { $crate::contract::change!(db, [$($name),*], |$tx| $body).await.unwrap() }
        })
        .await
    };
}

pub(crate) use {change, look, race};

/// A store that a task of [`race!`] has for itself.
pub struct Node {
    pub store: Arc<SqlStore>,
}

pub enum Mode {
    Read,
    Write,
}

pub type Running<'t, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 't>>;

pub async fn run<T, F>(store: &Arc<SqlStore>, mode: Mode, body: F) -> Result<T, Fault>
where
    T: Send,
    F: Sync + for<'t> Fn(&'t mut (dyn Tx + 't)) -> Running<'t, T>,
{
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    let work = Body(body, PhantomData);
    match mode {
        Mode::Write => store.write(&work).await,
        Mode::Read => store.read(&work).await,
    }
}

struct Body<F, T>(F, PhantomData<fn() -> T>);

#[async_trait]
impl<T, F> Work for Body<F, T>
where
    T: Send,
    F: Sync + for<'t> Fn(&'t mut (dyn Tx + 't)) -> Running<'t, T>,
{
    type Out = T;

    async fn run(&self, tx: &mut dyn Tx) -> Result<T, Fault> {
        (self.0)(tx).await
    }
}

impl Node {
    pub fn of(db: &harp_tests::cluster::Db) -> Node {
        Node { store: Arc::clone(&db.store) }
    }
}

/// Eight tasks that set off at the same moment; how many were answered `true`.
pub async fn winners<Fut>(task: impl Fn(usize) -> Fut) -> usize
where
    Fut: Future<Output = bool> + Send + 'static,
{
    at_once(8, task).await.into_iter().filter(|won| *won).count()
}

/// So many tasks that set off at the same moment; their answers in order.
pub async fn at_once<T, Fut>(tasks: usize, task: impl Fn(usize) -> Fut) -> Vec<T>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let line = Arc::new(Barrier::new(tasks));
    let running: Vec<_> = (0..tasks)
        .map(|i| {
            let (line, task) = (Arc::clone(&line), task(i));
            tokio::spawn(async move {
                line.wait().await;
                task.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Changes the database behind the store's back.
pub async fn spoil(place: &str, sql: String) {
    use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    if place.starts_with("postgres://") {
        sql.execute(&mut PgConnection::connect(place).await.unwrap()).await.unwrap();
    } else {
        sql.execute(&mut SqliteConnection::connect(place).await.unwrap()).await.unwrap();
    }
}
