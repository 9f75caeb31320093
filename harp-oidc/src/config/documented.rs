//! Every setting, once: its key, what it means, its default. The example file, the table of `docs/operating.md` and the
//! refusal of unknown keys are made from this list.

use std::fmt::Write as _;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// As in `harp.toml`, with a dot for each table.
    pub key: &'static str,
    /// The default in TOML; `None`: it has none, and `sample` stands in the example.
    pub default: Option<&'static str>,
    pub sample: &'static str,
    /// Plain sentences, one a line.
    pub meaning: &'static str,
}

const fn with_default(key: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default: Some(default), sample: default, meaning }
}

const fn without(key: &'static str, sample: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default: None, sample, meaning }
}

/// Top-level settings first, then table by table.
pub const SETTINGS: &[Setting] = &[
    without(
        "issuer",
        "\"https://id.example.org\"",
        "Required. Where people and applications reach HARP; every URL it writes begins with this.\nhttp is refused except on localhost.",
    ),
    with_default("listen", "\"127.0.0.1:8080\"", "The address and port to listen on."),
    with_default(
        "database",
        "\"sqlite:harp.db\"",
        "`sqlite:PATH` for one node, `postgres://USER:PASSWORD@HOST/NAME` for one or more.",
    ),
    with_default("policy", "\"harp\"", "The policy profile: `harp` or `nist-63-4`."),
    with_default("name", "\"HARP\"", "What pages, letters and authenticator apps call this provider."),
    with_default(
        "log",
        "\"info\"",
        "What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `harp_oidc=debug`.",
    ),
    with_default(
        "help",
        "[]",
        "Who helps (K01, K02), in the order in which to ask: `{ name, email, phone, tty, hours }`.",
    ),
    with_default(
        "applications",
        "[]",
        "How pages look on the way to an application, by its `client` id (F08, K02, K04, K08): its `name` in the header, `notice`,\n`help` as above, footer `links`, the address of its `terms`, a `logo` file, `colors` and `dark_colors`. See \"Brands\" in docs/operating.md.",
    ),
    without(
        "tls.cert",
        "\"/etc/harp/cert.pem\"",
        "A PEM file with the certificate chain. With it HARP speaks TLS itself.",
    ),
    without("tls.key", "\"/etc/harp/key.pem\"", "A PEM file with the certificate's private key."),
    with_default(
        "secrets.file",
        "\"harp.keys\"",
        "The root keys that seal what is secret in the database: 32 bytes in base64, a line each.\nThe first seals, all of them open. `harp keys init` writes one. Only its owner may read it.",
    ),
    without(
        "secrets.keys",
        "[\"...\"]",
        "The root keys themselves, in place of a file. Meant for the environment: HARP_SECRETS__KEYS='[\"...\"]'.",
    ),
    with_default(
        "secrets.create",
        "false",
        "Whether the first start may write a missing `secrets.file`. Lose that file and what it sealed is lost.",
    ),
    with_default(
        "proxies.trusted",
        "[]",
        "Address blocks whose `X-Forwarded-For` is believed, such as \"10.0.0.0/8\". Nobody else's is.",
    ),
    with_default("site.notice", "\"\"", "A line above every page (K08), such as a new address."),
    with_default(
        "site.links",
        "[]",
        "Links at the foot of every page (K04): `{ label, url }`. The url is https.",
    ),
    with_default("site.warning", "[]", "The warning at sign-in (F13), a paragraph each. Empty: HARP's own."),
    with_default(
        "site.zone",
        "\"UTC\"",
        "The time zone of letters, and of pages where no script shows the reader's own, such as \"America/Chicago\".",
    ),
    with_default(
        "terms.version",
        "\"1\"",
        "The version of the terms in force (F01, F12): change it with the text. Everybody is asked for a new one.",
    ),
    with_default(
        "terms.text",
        "[]",
        "The terms, a plain paragraph each. Empty: HARP's own. An application may have its own: `harp client add --help`.",
    ),
    without(
        "terms.file",
        "\"/etc/harp/terms.txt\"",
        "The terms as a file in place of `terms.text`: plain text, an empty line between paragraphs, 64 KiB at most.",
    ),
    with_default(
        "letters.deliver",
        "\"log\"",
        "How letters, texts and calls go out. `log`: nowhere, one line in the log each, without their words.\n`directory`: each becomes a file in `letters.directory`, for a mail gateway to fetch and delete.",
    ),
    without(
        "letters.directory",
        "\"/var/spool/harp\"",
        "Where `letters.deliver = \"directory\"` writes. The files hold security codes.",
    ),
    without(
        "smtp.host",
        "\"mail.example.org\"",
        "The mail server that email goes out through. Without one, email goes where `letters.deliver` says.",
    ),
    with_default("smtp.port", "587", "Its port: 587 for `starttls`, 465 for `tls`."),
    with_default(
        "smtp.security",
        "\"starttls\"",
        "`starttls`, `tls` (from the first byte), or `none` for a server on this machine alone.",
    ),
    without("smtp.user", "\"harp\"", "As whom HARP signs in to the mail server."),
    without("smtp.password", "\"...\"", "Meant for the environment: HARP_SMTP__PASSWORD."),
    without("smtp.from", "\"HARP <no-reply@example.org>\"", "The sender of every letter."),
    without(
        "smtp.authority",
        "\"/etc/harp/mail-ca.pem\"",
        "A PEM file with the authority that alone vouches for the mail server. Without it, the public ones do.",
    ),
    without(
        "twilio.account",
        "\"AC00000000000000000000000000000000\"",
        "The account at Twilio that text messages and calls go out by. Without one, they go where `letters.deliver` says.",
    ),
    without("twilio.token", "\"...\"", "Its auth token. Meant for the environment: HARP_TWILIO__TOKEN."),
    without(
        "twilio.from",
        "\"+12025550143\"",
        "A number of the account's that can text and call, in E.164 form.",
    ),
    with_default(
        "twilio.url",
        "\"https://api.twilio.com\"",
        "Where the API is, or another server that speaks it. Not TLS only on this machine.",
    ),
    with_default(
        "twilio.callbacks",
        "true",
        "Whether Twilio is asked to tell at `<issuer>/hooks/twilio` what arrived, and to let people on a call hear a code again. It must reach that address.",
    ),
    with_default(
        "keys.algorithms",
        "[\"RS256\", \"ES256\"]",
        "What ID tokens can be signed with: RS256, ES256, EdDSA. RS256 is every client's default.",
    ),
    with_default("keys.announce_days", "2", "How long a signing key is published before it signs."),
    with_default("keys.sign_days", "90", "How long a signing key signs."),
    with_default("keys.keep_days", "30", "How long a retired signing key is still published."),
    with_default(
        "http.body_bytes",
        "65536",
        "The longest request body. Protocol requests have bounds of their own below it.",
    ),
    with_default(
        "http.header_bytes",
        "65536",
        "The longest head of a request: its address and all of its headers.",
    ),
    with_default("http.head_seconds", "10", "How long the head of a request may take to arrive."),
    with_default("http.request_seconds", "30", "How long a request may take from its head to its answer."),
    with_default("http.connections", "4096", "How many connections are open at once; the next one waits."),
    with_default(
        "http.drain_seconds",
        "20",
        "How long requests in flight may finish after SIGTERM or SIGINT.",
    ),
];

/// Whether a key is a setting, or a table of some.
pub fn known(key: &str) -> bool {
    SETTINGS.iter().any(|s| s.key == key)
}

/// Whether settings stand below this key.
pub fn is_table(key: &str) -> bool {
    SETTINGS.iter().any(|s| s.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

/// The setting whose name is nearest to this one, if any is near.
pub fn nearest(key: &str) -> Option<&'static str> {
    let far = |s: &&Setting| strsim::damerau_levenshtein(key, s.key);
    let last = |k: &str| k.rsplit('.').next().unwrap_or(k).to_owned();
    let near = SETTINGS.iter().min_by_key(far).filter(|s| far(s) <= 1 + key.len() / 4);
    // Perhaps the name is right and its table was forgotten.
    near.or_else(|| SETTINGS.iter().find(|s| last(s.key) == last(key))).map(|s| s.key)
}

/// The variable of the environment that sets it.
pub fn variable(key: &str) -> String {
    format!("HARP_{}", key.to_ascii_uppercase().replace('.', "__"))
}

/// `harp.example.toml`.
pub fn example() -> String {
    let mut out = String::from(
        "# The settings of HARP, with their defaults. `harp config` prints this file.\n\
         # Each can be set in the environment instead, which counts more: `tls.cert` is HARP_TLS__CERT.\n",
    );
    let mut table = "";
    for setting in SETTINGS {
        let (head, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if head != table {
            let _ = write!(out, "\n[{head}]\n");
            table = head;
        }
        out.push('\n');
        for line in setting.meaning.lines() {
            let _ = writeln!(out, "# {line}");
        }
        let off = if setting.key == "issuer" { "" } else { "# " };
        let _ = writeln!(out, "{off}{name} = {}", setting.sample);
    }
    out
}

/// The table of `docs/operating.md`.
pub fn table() -> String {
    let mut out = String::from("| Setting | Default | Meaning |\n|---|---|---|\n");
    for setting in SETTINGS {
        let default = setting.default.map_or("none".to_owned(), |d| format!("`{d}`"));
        let _ = writeln!(out, "| `{}` | {default} | {} |", setting.key, setting.meaning.replace('\n', " "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_and_the_manual_list_exactly_the_settings() {
        assert_eq!(include_str!("../../../harp.example.toml"), example(), "write it anew with `harp config`");
        let manual = include_str!("../../../docs/operating.md");
        assert!(manual.contains(&table()), "docs/operating.md must have this table:\n{}", table());
    }

    #[test]
    fn a_misspelt_setting_has_a_nearest_one() {
        assert_eq!(nearest("isuer"), Some("issuer"));
        assert_eq!(nearest("tls.certt"), Some("tls.cert"));
        assert_eq!(nearest("trusted"), Some("proxies.trusted"));
        assert_eq!(nearest("frobnicate"), None);
    }
}
