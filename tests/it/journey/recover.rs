//! Sol forgot his password: a letter and his authenticator app let him set a new one. Without script.

use std::sync::Arc;
use std::time::Duration;

use demo::seed::Sol;
use harp_core::kernel::text::EmailAddress;
use harp_core::kernel::time::{Clock as _, ScriptedClock, SystemClock};
use harp_core::notice::Recipient;
use harp_tests::both;
use harp_tests::browser::{Browser, Script};
use harp_tests::world::{Street, World};

use super::people::sign_in_sol;

const FRESH: &str = "Tidal9!quartzLantern";

both! {
    /// F06, X-6: in again, and whoever was signed in is out.
    async fn a_person_who_forgot_their_password_gets_back_in(db: Db) {
        let clock = Arc::new(ScriptedClock::at(SystemClock.now()));
        let world = World::by_clock(db, Street::Localhost, clock.clone()).await;
        let before = Browser::start(Script::Off).await;
        sign_in_sol(&world, &before).await;
        clock.advance(Duration::from_secs(60));

        let sol = Browser::start(Script::Off).await;
        sol.open(&world.url("/sign-in")).await;
        sol.press("Forgot your user ID or password?").await;
        sol.judged().await;
        sol.pictures("forgot").await;
        sol.press("I forgot my password").await;
        sol.judged().await;
        sol.pictures("forgot-password").await;
        sol.fill("User ID", Sol::USERNAME).await;
        sol.press("Next").await;
        assert_eq!(sol.heading().await, "Look into your email");
        sol.judged().await;
        sol.pictures("recover-letter").await;
        let mailbox = Recipient::Email(EmailAddress::parse(Sol::EMAIL).unwrap());
        let code = world.code(&mailbox, 1).await;
        sol.fill("Code from the letter", &code).await;
        sol.press("Next").await;
        assert_eq!(sol.heading().await, "Prove that it is you");
        sol.judged().await;
        sol.pictures("recover-device").await;
        sol.press("Continue").await;
        sol.fill("Security code", &world.sols_code()).await;
        sol.press("Submit").await;
        assert_eq!(sol.heading().await, "Choose a new password");
        sol.judged().await;
        sol.pictures("recover-new-password").await;
        sol.fill("New password", FRESH).await;
        sol.fill("Confirm password", FRESH).await;
        sol.press("Set password").await;
        assert_eq!(sol.heading().await, "Your new password is set");
        sol.judged().await;
        sol.pictures("recover-done").await;

        before.open(&world.url("/profile")).await;
        assert!(before.heading().await.starts_with("Sign in"), "the old session is dead");
        let (letter, _) = world.letter(&mailbox, 2).await;
        assert!(letter.contains("Your password was set anew") && letter.contains("/not-me?token="), "{letter}");

        clock.advance(Duration::from_secs(60));
        sol.press("Sign in with the new password").await;
        sol.fill("User ID", Sol::USERNAME).await;
        sol.fill("Password", FRESH).await;
        sol.check("I agree to the Terms & Conditions").await;
        sol.press("main › Sign in").await;
        sol.press("Continue").await;
        sol.fill("Security code", &world.sols_code()).await;
        sol.press("Submit").await;
        sol.see("Hello, Sol").await;
        world.house.close().await;
    }
}
