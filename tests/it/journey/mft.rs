//! MFT-1 and MFT-2: a person registers, enrols, asks for the role, is let in (mission 5.1).

use std::collections::BTreeSet;

use harp_core::adapter::courier::memory::Arrived;
use harp_core::kernel::act::Actor;
use harp_tests::both;
use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};
use serde_json::json;

use super::people::{Ana, sign_in_sol};

both! {
    /// A01 A06 A08 A09 A12 B01-B10 B13 C01 C03-C11 C13 D01 D02 D05-D08 E01 E02 E07-E10 E12-E14 F01-F05 F07 F08 F10 F11 F14 F15
    /// H01-H07 H10 I05 K01 K09, on two ports of one localhost.
    async fn a_person_registers_enrols_asks_and_is_let_in(db: Db) {
        journey(World::on(db, Street::Localhost).await).await;
    }
}

/// A08 A09: the same over TLS on separate names, where cookies, SameSite and `form-action` are as strict as they will be.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_registers_and_is_let_in_on_separate_names_over_tls() {
    journey(World::on(Db::sqlite().await.unwrap(), Street::TestNames).await).await;
}

async fn journey(world: World) {
    let ana = Browser::start(Script::Off).await;
    register(&world, &ana).await;
    let key = set_up(&world, &ana).await;
    same_code_twice(&world, &ana, &key).await;
    ask_for_the_role(&world, &ana).await;
    approve(&world).await;
    enter_mft(&world, &ana).await;
    ana.open(&world.url("/dev/inbox")).await;
    ana.see("Your role request is approved").await;
    ana.judged().await;
    ana.pictures("inbox").await;
    trail(&world).await;
    world.house.close().await;
}

/// MFT-1, steps 1 to 6. She starts at the application (A12).
async fn register(world: &World, ana: &Browser) {
    ana.open(&world.mft("/")).await;
    looked_at(ana, "mft-start").await;
    for legal in ["Accessibility", "Privacy", "Terms & Conditions"] {
        assert!(ana.link(legal).await.starts_with(&world.url("/")), "{legal}");
    }
    ana.open(&world.mft("/nowhere")).await;
    looked_at(ana, "mft-not-found").await;
    ana.press("Go to the start page").await;
    ana.press("main › Sign in").await;
    ana.see("to continue to Managed File Transfer").await; // F08
    ana.see("cjrsupport@mft.example").await; // K01: the program's own desk
    ana.judged().await;
    ana.pictures("sign-in").await;
    ana.press("main › Sign Up").await; // F07

    assert_eq!(ana.heading().await, "Your details");
    ana.see("Use your corporate email address").await; // B02
    ana.see("All fields marked with an asterisk (*) are required.").await; // B05
    assert!(
        ana.control("First name").await.required && !ana.control("Middle name (optional)").await.required
    );
    ana.judged().await;
    Ana::fill_details(ana).await;
    ana.press("Next").await;
    assert_eq!(ana.answer().await.status, 422);
    assert_eq!(ana.errors().await, ["Enter your last name"]); // B03
    assert!(ana.title().await.starts_with("Error: "));
    assert_eq!(ana.control("First name").await.value, "Ana"); // what was typed is kept
    ana.judged().await;
    ana.pictures("register-details-refused").await;
    ana.fill("Last name", "Rivera").await;
    ana.press("Next").await;

    assert_eq!(ana.heading().await, "User ID and password");
    ana.pictures("register-account").await;
    passwords(ana).await;
    ana.judged().await;
    let refused = [("abc", "at least 4"), (&"a".repeat(101), "at most 100")];
    for (answer, told) in refused {
        credentials(ana, Ana::PASSWORD, answer).await;
        assert!(ana.errors().await.iter().any(|e| e.contains(told)), "C13: {answer}"); // C13
    }
    // Back keeps what was typed.
    ana.press("Back").await;
    assert_eq!(ana.control("Last name").await.value, "Rivera");
    ana.press("Next").await;
    assert_eq!(ana.control("User ID").await.value, Ana::USERNAME);
    credentials(ana, Ana::PASSWORD, "Rex1").await;

    assert_eq!(ana.heading().await, "Prove your identity"); // D02
    ana.judged().await;
    ana.pictures("register-identity").await;
    // Out of order: the account's page still shows, the questions do not before the SSN.
    ana.fill("Social Security number", "900-11-2222").await;
    ana.press("Continue to the questions").await;
    assert_eq!(ana.heading().await, "Five questions about you"); // D05
    ana.judged().await;
    ana.pictures("register-questions").await;
    Ana::answer_five_questions(ana).await;
    ana.press("Submit answers").await;
    assert_eq!(ana.heading().await, "Your account is created"); // D07
    ana.see("Your identity is proved").await;
    ana.pictures("register-done").await;
    let (letter, code) = world.letter(&Ana::mailbox(), 1).await; // B09
    assert!(letter.contains("account") && code.is_some(), "{letter}");
}

/// MFT-1, step 3: C03–C10, each refusal by its own words.
async fn passwords(ana: &Browser) {
    let long = "Kettle-88!";
    assert!(long.len() < 12);
    let refused = [
        (long.to_owned(), "at least 12"),                         // C03
        ("COPPER-KETTLE-88!".to_owned(), "lowercase"),            // C04
        ("copper-kettle-88!".to_owned(), "uppercase"),            // C05
        ("Copper-Kettle-xx!".to_owned(), "number"),               // C06
        ("Copper-Kettle-88x".to_owned(), "symbols"),              // C07
        ("Copper-A.RIVERA-88!".to_owned(), "your user ID"),       // C08
        ("Copper-aNa-kett-88!".to_owned(), "first or last name"), // C09
        ("Copper-RIVERA-kett-88!".to_owned(), "first or last name"),
    ];
    let banned =
        ["+", "(", ")", ">", "<"].map(|c| (format!("Copper-Kettle-88!{c}"), "without these characters")); // C10
    for (password, told) in refused.into_iter().chain(banned) {
        credentials(ana, &password, "Rex1").await;
        assert_eq!(ana.answer().await.status, 422, "{password}");
        let errors = ana.errors().await;
        assert!(errors.iter().any(|e| e.contains(told)), "{password}: {errors:?}");
        assert_eq!(ana.control("Password").await.value, "", "a secret is never sent back");
    }
    // B08
    ana.fill("Password", Ana::PASSWORD).await;
    ana.fill("Confirm password", "Copper-Kettle-99!").await;
    ana.fill("Answer", "Rex1").await;
    ana.press("Next").await;
    assert!(ana.errors().await.contains(&"Enter the same password in both fields".to_owned()));
}

async fn credentials(ana: &Browser, password: &str, answer: &str) {
    ana.fill("User ID", Ana::USERNAME).await;
    ana.fill("Password", password).await;
    ana.fill("Confirm password", password).await;
    ana.select("Question", "What was the name of your first pet?").await;
    ana.fill("Answer", answer).await;
    ana.press("Next").await;
}

/// MFT-1, steps 7 and 8: the first sign-in leads to set-up, and nowhere else. Gives the authenticator app's key.
async fn set_up(world: &World, ana: &Browser) -> String {
    ana.press("Sign in to complete set-up").await; // B10
    ana.fill("User ID", Ana::USERNAME).await;
    ana.fill("Password", Ana::PASSWORD).await;
    ana.press("main › Sign in").await;
    assert!(ana.errors().await.iter().any(|e| e.contains("Terms & Conditions")), "F01: unticked");
    Ana::enter_password(ana).await;
    assert_eq!(ana.heading().await, "Set up two-factor authentication"); // E02, E12
    ana.see("You cannot access Managed File Transfer until this is complete").await;
    ana.judged().await;
    ana.pictures("set-up-empty").await;
    let here = ana.url().await;
    ana.open(&world.url("/roles")).await;
    assert!(ana.url().await.contains("/set-up"), "E12: no way around set-up");
    ana.open(&here).await;

    // E07, E08: a text message, a wrong code, the right one.
    ana.press("Add a sign-in code or device").await;
    ana.choose("Text message (SMS)").await;
    ana.press("Next").await;
    ana.fill("Phone number", Ana::PHONE).await;
    ana.pictures("set-up-phone").await;
    ana.press("Send Code").await;
    let code = world.code(&Ana::phone(), 1).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    ana.fill("Security code", wrong).await;
    ana.press("Submit").await;
    assert!(!ana.errors().await.is_empty());
    ana.press("Resend Code").await; // E08
    let newer = world.code(&Ana::phone(), 2).await;
    assert_ne!(code, newer, "a resend changes the code");
    ana.fill("Security code", &newer).await;
    ana.press("Submit").await;
    ana.see("ACTIVE").await; // E09
    ana.see("1111").await;
    ana.not_see("456-1111").await;

    // E10: another one, an authenticator app.
    ana.press("Add another").await;
    ana.choose("Authenticator app").await;
    ana.press("Next").await;
    ana.judged().await;
    ana.pictures("set-up-app").await;
    let text = ana.text().await;
    let key =
        text.lines().map(str::trim).find(|line| is_key(line)).expect("the key stands on the page").to_owned();
    ana.fill("Security code", &world.app_code(&key)).await;
    ana.press("Submit").await;
    ana.judged().await;
    ana.pictures("set-up-devices").await;
    ana.press("Complete set-up").await;
    assert_eq!(ana.heading().await, "Set-up is complete");
    ana.pictures("set-up-done").await;
    ana.see("Sign in to HARP user profile").await; // F14
    key
}

fn is_key(line: &str) -> bool {
    let letters: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    letters.len() == 32 && letters.chars().all(|c| c.is_ascii_uppercase() || ('2'..='7').contains(&c))
}

/// MFT-1, step 9: she signs out and in with the app; the same code a second time is refused.
async fn same_code_twice(world: &World, ana: &Browser, key: &str) {
    sign_out(world, ana).await;
    let used = world.app_code(key);
    ana.open(&world.url("/sign-in")).await;
    Ana::enter_password(ana).await;
    assert_eq!(ana.heading().await, "Choose how to get your security code"); // F02, F03
    ana.see("1111").await; // F10
    ana.judged().await;
    ana.pictures("choose-method").await;
    ana.select("Send the code by", "Authenticator app").await;
    ana.press("Send Code").await;
    ana.pictures("enter-code").await;
    // The code that confirmed the app may still be the one it shows: a used one never signs in (F04, RFC 6238 §5.2).
    ana.fill("Security code", &used).await;
    ana.press("Submit").await;
    let first_was_fresh = ana.errors().await.is_empty();
    if first_was_fresh {
        sign_out(world, ana).await;
        ana.open(&world.url("/sign-in")).await;
        Ana::enter_password(ana).await;
        ana.select("Send the code by", "Authenticator app").await;
        ana.press("Send Code").await;
        ana.fill("Security code", &used).await;
        ana.press("Submit").await;
    }
    assert!(!ana.errors().await.is_empty(), "a code works once");
    ana.press("Use another way to get a code").await; // F11
    ana.select("Send the code by", "Text message (SMS), number ending in 1111").await;
    ana.press("Send Code").await;
    let code = world.code(&Ana::phone(), 3).await;
    ana.fill("Security code", &code).await;
    ana.press("Submit").await;
    ana.see("Hello, Ana").await; // F15
    ana.judged().await;
    ana.pictures("portal").await;
}

async fn sign_out(world: &World, ana: &Browser) {
    let cookies = ana.cookies().await;
    ana.open(&world.url("/sign-out")).await;
    ana.press("main › Sign out").await;
    ana.see("You are signed out").await;
    // A copied cookie is dead, too.
    let thief = Browser::start(Script::Off).await;
    thief.bring(&cookies).await;
    thief.open(&world.url("/roles")).await;
    assert_eq!(thief.heading().await, "Sign in to HARP");
}

/// MFT-2, steps 1 to 6.
async fn ask_for_the_role(world: &World, ana: &Browser) {
    // Step 6: signed in once, let in nowhere yet.
    ana.open(&world.mft("/")).await;
    ana.press("main › Sign in").await;
    assert_eq!(ana.heading().await, "You cannot open these files yet");
    looked_at(ana, "mft-refused").await;
    // Her address counts only once she has entered the code of the confirmation.
    ana.open(&world.url("/email/confirm")).await;
    let code = world.code(&Ana::mailbox(), 1).await;
    ana.fill("Code from the email", &code).await;
    ana.press("Confirm address").await;
    ana.see("Email address confirmed").await;

    ana.open(&world.url("/")).await;
    ana.press("User Roles").await; // H01
    ana.see("You have no roles yet").await;
    ana.judged().await;
    ana.press("main › Request a Role").await; // H02
    ana.choose("Managed File Transfer").await; // H03
    ana.pictures("roles-program").await;
    ana.press("Next").await;
    ana.fill("Search for an organization", "cjr").await; // H04
    ana.press("main › Search").await;
    ana.judged().await;
    ana.pictures("roles-organization").await;
    ana.choose("Analytics-Hospital Measures and CJR-Yale").await; // H10
    ana.press("Next").await;
    ana.check("Managed File Transfer (MFT) Web User").await; // H05
    ana.judged().await;
    ana.pictures("roles-roles").await;
    ana.press("Submit").await;
    ana.see("Pending Requests").await; // H06
    for told in ["req_", "Managed File Transfer", "Ana Rivera", "Pending"] {
        ana.see(told).await;
    }
    ana.judged().await;
    ana.pictures("roles-requests").await;
    ana.open(&world.mft("/files")).await;
    assert_eq!(ana.heading().await, "You cannot open these files yet");
}

/// MFT-2, step 7: the Security Official decides; Ana is told.
async fn approve(world: &World) {
    let sol = Browser::start(Script::Off).await;
    sign_in_sol(world, &sol).await;
    sol.see("1 role request is waiting for your decision").await;
    sol.press("Open the requests").await;
    sol.judged().await;
    sol.pictures("official-queue").await;
    let request =
        sol.buttons_and_links().await.into_iter().find(|name| name.contains("req_")).expect("the request");
    sol.press(request.split_once(' ').map_or(request.as_str(), |(_, name)| name)).await;
    assert_eq!(sol.heading().await, "Request of Ana Rivera");
    sol.judged().await;
    sol.pictures("official-review").await;
    sol.press("Approve request").await;
    assert_eq!(sol.heading().await, "Approve this request?");
    sol.press("Approve request").await;
    sol.see("You approved the request of Ana Rivera").await; // I05
    let (letter, _) = world.letter(&Ana::mailbox(), 4).await; // H07
    assert!(letter.contains("approved"), "{letter}");
}

/// MFT-2, steps 8 and 9: single sign-on, exactly that role, and a file.
async fn enter_mft(world: &World, ana: &Browser) {
    ana.open(&world.mft("/files")).await;
    ana.press("Check again").await; // A08: no second password
    assert_eq!(ana.heading().await, "Files of Analytics-Hospital Measures and CJR-Yale");
    ana.see("Ana Rivera").await; // K09
    looked_at(ana, "mft-files-empty").await;
    let file = world.file("discharges.csv", "patient,day\n1,2\n");
    ana.upload("File", &file).await;
    ana.press("Upload file").await;
    ana.see("discharges.csv").await;
    let (name, bytes) = ana.download("discharges.csv").await;
    assert_eq!((name.as_str(), bytes.as_slice()), ("discharges.csv", b"patient,day\n1,2\n".as_slice()));
    looked_at(ana, "mft-uploaded").await;

    // An error at the field; an organization of somebody else's; pages of more files than one shows.
    let nothing = world.file("nothing.csv", "");
    ana.upload("File", &nothing).await;
    ana.press("Upload file").await;
    assert_eq!(ana.errors().await, ["Choose a file that is not empty."]);
    looked_at(ana, "mft-upload-refused").await;
    ana.open(&world.mft("/files/org_elsewhere")).await;
    ana.see("Your organizations").await;
    looked_at(ana, "mft-other-organization").await;
    ana.press("main › Analytics-Hospital Measures and CJR-Yale").await;
    ana.press("Sign out").await;
    assert_eq!(ana.heading().await, "You are signed out");
    looked_at(ana, "mft-signed-out").await;
}

/// a page of MFT is pictured, judged, gone through by keyboard from its skip link to its foot; and whoever is signed
/// in reads when that ends.
async fn looked_at(ana: &Browser, name: &str) {
    ana.pictures(name).await;
    ana.judged().await;
    let walk = ana.tab_walk().await;
    assert_eq!(walk.first().map(String::as_str), Some("link Skip to the main content"), "{name}: {walk:?}");
    assert_eq!(walk.last().map(String::as_str), Some("link Terms & Conditions"), "{name}: {walk:?}");
    if ana.text().await.contains("Signed in as") {
        ana.see("Your session ends, if you do nothing").await;
    }
}

/// each step stands in the trail with who did it, from where and in which request; and no secret does.
async fn trail(world: &World) {
    let trail = world.trail().await;
    let said: Vec<String> = trail.iter().map(|event| format!("{event:?} {}", json!(event.deed))).collect();
    let find = |deed: &str| {
        let at = said.iter().position(|event| event.contains(&format!("\"{deed}\"")));
        &trail[at.unwrap_or_else(|| panic!("{deed} is missing: {said:#?}"))]
    };
    let ana = match find("role_requested").actor {
        Actor::Person(ana) => ana,
        ref other => panic!("{other:?} asked"),
    };
    for deed in [
        "account_created",
        "factor_activated",
        "set_up_completed",
        "signed_in",
        "email_confirmed",
        "role_assigned",
        "application_sign_in",
    ] {
        find(deed);
    }
    let official = &find("role_request_approved").actor;
    assert!(matches!(official, Actor::Person(sol) if *sol != ana), "{official:?}");
    let deeds = ["registration_started", "proofing_passed", "role_requested", "role_request_approved"];
    let requests: BTreeSet<String> = deeds.iter().map(|deed| find(deed).trace.to_string()).collect();
    assert_eq!(requests.len(), deeds.len(), "each in a request of its own");
    for (event, said) in trail.iter().zip(&said) {
        let seen = event.origin.address.is_some_and(|address| address.is_loopback());
        let outside = matches!(event.actor, Actor::Person(_) | Actor::Anonymous);
        assert!(seen || !outside, "nobody knows from where: {said}");
    }

    let said = said.join("\n");
    for secret in ["900112222", "900-11-2222", Ana::PASSWORD, "Rex1", "Copper Creek"] {
        assert!(!said.contains(secret), "{secret} stands in the audit trail");
    }
    let codes: Vec<String> = world.house.mailbox.all().iter().filter_map(Arrived::code).collect();
    assert!(codes.len() >= 4, "{codes:?}");
    let mut words = said.split(|c: char| !c.is_ascii_alphanumeric());
    assert_eq!(words.find(|word| codes.iter().any(|code| code == word)), None, "a code stands in the trail");
}
