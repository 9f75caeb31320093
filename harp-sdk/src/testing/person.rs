//! Somebody whom the provider knows.

use harp_core::access::decide::HeldRole;
use harp_core::kernel::assurance::{Aal, Ial};

use crate::identity::Identity;
use crate::proof::Level;

#[derive(Debug, Clone)]
/// Made by [`Person::new`].
pub struct Person(pub(super) Identity);

impl Person {
    /// Signed in with a second factor, identity not proofed, without a role.
    pub fn new(name: &str) -> Person {
        let handle: String = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(".");
        Person(Identity {
            sub: format!("sub-{handle}"),
            sid: Some(format!("sid-{handle}")),
            name: Some(name.to_owned()),
            email: Some(format!("{handle}@example.test")),
            roles: Vec::new(),
            acr: Some("urn:harp:acr:aal2".to_owned()),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            ial: Some(Ial::None),
            aal: Some(Aal::Two),
            auth_time: None,
        })
    }

    /// Holds a role; the organization is called after its id.
    pub fn with_role(mut self, program: &str, role: &str, org: &str) -> Person {
        self.0.roles.push(HeldRole {
            program: program.to_owned(),
            org: org.to_owned(),
            org_name: format!("{org} Hospital"),
            role: role.to_owned(),
            role_name: role.to_owned(),
            permissions: Vec::new(),
            until: None,
        });
        self
    }

    /// Signs in like this instead: with what `acr` and `amr` the ID token says.
    pub fn signing_in(mut self, level: Level) -> Person {
        let ways: &[&str] = match level {
            Level::Aal1 => &["pwd"],
            Level::Aal2 => &["pwd", "otp"],
            Level::Aal2PhishingResistant => &["pop", "user"],
        };
        self.0.acr = Some(level.acr().to_owned());
        self.0.amr = ways.iter().map(|way| (*way).to_owned()).collect();
        self.0.aal = Some(if level == Level::Aal1 { Aal::One } else { Aal::Two });
        self
    }

    /// As an application sees them.
    pub fn identity(&self) -> Identity {
        self.0.clone()
    }
}
