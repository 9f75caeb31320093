//! What the test knows of the world: whose codes were sent where, which cookies a browser was given, how often was guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harp_core::factor::Factor;
use harp_core::factor::totp::TotpSecret;
use harp_core::flow::confirm_email;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::{AccountId, ChallengeId, SessionId};
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::HARP;
use harp_core::store::{Fault, Tx, Work};
use harp_tests::cluster::Db;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::super::browser::Browser;
use super::super::mishap::Failing;
use super::super::steps::*;
use super::{Code, Reached};
use crate::stage::{Stage, synthetic};

pub const BEN: &str = "ben.okafor";
pub const BENS_PHONE: &str = "+12024561212";
pub const STEP: u64 = 30;
#[derive(Debug)]
pub struct Person {
    pub name: &'static str,
    pub id: AccountId,
    pub email: String,
    /// Rises with each lock: what was begun before is worthless.
    pub era: u32,
    pub locked: bool,
}

#[derive(Debug)]
pub struct Device {
    pub factor: Factor,
    pub who: usize,
    pub removed: bool,
}

/// A right password, as the model knows it.
#[derive(Debug)]
pub struct Begun {
    pub token: Plain,
    pub who: usize,
    pub era: u32,
    pub at: Timestamp,
    pub budget: Budget,
    pub chosen: Option<usize>,
    pub over: bool,
}

/// Whose budget, and of which known browser; `None` is the strangers'.
pub type Budget = (usize, Option<usize>);

/// What the machine takes for one browser: a line of cookies, each made at a sign-in that brought the one before.
#[derive(Debug, Default)]
pub struct Line {
    pub newest: u32,
    pub known_to: BTreeSet<usize>,
    /// A cookie of it came back that had been given up.
    pub over: bool,
}

/// Of which line a browser's cookie is, and the how manieth.
pub type Held = (usize, u32);

#[derive(Debug, Clone)]
pub struct SentCode {
    pub sign_in: usize,
    pub device: usize,
    pub challenge: ChallengeId,
    pub resend: u32,
    pub code: String,
    pub expires_at: Timestamp,
    pub spent: bool,
}

/// Guesses that were looked at since the last success or lock, by time; and until when nothing is.
#[derive(Debug, Default)]
pub struct Guesses {
    pub at: Vec<Timestamp>,
    /// How many more there may have been.
    pub perhaps: u32,
    pub locked_until: Option<Timestamp>,
}

pub struct Play {
    pub stage: Stage,
    pub people: [Person; 2],
    pub devices: [Device; 3],
    pub app: TotpSecret,
    pub last_step: i64,
    pub browsers: [Browser; 3],
    pub store: Arc<Failing>,
    pub lines: Vec<Line>,
    pub held: [Option<Held>; 3],
    pub begun: Vec<Begun>,
    pub sent: Vec<SentCode>,
    pub guesses: BTreeMap<Budget, Guesses>,
    pub recoveries: usize,
    /// Every session that anybody was given.
    pub sessions: BTreeSet<SessionId>,
    pub reached: Reached,
}

/// Codes that were sent for a recovery belong to no sign-in; numbers from here on.
pub const RECOVERIES: usize = 1_000_000;

impl Play {
    /// Ana with a phone and an app, Ben with a phone; three browsers that nobody has signed in with.
    pub async fn new(db: Db) -> Play {
        let (mut stage, ana, app) = with_phone_and_app(db).await;
        let (profile, _) = synthetic("Ben");
        stage.registered(&profile, BEN).await;
        let ben = set_up(&stage, BEN).await;
        let phone = add_phone(&stage, &ben, BENS_PHONE).await;
        assert_eq!(confirm(&stage, &ben, phone).await, "active");
        let ben = complete(&stage, &ben).await;
        let of = |factor, who| Device { factor, who, removed: false };
        let devices = [
            of(device(&stage, &ana, Method::Sms).await, 0),
            of(device(&stage, &ana, Method::Totp).await, 0),
            of(device(&stage, &ben, Method::Sms).await, 1),
        ];
        let mut sessions = BTreeSet::new();
        let mut people = Vec::new();
        for (name, account) in [(ANA, &ana.account), (BEN, &ben.account)] {
            let email = account.email.address.as_str().to_owned();
            let code = stage.code(&email).await;
            confirm_email::confirm(&stage.harp, account.id, &code, &stage.act()).await.unwrap();
            people.push(Person { name, id: account.id, email, era: 0, locked: false });
            sessions.extend(stage.harp.store.read(&Sessions(account.id)).await.unwrap());
        }
        let last_step = step(&stage);
        stage.later(Duration::from_hours(2));
        let store = Failing::over(stage.harp.store.clone());
        stage.harp.store = store.clone();
        let (lines, held, begun, sent, guesses, recoveries, reached) = Default::default();
        Play {
            people: people.try_into().unwrap(),
            devices,
            app,
            last_step,
            browsers: [1, 2, 3].map(Browser::new),
            store,
            lines,
            held,
            begun,
            sent,
            guesses,
            recoveries,
            sessions,
            reached,
            stage,
        }
    }

    /// The line of this browser, if that is known to the person.
    pub fn known(&self, browser: usize, who: usize) -> Option<usize> {
        let (line, cookie) = self.held[browser]?;
        let it = &self.lines[line];
        (!it.over && cookie == it.newest && it.known_to.contains(&who)).then_some(line)
    }

    /// A complete sign-in here, and the cookie that came with it.
    pub fn remember(&mut self, browser: usize, who: usize, cookie: Option<Plain>) {
        let line = match self.held[browser] {
            Some((line, n)) if !self.lines[line].over && n == self.lines[line].newest => line,
            held => {
                if let Some((line, _)) = held {
                    self.lines[line].over = true;
                }
                self.lines.push(Line::default());
                self.lines.len() - 1
            }
        };
        self.lines[line].newest += 1;
        self.lines[line].known_to.insert(who);
        self.held[browser] = Some((line, self.lines[line].newest));
        self.browsers[browser].cookie = cookie;
    }

    /// No browser is known to them any more but one, if any; what was begun is worthless.
    pub fn new_era(&mut self, who: usize, but: Option<usize>) {
        self.people[who].era += 1;
        for (n, line) in self.lines.iter_mut().enumerate() {
            if Some(n) != but {
                line.known_to.remove(&who);
            }
        }
    }

    /// The strangers' guesses, and those in browsers that know them.
    pub fn forgive(&mut self, who: usize) {
        let lines = &self.lines;
        self.guesses.retain(|(of, line), _| {
            *of != who || line.is_some_and(|l| lines[l].over || !lines[l].known_to.contains(&who))
        });
    }

    /// Whoever has a session was given it here.
    pub async fn no_other_session(&self) -> TestCaseResult {
        for person in &self.people {
            let all = self.stage.harp.store.read(&Sessions(person.id)).await.unwrap();
            prop_assert!(all.iter().all(|id| self.sessions.contains(id)), "{:?}: {:?}", person, all);
        }
        Ok(())
    }

    /// Whether a sign-in can still lead anywhere.
    pub fn goes_on(&self, n: usize) -> bool {
        let begun = &self.begun[n];
        let person = &self.people[begun.who];
        let in_time = self.stage.act().now < begun.at + HARP.session.sign_in;
        !begun.over && in_time && begun.era == person.era && !person.locked
    }

    /// Whether this is a right code of the device, for this sign-in if it was sent; it is not from now on.
    pub fn spend(&mut self, (n, device): (usize, usize), typed: &str, now: Timestamp) -> bool {
        if self.devices[device].factor.method() == Method::Totp {
            let right =
                (-1..=1).map(|n| step(&self.stage) + n).find(|s| *s > self.last_step && self.at(*s) == typed);
            self.last_step = right.unwrap_or(self.last_step);
            return right.is_some();
        }
        // Of each challenge the newest code alone.
        let newest = |sent: &SentCode| {
            !self.sent.iter().any(|s| s.challenge == sent.challenge && s.resend > sent.resend)
        };
        let right = self.sent.iter().position(|sent| {
            (sent.sign_in, sent.device) == (n, device)
                && sent.code == typed
                && now < sent.expires_at
                && !sent.spent
                && newest(sent)
        });
        if let Some(right) = right {
            self.sent[right].spent = true;
        }
        right.is_some()
    }

    /// Until when a budget is closed.
    pub fn closed(&self, budget: Budget, now: Timestamp) -> Option<Timestamp> {
        self.guesses.get(&budget)?.locked_until.filter(|until| now < *until)
    }

    /// A wrong attempt that was looked at: there had to be one left, and one more after it.
    pub fn guessed(&mut self, budget: Budget, now: Timestamp) -> TestCaseResult {
        prop_assert!(self.closed(budget, now).is_none(), "looked at while locked");
        let recent = self.count(budget, now);
        prop_assert!(recent < HARP.attempts.limit, "{} guesses within the window", recent);
        Ok(())
    }

    /// Refused unseen, or the last one that was looked at.
    pub fn refused(&mut self, budget: Budget, (until, now): (Timestamp, Timestamp)) -> TestCaseResult {
        if let Some(closed) = self.closed(budget, now) {
            prop_assert_eq!(closed, until);
            return Ok(());
        }
        prop_assert_eq!(until, now + HARP.attempts.lock);
        let (sure, limit) = (self.count(budget, now), HARP.attempts.limit);
        let perhaps = self.guesses.get(&budget).map_or(0, |g| g.perhaps);
        prop_assert!(sure <= limit && limit <= sure + perhaps, "locked after {} or {}", sure, sure + perhaps);
        match budget.1 {
            Some(_) => self.reached.known_locked += 1,
            None => self.reached.strangers_locked += 1,
        }
        *self.guesses.entry(budget).or_default() =
            Guesses { locked_until: Some(until), ..Guesses::default() };
        Ok(())
    }

    /// One more; how many there are within the window.
    pub fn count(&mut self, budget: Budget, now: Timestamp) -> u32 {
        let guesses = self.guesses.entry(budget).or_default();
        guesses.at.push(now);
        guesses.at.retain(|at| *at + HARP.attempts.window > now);
        u32::try_from(guesses.at.len()).unwrap()
    }

    /// The newest is 0.
    pub fn sign_in(&self, back: usize) -> Option<usize> {
        (self.begun.len() > back).then(|| self.begun.len() - 1 - back)
    }

    pub fn typed(&self, code: Code) -> String {
        match code {
            Code::Sent { ago } if self.sent.len() > ago => self.sent[self.sent.len() - 1 - ago].code.clone(),
            Code::App { steps } => self.at(step(&self.stage) + steps),
            Code::Sent { .. } | Code::Wrong => "000000".to_owned(),
        }
    }

    /// What the app shows in a step of time.
    pub fn at(&self, step: i64) -> String {
        self.app.code_at(Timestamp::from_secs(step * i64::try_from(STEP).unwrap()))
    }
}

fn step(stage: &Stage) -> i64 {
    stage.act().now.secs() / i64::try_from(STEP).unwrap()
}

pub struct Sessions(AccountId);

#[async_trait]
impl Work for Sessions {
    type Out = Vec<SessionId>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        Ok(tx.sessions(self.0).await?.into_iter().map(|s| s.id).collect())
    }
}
