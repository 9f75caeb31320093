//! Samples: the help desk's console (P18).

use super::sign_in::{app, phone};
use super::{NOON, Shelf, earlier};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::help_desk::{
    Ask, Caller, Case, Decide, Deed, Letter, OpenSession, ReadOut, Search, Subject, Waiting,
};
use crate::view::set_up::Status;
use crate::view::words::Message;

pub(super) fn fill(shelf: &mut Shelf) {
    let search = |shelf: &Shelf, form, waiting, done| Search {
        frame: shelf.hal(Section::HelpDesk),
        form,
        waiting,
        done,
    };
    shelf.add("help-desk", search(shelf, Form::new(), Vec::new(), None));
    let waiting = Waiting {
        case: "help_01hsample".to_owned(),
        username: "ana.reyes".to_owned(),
        agent: "hal.moreau".to_owned(),
        asked_at: earlier(20),
    };
    let done = Some(Message::new("help-desk.done-approved"));
    shelf.add("help-desk.waiting", search(shelf, Form::new(), vec![waiting], done));
    let nobody = Form::new()
        .value("username", "nobody")
        .value("reason", "Says that she lost her phone")
        .problem("username", "help-desk.nobody");
    shelf.add("help-desk.nobody", search(shelf, nobody, Vec::new(), None));
    let case = |shelf: &Shelf, form, subject, caller, done| Case {
        frame: shelf.hal(Section::HelpDesk),
        form,
        subject,
        caller,
        done,
    };
    shelf.add("help-desk.case", case(shelf, Form::new(), subject(), Caller::NotYet, None));
    let wrong = Form::new().problem("code", "problem.wrong_code");
    let sent = Some(Message::new("help-desk.done-sent"));
    shelf.add("help-desk.case-wrong-code", case(shelf, wrong, bare(), Caller::NotYet, sent));
    shelf.add("help-desk.case-proved", case(shelf, Form::new(), subject(), Caller::Proved, None));
    for deed in Deed::ALL {
        let slug = format!("help-desk.{}", deed.path());
        let (case, username) = ("help_01hsample".to_owned(), "ana.reyes".to_owned());
        let frame = shelf.hal(Section::HelpDesk);
        shelf.add(&slug, Ask { frame, form: Form::new(), case, username, deed });
    }
    let reset_reason = Some("Lost her phone and her laptop on the train".to_owned());
    let subject = Subject { reset_reason, ..subject() };
    let frame = shelf.hal(Section::HelpDesk);
    shelf.add("help-desk.decide", Decide { frame, form: Form::new(), subject, wait_hours: 24 });
    let read = |shelf: &Shelf, code| ReadOut { frame: shelf.ana(Section::Profile), code, until: Some(NOON) };
    shelf.add("read-out", read(shelf, Some("482913".to_owned())));
    shelf.add("read-out.none", read(shelf, None));
}

fn subject() -> Subject {
    let letter = |what: &str, state| Letter {
        what: what.to_owned(),
        to: "a•••@hospital.example".to_owned(),
        at: earlier(7),
        state,
    };
    Subject {
        locked_since: Some(earlier(30)),
        sign_in_locked_until: Some(NOON),
        reset_ready_at: Some(NOON),
        addresses: vec![("a•••@hospital.example".to_owned(), true), ("a•••@home.example".to_owned(), false)],
        devices: vec![(phone(), Status::Active), (app(), Status::Suspended)],
        sessions: vec![OpenSession {
            device: "Firefox, Linux".to_owned(),
            place: "198.51.100.7".to_owned(),
            seen: earlier(3),
        }],
        letters: vec![
            letter("Your security code", "help-desk.letter-sent"),
            letter("Your security code", "help-desk.letter-arrived"),
            letter("Your security code", "help-desk.letter-given-up"),
            letter("Your password was changed", "help-desk.letter-waiting"),
            letter("Your password was changed", "help-desk.letter-again"),
        ],
        ..bare()
    }
}

fn bare() -> Subject {
    Subject {
        case: "help_01hsample".to_owned(),
        username: "ana.reyes".to_owned(),
        name: "Ana María Reyes".to_owned(),
        standing: "help-desk.active",
        locked_since: None,
        sign_in_locked_until: None,
        reset_ready_at: None,
        addresses: vec![("a•••@hospital.example".to_owned(), true)],
        devices: Vec::new(),
        sessions: Vec::new(),
        letters: Vec::new(),
        agent: "hal.moreau".to_owned(),
        reason: "Called: says that she lost her phone".to_owned(),
        reset_reason: None,
    }
}
