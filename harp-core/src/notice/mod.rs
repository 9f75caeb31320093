//! Every message HARP sends, as data: to whom, about what. Words are made at delivery, by a Composer.
//! No code and no secret is in a notice; a code is computed from its challenge when the message is sent.

use serde::{Deserialize, Serialize};

use crate::factor::CodeRef;
use crate::factor::budget::Off;
use crate::factor::reset::By;
use crate::kernel::id::{AccountId, MessageId, RepudiationId, RequestId};
use crate::kernel::text::{EmailAddress, Phone};
use crate::kernel::time::Timestamp;

pub mod delivery;
pub(crate) mod former;
pub mod letter;
pub mod repudiation;
pub mod whence;

use whence::Whence;

/// A message in the outbox, written in the transaction that caused it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub account: Option<AccountId>,
    pub to: Recipient,
    pub notice: Notice,
    pub created_at: Timestamp,
    /// Not before this is it (again) tried.
    pub due_at: Timestamp,
    pub attempts: u32,
}

/// By which way, and to where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "to", rename_all = "snake_case")]
pub enum Recipient {
    Email(EmailAddress),
    Sms(Phone),
    Voice(Phone),
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// B09: the account is completed; the code confirms the address. It greets nobody by name: the address is
    /// whatever somebody typed, and so is the name.
    AccountCompleted { code: CodeRef },
    /// A new code for confirming an address.
    ConfirmEmail { code: CodeRef },
    /// B02: the code confirms a second address.
    ConfirmSecond { code: CodeRef },
    /// Somebody registered with an address that already has an account (X-7: told here, not on the page).
    AlreadyRegistered,
    /// A proofing vendor that was waited for has verified the person (D07).
    IdentityProved,
    /// It has not, or never answered. Why is not told (MFT-6).
    IdentityNotProved,
    /// A sign-in code.
    SecurityCode { code: CodeRef },
    /// F06: the first of two proofs of who forgot their password.
    RecoveryCode { code: CodeRef },
    /// P4: to whoever knows the password and has none of their devices.
    LostDeviceCode { code: CodeRef },
    /// P18: its reader reads it out to the help desk.
    CallbackCode { code: CodeRef },
    /// Something about how the account is protected: told on every confirmed address of its owner.
    Alert(Alert),
    /// H06: the request has arrived.
    RoleRequested { request: RequestId, program: String, org: String, roles: Vec<String> },
    /// For each Security Official of the organization.
    RoleRequestWaiting {
        request: RequestId,
        program: String,
        org: String,
        roles: Vec<String>,
        requester: String,
    },
    /// H07
    RoleApproved { request: RequestId, program: String, org: String, roles: Vec<String> },
    /// H07
    RoleDenied { request: RequestId, program: String, org: String, roles: Vec<String>, reason: String },
}

impl Notice {
    /// The code that the message carries: computed when it is sent, and only while it still is the current one.
    pub fn code(&self) -> Option<CodeRef> {
        match self {
            Notice::AccountCompleted { code }
            | Notice::ConfirmEmail { code }
            | Notice::ConfirmSecond { code }
            | Notice::SecurityCode { code }
            | Notice::RecoveryCode { code }
            | Notice::CallbackCode { code }
            | Notice::LostDeviceCode { code } => Some(*code),
            _ => None,
        }
    }

    /// The link *This was not me* that the message carries: what it bears is computed when it is sent.
    pub fn repudiation(&self) -> Option<RepudiationId> {
        match self {
            Notice::Alert(alert) => alert.repudiation,
            _ => None,
        }
    }
}

/// What happened, when, from where (SP 800-63B-4 §4.6), and the way to say that it was somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub what: Happened,
    pub at: Timestamp,
    /// `None`: an operator or HARP itself did it.
    pub whence: Option<Whence>,
    /// `None`: there is nothing left to lock.
    pub repudiation: Option<RepudiationId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    FactorAdded {
        method: String,
    },
    FactorRemoved {
        method: String,
    },
    /// P4
    FactorSuspended {
        method: String,
    },
    FactorResumed {
        method: String,
    },
    /// P4: no device works any more, and from then on a new one can be set up.
    ResetBegun {
        by: By,
        ready_at: Timestamp,
    },
    /// Somebody is about to set a new device up.
    ResetUsed,
    /// P18: the help desk did something to the account.
    HelpDesk {
        did: HelpDid,
    },
    PasswordChanged,
    /// F06: set anew by who had forgotten it, after two proofs.
    PasswordRecovered,
    /// A04
    QuestionChanged,
    /// The letter goes to the address that is confirmed from now on.
    EmailConfirmed,
    /// B02: told at the second address, too, from now on; and at the one that it replaces.
    SecondAddressConfirmed,
    /// Told at the address that was removed, too.
    SecondAddressRemoved,
    /// AC-7: too many wrong passwords or codes with the owner's user ID.
    SignInLocked {
        until: Timestamp,
    },
    /// Wrong so often in a row that it works in known browsers alone, or nowhere (SP 800-63B-4 §3.2.2).
    PasswordSwitchedOff {
        off: Off,
    },
    /// P4: a set of recovery codes; the one before is worthless.
    RecoveryCodesMade,
    RecoveryCodeUsed {
        left: u32,
    },
    FactorSwitchedOff {
        method: String,
        off: Off,
    },
    AccountLocked,
    AccountUnlocked,
    /// F06: somebody asked which user ID goes with the address of the letter.
    UserIdAsked {
        username: String,
    },
}

/// What an agent did. The others of their deeds have letters of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HelpDid {
    SessionsEnded,
    /// Another agent decides.
    ResetAsked,
    ResetRefused,
}

impl Happened {
    /// Whether the help desk did it: from where an agent works is nothing to its reader.
    pub fn by_the_help_desk(&self) -> bool {
        matches!(
            self,
            Happened::HelpDesk { .. }
                | Happened::AccountUnlocked
                | Happened::ResetBegun { by: By::HelpDesk, .. }
        )
    }
}
