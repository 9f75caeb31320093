//! Which answers may outlive the session in which they were typed (P17). A field that is not listed is not kept: a new page
//! that asks for more than that adds its fields here.

use super::official::REASON;
use super::passkey::NAME;
use super::register::{CONFIRM_EMAIL, EMAIL, QUESTION};
use super::roles::{ORGANIZATION, PROGRAM, ROLES};
use super::second_address::SECOND_EMAIL;
use super::set_up::{METHOD, PHONE};

/// Never among them: passwords, security codes, the SSN, answers to questions.
pub const KEPT: &[&str] = &[
    CONFIRM_EMAIL.name,
    EMAIL.name,
    METHOD.name,
    NAME.name,
    ORGANIZATION.name,
    PHONE.name,
    PROGRAM.name,
    QUESTION.name,
    REASON.name,
    ROLES.name,
    SECOND_EMAIL.name,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::catalogue;
    use super::super::checks::html::read;
    use super::super::words::Words;
    use super::KEPT;

    /// Fields that are typed anew: secrets, and what belongs to signing in.
    const ANEW: &[&str] = &[
        "answer",
        "code",
        "confirm_password",
        "current_password",
        "first_code",
        "password",
        "q1",
        "q2",
        "q3",
        "q4",
        "q5",
        "second_code",
        "ssn",
        "terms",
        "username",
    ];

    /// A registration has no session to lose; its own draft keeps it.
    const REGISTRATION: [&str; 2] = ["register.details", "register.account"];

    /// P17, P10: whoever adds a field to a page decides whether it is a secret.
    #[test]
    fn every_field_of_every_page_is_kept_or_is_not_on_purpose() {
        let mut open = BTreeSet::new();
        for sample in catalogue::pages(&Words::english()) {
            for node in read(&sample.html).unwrap() {
                let Some(name) = node.attribute("name") else { continue };
                let typed = matches!(node.tag(), "input" | "select" | "textarea")
                    && !matches!(node.attribute("type"), Some("hidden" | "search"));
                let secret = node.attribute("type") == Some("password")
                    || node.attribute("autocomplete") == Some("one-time-code");
                assert!(!secret || !KEPT.contains(&name), "{}: {name} is a secret", sample.slug);
                let registration = REGISTRATION.iter().any(|page| sample.slug.starts_with(page));
                if typed && !registration && !KEPT.contains(&name) && !ANEW.contains(&name) {
                    open.insert(format!("{name} on {}", sample.slug));
                }
            }
        }
        assert!(open.is_empty(), "kept or typed anew? {open:#?}");
    }
}
