//! Every notice in plain English, text only: what an application that embeds HARP sends without writing a word.

use crate::factor::budget::Off;
use crate::factor::reset::By;
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::notice::letter::Letter;
use crate::notice::repudiation::{PATH, TOKEN};
use crate::notice::whence::Whence;
use crate::notice::{Alert, Happened, HelpDid, Notice, Recipient};
use crate::policy::{CodeRules, Profile, RecoveryRules, RepudiationRules};
use crate::port::{Composer, Enclosed};

/// The shipped letters. Security letters bear a link `{base_url}/not-me?token=..` ([`PATH`], [`TOKEN`]), which the application
/// serves: GET asks ([`flow::lock::look`](crate::flow::lock::look)) and changes nothing, since mail scanners open links; POST locks
/// ([`flow::lock::not_me`](crate::flow::lock::not_me)). A deployment with its own look or language brings its own [`Composer`].
#[derive(Debug, Clone)]
pub struct English {
    name: String,
    base_url: String,
    code: CodeRules,
    repudiation: RepudiationRules,
    recovery: RecoveryRules,
}

/// Longest text message that is not split into several.
const SMS: usize = 160;

impl English {
    /// `name` is what people know the provider by; `base_url` the address of its portal.
    pub fn new(name: &str, base_url: &str, profile: &Profile) -> Self {
        Self {
            name: name.to_owned(),
            base_url: base_url.to_owned(),
            code: profile.code,
            repudiation: profile.repudiation,
            recovery: profile.recovery,
        }
    }

    fn email(&self, notice: &Notice, enclosed: &Enclosed) -> (String, String) {
        let Self { name, base_url, .. } = self;
        let code = enclosed.code.as_ref().map(|c| c.expose().as_str()).unwrap_or_default();
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
            Notice::ConfirmEmail { .. } => (format!("Confirm your email address for {name}"), confirm),
            Notice::ConfirmSecond { .. } => (
                format!("Confirm your second email address for {name}"),
                format!(
                    "Enter this code in your profile to confirm that you read this address: {code}\n\nFrom then on we \
                     write here, too, when something changes in your {name} account. If you did not ask for this, do \
                     nothing: the address is not used without the code."
                ),
            ),
            Notice::AlreadyRegistered => (
                format!("You already have a {name} account"),
                format!(
                    "Somebody signed up for {name} with this email address, or with your details. You already have \
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
            Notice::RecoveryCode { .. } => (
                format!("Your {name} recovery code"),
                format!(
                    "Somebody said on our sign-in page that they forgot the password of your {name} account. If it was \
                     you, enter this code there: {code}\n\nIt works once, for {} minutes. Nobody from {name} will ask \
                     for it. It alone opens nothing. If it was not you, tell nobody, and do nothing.",
                    self.recovery.life.as_secs() / 60
                ),
            ),
            Notice::LostDeviceCode { .. } => (
                format!("Your code to set up a new device for {name}"),
                format!(
                    "Somebody entered the password of your {name} account and said that they have none of its devices. If \
                     it was you, enter this code there: {code}\n\nIt works once, for {} minutes. Nobody from {name} will \
                     ask for it. If it was not you, tell nobody, and change your password: {base_url}",
                    self.recovery.life.as_secs() / 60
                ),
            ),
            Notice::CallbackCode { .. } => (
                format!("Your code for the {name} help desk"),
                format!(
                    "Are you talking to the {name} help desk now? If you called them, read this code out to them: {code}\n\nIt \
                     works once, for {}. It opens nothing but your case. If you did not call, tell nobody.",
                    self.code_life()
                ),
            ),
            Notice::Alert(alert) => self.alert(alert, enclosed),
            Notice::RoleRequested { request, program, org, roles: asked } => (
                format!("Your role request has arrived: {program}"),
                format!(
                    "You asked for {} in {program} at {org}.\n\nRequest ID: {request}\n\nA Security Official of \
                     the organization decides it. We tell you by email. You can see where it stands at any \
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

    /// What happened, when and from where, and what to do if it was somebody else.
    fn alert(&self, alert: &Alert, enclosed: &Enclosed) -> (String, String) {
        let name = &self.name;
        let (subject, what) = match &alert.what {
            Happened::FactorAdded { method } => (
                format!("A sign-in code or device was added to your {name} account"),
                format!("{} was added to your {name} account.", capital(way(method))),
            ),
            Happened::FactorRemoved { method } => (
                format!("A sign-in code or device was removed from your {name} account"),
                format!(
                    "{} was removed from your {name} account. Every other session was signed out.",
                    capital(way(method))
                ),
            ),
            Happened::FactorSuspended { method } => (
                format!("A device of your {name} account is suspended"),
                format!(
                    "{} of your {name} account is suspended: nobody can sign in with it. Every other session was signed \
                     out.",
                    capital(way(method))
                ),
            ),
            Happened::FactorResumed { method } => (
                format!("A device of your {name} account works again"),
                format!("{} of your {name} account was suspended, and works again.", capital(way(method))),
            ),
            Happened::ResetBegun { by, ready_at } => (
                format!("A new device can soon be set up for your {name} account"),
                format!(
                    "{} Nobody can sign in with the devices that your {name} account has, and everybody is signed out. From \
                     {} on a new device can be set up, with your password and one more code to this address.",
                    match by {
                        By::Letters => {
                            "Somebody entered your password and the codes from two letters, and said that they have none \
                             of your devices any more."
                        }
                        By::HelpDesk =>
                            "Two people of our help desk were told that you have none of your devices any more.",
                    },
                    moment(*ready_at)
                ),
            ),
            Happened::ResetUsed => (
                format!("A new device is being set up for your {name} account"),
                format!(
                    "Somebody entered your password and the code from a letter, and is setting up a new device for your \
                     {name} account. The devices of before stay suspended."
                ),
            ),
            Happened::HelpDesk { did } => match did {
                HelpDid::SessionsEnded => (
                    format!("The help desk signed you out of {name}"),
                    format!("Our help desk ended every session of your {name} account, as its caller asked."),
                ),
                HelpDid::ResetAsked => (
                    format!("The help desk was asked to reset the devices of your {name} account"),
                    format!(
                        "Somebody told our help desk that they have none of the devices of your {name} account any more, and \
                         read out a code that we had sent. A second person of the help desk decides. We tell you what \
                         they decide."
                    ),
                ),
                HelpDid::ResetRefused => (
                    format!("The devices of your {name} account were not reset"),
                    format!(
                        "A second person of our help desk did not agree. Your {name} account is as it was."
                    ),
                ),
            },
            Happened::PasswordChanged => (
                format!("Your {name} password was changed"),
                format!(
                    "The password of your {name} account was changed. Every other session was signed out."
                ),
            ),
            Happened::PasswordRecovered => (
                format!("Your {name} password was set anew"),
                format!(
                    "The password of your {name} account was set anew by somebody who read a code in a letter to this \
                     address and had one of your sign-in codes or devices. Every session was signed out."
                ),
            ),
            Happened::QuestionChanged => (
                format!("The challenge question of your {name} account was changed"),
                format!("The challenge question of your {name} account was changed."),
            ),
            Happened::EmailConfirmed => (
                format!("Your email address is confirmed for {name}"),
                format!(
                    "This address is confirmed for a {name} account. Security letters go here from now on."
                ),
            ),
            Happened::SecondAddressConfirmed => (
                format!("A second email address was added to your {name} account"),
                format!(
                    "A second email address is confirmed for your {name} account. Security letters go there, too, from \
                     now on. If there was another one before, it is not used any more."
                ),
            ),
            Happened::SecondAddressRemoved => (
                format!("The second email address of your {name} account was removed"),
                format!(
                    "The second email address of your {name} account was removed. No more letters go there."
                ),
            ),
            Happened::SignInLocked { until } => (
                format!("Signing in to your {name} account is locked for a while"),
                format!(
                    "Somebody entered a wrong password or code for your {name} account too often. Signing in to it is \
                     locked until {}, but not in a browser where you have signed in before, unless it happened there. \
                     If it was you, wait until then.",
                    moment(*until)
                ),
            ),
            Happened::PasswordSwitchedOff { off } => (
                format!("Your {name} password was switched off"),
                format!(
                    "A wrong password was entered for your {name} account too often in a row. {}. Choose \"I forgot my \
                     password\" on the sign-in page, and set a new one.",
                    still_works("Your password", *off)
                ),
            ),
            Happened::RecoveryCodesMade => (
                format!("Recovery codes were made for your {name} account"),
                format!(
                    "Recovery codes were made for your {name} account. Codes that were made earlier do not work any more."
                ),
            ),
            Happened::RecoveryCodeUsed { left } => (
                format!("A recovery code of your {name} account was used"),
                format!(
                    "One of the recovery codes of your {name} account was used. So many are left: {left}."
                ),
            ),
            Happened::FactorSwitchedOff { method, off } => (
                format!("A way to sign in to your {name} account was switched off"),
                format!(
                    "Wrong codes were entered for your {name} account too often in a row, by somebody who may know your \
                     password: if it was not you, change it. {}. Remove it and add it again.",
                    still_works(&capital(way(method)), *off)
                ),
            ),
            Happened::AccountLocked => (
                format!("Your {name} account is locked"),
                format!(
                    "Somebody said by the link in a letter from us: this was not me. Nobody can sign in to your {name} \
                     account, every session has ended, and devices added since that letter are removed. Call the help desk \
                     to have it unlocked."
                ),
            ),
            Happened::AccountUnlocked => (
                format!("Your {name} account is unlocked"),
                format!(
                    "Your {name} account was unlocked, and you can sign in: {}\n\nIf somebody else may know your \
                     password, change it now, and look at your devices.",
                    self.base_url
                ),
            ),
            Happened::UserIdAsked { username } => (
                format!("Your {name} user ID"),
                format!(
                    "Somebody said on our sign-in page that they forgot the user ID that goes with this address. Your \
                     user ID is: {username}\n\nSign in: {}",
                    self.base_url
                ),
            ),
        };
        let mut facts = format!("When: {}", moment(alert.at));
        if let Some(Whence { network, browser, system }) = &alert.whence {
            if let Some(network) = network {
                facts.push_str(&format!("\nFrom: an internet address that begins with {}", network.as_str()));
            }
            let browser = browser.name().unwrap_or("an unknown browser");
            let system = system.name().unwrap_or("an unknown system");
            facts.push_str(&format!("\nWith: {browser} on {system}"));
        }
        let not_me = enclosed.not_me.as_ref().map(|token| self.not_me(token.expose())).unwrap_or_default();
        (subject, format!("{what}\n\n{facts}{not_me}"))
    }

    fn not_me(&self, token: &str) -> String {
        format!(
            "\n\nIf it was you, you need not do anything.\n\nThis was not me? Open {}{PATH}?{TOKEN}={token}\nIt asks \
             first, then locks your account and signs out everybody. It works once, for {} days.",
            self.base_url,
            self.repudiation.life.as_secs() / 86_400
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
             from {name} will ask for it.",
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
    fn compose(&self, to: &Recipient, notice: &Notice, enclosed: &Enclosed, _locale: &str) -> Letter {
        let code = enclosed.code.as_ref().map(|c| c.expose().as_str()).unwrap_or_default();
        let (subject, mut text) = self.email(notice, enclosed);
        if !matches!(to, Recipient::Email(_)) {
            text = match (notice.code(), to) {
                (Some(_), Recipient::Voice(_)) => self.voice(code),
                (Some(_), _) => self.sms(code),
                (None, _) => format!("{}: {subject}. {}", self.name, self.base_url),
            };
        }
        let called = matches!(to, Recipient::Voice(_)) && notice.code().is_some();
        let again = called.then(|| "To hear it again, press any key.".to_owned());
        Letter { subject: one_line(&subject), text: Secret::new(text), html: None, again }
    }
}

/// With its zone, which is always UTC here: who embeds HARP and knows a better one brings a composer.
fn moment(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.secs()).unwrap_or_default();
    at.strftime("%B %-d, %Y at %H:%M UTC").to_string()
}

/// A stored method, in words.
fn way(method: &str) -> &'static str {
    use crate::kernel::assurance::Method;
    match Method::parse(method) {
        Some(Method::Sms) => "a phone number for text messages",
        Some(Method::Voice) => "a phone number for calls",
        Some(Method::Email) => "an email address for codes",
        Some(Method::Totp) => "an authenticator app",
        Some(Method::Push) => "a device for push messages",
        Some(Method::Passkey) => "a passkey",
        Some(Method::RecoveryCode) => "a set of recovery codes",
        Some(Method::Password) | None => "a sign-in code or device",
    }
}

fn still_works(what: &str, off: Off) -> String {
    match off {
        Off::Strangers => format!("{what} works only in browsers where you have signed in before"),
        Off::All => format!("{what} does not work any more"),
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
    use crate::kernel::act::Origin;
    use crate::kernel::id::{ChallengeId, RequestId};
    use crate::kernel::random::SeededRandom;
    use crate::kernel::secret::Plain;
    use crate::kernel::text::{EmailAddress, Phone};
    use crate::policy::HARP;

    fn code() -> CodeRef {
        let challenge = ChallengeId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        CodeRef { challenge, resend: 0 }
    }

    fn letter(base_url: &str, to: &Recipient, notice: &Notice) -> String {
        let code = Some(Secret::new("012345".to_owned()));
        let english = English::new("HARP", base_url, &HARP);
        english.compose(to, notice, &Enclosed { code, not_me: None }, "en").text.expose().clone()
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
            Notice::RecoveryCode { code: code() },
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
            let letter = english.compose(&to, &notice, &Enclosed { code, not_me: None }, "en");
            assert!(!letter.subject.contains(['\r', '\n']), "{:?}", letter.subject);
            let text = letter.text.expose();
            assert!(text.contains("https://id.example") || text.contains("not"), "{text}");
            assert_eq!(text.contains("012345"), notice.code().is_some(), "{text}");
        }
    }

    /// SP 800-63B-4 §4.6: what, when, roughly from where, and how to repudiate.
    #[test]
    fn every_alert_says_when_and_where_and_bears_one_link() {
        let to = Recipient::Email(EmailAddress::parse("ana@hospital.example").unwrap());
        let english = English::new("HARP", "https://id.example", &HARP);
        let agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/131 Safari/537".to_owned();
        let origin = Origin { address: Some([203, 0, 113, 77].into()), agent: Some(agent) };
        let at = Timestamp::from_secs(1_795_451_400);
        for what in [
            Happened::FactorAdded { method: "totp".into() },
            Happened::FactorRemoved { method: "sms".into() },
            Happened::FactorSuspended { method: "totp".into() },
            Happened::FactorResumed { method: "sms".into() },
            Happened::ResetBegun { by: By::Letters, ready_at: at },
            Happened::ResetBegun { by: By::HelpDesk, ready_at: at },
            Happened::ResetUsed,
            Happened::HelpDesk { did: HelpDid::SessionsEnded },
            Happened::HelpDesk { did: HelpDid::ResetAsked },
            Happened::HelpDesk { did: HelpDid::ResetRefused },
            Happened::PasswordChanged,
            Happened::PasswordRecovered,
            Happened::QuestionChanged,
            Happened::EmailConfirmed,
            Happened::SecondAddressConfirmed,
            Happened::SecondAddressRemoved,
            Happened::SignInLocked { until: at },
            Happened::PasswordSwitchedOff { off: Off::Strangers },
            Happened::FactorSwitchedOff { method: "sms".into(), off: Off::All },
            Happened::RecoveryCodesMade,
            Happened::RecoveryCodeUsed { left: 9 },
            Happened::AccountLocked,
            Happened::AccountUnlocked,
            Happened::UserIdAsked { username: "ana.rivera".into() },
        ] {
            let locked = what == Happened::AccountLocked;
            let not_me = (!locked).then(|| Plain::presented("token-of-the-letter"));
            let alert = Alert { what, at, whence: Some(Whence::of(&origin)), repudiation: None };
            let enclosed = Enclosed { code: None, not_me };
            let text = english.compose(&to, &Notice::Alert(alert), &enclosed, "en").text.expose().clone();
            assert!(text.contains("When: November 23, 2026 at 16:30 UTC"), "{text}");
            assert!(text.contains("begins with 203.0.113\n") && !text.contains("113.77"), "{text}");
            assert!(text.contains("Chrome on Windows") && !text.contains("Mozilla"), "{text}");
            let links = text.matches("https://id.example/not-me?token=token-of-the-letter\n").count();
            assert_eq!(links, usize::from(!locked), "{text}");
        }
    }
}
