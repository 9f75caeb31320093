//! Somebody whom the provider knows.

use harp_core::access::decide::HeldRole;
use harp_core::kernel::assurance::{Aal, Ial};

use crate::identity::Identity;

#[derive(Debug, Clone)]
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

    pub fn identity(&self) -> Identity {
        self.0.clone()
    }
}
