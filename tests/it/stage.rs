//! HARP without HTTP, on a database of a test: a clock moved by hand, a mailbox, a scripted vendor whose calls are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use harp_core::account::person::ProfileForm;
use harp_core::account::ssn::SsnRange;
use harp_core::adapter::argon2::{Argon2Hasher, PoolSize};
use harp_core::adapter::courier::memory::{Arrived, Mailbox};
use harp_core::adapter::english::English;
use harp_core::adapter::prover::scripted::ScriptedProver;
use harp_core::adapter::webauthn::RelyingParty;
use harp_core::audit::Event;
use harp_core::flow::sign_up::{self, Completed, CredentialsForm, Ending, Saved, Started, Step};
use harp_core::flow::{Harp, deliver};
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::{AccountId, CaseId, TraceId};
use harp_core::kernel::random::{Random, SeededRandom};
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::EmailAddress;
use harp_core::kernel::time::{Clock, ScriptedClock, Timestamp};
use harp_core::notice::Recipient;
use harp_core::policy::{Argon2Rules, Profile};
use harp_core::port::{Applicant, Asked, Prover, Reply, VendorFault};
use harp_core::proofing::{Answer, VendorRef, VendorVerdict};
use harp_core::store::{Fault, Tx, Work};
use harp_core::vault::{RootKey, Vault};

use harp_tests::cluster::Db;

/// A password that both profiles take, for anybody.
pub const PASSWORD: &str = "Hushed7!vellumOrchid";

#[derive(Debug)]
pub struct Stage {
    pub harp: Harp,
    pub clock: Arc<ScriptedClock>,
    pub mail: Arc<Mailbox>,
    pub vendor: Arc<CountedVendor>,
    pub hasher: Arc<Argon2Hasher>,
    pub db: Arc<Db>,
}

impl Stage {
    /// Hashing is light here: what a hash costs is another test's matter.
    pub fn on(db: Db, profile: &'static Profile) -> Stage {
        let random = Arc::new(SeededRandom::new(7));
        let vault = Arc::new(keyring(&[7]));
        let hasher = Arc::new(light(&vault, random.clone()));
        let (mail, vendor) = (Arc::new(Mailbox::default()), Arc::new(CountedVendor::default()));
        let harp = Harp {
            store: db.store.clone(),
            profile,
            random,
            vault,
            hasher: hasher.clone(),
            prover: vendor.clone(),
            courier: mail.clone(),
            composer: Arc::new(English::new("HARP", "https://harp.example", profile)),
            passkeys: RelyingParty::at("https://harp.example", "HARP", profile.passkeys.life),
            name: "HARP".to_owned(),
            base_url: "https://harp.example".to_owned(),
        };
        let clock = Arc::new(ScriptedClock::at(Timestamp::from_secs(1_795_000_000)));
        Stage { harp, clock, mail, vendor, hasher, db: Arc::new(db) }
    }

    /// As if HARP had been started anew with these root keys, the first of which seals. It was on [`Stage::on`] with 7 alone.
    pub fn restart_with(&mut self, roots: &[u8]) {
        self.harp.vault = Arc::new(keyring(roots));
        self.hasher = Arc::new(light(&self.harp.vault, self.harp.random.clone()));
        self.harp.hasher = self.hasher.clone();
    }

    /// Another node on the same database, with these root keys.
    pub fn beside(&self, roots: &[u8]) -> Stage {
        let mut node = Stage {
            harp: self.harp.clone(),
            clock: self.clock.clone(),
            mail: self.mail.clone(),
            vendor: self.vendor.clone(),
            hasher: self.hasher.clone(),
            db: self.db.clone(),
        };
        node.restart_with(roots);
        node
    }

    /// A deed of nobody in particular, now, from a usual address.
    pub fn act(&self) -> Act {
        self.act_from([192, 0, 2, 1])
    }

    pub fn act_from(&self, address: [u8; 4]) -> Act {
        let origin = Origin { address: Some(address.into()), agent: None };
        Act {
            actor: Actor::Anonymous,
            now: self.clock.now(),
            origin,
            trace: TraceId::mint(&*self.harp.random),
            browser: None,
        }
    }

    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Delivers what is due, and gives what has arrived there so far.
    pub async fn letters(&self, address: &str) -> Vec<Arrived> {
        let act = self.act().by(Actor::System);
        deliver::deliver_due(&self.harp, &act).await.unwrap();
        self.mail.at(&Recipient::Email(EmailAddress::parse(address).unwrap()))
    }

    /// The code in the last letter to this address that has one: letters of one round arrive in any order.
    pub async fn code(&self, address: &str) -> String {
        self.letters(address).await.iter().rev().find_map(Arrived::code).unwrap()
    }

    pub async fn begin(&self) -> Plain {
        match sign_up::start(&self.harp, None, &self.act()).await.unwrap() {
            Started::Draft(token) => token,
            Started::TooMany => panic!("too many registrations"),
        }
    }

    /// A registration at the step of identity.
    pub async fn at_identity(&self, profile: &ProfileForm, username: &str) -> Plain {
        let token = self.begin().await;
        let saved = sign_up::save_profile(&self.harp, &token, profile, &self.act()).await.unwrap();
        assert_eq!(saved, Saved::Next(Step::Credentials));
        let form = credentials(username);
        let saved = sign_up::save_credentials(&self.harp, &token, &form, &self.act()).await.unwrap();
        assert_eq!(saved, Saved::Next(Step::Identity));
        token
    }

    /// An account that is not proofed.
    pub async fn registered(&self, profile: &ProfileForm, username: &str) -> AccountId {
        let token = self.at_identity(profile, username).await;
        let done = sign_up::complete(&self.harp, &token, Ending::Later, &self.act()).await.unwrap();
        assert!(matches!(done, Completed::Done(_)), "{done:?}");
        self.account_of(username).await.unwrap()
    }

    pub async fn account_of(&self, username: &str) -> Option<AccountId> {
        struct Find(String);
        #[async_trait]
        impl Work for Find {
            type Out = Option<AccountId>;
            async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
                Ok(tx.account_by_username(&self.0).await?.map(|a| a.id))
            }
        }
        self.harp.store.read(&Find(username.to_lowercase())).await.unwrap()
    }

    pub async fn account(&self, id: AccountId) -> harp_core::account::Account {
        struct Find(AccountId);
        #[async_trait]
        impl Work for Find {
            type Out = Option<harp_core::account::Account>;
            async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
                tx.account(self.0).await
            }
        }
        self.harp.store.read(&Find(id)).await.unwrap().unwrap()
    }

    /// As if every registration had taken too long, and the sweep had been.
    pub async fn forget_drafts(&self) {
        struct Sweep(Timestamp);
        #[async_trait]
        impl Work for Sweep {
            type Out = u32;
            async fn run(&self, tx: &mut dyn Tx) -> Result<u32, Fault> {
                tx.sweep_drafts(self.0).await
            }
        }
        let end = self.clock.now() + self.harp.profile.draft.life;
        assert!(self.harp.store.write(&Sweep(end)).await.unwrap() > 0);
    }

    /// The audit trail, oldest first.
    pub async fn events(&self) -> Vec<Event> {
        struct Read;
        #[async_trait]
        impl Work for Read {
            type Out = Vec<Event>;
            async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
                tx.events(None, 10_000).await
            }
        }
        self.harp.store.read(&Read).await.unwrap()
    }
}

/// Root keys, each made of one byte that its name tells.
fn keyring(roots: &[u8]) -> Vault {
    let mut roots = roots.iter().map(|n| RootKey { kid: format!("test{n}"), key: Secret::new([*n; 32]) });
    Vault::new(roots.next().unwrap(), roots.collect())
}

fn light(vault: &Vault, random: Arc<dyn Random>) -> Argon2Hasher {
    let rules = Argon2Rules { memory_kib: 64, passes: 1, lanes: 1 };
    Argon2Hasher::new(rules, vault, random, PoolSize { workers: 2, queue: 64 })
}

/// Ana, whom the scripted vendor knows by [`ANA_SSN`].
pub fn ana() -> ProfileForm {
    let text = str::to_owned;
    ProfileForm {
        first_name: text("Ana"),
        last_name: text("Rivera"),
        email: text("ana@hospital.example"),
        confirm_email: text("ana@hospital.example"),
        phone: text("202 456 1111"),
        birth_month: text("2"),
        birth_day: text("29"),
        birth_year: text("1980"),
        country: text("US"),
        address_line1: text("1 Main St"),
        city: text("Springfield"),
        state: text("IL"),
        zip: text("62701"),
        reviewed: text("yes"),
        ..ProfileForm::default()
    }
}

pub const ANA_SSN: &str = "900-11-2222";

/// Somebody of the vendor's synthetic people, as they fill in the form; and their number.
pub fn synthetic(first_name: &str) -> (ProfileForm, String) {
    let people = harp_core::adapter::prover::scripted::demo_people();
    let person = people.into_iter().find(|p| p.first_name == first_name).unwrap();
    let mut birth = person.birth.split('-').map(str::to_owned);
    let mut next = || birth.next().unwrap();
    let (birth_year, birth_month, birth_day) = (next(), next(), next());
    let email = format!("{}@hospital.example", first_name.to_lowercase());
    let form = ProfileForm {
        first_name: person.first_name,
        last_name: person.last_name,
        confirm_email: email.clone(),
        email,
        birth_year,
        birth_month,
        birth_day,
        ..ana()
    };
    (form, person.ssn)
}

pub fn credentials(username: &str) -> CredentialsForm {
    let secret = |text: &str| Secret::new(text.to_owned());
    CredentialsForm {
        username: username.to_owned(),
        password: secret(PASSWORD),
        confirm: secret(PASSWORD),
        question: "first_pet".to_owned(),
        answer: secret("Fluffy"),
    }
}

/// The scripted vendor, and how often it was called.
#[derive(Debug)]
pub struct CountedVendor {
    pub scripted: ScriptedProver,
    questions: AtomicUsize,
    answers: AtomicUsize,
}

impl Default for CountedVendor {
    fn default() -> Self {
        let scripted = ScriptedProver::with_demo_people();
        Self { scripted, questions: AtomicUsize::new(0), answers: AtomicUsize::new(0) }
    }
}

impl CountedVendor {
    /// How often it was asked for questions, and how often it was given answers.
    pub fn calls(&self) -> (usize, usize) {
        (self.questions.load(Ordering::SeqCst), self.answers.load(Ordering::SeqCst))
    }

    /// The right answers to the questions of a case.
    pub fn truth(&self, case: CaseId) -> Vec<Answer> {
        self.scripted.truth(&VendorRef(format!("scripted-{case}")))
    }
}

#[async_trait]
impl Prover for CountedVendor {
    fn numbers(&self) -> SsnRange {
        self.scripted.numbers()
    }

    async fn questions(&self, case: CaseId, applicant: &Applicant<'_>) -> Result<Reply<Asked>, VendorFault> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        self.scripted.questions(case, applicant).await
    }

    async fn answers(
        &self,
        case: CaseId,
        reference: &VendorRef,
        answers: &[Answer],
    ) -> Result<Reply<VendorVerdict>, VendorFault> {
        self.answers.fetch_add(1, Ordering::SeqCst);
        self.scripted.answers(case, reference, answers).await
    }
}
