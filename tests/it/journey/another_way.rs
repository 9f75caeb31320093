//! HQR-2, the part of the code: one way does not work, another does (F10, F11).

use std::sync::Arc;
use std::time::Duration;

use demo::seed::Sol;
use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::kernel::time::{Clock as _, ScriptedClock, SystemClock};
use harp_core::notice::Recipient;
use harp_tests::both;
use harp_tests::browser::{Browser, Script};
use harp_tests::world::{Street, World};

use super::people::sign_in_sol;

const NUMBER: &str = "202 456 3333";

both! {
    /// E03 E06 E07 F10 F11 HQR-2: he adds a phone that is called and his mailbox; at the next sign-in the call comes too
    /// late, he asks for another, changes to e-mail, and is in.
    async fn a_late_call_and_a_change_to_email(db: Db) {
        let clock = Arc::new(ScriptedClock::at(SystemClock.now()));
        let world = World::by_clock(db, Street::Localhost, clock.clone()).await;
        let sol = Browser::start(Script::Off).await;
        sign_in_sol(&world, &sol).await;
        add_phone(&world, &sol).await;
        add_mailbox(&world, &sol).await;
        sol.open(&world.url("/sign-out")).await;
        sol.press("main › Sign out").await;

        sol.open(&world.url("/sign-in")).await;
        sol.fill("User ID", Sol::USERNAME).await;
        sol.fill("Password", Sol::PASSWORD).await;
        sol.check("I agree to the Terms & Conditions").await;
        sol.press("main › Sign in").await;
        sol.not_see("456-3333").await; // F10
        sol.judged().await;
        sol.pictures("choose-among-four").await;
        sol.select("Send the code by", "Phone call (voice), number ending in 3333").await;
        sol.press("Send Code").await;
        sol.see("We are calling your number ending in 3333").await;
        sol.judged().await;
        sol.pictures("enter-code-called").await;
        let late = world.code(&phone(), 2).await;
        clock.advance(Duration::from_secs(11 * 60));
        sol.fill("Security code", &late).await;
        sol.press("Submit").await;
        assert_eq!(sol.answer().await.status, 422);
        sol.press("Resend Code").await;
        sol.see("Only the newest code works").await;
        let called = world.code(&phone(), 3).await;

        sol.press("Use another way to get a code").await; // F11
        sol.select("Send the code by", "Email, s•••@yale.example").await;
        sol.press("Send Code").await;
        sol.see("We sent a security code to s•••@yale.example").await;
        sol.judged().await;
        sol.pictures("enter-code-mailed").await;
        sol.fill("Security code", &called).await;
        sol.press("Submit").await;
        assert!(!sol.errors().await.is_empty(), "the call's code proves nothing about the mailbox");
        sol.fill("Security code", &world.code(&mailbox(), 4).await).await;
        sol.press("Submit").await;
        sol.see("Hello, Sol").await;

        // Less than a device (AAL1): his devices stay as they are until he signs in with one.
        sol.open(&world.url("/profile/devices/add/sms")).await;
        sol.fill("Phone number", NUMBER).await;
        sol.press("Send Code").await;
        sol.see("You signed in with a code by email").await;
        world.house.close().await;
    }
}

fn phone() -> Recipient {
    Recipient::Voice(Phone::parse(NUMBER).unwrap())
}

fn mailbox() -> Recipient {
    Recipient::Email(EmailAddress::parse(Sol::EMAIL).unwrap())
}

async fn add_phone(world: &World, sol: &Browser) {
    sol.open(&world.url("/profile/devices/add")).await;
    sol.judged().await;
    sol.pictures("add-device-four").await;
    sol.choose("Phone call (voice)").await;
    sol.press("Next").await;
    sol.fill("Phone number", NUMBER).await;
    sol.press("Send Code").await;
    sol.see("We are calling your number ending in 3333").await;
    let (said, code) = world.letter(&phone(), 1).await;
    let code = code.unwrap();
    assert!(said.contains("Hello.") && !said.contains(&code), "digit by digit: {said}");
    let inbox = Browser::start(Script::Off).await;
    inbox.open(&world.url("/dev/inbox")).await;
    inbox.see("Phone call to +12024563333").await;
    sol.fill("Security code", &code).await;
    sol.press("Submit").await;
    sol.see("number ending in 3333").await;
}

async fn add_mailbox(world: &World, sol: &Browser) {
    sol.open(&world.url("/profile/devices/add")).await;
    sol.choose("Email").await;
    sol.press("Next").await;
    assert_eq!(sol.control("Email address").await.value, Sol::EMAIL);
    sol.see("Codes by email are weaker").await;
    sol.judged().await;
    sol.pictures("add-email").await;
    sol.press("Send Code").await;
    // A letter about the phone came first, and one about the mailbox comes after.
    sol.fill("Security code", &world.code(&mailbox(), 2).await).await;
    sol.press("Submit").await;
    sol.see("s•••@yale.example").await;
    sol.judged().await;
    sol.pictures("devices-three").await;
}
