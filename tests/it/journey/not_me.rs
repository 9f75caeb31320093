//! Somebody guesses at Sol's password; he reads the letter, and locks his account from it. Without script, not signed in.

use demo::seed::Sol;
use harp_core::kernel::text::EmailAddress;
use harp_core::notice::Recipient;
use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};

/// P14, AC-7: from the letter in the inbox to the locked account.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_locks_their_account_from_a_letter() {
    let world = World::on(Db::sqlite().await.unwrap(), Street::Localhost).await;
    let mallory = Browser::start(Script::Off).await;
    for _ in 0..5 {
        mallory.open(&world.url("/sign-in")).await;
        mallory.fill("User ID", Sol::USERNAME).await;
        mallory.fill("Password", "a guess").await;
        mallory.check("I agree to the Terms & Conditions").await;
        mallory.press("main › Sign in").await;
    }
    assert_eq!(mallory.heading().await, "Sign-in is locked for now");
    let mailbox = Recipient::Email(EmailAddress::parse(Sol::EMAIL).unwrap());
    let (letter, _) = world.letter(&mailbox, 1).await;
    assert!(letter.contains("Sign-in to your account is locked for a while"), "{letter}");
    assert!(letter.contains("begins with 127.0.0\n") && letter.contains("Chrome on Linux"), "{letter}");

    let sol = Browser::start(Script::Off).await;
    sol.open(&world.url("/dev/inbox")).await;
    sol.press("See it as HTML").await;
    sol.pictures("letter-sign-in-locked").await;
    sol.press("This was not me").await;
    assert_eq!(sol.heading().await, "Lock your account?");
    sol.judged().await;
    sol.pictures("not-me").await;
    sol.press("Lock my account").await;
    assert_eq!(sol.heading().await, "Your account is locked");
    sol.judged().await;
    sol.pictures("not-me-locked").await;
    sol.reload().await;
    assert_eq!(sol.heading().await, "Your account is locked");
    sol.open(&world.url("/dev/inbox")).await;
    sol.see("locked your account").await;

    let link = letter.split_whitespace().find(|word| word.contains("/not-me?")).unwrap();
    sol.open(link).await;
    assert_eq!(sol.heading().await, "This link does not work");
    sol.judged().await;
    sol.pictures("not-me-dead").await;
    world.house.close().await;
}
