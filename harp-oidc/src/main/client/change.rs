//! `harp client change`.

use harp_oidc::flow::clients::Members;

use super::{AskTerms, OwnTerms};
use crate::answer::unclear;

#[derive(Debug, clap::Args)]
pub struct Args {
    id: String,
    /// For people.
    #[arg(long)]
    name: Option<String>,
    /// All that it shall have from now on: repeat those that stay.
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// All that it shall have from now on: repeat those that stay.
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// Slug of the program whose roles it is told.
    #[arg(long, conflicts_with = "no_program")]
    program: Option<String>,
    /// It is told no roles any more.
    #[arg(long)]
    no_program: bool,
    #[arg(long)]
    scope: Option<String>,
    /// When the person must accept the terms on the way to it.
    #[arg(long, value_enum)]
    terms: Option<AskTerms>,
    #[command(flatten)]
    own_terms: OwnTerms,
    /// From now on the provider's terms are its terms.
    #[arg(long, conflicts_with = "terms_file")]
    no_own_terms: bool,
    /// What its ID tokens are signed with.
    #[arg(long)]
    alg: Option<String>,
    /// Where the portal sends a person who starts it from there.
    #[arg(long, conflicts_with = "no_home")]
    home: Option<String>,
    /// The portal does not start it any more.
    #[arg(long)]
    no_home: bool,
}

impl Args {
    /// Whose members change, and which.
    pub fn members(self) -> anyhow::Result<(String, Members)> {
        let given = |uris: Vec<String>| (!uris.is_empty()).then_some(uris);
        let members = Members {
            name: self.name,
            redirects: given(self.redirect_uris),
            post_logout: given(self.post_logout_redirect_uris),
            scope: self.scope,
            program: if self.no_program { Some(None) } else { self.program.map(Some) },
            signing: self.alg,
            terms: self.terms.map(Into::into),
            own_terms: if self.no_own_terms { Some(None) } else { self.own_terms.read()?.map(Some) },
            home: if self.no_home { Some(None) } else { self.home.map(Some) },
        };
        if members == Members::default() {
            return Err(unclear("say what is to change: see `harp client change --help`"));
        }
        Ok((self.id, members))
    }
}
