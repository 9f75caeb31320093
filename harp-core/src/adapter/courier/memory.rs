//! A mailbox in memory, for tests: every letter as it would arrive, to be waited for.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use crate::kernel::id::MessageId;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

/// One delivery.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub id: MessageId,
    pub to: Recipient,
    pub letter: Letter,
}

impl Arrived {
    /// The code in it: the only run of six digits that stands alone, and in no link; in a call, the first six digits that
    /// are said.
    pub fn code(&self) -> Option<String> {
        let words = self.letter.text.expose().split_whitespace().filter(|word| !word.contains("://"));
        let mut runs = words.flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
        if matches!(self.to, Recipient::Voice(_)) {
            let code: String = runs.filter(|run| run.len() == 1).take(6).collect();
            return Some(code).filter(|code| code.len() == 6);
        }
        runs.find(|run| run.len() == 6).map(str::to_owned)
    }

    /// The link *This was not me* in it.
    pub fn not_me(&self) -> Option<String> {
        let mut words = self.letter.text.expose().split_whitespace();
        words.find(|word| word.contains(crate::notice::repudiation::PATH)).map(str::to_owned)
    }
}

/// What the next deliveries run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Not delivered, to be tried again.
    TryLater,
    /// Delivered, but the reply is lost: the same letter comes again.
    LostReply,
    /// Will never work.
    Never,
}

#[derive(Debug)]
pub struct Mailbox {
    arrived: watch::Sender<Vec<Arrived>>,
    mishaps: Mutex<VecDeque<Mishap>>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self { arrived: watch::Sender::new(Vec::new()), mishaps: Mutex::default() }
    }
}

impl Mailbox {
    /// Everything that arrived, oldest first.
    pub fn all(&self) -> Vec<Arrived> {
        self.arrived.borrow().clone()
    }

    /// What arrived there, oldest first.
    pub fn at(&self, to: &Recipient) -> Vec<Arrived> {
        self.all().into_iter().filter(|a| a.to == *to).collect()
    }

    /// Waits until `count` letters have arrived there; the last of them.
    pub async fn wait(&self, to: &Recipient, count: usize) -> Option<Arrived> {
        let mut watch = self.arrived.subscribe();
        let enough = |all: &Vec<Arrived>| all.iter().filter(|a| a.to == *to).count() >= count;
        watch.wait_for(enough).await.ok()?;
        self.at(to).pop()
    }

    /// Scripts what goes wrong with the next deliveries, one each.
    pub fn next(&self, mishaps: impl IntoIterator<Item = Mishap>) {
        self.mishaps.lock().unwrap_or_else(PoisonError::into_inner).extend(mishaps);
    }
}

#[async_trait]
impl Courier for Mailbox {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let mishap = self.mishaps.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match mishap {
            Some(Mishap::TryLater) => return Err(CourierFault::TryLater("scripted".to_owned())),
            Some(Mishap::Never) => return Err(CourierFault::Never("scripted".to_owned())),
            Some(Mishap::LostReply) | None => {}
        }
        let arrived = Arrived { id, to: to.clone(), letter: letter.clone() };
        self.arrived.send_modify(|all| all.push(arrived));
        match mishap {
            Some(_) => Err(CourierFault::TryLater("the reply was lost".to_owned())),
            None => Ok(()),
        }
    }
}
