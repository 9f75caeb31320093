//! The decision: pure, total, default deny, and it says why. The provider, the API and the SDK use this one.

use serde::{Deserialize, Serialize};

use crate::kernel::assurance::Aal;
use crate::kernel::time::Timestamp;

/// A role that a person holds, with all that a decision needs of it. It is also what the roles claim of a token
/// carries (`urn:harp:claims:roles`), so a relying application decides on the same data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeldRole {
    /// The program's slug: `mft`.
    pub program: String,
    /// The organization's id.
    pub org: String,
    /// The organization's name, for people.
    pub org_name: String,
    /// The role's key: `mft_web_user`.
    pub role: String,
    /// The role's name, for people.
    pub role_name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// Seconds since the epoch; absent: no end is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// What is asked for: a role by its key, or a permission that some role gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    Role(String),
    Permission(String),
}

/// At which organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Anywhere,
    Org(String),
}

/// May the holder do this, here, now?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub program: String,
    pub need: Need,
    pub place: Place,
    /// The assurance that the deed needs, if any.
    pub aal: Option<Aal>,
}

/// Yes or no, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Allow { because: HeldRole },
    Deny { because: Denial },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// No role of the program is held at all.
    NoRole,
    /// A fitting role is held, but elsewhere.
    OtherOrganization { at: Vec<String> },
    /// Roles are held here, but none gives this.
    OtherRole { held: Vec<String> },
    /// It was held, and has ended.
    Expired { role: String },
    /// The role is there; the sign-in was not sure enough.
    Assurance { needs: Aal, has: Option<Aal> },
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allow { .. })
    }
}

/// Decides on the roles a person holds and the assurance of their sign-in. Default deny.
pub fn decide(held: &[HeldRole], has: Option<Aal>, question: &Question, now: Timestamp) -> Decision {
    let in_program: Vec<&HeldRole> = held.iter().filter(|h| h.program == question.program).collect();
    let fits = |h: &&&HeldRole| match &question.need {
        Need::Role(role) => h.role == *role,
        Need::Permission(permission) => h.permissions.contains(permission),
    };
    let here = |h: &&&HeldRole| match &question.place {
        Place::Anywhere => true,
        Place::Org(org) => h.org == *org,
    };
    let alive = |h: &&&HeldRole| h.until.is_none_or(|until| now.secs() < until);
    if let Some(yes) = in_program.iter().filter(fits).filter(here).find(alive) {
        return match question.aal {
            Some(needs) if has.is_none_or(|has| has < needs) => {
                Decision::Deny { because: Denial::Assurance { needs, has } }
            }
            _ => Decision::Allow { because: (**yes).clone() },
        };
    }
    let because = if let Some(ended) = in_program.iter().filter(fits).find(here) {
        Denial::Expired { role: ended.role_name.clone() }
    } else if in_program.iter().filter(alive).any(|h| fits(&h)) {
        let at = in_program.iter().filter(alive).filter(fits).map(|h| h.org_name.clone()).collect();
        Denial::OtherOrganization { at }
    } else if in_program.iter().filter(alive).any(|h| here(&h)) {
        let held = in_program.iter().filter(alive).filter(here).map(|h| h.role_name.clone()).collect();
        Denial::OtherRole { held }
    } else {
        Denial::NoRole
    };
    Decision::Deny { because }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(program: &str, org: &str, role: &str, until: Option<i64>) -> HeldRole {
        HeldRole {
            program: program.into(),
            org: org.into(),
            org_name: format!("{org} name"),
            role: role.into(),
            role_name: format!("{role} name"),
            permissions: vec![format!("{role}:act")],
            until,
        }
    }

    fn ask(need: Need, org: &str, aal: Option<Aal>) -> Question {
        Question { program: "mft".into(), need, place: Place::Org(org.into()), aal }
    }

    fn web_user(org: &str) -> Question {
        ask(Need::Role("web_user".into()), org, None)
    }

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn denial(decision: Decision) -> Option<Denial> {
        match decision {
            Decision::Allow { .. } => None,
            Decision::Deny { because } => Some(because),
        }
    }

    #[test]
    fn nothing_held_is_no() {
        assert_eq!(denial(decide(&[], Some(Aal::Two), &web_user("yale"), NOW)), Some(Denial::NoRole));
        let other_program = [held("hqr", "yale", "web_user", None)];
        assert_eq!(denial(decide(&other_program, None, &web_user("yale"), NOW)), Some(Denial::NoRole));
    }

    #[test]
    fn the_role_here_is_yes_and_says_which() {
        let roles = [held("mft", "mayo", "web_user", None), held("mft", "yale", "web_user", None)];
        let decision = decide(&roles, None, &web_user("yale"), NOW);
        assert_eq!(decision, Decision::Allow { because: roles[1].clone() });
        let permission = ask(Need::Permission("web_user:act".into()), "yale", None);
        assert!(decide(&roles, None, &permission, NOW).is_allowed());
    }

    #[test]
    fn a_no_says_what_is_missing() {
        let roles = [held("mft", "mayo", "web_user", None), held("mft", "yale", "reader", None)];
        let elsewhere = Denial::OtherOrganization { at: vec!["mayo name".into()] };
        assert_eq!(denial(decide(&roles, None, &web_user("yale"), NOW)), Some(elsewhere));
        let other = Denial::OtherRole { held: vec!["reader name".into()] };
        assert_eq!(denial(decide(&roles[1..], None, &web_user("yale"), NOW)), Some(other));
        let ended = [held("mft", "yale", "web_user", Some(1_000))];
        let expired = Denial::Expired { role: "web_user name".into() };
        assert_eq!(denial(decide(&ended, None, &web_user("yale"), NOW)), Some(expired));
    }

    #[test]
    fn a_role_without_the_assurance_it_needs_is_no() {
        let roles = [held("mft", "yale", "web_user", None)];
        let question = Question { aal: Some(Aal::Two), ..web_user("yale") };
        for has in [None, Some(Aal::One)] {
            let missing = Denial::Assurance { needs: Aal::Two, has };
            assert_eq!(denial(decide(&roles, has, &question, NOW)), Some(missing));
        }
        assert!(decide(&roles, Some(Aal::Two), &question, NOW).is_allowed());
    }
}
