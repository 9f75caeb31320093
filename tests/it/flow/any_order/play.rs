//! What happens, done to the machine and to the model; they must agree.

use std::time::Duration;

use async_trait::async_trait;
use harp_core::account::lock::{Lock, LockReason};
use harp_core::account::{Account, Standing};
use harp_core::adapter::courier::memory::Arrived;
use harp_core::factor::FactorStatus;
use harp_core::flow::deliver::Delivered;
use harp_core::flow::recover::{self, Begun as RecoveryBegun, NewPassword, Proved, Recovered};
use harp_core::flow::sign_in::{self, CodeOutcome, PasswordOutcome, SendOutcome, Sent};
use harp_core::flow::{Trouble, lock};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::{ChallengeId, FactorId};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::HARP;
use harp_core::store::{Fault, Tx, Work};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};

use super::super::mishap::Mishap;
use super::super::steps::*;
use super::model::*;
use super::{Code, Event, Typed};
use crate::stage::PASSWORD;

impl Play {
    pub async fn on(&mut self, event: Event) -> TestCaseResult {
        match event {
            Event::Password { browser, who, typed } => {
                let outcome = self.type_password((browser, who), typed).await.unwrap();
                self.passed((browser, who), typed, outcome)
            }
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
                    self.people[who].locked = true;
                    self.new_era(who, None);
                }
                Ok(())
            }
            Event::Unlock { who } => {
                let name = self.people[who].name;
                let unlocked =
                    lock::unlock(&self.stage.harp, (name, "asked"), &self.stage.act()).await.unwrap();
                if unlocked == lock::Unlocked::Unlocked {
                    self.people[who].locked = false;
                    self.forgive(who);
                }
                Ok(())
            }
            Event::Cancel { sign_in } => {
                let Some(n) = self.sign_in(sign_in) else { return Ok(()) };
                sign_in::cancel(&self.stage.harp, &self.begun[n].token).await.unwrap();
                self.begun[n].over = true;
                Ok(())
            }
            Event::Copy { from, to } => {
                self.browsers[to].cookie = self.browsers[from].cookie.clone();
                self.held[to] = self.held[from];
                Ok(())
            }
            Event::Recover { browser, who, device, letter, code } => {
                self.recover((browser, who), device, (letter, code)).await
            }
            Event::Fails { when, what } => self.fails(when, *what).await,
        }
    }

    async fn fails(&mut self, when: Mishap, what: Event) -> TestCaseResult {
        self.store.next(when);
        match what {
            Event::Password { browser, who, typed } => {
                let outcome = self.type_password((browser, who), typed).await;
                match self.failed(outcome)? {
                    Some(outcome) => self.passed((browser, who), typed, outcome),
                    None => Ok(()),
                }
            }
            Event::Choose { sign_in, device } => {
                let Some(n) = self.sign_in(sign_in) else { return self.nothing_failed() };
                let (token, wanted) = (self.begun[n].token.clone(), self.devices[device].factor.id);
                let outcome = sign_in::choose(&self.stage.harp, &token, wanted, &self.stage.act()).await;
                match self.failed(outcome)? {
                    Some(outcome) => self.chosen(n, device, outcome).await,
                    None => Ok(()),
                }
            }
            Event::Code { sign_in, browser, code } => {
                let Some(n) = self.sign_in(sign_in) else { return self.nothing_failed() };
                let (token, typed) = (self.begun[n].token.clone(), self.typed(code));
                let act = self.browsers[browser].act(&self.stage);
                let outcome = sign_in::verify(&self.stage.harp, &token, &typed, &act).await;
                match self.failed(outcome)? {
                    Some(outcome) => self.verified((n, browser), &typed, outcome),
                    None => Ok(()),
                }
            }
            other => Err(TestCaseError::fail(format!("{other:?} is not made to fail"))),
        }
    }

    fn nothing_failed(&self) -> TestCaseResult {
        prop_assert!(!self.store.struck());
        Ok(())
    }

    /// The outcome, if what was asked for never needed the database that failed.
    fn failed<T>(&mut self, outcome: Result<T, Trouble>) -> Result<Option<T>, TestCaseError> {
        prop_assert_eq!(self.store.struck(), outcome.is_err(), "a failure is told, and nothing else is one");
        self.reached.failed += usize::from(outcome.is_err());
        Ok(outcome.ok())
    }

    async fn type_password(
        &self,
        (browser, who): (usize, usize),
        typed: Typed,
    ) -> Result<PasswordOutcome, Trouble> {
        let password = if typed == Typed::Right { PASSWORD } else { "wrong password" };
        let act = self.browsers[browser].act(&self.stage);
        sign_in::password(&self.stage.harp, &form(self.people[who].name, password), None, &act).await
    }

    /// The way back in, from beginning to end or until it is refused.
    async fn recover(
        &mut self,
        (browser, who): (usize, usize),
        device: usize,
        (letter, code): (Typed, Code),
    ) -> TestCaseResult {
        let (now, line) = (self.stage.act().now, self.known(browser, who));
        let (budget, act) = ((who, line), self.browsers[browser].act(&self.stage));
        let before = self.letter_codes(who).await;
        let token = match recover::begin(&self.stage.harp, self.people[who].name, &act).await.unwrap() {
            RecoveryBegun::Begun { token, .. } => token,
            RecoveryBegun::Locked { until } => {
                prop_assert_eq!(self.closed(budget, now), Some(until));
                return Ok(());
            }
            RecoveryBegun::TooMany => return Ok(()),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert!(self.closed(budget, now).is_none());
        let sent = self.letter_codes(who).await.split_off(before.len()).pop();
        let reached = !self.people[who].locked && self.devices.iter().any(|d| d.who == who && !d.removed);
        prop_assert_eq!(sent.is_some(), reached, "a letter, if there is a device beside it");
        let typed = sent.filter(|_| letter == Typed::Right);
        let outcome = recover::mail(&self.stage.harp, &token, typed.as_deref().unwrap_or("000000"), &act)
            .await
            .unwrap();
        if !self.proved(budget, (outcome, typed.is_some()))? {
            return Ok(());
        }
        let wanted = self.devices[device].factor.id;
        let n = RECOVERIES + self.recoveries;
        self.recoveries += 1;
        if let SendOutcome::Sent(sent) =
            recover::choose(&self.stage.harp, &token, wanted, &act).await.unwrap()
        {
            prop_assert!(self.devices[device].who == who && !self.devices[device].removed);
            if let Sent::OnItsWay(code) = sent {
                self.arrived((n, device), (code.challenge, code.resend)).await;
            }
        } else {
            return Ok(());
        }
        let typed = self.typed(code);
        let outcome = recover::device(&self.stage.harp, &token, &typed, &act).await.unwrap();
        let right = !matches!(outcome, Proved::NotChosen) && self.spend((n, device), &typed, now);
        if !self.proved(budget, (outcome, right))? {
            return Ok(());
        }
        let form = NewPassword {
            password: Secret::new(PASSWORD.to_owned()),
            confirm: Secret::new(PASSWORD.to_owned()),
        };
        match recover::complete(&self.stage.harp, &token, &form, &act).await.unwrap() {
            Recovered::Recovered { browser: cookie } => {
                prop_assert_eq!(cookie.is_some(), line.is_some(), "the browser that was known stays so");
                self.forgive(who);
                self.new_era(who, line);
                if line.is_some() {
                    self.remember(browser, who, cookie);
                }
                self.reached.recovered += 1;
                Ok(())
            }
            other => Err(TestCaseError::fail(format!("{other:?}"))),
        }
    }

    /// Whether a step of a recovery is taken: when what was typed is right, and no other time.
    fn proved(&mut self, budget: Budget, (outcome, right): (Proved, bool)) -> Result<bool, TestCaseError> {
        let now = self.stage.act().now;
        match outcome {
            Proved::Proved => prop_assert!(right, "it was not right"),
            Proved::Wrong { .. } => {
                prop_assert!(!right, "it was right");
                self.guessed(budget, now)?;
            }
            Proved::Locked { until } => self.refused(budget, (until, now))?,
            Proved::Incomplete(_) | Proved::NotChosen | Proved::Gone(_) => {}
        }
        Ok(matches!(outcome, Proved::Proved))
    }

    async fn letter_codes(&self, who: usize) -> Vec<String> {
        while deliver(&self.stage).await != Delivered::default() {}
        self.stage.letters(&self.people[who].email).await.iter().filter_map(Arrived::code).collect()
    }

    fn passed(
        &mut self,
        (browser, who): (usize, usize),
        typed: Typed,
        outcome: PasswordOutcome,
    ) -> TestCaseResult {
        let (now, person) = (self.stage.act().now, &self.people[who]);
        let budget = (who, self.known(browser, who));
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
                self.sessions.insert(signed_in.session.id);
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
                self.arrived((n, device), (code.challenge, code.resend)).await;
                self.begun[n].chosen = Some(device);
            }
            Sent::ByApp => self.begun[n].chosen = Some(device),
            Sent::NoMore | Sent::TooMany | Sent::ByPasskey(_) => {}
        }
        Ok(())
    }

    /// A code is on the phone, unless it was there before.
    async fn arrived(&mut self, (sign_in, device): (usize, usize), (challenge, resend): (ChallengeId, u32)) {
        deliver(&self.stage).await;
        let number = if device == 2 { BENS_PHONE } else { PHONE };
        if !self.sent.iter().any(|s| (s.challenge, s.resend) == (challenge, resend)) {
            self.sent.push(SentCode {
                sign_in,
                device,
                challenge,
                resend,
                code: text(&self.stage, number).await,
                expires_at: self.stage.act().now + HARP.code.life,
                spent: false,
            });
        }
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
                self.sessions.insert(signed_in.session.id);
                self.guesses.remove(&budget);
                match self.devices[device].factor.method() {
                    Method::Totp => self.reached.by_app += 1,
                    _ => self.reached.by_sms += 1,
                }
                self.reached.where_known += usize::from(budget.1.is_some());
                self.remember(browser, self.begun[n].who, signed_in.browser);
            }
            CodeOutcome::Wrong { .. } => {
                if let Some(device) = self.begun[n].chosen.filter(|d| !self.devices[*d].removed) {
                    prop_assert!(!self.spend((n, device), typed, now), "`{}` was right", typed);
                }
                self.guessed(budget, now)?;
            }
            CodeOutcome::Locked { until } => self.refused(budget, (until, now))?,
            CodeOutcome::Incomplete(_) | CodeOutcome::NotChosen | CodeOutcome::Gone(_) => {}
        }
        Ok(())
    }

    async fn change(&self, change: Change) {
        self.stage.harp.store.write(&change).await.unwrap();
    }
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
