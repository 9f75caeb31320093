//! How the pages look on the way to one application (F08, K02, K04, K08): checked when HARP starts, so that no brand can make a
//! page that people cannot read, load anything from elsewhere, or send them to a place that is not https.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use url::Url;

use super::ConfigFault;
use super::colours::{Scheme, Tokens};
use super::raw::{Application, Help, Link};
use crate::protocol::client::ClientId;

/// The longest logo, in bytes.
const MOST_LOGO: u64 = 64 * 1024;

/// One application's look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    pub client: ClientId,
    pub name: Option<String>,
    pub notice: Option<String>,
    pub help: Vec<Help>,
    pub links: Vec<Link>,
    pub terms: Option<String>,
    pub logo: Option<Logo>,
    /// A stylesheet of its colours and nothing else; empty when it has none of its own.
    pub stylesheet: String,
}

/// A picture that HARP serves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub bytes: Vec<u8>,
    /// `svg` or `png`, by its content.
    pub extension: &'static str,
}

pub fn brands(written: Vec<Application>) -> Result<Vec<Brand>, ConfigFault> {
    let mut seen = BTreeSet::new();
    let brand = |application: Application| {
        let client = ClientId::parse(&application.client).map_err(|_| {
            ConfigFault::at("applications", format!("`{}` is no client id", application.client))
        })?;
        if !seen.insert(client.to_string()) {
            return Err(ConfigFault::at("applications", format!("`{client}` stands there twice")));
        }
        brand(client, application)
    };
    written.into_iter().map(brand).collect()
}

fn brand(client: ClientId, written: Application) -> Result<Brand, ConfigFault> {
    let at = |name: &str| format!("applications, `{client}`, {name}");
    let terms = written.terms.map(|url| https(&url, &at("terms")).map(|()| url)).transpose()?;
    let logo = written.logo.map(|file| logo(&file, &at("logo"))).transpose()?;
    let stylesheet = stylesheet(&written.colors, &written.dark_colors)
        .map_err(|why| ConfigFault::at(&at("colors"), why))?;
    Ok(Brand {
        name: written.name,
        notice: written.notice,
        help: written.help,
        links: links(written.links, &at("links"))?,
        terms,
        logo,
        stylesheet,
        client,
    })
}

/// K04
pub fn links(written: Vec<Link>, key: &str) -> Result<Vec<Link>, ConfigFault> {
    for link in &written {
        if link.label.trim().is_empty() {
            return Err(ConfigFault::at(key, format!("the link to `{}` has no label", link.url)));
        }
        https(&link.url, key)?;
    }
    Ok(written)
}

fn https(text: &str, key: &str) -> Result<(), ConfigFault> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty() => Ok(()),
        _ => Err(ConfigFault::at(key, format!("`{text}` is no https address"))),
    }
}

fn logo(file: &Path, key: &str) -> Result<Logo, ConfigFault> {
    let fault = |why: String| ConfigFault::at(key, format!("`{}` {why}", file.display()));
    let size = std::fs::metadata(file).map_err(|e| fault(format!("cannot be read: {e}")))?.len();
    if size > MOST_LOGO {
        return Err(fault(format!("has {size} bytes, at most {MOST_LOGO} are served")));
    }
    let bytes = std::fs::read(file).map_err(|e| fault(format!("cannot be read: {e}")))?;
    let extension = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        "png"
    } else if bytes.trim_ascii_start().starts_with(b"<svg") {
        "svg"
    } else {
        return Err(fault("is neither a PNG nor an SVG that begins with `<svg`".to_owned()));
    };
    Ok(Logo { bytes, extension })
}

/// Each scheme for itself: a light colour is no dark one.
fn stylesheet(light: &BTreeMap<String, String>, dark: &BTreeMap<String, String>) -> Result<String, String> {
    let mut css = String::new();
    for (scheme, own) in Scheme::BOTH.into_iter().zip([light, dark]) {
        let weak = Tokens::own(scheme).with(own)?.weak();
        if !weak.is_empty() {
            return Err(format!(
                "people could not read it in the {} scheme: {}",
                scheme.as_str(),
                weak.join("; ")
            ));
        }
        if own.is_empty() {
            continue;
        }
        let media = match scheme {
            Scheme::Light => "not all and (prefers-color-scheme: dark)",
            Scheme::Dark => "(prefers-color-scheme: dark)",
        };
        let _ = writeln!(css, "@media {media} {{\n  :root {{");
        for (name, value) in own {
            let _ = writeln!(css, "    --{name}: {value};");
        }
        css.push_str("  }\n}\n");
    }
    Ok(css)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(toml: &str) -> Result<Vec<Brand>, String> {
        #[derive(serde::Deserialize)]
        struct All {
            applications: Vec<Application>,
        }
        use figment::providers::{Format as _, Toml};
        let all: All = figment::Figment::from(Toml::string(toml)).extract().unwrap();
        brands(all.applications).map_err(|fault| fault.to_string())
    }

    /// F08, K02, K04, K08
    #[test]
    fn an_application_has_a_name_help_links_a_notice_and_colours() {
        let found = written(
            r##"
            [[applications]]
            client = "hqr"
            name = "Hospital Quality Reporting"
            notice = "HQR has a new address: hqr.example."
            help = [{ name = "QPP help", email = "qpp@cms.example", phone = "1-866-288-8292", tty = "1-877-715-6222" }]
            links = [{ label = "QualityNet", url = "https://qualitynet.example/" }]
            terms = "https://hqr.example/terms"
            colors = { brand = "#5a2a82", brand-strong = "#3f1d5c" }
            "##,
        )
        .unwrap();
        let [hqr] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(hqr.help[0].tty.as_deref(), Some("1-877-715-6222"));
        assert!(hqr.stylesheet.contains("@media not all and (prefers-color-scheme: dark)"));
        assert!(
            hqr.stylesheet.contains("--brand: #5a2a82;") && hqr.stylesheet.matches("@media").count() == 1
        );
    }

    #[test]
    fn what_cannot_be_read_or_leads_astray_is_refused_by_name() {
        let refused =
            |rest: &str| written(&format!("[[applications]]\nclient = \"hqr\"\n{rest}")).unwrap_err();
        let weak = refused(r##"colors = { brand = "#9fd0dc" }"##);
        assert!(weak.contains("light scheme") && weak.contains("`brand` on `paper`"), "{weak}");
        assert!(refused(r##"dark_colors = { brand = "#0b5566" }"##).contains("dark scheme"));
        assert!(refused(r#"colors = { brand = "red; } * { display: none" }"#).contains("a colour like"));
        assert!(refused(r##"colors = { column = "#000000" }"##).contains("there is no colour `column`"));
        for url in ["http://a.example/", "javascript:alert(1)", "//a.example", "https://u@a.example/", "x"] {
            assert!(refused(&format!("terms = \"{url}\"")).contains("no https address"), "{url}");
            let links = format!("links = [{{ label = \"x\", url = \"{url}\" }}]");
            assert!(refused(&links).contains("no https address"), "{url}");
        }
        assert!(refused("links = [{ label = \" \", url = \"https://a.example\" }]").contains("no label"));
        assert!(refused("logo = \"/no/such/logo.png\"").contains("cannot be read"));
        assert!(refused("[[applications]]\nclient = \"hqr\"").contains("twice"));
    }

    #[test]
    fn a_logo_is_small_and_known_by_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let with = |bytes: &[u8]| {
            let file = dir.path().join("logo.png");
            std::fs::write(&file, bytes).unwrap();
            logo(&file, "logo").map(|logo| logo.extension).map_err(|fault| fault.to_string())
        };
        assert_eq!(with(b"\x89PNG\r\n\x1a\n..").unwrap(), "png");
        assert_eq!(with(b"\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap(), "svg");
        assert!(with(b"<html>").unwrap_err().contains("neither"));
        assert!(with(&vec![0; 70_000]).unwrap_err().contains("at most"));
    }
}
