//! What the demo begins with (H10): a program, its organizations and roles, a Security Official. Sown once, by slug.

use harp_core::access::{Assignment, Organization, Program, Role, RoleKind};
use harp_core::account::challenge::Question;
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Challenge, Email, PasswordHash, Person, PostalAddress, Proofed, Standing,
};
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Binding, Factor, FactorStatus};
use harp_core::flow::Harp;
use harp_core::kernel::id::{AccountId, AssignmentId, FactorId, OrgId, ProgramId, RoleId};
use harp_core::kernel::random::SeededRandom;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Tx, Work};
use harp_core::vault::Sealed;

/// Programs are named by slugs in tokens and guards.
pub const PROGRAM: &str = "mft";
pub const WEB_USER: &str = "mft_web_user";
pub const OFFICIAL: &str = "mft_security_official";
pub const ORGANIZATION: &str = "Analytics-Hospital Measures and CJR-Yale";

/// The Security Official who is there from the start.
#[derive(Debug)]
pub struct Sol;

impl Sol {
    pub const USERNAME: &str = "sol.official";
    pub const PASSWORD: &str = "Quiet-Harbor-27!";
    pub const EMAIL: &str = "sol@yale.example";

    /// For any authenticator app. The same in every demo, and public: it guards nothing else.
    pub fn totp() -> TotpSecret {
        TotpSecret::mint(&SeededRandom::new(27))
    }
}

/// Sows the demo's data unless it is there.
pub async fn sow(harp: &Harp, now: Timestamp) -> anyhow::Result<()> {
    let password = harp.hasher.hash(&Secret::new(Sol::PASSWORD.to_owned())).await?;
    let answer = harp.hasher.hash(&Secret::new("lighthouse".to_owned())).await?;
    let factor = FactorId::mint(now, &*harp.random);
    let secret = Sol::totp().seal(factor, &harp.vault, &*harp.random)?;
    harp.store.write(&Sow { harp, now, password, answer, totp: (factor, secret) }).await?;
    Ok(())
}

struct Sow<'a> {
    harp: &'a Harp,
    now: Timestamp,
    password: PasswordHash,
    answer: PasswordHash,
    totp: (FactorId, Sealed),
}

#[async_trait::async_trait]
impl Work for Sow<'_> {
    type Out = ();

    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        if tx.program_by_slug(PROGRAM).await?.is_some() {
            return Ok(());
        }
        let (now, random) = (self.now, &*self.harp.random);
        let program = ProgramId::mint(now, random);
        tx.put_program(&Program {
            id: program,
            slug: PROGRAM.to_owned(),
            name: "Managed File Transfer".to_owned(),
        })
        .await?;
        let mut official_at = None;
        for name in [ORGANIZATION, "Lakeside Community Hospital", "Springfield General Hospital"] {
            let org = Organization { id: OrgId::mint(now, random), name: name.to_owned() };
            tx.put_org(&org).await?;
            tx.join_program(org.id, program).await?;
            official_at.get_or_insert(org.id);
        }
        let web_user =
            role(program, RoleId::mint(now, random), (WEB_USER, "Managed File Transfer (MFT) Web User"));
        let web_user = Role { permissions: vec!["files:upload".into(), "files:download".into()], ..web_user };
        let official = role(program, RoleId::mint(now, random), (OFFICIAL, "Security Official"));
        let official = Role { kind: RoleKind::SecurityOfficial, ..official };
        tx.put_role(&web_user).await?;
        tx.put_role(&official).await?;

        let sol = self.sol(AccountId::mint(now, random))?;
        tx.add_account(&sol).await?;
        tx.verify_email(sol.id, &sol.email.address, now).await?;
        tx.add_factor(&self.factor(sol.id)).await?;
        if let Some(org) = official_at {
            let id = AssignmentId::mint(now, random);
            let assignment = Assignment {
                id,
                account: sol.id,
                role: official.id,
                org,
                start: now,
                end: None,
                request: None,
            };
            tx.add_assignment(&assignment).await?;
        }
        Ok(())
    }
}

impl Sow<'_> {
    fn sol(&self, id: AccountId) -> Result<Account, Fault> {
        let wrong = |what: &str| Fault::Defect(format!("the demo's {what} does not parse"));
        let name = PersonName { first: "Sol".to_owned(), middle: None, last: "Vega".to_owned() };
        let address = PostalAddress {
            country: "US".to_owned(),
            line1: "1 Harbor Way".to_owned(),
            line2: None,
            city: "New Haven".to_owned(),
            state: "CT".to_owned(),
            zip: "06510".to_owned(),
        };
        Ok(Account {
            id,
            username: Username::stored(Sol::USERNAME.to_owned()),
            person: Person {
                name,
                birth: BirthDate(jiff::civil::date(1975, 4, 2)),
                phone: Phone::parse("+12034324771").map_err(|_| wrong("phone number"))?,
                address,
            },
            email: Email {
                address: EmailAddress::parse(Sol::EMAIL).map_err(|_| wrong("email address"))?,
                verified_at: None,
            },
            password: self.password.clone(),
            challenge: Some(Challenge { question: Question::FirstSchool, answer: self.answer.clone() }),
            standing: Standing::Active,
            proofed: Proofed::Questions { at: self.now },
            epoch: 0,
            locale: "en".to_owned(),
            created_at: self.now,
        })
    }

    fn factor(&self, account: AccountId) -> Factor {
        let (id, secret) = self.totp.clone();
        Factor {
            id,
            account,
            binding: Binding::Totp { secret, last_step: None },
            status: FactorStatus::Active,
            created_at: self.now,
            activated_at: Some(self.now),
            last_used_at: None,
        }
    }
}

fn role(program: ProgramId, id: RoleId, (key, name): (&str, &str)) -> Role {
    Role {
        id,
        program,
        key: key.to_owned(),
        name: name.to_owned(),
        kind: RoleKind::Ordinary,
        permissions: Vec::new(),
    }
}
