//! Every number and rule of the mission's sections 1 and 3, as data with a version.
//!
//! Two profiles ship: [`HARP`] reproduces the founding documents exactly, [`NIST_63_4`] is clean of every
//! conflict with SP 800-63-4 that mission 3.6 lists. One setting picks one; its name and version go into each audit event.

use std::time::Duration;

use crate::kernel::assurance::{Ial, Method};

pub mod guesses;
mod profiles;

pub use profiles::{HARP, NIST_63_4};

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

const fn hours(n: u64) -> Duration {
    minutes(n * 60)
}

const fn days(n: u64) -> Duration {
    hours(n * 24)
}

/// A named set of rules. Read-only data: a deployment picks one, nothing edits one at run time.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: &'static str,
    pub version: u32,
    pub username: Length,
    pub password: PasswordRules,
    /// `None`: the profile knows no challenge question.
    pub challenge: Option<Length>,
    /// What a person may enrol, in the order in which it is offered. E-mail is off in `nist-63-4` (E06, 3.6).
    pub methods: &'static [Method],
    pub proofing: ProofingRules,
    /// Per user ID as typed, known or not.
    pub attempts: AttemptRules,
    /// Per source, so that one that sprays many user IDs is slowed. Generous: a hospital shares one address.
    pub sources: AttemptRules,
    /// Per e-mail address that waits for a code, over all accounts that typed it: many accounts with one address buy no
    /// more guesses. Above `attempts`, so that one stranger's wrong codes do not lock its owner out.
    pub addresses: AttemptRules,
    /// Per password or device, over all budgets.
    pub in_a_row: InARowRules,
    pub known: KnownBrowserRules,
    pub factors: FactorRules,
    pub passkeys: PasskeyRules,
    pub phones: PhoneRules,
    pub code: CodeRules,
    pub sends: SendRules,
    pub per_source: SourceRules,
    pub session: SessionRules,
    pub draft: DraftRules,
    pub outbox: OutboxRules,
    pub repudiation: RepudiationRules,
    pub recovery: RecoveryRules,
    pub help_desk: HelpDeskRules,
    pub argon2: Argon2Rules,
}

impl Profile {
    /// The profile that a setting names.
    pub fn named(name: &str) -> Option<&'static Profile> {
        [&HARP, &NIST_63_4].into_iter().find(|p| p.name == name)
    }

    /// Names that [`Profile::named`] knows.
    pub const NAMES: [&'static str; 2] = ["harp", "nist-63-4"];
}

/// Inclusive bounds in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub min: usize,
    pub max: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRules {
    pub length: Length,
    /// C04–C07, C10. `None` in `nist-63-4`: SP 800-63B-4 §3.1.1.2 SHALL NOT impose composition rules.
    pub composition: Option<Composition>,
    pub personal: PersonalWords,
    /// Whether the whole password is looked up in the blocklist (SP 800-63B-4 §3.1.1.2).
    pub blocklist: Blocklist,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Composition {
    /// C07: one of these at least.
    pub symbols: &'static str,
    /// C10: none of these.
    pub banned: &'static str,
}

/// How the person's own words (user ID, first and last name) are kept out of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalWords {
    /// C08, C09: may not stand anywhere in it, in any case.
    NowhereInside,
    /// The password may not be one of them: `nist-63-4` treats them as words of the blocklist.
    NotTheWhole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocklist {
    Off,
    Whole,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ProofingRules {
    /// D05: how many knowledge questions are asked.
    pub questions: usize,
    /// D07: how many must be right.
    pub pass_mark: usize,
    /// What passing states. Knowledge-based verification SHALL NOT verify identity
    /// (SP 800-63A-4 §3.1.2.1), so five right answers state no NIST level in either profile.
    pub states: Ial,
    /// Whether passing the questions makes a person *proofed* (D01), which role requests ask for.
    pub questions_count: QuestionsCount,
    /// Question sessions a person may start within `window`.
    pub attempts: u32,
    pub window: Duration,
    /// How long the answers may take.
    pub answer_within: Duration,
    /// How long a vendor that answers later may take.
    pub vendor_within: Duration,
    pub calls: CallRules,
    pub per_person: PersonRules,
}

/// Calls to the vendor: each costs money, and one that does not answer holds a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRules {
    /// How long one may take, and nobody else calls for the same case. Below what a request may take, so that a page comes.
    pub within: Duration,
    /// How often one case's questions are asked for in a row.
    pub most: u32,
    /// How long nobody calls after that.
    pub rest: Duration,
}

/// How often anybody may try to be one person (by SSN and date of birth) within the window of [`ProofingRules`].
/// Whoever knows both must not keep their owner from proving who they are, and must not guess for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonRules {
    /// From one network: so that it uses up no more than this of what the others have.
    pub per_source: u32,
    /// From all who have not confirmed an e-mail address: registrations, and accounts that did not.
    pub strangers: u32,
    /// From all signed-in accounts with a confirmed address. Counted apart: strangers cannot use it up.
    pub confirmed: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionsCount {
    /// `harp`: D07.
    AsProofing,
    /// `nist-63-4`: a fraud signal only (3.6).
    AsSignalOnly,
}

/// AC-7: so many failures within the window lock for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptRules {
    pub limit: u32,
    pub window: Duration,
    pub lock: Duration,
}

/// SP 800-63B-4 §3.2.2: an authenticator that failed so often in a row is switched off until it is bound anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InARowRules {
    /// At most 100. From here on it works nowhere.
    pub most: u32,
    /// From here on it works in known browsers alone: what is left up to `most` is theirs, so that strangers cannot switch
    /// off what the owner signs in with there.
    pub strangers: u32,
    /// How long a count is kept that nothing was added to. It never runs out while anybody counts on it.
    pub kept: Duration,
}

/// Browsers in which somebody has signed in completely (P15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBrowserRules {
    /// Per account; the last used ones stay.
    pub most: u32,
    /// Since the last complete sign-in there.
    pub life: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRules {
    /// SP 800-63B-4 §3.1.3.2: at least six.
    pub digits: u32,
    /// At most ten minutes by text or voice.
    pub life: Duration,
    /// By e-mail, for confirming an address: at most 24 hours.
    pub email_life: Duration,
    /// How often one code may be sent anew.
    pub resends: u32,
}

/// Which telephone numbers codes are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneRules {
    /// ISO 3166-1 alpha-2.
    pub countries: &'static [&'static str],
}

/// How many sign-in codes and devices an account may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorRules {
    pub most: usize,
    /// Begun and not confirmed; the oldest make room.
    pub most_unverified: usize,
}

/// Passkeys (WebAuthn).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasskeyRules {
    /// How long a challenge can be answered (WebAuthn Level 3 §15.1: 5 to 10 minutes).
    pub life: Duration,
    pub passwordless: Passwordless,
}

/// Whether a passkey that verifies its owner signs in without user ID and password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passwordless {
    /// `harp`: F01, F02 and F05 want user ID and password first.
    Off,
    /// `nist-63-4`: such a passkey is two factors by itself (SP 800-63B-4 §3.1.7).
    On,
}

/// How long, and how often, a message is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxRules {
    /// After the first failure; it doubles with each.
    pub first_retry: Duration,
    pub longest_retry: Duration,
    /// Since it was written. A code is given up earlier: when it stops working.
    pub give_up: Duration,
    /// How long a courier may take for one message.
    pub deliver_within: Duration,
}

/// The link *This was not me* of a security letter (SP 800-63B-4 §4.6: a notice says how to repudiate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepudiationRules {
    /// How long it works.
    pub life: Duration,
}

/// Getting back in. Each is counted for what was typed, known or not, within the window of [`SourceRules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryRules {
    /// How long one may take, and its code by e-mail works: below the 24 hours of SP 800-63B-4 §4.2.1.2.
    pub life: Duration,
    /// For one user ID or address from one network: so that one neighbour alone cannot use up what its owner needs.
    pub from_one_source: u32,
    /// For one user ID or address, whoever asks: against flooding a mailbox.
    pub from_all: u32,
    /// From two codes by letter until a new device can be set up: time in which the owner reads their mail, and stops it.
    pub lost_wait: Duration,
    /// The same for a reset by the help desk, whom a liar may have talked round (P18).
    pub help_desk_wait: Duration,
    /// How long a new device can be set up from then on.
    pub ready_for: Duration,
}

/// The help desk (P18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpDeskRules {
    /// How many accounts one agent may look up.
    pub searches: u32,
    pub searches_within: Duration,
    /// How long a case stays open: a second agent may be of the next shift.
    pub case_life: Duration,
    /// At the callback code of one case.
    pub attempts: u32,
    /// How long a caller is made sure of, by their code.
    pub proved_for: Duration,
}

/// Codes sent within `window`, whoever asks: against toll fraud and flooding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendRules {
    pub window: Duration,
    /// For letters that confirm an address: per account and address.
    pub per_contact: u32,
    /// Letters to one address for whatever account, each account's first not counted.
    pub per_address: u32,
    pub per_account: u32,
}

/// What one network may do within `window`, each counted by itself. A whole hospital shares an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceRules {
    pub window: Duration,
    /// Generous: who asks for one has entered a right password, and account and contact have limits of their own.
    pub sign_in_codes: u32,
    /// To new devices, any number that is typed.
    pub enrolment_codes: u32,
    /// To e-mail addresses that nobody has confirmed.
    pub letters: u32,
    /// Answers that somebody already has this user ID.
    pub user_ids_found: u32,
    pub registrations: u32,
    pub proofings: u32,
    /// User IDs and passwords that somebody says they forgot.
    pub recoveries: u32,
    /// Challenges for signing in without a password: one for each time that the page is opened.
    pub passkeys: u32,
    /// Requests of applications that wait for a sign-in at one time, from people whom nobody knows yet. Generous: a hospital
    /// shares one address, and one for each page that was opened and left waits for an hour.
    pub waiting: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    pub idle: Duration,
    pub absolute: Duration,
    /// How long before its end a page says so.
    pub warn: Duration,
    /// How long a sign-in may take from the password to the code.
    pub sign_in: Duration,
    /// How recent a sign-in must be for changing how one signs in.
    pub fresh: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftRules {
    /// How long an unfinished registration is kept.
    pub life: Duration,
}

/// Argon2id, OWASP: 19 MiB, two passes, one lane. Stored with each hash, upgraded at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Rules {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mission 3.6, line by line.
    #[test]
    fn nist_63_4_has_none_of_the_conflicts() {
        let p = Profile::named("nist-63-4").unwrap();
        assert!(p.password.composition.is_none() && p.challenge.is_none());
        assert!(p.password.length.min >= 15 && p.password.length.max >= 64);
        assert_eq!(p.password.blocklist, Blocklist::Whole);
        // E-mail is no out-of-band authenticator; texts and calls are restricted, and what is not comes first.
        assert_eq!(
            p.methods,
            [Method::Passkey, Method::Totp, Method::Sms, Method::Voice, Method::RecoveryCode]
        );
        assert_eq!(p.proofing.questions_count, QuestionsCount::AsSignalOnly);
    }

    /// C01, C03, C07, C10, C13, D05, D07, E03, E05, E06; ARS AC-7; five questions never state IAL2.
    #[test]
    fn harp_has_the_numbers_of_the_founding_documents() {
        let p = Profile::named("harp").unwrap();
        assert_eq!((p.username.min, p.username.max), (5, 100));
        assert_eq!(p.password.length.min, 12);
        assert_eq!(p.password.composition.map(|c| (c.symbols, c.banned)), Some(("!@#$%^&*", "+()><")));
        assert_eq!(p.challenge, Some(Length { min: 4, max: 100 }));
        assert_eq!((p.proofing.questions, p.proofing.pass_mark), (5, 5));
        assert_eq!(
            p.methods,
            [Method::Passkey, Method::Sms, Method::Voice, Method::Totp, Method::Email, Method::RecoveryCode]
        );
        assert_eq!((p.attempts.limit, p.attempts.window, p.attempts.lock), (5, minutes(120), minutes(60)));
        for name in Profile::NAMES {
            assert!(Profile::named(name).unwrap().proofing.states < Ial::Two);
        }
    }
}
