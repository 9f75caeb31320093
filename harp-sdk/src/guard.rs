//! May this person do that, there? The decision is harp-core's; here are the question and the words of a refusal.

use std::fmt;

use harp_core::access::decide::{Decision, Denial, HeldRole, Need, Place, Question, decide};
use harp_core::kernel::assurance::Aal;
use harp_core::kernel::time::Timestamp;
use url::form_urlencoded;

use crate::identity::Identity;

/// A role by its key: `role("mft_web_user").in_program("mft").at(org)`.
pub fn role(key: &str) -> Wanted {
    Wanted(Need::Role(key.to_owned()))
}

/// A permission that some role gives: `permission("files:upload").in_program("mft")`.
pub fn permission(key: &str) -> Wanted {
    Wanted(Need::Permission(key.to_owned()))
}

/// What is wanted; a program makes it a [`Rule`].
#[derive(Debug, Clone)]
pub struct Wanted(Need);

impl Wanted {
    /// The program's slug.
    pub fn in_program(self, program: &str) -> Rule {
        Rule(Question { program: program.to_owned(), need: self.0, place: Place::Anywhere, aal: None })
    }
}

/// What a deed needs. Anywhere, unless [`Rule::at`] says where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule(Question);

impl Rule {
    /// At this organization, by its id.
    pub fn at(mut self, org: &str) -> Rule {
        self.0.place = Place::Org(org.to_owned());
        self
    }

    /// With at least this authentication assurance of the sign-in.
    pub fn with_assurance(mut self, aal: Aal) -> Rule {
        self.0.aal = Some(aal);
        self
    }

    /// What it asks of harp-core's decision.
    pub fn question(&self) -> &Question {
        &self.0
    }

    /// Default deny; says why.
    pub fn decide(&self, who: &Identity, now: Timestamp) -> Decision {
        decide(&who.roles, who.aal, &self.0, now)
    }

    /// The organizations at which the rule is met, each once, in the order of the token.
    pub fn places(&self, who: &Identity, now: Timestamp) -> Vec<HeldRole> {
        let mut places: Vec<HeldRole> = Vec::new();
        for held in &who.roles {
            if places.iter().all(|place| place.org != held.org)
                && let Decision::Allow { because } = self.clone().at(&held.org).decide(who, now)
            {
                places.push(because);
            }
        }
        places
    }
}

/// No, and why, and where to ask for what is missing. Its `Display` is for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// What is missing.
    pub denial: Denial,
    /// What was asked.
    pub question: Question,
    /// The page of the provider where the role can be asked for.
    pub ask: String,
    /// The page of the provider that shows what was asked for.
    pub requests: String,
}

impl Refusal {
    pub(crate) fn new(denial: Denial, question: Question, issuer: &str) -> Refusal {
        Refusal { ask: request_url(issuer, &question), requests: requests_url(issuer), denial, question }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.denial {
            Denial::NoRole => f.write_str("You do not have a role in this application yet."),
            Denial::OtherOrganization { at } => {
                write!(f, "You have this role at {}, but not at this organization.", listed(at))
            }
            Denial::OtherRole { held } => {
                write!(f, "You have the role {}, which does not allow this.", listed(held))
            }
            Denial::Expired { role } => write!(f, "Your role {role} has ended."),
            Denial::Assurance { .. } => {
                f.write_str("This needs a sign-in with a second factor, and yours was without one.")
            }
        }
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// Where a person asks for what a question needs (H01). The one place that knows this page of the provider.
pub fn request_url(issuer: &str, question: &Question) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("program", &question.program);
    if let Place::Org(org) = &question.place {
        query.append_pair("org", org);
    }
    if let Need::Role(role) = &question.need {
        query.append_pair("role", role);
    }
    format!("{}/roles/request?{}", issuer.trim_end_matches('/'), query.finish())
}

/// Where a person sees their requests (H06). The one place that knows this page of the provider.
pub fn requests_url(issuer: &str) -> String {
    format!("{}/roles/requests", issuer.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(org: &str, role: &str) -> HeldRole {
        HeldRole {
            program: "mft".into(),
            org: org.into(),
            org_name: format!("{org} Hospital"),
            role: role.into(),
            role_name: role.into(),
            permissions: vec![],
            until: None,
        }
    }

    fn person(roles: Vec<HeldRole>) -> Identity {
        Identity {
            sub: "s".into(),
            sid: None,
            name: None,
            email: None,
            roles,
            acr: None,
            amr: vec![],
            ial: None,
            aal: None,
            auth_time: None,
        }
    }

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    #[test]
    fn the_places_are_those_where_the_rule_is_met_each_once() {
        let who =
            person(vec![held("yale", "web"), held("yale", "web"), held("mayo", "reader"), held("a", "web")]);
        let rule = role("web").in_program("mft");
        let places: Vec<_> = rule.places(&who, NOW).into_iter().map(|h| h.org).collect();
        assert_eq!(places, ["yale", "a"]);
        assert!(rule.clone().with_assurance(Aal::Two).places(&who, NOW).is_empty());
        assert!(role("web").in_program("hqr").places(&who, NOW).is_empty());
    }

    /// H01: the refusal leads to the page that asks for exactly this role.
    #[test]
    fn a_refusal_says_why_and_where_to_ask() {
        let question = role("web user").in_program("mft").at("org_1&x").question().clone();
        let refusal = Refusal::new(
            Denial::OtherOrganization { at: vec!["A".into(), "B".into(), "C".into()] },
            question,
            "https://harp.test/",
        );
        assert_eq!(refusal.ask, "https://harp.test/roles/request?program=mft&org=org_1%26x&role=web+user");
        assert_eq!(refusal.to_string(), "You have this role at A, B and C, but not at this organization.");
    }
}
