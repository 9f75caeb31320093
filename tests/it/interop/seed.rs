//! One person with a password, an authenticator app and a role.

use async_trait::async_trait;
use harp_core::access::{Assignment, Organization, Program, Role, RoleKind};
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Email, PasswordHash, Person, PostalAddress, Proofed, SecondAddress, Standing,
};
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Binding, Factor, FactorStatus};
use harp_core::flow::Harp;
use harp_core::kernel::id::{AccountId, AssignmentId, FactorId, OrgId, ProgramId, RoleId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Tx, Work};

pub const USERNAME: &str = "ana.example";
pub const PASSWORD: &str = "Hushed7!vellumOrchid";

pub struct Ana {
    pub totp: TotpSecret,
    pub org: OrgId,
    account: Account,
    factor: Factor,
    at: Timestamp,
}

impl Ana {
    /// Registered, proofed, set up; and Web User of Managed File Transfer at Yale.
    pub async fn moves_in(harp: &Harp, at: Timestamp) -> Ana {
        let random = &SystemRandom;
        let totp = TotpSecret::mint(random);
        let id = AccountId::mint(at, random);
        let factor = FactorId::mint(at, random);
        let secret = totp.seal(factor, &harp.vault, random).unwrap();
        let factor = Factor {
            id: factor,
            account: id,
            binding: Binding::Totp { secret, last_step: None },
            status: FactorStatus::Active,
            created_at: at,
            activated_at: Some(at),
            last_used_at: None,
        };
        let password = harp.hasher.hash(&Secret::new(PASSWORD.to_owned())).await.unwrap();
        let ana = Ana { totp, org: OrgId::mint(at, random), account: account(id, password, at), factor, at };
        harp.store.write(&ana).await.unwrap();
        ana
    }
}

#[async_trait]
impl Work for Ana {
    type Out = ();

    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let (at, random) = (self.at, &SystemRandom);
        let program = ProgramId::mint(at, random);
        let slug = mft::PROGRAM.to_owned();
        tx.put_program(&Program { id: program, slug, name: "Managed File Transfer".to_owned() }).await?;
        tx.put_org(&Organization { id: self.org, name: "Yale".to_owned() }).await?;
        tx.join_program(self.org, program).await?;
        let role = Role {
            id: RoleId::mint(at, random),
            program,
            key: mft::ROLE.to_owned(),
            name: "Managed File Transfer (MFT) Web User".to_owned(),
            kind: RoleKind::Ordinary,
            permissions: vec!["files:upload".to_owned()],
        };
        tx.put_role(&role).await?;
        tx.add_account(&self.account).await?;
        tx.verify_email(self.account.id, &self.account.email.address, at).await?;
        tx.add_factor(&self.factor).await?;
        let assignment = Assignment {
            id: AssignmentId::mint(at, random),
            account: self.account.id,
            role: role.id,
            org: self.org,
            start: at,
            end: None,
            request: None,
        };
        tx.add_assignment(&assignment).await?;
        Ok(())
    }
}

fn account(id: AccountId, password: PasswordHash, at: Timestamp) -> Account {
    let text = |text: &str| text.to_owned();
    Account {
        id,
        username: Username::stored(text(USERNAME)),
        person: Person {
            name: PersonName { first: text("Ana"), middle: None, last: text("Lee") },
            birth: BirthDate(serde_json::from_str("\"1980-02-29\"").unwrap()),
            phone: Phone::parse("+12034324771").unwrap(),
            address: PostalAddress {
                country: text("US"),
                line1: text("1 Harbor Way"),
                line2: None,
                city: text("New Haven"),
                state: text("CT"),
                zip: text("06510"),
            },
        },
        email: Email { address: EmailAddress::parse("ana@yale.example").unwrap(), verified_at: None },
        second: SecondAddress::default(),
        password,
        challenge: None,
        standing: Standing::Active,
        proofed: Proofed::Questions { at },
        epoch: 0,
        locale: text("en"),
        created_at: at,
    }
}
