//! `harp client add`.

use clap::Args;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_oidc::flow::clients::{self, Added};
use harp_oidc::grant::client::{Authentication, Pkce};
use harp_oidc::grant::registration::Registration;
use harp_oidc::protocol::redirect::ApplicationType;

use super::shown::Shown;
use super::{AskTerms, OwnTerms, Secret};
use crate::answer::{one, refused, unclear};
use crate::console::Console;
use crate::program;

#[derive(Debug, Args)]
pub struct Add {
    #[arg(long)]
    id: String,
    /// For people; the id if left out.
    #[arg(long)]
    name: Option<String>,
    /// Compared as a string: write it exactly. May be repeated.
    #[arg(long = "redirect-uri", required = true)]
    redirect_uris: Vec<String>,
    /// Where it may send a person after signing out. May be repeated.
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// Slug of the program whose roles it is told.
    #[arg(long)]
    program: Option<String>,
    #[arg(long, default_value = "openid profile email roles")]
    scope: String,
    /// It has no secret: an application in a browser or on a device.
    #[arg(long, conflicts_with_all = ["secret_stdin", "post", "pkce_exempt"])]
    public: bool,
    /// It runs on the person's own machine: any port of the loopback interface will do.
    #[arg(long)]
    native: bool,
    /// Reads the secret from standard input instead of making one: 32 characters at least.
    #[arg(long)]
    secret_stdin: bool,
    /// It sends its secret in the form (client_secret_post) instead of the header.
    #[arg(long)]
    post: bool,
    /// It cannot do PKCE. Only where there is no other way.
    #[arg(long)]
    pkce_exempt: bool,
    /// When the person must accept the terms on the way to it.
    #[arg(long, value_enum, default_value = "never")]
    terms: AskTerms,
    #[command(flatten)]
    own_terms: OwnTerms,
    /// What its ID tokens are signed with.
    #[arg(long, default_value = "RS256")]
    alg: String,
    /// Where the portal sends a person who starts it from there.
    #[arg(long)]
    home: Option<String>,
}

pub async fn run(add: Add, console: &Console) -> anyhow::Result<()> {
    let secret = Secret::read(add.secret_stdin)?;
    let hashed = secret.plain.hashed();
    let (public, authentication) = match (add.public, add.post) {
        (true, _) => (true, Authentication::Public),
        (false, true) => (false, Authentication::ClientSecretPost { secret: hashed }),
        (false, false) => (false, Authentication::ClientSecretBasic { secret: hashed }),
    };
    let registration = add.registration()?;
    let client = registration.check(authentication, SystemClock.now()).map_err(unclear)?;
    match clients::add(console.oidc(), &client, &console.act()).await? {
        Added::Taken => Err(refused(format!(
            "there is a client `{0}` already: see `harp client show {0}`, or change it with `harp client change {0}`",
            client.id
        ))),
        Added::NoSuchProgram => Err(program::none(console, &client.program.unwrap_or_default()).await),
        Added::Added if public => {
            one(console.format, &Shown::of(&client), || format!("added `{}`", client.id))
        }
        Added::Added => {
            let shown = Shown::of(&client).with(secret.shown());
            one(console.format, &shown, || secret.told(&format!("added `{}`", client.id)))
        }
    }
}

impl Add {
    fn registration(self) -> anyhow::Result<Registration> {
        Ok(Registration {
            own_terms: self.own_terms.read()?,
            name: self.name.unwrap_or_else(|| self.id.clone()),
            id: self.id,
            redirects: self.redirect_uris,
            post_logout: self.post_logout_redirect_uris,
            kind: if self.native { ApplicationType::Native } else { ApplicationType::Web },
            scope: self.scope,
            program: self.program,
            signing: self.alg,
            pkce: if self.pkce_exempt { Pkce::Exempt } else { Pkce::Required },
            terms: self.terms.into(),
            home: self.home,
        })
    }
}
