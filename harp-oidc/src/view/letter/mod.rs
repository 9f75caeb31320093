//! Letters: a [`Notice`] as email, text message or speech. One message as data (`body`) in three renderings.
//! The plain text is complete by itself; the HTML adds one button. Nothing in it is loaded from anywhere.

use std::sync::Arc;

use harp_core::kernel::secret::Secret;
use harp_core::notice::letter::Letter;
use harp_core::notice::{Notice, Recipient};
use harp_core::policy::Profile;
use harp_core::port::{Composer, Enclosed};

use super::frame::Site;
use super::words::{Message, Words};

mod alert;
mod body;
mod email;
mod short;

use body::Body;

/// Writes HARP's letters in the reader's language.
#[derive(Debug, Clone)]
pub struct Letters {
    site: Arc<Site>,
    /// The issuer, without a slash at its end: every address in a letter begins with it.
    issuer: String,
    /// For the last line of a text message, `@host #code`.
    host: String,
    code_minutes: u32,
    email_code_hours: u32,
    not_me_days: u32,
    recovery_minutes: u32,
}

impl Letters {
    /// `issuer` is the provider's public URL; the profile says how long codes live.
    pub fn new(site: Arc<Site>, issuer: &url::Url, profile: &Profile) -> Self {
        let whole = |seconds: u64| u32::try_from(seconds).unwrap_or(u32::MAX);
        Self {
            site,
            issuer: issuer.as_str().trim_end_matches('/').to_owned(),
            host: issuer.host_str().unwrap_or_default().to_owned(),
            code_minutes: whole(profile.code.life.as_secs() / 60),
            email_code_hours: whole(profile.code.email_life.as_secs() / 3600),
            not_me_days: whole(profile.repudiation.life.as_secs() / 86_400),
            recovery_minutes: whole(profile.recovery.life.as_secs() / 60),
        }
    }

    /// The letter in these words.
    pub(super) fn write(
        &self,
        words: &Words,
        to: &Recipient,
        notice: &Notice,
        enclosed: &Enclosed,
    ) -> Letter {
        let code = enclosed.code.as_ref().map(|code| code.expose().as_str());
        let body = Body::of(notice, self, enclosed);
        let subject = one_line(&words.say(&body.subject));
        match to {
            Recipient::Email(_) => {
                let text = email::text(self, words, &body, code);
                let html = email::html(self, words, &body, code);
                Letter { subject, text: Secret::new(text), html: html.map(Secret::new), again: None }
            }
            Recipient::Sms(_) => {
                let text = match (&body.button, notice.repudiation()) {
                    (Some((_, link)), Some(_)) => short::alert(self, words, &subject, link),
                    _ => short::text(self, words, &subject, code),
                };
                Letter { subject, text: Secret::new(text), html: None, again: None }
            }
            Recipient::Voice(_) => {
                let text = short::speech(self, words, &subject, code);
                let again = code.map(|_| words.t("letter-speech.again"));
                Letter { subject, text: Secret::new(text), html: None, again }
            }
        }
    }

    fn product(&self, key: &'static str) -> Message {
        Message::new(key).with("product", one_line(&self.site.product))
    }
}

/// What a letter is about, in a few words: for whoever may not read it.
pub fn subject(words: &Words, notice: &Notice) -> String {
    let nowhere = Letters {
        site: Arc::default(),
        issuer: String::new(),
        host: String::new(),
        code_minutes: 0,
        email_code_hours: 0,
        not_me_days: 0,
        recovery_minutes: 0,
    };
    one_line(&words.say(&Body::of(notice, &nowhere, &Enclosed::default()).subject))
}

impl Composer for Letters {
    fn compose(&self, to: &Recipient, notice: &Notice, enclosed: &Enclosed, locale: &str) -> Letter {
        let words = Words::named(locale).unwrap_or_else(Words::english);
        self.write(&words, to, notice, enclosed)
    }
}

/// Longest value that a letter takes from outside, in characters.
const LONGEST: usize = 600;

/// A value from outside on one line: no header can be injected with it and no paragraph be forged.
fn one_line(text: &str) -> String {
    let forging = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text: String = text.chars().map(|c| if forging(c) { ' ' } else { c }).take(LONGEST).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
