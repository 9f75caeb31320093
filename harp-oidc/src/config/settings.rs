//! The settings as they are meant: parsed once, checked together. What cannot work is refused before anything starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Secret;
use harp_core::policy::Profile;
use harp_core::vault::Vault;
use jiff::tz::TimeZone;

use super::brand::{self, Brand};
use super::letters::Letters;
use super::network::Network;
use super::raw::{self, Help, Link, Raw, Source};
use super::{ConfigFault, documented, secrets};
use crate::grant::terms::{TermsFault, TermsText};
use crate::jose::alg::Alg;
use crate::jose::keyring::Schedule;
use crate::protocol::issuer::Issuer;

#[derive(Debug)]
pub struct Settings {
    pub issuer: Issuer,
    pub listen: SocketAddr,
    /// `sqlite:..` or `postgres://..`, as `SqlStore::open` takes it. It may hold a password.
    pub database: Secret<String>,
    pub profile: &'static Profile,
    pub name: String,
    /// A filter for the log.
    pub log: String,
    pub help: Vec<Help>,
    pub applications: Vec<Brand>,
    pub tls: Option<Tls>,
    pub secrets: Secrets,
    pub proxies: Vec<Network>,
    pub site: Site,
    pub letters: Letters,
    pub keys: Schedule,
    pub http: Bounds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Where the root keys are.
#[derive(Debug)]
pub enum Secrets {
    Given(Vec<Secret<String>>),
    File { file: PathBuf, missing: Missing },
}

/// What to do without a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Refuse,
    Create,
}

#[derive(Debug, Clone)]
pub struct Site {
    pub notice: Option<String>,
    /// K04
    pub links: Vec<Link>,
    pub warning: Vec<String>,
    pub zone: TimeZone,
    pub terms: TermsText,
}

/// How much of anything a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub body_bytes: usize,
    pub header_bytes: usize,
    /// For the head of a request to arrive.
    pub head: Duration,
    /// For a request from its head to its answer.
    pub request: Duration,
    pub connections: usize,
    /// For requests in flight after a signal to stop.
    pub drain: Duration,
}

impl Settings {
    pub fn load(source: &Source) -> Result<Settings, ConfigFault> {
        Settings::of(raw::read(source)?)
    }

    fn of(raw: Raw) -> Result<Settings, ConfigFault> {
        let issuer = raw.issuer.as_deref().filter(|text| !text.is_empty()).ok_or_else(|| {
            let variable = documented::variable("issuer");
            ConfigFault(format!("setting `issuer` is missing: set it in the file, or {variable}"))
        })?;
        Ok(Settings {
            issuer: Issuer::parse(issuer).map_err(|e| ConfigFault::at("issuer", e))?,
            listen: raw.listen.parse().map_err(|_| {
                ConfigFault::at("listen", format!("`{}` is not an address and a port", raw.listen))
            })?,
            database: database(raw.database)?,
            profile: Profile::named(&raw.policy).ok_or_else(|| {
                let known = Profile::NAMES.join("` or `");
                ConfigFault::at("policy", format!("`{}` is not `{known}`", raw.policy))
            })?,
            name: raw.name,
            log: raw.log,
            help: raw.help,
            applications: brand::brands(raw.applications)?,
            tls: tls(raw.tls)?,
            secrets: match raw.secrets.keys {
                Some(keys) => Secrets::Given(keys.into_iter().map(Secret::new).collect()),
                None => Secrets::File {
                    file: raw.secrets.file,
                    missing: if raw.secrets.create { Missing::Create } else { Missing::Refuse },
                },
            },
            proxies: proxies(&raw.proxies.trusted)?,
            site: Site {
                notice: Some(raw.site.notice).filter(|text| !text.is_empty()),
                links: brand::links(raw.site.links, "site.links")?,
                warning: raw.site.warning,
                zone: TimeZone::get(&raw.site.zone).map_err(|_| {
                    let why = format!("`{}` is not a time zone such as America/Chicago", raw.site.zone);
                    ConfigFault::at("site.zone", why)
                })?,
                terms: terms(raw.terms)?,
            },
            letters: Letters::of(raw.letters, raw.smtp, (raw.twilio, issuer))?,
            keys: schedule(&raw.keys)?,
            http: bounds(&raw.http)?,
        })
    }

    /// The keyring outside the database; on a first start that may do so, its file is written.
    pub fn vault(&self, random: &dyn Random) -> Result<Vault, ConfigFault> {
        match &self.secrets {
            Secrets::Given(keys) => secrets::vault(keys),
            Secrets::File { file, missing } => {
                if *missing == Missing::Create && !file.exists() {
                    secrets::create(file, random)?;
                }
                secrets::vault(&secrets::read(file)?)
            }
        }
    }
}

fn database(text: String) -> Result<Secret<String>, ConfigFault> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|prefix| text.starts_with(prefix));
    if known && text.len() > "sqlite:".len() {
        return Ok(Secret::new(text));
    }
    Err(ConfigFault::at("database", "it must be `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`"))
}

fn tls(raw: raw::Tls) -> Result<Option<Tls>, ConfigFault> {
    match (raw.cert, raw.key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(Tls { cert, key })),
        (Some(_), None) => Err(ConfigFault::at("tls.key", "a certificate needs its key")),
        (None, Some(_)) => Err(ConfigFault::at("tls.cert", "a key needs its certificate")),
    }
}

fn proxies(blocks: &[String]) -> Result<Vec<Network>, ConfigFault> {
    let parsed = blocks.iter().map(|block| block.parse());
    parsed.map(|block| block.map_err(|e| ConfigFault::at("proxies.trusted", e))).collect()
}

fn terms(raw: raw::Terms) -> Result<TermsText, ConfigFault> {
    let key = if raw.file.is_some() { "terms.file" } else { "terms.text" };
    let text = match (raw.file, raw.text.is_empty()) {
        (Some(_), false) => return Err(ConfigFault::at(key, "`terms.text` is set as well: one of them")),
        (Some(file), true) => {
            let text = std::fs::read_to_string(&file)
                .map_err(|e| ConfigFault::at(key, format!("`{}` cannot be read: {e}", file.display())))?;
            TermsText::parse(&raw.version, &text)
        }
        (None, _) => TermsText::of(&raw.version, raw.text),
    };
    text.map_err(|fault| {
        ConfigFault::at(if fault == TermsFault::Version { "terms.version" } else { key }, fault)
    })
}

fn schedule(raw: &raw::Keys) -> Result<Schedule, ConfigFault> {
    let alg = |name: &String| {
        Alg::parse(name).ok_or_else(|| {
            let known = Alg::ALL.map(Alg::as_str).join(", ");
            ConfigFault::at("keys.algorithms", format!("`{name}` is not among {known}"))
        })
    };
    let algs = raw.algorithms.iter().map(alg).collect::<Result<Vec<_>, _>>()?;
    // OpenID Connect Core §15.1: every provider signs with RS256; it is each client's default.
    if !algs.contains(&Alg::Rs256) {
        return Err(ConfigFault::at("keys.algorithms", "RS256 must be among them"));
    }
    let days = |n: u32| Duration::from_secs(u64::from(n) * 24 * 60 * 60);
    if raw.sign_days <= raw.announce_days || raw.keep_days == 0 {
        return Err(ConfigFault::at("keys.sign_days", "a key must sign for longer than it is announced"));
    }
    Ok(Schedule {
        algs,
        announce: days(raw.announce_days),
        sign: days(raw.sign_days),
        keep: days(raw.keep_days),
    })
}

fn bounds(raw: &raw::Http) -> Result<Bounds, ConfigFault> {
    let least = |key: &str, value: usize, least: usize| {
        if value < least {
            Err(ConfigFault::at(key, format!("it must be {least} at least")))
        } else {
            Ok(value)
        }
    };
    let seconds = |key: &str, value: u32| {
        if value == 0 {
            Err(ConfigFault::at(key, "it must be 1 at least"))
        } else {
            Ok(Duration::from_secs(value.into()))
        }
    };
    Ok(Bounds {
        body_bytes: least("http.body_bytes", raw.body_bytes, 1024)?,
        header_bytes: least("http.header_bytes", raw.header_bytes, 8192)?,
        head: seconds("http.head_seconds", raw.head_seconds)?,
        request: seconds("http.request_seconds", raw.request_seconds)?,
        connections: least("http.connections", raw.connections, 1)?,
        drain: Duration::from_secs(raw.drain_seconds.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(more: &[(&str, &str)]) -> Result<Settings, ConfigFault> {
        let mut environment = vec![("HARP_ISSUER".to_owned(), "https://id.example".to_owned())];
        environment.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        Settings::load(&Source { file: None, environment })
    }

    #[test]
    fn an_issuer_is_all_that_is_needed() {
        let it = load(&[]).unwrap();
        assert_eq!((it.issuer.as_str(), it.profile.name), ("https://id.example", "harp"));
        assert_eq!(it.keys, Schedule::default());
        assert_eq!(it.http.body_bytes, 64 * 1024);
        assert!(it.tls.is_none() && it.proxies.is_empty());
        let none = Settings::load(&Source { file: None, environment: vec![] }).unwrap_err();
        assert!(none.0.contains("HARP_ISSUER"));
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        for (variable, value, named) in [
            ("HARP_ISSUER", "http://id.example", "issuer"),
            ("HARP_LISTEN", "8080", "listen"),
            ("HARP_DATABASE", "mysql://x", "database"),
            ("HARP_POLICY", "strict", "policy"),
            ("HARP_TLS__CERT", "/cert.pem", "tls.key"),
            ("HARP_PROXIES__TRUSTED", r#"["10.0.0.0/99"]"#, "proxies.trusted"),
            ("HARP_KEYS__ALGORITHMS", r#"["ES256"]"#, "keys.algorithms"),
            ("HARP_KEYS__ALGORITHMS", r#"["RS256", "none"]"#, "keys.algorithms"),
            ("HARP_TERMS__VERSION", "2 of 3", "terms.version"),
            ("HARP_TERMS__FILE", "/no/such/file", "terms.file"),
            ("HARP_TERMS__TEXT", "[\"a\\u0000b\"]", "terms.text"),
            ("HARP_SITE__ZONE", "Mars/Olympus", "site.zone"),
            ("HARP_LETTERS__DELIVER", "pigeon", "letters.deliver"),
            ("HARP_LETTERS__DELIVER", "directory", "letters.directory"),
            ("HARP_HTTP__CONNECTIONS", "0", "http.connections"),
        ] {
            let refused = load(&[(variable, value)]).unwrap_err().0;
            assert!(refused.contains(&format!("`{named}`")), "{variable}={value}: {refused}");
        }
    }

    /// F12, F13
    #[test]
    fn the_terms_come_from_the_settings_or_from_a_file_of_plain_paragraphs() {
        assert_eq!(load(&[]).unwrap().site.terms, TermsText::of("1", vec![]).unwrap());
        let inline = load(&[("HARP_TERMS__TEXT", r#"["One.", "Two."]"#)]).unwrap().site.terms;
        assert_eq!(inline.paragraphs, ["One.", "Two."]);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("terms.txt");
        std::fs::write(&file, "One\nline.\n\nTwo.\n").unwrap();
        let path = file.to_str().unwrap();
        let read =
            load(&[("HARP_TERMS__FILE", path), ("HARP_TERMS__VERSION", "2026-11")]).unwrap().site.terms;
        assert_eq!(
            (read.version.as_str(), read.paragraphs),
            ("2026-11", vec!["One line.".into(), "Two.".into()])
        );
        assert!(load(&[("HARP_TERMS__FILE", path), ("HARP_TERMS__TEXT", r#"["x"]"#)]).is_err());
        std::fs::write(&file, "x".repeat(TermsText::MOST_BYTES + 1)).unwrap();
        assert!(load(&[("HARP_TERMS__FILE", path)]).unwrap_err().0.contains("`terms.file`"));
    }

    #[test]
    fn loopback_may_do_without_tls_and_secrets_do_not_print_themselves() {
        let it = load(&[
            ("HARP_ISSUER", "http://localhost:8080"),
            ("HARP_DATABASE", "postgres://harp:hunter2@db/harp"),
            ("HARP_SECRETS__KEYS", r#"["hunter3"]"#),
        ])
        .unwrap();
        let shown = format!("{it:?}");
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
