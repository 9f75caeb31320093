//! Samples: every letter by every way that it takes.

use harp_core::factor::CodeRef;
use harp_core::factor::budget::Off;
use harp_core::factor::reset::By;
use harp_core::kernel::act::Origin;
use harp_core::kernel::id::{ChallengeId, RepudiationId, RequestId};
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::notice::whence::Whence;
use harp_core::notice::{Alert, Happened, HelpDid, Notice, Recipient};
use harp_core::policy::HARP;
use harp_core::port::Enclosed;

use super::{NOON, ORGANIZATION, PROGRAM, ROLE, site};
use crate::view::letter::Letters;
use crate::view::words::Words;

/// A letter as its reader gets it.
#[derive(Debug, Clone)]
pub struct SampleLetter {
    /// Its address in the catalogue: `letter.approved`.
    pub slug: &'static str,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

/// Ids of samples are all alike.
#[derive(Debug)]
struct NoRandom;

impl Random for NoRandom {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0b0101_1010);
    }
}

/// All letters, in these words.
pub fn letters(words: &Words) -> Vec<SampleLetter> {
    let (Ok(issuer), Ok(address), Ok(phone)) = (
        url::Url::parse("https://harp.example.org"),
        EmailAddress::parse("ana.reyes@hospital.example"),
        Phone::parse("+12025550143"),
    ) else {
        return Vec::new();
    };
    let letters = Letters::new(site(), &issuer, &HARP);
    let write = |slug, to: &Recipient, notice: &Notice| {
        let enclosed = Enclosed {
            code: notice.code().map(|_| Secret::new("482913".to_owned())),
            not_me: notice.repudiation().map(|_| Plain::presented(SAMPLE_TOKEN)),
        };
        let letter = letters.write(words, to, notice, &enclosed);
        let html = letter.html.map(|html| html.expose().clone());
        SampleLetter { slug, subject: letter.subject, text: letter.text.expose().clone(), html }
    };
    let email = Recipient::Email(address);
    let recovery = ("letter.recovery-code", Notice::RecoveryCode { code: code_ref() });
    let mut all: Vec<SampleLetter> = alerts()
        .iter()
        .chain(&notices())
        .chain([&recovery])
        .map(|(slug, notice)| write(slug, &email, notice))
        .collect();
    let code_notice = Notice::SecurityCode { code: code_ref() };
    all.push(write("letter.code-text", &Recipient::Sms(phone.clone()), &code_notice));
    all.push(write("letter.code-voice", &Recipient::Voice(phone.clone()), &code_notice));
    let changed = alert(Happened::PasswordChanged);
    all.push(write("letter.alert-text", &Recipient::Sms(phone.clone()), &changed));
    all.push(write("letter.other-text", &Recipient::Sms(phone.clone()), &Notice::IdentityProved));
    all.push(write("letter.other-voice", &Recipient::Voice(phone), &changed));
    all
}

/// As long as a real one.
const SAMPLE_TOKEN: &str = "sample-of-what-a-link-in-a-letter-bears-abc";

fn alerts() -> Vec<(&'static str, Notice)> {
    let method = || "totp".to_owned();
    let until = NOON + HARP.attempts.lock;
    vec![
        ("letter.factor-added", alert(Happened::FactorAdded { method: method() })),
        ("letter.factor-removed", alert(Happened::FactorRemoved { method: method() })),
        ("letter.factor-suspended", alert(Happened::FactorSuspended { method: method() })),
        ("letter.factor-resumed", alert(Happened::FactorResumed { method: method() })),
        ("letter.reset-by-letters", alert(Happened::ResetBegun { by: By::Letters, ready_at: until })),
        ("letter.reset-by-help-desk", alert(Happened::ResetBegun { by: By::HelpDesk, ready_at: until })),
        ("letter.reset-used", alert(Happened::ResetUsed)),
        ("letter.help-desk-ended", alert(Happened::HelpDesk { did: HelpDid::SessionsEnded })),
        ("letter.help-desk-asked", alert(Happened::HelpDesk { did: HelpDid::ResetAsked })),
        ("letter.help-desk-refused", alert(Happened::HelpDesk { did: HelpDid::ResetRefused })),
        ("letter.password-changed", alert(Happened::PasswordChanged)),
        ("letter.password-recovered", alert(Happened::PasswordRecovered)),
        ("letter.question-changed", alert(Happened::QuestionChanged)),
        ("letter.email-confirmed", alert(Happened::EmailConfirmed)),
        ("letter.second-address-added", alert(Happened::SecondAddressConfirmed)),
        ("letter.second-address-removed", alert(Happened::SecondAddressRemoved)),
        ("letter.sign-in-locked", alert(Happened::SignInLocked { until })),
        ("letter.password-switched-off", alert(Happened::PasswordSwitchedOff { off: Off::Strangers })),
        (
            "letter.device-switched-off",
            alert(Happened::FactorSwitchedOff { method: method(), off: Off::All }),
        ),
        ("letter.recovery-codes-made", alert(Happened::RecoveryCodesMade)),
        ("letter.recovery-code-used", alert(Happened::RecoveryCodeUsed { left: 9 })),
        ("letter.account-locked", alert(Happened::AccountLocked)),
        ("letter.account-unlocked", alert(Happened::AccountUnlocked)),
        ("letter.user-id", alert(Happened::UserIdAsked { username: "ana.reyes".to_owned() })),
    ]
}

fn alert(what: Happened) -> Notice {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36".to_owned();
    let origin = Origin { address: Some([203, 0, 113, 77].into()), agent: Some(agent) };
    Notice::Alert(Alert {
        at: NOON,
        whence: (!what.by_the_help_desk()).then(|| Whence::of(&origin)),
        repudiation: (what != Happened::AccountLocked).then(|| RepudiationId::mint(NOON, &NoRandom)),
        what,
    })
}

fn code_ref() -> CodeRef {
    CodeRef { challenge: ChallengeId::mint(NOON, &NoRandom), resend: 0 }
}

fn notices() -> Vec<(&'static str, Notice)> {
    let request = RequestId::mint(NOON, &NoRandom);
    let (program, org) = (PROGRAM.to_owned(), ORGANIZATION.to_owned());
    let roles = vec![ROLE.to_owned()];
    vec![
        ("letter.completed", Notice::AccountCompleted { code: code_ref() }),
        ("letter.confirm-email", Notice::ConfirmEmail { code: code_ref() }),
        ("letter.confirm-second", Notice::ConfirmSecond { code: code_ref() }),
        ("letter.lost-device", Notice::LostDeviceCode { code: code_ref() }),
        ("letter.callback", Notice::CallbackCode { code: code_ref() }),
        ("letter.already-registered", Notice::AlreadyRegistered),
        ("letter.identity-proved", Notice::IdentityProved),
        ("letter.identity-not-proved", Notice::IdentityNotProved),
        ("letter.code-email", Notice::SecurityCode { code: code_ref() }),
        (
            "letter.role-requested",
            Notice::RoleRequested {
                request,
                program: program.clone(),
                org: org.clone(),
                roles: roles.clone(),
            },
        ),
        (
            "letter.role-request-waiting",
            Notice::RoleRequestWaiting {
                request,
                program: program.clone(),
                org: org.clone(),
                roles: roles.clone(),
                requester: "Ana Reyes".to_owned(),
            },
        ),
        (
            "letter.role-approved",
            Notice::RoleApproved {
                request,
                program: program.clone(),
                org: org.clone(),
                roles: roles.clone(),
            },
        ),
        (
            "letter.role-denied",
            Notice::RoleDenied {
                request,
                program,
                org,
                roles,
                reason: "Please ask for the role at your own hospital.".to_owned(),
            },
        ),
    ]
}
