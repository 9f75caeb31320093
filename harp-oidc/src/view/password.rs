//! The rules for a password, told before typing and ticked off after it, in words and not by colour alone.

use harp_core::account::field::{Complaint, Field, Problem};
use harp_core::policy::{Blocklist, PasswordRules, PersonalWords};

use super::words::Message;

/// One rule, and whether what was typed kept it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub words: Message,
    pub mark: Mark,
    breach: Breach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing was typed yet.
    Open,
    Met,
    Missing,
}

/// The kind of problem that says that a rule was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breach {
    Short,
    Lowercase,
    Uppercase,
    Digit,
    Symbol,
    Banned,
    Username,
    Name,
    Common,
}

/// The profile's rules, nothing typed yet (C03–C10).
pub fn rules(policy: &PasswordRules) -> Vec<Rule> {
    let rule = |breach, words: Message| Rule { words, mark: Mark::Open, breach };
    let min = u32::try_from(policy.length.min).unwrap_or(u32::MAX);
    let mut all = vec![rule(Breach::Short, Message::new("password-rule.length").count("min", min))];
    if let Some(composition) = policy.composition {
        all.extend([
            rule(Breach::Lowercase, Message::new("password-rule.lowercase")),
            rule(Breach::Uppercase, Message::new("password-rule.uppercase")),
            rule(Breach::Digit, Message::new("password-rule.digit")),
            rule(
                Breach::Symbol,
                Message::new("password-rule.symbol").with("symbols", spaced(composition.symbols)),
            ),
            rule(
                Breach::Banned,
                Message::new("password-rule.banned").with("banned", spaced(composition.banned)),
            ),
        ]);
    }
    match policy.personal {
        PersonalWords::NowhereInside => all.extend([
            rule(Breach::Username, Message::new("password-rule.no-username")),
            rule(Breach::Name, Message::new("password-rule.no-name")),
        ]),
        PersonalWords::NotTheWhole => {
            all.push(rule(Breach::Username, Message::new("password-rule.not-words")))
        }
    }
    if policy.blocklist == Blocklist::Whole {
        all.push(rule(Breach::Common, Message::new("password-rule.not-common")));
    }
    all
}

/// The same rules after a password was typed, with what was found wrong with it.
pub fn marked(policy: &PasswordRules, complaints: &[Complaint]) -> Vec<Rule> {
    let found: Vec<Problem> =
        complaints.iter().filter(|c| c.field == Field::Password).map(|c| c.problem).collect();
    if found.contains(&Problem::Missing) {
        return rules(policy);
    }
    let mark = |rule: Rule| {
        let missing = found.iter().any(|problem| breach(*problem) == Some(rule.breach));
        Rule { mark: if missing { Mark::Missing } else { Mark::Met }, ..rule }
    };
    rules(policy).into_iter().map(mark).collect()
}

fn breach(problem: Problem) -> Option<Breach> {
    match problem {
        Problem::TooShort { .. } => Some(Breach::Short),
        Problem::NoLowercase => Some(Breach::Lowercase),
        Problem::NoUppercase => Some(Breach::Uppercase),
        Problem::NoDigit => Some(Breach::Digit),
        Problem::NoSymbol { .. } => Some(Breach::Symbol),
        Problem::BannedCharacter { .. } => Some(Breach::Banned),
        Problem::ContainsUsername => Some(Breach::Username),
        Problem::ContainsName => Some(Breach::Name),
        Problem::TooCommon => Some(Breach::Common),
        _ => None,
    }
}

fn spaced(symbols: &str) -> String {
    symbols.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

impl Mark {
    pub(super) fn class(self) -> &'static str {
        match self {
            Mark::Open => "",
            Mark::Met => "met",
            Mark::Missing => "missing",
        }
    }

    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Mark::Open => None,
            Mark::Met => Some("password-rule.met"),
            Mark::Missing => Some("password-rule.missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use harp_core::policy::{HARP, NIST_63_4};

    use super::*;

    /// C03–C10; mission 3.6: `nist-63-4` tells no composition rule.
    #[test]
    fn each_profile_tells_its_own_rules() {
        assert_eq!(rules(&HARP.password).len(), 8);
        let nist: Vec<Breach> = rules(&NIST_63_4.password).iter().map(|r| r.breach).collect();
        assert_eq!(nist, [Breach::Short, Breach::Username, Breach::Common]);
    }

    #[test]
    fn what_was_typed_ticks_the_rules_it_kept() {
        let problem = Problem::TooShort { min: 12 };
        let after = marked(&HARP.password, &[Complaint { field: Field::Password, problem }]);
        assert_eq!(after.iter().filter(|r| r.mark == Mark::Missing).count(), 1);
        let nothing =
            marked(&HARP.password, &[Complaint { field: Field::Password, problem: Problem::Missing }]);
        assert!(nothing.iter().all(|r| r.mark == Mark::Open));
    }
}
