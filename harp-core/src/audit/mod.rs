//! What happened, by whom, when, from where: written in the same transaction as the deed.
//! No secret, SSN, answer or code is in any event; the types here have no room for one.

use serde::{Deserialize, Serialize};

use crate::account::help_case::Answer;
use crate::account::lock::LockReason;
use crate::factor::budget::Off;
use crate::factor::reset::By;
use crate::kernel::act::{Act, Actor, Origin};
use crate::kernel::assurance::Method;
use crate::kernel::id::{
    AccountId, AssignmentId, CaseId, EventId, FactorId, HelpCaseId, MessageId, OrgId, ProgramId, RequestId,
    RoleId, SessionId, TraceId,
};
use crate::kernel::random::Random;
use crate::kernel::time::Timestamp;
use crate::policy::Profile;

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub actor: Actor,
    pub origin: Origin,
    pub trace: TraceId,
    /// The account it is about, if any.
    pub subject: Option<AccountId>,
    /// Name and version of the policy profile in force: `harp/1`.
    pub policy: String,
    pub deed: Deed,
}

impl Event {
    pub fn new(
        act: &Act,
        profile: &Profile,
        random: &dyn Random,
        subject: Option<AccountId>,
        deed: Deed,
    ) -> Event {
        Event {
            id: EventId::mint(act.now, random),
            at: act.now,
            actor: act.actor.clone(),
            origin: act.origin.clone(),
            trace: act.trace.clone(),
            subject,
            policy: format!("{}/{}", profile.name, profile.version),
            deed,
        }
    }
}

/// What was done. A new event is a variant here, recorded in its flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    RegistrationStarted,
    /// B13: the person has looked at their details and says that they are theirs.
    DetailsConfirmed,
    /// B13, F12: which terms, which version.
    TermsAccepted {
        terms: String,
    },
    ProofingStarted {
        case: CaseId,
    },
    /// No attempt is left, for the account, the person or the source.
    ProofingLimited,
    ProofingAnswered {
        case: CaseId,
    },
    ProofingPassed {
        case: CaseId,
    },
    ProofingFailed {
        case: CaseId,
    },
    ProofingExpired {
        case: CaseId,
    },
    /// A vendor's answer to a case that had already ended.
    ProofingAnswerIgnored {
        case: CaseId,
    },
    AccountCreated,
    /// A07: the person who registers already has an account.
    DuplicatePersonRefused,
    EmailCodeSent,
    EmailCodeRefused,
    /// Another account verified the address first.
    EmailTaken,
    EmailConfirmed,
    EmailChanged,
    /// B02
    SecondAddressAsked,
    SecondAddressConfirmed,
    SecondAddressRemoved,
    PasswordAccepted,
    PasswordRefused,
    PasswordChanged,
    PasswordHashUpgraded,
    ChallengeQuestionChanged,
    /// F06: an address was entered on the page for a forgotten user ID. About whoever has confirmed it.
    UserIdAsked,
    /// A code went to the confirmed address of the account with this user ID; to nobody if there is none.
    RecoveryBegun,
    RecoveryCodeAccepted,
    RecoveryCodeRefused,
    RecoveryDeviceAccepted {
        factor: FactorId,
        method: Method,
    },
    /// Set anew without the old one, after two proofs. Every session has ended with it.
    PasswordRecovered,
    /// Too often lately, for one user ID, one address or from one network.
    RecoveryLimited,
    SignInLocked {
        until: Timestamp,
    },
    /// Too many wrong attempts in a row at the password, or at one device.
    SwitchedOff {
        factor: Option<FactorId>,
        method: Method,
        off: Off,
    },
    CodeSent {
        factor: FactorId,
        method: Method,
    },
    CodeSendRefused {
        method: Method,
    },
    CodeRefused {
        factor: FactorId,
        method: Method,
    },
    FactorAdded {
        factor: FactorId,
        method: Method,
    },
    FactorActivated {
        factor: FactorId,
        method: Method,
    },
    FactorRemoved {
        factor: FactorId,
        method: Method,
    },
    /// Without a password: nobody's, wrong, or of an account that may not sign in.
    PasskeyRefused,
    /// Its counter did not rise: somebody may have a copy of its key. It proved nothing.
    PasskeyCounterWentBack {
        factor: FactorId,
    },
    FactorSuspended {
        factor: FactorId,
        method: Method,
    },
    FactorResumed {
        factor: FactorId,
        method: Method,
    },
    /// P4: letters went to both addresses of somebody who knows the password.
    DevicesSaidLost,
    ResetBegun {
        by: By,
        ready_at: Timestamp,
    },
    /// By a lock, or by another reset.
    ResetStopped,
    /// A session for set-up was given. Every other has ended with it.
    ResetUsed,
    /// P18: an operator gave the right of an agent, or took it away.
    AgentAdded,
    AgentRemoved,
    /// An agent looked somebody up, and why.
    HelpCaseOpened {
        case: HelpCaseId,
        reason: String,
    },
    HelpSearchMissed {
        reason: String,
    },
    HelpSearchLimited,
    HelpOwnAccountRefused,
    CallbackSent {
        case: HelpCaseId,
    },
    CallbackRefused {
        case: HelpCaseId,
    },
    CallbackProved {
        case: HelpCaseId,
    },
    HelpSessionsEnded {
        case: HelpCaseId,
        count: u32,
        reason: String,
    },
    HelpLetterSent {
        case: HelpCaseId,
        reason: String,
    },
    HelpResetAsked {
        case: HelpCaseId,
        reason: String,
    },
    HelpResetDecided {
        case: HelpCaseId,
        answer: Answer,
        reason: String,
    },
    SetUpCompleted,
    /// Every session has ended with it.
    AccountLocked {
        why: LockReason,
    },
    /// A right password at a locked account: its owner's, or a thief's who knows it.
    LockedAccountRefused,
    /// The account was unlocked, or its user ID's sign-in before the time was up (AC-7).
    AccountUnlocked {
        reason: String,
    },
    /// A message that could not be delivered, and is not tried again.
    MessageGivenUp {
        message: MessageId,
    },
    /// The telephone service took a message and says that it did not reach the phone.
    MessageNotArrived {
        message: MessageId,
    },
    /// A whole sign-in, in a new session or in the one that the browser had.
    SignedIn {
        session: SessionId,
        methods: Vec<Method>,
    },
    /// A proof was added to a session: `methods` are all that it rests on now.
    SteppedUp {
        session: SessionId,
        methods: Vec<Method>,
    },
    SignedOut {
        session: SessionId,
    },
    SessionsEnded {
        count: u32,
    },
    RoleRequested {
        request: RequestId,
        org: OrgId,
        roles: Vec<RoleId>,
    },
    RoleRequestApproved {
        request: RequestId,
    },
    RoleRequestDenied {
        request: RequestId,
    },
    RoleRequestWithdrawn {
        request: RequestId,
    },
    RoleRequestRefused {
        request: RequestId,
        why: String,
    },
    RoleAssigned {
        assignment: AssignmentId,
        org: OrgId,
        role: RoleId,
    },
    RoleEnded {
        assignment: AssignmentId,
    },
    /// What a relying application was told: its client id, never the token.
    ApplicationSignIn {
        client: String,
        session: SessionId,
    },
    CodeReplayed {
        client: String,
    },
    KeyRotated {
        kid: String,
    },
    ClientAdded {
        client: String,
    },
    /// Which members of its registration, never their values.
    ClientChanged {
        client: String,
        members: Vec<String>,
    },
    /// Whatever it held is revoked with it.
    ClientDisabled {
        client: String,
    },
    ClientEnabled {
        client: String,
    },
    ClientSecretRotated {
        client: String,
    },
    ProgramAdded {
        program: ProgramId,
    },
    OrganizationAdded {
        org: OrgId,
    },
    ProgramJoined {
        org: OrgId,
        program: ProgramId,
    },
    RoleAdded {
        role: RoleId,
    },
}
