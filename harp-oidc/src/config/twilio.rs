//! The account by which text messages and calls go out.

use std::time::Duration;

use harp_core::adapter::courier::twilio::{TwilioAccount, TwilioCourier};
use harp_core::adapter::courier::twilio_hooks::TwilioHooks;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::Phone;
use url::Url;

use super::letters::is_this_machine;
use super::{ConfigFault, raw};

/// Below what the outbox gives a courier (`policy::OutboxRules::deliver_within`), so that the fault says what it was.
const PATIENCE: Duration = Duration::from_secs(15);

/// Below the issuer.
pub const HOOKS: &str = "/hooks/twilio";

#[derive(Debug)]
pub struct Twilio {
    pub url: Url,
    /// `AC` and 32 hexadecimal digits.
    pub account: String,
    pub token: Secret<String>,
    pub from: Phone,
    /// What is called back, and at which address; `None`: nothing is.
    pub hooks: Option<TwilioHooks>,
}

impl Twilio {
    pub(super) fn of(raw: raw::Twilio, issuer: &str) -> Result<Option<Twilio>, ConfigFault> {
        let Some(account) = raw.account.filter(|account| !account.is_empty()) else {
            return Ok(None);
        };
        // It stands in a path.
        let hex = account.strip_prefix("AC").filter(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
        if hex.is_none_or(|rest| rest.len() != 32) {
            return Err(ConfigFault::at("twilio.account", "it is `AC` and 32 hexadecimal digits"));
        }
        let token = raw.token.filter(|token| !token.expose().is_empty());
        let token = token.ok_or_else(|| ConfigFault::at("twilio.token", "an account needs its token"))?;
        let from = raw.from.unwrap_or_default();
        let from = Phone::parse(&from).ok().filter(|phone| phone.as_str() == from);
        let from = from.ok_or_else(|| {
            ConfigFault::at("twilio.from", "who texts and calls? A number such as `+12025550143`")
        })?;
        let url = Url::parse(&raw.url).map_err(|e| ConfigFault::at("twilio.url", e))?;
        let here = url.host_str().is_some_and(|host| is_this_machine(host.trim_matches(['[', ']'])));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            let why = "messages hold security codes: it is https, except on this machine";
            return Err(ConfigFault::at("twilio.url", why));
        }
        let hooks = raw.callbacks.then(|| TwilioHooks {
            account: account.clone(),
            token: token.clone(),
            base: format!("{}{HOOKS}", issuer.trim_end_matches('/')),
        });
        Ok(Some(Twilio { url, account, token, from, hooks }))
    }

    pub(super) fn courier(&self) -> Result<TwilioCourier, ConfigFault> {
        TwilioCourier::new(TwilioAccount {
            url: self.url.to_string(),
            account: self.account.clone(),
            token: self.token.clone(),
            from: self.from.clone(),
            patience: PATIENCE,
            hooks: self.hooks.clone(),
        })
        .map_err(|e| ConfigFault::at("twilio", e))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Settings, Source};

    fn load(more: &[(&str, &str)]) -> Result<Settings, String> {
        let mut environment = vec![("HARP_ISSUER".to_owned(), "https://id.example".to_owned())];
        environment
            .extend(more.iter().map(|(key, value)| (format!("HARP_TWILIO__{key}"), (*value).to_owned())));
        Settings::load(&Source { file: None, environment }).map_err(|fault| fault.0)
    }

    #[tokio::test]
    async fn an_account_that_cannot_work_is_refused_by_name_and_its_token_is_not_shown() {
        const ACCOUNT: (&str, &str) = ("ACCOUNT", "AC0123456789abcdef0123456789abcdef");
        const TOKEN: (&str, &str) = ("TOKEN", "hunter2");
        const FROM: (&str, &str) = ("FROM", "+14155552671");
        for (settings, named) in [
            (vec![("ACCOUNT", "AC/../x"), TOKEN, FROM], "twilio.account"),
            (vec![ACCOUNT, FROM], "twilio.token"),
            (vec![ACCOUNT, TOKEN], "twilio.from"),
            (vec![ACCOUNT, TOKEN, ("FROM", "415 555 2671")], "twilio.from"),
            (vec![ACCOUNT, TOKEN, FROM, ("URL", "http://api.twilio.com")], "twilio.url"),
            (vec![ACCOUNT, TOKEN, FROM, ("URL", "ftp://localhost")], "twilio.url"),
        ] {
            let refused = load(&settings).unwrap_err();
            assert!(refused.contains(&format!("`{named}`")) && !refused.contains("hunter2"), "{refused}");
        }
        let whole = load(&[ACCOUNT, TOKEN, FROM]).unwrap();
        assert!(!format!("{whole:?}").contains("hunter2"));
        let courier = whole.letters.courier().unwrap();
        assert!(!format!("{courier:?}").contains("hunter2"));
        let twilio = whole.letters.twilio.unwrap();
        assert_eq!(twilio.url.as_str(), "https://api.twilio.com/");
        assert_eq!(twilio.hooks.unwrap().base, "https://id.example/hooks/twilio");
        let silent = load(&[ACCOUNT, TOKEN, FROM, ("CALLBACKS", "false")]).unwrap();
        assert!(silent.letters.twilio.unwrap().hooks.is_none());
        let local = load(&[ACCOUNT, TOKEN, FROM, ("URL", "http://[::1]:9000")]).unwrap();
        local.letters.courier().unwrap();
        assert!(load(&[]).unwrap().letters.twilio.is_none());
    }
}
