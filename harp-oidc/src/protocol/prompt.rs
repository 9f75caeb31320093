//! `prompt`: what the application wants the person to be asked (OpenID Connect Core §3.1.2.1).

use std::collections::BTreeSet;

use super::error::ProtocolError;

/// One thing to ask.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Prompt {
    /// Sign in again, session or not (F05, A08).
    Login,
    /// Show the consent page again.
    Consent,
    /// Let the person choose an account: here, sign in as somebody else.
    SelectAccount,
}

impl Prompt {
    pub const ALL: [Prompt; 3] = [Prompt::Login, Prompt::Consent, Prompt::SelectAccount];

    pub fn as_str(self) -> &'static str {
        match self {
            Prompt::Login => "login",
            Prompt::Consent => "consent",
            Prompt::SelectAccount => "select_account",
        }
    }
}

/// The whole parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompts {
    /// `none`: no page may be shown; what would need one is an error.
    Silent,
    /// Ask these, and whatever else is needed. Empty when the parameter is left out.
    Ask(BTreeSet<Prompt>),
}

impl Prompts {
    /// Reads the parameter. `none` beside another value is an error, and so is a value that is not known.
    pub fn parse(text: Option<&str>) -> Result<Prompts, ProtocolError> {
        let words: BTreeSet<&str> = text.unwrap_or("").split(' ').filter(|w| !w.is_empty()).collect();
        if words.contains("none") {
            return if words.len() == 1 {
                Ok(Prompts::Silent)
            } else {
                Err(ProtocolError::invalid_request("`prompt=none` may not stand beside another value"))
            };
        }
        let known = words.iter().map(|word| Prompt::ALL.into_iter().find(|p| p.as_str() == *word));
        match known.collect() {
            Some(asked) => Ok(Prompts::Ask(asked)),
            None => Err(ProtocolError::invalid_request("`prompt` has a value that is not known here")),
        }
    }

    pub fn is_silent(&self) -> bool {
        *self == Prompts::Silent
    }

    pub fn asks(&self, prompt: Prompt) -> bool {
        matches!(self, Prompts::Ask(asked) if asked.contains(&prompt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert_eq!(Prompts::parse(Some("none")), Ok(Prompts::Silent));
        assert_eq!(Prompts::parse(None), Ok(Prompts::Ask(BTreeSet::new())));
        let both = Prompts::parse(Some("consent login")).unwrap();
        assert!(both.asks(Prompt::Login) && both.asks(Prompt::Consent) && !both.is_silent());
        for bad in ["none login", "login none", "LOGIN", "register", "login\tconsent"] {
            assert!(Prompts::parse(Some(bad)).is_err(), "{bad}");
        }
    }
}
