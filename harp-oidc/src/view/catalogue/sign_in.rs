//! Samples: the first page, signing in and out, what goes wrong, help.

use harp_core::account::field::{Complaint, Field, Problem};
use harp_core::kernel::assurance::Method;
use harp_core::policy::HARP;

use super::{NOON, ORGANIZATION, Shelf};
use crate::grant::terms::TermsText;
use crate::view::about::{Accessibility, Help, HelpCodes, HelpSignIn, Official, Privacy, Terms};
use crate::view::device::{Contact, Device};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::home::Welcome;
use crate::view::not_me::{AskNotMe, NotMeDead, NotMeLocked};
use crate::view::passkey::UsePasskey;
use crate::view::password;
use crate::view::problem::{Failure, FailureKind, ProtocolProblem};
use crate::view::recover::{
    ChooseDevice, EnterLetterCode, ForgotPassword, ForgotUserId, NewPassword, PasswordSet, RecoveryOver,
    UserIdSent,
};
use crate::view::sign_in::{
    AcceptTerms, AccountLocked, Alone, ChooseMethod, EnterCode, Expired, Locked, Sent, SignIn, TermsAt,
};
use crate::view::sign_out::{Back, ConfirmSignOut, SignedOut};
use crate::view::step_up::{Otherwise, StepUp, StepUpAdd};
use crate::view::words::Message;

pub(super) fn paper() -> Device {
    Device { id: "fac_paper".to_owned(), method: Method::RecoveryCode, contact: Contact::Left(9) }
}

pub(super) fn phone() -> Device {
    Device { id: "fac_phone".to_owned(), method: Method::Sms, contact: Contact::LastFour("1233".to_owned()) }
}

pub(super) fn app() -> Device {
    Device { id: "fac_app".to_owned(), method: Method::Totp, contact: Contact::None }
}

pub(super) fn call() -> Device {
    Device { id: "fac_call".to_owned(), method: Method::Voice, ..phone() }
}

pub(super) fn key() -> Device {
    let contact = Contact::Shown("My phone".to_owned());
    Device { id: "fac_key".to_owned(), method: Method::Passkey, contact }
}

/// As a server asks; no authenticator has ever heard of it.
pub(super) fn challenge() -> Option<String> {
    let asked = r#"{"publicKey":{"challenge":"c2FtcGxl","rpId":"localhost","allowCredentials":[],"userVerification":"preferred"}}"#;
    Some(asked.to_owned())
}

pub(super) fn mail() -> Device {
    let contact = Contact::Shown("a•••@hospital.example".to_owned());
    Device { id: "fac_mail".to_owned(), method: Method::Email, contact }
}

pub(super) fn fill(shelf: &mut Shelf) {
    shelf.add("welcome", Welcome { frame: shelf.frame() });
    passwords(shelf);
    codes(shelf);
    step_up(shelf);
    terms(shelf);
    shelf.add("sign-in-expired", Expired { frame: shelf.frame() });
    shelf.add("sign-out", ConfirmSignOut { frame: shelf.ana(Section::Elsewhere) });
    shelf.add("signed-out", SignedOut { frame: shelf.frame(), back: None });
    let back = Back { name: "Managed File Transfer".to_owned(), url: "/sample-application".to_owned() };
    shelf.add("signed-out.to-application", SignedOut { frame: shelf.frame(), back: Some(back) });
    shelf.add("not-me", AskNotMe { frame: shelf.frame() });
    shelf.add("not-me.locked", NotMeLocked { frame: shelf.frame(), since: NOON });
    shelf.add("not-me.dead", NotMeDead { frame: shelf.frame(), days: 7 });
    recover(shelf);
    failures(shelf);
    about(shelf);
}

fn recover(shelf: &mut Shelf) {
    shelf.add("forgot-user-id", ForgotUserId { frame: shelf.to_application(), form: Form::new() });
    for (slug, problem) in [
        ("forgot-user-id.empty", "problem.email-missing"),
        ("forgot-user-id.too-many", "forgot-user-id.too-many"),
    ] {
        let form = Form::new().problem("email", problem);
        shelf.add(slug, ForgotUserId { frame: shelf.frame(), form });
    }
    shelf.add("user-id-sent", UserIdSent { frame: shelf.frame() });
    let page = |frame, form| ForgotPassword { frame, form };
    shelf.add("forgot-password", page(shelf.to_application(), Form::new()));
    for (slug, problem) in [
        ("forgot-password.empty", "problem.username-missing"),
        ("forgot-password.too-many", "forgot-password.too-many"),
    ] {
        shelf.add(slug, page(shelf.frame(), Form::new().problem("username", problem)));
    }
    let page = |frame, form| EnterLetterCode { frame, form, life_minutes: 30 };
    shelf.add("letter-code-page", page(shelf.frame(), Form::new()));
    let wrong = Form::new().problem("code", "problem.wrong_code");
    shelf.add("letter-code-page.wrong", page(shelf.frame(), wrong));
    let page = |frame, form| ChooseDevice { frame, form, devices: vec![phone(), app()] };
    shelf.add("recover-device", page(shelf.frame(), Form::new()));
    let none = Form::new().problem("method", "problem.method-missing");
    shelf.add("recover-device.none", page(shelf.frame(), none));
    let short = [Complaint { field: Field::Password, problem: Problem::TooShort { min: 12 } }];
    let page = |frame, form, rules| NewPassword { frame, form, rules };
    let rules = password::rules(&HARP.password);
    shelf.add("new-password", page(shelf.frame(), Form::new(), rules));
    let rules = password::marked(&HARP.password, &short);
    shelf.add("new-password.refused", page(shelf.frame(), Form::new().complaints(&short), rules));
    shelf.add("password-set", PasswordSet { frame: shelf.to_application() });
    shelf.add("recovery-over", RecoveryOver { frame: shelf.frame() });
}

fn step_up(shelf: &mut Shelf) {
    let qpp = || "Quality Payment Program".to_owned();
    let page = |frame, form, devices| StepUp {
        frame,
        form,
        application: qpp(),
        devices,
        otherwise: Otherwise::Without,
    };
    shelf.add("step-up", page(shelf.to_application(), Form::new(), vec![phone(), app(), call()]));
    let one = page(shelf.to_application(), Form::new(), vec![app()]);
    shelf.add("step-up.one", StepUp { otherwise: Otherwise::Leave, ..one });
    let none = Form::new().problem("method", "problem.method-missing");
    shelf.add("step-up.none", page(shelf.to_application(), none, vec![phone(), app()]));
    let page = |frame, methods| StepUpAdd { frame, application: qpp(), methods, otherwise: Otherwise::Leave };
    shelf.add("step-up-add", page(shelf.to_application(), vec![Method::Passkey]));
    let any = page(shelf.to_application(), vec![Method::Totp, Method::Sms]);
    shelf.add("step-up-add.several", StepUpAdd { otherwise: Otherwise::Without, ..any });
}

fn passwords(shelf: &mut Shelf) {
    let page = |frame, form| SignIn { frame, form, terms: TermsAt::Password, reason: None, alone: Alone::No };
    shelf.add("sign-in", page(shelf.frame(), Form::new()));
    shelf.add("sign-in.to-application", page(shelf.to_application(), Form::new()));
    shelf.add("sign-in.branded", page(shelf.to_branded(), Form::new()));
    let wrong = Form::new().value("username", "ana.reyes").value("terms", "yes");
    shelf
        .add("sign-in.no-match", page(shelf.to_application(), wrong.problem("username", "sign-in.no-match")));
    let empty = Form::new()
        .problem("username", "problem.username-missing")
        .problem("password", "problem.password-missing")
        .problem("terms", "problem.terms-not_accepted");
    shelf.add("sign-in.empty", page(shelf.frame(), empty));
    let after_code = page(shelf.to_application(), Form::new().value("username", "ana.reyes"));
    shelf.add("sign-in.terms-after-code", SignIn { terms: TermsAt::AfterCode, ..after_code });
    let alone = |form| SignIn { alone: Alone::Yes, ..page(shelf.frame(), form) };
    let (offered, wrong, over) = (
        alone(Form::new()),
        alone(Form::new().problem("passkey", "sign-in.passkey-wrong")),
        alone(Form::new().problem("passkey", "sign-in.passkey-over")),
    );
    shelf.add("sign-in.with-passkey", offered);
    shelf.add("sign-in.passkey-wrong", wrong);
    shelf.add("sign-in.passkey-over", over);
    let mft = |key| Message::new(key).with("application", "Managed File Transfer");
    for (slug, reason) in [
        ("sign-in.after-idle", Message::new("sign-in.after-idle")),
        ("sign-in.after-long", Message::new("sign-in.after-long")),
        ("sign-in.again", Message::new("sign-in.again")),
        ("sign-in.again-not-email", Message::new("sign-in.again-not-email")),
        ("sign-in.asked-again", mft("sign-in.asked-again")),
        ("sign-in.too-old-minutes", mft("sign-in.too-old-minutes").count("minutes", 10)),
        ("sign-in.too-old-hours", mft("sign-in.too-old-hours").count("hours", 8)),
        ("sign-in.somebody-else", mft("sign-in.somebody-else")),
        ("sign-in.set-up-next", Message::new("sign-in.set-up-next")),
    ] {
        shelf.add(slug, SignIn { reason: Some(reason), ..page(shelf.to_application(), Form::new()) });
    }
    shelf.add("locked", Locked::new(shelf.to_application(), NOON + HARP.attempts.lock, NOON));
    shelf.add("account-locked", AccountLocked { frame: shelf.frame(), since: NOON });
}

fn terms(shelf: &mut Shelf) {
    let none = TermsText { version: "1".to_owned(), paragraphs: Vec::new() };
    let own = TermsText {
        version: "2026-11".to_owned(),
        paragraphs: vec![
            "Made-up terms of an application: use it for reports of your own hospital only.".to_owned(),
            "Measures <and> \"quotes\" stand here as they were written.".to_owned(),
        ],
    };
    let page = |frame, form, terms: &TermsText| AcceptTerms { frame, form, terms: terms.clone() };
    shelf.add("accept-terms", page(shelf.to_application(), Form::new(), &none));
    shelf.add("accept-terms.own", page(shelf.to_application(), Form::new(), &own));
    shelf.add("accept-terms.portal", page(shelf.ana(Section::Elsewhere), Form::new(), &none));
    for (slug, problem) in [
        ("accept-terms.not-ticked", "accept-terms.required"),
        ("accept-terms.since-changed", "accept-terms.changed"),
    ] {
        shelf.add(slug, page(shelf.to_application(), Form::new().problem("terms", problem), &own));
    }
}

fn codes(shelf: &mut Shelf) {
    let chosen = Form::new().value("method", "fac_phone");
    let choose = |frame, form| ChooseMethod {
        frame,
        form,
        devices: vec![key(), phone(), call(), app(), mail()],
        off: vec![],
    };
    shelf.add("choose-method", choose(shelf.to_application(), chosen));
    let none = Form::new().problem("method", "problem.method-missing");
    shelf.add("choose-method.none", choose(shelf.frame(), none));
    let only = ChooseMethod { devices: vec![phone()], ..choose(shelf.frame(), Form::new()) };
    shelf.add("choose-method.only", only);
    let only = ChooseMethod { devices: vec![app()], ..choose(shelf.frame(), Form::new()) };
    shelf.add("choose-method.only-app", only);
    let one = ChooseMethod { devices: vec![app()], off: vec![phone()], ..choose(shelf.frame(), Form::new()) };
    shelf.add("choose-method.one-off", one);
    let none = ChooseMethod { devices: vec![], off: vec![phone()], ..choose(shelf.frame(), Form::new()) };
    shelf.add("choose-method.all-off", none);

    let page = |frame, form, device, sent| EnterCode { frame, form, device, life_minutes: 10, sent };
    shelf.add("enter-code.text", page(shelf.to_application(), Form::new(), phone(), Sent::First));
    shelf.add("enter-code.sent-again", page(shelf.frame(), Form::new(), phone(), Sent::Again));
    shelf.add("enter-code.no-more", page(shelf.frame(), Form::new(), phone(), Sent::NoMore));
    let wrong = Form::new().problem("code", "problem.code-wrong_code");
    shelf.add("enter-code.wrong", page(shelf.frame(), wrong, phone(), Sent::First));
    shelf.add("enter-code.app", page(shelf.frame(), Form::new(), app(), Sent::First));
    shelf.add("enter-code.recovery", page(shelf.frame(), Form::new(), paper(), Sent::First));
    shelf.add("enter-code.voice", page(shelf.frame(), Form::new(), call(), Sent::First));
    let passkey = |frame, form, challenge| UsePasskey { frame, form, device: key(), challenge };
    shelf.add("use-passkey", passkey(shelf.to_application(), Form::new(), challenge()));
    let wrong = Form::new().problem("passkey", "use-passkey.wrong");
    shelf.add("use-passkey.wrong", passkey(shelf.frame(), wrong, challenge()));
    shelf.add("use-passkey.over", passkey(shelf.frame(), Form::new(), None));
    shelf.add("enter-code.email", page(shelf.frame(), Form::new(), mail(), Sent::First));
}

fn failures(shelf: &mut Shelf) {
    for (slug, kind) in [
        ("failure.400", FailureKind::BadRequest),
        ("failure.403", FailureKind::Forbidden),
        ("failure.403-stale", FailureKind::StaleForm),
        ("failure.404", FailureKind::NotFound),
        ("failure.405", FailureKind::MethodNotAllowed),
        ("failure.413", FailureKind::TooLarge),
        ("failure.422", FailureKind::Unreadable),
        ("failure.429", FailureKind::TooMany { until: Some(NOON) }),
        ("failure.500", FailureKind::Internal),
        ("failure.503", FailureKind::Unavailable),
    ] {
        shelf.add(slug, Failure { frame: shelf.frame(), kind });
    }
    let problem = |frame, application| ProtocolProblem {
        frame,
        application,
        error: "invalid_request".to_owned(),
        description: "`redirect_uri` is not one of those registered for this client".to_owned(),
    };
    shelf.add("protocol-problem", problem(shelf.frame(), Some("Managed File Transfer".to_owned())));
    shelf.add("protocol-problem.unknown-client", problem(shelf.frame(), None));
}

fn about(shelf: &mut Shelf) {
    shelf.add("help", Help { frame: shelf.frame(), officials: Vec::new() });
    let names = vec!["Sol Okafor".to_owned(), "Vera Lind".to_owned()];
    let officials = vec![Official { organization: ORGANIZATION.to_owned(), names }];
    shelf.add("help.with-officials", Help { frame: shelf.ana(Section::Elsewhere), officials });
    shelf.add("help-sign-in", HelpSignIn { frame: shelf.to_branded() });
    shelf.add("help-codes", HelpCodes { frame: shelf.frame(), methods: HARP.methods.to_vec() });
    shelf.add("accessibility", Accessibility { frame: shelf.frame() });
    shelf.add("privacy", Privacy { frame: shelf.frame() });
    shelf.add("terms", Terms { frame: shelf.frame() });
}
