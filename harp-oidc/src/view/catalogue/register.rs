//! Samples: the registration wizard and confirming an email address.

use harp_core::account::challenge;
use harp_core::account::field::{Complaint, Field, Problem};
use harp_core::policy::{HARP, NIST_63_4, PasswordRules};
use harp_core::proofing;

use super::{NOON, Shelf, earlier};
use crate::view::form::Form;
use crate::view::frame::Frame;
use crate::view::password;
use crate::view::register::{
    ChangeEmail, ConfirmEmail, Credentials, Details, Done, DraftExpired, EmailConfirmed, HasAccount,
    Identified, Identity, Known, NotVerified, Questions, Stage, Waiting, Worth, vendor_questions,
};
use crate::view::sign_in::Sent;
use crate::view::words::Message;

pub(super) fn fill(shelf: &mut Shelf) {
    details(shelf);
    credentials(shelf);
    identity(shelf);
    endings(shelf);
    email(shelf);
}

/// What Ana typed.
fn typed() -> Form {
    let typed = [
        ("first_name", "Ana"),
        ("middle_name", "María"),
        ("last_name", "Reyes"),
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1980"),
        ("email", "ana.reyes@hospital.example"),
        ("confirm_email", "ana.reyes@hospital.example"),
        ("phone", "(202) 555-0143"),
        ("country", "US"),
        ("address_line1", "12 Elm Street"),
        ("city", "Springfield"),
        ("state", "Illinois"),
        ("zip", "62701"),
        ("reviewed", "yes"),
    ];
    typed.iter().fold(Form::new(), |form, (name, value)| form.value(name, *value))
}

fn missing(fields: &[Field]) -> Vec<Complaint> {
    fields.iter().map(|field| Complaint { field: *field, problem: Problem::Missing }).collect()
}

fn details(shelf: &mut Shelf) {
    let page = |frame, form| Details { frame, form };
    shelf.add("register.details", page(shelf.to_application(), Form::new().value("country", "US")));
    shelf.add("register.details-back", page(shelf.frame(), typed()));
    let nothing = missing(&[
        Field::FirstName,
        Field::LastName,
        Field::BirthDate,
        Field::Email,
        Field::Phone,
        Field::Country,
        Field::AddressLine1,
        Field::City,
        Field::State,
        Field::Zip,
    ]);
    let empty = Form::new().complaints(&nothing).problem("reviewed", "problem.reviewed-not_accepted");
    shelf.add("register.details-empty", page(shelf.frame(), empty));
    let wrong = [
        Complaint { field: Field::BirthDate, problem: Problem::InTheFuture },
        Complaint { field: Field::ConfirmEmail, problem: Problem::Mismatch },
        Complaint { field: Field::Zip, problem: Problem::BadForm },
    ];
    shelf.add("register.details-wrong", page(shelf.frame(), typed().complaints(&wrong)));
}

fn questions() -> Vec<&'static str> {
    challenge::Question::ALL.iter().map(|q| q.as_str()).collect()
}

fn credentials(shelf: &mut Shelf) {
    let page = |frame: Frame, form, policy: &PasswordRules| Credentials {
        frame,
        form,
        rules: password::rules(policy),
        questions: questions(),
    };
    shelf.add("register.account", page(shelf.frame(), Form::new(), &HARP.password));
    let nist = page(shelf.frame(), Form::new(), &NIST_63_4.password);
    shelf.add("register.account-nist", Credentials { questions: Vec::new(), ..nist });
    let wrong = [
        Complaint { field: Field::Username, problem: Problem::TooShort { min: 5 } },
        Complaint { field: Field::Password, problem: Problem::NoDigit },
        Complaint { field: Field::ConfirmPassword, problem: Problem::Mismatch },
        Complaint { field: Field::Question, problem: Problem::Missing },
        Complaint { field: Field::Answer, problem: Problem::TooShort { min: 4 } },
    ];
    let form = Form::new().value("username", "ana").complaints(&wrong);
    let rules = password::marked(&HARP.password, &wrong);
    shelf.add("register.account-wrong", Credentials { rules, ..page(shelf.frame(), form, &HARP.password) });
}

fn identity(shelf: &mut Shelf) {
    let page = |frame, form, stage| Identity { frame, form, stage, notice: None };
    shelf.add("register.identity", page(shelf.frame(), Form::new(), Stage::Registering));
    shelf.add("identity.later", page(shelf.frame(), Form::new(), Stage::Later));
    let wrong = Form::new().complaints(&[Complaint { field: Field::Ssn, problem: Problem::BadForm }]);
    shelf.add("register.identity-wrong", page(shelf.frame(), wrong, Stage::Registering));

    let down = Some(Message::new("identity.vendor-down"));
    let rests = Some(Message::new("identity.vendor-rests").count("minutes", 15));
    let under_way = Some(Message::new("identity.under-way"));
    shelf.add(
        "register.identity-down",
        Identity { notice: down, ..page(shelf.frame(), Form::new(), Stage::Registering) },
    );
    shelf.add(
        "register.identity-rests",
        Identity { notice: rests, ..page(shelf.frame(), Form::new(), Stage::Registering) },
    );
    shelf.add(
        "register.identity-under-way",
        Identity { notice: under_way, ..page(shelf.frame(), Form::new(), Stage::Registering) },
    );
    let late = Some(Message::new("identity.timed-out"));
    shelf.add(
        "identity.timed-out",
        Identity { notice: late, ..page(shelf.frame(), Form::new(), Stage::Later) },
    );

    let asked = |frame: Frame, form| Questions {
        questions: vendor_questions(&asked(), &frame.words),
        frame,
        form,
        stage: Stage::Registering,
        minutes: 15,
        notice: None,
    };
    shelf.add("register.questions", asked(shelf.frame(), Form::new()));
    let half = Form::new().value("q1", "b").problem("q2", "problem.vendor-answer-missing");
    shelf.add("register.questions-unanswered", asked(shelf.frame(), half));
}

/// D08
fn asked() -> Vec<proofing::Question> {
    let question = |id: &str, text: &str, choices: [&str; 3]| proofing::Question {
        id: id.to_owned(),
        text: text.to_owned(),
        choices: ["a", "b", "c"]
            .iter()
            .zip(choices)
            .map(|(id, text)| proofing::Choice { id: (*id).to_owned(), text: text.to_owned() })
            .collect(),
    };
    vec![
        question(
            "1",
            "Where is your mortgage serviced?",
            ["First Example Bank", "Prairie Savings", "Lakeside Credit Union"],
        ),
        question(
            "2",
            "Which of these has been your employer?",
            ["Mercy Hospital", "Elm Street Clinic", "Northern Labs"],
        ),
        question("3", "How many bedrooms does your home have?", ["2", "3", "4"]),
        question(
            "4",
            "At which address have you lived in the last five years?",
            ["4 Oak Avenue", "77 Lake Road", "9 Hill Court"],
        ),
        question(
            "5",
            "Which of these lenders gave you a car loan?",
            ["Example Motors Finance", "Prairie Auto", "Union Credit"],
        ),
    ]
}

fn endings(shelf: &mut Shelf) {
    let until = NOON + std::time::Duration::from_secs(72 * 3600);
    shelf.add("register.waiting", Waiting { frame: shelf.frame(), since: earlier(3), until });
    let failed = |frame, attempts_left| NotVerified {
        frame,
        stage: Stage::Registering,
        attempts_left,
        again_at: Some(NOON),
    };
    shelf.add("register.not-verified", failed(shelf.frame(), 2));
    shelf.add("register.not-verified-last", failed(shelf.frame(), 1));
    shelf.add("register.not-verified-none-left", failed(shelf.frame(), 0));
    let known = |frame, stage, worth| Known { frame, stage, worth };
    shelf.add("register.known", known(shelf.frame(), Stage::Registering, Worth::Proof));
    shelf.add("register.known-signal", known(shelf.frame(), Stage::Registering, Worth::Signal));
    shelf.add("register.known-waiting", known(shelf.frame(), Stage::Registering, Worth::NotYetKnown));
    shelf.add("identity.known", known(shelf.frame(), Stage::Later, Worth::Signal));
    shelf.add("register.has-account", HasAccount { frame: shelf.frame() });
    for (slug, identity) in [
        ("register.done", Identified::Proved),
        ("register.done-waiting", Identified::Waiting),
        ("register.done-not-proved", Identified::NotYet),
    ] {
        let (username, email) = ("ana.reyes".to_owned(), "ana.reyes@hospital.example".to_owned());
        shelf.add(slug, Done { frame: shelf.to_application(), username, email, identity });
    }
    shelf.add("register.expired", DraftExpired { frame: shelf.frame(), life_hours: 24 });
}

fn email(shelf: &mut Shelf) {
    let email = || "ana.reyes@hospital.example".to_owned();
    let page = |frame, form, sent| ConfirmEmail { frame, form, email: email(), life_hours: 24, sent };
    shelf.add("confirm-email", page(shelf.frame(), Form::new(), Sent::First));
    shelf.add("confirm-email.sent-again", page(shelf.frame(), Form::new(), Sent::Again));
    shelf.add("confirm-email.no-more", page(shelf.frame(), Form::new(), Sent::NoMore));
    let wrong = Form::new().complaints(&[Complaint { field: Field::Code, problem: Problem::WrongCode }]);
    shelf.add("confirm-email.wrong", page(shelf.frame(), wrong, Sent::First));
    shelf.add("change-email", ChangeEmail { frame: shelf.frame(), form: Form::new() });
    shelf.add("email-confirmed", EmailConfirmed { frame: shelf.frame(), email: email() });
}
