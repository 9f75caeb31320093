//! What stands around every page: who is here, where they are, who helps, and what a form needs to come back safely.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use harp_core::kernel::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::brand::Brand;
use super::lasting::{Lasting, LastingNotice};
use super::moment::{self, Moment, escape};
use super::words::{Message, Words};
use super::{asset, url};
use crate::config::raw::{self, Help};
use crate::grant::terms::TermsText;

/// What a deployment sets once.
#[derive(Debug, Clone)]
pub struct Site {
    /// The product's name, in titles and in text messages.
    pub product: String,
    /// The path under which the provider is mounted: empty, or `/id`, without a slash at its end.
    pub base: String,
    /// K01, K02: who helps, in the order in which to ask.
    pub contacts: Vec<Contact>,
    /// K08: a line above every page, such as a new address.
    pub notice: Option<String>,
    /// K04: at the foot of every page.
    pub links: Vec<Link>,
    /// How the pages look on the way to an application, by its client id.
    pub brands: BTreeMap<String, Arc<Brand>>,
    /// F13: the warning at sign-in, a paragraph each. Empty: the message file's.
    pub warning: Vec<String>,
    /// The provider's own terms (F01, F12). Without paragraphs: the message file's.
    pub terms: TermsText,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            product: "HARP".to_owned(),
            base: String::new(),
            contacts: Vec::new(),
            notice: None,
            links: Vec::new(),
            brands: BTreeMap::new(),
            warning: Vec::new(),
            terms: TermsText { version: "1".to_owned(), paragraphs: Vec::new() },
            zone: TimeZone::UTC,
        }
    }
}

/// A help desk (K01, K02).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// Text telephone.
    pub tty: Option<String>,
    /// In words, with the zone.
    pub hours: Option<String>,
}

impl Contact {
    pub fn of(help: &Help) -> Self {
        let Help { name, email, phone, tty, hours } = help.clone();
        Self { name, email, phone, tty, hours }
    }
}

/// A link to somebody else's page (K04): https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub url: String,
}

impl Link {
    pub fn of(link: &raw::Link) -> Self {
        Self { label: link.label.clone(), url: link.url.clone() }
    }
}

/// The person who is signed in (K09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub name: String,
    pub organization: Option<String>,
    pub desk: Desk,
    pub agent: Agent,
}

/// Whether the person works at the help desk (P18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    No,
    Yes,
}

/// Whether the person decides role requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    None,
    SecurityOfficial,
}

/// The part of the portal that a page belongs to, marked in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Home,
    Roles,
    Official,
    HelpDesk,
    Profile,
    /// Somewhere else: signing in, registering, help.
    Elsewhere,
}

/// What every page gets.
#[derive(Debug, Clone)]
pub struct Frame {
    pub site: Arc<Site>,
    pub words: Words,
    pub who: Option<Who>,
    pub section: Section,
    /// The application that a person is on the way to (F08).
    pub application: Option<String>,
    /// How that application wants its way to look.
    pub brand: Option<Arc<Brand>>,
    /// The sign-in or registration that this page belongs to; it stays in the addresses.
    pub flow: Option<String>,
    /// Goes into every form and comes back with it.
    pub csrf: String,
    /// Shown where something failed, so that the help desk finds it.
    pub request_id: String,
    /// How long the person stays signed in (P17).
    pub session: Option<Lasting>,
}

impl Frame {
    /// A frame for somebody who has not signed in.
    pub fn new(site: Arc<Site>, words: Words) -> Self {
        Self {
            site,
            words,
            who: None,
            section: Section::Elsewhere,
            application: None,
            brand: None,
            flow: None,
            csrf: String::new(),
            request_id: String::new(),
            session: None,
        }
    }

    /// The words of a key.
    pub fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// The words of a key with a text in them.
    pub fn with(&self, key: &'static str, name: &'static str, value: &str) -> String {
        self.words.say(&Message::new(key).with(name, value))
    }

    /// The words of a key with a number in them.
    pub fn count(&self, key: &'static str, name: &'static str, value: &u32) -> String {
        self.words.say(&Message::new(key).count(name, *value))
    }

    pub fn say(&self, message: &Message) -> String {
        self.words.say(message)
    }

    /// A point in time as `<time>`.
    pub fn time(&self, at: &Timestamp) -> Html {
        Html(Moment::new(*at, &self.site.zone, &self.words).html())
    }

    /// The words of a key with a point in time in place of `{ $time }`.
    pub fn at(&self, key: &'static str, at: &Timestamp) -> Html {
        self.inside(&Message::new(key), "time", &self.time(at).0)
    }

    /// The words of a key with a value set off in bold in place of `{ $name }`.
    pub fn bold(&self, key: &'static str, name: &'static str, value: impl AsRef<str>) -> Html {
        self.inside(
            &Message::new(key),
            name,
            &format!("<strong class=\"data\">{}</strong>", escape(value.as_ref())),
        )
    }

    /// HTML in a sentence: the sentence is escaped with a mark in it, then the mark gives way.
    fn inside(&self, message: &Message, name: &'static str, html: &str) -> Html {
        const MARK: &str = "\u{e000}";
        let sentence = self.say(&message.clone().with(name, MARK));
        Html(escape(&sentence).replace(MARK, html))
    }

    pub fn date(&self, date: &Date) -> String {
        moment::date(*date, &self.words)
    }

    /// A page's address here.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.site.base)
    }

    /// A page's address within this sign-in or registration.
    pub fn within(&self, path: &str) -> String {
        match &self.flow {
            Some(flow) => {
                let flow: String = url_encode(flow);
                format!("{}{path}?{}={flow}", self.site.base, url::FLOW)
            }
            None => self.to(path),
        }
    }

    /// The address of one thing in a list, or of an act on it.
    pub fn under(&self, path: &str, id: &str, act: &str) -> String {
        let id = url_encode(id);
        let act = if act.is_empty() { String::new() } else { format!("/{act}") };
        self.within(&format!("{path}/{id}{act}"))
    }

    pub fn asset(&self, name: &str) -> String {
        self.to(&asset::asset_url(name))
    }

    /// The hidden field that proves that a form is ours.
    pub fn csrf(&self) -> Html {
        Html(format!("<input type=\"hidden\" name=\"{CSRF}\" value=\"{}\">", escape(&self.csrf)))
    }

    /// A button of a form: a key for its words and what it does.
    pub fn button<'a>(&self, key: &str, act: &'a str) -> Button<'a> {
        Button { label: self.t(key), act, class: "", submit: Submit::Checked }
    }

    /// A button beside the main one.
    pub fn second<'a>(&self, key: &str, act: &'a str) -> Button<'a> {
        Button { class: "second", submit: Submit::AsItIs, ..self.button(key, act) }
    }

    /// A button that looks like a link.
    pub fn plain<'a>(&self, key: &str, act: &'a str) -> Button<'a> {
        Button { class: "plain", submit: Submit::AsItIs, ..self.button(key, act) }
    }

    /// A button that takes something away.
    pub fn danger<'a>(&self, key: &str, act: &'a str) -> Button<'a> {
        Button { class: "danger", ..self.button(key, act) }
    }

    /// Which step of how many, in words and as a bar.
    pub fn step(&self, now: u32, of: u32) -> Step {
        let words = self.say(&Message::new("frame.step").count("now", now).count("of", of));
        Step { words, now, of }
    }

    /// F13: the deployment's warning, or the message file's.
    pub fn warning(&self) -> Vec<String> {
        if self.site.warning.is_empty() {
            ["warning.p1", "warning.p2", "warning.p3"].iter().map(|key| self.t(key)).collect()
        } else {
            self.site.warning.clone()
        }
    }

    pub fn header(&self) -> Header<'_> {
        Header { frame: self }
    }

    pub fn footer(&self) -> Footer<'_> {
        Footer { frame: self }
    }

    /// When the session ends, and what the page's script says shortly before (P17).
    pub fn lasting(&self) -> Option<LastingNotice<'_>> {
        self.session.as_ref().map(|lasting| LastingNotice { frame: self, lasting })
    }

    /// Whose pages these are: the product, or the application that a person is on the way to (F08).
    fn mark(&self) -> &str {
        self.brand.as_ref().and_then(|brand| brand.name.as_deref()).unwrap_or(&self.site.product)
    }

    fn logo(&self) -> Option<String> {
        self.brand.as_ref()?.logo_path().map(|path| self.to(&path))
    }

    /// The application's colours.
    pub fn colours(&self) -> Option<String> {
        self.brand.as_ref()?.stylesheet_path().map(|path| self.to(&path))
    }

    /// Who helps (K01), for this application (K02).
    pub fn contacts(&self) -> &[Contact] {
        let own = self.brand.as_ref().map(|brand| brand.contacts.as_slice());
        own.filter(|own| !own.is_empty()).unwrap_or(&self.site.contacts)
    }

    /// K04
    fn links(&self) -> &[Link] {
        let own = self.brand.as_ref().map(|brand| brand.links.as_slice());
        own.filter(|own| !own.is_empty()).unwrap_or(&self.site.links)
    }

    /// K08: the deployment's, and this application's.
    fn notices(&self) -> Vec<&str> {
        let own = self.brand.as_ref().and_then(|brand| brand.notice.as_deref());
        [self.site.notice.as_deref(), own].into_iter().flatten().collect()
    }

    /// Where the terms of use stand, for the foot of the page. What is agreed to when signing in is another matter.
    fn terms(&self) -> String {
        let own = self.brand.as_ref().and_then(|brand| brand.terms.clone());
        own.unwrap_or_else(|| self.within(url::TERMS))
    }

    /// An application's terms do not bear the name of those that a person agrees to here.
    fn terms_label(&self) -> String {
        match self.brand.as_ref().and_then(|brand| brand.terms.as_ref()) {
            Some(_) => self.with("frame.terms-of", "application", self.mark()),
            None => self.t("frame.terms"),
        }
    }

    /// A help desk's numbers and addresses (K01, K02).
    pub fn contact<'a>(&'a self, contact: &'a Contact) -> ContactCard<'a> {
        ContactCard { words: &self.words, contact }
    }

    fn official(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.desk == Desk::SecurityOfficial)
    }

    fn agent(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.agent == Agent::Yes)
    }

    /// `aria-current` for the section that is shown.
    fn here(&self, section: Section) -> &'static str {
        if self.section == section { " aria-current=\"page\"" } else { "" }
    }
}

/// The name of the hidden field that [`Frame::csrf`] draws.
pub const CSRF: &str = "csrf";

fn url_encode(text: &str) -> String {
    ::url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// HTML that this room made and escaped itself.
#[derive(Debug, Clone)]
pub struct Html(String);

impl std::fmt::Display for Html {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Html {
    fn write_into(&self, dest: &mut dyn std::fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl askama::filters::HtmlSafe for Html {}

#[derive(Debug, Template)]
#[template(path = "part/header.html")]
pub struct Header<'a> {
    frame: &'a Frame,
}

impl askama::filters::HtmlSafe for Header<'_> {}

#[derive(Debug, Template)]
#[template(path = "part/footer.html")]
pub struct Footer<'a> {
    frame: &'a Frame,
}

impl askama::filters::HtmlSafe for Footer<'_> {}

#[derive(Debug, Template)]
#[template(path = "part/contact.html")]
pub struct ContactCard<'a> {
    words: &'a Words,
    contact: &'a Contact,
}

impl askama::filters::HtmlSafe for ContactCard<'_> {}

impl ContactCard<'_> {
    fn with_number(&self, key: &'static str, number: &str) -> String {
        self.words.say(&Message::new(key).with("number", number))
    }

    /// A number as `tel:` wants it.
    fn dial(number: &str) -> String {
        number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Submit {
    Checked,
    /// Without the browser's own checks: going back needs no complete form.
    AsItIs,
}

#[derive(Debug, Template)]
#[template(
    source = r#"<button name="do" value="{{ act }}"{% if !class.is_empty() %} class="{{ class }}"{% endif %}{% if submit == Submit::AsItIs %} formnovalidate{% endif %}>{{ label }}</button>"#,
    ext = "html"
)]
pub struct Button<'a> {
    label: String,
    act: &'a str,
    class: &'static str,
    submit: Submit,
}

impl askama::filters::HtmlSafe for Button<'_> {}

#[derive(Debug, Template)]
#[template(
    source = r#"<div class="steps"><p>{{ words }}</p><div aria-hidden="true">{% for n in 1..=of %}<span{% if n <= now %} class="done"{% endif %}></span>{% endfor %}</div></div>"#,
    ext = "html"
)]
pub struct Step {
    words: String,
    now: u32,
    of: u32,
}

impl askama::filters::HtmlSafe for Step {}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let site = Site { base: "/id".to_owned(), ..Site::default() };
        Frame {
            csrf: "a\"b<".to_owned(),
            flow: Some("x&y=z".to_owned()),
            ..Frame::new(Arc::new(site), Words::english())
        }
    }

    #[test]
    fn values_in_a_sentence_are_escaped_and_its_html_is_not() {
        let said = frame().bold("sign-in.to", "application", "<b>\"MFT\"").to_string();
        assert!(said.contains("<strong class=\"data\">&#60;b&#62;&#34;MFT&#34;</strong>"), "{said}");
        assert!(frame().csrf().to_string().contains("value=\"a&#34;b&#60;\""));
    }

    #[test]
    fn addresses_keep_the_prefix_and_the_flow() {
        assert_eq!(frame().to("/terms"), "/id/terms");
        assert_eq!(frame().within("/sign-in"), "/id/sign-in?flow=x%26y%3Dz");
    }
}
