//! The sign-in machine, driven by any order of events, delays, replays and failures. Whatever happens, nobody gets a session
//! without the factors that policy asks for, and no more guesses are looked at than a budget holds. What is right is known
//! here from what was sent and typed, not from what the machine stores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::stage::{Stage, synthetic};
use async_trait::async_trait;
use harp_core::account::lock::{Lock, LockReason};
use harp_core::account::{Account, Standing};
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Factor, FactorStatus};
use harp_core::flow::lock;
use harp_core::flow::sign_in::{self, CodeOutcome, PasswordOutcome, SendOutcome, Sent};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::{AccountId, ChallengeId, FactorId};
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::HARP;
use harp_core::store::{Fault, Tx, Work};
use harp_tests::cluster::Db;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

use super::browser::Browser;
use super::steps::*;
use crate::stage::PASSWORD;

const BEN: &str = "ben.okafor";
const BENS_PHONE: &str = "+12024561212";
const STEP: u64 = 30;

/// People, browsers, devices and earlier sign-ins are named by numbers, taken round: every number means something.
#[derive(Debug, Clone)]
enum Event {
    Password {
        browser: usize,
        who: usize,
        typed: Typed,
    },
    Choose {
        sign_in: usize,
        device: usize,
    },
    Resend {
        sign_in: usize,
        instead_of: u32,
    },
    Code {
        sign_in: usize,
        browser: usize,
        code: Code,
    },
    /// Two sign-ins, or the same one twice, with one code at the same moment.
    TwoAtOnce {
        sign_ins: (usize, usize),
        code: Code,
    },
    Later(u64),
    Remove {
        device: usize,
    },
    Lock {
        who: usize,
    },
    Unlock {
        who: usize,
    },
    Cancel {
        sign_in: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Typed {
    Right,
    Wrong,
}

#[derive(Debug, Clone, Copy)]
enum Code {
    /// The one that was sent so many codes ago, whoever it went to: old ones, replays, another device's, another person's.
    Sent {
        ago: usize,
    },
    /// Of Ana's app, so many steps from now.
    App {
        steps: i64,
    },
    Wrong,
}

fn event() -> impl Strategy<Value = Event> {
    let typed = prop_oneof![4 => Just(Typed::Right), 1 => Just(Typed::Wrong)];
    let code = prop_oneof![
        5 => Just(Code::Sent { ago: 0 }),
        2 => (1usize..4).prop_map(|ago| Code::Sent { ago }),
        3 => (-2i64..3).prop_map(|steps| Code::App { steps }),
        2 => Just(Code::Wrong),
    ];
    // The newest sign-in most of the time.
    let sign_in = || prop_oneof![3 => Just(0usize), 1 => 0usize..5];
    prop_oneof![
        5 => (0usize..3, 0usize..2, typed).prop_map(|(browser, who, typed)| Event::Password { browser, who, typed }),
        5 => (sign_in(), 0usize..3).prop_map(|(sign_in, device)| Event::Choose { sign_in, device }),
        1 => (sign_in(), 0u32..3).prop_map(|(sign_in, instead_of)| Event::Resend { sign_in, instead_of }),
        7 => (sign_in(), 0usize..3, code.clone())
            .prop_map(|(sign_in, browser, code)| Event::Code { sign_in, browser, code }),
        2 => (sign_in(), sign_in(), code).prop_map(|(a, b, code)| Event::TwoAtOnce { sign_ins: (a, b), code }),
        3 => prop_oneof![Just(1), Just(31), Just(301), Just(601), Just(1801), Just(3600)].prop_map(Event::Later),
        1 => (0usize..3).prop_map(|device| Event::Remove { device }),
        1 => (0usize..2).prop_map(|who| Event::Lock { who }),
        2 => (0usize..2).prop_map(|who| Event::Unlock { who }),
        1 => sign_in().prop_map(|sign_in| Event::Cancel { sign_in }),
    ]
}

/// Mostly single events; now and then a whole sign-in, or somebody who guesses, so that chance gets anywhere.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let sign_in = |(browser, device): (usize, usize)| {
        let code = if device == 1 { Code::App { steps: 0 } } else { Code::Sent { ago: 0 } };
        vec![
            Event::Password { browser, who: device / 2, typed: Typed::Right },
            Event::Choose { sign_in: 0, device },
            Event::Code { sign_in: 0, browser, code },
        ]
    };
    let guesses = |(browser, who, times)| vec![Event::Password { browser, who, typed: Typed::Wrong }; times];
    prop_oneof![
        8 => event().prop_map(|event| vec![event]),
        3 => (0usize..3, 0usize..3).prop_map(sign_in),
        1 => (0usize..3, 0usize..2, 2usize..6).prop_map(guesses),
    ]
}

/// F02, F04, F05, X-3, X-4, P15
#[test]
fn no_order_of_events_leads_past_the_second_factor() {
    let (sessions, locks) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let config =
        ProptestConfig { cases: 40, failure_persistence: None, max_shrink_iters: 200, ..Default::default() };
    let orders = prop::collection::vec(events(), 1..40).prop_map(|parts| parts.concat());
    let played = TestRunner::new(config).run(&orders, |events| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut play = Play::new().await;
            for event in events {
                play.on(event).await?;
            }
            sessions.fetch_add(play.sessions, Ordering::SeqCst);
            locks.fetch_add(play.locks, Ordering::SeqCst);
            Ok(())
        })
    });
    if let Err(fault) = played {
        panic!("{fault}");
    }
    let reached = (sessions.into_inner(), locks.into_inner());
    assert!(reached.0 > 10 && reached.1 > 0, "hardly anything was reached: {reached:?}");
}

#[derive(Debug)]
struct Person {
    name: &'static str,
    id: AccountId,
    /// Rises with each lock: what was begun before is worthless.
    era: u32,
    locked: bool,
}

#[derive(Debug)]
struct Device {
    factor: Factor,
    who: usize,
    removed: bool,
}

/// A right password, as the model knows it.
#[derive(Debug)]
struct Begun {
    token: Plain,
    who: usize,
    era: u32,
    at: Timestamp,
    budget: Budget,
    chosen: Option<usize>,
    over: bool,
}

/// Whose budget, and of which known browser; `None` is the strangers'.
type Budget = (usize, Option<usize>);

#[derive(Debug, Clone)]
struct SentCode {
    sign_in: usize,
    device: usize,
    challenge: ChallengeId,
    resend: u32,
    code: String,
    expires_at: Timestamp,
    spent: bool,
}

/// Guesses that were looked at since the last success or lock, by time; and until when nothing is.
#[derive(Debug, Default)]
struct Guesses {
    at: Vec<Timestamp>,
    /// How many more there may have been.
    perhaps: u32,
    locked_until: Option<Timestamp>,
}

struct Play {
    stage: Stage,
    people: [Person; 2],
    devices: [Device; 3],
    app: TotpSecret,
    last_step: i64,
    browsers: [Browser; 3],
    known: BTreeSet<(usize, usize)>,
    begun: Vec<Begun>,
    sent: Vec<SentCode>,
    guesses: BTreeMap<Budget, Guesses>,
    /// What was reached: without any, nothing would be proved.
    sessions: usize,
    locks: usize,
}

impl Play {
    /// Ana with a phone and an app, Ben with a phone; three browsers that nobody has signed in with.
    async fn new() -> Play {
        let (stage, ana, app) = with_phone_and_app(Db::sqlite().await.unwrap()).await;
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
        let person = |name, id| Person { name, id, era: 0, locked: false };
        let people = [person(ANA, ana.account.id), person(BEN, ben.account.id)];
        let last_step = step(&stage);
        let browsers = [1, 2, 3].map(Browser::new);
        stage.later(Duration::from_hours(2));
        let (known, begun, sent, guesses, sessions, locks) = Default::default();
        Play {
            people,
            devices,
            app,
            last_step,
            browsers,
            known,
            begun,
            sent,
            guesses,
            sessions,
            locks,
            stage,
        }
    }

    async fn on(&mut self, event: Event) -> TestCaseResult {
        match event {
            Event::Password { browser, who, typed } => self.password(browser, who, typed).await,
            Event::Choose { sign_in, device } => {
                let Some(n) = self.sign_in(sign_in) else { return Ok(()) };
                let token = self.begun[n].token.clone();
                let wanted = self.devices[device].factor.id;
                let outcome =
                    sign_in::choose(&self.stage.harp, &token, wanted, &self.stage.act()).await.unwrap();
                self.chosen(n, device, outcome).await
            }
            Event::Resend { sign_in, instead_of } => {
                let Some(n) = self.sign_in(sign_in) else { return Ok(()) };
                let token = self.begun[n].token.clone();
                let outcome =
                    sign_in::resend(&self.stage.harp, &token, instead_of, &self.stage.act()).await.unwrap();
                match self.begun[n].chosen {
                    Some(device) => self.chosen(n, device, outcome).await,
                    None => {
                        prop_assert!(
                            !matches!(outcome, SendOutcome::Sent(_)),
                            "nothing was chosen: {:?}",
                            outcome
                        );
                        Ok(())
                    }
                }
            }
            Event::Code { sign_in, browser, code } => {
                let Some(n) = self.sign_in(sign_in) else { return Ok(()) };
                let typed = self.typed(code);
                let token = self.begun[n].token.clone();
                let outcome = self.browsers[browser].verify(&self.stage, &token, &typed).await;
                self.verified((n, browser), &typed, outcome)
            }
            Event::TwoAtOnce { sign_ins: (a, b), code } => {
                let (Some(a), Some(b)) = (self.sign_in(a), self.sign_in(b)) else { return Ok(()) };
                let typed = self.typed(code);
                let verify = |n: usize| {
                    let token = self.begun[n].token.clone();
                    let (browser, stage, typed) = (&self.browsers[0], &self.stage, &typed);
                    async move { browser.verify(stage, &token, typed).await }
                };
                let (one, other) = tokio::join!(verify(a), verify(b));
                let mut outcomes = [(a, one), (b, other)];
                outcomes.sort_by_key(|(_, outcome)| match outcome {
                    CodeOutcome::SignedIn(_) => 0,
                    CodeOutcome::Wrong { .. } => 1,
                    _ => 2,
                });
                let won = outcomes.iter().filter(|(_, o)| matches!(o, CodeOutcome::SignedIn(_))).count();
                prop_assert!(won < 2, "one code, two sessions");
                if let [(a, CodeOutcome::SignedIn(_)), (b, CodeOutcome::Wrong { .. })] = &outcomes
                    && self.begun[*a].budget == self.begun[*b].budget
                {
                    // Nobody can tell here whether the wrong one came before the success that forgave it.
                    let budget = self.begun[*a].budget;
                    let [(a, won), _] = outcomes;
                    self.verified((a, 0), &typed, won)?;
                    self.guesses.entry(budget).or_default().perhaps = 1;
                    return Ok(());
                }
                for (n, outcome) in outcomes {
                    self.verified((n, 0), &typed, outcome)?;
                }
                Ok(())
            }
            Event::Later(seconds) => {
                self.stage.later(Duration::from_secs(seconds));
                Ok(())
            }
            Event::Remove { device } => {
                let at = self.stage.act().now;
                self.change(Change::Remove(self.devices[device].factor.id, at)).await;
                self.devices[device].removed = true;
                Ok(())
            }
            Event::Lock { who } => {
                let account = self.stage.account(self.people[who].id).await;
                if account.standing == Standing::Active {
                    self.change(Change::Lock(Box::new(account), self.stage.act().now)).await;
                    let person = &mut self.people[who];
                    (person.era, person.locked) = (person.era + 1, true);
                    self.known.retain(|(_, known)| *known != who);
                }
                Ok(())
            }
            Event::Unlock { who } => {
                let name = self.people[who].name;
                let unlocked =
                    lock::unlock(&self.stage.harp, (name, "asked"), &self.stage.act()).await.unwrap();
                if unlocked == lock::Unlocked::Unlocked {
                    self.people[who].locked = false;
                    self.guesses.retain(|(of, _), _| *of != who);
                }
                Ok(())
            }
            Event::Cancel { sign_in } => {
                let Some(n) = self.sign_in(sign_in) else { return Ok(()) };
                sign_in::cancel(&self.stage.harp, &self.begun[n].token).await.unwrap();
                self.begun[n].over = true;
                Ok(())
            }
        }
    }

    async fn password(&mut self, browser: usize, who: usize, typed: Typed) -> TestCaseResult {
        let (now, person) = (self.stage.act().now, &self.people[who]);
        let budget = (who, self.known.contains(&(browser, who)).then_some(browser));
        let password = if typed == Typed::Right { PASSWORD } else { "wrong password" };
        let outcome = self.browsers[browser].password(&self.stage, person.name, password).await;
        let closed = self.closed(budget, now);
        match outcome {
            PasswordOutcome::NeedsCode { token, .. } => {
                prop_assert!(typed == Typed::Right && !person.locked && closed.is_none());
                let (era, chosen) = (person.era, None);
                self.begun.push(Begun { token, who, era, at: now, budget, chosen, over: false });
            }
            PasswordOutcome::AccountLocked { .. } => {
                prop_assert!(typed == Typed::Right && person.locked && closed.is_none());
            }
            PasswordOutcome::Refused { .. } => {
                prop_assert!(typed == Typed::Wrong, "a right password is refused: {:?}", self.guesses);
                self.guessed(budget, now)?;
            }
            PasswordOutcome::Locked { until } => self.refused(budget, (until, now))?,
            // Whoever has no device left sets one up anew: with a password alone, and for nothing else.
            PasswordOutcome::SetUp(signed_in) => {
                prop_assert!(typed == Typed::Right && self.devices.iter().all(|d| d.who != who || d.removed));
                prop_assert_eq!(signed_in.session.scope, harp_core::session::SessionScope::SetUp);
            }
            PasswordOutcome::Incomplete(found) => prop_assert!(false, "{:?}", found),
        }
        Ok(())
    }

    /// What a choice or a resend led to.
    async fn chosen(&mut self, n: usize, device: usize, outcome: SendOutcome) -> TestCaseResult {
        let SendOutcome::Sent(sent) = outcome else { return Ok(()) };
        let (begun, wanted) = (&self.begun[n], &self.devices[device]);
        prop_assert!(wanted.who == begun.who && !wanted.removed, "another's device, or none: {:?}", wanted);
        prop_assert!(self.goes_on(n), "it was over");
        match sent {
            Sent::OnItsWay(code) => {
                deliver(&self.stage).await;
                let number = if device == 2 { BENS_PHONE } else { PHONE };
                let known =
                    self.sent.iter().any(|s| (s.challenge, s.resend) == (code.challenge, code.resend));
                if !known {
                    self.sent.push(SentCode {
                        sign_in: n,
                        device,
                        challenge: code.challenge,
                        resend: code.resend,
                        code: text(&self.stage, number).await,
                        expires_at: self.stage.act().now + HARP.code.life,
                        spent: false,
                    });
                }
                self.begun[n].chosen = Some(device);
            }
            Sent::ByApp => self.begun[n].chosen = Some(device),
            Sent::NoMore | Sent::TooMany | Sent::ByPasskey(_) => {}
        }
        Ok(())
    }

    fn verified(
        &mut self,
        (n, browser): (usize, usize),
        typed: &str,
        outcome: CodeOutcome,
    ) -> TestCaseResult {
        let (now, budget) = (self.stage.act().now, self.begun[n].budget);
        match outcome {
            CodeOutcome::SignedIn(signed_in) => {
                prop_assert!(self.goes_on(n), "it was over");
                prop_assert!(self.closed(budget, now).is_none(), "while it was locked");
                let device =
                    self.begun[n].chosen.ok_or_else(|| TestCaseError::fail("no device was chosen"))?;
                prop_assert!(!self.devices[device].removed && self.devices[device].who == self.begun[n].who);
                prop_assert!(self.spend((n, device), typed, now), "`{}` was not right", typed);
                let methods: Vec<Method> = signed_in.session.proofs.iter().map(|p| p.method).collect();
                prop_assert_eq!(methods, [Method::Password, self.devices[device].factor.method()]);
                prop_assert_eq!(signed_in.session.account, self.people[self.begun[n].who].id);
                self.begun[n].over = true;
                self.sessions += 1;
                self.guesses.remove(&budget);
                self.browsers[browser].cookie = signed_in.browser;
                self.known.insert((browser, self.begun[n].who));
            }
            CodeOutcome::Wrong { .. } => self.guessed(budget, now)?,
            CodeOutcome::Locked { until } => self.refused(budget, (until, now))?,
            CodeOutcome::Incomplete(_) | CodeOutcome::NotChosen | CodeOutcome::Gone(_) => {}
        }
        Ok(())
    }

    /// Whether a sign-in can still lead anywhere.
    fn goes_on(&self, n: usize) -> bool {
        let begun = &self.begun[n];
        let person = &self.people[begun.who];
        let in_time = self.stage.act().now < begun.at + HARP.session.sign_in;
        !begun.over && in_time && begun.era == person.era && !person.locked
    }

    /// Whether this is a right code of the device, for this sign-in if it was sent; it is not from now on.
    fn spend(&mut self, (n, device): (usize, usize), typed: &str, now: Timestamp) -> bool {
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
    fn closed(&self, budget: Budget, now: Timestamp) -> Option<Timestamp> {
        self.guesses.get(&budget)?.locked_until.filter(|until| now < *until)
    }

    /// A wrong attempt that was looked at: there had to be one left, and one more after it.
    fn guessed(&mut self, budget: Budget, now: Timestamp) -> TestCaseResult {
        prop_assert!(self.closed(budget, now).is_none(), "looked at while locked");
        let recent = self.count(budget, now);
        prop_assert!(recent < HARP.attempts.limit, "{} guesses within the window", recent);
        Ok(())
    }

    /// Refused unseen, or the last one that was looked at.
    fn refused(&mut self, budget: Budget, (until, now): (Timestamp, Timestamp)) -> TestCaseResult {
        if let Some(closed) = self.closed(budget, now) {
            prop_assert_eq!(closed, until);
            return Ok(());
        }
        prop_assert_eq!(until, now + HARP.attempts.lock);
        let (sure, limit) = (self.count(budget, now), HARP.attempts.limit);
        let perhaps = self.guesses.get(&budget).map_or(0, |g| g.perhaps);
        prop_assert!(sure <= limit && limit <= sure + perhaps, "locked after {} or {}", sure, sure + perhaps);
        self.locks += 1;
        *self.guesses.entry(budget).or_default() =
            Guesses { locked_until: Some(until), ..Guesses::default() };
        Ok(())
    }

    /// One more; how many there are within the window.
    fn count(&mut self, budget: Budget, now: Timestamp) -> u32 {
        let guesses = self.guesses.entry(budget).or_default();
        guesses.at.push(now);
        guesses.at.retain(|at| *at + HARP.attempts.window > now);
        u32::try_from(guesses.at.len()).unwrap()
    }

    /// The newest is 0.
    fn sign_in(&self, back: usize) -> Option<usize> {
        (self.begun.len() > back).then(|| self.begun.len() - 1 - back)
    }

    fn typed(&self, code: Code) -> String {
        match code {
            Code::Sent { ago } if self.sent.len() > ago => self.sent[self.sent.len() - 1 - ago].code.clone(),
            Code::App { steps } => self.at(step(&self.stage) + steps),
            Code::Sent { .. } | Code::Wrong => "000000".to_owned(),
        }
    }

    /// What the app shows in a step of time.
    fn at(&self, step: i64) -> String {
        self.app.code_at(Timestamp::from_secs(step * i64::try_from(STEP).unwrap()))
    }

    async fn change(&self, change: Change) {
        self.stage.harp.store.write(&change).await.unwrap();
    }
}

fn step(stage: &Stage) -> i64 {
    stage.act().now.secs() / i64::try_from(STEP).unwrap()
}

/// What happens elsewhere meanwhile.
enum Change {
    Remove(FactorId, Timestamp),
    Lock(Box<Account>, Timestamp),
}

#[async_trait]
impl Work for Change {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        match self {
            Change::Remove(id, at) => {
                let active = tx.factor(*id).await?.is_some_and(|f| f.status == FactorStatus::Active);
                assert_eq!(tx.remove_factor(*id, *at).await?, active);
            }
            Change::Lock(account, at) => {
                let lock =
                    Lock { account: account.id, at: *at, why: LockReason::NotMe, before: account.standing };
                assert!(tx.lock_account(&lock).await?);
            }
        }
        Ok(())
    }
}
