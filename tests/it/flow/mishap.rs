//! A database that fails when a test says so: before anything happens, or when all has been done and is to be kept.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use harp_core::store::{ErasedWork, Fault, Store, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The next transaction, of either kind, does not begin.
    AtBegin,
    /// The next one that changes anything is rolled back at its end.
    AtCommit,
}

#[derive(Debug)]
pub struct Failing {
    inner: Arc<dyn Store>,
    next: Mutex<Option<Mishap>>,
}

impl Failing {
    pub fn over(inner: Arc<dyn Store>) -> Arc<Failing> {
        Arc::new(Failing { inner, next: Mutex::new(None) })
    }

    pub fn next(&self, mishap: Mishap) {
        *self.next.lock().unwrap() = Some(mishap);
    }

    /// Whether it has happened; if not, it will not any more.
    pub fn struck(&self) -> bool {
        self.next.lock().unwrap().take().is_none()
    }

    fn strikes(&self, mishap: Mishap) -> bool {
        self.next.lock().unwrap().take_if(|next| *next == mishap).is_some()
    }
}

fn away() -> Fault {
    Fault::Unavailable("a test said so".to_owned())
}

#[async_trait]
impl Store for Failing {
    async fn write_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault> {
        if self.strikes(Mishap::AtBegin) {
            return Err(away());
        }
        if self.strikes(Mishap::AtCommit) {
            return self.inner.write_erased(&Doomed(work)).await;
        }
        self.inner.write_erased(work).await
    }

    async fn read_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault> {
        if self.strikes(Mishap::AtBegin) {
            return Err(away());
        }
        self.inner.read_erased(work).await
    }

    async fn ready(&self) -> Result<(), Fault> {
        self.inner.ready().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

struct Doomed<'a>(&'a dyn ErasedWork);

#[async_trait]
impl ErasedWork for Doomed<'_> {
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        self.0.run(tx).await?;
        Err(away())
    }
}
