//! The settings as they are written: a TOML file and the environment, merged. A key that is no setting is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Value};
use harp_core::kernel::secret::Secret;
use serde::Deserialize;

use super::{ConfigFault, documented};

/// Where settings are read from.
#[derive(Debug, Clone)]
pub struct Source {
    pub file: Option<PathBuf>,
    /// Variables of the environment: `HARP_ISSUER`, `HARP_TLS__CERT`.
    pub environment: Vec<(String, String)>,
}

impl Source {
    /// A file, and the environment of this process.
    pub fn file_and_environment(file: Option<&Path>) -> Source {
        Source { file: file.map(Path::to_owned), environment: std::env::vars().collect() }
    }
}

#[derive(Debug, Deserialize)]
pub struct Raw {
    pub issuer: Option<String>,
    pub listen: String,
    pub database: String,
    pub policy: String,
    pub name: String,
    pub log: String,
    pub help: Vec<Help>,
    pub applications: Vec<Application>,
    #[serde(default)]
    pub tls: Tls,
    pub secrets: Secrets,
    pub proxies: Proxies,
    pub site: Site,
    pub terms: Terms,
    pub letters: Letters,
    pub smtp: Smtp,
    pub twilio: Twilio,
    pub keys: Keys,
    pub http: Http,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub tty: Option<String>,
    pub hours: Option<String>,
}

/// How the pages look on the way to one application. What is not said is as everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    pub client: String,
    pub name: Option<String>,
    pub notice: Option<String>,
    #[serde(default)]
    pub help: Vec<Help>,
    #[serde(default)]
    pub links: Vec<Link>,
    pub terms: Option<String>,
    pub logo: Option<PathBuf>,
    #[serde(default)]
    pub colors: BTreeMap<String, String>,
    #[serde(default)]
    pub dark_colors: BTreeMap<String, String>,
}

/// A link at the foot of every page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub label: String,
    pub url: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Tls {
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

#[derive(Deserialize)]
pub struct Secrets {
    pub file: PathBuf,
    pub keys: Option<Vec<String>>,
    pub create: bool,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("file", &self.file).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
pub struct Proxies {
    pub trusted: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Site {
    pub notice: String,
    pub links: Vec<Link>,
    pub warning: Vec<String>,
    pub zone: String,
}

#[derive(Debug, Deserialize)]
pub struct Terms {
    pub version: String,
    pub text: Vec<String>,
    pub file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Letters {
    pub deliver: String,
    pub directory: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Smtp {
    pub host: Option<String>,
    pub port: u16,
    pub security: String,
    pub user: Option<String>,
    pub password: Option<Secret<String>>,
    pub from: Option<String>,
    pub authority: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Twilio {
    pub account: Option<String>,
    pub token: Option<Secret<String>>,
    pub from: Option<String>,
    pub url: String,
    pub callbacks: bool,
}

#[derive(Debug, Deserialize)]
pub struct Keys {
    pub algorithms: Vec<String>,
    pub announce_days: u32,
    pub sign_days: u32,
    pub keep_days: u32,
}

#[derive(Debug, Deserialize)]
pub struct Http {
    pub body_bytes: usize,
    pub header_bytes: usize,
    pub head_seconds: u32,
    pub request_seconds: u32,
    pub connections: usize,
    pub drain_seconds: u32,
}

/// Reads and merges: the defaults, the file over them, the environment over both.
pub fn read(source: &Source) -> Result<Raw, ConfigFault> {
    let mut written = Figment::new();
    if let Some(file) = &source.file {
        if !file.is_file() {
            return Err(ConfigFault(format!(
                "there is no file `{}`: `harp config > {0}` writes one to begin with",
                file.display()
            )));
        }
        written = written.merge(Toml::file_exact(file));
    }
    written = written.merge(environment(&source.environment));
    let values = written.extract::<Dict>().map_err(|e| ConfigFault(fault(&e)))?;
    refuse_unknown(&values, "")?;
    let settings = Figment::from(Toml::string(&defaults())).merge(written);
    settings.extract().map_err(|e| ConfigFault(fault(&e)))
}

/// `HARP_CONFIG` names the file, and so is no setting.
fn environment(variables: &[(String, String)]) -> Figment {
    let mine = variables.iter().filter_map(|(name, value)| {
        let key = name.strip_prefix("HARP_")?.to_ascii_lowercase().replace("__", ".");
        (key != "config").then_some((key, value))
    });
    mine.fold(Figment::new(), |figment, (key, value)| {
        // As in the file: a number, true, a list; whatever is none of these is a text.
        let value = match value.strip_prefix('+') {
            // A telephone number, not a number.
            Some(_) => Value::from(value.as_str()),
            None => value.parse().unwrap_or_else(|never| match never {}),
        };
        figment.merge((key, value))
    })
}

fn refuse_unknown(values: &Dict, table: &str) -> Result<(), ConfigFault> {
    for (name, value) in values {
        let key = if table.is_empty() { name.clone() } else { format!("{table}.{name}") };
        match value {
            _ if documented::known(&key) => {}
            Value::Dict(_, inner) if documented::is_table(&key) => refuse_unknown(inner, &key)?,
            _ => {
                let hint = documented::nearest(&key).map(|near| format!(" (is `{near}` meant?)"));
                return Err(ConfigFault(format!(
                    "there is no setting `{key}`{}: `harp config` lists them all",
                    hint.unwrap_or_default()
                )));
            }
        }
    }
    Ok(())
}

/// The documented defaults, as TOML.
fn defaults() -> String {
    let with_default = documented::SETTINGS.iter().filter_map(|s| Some((s.key, s.default?)));
    with_default.map(|(key, value)| format!("{key} = {value}\n")).collect()
}

/// figment's first complaint, in one line, without the value: it may be a secret.
fn fault(error: &figment::Error) -> String {
    use figment::error::Kind;
    let key = error.path.join(".");
    match &error.kind {
        Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => {
            format!("setting `{key}` must be {wanted}")
        }
        Kind::MissingField(name) => format!("`{name}` is missing in setting `{key}`"),
        Kind::UnknownField(name, known) => {
            let near = known.iter().min_by_key(|k| strsim::damerau_levenshtein(k, name)).copied();
            format!("there is no `{name}` in setting `{key}`; is `{}` meant?", near.unwrap_or_default())
        }
        kind => {
            let place = error.metadata.as_ref().and_then(|m| m.source.as_ref());
            let place = place.map_or("the settings".to_owned(), ToString::to_string);
            format!("{place}: {}", kind.to_string().lines().collect::<Vec<_>>().join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(environment: &[(&str, &str)]) -> Result<Raw, ConfigFault> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        read(&Source { file: None, environment })
    }

    #[test]
    fn the_environment_counts_more_than_the_file_and_the_file_more_than_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("harp.toml");
        std::fs::write(
            &file,
            "name = 'Ours'\nlisten = '127.0.0.1:1'\n[http]\nbody_bytes = 100\n[[help]]\nname = 'Desk'\n",
        )
        .unwrap();
        let environment = vec![
            ("HARP_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
            ("HARP_PROXIES__TRUSTED".to_owned(), r#"["10.0.0.0/8"]"#.to_owned()),
            ("HARP_CONFIG".to_owned(), "x".to_owned()),
            ("PATH".to_owned(), "x".to_owned()),
        ];
        let raw = read(&Source { file: Some(file), environment }).unwrap();
        assert_eq!(
            (raw.name.as_str(), raw.listen.as_str(), raw.policy.as_str()),
            ("Ours", "127.0.0.1:2", "harp")
        );
        assert_eq!((raw.http.body_bytes, raw.http.drain_seconds), (100, 20));
        assert_eq!(raw.proxies.trusted, ["10.0.0.0/8"]);
        assert_eq!(raw.help.first().unwrap().name, "Desk");
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_name() {
        let refused = |key: &str| with(&[(key, "1")]).unwrap_err().0;
        assert!(refused("HARP_ISUER").contains("is `issuer` meant?"), "{}", refused("HARP_ISUER"));
        assert!(refused("HARP_TLS__CRET").contains("is `tls.cert` meant?"));
        assert!(refused("HARP_FROBNICATE").contains("`harp config`"));
        let nested = with(&[("HARP_HELP", r#"[{name="x",fone="y"}]"#)]).unwrap_err().0;
        assert!(nested.contains("is `phone` meant?"), "{nested}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_and_not_repeated() {
        let refused = with(&[("HARP_HTTP__CONNECTIONS", "hunter2")]).unwrap_err().0;
        assert!(refused.contains("http.connections") && !refused.contains("hunter2"), "{refused}");
        assert!(read(&Source { file: Some("/no/such".into()), environment: vec![] }).is_err());
    }
}
