//! The relying applications: how an operator registers them, and how the pages on the way to them look.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Plain;
use harp_oidc::config::brand::brands;
use harp_oidc::config::raw::{Application, Help, Link};
use harp_oidc::grant::client::{Authentication, Client, Consent, Pkce, Terms};
use harp_oidc::grant::terms::TermsText;
use harp_oidc::jose::alg::Alg;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::view::brand::Brand;
use harp_oidc::view::frame::{Contact, Site};
use harp_sdk::paths;
use jiff::tz::TimeZone;

use crate::seed;

/// One of them. Its client id is the slug of its program.
pub struct Registered<'a> {
    pub id: &'static str,
    pub name: &'static str,
    /// Where it stands.
    pub base: &'a str,
    pub own_terms: Option<TermsText>,
}

pub const MFT: &str = seed::PROGRAM;
pub const HQR: &str = hqr::PROGRAM;
pub const QPP: &str = qpp::PROGRAM;

/// F13, in words of our own: a warning banner that covers what the founding documents list.
const BANNER: &str = "\
This warning gives privacy and security notices. You are about to use a Government information system. It includes this \
computer, the network that it is on, every computer connected to that network, and all devices and storage media attached to \
the network or to a computer on it.

The system is provided for Government-authorized use only. Other use may be punished and prosecuted.

You have no reasonable expectation of privacy about what passes through this system or is stored on it. It may be monitored, \
intercepted and searched at any time for a lawful Government purpose.";

impl<'a> Registered<'a> {
    pub fn mft(base: &'a str) -> Registered<'a> {
        Registered { id: MFT, name: "Managed File Transfer", base, own_terms: None }
    }

    /// F12: its own terms after the code, at each sign-in.
    pub fn hqr(base: &'a str) -> anyhow::Result<Registered<'a>> {
        let own_terms = Some(TermsText::parse("2026-11", BANNER)?);
        Ok(Registered { id: HQR, name: "Hospital Quality Reporting", base, own_terms })
    }

    pub fn qpp(base: &'a str) -> Registered<'a> {
        Registered { id: QPP, name: "Quality Payment Program", base, own_terms: None }
    }

    /// As an operator registers it.
    pub fn client(&self, secret: &str, act: &Act) -> anyhow::Result<Client> {
        let web = |path: &str| RedirectUri::register(&format!("{}{path}", self.base), ApplicationType::Web);
        Ok(Client {
            id: ClientId::parse(self.id).context("the demo's client id")?,
            name: self.name.to_owned(),
            authentication: Authentication::ClientSecretBasic { secret: Plain::presented(secret).hashed() },
            redirects: vec![web(paths::CALLBACK)?],
            post_logout: vec![web(frame::SIGNED_OUT)?],
            kind: ApplicationType::Web,
            scopes: ScopeSet::parse("openid profile email roles")?,
            program: Some(self.id.to_owned()),
            signing: Alg::Rs256,
            pkce: Pkce::Required,
            consent: Consent::FirstParty,
            terms: if self.own_terms.is_some() { Terms::EachSignIn } else { Terms::Never },
            own_terms: self.own_terms.clone(),
            home: Some(self.base.to_owned()),
            created_at: act.now,
            disabled_at: None,
        })
    }
}

/// The provider's own look, and that of the way to each application.
pub fn site() -> anyhow::Result<Site> {
    // K01: for this program also its own desk.
    let cjr = Help {
        name: "CJR Support".to_owned(),
        email: Some("cjrsupport@mft.example".to_owned()),
        phone: None,
        tty: None,
        hours: None,
    };
    let mft = plain(MFT, vec![desk(MFT), cjr]);
    let brands = brands(vec![mft, hqr(plain(HQR, vec![desk(HQR)])), plain(QPP, vec![desk(QPP)])])?;
    let brands = brands.iter().map(|brand| (brand.client.to_string(), Arc::new(Brand::of(brand)))).collect();
    // The desk's own; a machine without zones shows UTC.
    let zone = TimeZone::get("America/Chicago").unwrap_or(TimeZone::UTC);
    Ok(Site { contacts: vec![Contact::of(&desk(MFT))], brands, zone, ..Site::default() })
}

fn plain(client: &str, help: Vec<Help>) -> Application {
    Application {
        client: client.to_owned(),
        name: None,
        notice: None,
        help,
        links: vec![],
        terms: None,
        logo: None,
        colors: BTreeMap::new(),
        dark_colors: BTreeMap::new(),
    }
}

/// K01, K02: the desk of a program, as the founding documents name it, with nobody's real number.
fn desk(program: &str) -> Help {
    let (name, email, phone, tty) = match program {
        HQR => ("QualityNet Service Desk", "help@qualitynet.example", "1-800-555-0110", "1-800-555-0111"),
        QPP => ("QPP Help", "help@qpp.example", "1-800-555-0120", "1-800-555-0121"),
        _ => ("Service Desk", "servicedesk@harp.example", "1-800-555-0100", "1-800-555-0101"),
    };
    Help {
        name: name.to_owned(),
        email: Some(email.to_owned()),
        phone: Some(phone.to_owned()),
        tty: Some(tty.to_owned()),
        hours: Some("7 AM to 7 PM Central Time, Monday to Friday".to_owned()),
    }
}

/// The same desk on the application's own pages.
pub fn help(program: &str) -> frame::Help {
    let Help { name, phone, tty, hours, .. } = desk(program);
    let known = |text: Option<String>| text.unwrap_or_default();
    frame::Help { name, phone: known(phone), tty: known(tty), hours: known(hours) }
}

/// F08, F09, K04, K08: the names of the founding documents, at addresses that are nobody's.
fn hqr(plain: Application) -> Application {
    let link = |label: &str, path: &str| Link {
        label: label.to_owned(),
        url: format!("https://qualitynet.example/{path}"),
    };
    let colours = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    Application {
        name: Some("Hospital Quality Reporting".to_owned()),
        notice: Some(
            "Hospital Quality Reporting has moved here: use your HARP user ID, since access to the old portal may end. \
             If you do not have a HARP account, sign in on the old portal first to create one."
                .to_owned(),
        ),
        links: vec![
            link("QualityNet.org", ""),
            link("About QualityNet", "about"),
            link("QualityNet Help Desk", "help-desk"),
            link("Access Instructions", "access"),
        ],
        colors: colours(&[("brand", "#0b5e5a"), ("brand-strong", "#073f3c")]),
        dark_colors: colours(&[("brand", "#7fd9d2"), ("brand-strong", "#abe9e4")]),
        ..plain
    }
}
