//! `harp keys`.

use clap::Subcommand;
use harp_core::kernel::random::SystemRandom;
use harp_oidc::config::settings::Secrets;
use harp_oidc::config::{Settings, secrets};
use harp_oidc::flow::keys;
use harp_oidc::jose::alg::Alg;
use harp_oidc::jose::keyring::{KeyRecord, KeyState};
use serde_json::{Value, json};

use crate::answer::{Format, all, one, refused};
use crate::console::Console;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Writes a root key into `secrets.file`, which must not be there yet.
    Init,
    /// Lists the signing keys.
    List,
    /// Rotates the signing keys of an algorithm now, whatever the schedule says.
    Rotate {
        #[arg(long, default_value = "RS256")]
        alg: String,
    },
}

/// Without a provider: there is no key yet to open anything with.
pub fn init(settings: &Settings, format: Format) -> anyhow::Result<()> {
    match &settings.secrets {
        Secrets::File { file, .. } if file.exists() => {
            Err(refused(format!("`{}` is there already, and is left as it is", file.display())))
        }
        Secrets::File { file, .. } => {
            secrets::create(file, &SystemRandom)?;
            one(format, &json!({ "file": file }), || {
                format!("wrote `{}`: keep a copy in a safe place", file.display())
            })
        }
        Secrets::Given(_) => {
            Err(refused("the root keys come from `secrets.keys`: there is no file to write"))
        }
    }
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Init => Ok(()),
        Command::List => {
            let keys = keys::list(console.oidc()).await?;
            let keys: Vec<Value> = keys.iter().map(shown).collect();
            all(console.format, &keys, |key| {
                let text =
                    |member: &str| key.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
                format!("{} {} {} since {}", text("kid"), text("alg"), text("state"), text("since"))
            })
        }
        Command::Rotate { alg } => {
            let alg = Alg::parse(&alg).ok_or_else(|| {
                crate::answer::unclear(format!(
                    "`{alg}` is not among {}",
                    Alg::ALL.map(Alg::as_str).join(", ")
                ))
            })?;
            // A key that the schedule does not know would be retired at once.
            if !console.oidc().schedule.algs.contains(&alg) {
                return Err(refused(format!(
                    "nothing is signed with {0}: name it in `keys.algorithms` first",
                    alg.as_str()
                )));
            }
            keys::rotate_now(console.oidc(), alg, &console.act()).await?;
            one(console.format, &json!({ "rotated": alg.as_str() }), || {
                "rotated: nodes sign with the new key within seconds, and the old one still verifies"
                    .to_owned()
            })
        }
    }
}

fn shown(key: &KeyRecord) -> Value {
    let state = match key.state {
        KeyState::Next { .. } => "next",
        KeyState::Current { .. } => "current",
        KeyState::Retired { .. } => "retired",
    };
    json!({
        "kid": key.kid,
        "alg": key.alg.as_str(),
        "state": state,
        "since": key.state.since().to_string(),
    })
}
