//! Samples: user roles and the Security Official's desk.

use harp_core::account::field::{Complaint, Field, Problem};

use super::{NOON, ORGANIZATION, PROGRAM, ROLE, Shelf, earlier};
use crate::view::form::{Choice, Form};
use crate::view::frame::Section;
use crate::view::official::{Approve, Deny, May, Queue, Requester, Review};
use crate::view::profile::EmailState;
use crate::view::register::Identified;
use crate::view::roles::{
    Begins, ChooseOrganization, ChooseProgram, ChooseRoles, Found, Gate, Held, MyRoles, Part, Request,
    Requests, Status, Taken, TakenWhy,
};
use crate::view::words::Message;

pub(super) fn fill(shelf: &mut Shelf) {
    mine(shelf);
    asking(shelf);
    requests(shelf);
    desk(shelf);
}

fn mine(shelf: &mut Shelf) {
    let page = |shelf: &Shelf, held, waiting, gate| MyRoles {
        frame: shelf.ana(Section::Roles),
        held,
        waiting,
        gate,
    };
    shelf.add("roles.none", page(shelf, Vec::new(), 0, Gate::Open));
    shelf.add("roles.prove-first", page(shelf, Vec::new(), 0, Gate::ProveIdentity));
    let held = |until| Held {
        program: PROGRAM.to_owned(),
        organization: ORGANIZATION.to_owned(),
        role: ROLE.to_owned(),
        since: earlier(60 * 24 * 40),
        until,
    };
    shelf.add("roles", page(shelf, vec![held(None), held(Some(NOON))], 2, Gate::Open));
}

fn asking(shelf: &mut Shelf) {
    let frame = |shelf: &Shelf| shelf.ana(Section::Roles);
    let programs = || vec![Choice::new("mft", PROGRAM), Choice::new("hqr", "Hospital Quality Reporting")];
    shelf.add(
        "choose-program",
        ChooseProgram { frame: frame(shelf), form: Form::new(), programs: programs() },
    );
    let none = Form::new().complaints(&[Complaint { field: Field::Program, problem: Problem::Missing }]);
    shelf.add(
        "choose-program.not-chosen",
        ChooseProgram { frame: frame(shelf), form: none, programs: programs() },
    );
    shelf.add(
        "choose-program.empty",
        ChooseProgram { frame: frame(shelf), form: Form::new(), programs: Vec::new() },
    );

    let search = |shelf: &Shelf, form, found| ChooseOrganization {
        frame: frame(shelf),
        form,
        program: PROGRAM.to_owned(),
        found,
    };
    let organizations =
        || vec![Choice::new("org_1", ORGANIZATION), Choice::new("org_2", "CJR Example Hospital")];
    shelf.add("choose-organization", search(shelf, Form::new(), Found::NotSearched));
    let query = || Form::new().value("query", "CJR");
    let some = Found::Some { organizations: organizations(), more: crate::view::roles::More::No };
    shelf.add("choose-organization.found", search(shelf, query(), some));
    let many = Found::Some { organizations: organizations(), more: crate::view::roles::More::Hidden };
    let not_chosen =
        query().complaints(&[Complaint { field: Field::Organization, problem: Problem::Missing }]);
    shelf.add("choose-organization.not-chosen", search(shelf, not_chosen, many));
    let nothing = Found::Nothing { query: "Yael".to_owned() };
    shelf.add("choose-organization.nothing", search(shelf, Form::new().value("query", "Yael"), nothing));

    let choose = |shelf: &Shelf, form, free, taken| ChooseRoles {
        frame: frame(shelf),
        form,
        program: PROGRAM.to_owned(),
        organization: ORGANIZATION.to_owned(),
        free,
        taken,
    };
    let free = || vec![Choice::new("rol_1", ROLE), Choice::new("rol_2", "Security Official")];
    let taken = |why| Taken { role: ROLE.to_owned(), why };
    shelf.add("choose-roles", choose(shelf, Form::new(), free(), Vec::new()));
    let none = Form::new().complaints(&[Complaint { field: Field::Roles, problem: Problem::Missing }]);
    shelf.add("choose-roles.not-chosen", choose(shelf, none, free(), vec![taken(TakenWhy::Asked)]));
    shelf.add("choose-roles.held", choose(shelf, Form::new(), Vec::new(), vec![taken(TakenWhy::Held)]));
}

fn request(id: &str, status: Status) -> Request {
    Request {
        id: id.to_owned(),
        program: PROGRAM.to_owned(),
        organization: ORGANIZATION.to_owned(),
        roles: vec![ROLE.to_owned()],
        requested: earlier(130),
        requester: "Ana Reyes".to_owned(),
        status,
    }
}

fn approved() -> Request {
    request("req_06ew7q2d9ck6y4vn1ws2yb5mqd", Status::Approved { at: NOON, by: "Sol Okafor".to_owned() })
}

fn denied() -> Request {
    let reason = "Please ask for the role at your own hospital.".to_owned();
    request(
        "req_06es3v0f1dm7z5wp2xt3zc6nre",
        Status::Denied { at: NOON, by: "Sol Okafor".to_owned(), reason },
    )
}

fn requests(shelf: &mut Shelf) {
    let page = |shelf: &Shelf, submitted, pending, decided| Requests {
        frame: shelf.ana(Section::Roles),
        submitted,
        pending,
        decided,
        part: Part::WHOLE,
    };
    shelf.add("requests.none", page(shelf, None, Vec::new(), Vec::new()));
    let submitted = Some("req_06ey1m8c5ah4v2rk9tq0wz3jnb".to_owned());
    shelf.add(
        "requests.submitted",
        page(shelf, submitted, vec![request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending)], Vec::new()),
    );
    shelf.add(
        "requests.decided",
        page(
            shelf,
            None,
            vec![request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending)],
            vec![approved(), denied()],
        ),
    );
    let next = Some("req_06es3v0f1dm7z5wp2xt3zc6nre".to_owned());
    let part = Part { begins: Begins::Earlier, next };
    shelf.add(
        "requests.earlier",
        Requests { part, ..page(shelf, None, Vec::new(), vec![approved(), denied()]) },
    );
}

fn desk(shelf: &mut Shelf) {
    let sol = |shelf: &Shelf| shelf.sol(Section::Official);
    let queue = |shelf: &Shelf, done, pending| Queue { frame: sol(shelf), done, pending, part: Part::WHOLE };
    let pending = || {
        vec![
            request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending),
            request("req_06ey1n4s8bj5x3tm0vr1xa4kpc", Status::Pending),
        ]
    };
    shelf.add("queue", queue(shelf, None, pending()));
    let done = |key: &'static str| Some(Message::new(key).with("requester", "Ana Reyes"));
    shelf.add("queue.approved", queue(shelf, done("queue.approved"), Vec::new()));
    shelf.add("queue.denied", queue(shelf, done("queue.denied"), pending()));

    let part = |begins, next: Option<&str>| Part { begins, next: next.map(str::to_owned) };
    let last = Some("req_06ey1n4s8bj5x3tm0vr1xa4kpc");
    shelf.add("queue.more", Queue { part: part(Begins::Here, last), ..queue(shelf, None, pending()) });
    shelf.add("queue.next", Queue { part: part(Begins::Earlier, last), ..queue(shelf, None, pending()) });
    shelf.add("queue.no-more", Queue { part: part(Begins::Earlier, None), ..queue(shelf, None, Vec::new()) });

    let requester = || Requester {
        name: "Ana María Reyes".to_owned(),
        email: "ana.reyes@hospital.example".to_owned(),
        email_state: EmailState::Confirmed,
        identity: Identified::Proved,
        roles: Vec::new(),
    };
    let review =
        |shelf: &Shelf, request, requester, may| Review { frame: sol(shelf), request, requester, may };
    shelf.add(
        "review",
        review(shelf, request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending), requester(), May::Decide),
    );
    let doubtful = Requester {
        email_state: EmailState::NotYet,
        identity: Identified::NotYet,
        roles: vec!["Security Official".to_owned()],
        ..requester()
    };
    shelf.add(
        "review.own",
        review(shelf, request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending), doubtful, May::Own),
    );
    let gone = Requester { identity: Identified::NotYet, ..requester() };
    shelf.add(
        "review.only-deny",
        review(shelf, request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending), gone, May::OnlyDeny),
    );
    shelf.add("review.decided", review(shelf, denied(), requester(), May::Decided));
    shelf.add(
        "approve",
        Approve { frame: sol(shelf), request: request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending) },
    );
    let deny = |shelf: &Shelf, form| Deny {
        frame: sol(shelf),
        form,
        request: request("req_06ey1m8c5ah4v2rk9tq0wz3jnb", Status::Pending),
    };
    shelf.add("deny", deny(shelf, Form::new()));
    let no_reason = Form::new().complaints(&[Complaint { field: Field::Reason, problem: Problem::Missing }]);
    shelf.add("deny.no-reason", deny(shelf, no_reason));
    let restored = Form::new();
    restored.restore(&[("reason".to_owned(), "Please ask for the role at your own hospital.".to_owned())]);
    shelf.add("deny.restored", deny(shelf, restored));
}
