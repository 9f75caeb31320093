//! Registering applications, and what becomes of a registration: an operator's deeds, each audited in its own transaction.

use async_trait::async_trait;
use harp_core::audit::Deed;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Hashed;
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::grant::client::{Authentication, Client, Terms};
use crate::grant::registration::{Registration, Unregistrable};
use crate::grant::terms::TermsText;
use crate::protocol::client::ClientId;
use crate::store::{OidcTx, OidcWork};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Added,
    /// Another client has this id.
    Taken,
    /// No program has this slug.
    NoSuchProgram,
}

/// What is to be done to a client that is there.
#[derive(Debug, Clone)]
pub enum Change {
    /// Members to be replaced; the result is judged as a new registration is.
    Registration(Box<Members>),
    /// Refused from now on. What it holds dies with it: codes and tokens do not come back when it is enabled again.
    Disable,
    Enable,
    /// The old secret is refused from now on.
    Secret(Hashed),
}

/// Those members of a registration that change: `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Members {
    pub name: Option<String>,
    pub redirects: Option<Vec<String>>,
    pub post_logout: Option<Vec<String>>,
    pub scope: Option<String>,
    /// `Some(None)` takes it away.
    pub program: Option<Option<String>>,
    pub signing: Option<String>,
    pub terms: Option<Terms>,
    /// `Some(None)` takes it away.
    pub own_terms: Option<Option<TermsText>>,
    /// `Some(None)` takes it away.
    pub home: Option<Option<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    Changed(Box<Client>),
    /// It is so already.
    Already,
    NoSuchClient,
    NoSuchProgram,
    /// A public client has no secret.
    NoSecret,
    Unregistrable(Unregistrable),
}

/// Adds an application.
pub async fn add(oidc: &Oidc, client: &Client, act: &Act) -> Result<Added, Trouble> {
    struct Add<'a> {
        oidc: &'a Oidc,
        client: &'a Client,
        act: &'a Act,
    }
    #[async_trait]
    impl OidcWork for Add<'_> {
        type Out = Added;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Added, Fault> {
            if !program_is_there(tx, self.client).await? {
                return Ok(Added::NoSuchProgram);
            }
            if !tx.add_client(self.client).await? {
                return Ok(Added::Taken);
            }
            let deed = Deed::ClientAdded { client: self.client.id.to_string() };
            tx.record(&self.oidc.harp.event(self.act, None, deed)).await?;
            Ok(Added::Added)
        }
    }
    Ok(oidc.store.write(&Add { oidc, client, act }).await?)
}

/// Changes what is registered, whether it may be used, or its secret.
pub async fn change(oidc: &Oidc, id: &ClientId, change: &Change, act: &Act) -> Result<Changed, Trouble> {
    Ok(oidc.store.write(&Apply { oidc, id, change, act }).await?)
}

/// All of them, for the portal and the operator.
pub async fn list(oidc: &Oidc) -> Result<Vec<Client>, Trouble> {
    struct List;
    #[async_trait]
    impl OidcWork for List {
        type Out = Vec<Client>;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Vec<Client>, Fault> {
            tx.clients().await
        }
    }
    Ok(oidc.store.read(&List).await?)
}

struct Apply<'a> {
    oidc: &'a Oidc,
    id: &'a ClientId,
    change: &'a Change,
    act: &'a Act,
}

#[async_trait]
impl OidcWork for Apply<'_> {
    type Out = Changed;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Changed, Fault> {
        let now = self.act.now;
        let Some(old) = tx.client_turn(self.id).await? else { return Ok(Changed::NoSuchClient) };
        let client = old.id.to_string();
        let (new, deed) = match self.change {
            Change::Registration(members) => match members.of(&old) {
                Ok(new) => {
                    let members = differing(&old, &new);
                    (new, Deed::ClientChanged { client, members })
                }
                Err(why) => return Ok(Changed::Unregistrable(why)),
            },
            Change::Disable => {
                let at = old.disabled_at.or(Some(now));
                (Client { disabled_at: at, ..old.clone() }, Deed::ClientDisabled { client })
            }
            Change::Enable => (Client { disabled_at: None, ..old.clone() }, Deed::ClientEnabled { client }),
            Change::Secret(secret) => {
                let authentication = match &old.authentication {
                    Authentication::Public => return Ok(Changed::NoSecret),
                    Authentication::ClientSecretBasic { .. } => {
                        Authentication::ClientSecretBasic { secret: secret.clone() }
                    }
                    Authentication::ClientSecretPost { .. } => {
                        Authentication::ClientSecretPost { secret: secret.clone() }
                    }
                };
                (Client { authentication, ..old.clone() }, Deed::ClientSecretRotated { client })
            }
        };
        if new == old {
            return Ok(Changed::Already);
        }
        if !program_is_there(tx, &new).await? {
            return Ok(Changed::NoSuchProgram);
        }
        if !tx.save_client(&new).await? {
            return Ok(Changed::NoSuchClient);
        }
        if let Change::Disable = self.change {
            tx.revoke_families_of(self.id, now).await?;
        }
        tx.record(&self.oidc.harp.event(self.act, None, deed)).await?;
        Ok(Changed::Changed(Box::new(new)))
    }
}

impl Members {
    /// The client with these members in place of its own.
    fn of(&self, old: &Client) -> Result<Client, Unregistrable> {
        let is = Registration::of(old);
        // Who agreed to a version has agreed to its text.
        if let (Some(Some(new)), Some(was)) = (&self.own_terms, &is.own_terms)
            && new.version == was.version
            && new != was
        {
            return Err(Unregistrable::TermsRewritten(new.version.clone()));
        }
        let wanted = Registration {
            name: self.name.clone().unwrap_or(is.name),
            redirects: self.redirects.clone().unwrap_or(is.redirects),
            post_logout: self.post_logout.clone().unwrap_or(is.post_logout),
            scope: self.scope.clone().unwrap_or(is.scope),
            program: self.program.clone().unwrap_or(is.program),
            signing: self.signing.clone().unwrap_or(is.signing),
            terms: self.terms.unwrap_or(is.terms),
            own_terms: self.own_terms.clone().unwrap_or(is.own_terms),
            home: self.home.clone().unwrap_or(is.home),
            ..Registration::of(old)
        };
        let checked = wanted.check(old.authentication.clone(), old.created_at)?;
        Ok(Client { consent: old.consent, disabled_at: old.disabled_at, ..checked })
    }
}

fn differing(old: &Client, new: &Client) -> Vec<String> {
    let (old, new) = (Registration::of(old), Registration::of(new));
    let members = [
        ("name", old.name != new.name),
        ("redirect_uris", old.redirects != new.redirects),
        ("post_logout_redirect_uris", old.post_logout != new.post_logout),
        ("scope", old.scope != new.scope),
        ("program", old.program != new.program),
        ("alg", old.signing != new.signing),
        ("terms", old.terms != new.terms),
        ("own_terms", old.own_terms != new.own_terms),
        ("home", old.home != new.home),
    ];
    members.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
}

async fn program_is_there(tx: &mut dyn OidcTx, client: &Client) -> Result<bool, Fault> {
    match &client.program {
        Some(slug) => Ok(tx.program_by_slug(slug).await?.is_some()),
        None => Ok(true),
    }
}
