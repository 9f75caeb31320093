//! The pages of registration, proofing, e-mail confirmation and the profile.

use axum::http::StatusCode;
use harp_core::kernel::id::CaseId;
use harp_tests::client::Client;

use super::devices::set_up_phone;
use super::{Portal, at_set_up, password};
use crate::flow::steps::ANA;
use crate::stage::{PASSWORD, Stage};

const BEN_SSN: &str = "900-11-3333";
const BEN_EMAIL: &str = "ben@clinic.example";

/// Ben, whom the scripted vendor knows.
fn ben() -> Vec<(&'static str, &'static str)> {
    vec![
        ("first_name", "Ben"),
        ("middle_name", ""),
        ("last_name", "Okafor"),
        ("email", BEN_EMAIL),
        ("confirm_email", BEN_EMAIL),
        ("phone", "202 456 2222"),
        ("birth_month", "7"),
        ("birth_day", "4"),
        ("birth_year", "1975"),
        ("country", "US"),
        ("address_line1", "7 Vellum Street"),
        ("city", "Springfield"),
        ("state", "IL"),
        ("zip", "62701"),
        ("reviewed", "yes"),
        ("do", "next"),
    ]
}

fn changed(
    mut fields: Vec<(&'static str, &'static str)>,
    name: &str,
    value: &'static str,
) -> Vec<(&'static str, &'static str)> {
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields
}

fn credentials(username: &str) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("username", text(username)),
        ("password", text(PASSWORD)),
        ("confirm_password", text(PASSWORD)),
        ("question", text("first_pet")),
        ("answer", text("Fluffy")),
        ("do", text("next")),
    ]
}

async fn send(client: &mut Client, fields: &[(&'static str, String)]) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    client.submit(&fields).await.unwrap();
}

async fn at_identity(client: &mut Client, username: &str) {
    client.open("/register").await.unwrap();
    client.submit(&ben()).await.unwrap();
    assert_eq!(client.page.path(), "/register/account");
    send(client, &credentials(username)).await;
    assert_eq!(client.page.path(), "/register/identity", "{}", client.page.body);
}

/// The right answers, as the form's fields.
fn truth(stage: &Stage, client: &Client) -> Vec<(&'static str, String)> {
    const FIELDS: [&str; 5] = ["q1", "q2", "q3", "q4", "q5"];
    let url = url::Url::parse(&format!("http://localhost{}", client.page.url)).unwrap();
    let case: CaseId = url.query_pairs().find(|(n, _)| n == "case").unwrap().1.parse().unwrap();
    let choices = stage.vendor.truth(case).into_iter().map(|a| a.choice);
    FIELDS.into_iter().zip(choices).chain([("do", "next".to_owned())]).collect()
}

/// B01–B10, D02, D05: a person registers, is proofed, and gets a letter whose code confirms the address.
#[tokio::test]
async fn a_person_registers_and_proves_who_they_are() {
    let portal = Portal::with_ana().await;
    let (stage, mut browser) = (&portal.stage, portal.browser());
    at_identity(&mut browser, "BenOkafor7x").await;
    let page = browser.submit(&[("ssn", BEN_SSN), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/register/questions");
    assert_eq!(page.body.matches("None of the above").count(), 6, "each question, and the text that says so");
    let answers = truth(stage, &browser);
    send(&mut browser, &answers).await;
    let page = browser.page.clone();
    assert_eq!((page.path(), page.status), ("/register/done", StatusCode::OK));
    assert!(page.says("BenOkafor7x") && page.says(BEN_EMAIL) && page.says("Your identity is proved"));
    let reloaded = browser.open(&page.url).await.unwrap();
    assert!(reloaded.says("BenOkafor7x"), "a reload shows it again");

    // B10: the user ID works, and leads to set-up. The address is confirmed there, too.
    let signed_in = password(&mut browser, "benokafor7X", PASSWORD).await;
    assert_eq!(signed_in.path(), "/set-up");
    let code = stage.code(BEN_EMAIL).await;
    browser.open("/email/confirm").await.unwrap();
    let wrong = browser.submit(&[("code", "000000x"), ("do", "next")]).await.unwrap();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = browser.submit(&[("code", " "), ("do", "next")]).await.unwrap();
    assert!(empty.says("Enter the security code"));
    let confirmed = browser.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!((confirmed.path(), confirmed.status), ("/email/confirm", StatusCode::OK));
    assert!(!confirmed.says("name=\"code\""));
}

/// B02, B04, B05: the work address is asked for; every field of the founding documents, the optional ones said to be so.
#[tokio::test]
async fn the_first_page_asks_for_what_the_founding_documents_ask_for() {
    let portal = Portal::with_ana().await;
    let mut browser = portal.browser();
    let page = browser.open("/register").await.unwrap();
    assert!(page.says("All fields marked with an asterisk (*) are required."));
    assert!(page.says("Use your corporate email address"), "B02");
    for (name, _) in ben().into_iter().filter(|(name, _)| *name != "do") {
        let control = page
            .body
            .split_once(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("{name} is not asked for"));
        let tag = control.1.split('>').next().unwrap();
        assert_eq!(tag.contains("required"), name != "middle_name", "{name}: {tag}");
    }
    assert!(page.says("name=\"address_line2\""));
}

/// B03, B06, B13: each field is named, 422, what was typed is kept; and all of it is one registration.
#[tokio::test]
async fn details_come_back_with_what_was_typed_and_every_field_named() {
    let portal = Portal::with_ana().await;
    let mut browser = portal.browser();
    browser.open("/register").await.unwrap();
    for (name, words) in [
        ("first_name", "Enter your first name"),
        ("last_name", "Enter your last name"),
        ("email", "Enter your email address"),
        ("phone", "Enter your phone number"),
        ("birth_year", "Enter a real date of birth"),
        ("country", "Choose your country"),
        ("address_line1", "Enter the first line of your home address"),
        ("city", "Enter your city"),
        ("state", "Enter your state, territory or district"),
        ("zip", "Enter your ZIP code"),
        ("reviewed", "Tick the box to confirm"),
    ] {
        let page = browser.submit(&changed(ben(), name, "")).await.unwrap();
        assert_eq!((page.path(), page.status), ("/register", StatusCode::UNPROCESSABLE_ENTITY), "{name}");
        assert!(page.says("<title>Error: ") && page.says(words), "{name}: {words}");
        assert!(name == "address_line1" || page.says("7 Vellum Street"), "{name}: typed text is lost");
    }
    let page = browser.submit(&changed(ben(), "confirm_email", "bem@clinic.example")).await.unwrap();
    assert!(page.says("Enter the same email address in both fields"));
    let started = portal.stage.events().await.into_iter();
    let started = started.filter(|e| e.deed == harp_core::audit::Deed::RegistrationStarted).count();
    assert_eq!(started, 2, "Ana's and this one");
}

/// B01: Back keeps what was typed, secrets are never sent back; an account page out of order leads to where one is.
#[tokio::test]
async fn back_keeps_everything_but_secrets() {
    let portal = Portal::with_ana().await;
    let mut browser = portal.browser();
    let page = browser.open("/register/identity").await.unwrap();
    assert_eq!(page.path(), "/register", "nothing was begun");
    browser.submit(&ben()).await.unwrap();
    let flow = browser.page.url.split_once("flow=").unwrap().1.to_owned();
    let page = browser.open(&format!("/register/identity?flow={flow}")).await.unwrap();
    assert_eq!(page.path(), "/register/account", "step 2 comes first");
    let mut wrong = credentials("BenOkafor7x");
    wrong[2].1 = "something else".to_owned();
    send(&mut browser, &wrong).await;
    let page = browser.page.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter the same password in both fields") && page.says("BenOkafor7x"));
    assert!(!page.says(PASSWORD) && !page.says("something else") && !page.says("Fluffy"));
    let page = browser
        .submit(&[("username", "BenOkafor8"), ("question", "first_car"), ("do", "back")])
        .await
        .unwrap();
    assert_eq!(page.path(), "/register");
    assert!(page.says("7 Vellum Street") && page.says("Okafor"));
    browser.submit(&ben()).await.unwrap();
    assert!(browser.page.says("BenOkafor8"), "what was typed before Back");
}

/// C03–C10 on the page; C01: a user ID that is taken is named, in any case.
#[tokio::test]
async fn the_rules_are_told_and_what_breaks_them_is_named() {
    let portal = Portal::with_ana().await;
    let mut browser = portal.browser();
    browser.open("/register").await.unwrap();
    browser.submit(&ben()).await.unwrap();
    assert!(
        browser.page.says("has at least 12 characters") && browser.page.says("! @ # $ % ^ &#38; *"),
        "told first"
    );
    for (bad, words) in [
        ("Abcdefgh12!", "at least 12 characters"),
        ("abcdefghi12!", "at least one uppercase letter"),
        ("ABCDEFGHI12!", "at least one lowercase letter"),
        ("Abcdefghijk!", "at least one number"),
        ("Abcdefghi123", "at least one of these symbols"),
        ("Abcdefghi12!+", "without these characters"),
        ("Okafor12345!a", "does not contain your first or last name"),
        ("BenOkafor7x!1", "does not contain your user ID"),
    ] {
        let mut form = credentials("BenOkafor7x");
        (form[1].1, form[2].1) = (bad.to_owned(), bad.to_owned());
        send(&mut browser, &form).await;
        assert_eq!(browser.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(browser.page.says(words), "{bad}: {words}");
    }
    send(&mut browser, &credentials(&ANA.to_uppercase())).await;
    assert!(browser.page.says("this one is in use"));
}

/// D01, MFT-6: without proof there is an account; failing says nothing about why, attempts are counted down, and it goes on.
#[tokio::test]
async fn whoever_is_not_verified_goes_on_without() {
    let portal = Portal::with_ana().await;
    let (stage, mut browser) = (&portal.stage, portal.browser());
    at_identity(&mut browser, "BenOkafor7x").await;
    let page = browser.submit(&[("ssn", "12"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("9 digits") && !page.says("value=\"12\""), "P10: a number is not sent back");
    for left in ["2 more times", "1 more time"] {
        browser.submit(&[("ssn", BEN_SSN), ("do", "next")]).await.unwrap();
        let mut answers = truth(stage, &browser);
        answers[0].1 = "mortgage-1".to_owned();
        send(&mut browser, &answers[1..]).await;
        assert_eq!(browser.page.status, StatusCode::UNPROCESSABLE_ENTITY, "one is missing");
        assert!(browser.page.says("Choose an answer to each question"));
        send(&mut browser, &answers).await;
        assert_eq!(browser.page.path(), "/register/identity");
        assert!(browser.page.says("We could not verify your identity") && browser.page.says(left), "{left}");
        browser.submit(&[("do", "retry")]).await.unwrap();
        assert!(browser.page.says("name=\"ssn\""));
    }
    browser.submit(&[("ssn", "900-99-9999"), ("do", "next")]).await.unwrap();
    let page = &browser.page;
    assert!(page.says("We could not verify your identity") && page.says("You can try again after"));
    let page = browser.submit(&[("do", "later")]).await.unwrap();
    assert_eq!(page.path(), "/register/done");
    assert!(page.says("Your identity is not proved yet"));
    let again = browser.open("/register/identity").await.unwrap();
    assert_eq!(again.path(), "/register", "that registration is over");
}

/// Answers from a tab that shows an older case never count for a newer one.
#[tokio::test]
async fn answers_from_an_old_tab_count_for_nothing() {
    let portal = Portal::with_ana().await;
    let (stage, mut old) = (&portal.stage, portal.browser());
    at_identity(&mut old, "BenOkafor7x").await;
    old.submit(&[("ssn", BEN_SSN), ("do", "next")]).await.unwrap();
    let stale = truth(stage, &old);
    let mut new = old.clone();
    let mut wrong = stale.clone();
    wrong[0].1 = "mortgage-1".to_owned();
    send(&mut new, &wrong).await;
    new.submit(&[("do", "retry")]).await.unwrap();
    new.submit(&[("ssn", BEN_SSN), ("do", "next")]).await.unwrap();
    assert_eq!(new.page.path(), "/register/questions");
    let calls = stage.vendor.calls();
    send(&mut old, &stale).await;
    assert_eq!(stage.vendor.calls(), calls, "the vendor got nothing");
    assert_eq!(old.page.url, new.page.url, "the newer questions are shown");
}

/// A registration that took too long says so; A12: it is one tab's, and another tab's goes on.
#[tokio::test]
async fn a_registration_that_is_over_says_so() {
    let portal = Portal::with_ana().await;
    let mut browser = portal.browser();
    at_identity(&mut browser, "BenOkafor7x").await;
    let here = browser.page.url.clone();
    portal.stage.forget_drafts().await;
    let page = browser.open(&here).await.unwrap();
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.says("not finished in time"));
}

/// A02, A03, A04: the profile shows what is known; password and challenge question are changed there.
#[tokio::test]
async fn password_and_challenge_question_are_changed_in_the_profile() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let page = ana.open("/profile").await.unwrap();
    assert!(page.says("Ana Rivera") && page.says("ana@hospital.example") && page.says("Not confirmed"));
    assert!(page.says("Not proved yet"));

    ana.open("/profile/password").await.unwrap();
    let new = "Another9*quarryLantern";
    let fields = |current: &'static str, new: &'static str| {
        [("current_password", current), ("password", new), ("confirm_password", new), ("do", "next")]
    };
    let page = ana.submit(&fields("not it at all", new)).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("What you entered is not it") && !page.says("not it at all") && !page.says(new));
    let page = ana.submit(&fields(PASSWORD, new)).await.unwrap();
    assert_eq!(page.path(), "/profile");
    assert!(page.says("Your password is changed"), "and the session goes on");

    ana.open("/profile/challenge").await.unwrap();
    let form = [("current_password", new), ("question", "first_car"), ("answer", "abc"), ("do", "next")];
    let page = ana.submit(&form).await.unwrap();
    assert!(page.says("Enter an answer of at least 4 characters") && !page.says("\"abc\""));
    let form = [("current_password", new), ("question", "first_car"), ("answer", "Beetle"), ("do", "next")];
    let page = ana.submit(&form).await.unwrap();
    assert_eq!(page.path(), "/profile");
    assert!(page.says("What was the make of your first car?"));
}

/// D01: who went on without proof does it from the profile, with the same pages.
#[tokio::test]
async fn identity_is_proved_later_from_the_profile() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    assert_eq!(ana.open("/identity").await.unwrap().path(), "/sign-in");
    set_up_phone(stage, &mut ana).await;
    ana.open("/identity").await.unwrap();
    let page = ana.submit(&[("ssn", crate::stage::ANA_SSN), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/identity/questions");
    let answers = truth(stage, &ana);
    send(&mut ana, &answers).await;
    assert_eq!(ana.page.path(), "/identity");
    assert!(ana.page.says("Your identity is proved"), "{}", ana.page.body);
    assert!(ana.open("/profile").await.unwrap().says("Proved"));
}

/// An address that is not confirmed can be changed; another letter goes out, and no more than a few.
#[tokio::test]
async fn an_address_is_changed_until_it_is_confirmed() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    at_set_up(&mut ana).await;
    ana.open("/email/confirm").await.unwrap();
    assert_eq!(ana.submit(&[("do", "change")]).await.unwrap().path(), "/email/change");
    let page = ana
        .submit(&[("email", "new@x.example"), ("confirm_email", "nw@x.example"), ("do", "next")])
        .await
        .unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter the same email address in both fields") && page.says("new@x.example"));
    let page = ana
        .submit(&[("email", "new@x.example"), ("confirm_email", "new@x.example"), ("do", "next")])
        .await
        .unwrap();
    assert_eq!(page.path(), "/email/confirm");
    assert!(page.says("new@x.example") && page.says("We sent a new code"));
    let code = stage.code("new@x.example").await;
    ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(ana.page.status, StatusCode::OK);
    assert_eq!(
        ana.open("/email/change").await.unwrap().path(),
        "/email/confirm",
        "confirmed: no more changes"
    );
}

/// the pages of a registration with somebody else's confirmed address are, word for word, those of any other.
#[tokio::test]
async fn nobody_learns_from_the_pages_whose_address_it_is() {
    let portal = Portal::with_ana().await;
    let stage = &portal.stage;
    let ana = stage.account_of(ANA).await.unwrap();
    let code = stage.code("ana@hospital.example").await;
    harp_core::flow::confirm_email::confirm(&stage.harp, ana, &code, &stage.act()).await.unwrap();
    let mut told = Vec::new();
    for (email, username) in [("ana@hospital.example", "MalloryOne"), ("abc@hospital.example", "MalloryTwo")]
    {
        let mut browser = portal.browser();
        browser.open("/register").await.unwrap();
        let form = changed(changed(ben(), "email", email), "confirm_email", email);
        browser.submit(&form).await.unwrap();
        send(&mut browser, &credentials(username)).await;
        let page = browser.submit(&[("do", "later")]).await.unwrap();
        assert_eq!((page.path(), page.status), ("/register/done", StatusCode::OK));
        let request = page.headers["x-request-id"].to_str().unwrap();
        let flow = page.url.split_once("flow=").unwrap().1;
        let mut text =
            page.body.replace(email, "").replace(username, "").replace(request, "").replace(flow, "");
        if let Some(csrf) = page.hidden("csrf") {
            text = text.replace(&csrf, "");
        }
        told.push(text);
    }
    assert_eq!(told[0], told[1]);
}
