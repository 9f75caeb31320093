//! Samples: set-up, the portal and the profile.

use harp_core::account::challenge;
use harp_core::account::field::{Complaint, Field, Problem};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;

use super::sign_in::{app, call, challenge, mail, paper, phone};
use super::{NOON, ORGANIZATION, PROGRAM, ROLE, Shelf, earlier};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::home::{Application, Portal, Task, TaskKind, TaskState};
use crate::view::passkey::AddPasskey;
use crate::view::password;
use crate::view::profile::{
    Challenge, ChangeChallenge, ChangePassword, EmailState, Profile, Sessions, SignedIn, Which,
};
use crate::view::qr::Qr;
use crate::view::recovery_codes::{CodesNow, MakeCodes, RecoveryCodes};
use crate::view::register::Identified;
use crate::view::second_address::{AskSecond, RemoveSecond, Second, SecondCode};
use crate::view::set_up::{
    AddDevice, AddEmail, AddPhone, AddTotp, DeviceCode, Devices, Left, RemoveDevice, ResumeDevice, Row,
    SetUp, SetUpDone, Status, SuspendDevice,
};
use crate::view::sign_in::Sent;
use crate::view::url;
use crate::view::words::Message;

pub(super) fn fill(shelf: &mut Shelf) {
    set_up(shelf);
    devices(shelf);
    portal(shelf);
    profile(shelf);
}

fn rows() -> Vec<Row> {
    vec![Row { device: phone(), status: Status::Active }, Row { device: app(), status: Status::Active }]
}

fn set_up(shelf: &mut Shelf) {
    shelf.add("set-up.empty", SetUp { frame: shelf.to_application(), devices: Vec::new() });
    let waiting = vec![Row { device: phone(), status: Status::Unverified }];
    shelf.add("set-up.unverified", SetUp { frame: shelf.frame(), devices: waiting });
    let off = vec![
        Row { device: phone(), status: Status::OffForStrangers },
        Row { device: call(), status: Status::Off },
        Row { device: app(), status: Status::Active },
    ];
    shelf.add("profile-devices.off", Devices { frame: shelf.ana(Section::Profile), devices: off });
    let codes_left = || Row { device: paper(), status: Status::Active };
    let some = rows().into_iter().chain([codes_left()]).collect();
    shelf.add("profile-devices.codes", Devices { frame: shelf.ana(Section::Profile), devices: some });
    shelf.add("recovery-codes.make", MakeCodes { frame: shelf.frame(), now: None });
    let now = Some(CodesNow { id: "fac_paper".to_owned(), left: 1 });
    shelf.add("recovery-codes.renew", MakeCodes { frame: shelf.ana(Section::Profile), now });
    let codes = (1..=10).map(|n| Secret::new(format!("{n}-7k2p-9x0m-4tvwe"))).collect();
    let made = RecoveryCodes { frame: shelf.ana(Section::Profile), codes, back: url::PROFILE_DEVICES };
    shelf.add("recovery-codes.shown", made);
    let email = vec![Row { device: mail(), status: Status::Active }];
    shelf.add("set-up.email-alone", SetUp { frame: shelf.frame(), devices: email });
    shelf.add("set-up.ready", SetUp { frame: shelf.to_application(), devices: rows() });
    let second = |devices| (devices < 2).then(Form::new);
    let done = |frame, application_url, devices| SetUpDone {
        frame,
        application_url,
        devices,
        second: second(devices),
    };
    shelf.add("set-up.done", done(shelf.ana(Section::Elsewhere), None, 2));
    let url = Some("/sample-application".to_owned());
    shelf.add("set-up.done-to-application", done(shelf.to_application(), url, 1));
}

fn devices(shelf: &mut Shelf) {
    let methods = || HARP.methods.to_vec();
    shelf.add("add-device", AddDevice { frame: shelf.frame(), form: Form::new(), methods: methods() });
    let none = Form::new().complaints(&[Complaint { field: Field::Method, problem: Problem::Missing }]);
    shelf.add(
        "add-device.none",
        AddDevice { frame: shelf.frame(), form: none, methods: Method::ALL.to_vec() },
    );
    let many = Form::new().problem("method", "add-device.too-many");
    shelf.add(
        "add-device.too-many",
        AddDevice { frame: shelf.frame(), form: many, methods: Method::ALL.to_vec() },
    );
    let number = |frame, form, method| AddPhone { frame, form, method };
    shelf.add("add-phone.text", number(shelf.frame(), Form::new(), Method::Sms));
    shelf.add("add-phone.voice", number(shelf.frame(), Form::new(), Method::Voice));
    let wrong = [Complaint { field: Field::Phone, problem: Problem::BadForm }];
    let form = Form::new().value("phone", "555").complaints(&wrong);
    shelf.add("add-phone.wrong", number(shelf.frame(), form, Method::Sms));
    let form = Form::new().value("phone", "202 555 0143").problem("phone", "add-phone.too-many");
    shelf.add("add-phone.too-many", number(shelf.frame(), form, Method::Sms));

    let address = || Form::new().value("email", "ana.reyes@hospital.example");
    let email = |shelf: &Shelf, form| AddEmail { frame: shelf.frame(), form };
    shelf.add("add-email", email(shelf, address()));
    let held = [Complaint { field: Field::Email, problem: Problem::AlreadyHeld }];
    shelf.add("add-email.held", email(shelf, address().complaints(&held)));
    let many = address().problem("email", "add-phone.too-many");
    shelf.add("add-email.too-many", email(shelf, many));

    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let uri = format!("otpauth://totp/HARP:ana.reyes?secret={secret}&issuer=HARP");
    let totp = |shelf: &Shelf, form| AddTotp {
        frame: shelf.frame(),
        form,
        qr: Qr::new(&uri, shelf.words.t("add-totp.qr")),
        secret: secret.to_owned(),
    };
    shelf.add("add-totp", totp(shelf, Form::new()));
    let wrong = Form::new().complaints(&[Complaint { field: Field::Code, problem: Problem::WrongCode }]);
    shelf.add("add-totp.wrong", totp(shelf, wrong));
    let passkey = |shelf: &Shelf, form: Form, challenge| AddPasskey { frame: shelf.frame(), form, challenge };
    shelf.add("add-passkey", passkey(shelf, Form::new(), challenge()));
    for (slug, problem) in
        [("add-passkey.refused", "add-passkey.refused"), ("add-passkey.known", "add-passkey.known")]
    {
        let form = Form::new().value("name", "My phone").problem("passkey", problem);
        shelf.add(slug, passkey(shelf, form, challenge()));
    }
    shelf.add("add-passkey.over", passkey(shelf, Form::new(), None));
    let code = |frame, form, sent| DeviceCode { frame, form, device: phone(), life_minutes: 10, sent };
    shelf.add("device-code", code(shelf.frame(), Form::new(), Sent::First));
    shelf.add("device-code.sent-again", code(shelf.frame(), Form::new(), Sent::Again));
    let other = |device| DeviceCode { device, ..code(shelf.frame(), Form::new(), Sent::First) };
    let (called, mailed) = (other(call()), other(mail()));
    shelf.add("device-code.voice", called);
    shelf.add("device-code.email", mailed);
    let locked = Message::new("device-code.locked").with("time", "March 3, 2027 at 9:05 AM UTC");
    let locked = Form::new().problem("code", locked);
    shelf.add("device-code.locked", code(shelf.frame(), locked, Sent::First));
    shelf.add("device-code.no-more", code(shelf.frame(), Form::new(), Sent::NoMore));
    let remove = |frame, left| RemoveDevice { frame, device: phone(), left };
    shelf.add("remove-device", remove(shelf.ana(Section::Profile), Left::Others));
    shelf.add("remove-device.last", remove(shelf.frame(), Left::None));
    shelf.add("remove-device.must-stay", remove(shelf.ana(Section::Profile), Left::MustStay));
    let suspend =
        |shelf: &Shelf, left| SuspendDevice { frame: shelf.ana(Section::Profile), device: phone(), left };
    shelf.add("suspend-device", suspend(shelf, Left::Others));
    shelf.add("suspend-device.last", suspend(shelf, Left::None));
    shelf.add("resume-device", ResumeDevice { frame: shelf.ana(Section::Profile), device: phone() });
    let suspended = vec![
        Row { device: phone(), status: Status::Suspended },
        Row { device: app(), status: Status::Active },
    ];
    let suspended = Devices { frame: shelf.ana(Section::Profile), devices: suspended };
    shelf.add("profile.devices-suspended", suspended);
    shelf.add("profile.devices", Devices { frame: shelf.ana(Section::Profile), devices: rows() });
    shelf.add("profile.devices-none", Devices { frame: shelf.ana(Section::Profile), devices: Vec::new() });
}

fn portal(shelf: &mut Shelf) {
    let task = |kind, state| Task { kind, state };
    let new = Portal {
        frame: shelf.ana(Section::Home),
        first_name: "Ana".to_owned(),
        tasks: vec![
            task(TaskKind::ConfirmEmail, TaskState::ToDo),
            task(TaskKind::ProveIdentity, TaskState::Waiting),
            task(TaskKind::AddDevice, TaskState::Done),
            task(TaskKind::RequestRole, TaskState::ToDo),
        ],
        applications: Vec::new(),
        waiting: 1,
        to_decide: 0,
    };
    shelf.add("portal.new", new);
    let sol = Portal {
        frame: shelf.sol(Section::Home),
        first_name: "Sol".to_owned(),
        tasks: Vec::new(),
        applications: vec![Application {
            name: PROGRAM.to_owned(),
            url: "/sample-application".to_owned(),
            roles: vec![format!("{ROLE} · {ORGANIZATION}")],
        }],
        waiting: 0,
        to_decide: 3,
    };
    shelf.add("portal.security-official", sol);
}

fn profile(shelf: &mut Shelf) {
    let questions = || challenge::Question::ALL.iter().map(|q| q.as_str()).collect::<Vec<_>>();
    let page = |shelf: &Shelf, saved| Profile {
        frame: shelf.ana(Section::Profile),
        saved,
        username: "ana.reyes".to_owned(),
        name: "Ana María Reyes".to_owned(),
        email: "ana.reyes@hospital.example".to_owned(),
        email_state: EmailState::Confirmed,
        second: Second { confirmed: Some("ana@home.example".to_owned()), awaited: None },
        phone: "+1 202 555 0143".to_owned(),
        birth: jiff::civil::Date::constant(1980, 2, 29),
        address: ["12 Elm Street", "Springfield, Illinois 62701", "US"].map(str::to_owned).to_vec(),
        identity: Identified::Proved,
        devices: 2,
        challenge: questions().first().map_or(Challenge::None, |name| Challenge::Question(name)),
    };
    shelf.add("profile", page(shelf, None));
    let fresh = Profile {
        email_state: EmailState::NotYet,
        second: Second { confirmed: None, awaited: Some("ana@home.example".to_owned()) },
        identity: Identified::NotYet,
        devices: 1,
        challenge: Challenge::None,
        ..page(shelf, Some(Message::new("profile.saved-password")))
    };
    shelf.add("profile.unfinished", fresh);
    shelf.add("profile.saved-challenge", page(shelf, Some(Message::new("profile.saved-challenge"))));
    let change =
        |shelf: &Shelf, form, rules| ChangePassword { frame: shelf.ana(Section::Profile), form, rules };
    shelf.add("change-password", change(shelf, Form::new(), password::rules(&HARP.password)));
    let wrong = [
        Complaint { field: Field::CurrentPassword, problem: Problem::Mismatch },
        Complaint { field: Field::Password, problem: Problem::NoSymbol { symbols: "!@#$%^&*" } },
    ];
    let marked = password::marked(&HARP.password, &wrong);
    shelf.add("change-password.wrong", change(shelf, Form::new().complaints(&wrong), marked));
    let challenge =
        ChangeChallenge { frame: shelf.ana(Section::Profile), form: Form::new(), questions: questions() };
    shelf.add("change-challenge", challenge);
    second_address(shelf);
    sessions(shelf);
}

/// B02
fn second_address(shelf: &mut Shelf) {
    let email = || "ana@home.example".to_owned();
    let ask =
        |shelf: &Shelf, form, confirmed| AskSecond { frame: shelf.ana(Section::Profile), form, confirmed };
    shelf.add("second-address", ask(shelf, Form::new(), None));
    let held = [Complaint { field: Field::SecondEmail, problem: Problem::AlreadyHeld }];
    let form = Form::new().value("second_email", "ana.reyes@hospital.example").complaints(&held);
    shelf.add("second-address.held", ask(shelf, form, Some(email())));
    let code = |shelf: &Shelf, form, sent| SecondCode {
        frame: shelf.ana(Section::Profile),
        form,
        email: email(),
        life_hours: 24,
        sent,
    };
    shelf.add("second-address.code", code(shelf, Form::new(), Sent::First));
    let wrong = Form::new().problem("code", "problem.wrong_code");
    shelf.add("second-address.wrong-code", code(shelf, wrong, Sent::Again));
    shelf.add("second-address.no-more", code(shelf, Form::new(), Sent::NoMore));
    shelf.add("second-address.remove", RemoveSecond { frame: shelf.ana(Section::Profile), email: email() });
}

fn sessions(shelf: &mut Shelf) {
    let session = |id: &str, device: &str, place: &str, which| SignedIn {
        id: id.to_owned(),
        device: device.to_owned(),
        place: place.to_owned(),
        started: earlier(95),
        seen: NOON,
        which,
    };
    let this = session("ses_1", "Firefox, Linux", "198.51.100.7", Which::This);
    let other = session("ses_2", "Safari, iPhone", "203.0.113.20", Which::Other);
    let unknown = shelf.words.t("sessions.unknown");
    let third = session("ses_3", &unknown, &unknown, Which::Other);
    shelf.add("sessions.one", Sessions { frame: shelf.ana(Section::Profile), sessions: vec![this.clone()] });
    shelf
        .add("sessions", Sessions { frame: shelf.ana(Section::Profile), sessions: vec![this, other, third] });
}
