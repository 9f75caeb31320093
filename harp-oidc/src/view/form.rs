//! Forms: what was typed, what is wrong with it, and how a control is drawn so that its label, hint and error always belong together.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use askama::Template;
use harp_core::account::field::Complaint;
use http::StatusCode;

use super::words::{Message, Words};

/// What was typed and what is wrong with it. Secrets are never put in: a page that comes back asks for them anew.
#[derive(Debug, Clone, Default)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    problems: Vec<Problem>,
    /// What the person had typed when their session ended (P17): it counts more than what the page would begin with.
    restored: OnceLock<BTreeMap<String, Vec<String>>>,
}

/// What is wrong, and at which control. `field` is a control's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub field: &'static str,
    pub words: Message,
}

impl Form {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps what stands in a control.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.entry(name.to_owned()).or_default().push(value.into());
        self
    }

    /// Notes a problem in this page's own words.
    #[must_use]
    pub fn problem(mut self, field: &'static str, words: impl Into<Message>) -> Self {
        self.problems.push(Problem { field, words: words.into() });
        self
    }

    /// Notes what a flow found wrong. The words are `problem.<field>-<what>` if the message file has them, else `problem.<what>`.
    #[must_use]
    pub fn complaints(self, complaints: &[Complaint]) -> Self {
        complaints.iter().fold(self, |form, complaint| {
            let (field, what) = (complaint.field.as_str(), complaint.problem.key());
            let own = format!("problem.{field}-{what}");
            let key = if Words::english().knows(&own) { own } else { format!("problem.{what}") };
            let argument = complaint.problem.argument().unwrap_or_default();
            form.problem(field, Message::composed(key).with("arg", argument))
        })
    }

    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    pub fn status(&self) -> StatusCode {
        if self.has_problems() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    /// Fills it in with what was typed before the session ended, once, and says so.
    pub fn restore(&self, fields: &[(String, String)]) {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in fields {
            values.entry(name.clone()).or_default().push(value.clone());
        }
        let _first_counts = self.restored.set(values);
    }

    fn answers(&self, name: &str) -> &[String] {
        let restored = self.restored.get().and_then(|values| values.get(name));
        restored.or_else(|| self.values.get(name)).map_or(&[], Vec::as_slice)
    }

    fn first(&self, name: &str) -> &str {
        self.answers(name).first().map_or("", String::as_str)
    }

    fn holds(&self, name: &str, value: &str) -> bool {
        self.answers(name).iter().any(|v| v == value)
    }

    fn error(&self, name: &str, words: &Words) -> Option<String> {
        self.problems.iter().find(|p| p.field == name).map(|p| words.say(&p.words))
    }

    /// What is wrong at a place of the page's own, such as a passkey's.
    pub fn said(&self, name: &str, words: &Words) -> Option<String> {
        self.error(name, words)
    }

    /// `Error: ` before the title of a page that comes back with problems.
    pub fn title_prefix(&self, words: &Words) -> String {
        if self.has_problems() { words.t("form.title-prefix") } else { String::new() }
    }

    /// *There is a problem*, each line a link to its control; focused when the page opens.
    pub fn summary<'a>(&'a self, words: &'a Words) -> Summary<'a> {
        Summary { words, problems: &self.problems, restored: self.restored.get().is_some() }
    }

    /// A control with its label, hint and error.
    pub fn show<'a>(&'a self, words: &'a Words, control: Control) -> Drawn<'a> {
        Drawn { words, form: self, control, choices: Vec::new(), label: words.t(control.label) }
    }

    /// A control that offers choices.
    pub fn choose<'a>(&'a self, words: &'a Words, control: Control, choices: Vec<Choice>) -> Drawn<'a> {
        Drawn { choices, ..self.show(words, control) }
    }

    /// Choices whose question comes from outside, such as a proofing vendor's.
    pub fn ask<'a>(&'a self, words: &'a Words, question: &'a Question) -> Drawn<'a> {
        Drawn {
            words,
            form: self,
            control: question.control,
            choices: question.choices.clone(),
            label: question.text.clone(),
        }
    }
}

/// One thing that a form asks for. `label` and `hint` are message keys.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: Option<&'static str>,
    pub kind: Kind,
    pub autocomplete: Option<&'static str>,
    pub need: Need,
    /// The id of something on the page that also describes it, such as the rules for a password.
    pub described_by: Option<&'static str>,
    /// A class of the stylesheet: the input is as wide as its answer.
    pub width: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Line,
    Email,
    Tel,
    /// Digits that are no quantity: a ZIP code, an SSN. Never `type=number`.
    Digits,
    Secret,
    Search,
    Area,
    /// Month, day and year, in this order, as three fields of these names.
    Date([&'static str; 3]),
    Select,
    Radios,
    Boxes,
    /// One box that must or may be ticked; its value is `yes`.
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

impl Control {
    pub const fn new(kind: Kind, name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            hint: None,
            kind,
            autocomplete: None,
            need: Need::Required,
            described_by: None,
            width: "",
        }
    }

    pub const fn line(name: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Line, name, label)
    }

    /// Whether it takes a user ID, which no keyboard should mend.
    fn is_username(&self) -> bool {
        self.autocomplete.is_some_and(|token| token.starts_with("username"))
    }

    /// A security code: digits, filled in by the device where it can be.
    pub const fn code(name: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Digits, name, label).autocomplete("one-time-code").width("w-code")
    }

    pub const fn hint(mut self, key: &'static str) -> Self {
        self.hint = Some(key);
        self
    }

    pub const fn described_by(mut self, id: &'static str) -> Self {
        self.described_by = Some(id);
        self
    }

    pub const fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    pub const fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }

    pub const fn width(mut self, class: &'static str) -> Self {
        self.width = class;
        self
    }
}

/// One of several answers, in the reader's language already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A question from outside with its answers.
#[derive(Debug, Clone)]
pub struct Question {
    control: Control,
    text: String,
    choices: Vec<Choice>,
}

impl Question {
    /// `name` is the field that carries the answer.
    pub fn new(name: &'static str, text: impl Into<String>, choices: Vec<Choice>) -> Self {
        // The label is the vendor's text; the key stands for it in the control only.
        Self { control: Control::new(Kind::Radios, name, "form.question"), text: text.into(), choices }
    }
}

/// A control ready to be drawn.
#[derive(Debug, Template)]
#[template(path = "part/control.html")]
pub struct Drawn<'a> {
    words: &'a Words,
    form: &'a Form,
    control: Control,
    choices: Vec<Choice>,
    label: String,
}

impl askama::filters::HtmlSafe for Drawn<'_> {}

impl Drawn<'_> {
    fn error(&self) -> Option<String> {
        self.form.error(self.control.name, self.words)
    }

    fn hint(&self) -> Option<String> {
        self.control.hint.map(|key| self.words.t(key))
    }

    fn required(&self) -> bool {
        self.control.need == Need::Required
    }

    /// The ids that `aria-describedby` names.
    fn described_by(&self) -> Option<String> {
        let name = self.control.name;
        let own = self.control.described_by.map(str::to_owned);
        let hint = self.control.hint.map(|_| format!("{name}-hint"));
        let error = self.error().map(|_| format!("{name}-error"));
        let ids: Vec<String> = [own, hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn input_type(&self) -> &'static str {
        match self.control.kind {
            Kind::Email => "email",
            Kind::Tel => "tel",
            Kind::Secret => "password",
            Kind::Search => "search",
            _ => "text",
        }
    }

    fn choice_type(&self) -> &'static str {
        if self.control.kind == Kind::Boxes { "checkbox" } else { "radio" }
    }

    fn value(&self) -> &str {
        // A secret is never sent back, whoever put it in.
        if self.control.kind == Kind::Secret { "" } else { self.form.first(self.control.name) }
    }

    /// The first choice carries the control's own id, so that the error summary finds it.
    fn choice_id(&self, index: &usize) -> String {
        if *index == 0 { self.control.name.to_owned() } else { format!("{}-{index}", self.control.name) }
    }
}

/// The error summary; and the word that what was typed is back.
#[derive(Debug, Template)]
#[template(path = "part/summary.html")]
pub struct Summary<'a> {
    words: &'a Words,
    problems: &'a [Problem],
    restored: bool,
}

impl askama::filters::HtmlSafe for Summary<'_> {}
