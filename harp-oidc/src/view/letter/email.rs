//! A letter as email: plain text that is complete by itself, and HTML with one button.

use askama::Template;

use super::body::{Body, Fact, Life};
use super::{Letters, one_line};
use crate::view::frame::Contact;
use crate::view::moment::Moment;
use crate::view::words::{Message, Words};

/// Everything said, in the reader's language.
#[derive(Template)]
#[template(path = "letter/email.html")]
struct Said {
    lang: String,
    direction: &'static str,
    product: String,
    subject: String,
    lines: Vec<String>,
    code: Option<Code>,
    facts: Vec<(String, String)>,
    next: Vec<String>,
    button: Option<Button>,
    not_you: Option<String>,
    never: String,
    help: String,
    contacts: Vec<String>,
}

struct Code {
    label: String,
    digits: String,
    life: String,
}

struct Button {
    label: String,
    url: String,
    /// *Or open this address*
    or: String,
}

fn say(letters: &Letters, words: &Words, body: &Body, code: Option<&str>) -> Said {
    let code = body.life.zip(code).map(|(life, digits)| Code {
        label: words.t("letter.code"),
        digits: digits.to_owned(),
        life: words.say(&match life {
            Life::Minutes => Message::new("enter-code.life").count("minutes", letters.code_minutes),
            Life::Recovery => Message::new("enter-code.life").count("minutes", letters.recovery_minutes),
            Life::Hours => Message::new("confirm-email.life").count("hours", letters.email_code_hours),
        }),
    });
    let fact = |fact: &Fact| match fact {
        Fact::Text(label, value) => (words.t(label), value.clone()),
        Fact::Said(label, value) => (words.t(label), words.say(value)),
        Fact::At(label, at) => (words.t(label), Moment::new(*at, &letters.site.zone, words).words),
    };
    let button = |(label, url): &(&'static str, String)| Button {
        label: words.t(label),
        url: url.clone(),
        or: words.t("letter.or-open"),
    };
    Said {
        lang: words.tag().to_owned(),
        direction: words.direction(),
        product: one_line(&letters.site.product),
        subject: one_line(&words.say(&body.subject)),
        lines: body.lines.iter().map(|line| words.say(line)).collect(),
        code,
        facts: body.facts.iter().map(fact).collect(),
        next: body.next.iter().map(|line| words.say(line)).collect(),
        button: body.button.as_ref().map(button),
        not_you: body.not_you.map(|key| words.t(key)),
        never: words.say(&letters.product("letter.never")),
        help: words.t("frame.help-title"),
        contacts: letters.site.contacts.iter().map(|contact| in_a_line(contact, words)).collect(),
    }
}

/// K01: everything about a help desk on one line.
fn in_a_line(contact: &Contact, words: &Words) -> String {
    let number = |key, number: &String| words.say(&Message::new(key).with("number", number));
    let parts = [
        Some(contact.name.clone()),
        contact.phone.as_ref().map(|n| number("frame.call", n)),
        contact.tty.as_ref().map(|n| number("frame.tty", n)),
        contact.email.clone(),
        contact.hours.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

pub(super) fn html(letters: &Letters, words: &Words, body: &Body, code: Option<&str>) -> Option<String> {
    // The plain text is complete: a letter without HTML still says everything.
    say(letters, words, body, code).render().ok()
}

pub(super) fn text(letters: &Letters, words: &Words, body: &Body, code: Option<&str>) -> String {
    let said = say(letters, words, body, code);
    let mut paragraphs: Vec<String> = said.lines;
    paragraphs.extend(said.code.map(|code| format!("{}: {}\n{}", code.label, code.digits, code.life)));
    if !said.facts.is_empty() {
        let facts: Vec<String> =
            said.facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        paragraphs.push(facts.join("\n"));
    }
    paragraphs.extend(said.next);
    paragraphs.extend(said.button.map(|button| format!("{}:\n{}", button.label, button.url)));
    paragraphs.extend(said.not_you);
    paragraphs.push(said.never);
    let mut help = vec![said.help];
    help.extend(said.contacts);
    paragraphs.push(help.join("\n"));
    format!("{}\n", paragraphs.join("\n\n"))
}
