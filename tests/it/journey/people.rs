//! What the people of the journeys do more than once.

use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::notice::Recipient;
use harp_tests::browser::Browser;
use harp_tests::world::World;

/// A new user, as the proofing vendor knows her.
pub struct Ana;

impl Ana {
    pub const USERNAME: &str = "a.rivera";
    pub const PASSWORD: &str = "Copper-Kettle-88!";
    pub const EMAIL: &str = "ana@hospital.example";
    pub const PHONE: &str = "202 456 1111";

    pub fn mailbox() -> Recipient {
        Recipient::Email(EmailAddress::parse(Ana::EMAIL).unwrap())
    }

    pub fn phone() -> Recipient {
        Recipient::Sms(Phone::parse(Ana::PHONE).unwrap())
    }

    /// Everything that the first page asks for, but the last name.
    pub async fn fill_details(ana: &Browser) {
        ana.fill("First name", "Ana").await;
        ana.fill("Email address", Ana::EMAIL).await;
        ana.fill("Confirm email address", Ana::EMAIL).await;
        ana.fill("Phone number", Ana::PHONE).await;
        ana.fill("Date of birth › Month", "2").await;
        ana.fill("Date of birth › Day", "29").await;
        ana.fill("Date of birth › Year", "1980").await;
        ana.select("Country", "United States").await;
        ana.fill("Home address line 1", "1 Main Street").await;
        ana.fill("City", "Springfield").await;
        ana.fill("State / Territory / District", "Illinois").await;
        ana.fill("ZIP code", "62701").await;
        ana.check("I have reviewed and confirmed my account information above. This information should be used to create my HARP account.").await;
    }

    pub async fn answer_five_questions(ana: &Browser) {
        ana.choose("Copper Creek Mortgage").await;
        ana.choose("Mercy General Hospital").await;
        ana.choose("How many bedrooms does your home have? › 3").await;
        ana.choose("Quarry Road").await;
        ana.choose("In which of these counties have you lived in the last five years? › None of the above")
            .await;
    }

    pub async fn enter_password(ana: &Browser) {
        ana.fill("User ID", Ana::USERNAME).await;
        ana.fill("Password", Ana::PASSWORD).await;
        ana.check("I agree to the Terms & Conditions").await;
        ana.press("main › Sign in").await;
    }
}

/// The Security Official signs in at the portal.
pub async fn sign_in_sol(world: &World, sol: &Browser) {
    sol.open(&world.url("/sign-in")).await;
    sol_enters(world, sol).await;
    sol.see("Hello, Sol").await;
}

/// He signs in from the page of signing in, wherever that leads.
pub async fn sol_enters(world: &World, sol: &Browser) {
    use demo::seed::Sol;
    sol.fill("User ID", Sol::USERNAME).await;
    sol.fill("Password", Sol::PASSWORD).await;
    sol.check("I agree to the Terms & Conditions").await;
    sol.press("main › Sign in").await;
    if sol.heading().await == "Choose how to get your security code" {
        sol.press("Continue").await;
    }
    sol.fill("Security code", &world.sols_code()).await;
    sol.press("Submit").await;
}
