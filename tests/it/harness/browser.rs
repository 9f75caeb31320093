//! The browser does what a person does, and says what is wrong when it cannot.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use harp_tests::browser::{Browser, Scheme, Script};

use super::app::App;

#[tokio::test]
async fn a_form_is_filled_refused_corrected_and_accepted_without_scripts() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/")).await;
    assert_eq!((ana.heading().await.as_str(), ana.title().await.as_str()), ("Register", "Register - App"));
    ana.press("Continue").await;
    assert_eq!(ana.answer().await.status, 422);
    assert_eq!(ana.errors().await, ["Enter a first name"]);
    let first = ana.control("First name").await;
    assert!(first.invalid && first.required);
    assert_eq!(first.description, "As in your passport Enter a first name");

    ana.fill("First name", "Ana").await;
    ana.choose("By email").await;
    ana.check("I agree").await;
    ana.select("State", "New York").await;
    assert!(ana.control("How should we reach you? › By email").await.checked);
    ana.press("Continue").await;
    assert_eq!(ana.url().await, app.url("/welcome"));
    assert_eq!(ana.answer().await.status, 200);
    ana.see("You are Ana").await;
    ana.back().await;
    ana.see("There is a problem").await;
}

#[tokio::test]
async fn a_form_is_sent_by_keyboard_alone() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/")).await;
    let walk = ana.tab_walk().await;
    let expected = [
        "textbox First name",
        "radio By text message",
        "checkbox I agree",
        "combobox State",
        "button Continue",
        "button Paper",
        "button Send",
        "link Nothing",
    ];
    assert_eq!(walk, expected);
    ana.fill("First name", "Ana").await;
    ana.key("Enter").await;
    ana.see("You are Ana").await;
}

#[tokio::test]
async fn people_have_cookies_of_their_own_and_a_thief_can_bring_them() {
    let app = App::plain().await;
    let (ana, mallory) = (Browser::start(Script::Off).await, Browser::start(Script::Off).await);
    ana.open(&app.url("/")).await;
    ana.fill("First name", "Ana").await;
    ana.press("Continue").await;
    let cookies = ana.cookies().await;
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].http_only && cookies[0].same_site == "Lax" && cookies[0].expires.is_none());

    mallory.open(&app.url("/welcome")).await;
    mallory.see("You are nobody").await;
    mallory.bring(&cookies).await;
    mallory.reload().await;
    mallory.see("You are Ana").await;

    let second = ana.another_tab().await;
    second.open(&app.url("/welcome")).await;
    second.see("You are Ana").await;
}

#[tokio::test]
async fn scripts_run_only_where_they_may_also_on_another_site() {
    let app = App::secure().await;
    let (without, with) = (Browser::start(Script::Off).await, Browser::start(Script::On).await);
    for name in ["harp.test", "mft.test"] {
        without.open(&app.at(name, "/scripted")).await;
        assert_eq!(without.heading().await, "No script");
        with.open(&app.at(name, "/scripted")).await;
        assert_eq!(with.heading().await, "Script ran");
    }
}

#[tokio::test]
async fn separate_names_have_separate_cookies_over_tls() {
    let app = App::secure().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.at("harp.test", "/")).await;
    ana.fill("First name", "Ana").await;
    ana.press("Continue").await;
    ana.see("You are Ana").await;
    ana.open(&app.at("mft.test", "/welcome")).await;
    ana.see("You are nobody").await;
}

#[tokio::test]
async fn a_page_that_sends_itself_on_is_followed() {
    let app = App::plain().await;
    let ana = Browser::start(Script::On).await;
    ana.open(&app.url("/onward")).await;
    ana.arrive(&app.url("/welcome")).await;
    ana.see("You are Ana").await;
}

#[tokio::test]
async fn files_come_and_go() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/welcome")).await;
    let (name, bytes) = ana.download("Report").await;
    assert_eq!((name.as_str(), bytes.as_slice()), ("report.csv", b"a,b\n1,2\n".as_slice()));

    let paper = tempfile::NamedTempFile::with_suffix(".txt").unwrap();
    std::fs::write(paper.path(), "proof of residence").unwrap();
    ana.open(&app.url("/")).await;
    ana.upload("Paper", paper.path()).await;
    ana.press("Send").await;
    ana.see("proof of residence").await;
}

#[tokio::test]
async fn an_answer_without_a_page_leaves_the_page() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/")).await;
    ana.press("Nothing").await;
    assert_eq!(ana.heading().await, "Register");
}

#[tokio::test]
async fn a_name_that_stands_twice_is_told_by_its_row() {
    let app = App::plain().await;
    let sol = Browser::start(Script::Off).await;
    sol.open(&app.url("/twice")).await;
    let said = failure(sol.press("Open")).await;
    assert!(said.contains("2 times there is a button or link `Open`"), "{said}");
    sol.press("Ana › Open").await;
    assert_eq!(sol.url().await, app.url("/welcome"));
}

#[tokio::test]
async fn what_a_person_could_not_do_fails_at_its_line_with_the_page() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/")).await;
    let said = failure(ana.fill("Surname", "X")).await;
    for part in ["it/harness/browser.rs:", "there is no text field `Surname`", "`First name *`", "Continue"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(failure(ana.see("Welcome")).await.contains("the page does not say so"));
    ana.open(&app.url("/native")).await;
    assert!(failure(ana.press("Go")).await.contains("holds the form back: Age"));
    ana.open(&app.url("/covered")).await;
    assert!(failure(ana.press("Under")).await.contains("covered by <div id=\"veil\""));
    assert!(failure(ana.open("https://example.com/")).await.contains("ERR_NAME_NOT_RESOLVED"));
}

#[tokio::test]
async fn a_page_that_breaks_its_own_policy_fails_the_step() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    let said = failure(ana.open(&app.url("/strict"))).await;
    assert!(said.contains("breaks its own policy"), "{said}");
}

#[tokio::test]
async fn pages_are_pictured_and_judged() {
    let app = App::plain().await;
    let ana = Browser::start(Script::Off).await;
    ana.open(&app.url("/")).await;
    ana.pictures("harness form").await;
    ana.screenshot("harness form", 320, Scheme::Forced).await;
    assert_eq!(ana.sideways(320).await, 0);

    ana.open(&app.url("/bad")).await;
    assert!(ana.sideways(320).await > 1000);
    if let Some(found) = ana.axe().await {
        let rules: Vec<&str> = found.iter().map(|violation| violation.rule.as_str()).collect();
        assert!(rules.contains(&"image-alt") && rules.contains(&"label"), "{rules:?}");
        assert!(failure(ana.judged()).await.contains("image-alt"));
    }
}

/// What a step says when it fails, as it must.
async fn failure<T>(step: impl Future<Output = T>) -> String {
    let ended = AssertUnwindSafe(step).catch_unwind().await;
    let payload = ended.map(|_| ()).expect_err("the step should have failed");
    payload.downcast::<String>().map(|text| *text).unwrap_or_default()
}
