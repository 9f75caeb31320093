//! How letters, texts and calls leave: e-mail by SMTP where a server is named, texts and calls by Twilio where an account is,
//! everything else as `letters.deliver` says.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use harp_core::adapter::courier::directory::DirectoryCourier;
use harp_core::adapter::courier::log::LogCourier;
use harp_core::adapter::courier::smtp::{Security, SmtpCourier, Submission};
use harp_core::adapter::courier::ways::Ways;
use harp_core::kernel::secret::Secret;
use harp_core::port::Courier;

use super::ConfigFault;
use super::raw;
use super::twilio::Twilio;

#[derive(Debug)]
pub struct Letters {
    /// For each way that has no server of its own.
    pub deliver: Deliver,
    pub smtp: Option<Smtp>,
    pub twilio: Option<Twilio>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deliver {
    Log,
    Directory(PathBuf),
}

/// A mail server.
#[derive(Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<(String, Secret<String>)>,
    pub from: String,
    /// A PEM file.
    pub authority: Option<PathBuf>,
}

impl Letters {
    pub(super) fn of(
        letters: raw::Letters,
        smtp: raw::Smtp,
        (twilio, issuer): (raw::Twilio, &str),
    ) -> Result<Letters, ConfigFault> {
        let deliver = match (letters.deliver.as_str(), letters.directory) {
            ("log", _) => Deliver::Log,
            ("directory", Some(directory)) => Deliver::Directory(directory),
            ("directory", None) => return Err(ConfigFault::at("letters.directory", "it is missing")),
            (other, _) => {
                let why = format!("`{other}` is not `log` or `directory`");
                return Err(ConfigFault::at("letters.deliver", why));
            }
        };
        Ok(Letters { deliver, smtp: Smtp::of(smtp)?, twilio: Twilio::of(twilio, issuer)? })
    }

    /// What delivers. Reads the authority's certificate; connects to nothing yet.
    pub fn courier(&self) -> Result<Arc<dyn Courier>, ConfigFault> {
        let other: Arc<dyn Courier> = match &self.deliver {
            Deliver::Log => Arc::new(LogCourier),
            Deliver::Directory(directory) => Arc::new(DirectoryCourier::new(directory.clone())),
        };
        let email: Arc<dyn Courier> = match &self.smtp {
            Some(smtp) => Arc::new(smtp.courier()?),
            None => other.clone(),
        };
        let phone: Arc<dyn Courier> = match &self.twilio {
            Some(twilio) => Arc::new(twilio.courier()?),
            None => other,
        };
        Ok(Arc::new(Ways { email, phone }))
    }
}

impl Smtp {
    fn of(raw: raw::Smtp) -> Result<Option<Smtp>, ConfigFault> {
        let Some(host) = raw.host.filter(|host| !host.is_empty()) else {
            return Ok(None);
        };
        let security = match raw.security.as_str() {
            "starttls" => Security::StartTls,
            "tls" => Security::Implicit,
            "none" if is_this_machine(&host) => Security::Plain,
            "none" => {
                let why = "letters hold security codes: `none` is for a server on this machine alone";
                return Err(ConfigFault::at("smtp.security", why));
            }
            other => {
                let why = format!("`{other}` is not `starttls`, `tls` or `none`");
                return Err(ConfigFault::at("smtp.security", why));
            }
        };
        let credentials = match (raw.user, raw.password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((user, password)),
            (Some(_), None) => return Err(ConfigFault::at("smtp.password", "a user needs a password")),
            (None, Some(_)) => return Err(ConfigFault::at("smtp.user", "a password needs its user")),
        };
        let from = raw.from.ok_or_else(|| ConfigFault::at("smtp.from", "who writes? It is missing"))?;
        let smtp = Smtp { host, port: raw.port, security, credentials, from, authority: raw.authority };
        Ok(Some(smtp))
    }

    fn courier(&self) -> Result<SmtpCourier, ConfigFault> {
        let authority = self.authority.as_ref().map(std::fs::read).transpose();
        let authority = authority.map_err(|e| ConfigFault::at("smtp.authority", e))?;
        SmtpCourier::new(Submission {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            credentials: self.credentials.clone(),
            from: self.from.clone(),
            authority,
        })
        .map_err(|e| ConfigFault::at("smtp", e))
    }
}

pub(super) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use crate::config::{Settings, Source};

    fn load(more: &[(&str, &str)]) -> Result<Settings, String> {
        let mut environment = vec![("HARP_ISSUER".to_owned(), "https://id.example".to_owned())];
        environment
            .extend(more.iter().map(|(key, value)| (format!("HARP_SMTP__{key}"), (*value).to_owned())));
        Settings::load(&Source { file: None, environment }).map_err(|fault| fault.0)
    }

    // The pool of connections lives in a runtime.
    #[tokio::test]
    async fn a_mail_server_that_cannot_work_is_refused_by_name_and_no_password_is_shown() {
        const HOST: (&str, &str) = ("HOST", "mail.example");
        const FROM: (&str, &str) = ("FROM", "HARP <no-reply@id.example>");
        for (settings, named) in [
            (vec![HOST], "smtp.from"),
            (vec![HOST, FROM, ("SECURITY", "none")], "smtp.security"),
            (vec![HOST, FROM, ("SECURITY", "ssl")], "smtp.security"),
            (vec![HOST, FROM, ("USER", "harp")], "smtp.password"),
            (vec![HOST, FROM, ("PASSWORD", "hunter2")], "smtp.user"),
        ] {
            let refused = load(&settings).unwrap_err();
            assert!(refused.contains(&format!("`{named}`")) && !refused.contains("hunter2"), "{refused}");
        }
        let whole = [HOST, FROM, ("USER", "harp"), ("PASSWORD", "hunter2")];
        let whole = load(&whole).unwrap();
        assert!(!format!("{whole:?}").contains("hunter2"));
        whole.letters.courier().unwrap();
        let local = load(&[("HOST", "127.0.0.1"), FROM, ("SECURITY", "none")]).unwrap();
        local.letters.courier().unwrap();
        let nobody = load(&[HOST, ("FROM", "HARP")]).unwrap().letters.courier().unwrap_err().0;
        assert!(nobody.contains("`smtp`") && nobody.contains("HARP <no-reply@"), "{nobody}");
        let lost =
            load(&[HOST, FROM, ("AUTHORITY", "/no/such.pem")]).unwrap().letters.courier().unwrap_err().0;
        assert!(lost.contains("`smtp.authority`"), "{lost}");
    }
}
