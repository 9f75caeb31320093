//! What every store must do, on SQLite and on PostgreSQL alike.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;

mod cancel;
mod driver;
mod kill;
mod migrate;
mod open;

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
