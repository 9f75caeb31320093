//! The help desk (P18): what an agent sees and does, and what no liar and no single agent gets.

use std::sync::Arc;
use std::time::Duration;

use harp_core::account::Standing;
use harp_core::account::help_case::Answer;
use harp_core::adapter::courier::memory::Arrived;
use harp_core::audit::{Deed, Event};
use harp_core::factor::FactorStatus;
use harp_core::flow::help_desk::{
    self, Asked, Called, DecidedReset, Done, Looked, Mine, Opened, ProvedCase, Seen, Shut, Wish,
};
use harp_core::flow::lock::{self, NotMe};
use harp_core::flow::lost_device::{self, Entered, Letters, Way};
use harp_core::flow::operate::agents::{self, Changed};
use harp_core::flow::sessions::{Live, authenticate, list};
use harp_core::kernel::act::{Act, Actor};
use harp_core::kernel::id::HelpCaseId;
use harp_core::kernel::secret::Plain;
use harp_core::notice::delivery::Delivery;
use harp_core::policy::HARP;
use harp_core::session::SessionScope;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::eight;
use super::second_address::{HOME, with_both_addresses};
use super::steps::*;
use crate::stage::{Stage, synthetic};

const MINUTE: Duration = Duration::from_secs(60);
const WHY: &str = "Called: lost her phone";

/// Ana, who is helped; Hal and Val, who work at the desk.
struct Desk {
    stage: Stage,
    ana: Live,
    hal: Live,
    val: Live,
}

impl Desk {
    async fn on(db: Db) -> Desk {
        let (stage, ana) = with_both_addresses(db).await;
        let hal = agent(&stage, ("Ben", "hal.agent", "+12024561515")).await;
        let val = agent(&stage, ("Val", "val.agent", "+12024561616")).await;
        Desk { stage, ana, hal, val }
    }

    fn act(&self, live: &Live) -> Act {
        self.stage.act().by_person(live.account.id)
    }

    async fn open(&self, live: &Live, who: &str) -> Opened {
        help_desk::open(&self.stage.harp, live, (who, WHY), &self.act(live)).await.unwrap()
    }

    /// A case of Hal's about Ana.
    async fn case(&self) -> HelpCaseId {
        match self.open(&self.hal, ANA).await {
            Opened::Opened(case) => case,
            other => panic!("{other:?}"),
        }
    }

    async fn send(&self, case: HelpCaseId) -> Called {
        help_desk::send_callback(&self.stage.harp, &self.hal, case, &self.act(&self.hal)).await.unwrap()
    }

    async fn prove(&self, live: &Live, case: HelpCaseId, code: &str) -> ProvedCase {
        help_desk::prove(&self.stage.harp, live, (case, code), &self.act(live)).await.unwrap()
    }

    /// The same, and Ana has read her code out.
    async fn proved(&self) -> HelpCaseId {
        let case = self.case().await;
        assert_eq!(self.send(case).await, Called::Sent);
        let code = self.stage.code(HOME).await;
        assert_eq!(self.prove(&self.hal, case, &code).await, ProvedCase::Proved);
        case
    }

    async fn carry_out(&self, case: HelpCaseId, wish: Wish) -> Done {
        let act = self.act(&self.hal);
        help_desk::carry_out(&self.stage.harp, &self.hal, (case, wish, WHY), &act).await.unwrap()
    }

    async fn ask(&self, case: HelpCaseId) -> Asked {
        help_desk::ask_reset(&self.stage.harp, &self.hal, (case, WHY), &self.act(&self.hal)).await.unwrap()
    }

    async fn decide(&self, live: &Live, case: HelpCaseId, answer: Answer) -> DecidedReset {
        let why = (case, answer, "the story holds");
        help_desk::decide_reset(&self.stage.harp, live, why, &self.act(live)).await.unwrap()
    }

    async fn seen(&self, live: &Live, case: HelpCaseId) -> Option<Seen> {
        match help_desk::look(&self.stage.harp, live, case, &self.act(live)).await.unwrap() {
            Looked::Seen(seen) => Some(*seen),
            _ => None,
        }
    }

    async fn told(&self, address: &str, words: &str) -> Option<Arrived> {
        self.stage.letters(address).await.into_iter().rfind(|l| l.letter.subject.contains(words))
    }
}

fn operator(stage: &Stage) -> Act {
    stage.act().by(Actor::Operator)
}

/// Somebody with a phone, whom an operator gave the right.
async fn agent(stage: &Stage, (first, username, number): (&str, &str, &str)) -> Live {
    let (form, _) = synthetic(first);
    stage.registered(&form, username).await;
    let live = set_up(stage, username).await;
    let phone = add_phone(stage, &live, number).await;
    assert_eq!(confirm(stage, &live, phone).await, "active");
    let live = complete(stage, &live).await;
    let added = agents::add(&stage.harp, username, &operator(stage)).await.unwrap();
    assert_eq!(added, Changed::Changed);
    live
}

fn link(letter: &Arrived) -> Plain {
    let link = letter.not_me().expect("the letter bears a link");
    Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap())
}

both! {
    /// P18, K01: the right comes from an operator alone, once, to an active account, and goes at once.
    async fn an_operator_makes_agents_and_unmakes_them(db: Db) {
        let desk = Desk::on(db).await;
        let (harp, act) = (&desk.stage.harp, operator(&desk.stage));
        assert_eq!(agents::list(harp).await.unwrap(), ["hal.agent", "val.agent"]);
        assert_eq!(agents::add(harp, "HAL.agent", &act).await.unwrap(), Changed::Already);
        assert_eq!(agents::add(harp, "nobody", &act).await.unwrap(), Changed::NoSuchAccount);
        assert_eq!(desk.open(&desk.ana, "val.agent").await, Opened::Shut(Shut::NotAnAgent));
        let case = desk.proved().await;
        assert_eq!(agents::remove(harp, "hal.agent", &act).await.unwrap(), Changed::Changed);
        assert_eq!(desk.open(&desk.hal, ANA).await, Opened::Shut(Shut::NotAnAgent));
        assert_eq!(desk.carry_out(case, Wish::EndSessions).await, Done::Shut(Shut::NotAnAgent));
    }

    /// P18: exact, with a reason, never oneself, budgeted, each one audited; an old session is not enough.
    async fn a_search_is_exact_has_a_reason_and_is_audited(db: Db) {
        let desk = Desk::on(db).await;
        let harp = &desk.stage.harp;
        assert!(matches!(desk.open(&desk.hal, " ANA.rivera ").await, Opened::Opened(_)));
        assert!(matches!(desk.open(&desk.hal, EMAIL).await, Opened::Opened(_)));
        for nobody in ["ana.river", "ana", "%", HOME, "nul\0"] {
            assert_eq!(desk.open(&desk.hal, nobody).await, Opened::Nobody, "{nobody}");
        }
        assert_eq!(desk.open(&desk.hal, "hal.agent").await, Opened::Own);
        let act = desk.act(&desk.hal);
        let none = help_desk::open(harp, &desk.hal, (ANA, "  "), &act).await.unwrap();
        assert!(matches!(none, Opened::Refused(_)));
        let opened = |e: &&Event| matches!(&e.deed, Deed::HelpCaseOpened { reason, .. } if reason == WHY);
        let events = desk.stage.events().await;
        let opened: Vec<&Event> = events.iter().filter(opened).collect();
        assert_eq!(opened.len(), 2);
        assert!(opened.iter().all(|e| e.actor == Actor::Person(desk.hal.account.id)
            && e.subject == Some(desk.ana.account.id)));
        let missed = events.iter().filter(|e| matches!(e.deed, Deed::HelpSearchMissed { .. })).count();
        assert_eq!(missed, 5);
        for _ in 8..HARP.help_desk.searches {
            desk.open(&desk.hal, "nobody").await;
        }
        assert_eq!(desk.open(&desk.hal, ANA).await, Opened::TooMany);
        assert!(matches!(desk.open(&desk.val, ANA).await, Opened::Opened(_)), "a budget of each one's own");
        desk.stage.later(HARP.session.fresh);
        assert_eq!(desk.open(&desk.val, ANA).await, Opened::Shut(Shut::SignInAgain));
    }

    /// P18: delivery states, timers and masked contacts; no number, no code, no answer, no date of birth; for nobody else's eyes.
    async fn an_agent_sees_enough_to_help_and_nothing_to_pass_for_somebody(db: Db) {
        let desk = Desk::on(db).await;
        let case = desk.case().await;
        for _ in 0..5 {
            password(&desk.stage, ANA, "wrong password").await;
        }
        desk.send(case).await;
        let code = desk.stage.code(EMAIL).await;
        let seen = desk.seen(&desk.hal, case).await.unwrap();
        assert_eq!((seen.mine, seen.username.as_str()), (Mine::Own, ANA));
        assert!(seen.sign_in_locked_until.is_some() && !seen.proved);
        assert_eq!((seen.devices.len(), seen.sessions.len()), (1, 1));
        assert!(seen.letters.iter().any(|l| l.delivery == Delivery::Sent));
        assert_eq!(seen.addresses, [("a•••@hospital.example".into(), true), ("a•••@home.example".into(), true)]);
        let Seen { username, name, sessions, addresses, agent, .. } = &seen;
        let text = format!("{username} {name} {sessions:?} {addresses:?} {agent}");
        for hidden in [EMAIL, HOME, PHONE, "1980", "Fluffy", "first_pet", "Main St", code.as_str()] {
            assert!(!text.contains(hidden), "{hidden}");
        }
        let letters = format!("{:?}", seen.letters.iter().map(|l| &l.message.notice).collect::<Vec<_>>());
        assert!(!letters.contains(&code), "never a code");
        assert!(desk.seen(&desk.val, case).await.is_none(), "another agent's case");
        assert!(desk.seen(&desk.ana, case).await.is_none());
        desk.stage.later(HARP.help_desk.case_life);
        assert!(desk.seen(&desk.hal, case).await.is_none());
    }

    /// P18: nothing happens before the code; it belongs to this agent and this case, lives ten minutes, and is not guessed.
    async fn nothing_is_done_before_the_callers_code(db: Db) {
        let desk = Desk::on(db).await;
        let case = desk.case().await;
        for wish in [Wish::EndSessions, Wish::Unlock, Wish::SendLetter] {
            assert_eq!(desk.carry_out(case, wish).await, Done::NotProved, "{wish:?}");
        }
        assert_eq!(desk.ask(case).await, Asked::NotProved);
        assert_eq!(desk.prove(&desk.hal, case, "000000").await, ProvedCase::Wrong, "none was sent");
        desk.send(case).await;
        let code = desk.stage.code(HOME).await;
        assert_eq!(desk.stage.code(EMAIL).await, code, "one code for both addresses");
        let other = desk.case().await;
        assert_eq!(desk.prove(&desk.hal, other, &code).await, ProvedCase::Wrong, "of another case");
        assert_eq!(desk.prove(&desk.val, case, &code).await, ProvedCase::Gone, "of another agent");
        desk.stage.later(HARP.code.life);
        assert_eq!(desk.prove(&desk.hal, case, &code).await, ProvedCase::Wrong, "too late");
        desk.send(case).await;
        let code = desk.stage.code(HOME).await;
        for _ in 2..HARP.help_desk.attempts {
            assert_eq!(desk.prove(&desk.hal, case, &wrong(&code)).await, ProvedCase::Wrong);
        }
        assert_eq!(desk.prove(&desk.hal, case, &code).await, ProvedCase::TooMany);
        assert_eq!(desk.carry_out(case, Wish::EndSessions).await, Done::NotProved);
    }

    /// P18: whoever is signed in reads the code in their portal; it is the same, and nobody else's page has it.
    async fn the_code_stands_in_the_callers_own_portal(db: Db) {
        let desk = Desk::on(db).await;
        let case = desk.case().await;
        assert!(help_desk::in_portal(&desk.stage.harp, &desk.ana, &desk.stage.act()).await.unwrap().is_none());
        desk.send(case).await;
        let shown = help_desk::in_portal(&desk.stage.harp, &desk.ana, &desk.stage.act()).await.unwrap().unwrap();
        assert_eq!(*shown.code.expose(), desk.stage.code(HOME).await);
        for other in [&desk.hal, &desk.val] {
            assert!(help_desk::in_portal(&desk.stage.harp, other, &desk.stage.act()).await.unwrap().is_none());
        }
        assert_eq!(desk.prove(&desk.hal, case, shown.code.expose()).await, ProvedCase::Proved);
    }

    /// P18: what one agent does alone is told on all addresses, and audited with their reason.
    async fn each_deed_is_told_and_audited(db: Db) {
        let desk = Desk::on(db).await;
        for _ in 0..5 {
            password(&desk.stage, ANA, "wrong password").await;
        }
        let case = desk.proved().await;
        assert_eq!(desk.carry_out(case, Wish::Unlock).await, Done::Done);
        assert_eq!(desk.carry_out(case, Wish::Unlock).await, Done::Nothing);
        assert_eq!(desk.carry_out(case, Wish::EndSessions).await, Done::Done);
        assert!(list(&desk.stage.harp, &desk.ana, &desk.stage.act()).await.unwrap().is_empty());
        for address in [EMAIL, HOME] {
            for words in ["is unlocked", "signed you out"] {
                let letter = desk.told(address, words).await;
                assert!(letter.is_some_and(|l| l.not_me().is_some()), "{address}: {words}");
            }
        }
        let events = desk.stage.events().await;
        assert!(events.iter().any(|e| matches!(&e.deed, Deed::HelpSessionsEnded { reason, .. } if reason == WHY)));
        desk.stage.later(HARP.help_desk.proved_for);
        let again = desk.carry_out(case, Wish::EndSessions).await;
        assert_eq!(again, Done::Shut(Shut::SignInAgain), "the agent's own sign-in is old, too");
    }

    /// P18: one agent alone resets nothing; another approves, and password and letter lead to set-up after a day.
    async fn a_reset_takes_two_agents_a_day_and_a_letter(db: Db) {
        let desk = Desk::on(db).await;
        let (stage, case) = (&desk.stage, desk.proved().await);
        assert_eq!(desk.ask(case).await, Asked::Asked);
        assert_eq!(desk.ask(case).await, Asked::Already);
        assert_eq!(desk.decide(&desk.hal, case, Answer::Approved).await, DecidedReset::Gone, "not by oneself");
        let waiting = help_desk::waiting(&stage.harp, &desk.hal, &desk.act(&desk.hal)).await.unwrap().unwrap();
        assert!(waiting.is_empty(), "not in one's own list");
        let waiting = help_desk::waiting(&stage.harp, &desk.val, &desk.act(&desk.val)).await.unwrap().unwrap();
        assert_eq!((waiting.len(), waiting[0].username.as_str()), (1, ANA));
        assert_eq!(desk.seen(&desk.val, case).await.map(|s| s.mine), Some(Mine::ToDecide));
        let ready_at = stage.act().now + HARP.recovery.help_desk_wait;
        let approved = desk.decide(&desk.val, case, Answer::Approved).await;
        assert_eq!(approved, DecidedReset::Approved { ready_at });
        assert!(desk.seen(&desk.val, case).await.is_none(), "decided");
        for (address, words) in [(EMAIL, "was asked"), (HOME, "was asked"), (EMAIL, "can soon"), (HOME, "can soon")] {
            assert!(desk.told(address, words).await.is_some(), "{address}: {words}");
        }
        assert!(authenticate(&stage.harp, &Plain::presented("x"), &stage.act()).await.unwrap().is_err());
        let early = token(stage, ANA).await;
        let way = lost_device::way(&stage.harp, &early, &stage.act()).await.unwrap().unwrap();
        assert_eq!(way, Way::Waiting { until: ready_at });
        stage.later(HARP.recovery.help_desk_wait);
        let token = token(stage, ANA).await;
        let sent = lost_device::send_code(&stage.harp, &token, &stage.act()).await.unwrap();
        assert_eq!(sent, Letters::OnTheirWay);
        let code = stage.code(EMAIL).await;
        let entered = lost_device::enter(&stage.harp, &token, &code, &stage.act()).await.unwrap();
        let Entered::SetUp(signed_in) = entered else { panic!("{entered:?}") };
        assert_eq!(signed_in.session.scope, SessionScope::SetUp);
    }

    /// P18: whom the case is about never decides it, though they are an agent; nor does anybody once the asker is none.
    async fn neither_the_subject_nor_anybody_for_a_former_agent_approves(db: Db) {
        let desk = Desk::on(db).await;
        let (harp, operator) = (&desk.stage.harp, operator(&desk.stage));
        assert_eq!(agents::add(harp, ANA, &operator).await.unwrap(), Changed::Changed);
        let case = desk.proved().await;
        assert_eq!(desk.ask(case).await, Asked::Asked);
        assert_eq!(desk.decide(&desk.ana, case, Answer::Approved).await, DecidedReset::Gone);
        assert!(desk.seen(&desk.ana, case).await.is_none());
        agents::remove(harp, "hal.agent", &operator).await.unwrap();
        assert_eq!(desk.decide(&desk.val, case, Answer::Approved).await, DecidedReset::NotPossible);
        assert_eq!(desk.decide(&desk.val, case, Answer::Refused).await, DecidedReset::Refused);
        assert!(desk.told(HOME, "were not reset").await.is_some());
        let devices = harp_core::flow::factors::devices(harp, &desk.ana).await.unwrap().factors;
        assert_eq!(devices[0].status, FactorStatus::Active);
    }

    /// P18, P14: the owner reads the letter, and stops what a liar talked two agents into.
    async fn the_owner_stops_a_reset_by_the_link_in_the_letter(db: Db) {
        let desk = Desk::on(db).await;
        let case = desk.proved().await;
        desk.ask(case).await;
        desk.decide(&desk.val, case, Answer::Approved).await;
        desk.stage.later(MINUTE);
        let letter = desk.told(EMAIL, "can soon").await.unwrap();
        let stopped = lock::not_me(&desk.stage.harp, &link(&letter), &desk.stage.act()).await.unwrap();
        assert_eq!(stopped, NotMe::Locked);
        assert!(desk.stage.events().await.iter().any(|e| e.deed == Deed::ResetStopped));
        let devices = harp_core::flow::factors::devices(&desk.stage.harp, &desk.ana).await.unwrap().factors;
        assert_eq!(devices[0].status, FactorStatus::Suspended, "a link gives no device back");
    }

    /// P18: eight decisions at once are one, eight proofs with one code are one.
    async fn eight_at_once_decide_once(db: Db) {
        let desk = Desk::on(db).await;
        let case = desk.case().await;
        desk.send(case).await;
        let code = desk.stage.code(HOME).await;
        let desk = Arc::new(desk);
        let proofs = eight(|_| {
            let (desk, code) = (desk.clone(), code.clone());
            async move { desk.prove(&desk.hal, case, &code).await }
        })
        .await;
        assert_eq!(proofs.iter().filter(|p| **p == ProvedCase::Proved).count(), 1, "{proofs:?}");
        assert_eq!(desk.ask(case).await, Asked::Asked);
        let answers = eight(|n| {
            let desk = desk.clone();
            let answer = if n % 2 == 0 { Answer::Approved } else { Answer::Refused };
            async move { desk.decide(&desk.val, case, answer).await }
        })
        .await;
        let decided = |a: &&DecidedReset| matches!(a, DecidedReset::Approved { .. } | DecidedReset::Refused);
        assert_eq!(answers.iter().filter(decided).count(), 1, "{answers:?}");
        let events = desk.stage.events().await;
        assert_eq!(events.iter().filter(|e| matches!(e.deed, Deed::HelpResetDecided { .. })).count(), 1);
    }

    /// P18, P14: one agent and one mailbox do not undo what the owner locked; two agents do, with a reset and its wait, unless it was
    /// asked for before the lock.
    async fn one_agent_does_not_unlock_what_the_owner_locked(db: Db) {
        let desk = Desk::on(db).await;
        let before = desk.proved().await;
        assert_eq!(desk.ask(before).await, Asked::Asked);
        desk.stage.later(MINUTE);
        let letter = desk.told(EMAIL, "was asked").await.unwrap();
        assert_eq!(lock::not_me(&desk.stage.harp, &link(&letter), &desk.stage.act()).await.unwrap(), NotMe::Locked);
        assert_eq!(desk.carry_out(before, Wish::Unlock).await, Done::TakesTwo);
        assert_eq!(desk.decide(&desk.val, before, Answer::Approved).await, DecidedReset::NotPossible, "she denied it");
        desk.stage.later(MINUTE);
        let case = desk.proved().await;
        assert_eq!(desk.carry_out(case, Wish::Unlock).await, Done::TakesTwo);
        assert_eq!(desk.stage.account(desk.ana.account.id).await.standing, Standing::Locked);
        assert_eq!(desk.ask(case).await, Asked::Asked);
        assert_eq!(desk.stage.account(desk.ana.account.id).await.standing, Standing::Locked);
        let ready_at = desk.stage.act().now + HARP.recovery.help_desk_wait;
        assert_eq!(desk.decide(&desk.val, case, Answer::Approved).await, DecidedReset::Approved { ready_at });
        assert_eq!(desk.stage.account(desk.ana.account.id).await.standing, Standing::Active);
        let devices = harp_core::flow::factors::devices(&desk.stage.harp, &desk.ana).await.unwrap().factors;
        assert!(devices.iter().all(|f| f.status == FactorStatus::Suspended));
    }
}
