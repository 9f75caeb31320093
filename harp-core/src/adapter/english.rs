//! Every notice in plain English, text only: what an application that embeds HARP sends without writing a word.

use crate::kernel::secret::Secret;
use crate::notice::letter::Letter;
use crate::notice::{Notice, Recipient};
use crate::policy::{CodeRules, Profile};
use crate::port::Composer;

/// The shipped letters. A deployment with its own look or language brings its own [`Composer`].
#[derive(Debug, Clone)]
pub struct English {
    name: String,
    base_url: String,
    code: CodeRules,
}

/// Longest text message that is not split into several.
const SMS: usize = 160;

impl English {
    /// `name` is what people know the provider by; `base_url` the address of its portal.
    pub fn new(name: &str, base_url: &str, profile: &Profile) -> Self {
        Self { name: name.to_owned(), base_url: base_url.to_owned(), code: profile.code }
    }

    fn email(&self, notice: &Notice, code: &str) -> (String, String) {
        let Self { name, base_url, .. } = self;
        let hours = self.code.email_life.as_secs() / 3600;
        let confirm = format!(
            "Your security code is {code}\n\nSign in at {base_url} and enter it there to confirm this address. \
             It works once, for {hours} hours. Nobody from {name} will ask for it."
        );
        let roles = |roles: &[String]| roles.join(", ");
        match notice {
            Notice::AccountCompleted { .. } => (
                format!("Your {name} account is complete"),
                format!(
                    "Your {name} account is complete. Next, log in with your new user ID \
                     and password to complete set-up: {base_url}\n\n{confirm}"
                ),
            ),
            Notice::ConfirmEmail { .. } => (format!("Confirm your e-mail address for {name}"), confirm),
            Notice::AlreadyRegistered => (
                format!("You already have a {name} account"),
                format!(
                    "Somebody signed up for {name} with this e-mail address, or with your details. You already have \
                     an account: your address stays with it and was not given to the new one. If it was you, use the \
                     account that you have: {base_url}\n\nIf it was not you, you need not do anything."
                ),
            ),
            Notice::IdentityProved => (
                format!("Your identity is proved for {name}"),
                format!(
                    "The verification service has answered: your identity is proved. You can ask for roles: {base_url}"
                ),
            ),
            Notice::IdentityNotProved => (
                format!("Your identity could not be verified for {name}"),
                format!(
                    "The verification service has answered, and the information did not lead to a match. For your \
                     safety we cannot say which part. You can try again in your profile: {base_url}"
                ),
            ),
            Notice::SecurityCode { .. } => (
                format!("Your {name} security code"),
                format!(
                    "Your security code is {code}\n\nIt works once, for {}. Nobody from {name} will ask for it. \
                     If you are not signing in, somebody else knows your password: change it at {base_url}",
                    self.code_life()
                ),
            ),
            Notice::FactorAdded { method } => (
                format!("A sign-in code or device was added to your {name} account"),
                self.alert(&format!("{} was added to your {name} account.", capital(way(method)))),
            ),
            Notice::FactorRemoved { method } => (
                format!("A sign-in code or device was removed from your {name} account"),
                self.alert(&format!(
                    "{} was removed from your {name} account. Every other session was signed out.",
                    capital(way(method))
                )),
            ),
            Notice::PasswordChanged => (
                format!("Your {name} password was changed"),
                self.alert(&format!("The password of your {name} account was changed.")),
            ),
            Notice::RoleRequested { request, program, org, roles: asked } => (
                format!("Your role request has arrived: {program}"),
                format!(
                    "You asked for {} in {program} at {org}.\n\nRequest ID: {request}\n\nA Security Official of \
                     the organization decides it. We tell you by e-mail. You can see where it stands at any \
                     time: {base_url}",
                    roles(asked)
                ),
            ),
            Notice::RoleRequestWaiting { request, program, org, roles: asked, requester } => (
                format!("A role request waits for your decision: {program}"),
                format!(
                    "{requester} asks for {} in {program} at {org}.\n\nRequest ID: {request}\n\nYou are a Security \
                     Official there. Sign in to approve or deny it: {base_url}",
                    roles(asked)
                ),
            ),
            Notice::RoleApproved { request, program, org, roles: asked } => (
                format!("Your role request is approved: {program}"),
                format!(
                    "You now have {} in {program} at {org}.\n\nRequest ID: {request}\n\n{base_url}",
                    roles(asked)
                ),
            ),
            Notice::RoleDenied { request, program, org, roles: asked, reason } => (
                format!("Your role request is denied: {program}"),
                format!(
                    "Your request for {} in {program} at {org} is denied.\n\nReason: {reason}\n\nRequest ID: \
                     {request}\n\nYou can ask again: {base_url}",
                    roles(asked)
                ),
            ),
        }
    }

    /// What happened, and what to do if it was somebody else.
    fn alert(&self, what: &str) -> String {
        format!(
            "{what}\n\nIf you did this, you need not do anything. If you did not, somebody else can sign in as \
             you: change your password, look at your devices and sessions at {}, and call the help desk.",
            self.base_url
        )
    }

    /// The application's name first, the code, how long it works; the last line is for autofill
    /// (`@host #code`, the format of web.dev's and Apple's domain-bound codes). At most 160 characters.
    fn sms(&self, code: &str) -> String {
        let Self { name, .. } = self;
        let life = self.code_life();
        let text = format!(
            "{name}: {code} is your security code. It works for {life}. Nobody from {name} will ask for it."
        );
        let bound = format!("{text}\n\n@{} #{code}", self.host());
        if bound.chars().count() <= SMS { bound } else { text.chars().take(SMS).collect() }
    }

    /// Spoken: digit by digit, slowly, twice.
    fn voice(&self, code: &str) -> String {
        let Self { name, .. } = self;
        let digits = code.chars().map(|c| format!("{c}.")).collect::<Vec<_>>().join(" ");
        format!(
            "Hello. This is {name}. Your security code is: {digits} Once more: {digits} It works for {}. Nobody \
             from {name} will ask for it. Press any key to repeat.",
            self.code_life()
        )
    }

    fn code_life(&self) -> String {
        format!("{} minutes", self.code.life.as_secs() / 60)
    }

    fn host(&self) -> &str {
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or(rest)
    }
}

impl Composer for English {
    fn compose(
        &self,
        to: &Recipient,
        notice: &Notice,
        code: Option<&Secret<String>>,
        _locale: &str,
    ) -> Letter {
        let code = code.map(|c| c.expose().as_str()).unwrap_or_default();
        let (subject, mut text) = self.email(notice, code);
        if !matches!(to, Recipient::Email(_)) {
            text = match (notice.code(), to) {
                (Some(_), Recipient::Voice(_)) => self.voice(code),
                (Some(_), _) => self.sms(code),
                (None, _) => format!("{}: {subject}. {}", self.name, self.base_url),
            };
        }
        Letter { subject: one_line(&subject), text: Secret::new(text), html: None }
    }
}

/// A stored method, in words.
fn way(method: &str) -> &'static str {
    use crate::kernel::assurance::Method;
    match Method::parse(method) {
        Some(Method::Sms) => "a phone number for text messages",
        Some(Method::Voice) => "a phone number for calls",
        Some(Method::Email) => "an e-mail address for codes",
        Some(Method::Totp) => "an authenticator app",
        Some(Method::Push) => "a device for push messages",
        Some(Method::Passkey) => "a passkey",
        Some(Method::Password | Method::RecoveryCode) | None => "a sign-in code or device",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Names come from people and programs: none may begin a header of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::CodeRef;
    use crate::kernel::id::{ChallengeId, RequestId};
    use crate::kernel::random::SeededRandom;
    use crate::kernel::text::{EmailAddress, Phone};
    use crate::kernel::time::Timestamp;
    use crate::policy::HARP;

    fn code() -> CodeRef {
        let challenge = ChallengeId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        CodeRef { challenge, resend: 0 }
    }

    fn letter(base_url: &str, to: &Recipient, notice: &Notice) -> String {
        let code = Secret::new("012345".to_owned());
        let english = English::new("HARP", base_url, &HARP);
        english.compose(to, notice, Some(&code), "en").text.expose().clone()
    }

    #[test]
    fn a_text_message_names_the_application_first_and_ends_with_the_bound_code() {
        let to = Recipient::Sms(Phone::parse("202 456 1111").unwrap());
        let notice = Notice::SecurityCode { code: code() };
        let text = letter("https://id.harp.example:8443/portal", &to, &notice);
        assert!(text.chars().count() <= 160, "{}", text.chars().count());
        assert!(text.starts_with("HARP: 012345 is your security code. It works for 10 minutes."), "{text}");
        assert!(text.contains("Nobody from HARP will ask for it"), "{text}");
        assert_eq!(text.lines().last(), Some("@id.harp.example #012345"));
        let long = letter(&format!("https://{}.example", "a".repeat(60)), &to, &notice);
        assert!(long.chars().count() <= 160 && long.contains("012345"), "{long}");
    }

    #[test]
    fn a_call_says_the_code_digit_by_digit_and_twice() {
        let to = Recipient::Voice(Phone::parse("202 456 1111").unwrap());
        let text = letter("https://id.example", &to, &Notice::SecurityCode { code: code() });
        assert_eq!(text.matches("0. 1. 2. 3. 4. 5.").count(), 2, "{text}");
    }

    /// H07, and header injection by a name.
    #[test]
    fn every_letter_is_complete_text_and_its_subject_one_line() {
        let to = Recipient::Email(EmailAddress::parse("ana@hospital.example").unwrap());
        let request = RequestId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        let (program, org) = ("MFT\r\nBcc: all@example.org".to_owned(), "Yale".to_owned());
        let roles = vec!["Web User".to_owned()];
        let notices = [
            Notice::AccountCompleted { code: code() },
            Notice::ConfirmEmail { code: code() },
            Notice::AlreadyRegistered,
            Notice::IdentityProved,
            Notice::IdentityNotProved,
            Notice::SecurityCode { code: code() },
            Notice::FactorAdded { method: "totp".into() },
            Notice::FactorRemoved { method: "sms".into() },
            Notice::PasswordChanged,
            Notice::RoleRequested {
                request,
                program: program.clone(),
                org: org.clone(),
                roles: roles.clone(),
            },
            Notice::RoleApproved {
                request,
                program: program.clone(),
                org: org.clone(),
                roles: roles.clone(),
            },
            Notice::RoleDenied { request, program, org, roles, reason: "not yet".into() },
        ];
        let english = English::new("HARP", "https://id.example", &HARP);
        for notice in notices {
            let code = notice.code().map(|_| Secret::new("012345".to_owned()));
            let letter = english.compose(&to, &notice, code.as_ref(), "en");
            assert!(!letter.subject.contains(['\r', '\n']), "{:?}", letter.subject);
            let text = letter.text.expose();
            assert!(text.contains("https://id.example") || text.contains("not"), "{text}");
            assert_eq!(text.contains("012345"), notice.code().is_some(), "{text}");
        }
    }
}
