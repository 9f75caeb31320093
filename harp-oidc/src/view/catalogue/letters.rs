//! Samples: every letter by every way that it takes.

use harp_core::factor::CodeRef;
use harp_core::kernel::id::{ChallengeId, RequestId};
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::notice::{Notice, Recipient};
use harp_core::policy::HARP;

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
    let code = Secret::new("482913".to_owned());
    let write = |slug, to: &Recipient, notice: &Notice| {
        let letter = letters.write(words, to, notice, notice.code().map(|_| &code));
        let html = letter.html.map(|html| html.expose().clone());
        SampleLetter { slug, subject: letter.subject, text: letter.text.expose().clone(), html }
    };
    let email = Recipient::Email(address);
    let mut all: Vec<SampleLetter> =
        notices().iter().map(|(slug, notice)| write(slug, &email, notice)).collect();
    let code_notice = Notice::SecurityCode { code: code_ref() };
    all.push(write("letter.code-text", &Recipient::Sms(phone.clone()), &code_notice));
    all.push(write("letter.code-voice", &Recipient::Voice(phone.clone()), &code_notice));
    all.push(write("letter.other-text", &Recipient::Sms(phone.clone()), &Notice::PasswordChanged));
    all.push(write("letter.other-voice", &Recipient::Voice(phone), &Notice::PasswordChanged));
    all
}

fn code_ref() -> CodeRef {
    CodeRef { challenge: ChallengeId::mint(NOON, &NoRandom), resend: 0 }
}

fn notices() -> Vec<(&'static str, Notice)> {
    let request = RequestId::mint(NOON, &NoRandom);
    let (program, org) = (PROGRAM.to_owned(), ORGANIZATION.to_owned());
    let roles = vec![ROLE.to_owned()];
    let method = || "totp".to_owned();
    vec![
        ("letter.completed", Notice::AccountCompleted { code: code_ref() }),
        ("letter.confirm-email", Notice::ConfirmEmail { code: code_ref() }),
        ("letter.already-registered", Notice::AlreadyRegistered),
        ("letter.identity-proved", Notice::IdentityProved),
        ("letter.identity-not-proved", Notice::IdentityNotProved),
        ("letter.code-email", Notice::SecurityCode { code: code_ref() }),
        ("letter.factor-added", Notice::FactorAdded { method: method() }),
        ("letter.factor-removed", Notice::FactorRemoved { method: method() }),
        ("letter.password-changed", Notice::PasswordChanged),
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
