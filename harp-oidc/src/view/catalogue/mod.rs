//! Every page and letter in every state with sample data, for `/dev/pages` (demo only) and for the tests that prove all of them.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use harp_core::kernel::time::Timestamp;
use http::StatusCode;

use super::brand::Brand;
use super::frame::{Agent, Contact, Desk, Frame, Link, Section, Site, Who};
use super::lasting::Lasting;
use super::words::Words;
use super::{Page, pages, url};

mod help_desk;
mod letters;
mod lost_device;
mod portal;
mod register;
mod roles;
mod sign_in;

pub use letters::{SampleLetter, letters};

/// A page in one of its states.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its address in the catalogue: `sign-in.wrong-password`.
    pub slug: String,
    pub status: StatusCode,
    pub html: String,
}

/// `/dev/pages`: a list of everything.
#[derive(Debug, Template)]
#[template(path = "page/catalogue/index.html")]
pub struct Index {
    pub frame: Frame,
    pub pages: Vec<String>,
    pub letters: Vec<String>,
}

/// One letter as plain text, with a link to its HTML.
#[derive(Debug, Template)]
#[template(path = "page/catalogue/letter.html")]
pub struct LetterPage {
    pub frame: Frame,
    pub letter: SampleLetter,
}

pages!(Index, LetterPage);

/// All pages, in the order in which a person meets them.
pub fn pages(words: &Words) -> Vec<Sample> {
    let mut shelf = Shelf { words: words.clone(), samples: Vec::new() };
    sign_in::fill(&mut shelf);
    lost_device::fill(&mut shelf);
    register::fill(&mut shelf);
    portal::fill(&mut shelf);
    roles::fill(&mut shelf);
    help_desk::fill(&mut shelf);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let index =
        Index { frame: shelf.frame(), pages: names(&["sign-in"]), letters: names(&["letter.completed"]) };
    shelf.add("catalogue", index);
    shelf.samples
}

/// Collects samples.
struct Shelf {
    words: Words,
    samples: Vec<Sample>,
}

impl Shelf {
    fn add(&mut self, slug: &str, page: impl Page) {
        // A page that cannot be rendered shows why; the tests refuse it.
        let html = page.render().unwrap_or_else(|error| error.to_string());
        self.samples.push(Sample { slug: slug.to_owned(), status: page.status(), html });
    }

    /// Nobody has signed in.
    fn frame(&self) -> Frame {
        Frame {
            csrf: "sample-token".to_owned(),
            request_id: "req_01hsample".to_owned(),
            ..Frame::new(site(), self.words.clone())
        }
    }

    /// On the way to an application.
    fn to_application(&self) -> Frame {
        let application = Some("Managed File Transfer".to_owned());
        Frame { application, flow: Some("flow_01hsample".to_owned()), ..self.frame() }
    }

    /// The same to one that has a look of its own (F08, K02, K04, K08).
    fn to_branded(&self) -> Frame {
        let help = Contact {
            name: "QPP help".to_owned(),
            email: Some("qpp@example.org".to_owned()),
            phone: Some("1-800-555-0102".to_owned()),
            tty: Some("1-800-555-0101".to_owned()),
            hours: None,
        };
        let link =
            |label: &str| Link { label: label.to_owned(), url: "https://quality.example.org/".to_owned() };
        let brand = Brand {
            name: Some("Hospital Quality Reporting".to_owned()),
            notice: Some("HQR has a new address: hqr.example.org. Use your HARP ID there.".to_owned()),
            contacts: vec![help],
            links: ["QualityNet", "About QualityNet", "Access Instructions"].map(link).to_vec(),
            terms: Some("https://hqr.example.org/terms".to_owned()),
            ..Brand::default()
        };
        Frame { application: brand.name.clone(), brand: Some(Arc::new(brand)), ..self.to_application() }
    }

    /// Ana is signed in.
    fn ana(&self, section: Section) -> Frame {
        let who =
            Who { name: "Ana Reyes".to_owned(), organization: None, desk: Desk::None, agent: Agent::No };
        Frame { who: Some(who), section, session: Some(LASTING), ..self.frame() }
    }

    /// Hal, an agent of the help desk, is signed in.
    fn hal(&self, section: Section) -> Frame {
        let name = "Hal Moreau".to_owned();
        let who = Who { name, organization: None, desk: Desk::None, agent: Agent::Yes };
        Frame { who: Some(who), section, session: Some(LASTING), ..self.frame() }
    }

    /// Sol, a Security Official, is signed in.
    fn sol(&self, section: Section) -> Frame {
        let organization = Some(ORGANIZATION.to_owned());
        let who = Who {
            name: "Sol Okafor".to_owned(),
            organization,
            desk: Desk::SecurityOfficial,
            agent: Agent::No,
        };
        Frame { who: Some(who), section, session: Some(LASTING), ..self.frame() }
    }
}

const PROGRAM: &str = "Managed File Transfer";
const ORGANIZATION: &str = "Analytics-Hospital Measures and CJR-Yale";
const ROLE: &str = "Managed File Transfer (MFT) Web User";

/// 2026-11-23, 16:30 UTC.
const NOON: Timestamp = Timestamp::from_secs(1_795_451_400);

/// A session that has just been used.
const LASTING: Lasting = Lasting {
    ends: Timestamp::from_secs(1_795_451_400 + 900),
    left: Duration::from_secs(900),
    most: Duration::from_secs(12 * 60 * 60),
    warn: Duration::from_secs(120),
};

fn earlier(minutes: u64) -> Timestamp {
    NOON - Duration::from_secs(minutes * 60)
}

/// K01
fn site() -> Arc<Site> {
    let desk = Contact {
        name: "Service Desk".to_owned(),
        email: Some("help@example.org".to_owned()),
        phone: Some("1-800-555-0100".to_owned()),
        tty: Some("1-800-555-0101".to_owned()),
        hours: Some("7 AM to 7 PM CT, Monday to Friday".to_owned()),
    };
    let notice = Some("This is a demonstration. All people and organizations in it are made up.".to_owned());
    Arc::new(Site { contacts: vec![desk], notice, ..Site::default() })
}
