//! The registration wizard (B01): details, user ID and password, identity, questions, done. And confirming an email address.

use askama::Template;
use harp_core::kernel::time::Timestamp;
use harp_core::proofing;
use http::StatusCode;

use super::form::{Choice, Control, Form, Kind, Question};
use super::frame::Frame;
use super::password::Rule;
use super::sign_in::Sent;
use super::url::{self, act};
use super::words::{Message, Words};
use super::{Page, form_pages, pages};

/// B04, B05
pub const FIRST_NAME: Control = Control::line("first_name", "details.first-name").autocomplete("given-name");
pub const MIDDLE_NAME: Control =
    Control::line("middle_name", "details.middle-name").autocomplete("additional-name").optional();
pub const LAST_NAME: Control = Control::line("last_name", "details.last-name").autocomplete("family-name");
/// B02
pub const EMAIL: Control =
    Control::new(Kind::Email, "email", "details.email").hint("details.email-hint").autocomplete("email");
/// B06
pub const CONFIRM_EMAIL: Control =
    Control::new(Kind::Email, "confirm_email", "details.confirm-email").autocomplete("email");
pub const PHONE: Control = Control::new(Kind::Tel, "phone", "details.phone")
    .hint("details.phone-hint")
    .autocomplete("tel")
    .width("w-half");
pub const BIRTH_DATE: Control =
    Control::new(Kind::Date(["birth_month", "birth_day", "birth_year"]), "birth_date", "details.birth-date")
        .hint("details.birth-date-hint");
pub const COUNTRY: Control = Control::new(Kind::Select, "country", "details.country").autocomplete("country");
pub const ADDRESS_LINE1: Control =
    Control::line("address_line1", "details.address-line1").autocomplete("address-line1");
pub const ADDRESS_LINE2: Control =
    Control::line("address_line2", "details.address-line2").autocomplete("address-line2").optional();
pub const CITY: Control = Control::line("city", "details.city").autocomplete("address-level2");
pub const STATE: Control = Control::line("state", "details.state").autocomplete("address-level1");
pub const ZIP: Control = Control::line("zip", "details.zip").autocomplete("postal-code").width("w-short");
/// B13
pub const REVIEWED: Control = Control::new(Kind::Tick, "reviewed", "details.reviewed");

pub const USERNAME: Control = Control::line("username", "account.username")
    .hint("account.username-hint")
    .autocomplete("username")
    .width("w-half");
pub const PASSWORD: Control = Control::new(Kind::Secret, "password", "account.password")
    .autocomplete("new-password")
    .width("w-half")
    .described_by("password-rules");
/// B08
pub const CONFIRM_PASSWORD: Control =
    Control::new(Kind::Secret, "confirm_password", "account.confirm-password")
        .autocomplete("new-password")
        .width("w-half");
/// C11
pub const QUESTION: Control = Control::new(Kind::Select, "question", "account.question");
/// C12, C13
pub const ANSWER: Control = Control::new(Kind::Secret, "answer", "account.answer")
    .hint("account.answer-hint")
    .autocomplete("off")
    .width("w-half");

/// D02
pub const SSN: Control = Control::new(Kind::Digits, "ssn", "identity.ssn")
    .hint("identity.ssn-hint")
    .autocomplete("off")
    .width("w-code");

pub const CODE: Control = Control::code("code", "confirm-email.code").hint("confirm-email.code-hint");

/// How many steps the wizard shows.
pub const STEPS: u32 = 5;

/// Step 1: who you are (B02–B06, B12, B13). Posts the fields above, `do` = `next`.
#[derive(Debug, Template)]
#[template(path = "page/register/details.html")]
pub struct Details {
    pub frame: Frame,
    pub form: Form,
}

impl Details {
    fn countries(&self) -> Vec<Choice> {
        countries(&self.frame.words)
    }
}

/// Step 2: user ID, password and challenge question (C01–C13). Posts `username`, `password`, `confirm_password`,
/// `question`, `answer`; `do` = `next` or `back`.
#[derive(Debug, Template)]
#[template(path = "page/register/account.html")]
pub struct Credentials {
    pub frame: Frame,
    pub form: Form,
    /// What a password must be, told before typing.
    pub rules: Vec<Rule>,
    /// The challenge questions by name; empty in a profile that has none.
    pub questions: Vec<&'static str>,
}

impl Credentials {
    fn question_choices(&self) -> Vec<Choice> {
        question_choices(&self.questions, &self.frame.words)
    }
}

/// The challenge questions as choices, by their stored names.
pub fn question_choices(names: &[&'static str], words: &Words) -> Vec<Choice> {
    names.iter().map(|name| Choice::new(*name, words.t(&format!("question.{name}")))).collect()
}

/// Step 3: why identity is proved, and the SSN (D01, D02, P10). Posts `ssn`; `do` = `next`, `later` or `back`.
#[derive(Debug, Template)]
#[template(path = "page/register/identity.html")]
pub struct Identity {
    pub frame: Frame,
    pub form: Form,
    pub stage: Stage,
    /// Why the page is here again.
    pub notice: Option<Message>,
}

/// Whether identity is proved within the wizard or later, from the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Registering,
    Later,
}

/// Step 4: the vendor's questions (D05, D08). Posts one field a question; `do` = `next`.
/// Every question also offers *None of the above*, whose value is [`NONE_OF_THE_ABOVE`].
#[derive(Debug, Template)]
#[template(path = "page/register/questions.html")]
pub struct Questions {
    pub frame: Frame,
    pub form: Form,
    pub stage: Stage,
    pub questions: Vec<Question>,
    pub minutes: u32,
    pub notice: Option<Message>,
}

pub const NONE_OF_THE_ABOVE: &str = "none";

/// The fields of the questions in their order: `q1`, `q2` and so on. A field's value is a choice's id, or [`NONE_OF_THE_ABOVE`].
pub const QUESTION_FIELDS: [&str; 10] = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10"];

/// The vendor's questions, each with *None of the above* as its last answer.
pub fn vendor_questions(questions: &[proofing::Question], words: &Words) -> Vec<Question> {
    let drawn = |(name, question): (&&'static str, &proofing::Question)| {
        let mut choices: Vec<Choice> =
            question.choices.iter().map(|c| Choice::new(c.id.clone(), c.text.clone())).collect();
        choices.push(Choice::new(NONE_OF_THE_ABOVE, words.t("questions.none")));
        Question::new(name, question.text.clone(), choices)
    };
    QUESTION_FIELDS.iter().zip(questions).map(drawn).collect()
}

/// The vendor has not answered yet (P3: who, since when, what next).
#[derive(Debug, Template)]
#[template(path = "page/register/waiting.html")]
pub struct Waiting {
    pub frame: Frame,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// Identity could not be verified. Never which answer was wrong (MFT-6). `do` = `retry` while attempts are left.
#[derive(Debug, Template)]
#[template(path = "page/register/not_verified.html")]
pub struct NotVerified {
    pub frame: Frame,
    pub stage: Stage,
    pub attempts_left: u32,
    /// When the person may try again, once no attempt is left.
    pub again_at: Option<Timestamp>,
}

/// The vendor was content. Within the wizard one click is left; `do` = `complete`.
#[derive(Debug, Template)]
#[template(path = "page/register/known.html")]
pub struct Known {
    pub frame: Frame,
    pub stage: Stage,
    pub worth: Worth,
}

/// What right answers are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// D07
    Proof,
    /// `nist-63-4`: a sign, and no proof (mission 3.6).
    Signal,
    /// The vendor has yet to say.
    NotYetKnown,
}

impl Known {
    fn title(&self) -> &'static str {
        match self.worth {
            Worth::Proof => "identity-known.proved-title",
            Worth::Signal => "identity-known.signal-title",
            Worth::NotYetKnown => "vendor-waiting.title",
        }
    }

    fn what(&self) -> &'static str {
        match self.worth {
            Worth::Proof => "identity-known.proved",
            Worth::Signal => "identity-known.signal",
            Worth::NotYetKnown => "vendor-waiting.what",
        }
    }
}

/// A07: told only to who has proved that they are the person who has the account.
#[derive(Debug, Template)]
#[template(path = "page/register/has_account.html")]
pub struct HasAccount {
    pub frame: Frame,
}

/// Step 5: the account exists (B09, B10).
#[derive(Debug, Template)]
#[template(path = "page/register/done.html")]
pub struct Done {
    pub frame: Frame,
    pub username: String,
    /// Where the confirmation went.
    pub email: String,
    pub identity: Identified,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identified {
    Proved,
    Waiting,
    NotYet,
}

impl Identified {
    pub(super) fn label(self) -> &'static str {
        match self {
            Identified::Proved => "profile.identity-proved",
            Identified::Waiting => "portal.waiting",
            Identified::NotYet => "profile.identity-not-yet",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Identified::Proved => "good",
            Identified::Waiting => "",
            Identified::NotYet => "warn",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Identified::Proved => "done.identity-proved",
            Identified::Waiting => "done.identity-waiting",
            Identified::NotYet => "done.identity-not-yet",
        }
    }
}

/// Enter the code that came by email (B09). Posts `code`; `do` = `next`, `resend` or `change`.
#[derive(Debug, Template)]
#[template(path = "page/register/confirm_email.html")]
pub struct ConfirmEmail {
    pub frame: Frame,
    pub form: Form,
    pub email: String,
    pub life_hours: u32,
    pub sent: Sent,
}

/// Change an email address that is not confirmed yet. Posts `email`, `confirm_email`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/register/change_email.html")]
pub struct ChangeEmail {
    pub frame: Frame,
    pub form: Form,
}

#[derive(Debug, Template)]
#[template(path = "page/register/email_confirmed.html")]
pub struct EmailConfirmed {
    pub frame: Frame,
    pub email: String,
}

/// The draft was kept as long as drafts are kept.
#[derive(Debug, Template)]
#[template(path = "page/register/expired.html")]
pub struct DraftExpired {
    pub frame: Frame,
    pub life_hours: u32,
}

form_pages!(Details, Credentials, Identity, Questions, ConfirmEmail, ChangeEmail);
pages!(Waiting, NotVerified, Known, HasAccount, Done, EmailConfirmed);

impl Page for DraftExpired {
    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}

/// Every country by its ISO 3166-1 code, in the order of the reader's alphabet; the United States first.
pub fn countries(words: &Words) -> Vec<Choice> {
    let mut all: Vec<Choice> = COUNTRIES
        .split_whitespace()
        .map(|code| Choice::new(code, words.t(&format!("country.{code}"))))
        .collect();
    all.sort_by(|a, b| (a.value != "US", &a.label).cmp(&(b.value != "US", &b.label)));
    all
}

pub(super) const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
