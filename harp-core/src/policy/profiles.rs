//! The two profiles that ship. Change a number here and nowhere else.

use super::{
    Argon2Rules, AttemptRules, Blocklist, CallRules, CodeRules, Composition, DraftRules, FactorRules,
    HelpDeskRules, InARowRules, KnownBrowserRules, Length, OutboxRules, PasskeyRules, PasswordRules,
    Passwordless, PersonRules, PersonalWords, PhoneRules, Profile, ProofingRules, QuestionsCount,
    RecoveryRules, RepudiationRules, SendRules, SessionRules, SourceRules, days, hours, minutes, seconds,
};
use crate::kernel::assurance::{Ial, Method};

/// The founding documents, rule by rule; where they are silent, CMS ARS 5.0 moderate and NIST (mission 3).
pub static HARP: Profile = BASE;

/// SP 800-63-4 without a conflict (mission 3.6): what is not said here is as in [`HARP`].
pub static NIST_63_4: Profile = Profile {
    name: "nist-63-4",
    password: PasswordRules {
        length: Length { min: 15, max: 128 },
        composition: None,
        personal: PersonalWords::NotTheWhole,
        blocklist: Blocklist::Whole,
    },
    challenge: None,
    // SP 800-63B-4 §2.2: a phishing-resistant option, and first (P14).
    methods: &[Method::Passkey, Method::Totp, Method::Sms, Method::Voice, Method::RecoveryCode],
    passkeys: PasskeyRules { passwordless: Passwordless::On, ..BASE.passkeys },
    proofing: ProofingRules { questions_count: QuestionsCount::AsSignalOnly, ..BASE.proofing },
    // Two codes by e-mail are one method there (SP 800-63B-4 §4.2.2.2): the longer wait stands in for the second.
    recovery: RecoveryRules { lost_wait: hours(24), ..BASE.recovery },
    ..BASE
};

const BASE: Profile = Profile {
    name: "harp",
    version: 1,
    username: Length { min: 5, max: 100 },
    password: PasswordRules {
        length: Length { min: 12, max: 128 },
        composition: Some(Composition { symbols: "!@#$%^&*", banned: "+()><" }),
        personal: PersonalWords::NowhereInside,
        blocklist: Blocklist::Off,
    },
    challenge: Some(Length { min: 4, max: 100 }),
    // E03–E06, and before them what cannot be phished (P14).
    methods: &[
        Method::Passkey,
        Method::Sms,
        Method::Voice,
        Method::Totp,
        Method::Email,
        Method::RecoveryCode,
    ],
    proofing: ProofingRules {
        questions: 5,
        pass_mark: 5,
        states: Ial::None,
        questions_count: QuestionsCount::AsProofing,
        attempts: 3,
        window: hours(24),
        answer_within: minutes(15),
        vendor_within: hours(72),
        calls: CallRules { within: seconds(20), most: 3, rest: minutes(15) },
        per_person: PersonRules { per_source: 3, strangers: 9, confirmed: 9 },
    },
    attempts: AttemptRules { limit: 5, window: minutes(120), lock: minutes(60) },
    addresses: AttemptRules { limit: 20, window: minutes(120), lock: minutes(60) },
    sources: AttemptRules { limit: 200, window: minutes(60), lock: minutes(10) },
    in_a_row: InARowRules { most: 100, strangers: 80, kept: days(3650) },
    known: KnownBrowserRules { most: 10, life: days(90) },
    factors: FactorRules { most: 10, most_unverified: 3 },
    passkeys: PasskeyRules { life: minutes(5), passwordless: Passwordless::Off },
    // The United States and their territories, as the states of an address (B04).
    phones: PhoneRules { countries: &["US", "PR", "VI", "GU", "AS", "MP"] },
    code: CodeRules { digits: 6, life: minutes(10), email_life: hours(24), resends: 5 },
    sends: SendRules { window: hours(1), per_contact: 10, per_address: 30, per_account: 15 },
    per_source: SourceRules {
        window: hours(1),
        sign_in_codes: 1000,
        enrolment_codes: 120,
        letters: 60,
        user_ids_found: 60,
        registrations: 60,
        proofings: 60,
        recoveries: 120,
        passkeys: 2000,
        waiting: 2000,
    },
    session: SessionRules {
        idle: minutes(15),
        absolute: hours(12),
        warn: minutes(2),
        sign_in: minutes(30),
        fresh: minutes(30),
    },
    draft: DraftRules { life: hours(24) },
    outbox: OutboxRules {
        first_retry: seconds(5),
        longest_retry: minutes(5),
        give_up: hours(24),
        deliver_within: seconds(20),
    },
    // Somebody who reads their letters once a week still finds it working. Longer would serve thieves of old mailboxes, who
    // could lock their owner out with it; whoever finds it dead is told whom to call.
    repudiation: RepudiationRules { life: days(7) },
    recovery: RecoveryRules {
        life: minutes(30),
        from_one_source: 5,
        from_all: 20,
        lost_wait: hours(1),
        help_desk_wait: hours(24),
        ready_for: days(3),
    },
    help_desk: HelpDeskRules {
        searches: 60,
        searches_within: hours(1),
        case_life: hours(24),
        attempts: 5,
        proved_for: minutes(30),
    },
    argon2: Argon2Rules { memory_kib: 19 * 1024, passes: 2, lanes: 1 },
};
