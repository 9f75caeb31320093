//! What the demo begins with (H10): programs, each with organizations, roles, and somebody who holds one. Sown once, by slug.

mod resident;

use harp_core::access::{Assignment, Organization, Program, Role, RoleKind};
use harp_core::factor::totp::TotpSecret;
use harp_core::flow::Harp;
use harp_core::kernel::id::{AssignmentId, OrgId, ProgramId, RoleId};
use harp_core::kernel::random::SeededRandom;
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Tx, Work};

use self::resident::{Device, Resident, Settled};

/// Programs are named by slugs in tokens and guards.
pub const PROGRAM: &str = "mft";
pub const WEB_USER: &str = "mft_web_user";
pub const OFFICIAL: &str = "mft_security_official";
pub const ORGANIZATION: &str = "Analytics-Hospital Measures and CJR-Yale";
/// K09
pub const FIRST_HOSPITAL: &str = "First Hospital";
pub const PRACTICE: &str = "Oak Street Family Practice";

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

/// Who reports for First Hospital (K09, HQR-2).
#[derive(Debug)]
pub struct Jon;

impl Jon {
    pub const USERNAME: &str = "jon.snow";
    pub const PASSWORD: &str = "Winter-Lantern-41!";
    pub const EMAIL: &str = "jon@first-hospital.example";
    /// F10
    pub const PHONE: &str = "202 456 1233";

    /// As [`Sol::totp`].
    pub fn totp() -> TotpSecret {
        TotpSecret::mint(&SeededRandom::new(41))
    }
}

/// Who works for a practice, and has a telephone and nothing else.
#[derive(Debug)]
pub struct Quinn;

impl Quinn {
    pub const USERNAME: &str = "quinn.adler";
    pub const PASSWORD: &str = "Amber-Orchard-63!";
    pub const EMAIL: &str = "quinn@oak-street.example";
    pub const PHONE: &str = "202 456 1244";
}

/// A program with what belongs to it. Its resident holds the role marked so, at the first organization.
struct Plot {
    slug: &'static str,
    name: &'static str,
    orgs: &'static [&'static str],
    roles: &'static [Planned],
    held: &'static str,
    resident: Resident,
}

struct Planned {
    key: &'static str,
    name: &'static str,
    kind: RoleKind,
    permissions: &'static [&'static str],
}

const MFT: Plot = Plot {
    slug: PROGRAM,
    name: "Managed File Transfer",
    orgs: &[ORGANIZATION, "Lakeside Community Hospital", "Springfield General Hospital"],
    roles: &[
        Planned {
            key: WEB_USER,
            name: "Managed File Transfer (MFT) Web User",
            kind: RoleKind::Ordinary,
            permissions: &["files:upload", "files:download"],
        },
        Planned {
            key: OFFICIAL,
            name: "Security Official",
            kind: RoleKind::SecurityOfficial,
            permissions: &[],
        },
    ],
    held: OFFICIAL,
    resident: Resident {
        username: Sol::USERNAME,
        password: Sol::PASSWORD,
        name: ("Sol", "Vega"),
        email: Sol::EMAIL,
        phone: "+12034324771",
        devices: &[Device::App(Sol::totp)],
    },
};

const HQR: Plot = Plot {
    slug: hqr::PROGRAM,
    name: "Hospital Quality Reporting",
    orgs: &[FIRST_HOSPITAL, "Second Hospital"],
    roles: &[Planned {
        key: hqr::ROLE,
        name: "Hospital Reporting User",
        kind: RoleKind::Ordinary,
        permissions: &["inpatient:report", "outpatient:report"],
    }],
    held: hqr::ROLE,
    resident: Resident {
        username: Jon::USERNAME,
        password: Jon::PASSWORD,
        name: ("Jon", "Snow"),
        email: Jon::EMAIL,
        phone: Jon::PHONE,
        devices: &[Device::Text, Device::App(Jon::totp)],
    },
};

const QPP: Plot = Plot {
    slug: qpp::PROGRAM,
    name: "Quality Payment Program",
    orgs: &[PRACTICE],
    roles: &[Planned {
        key: qpp::ROLE,
        name: "Practice Staff User",
        kind: RoleKind::Ordinary,
        permissions: &[],
    }],
    held: qpp::ROLE,
    resident: Resident {
        username: Quinn::USERNAME,
        password: Quinn::PASSWORD,
        name: ("Quinn", "Adler"),
        email: Quinn::EMAIL,
        phone: Quinn::PHONE,
        devices: &[Device::Text],
    },
};

/// Sows what is not there yet: a demo of an earlier version goes on with the programs that came since.
pub async fn sow(harp: &Harp, now: Timestamp) -> anyhow::Result<()> {
    for plot in [MFT, HQR, QPP] {
        let settled = plot.resident.settle(harp, now).await?;
        harp.store.write(&Sow { harp, now, plot, settled }).await?;
    }
    Ok(())
}

struct Sow<'a> {
    harp: &'a Harp,
    now: Timestamp,
    plot: Plot,
    settled: Settled,
}

#[async_trait::async_trait]
impl Work for Sow<'_> {
    type Out = ();

    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let Sow { now, plot, settled, .. } = self;
        if tx.program_by_slug(plot.slug).await?.is_some() {
            return Ok(());
        }
        let (now, random) = (*now, &*self.harp.random);
        let program = ProgramId::mint(now, random);
        let named = Program { id: program, slug: plot.slug.to_owned(), name: plot.name.to_owned() };
        tx.put_program(&named).await?;
        let mut home = None;
        for name in plot.orgs {
            let org = Organization { id: OrgId::mint(now, random), name: (*name).to_owned() };
            tx.put_org(&org).await?;
            tx.join_program(org.id, program).await?;
            home.get_or_insert(org.id);
        }
        let mut held = None;
        for planned in plot.roles {
            let role = planned.role(program, RoleId::mint(now, random));
            tx.put_role(&role).await?;
            if role.key == plot.held {
                held = Some(role.id);
            }
        }
        let account = &settled.account;
        tx.add_account(account).await?;
        tx.verify_email(account.id, &account.email.address, now).await?;
        for factor in &settled.factors {
            tx.add_factor(factor).await?;
        }
        if let (Some(org), Some(role)) = (home, held) {
            let id = AssignmentId::mint(now, random);
            let held =
                Assignment { id, account: account.id, role, org, start: now, end: None, request: None };
            tx.add_assignment(&held).await?;
        }
        Ok(())
    }
}

impl Planned {
    fn role(&self, program: ProgramId, id: RoleId) -> Role {
        Role {
            id,
            program,
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            kind: self.kind,
            permissions: self.permissions.iter().map(|permission| (*permission).into()).collect(),
        }
    }
}
