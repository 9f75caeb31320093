//! A relying application as an operator writes it down, and the one place where that is judged: adding a client and changing
//! one go through the same checks.

use harp_core::kernel::text::{TextFault, line};
use harp_core::kernel::time::Timestamp;

use super::client::{Authentication, Client, Consent, Pkce, Terms};
use super::terms::TermsText;
use crate::jose::alg::Alg;
use crate::protocol::client::ClientId;
use crate::protocol::redirect::{ApplicationType, RedirectFault, RedirectUri};
use crate::protocol::scope::{Scope, ScopeSet};

/// The longest name that people read, in characters.
const NAME_MAX: usize = 100;
/// How many redirect URIs of either kind one application may have.
const MOST_URIS: usize = 50;

/// Every member unchecked, as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    pub id: String,
    /// For people (F08).
    pub name: String,
    pub redirects: Vec<String>,
    pub post_logout: Vec<String>,
    pub kind: ApplicationType,
    /// Separated by spaces.
    pub scope: String,
    /// Slug of the program whose roles it is told.
    pub program: Option<String>,
    pub signing: String,
    pub pkce: Pkce,
    pub terms: Terms,
    /// In place of the provider's.
    pub own_terms: Option<TermsText>,
    /// Where a person starts it from the portal.
    pub home: Option<String>,
}

/// What of a registration will not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unregistrable {
    #[error("`{0}` is no client id: 1 to 255 visible ASCII characters")]
    Id(String),
    #[error("the name will not do: it is or has {0}")]
    Name(TextFault),
    #[error("the redirect URI `{uri}` will not do: {fault}")]
    Redirect { uri: String, fault: RedirectFault },
    #[error("an application needs a redirect URI at least")]
    NoRedirect,
    #[error("more than {MOST_URIS} redirect URIs")]
    Redirects,
    #[error("there is no scope `{scope}`{}", nearest(scope, Scope::ALL.map(Scope::as_str)))]
    Scope { scope: String },
    #[error("the scopes must have `openid` among them")]
    NoOpenid,
    #[error("there is no algorithm `{alg}`{}", nearest(alg, Alg::ALL.map(Alg::as_str)))]
    Algorithm { alg: String },
    #[error(
        "terms of its own are shown to nobody who is never asked: ask for them (`each-version`, `each-sign-in`)"
    )]
    TermsUnasked,
    #[error("version `{0}` of its terms has another text already: people have agreed to that one")]
    TermsRewritten(String),
    #[error("a public client cannot be exempt from PKCE: it has no secret to stand in for it")]
    PublicWithoutPkce,
    #[error("the home `{uri}` will not do: {fault}")]
    Home { uri: String, fault: RedirectFault },
}

impl Registration {
    /// What is registered, to be changed and judged again.
    pub fn of(client: &Client) -> Registration {
        let texts = |uris: &[RedirectUri]| uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        Registration {
            id: client.id.to_string(),
            name: client.name.clone(),
            redirects: texts(&client.redirects),
            post_logout: texts(&client.post_logout),
            kind: client.kind,
            scope: client.scopes.to_string(),
            program: client.program.clone(),
            signing: client.signing.as_str().to_owned(),
            pkce: client.pkce,
            terms: client.terms,
            own_terms: client.own_terms.clone(),
            home: client.home.clone(),
        }
    }

    /// The client, if every member will do. That its program exists is for the store to say.
    pub fn check(
        &self,
        authentication: Authentication,
        created_at: Timestamp,
    ) -> Result<Client, Unregistrable> {
        if self.pkce == Pkce::Exempt && authentication == Authentication::Public {
            return Err(Unregistrable::PublicWithoutPkce);
        }
        if self.redirects.is_empty() {
            return Err(Unregistrable::NoRedirect);
        }
        if self.own_terms.is_some() && self.terms == Terms::Never {
            return Err(Unregistrable::TermsUnasked);
        }
        if let Some(uri) = &self.home {
            // What the portal links to is as harmless as what an answer may be sent to.
            RedirectUri::register(uri, ApplicationType::Web)
                .map_err(|fault| Unregistrable::Home { uri: uri.clone(), fault })?;
        }
        Ok(Client {
            id: ClientId::parse(&self.id).map_err(|_| Unregistrable::Id(self.id.clone()))?,
            name: line(&self.name, NAME_MAX).map_err(Unregistrable::Name)?,
            authentication,
            redirects: uris(&self.redirects, self.kind)?,
            post_logout: uris(&self.post_logout, self.kind)?,
            kind: self.kind,
            scopes: scopes(&self.scope)?,
            program: self.program.clone(),
            signing: Alg::parse(&self.signing)
                .ok_or_else(|| Unregistrable::Algorithm { alg: self.signing.clone() })?,
            pkce: self.pkce,
            consent: Consent::FirstParty,
            terms: self.terms,
            own_terms: self.own_terms.clone(),
            home: self.home.clone(),
            created_at,
            disabled_at: None,
        })
    }
}

/// Each once, in the order in which they came.
fn uris(texts: &[String], kind: ApplicationType) -> Result<Vec<RedirectUri>, Unregistrable> {
    let mut kept = Vec::new();
    for text in texts {
        let uri = RedirectUri::register(text, kind)
            .map_err(|fault| Unregistrable::Redirect { uri: text.clone(), fault })?;
        if !kept.contains(&uri) {
            kept.push(uri);
        }
    }
    if kept.len() > MOST_URIS { Err(Unregistrable::Redirects) } else { Ok(kept) }
}

/// Unlike a request's, an operator's unknown scope is a slip and not a wish.
fn scopes(text: &str) -> Result<ScopeSet, Unregistrable> {
    let known =
        |token: &str| Scope::parse(token).ok_or_else(|| Unregistrable::Scope { scope: token.to_owned() });
    let scopes = text.split_whitespace().map(known).collect::<Result<ScopeSet, _>>()?;
    if scopes.contains(Scope::Openid) { Ok(scopes) } else { Err(Unregistrable::NoOpenid) }
}

/// `: did you mean `x`?`, or all there are.
fn nearest<const N: usize>(asked: &str, known: [&'static str; N]) -> String {
    let near = known.into_iter().min_by_key(|one| strsim::damerau_levenshtein(asked, one));
    match near.filter(|one| strsim::damerau_levenshtein(asked, one) <= 1 + asked.len() / 4) {
        Some(one) => format!(": did you mean `{one}`?"),
        None => format!("; there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::secret::Plain;

    fn mft() -> Registration {
        Registration {
            id: "mft".to_owned(),
            name: "Managed File Transfer".to_owned(),
            redirects: vec!["https://mft.example/callback".to_owned()],
            post_logout: vec![],
            kind: ApplicationType::Web,
            scope: "openid roles".to_owned(),
            program: None,
            signing: "ES256".to_owned(),
            pkce: Pkce::Required,
            terms: Terms::Never,
            own_terms: None,
            home: None,
        }
    }

    fn check(registration: &Registration) -> Result<Client, Unregistrable> {
        let secret = Plain::presented("x").hashed();
        registration.check(Authentication::ClientSecretBasic { secret }, Timestamp::from_secs(1))
    }

    #[test]
    fn what_was_registered_can_be_registered_again() {
        let twice = [mft().redirects, mft().redirects].concat();
        let client = check(&Registration { redirects: twice, ..mft() }).unwrap();
        assert_eq!(client.redirects.len(), 1);
        assert_eq!(check(&Registration::of(&client)), Ok(client));
    }

    #[test]
    fn each_member_is_judged_and_named() {
        let wrong = |change: fn(&mut Registration)| {
            let mut it = mft();
            change(&mut it);
            check(&it).unwrap_err().to_string()
        };
        assert!(wrong(|it| it.id = "m ft".into()).contains("client id"));
        assert!(wrong(|it| it.name = "\u{7}".into()).contains("name"));
        assert!(wrong(|it| it.redirects = vec![]).contains("redirect URI"));
        assert!(wrong(|it| it.redirects = vec!["http://mft.example/".into()]).contains("use https"));
        assert!(
            wrong(|it| it.post_logout = vec!["https://*.example/".into()]).contains("registered in full")
        );
        assert!(wrong(|it| it.scope = "openid porfile".into()).contains("did you mean `profile`"));
        assert!(wrong(|it| it.scope = "profile".into()).contains("`openid`"));
        assert!(wrong(|it| it.signing = "HS256".into()).contains("no algorithm"));
        assert!(wrong(|it| it.home = Some("javascript:alert(1)".into())).contains("javascript"));
        let own = || TermsText::parse("1", "Ours.").ok();
        let unasked = Registration { own_terms: own(), ..mft() };
        assert_eq!(check(&unasked), Err(Unregistrable::TermsUnasked));
        assert!(check(&Registration { terms: Terms::EachVersion, ..unasked }).is_ok());
        let public = Registration { pkce: Pkce::Exempt, ..mft() };
        let refused = public.check(Authentication::Public, Timestamp::from_secs(1));
        assert_eq!(refused, Err(Unregistrable::PublicWithoutPkce));
    }
}
