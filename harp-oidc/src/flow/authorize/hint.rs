//! `id_token_hint`: who the application expects (OpenID Connect Core §3.1.2.1).

use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;

use super::check::{Checked, Refusal};
use crate::flow::keys;
use crate::flow::provider::Oidc;
use crate::jose::alg::Typ;
use crate::jose::check::{Expected, Lifetime};
use crate::protocol::ProtocolError;

/// Verifies the hint, if there is one: ours, for this client, expired or not.
pub(super) async fn check(
    oidc: &Oidc,
    checked: Checked,
    act: &Act,
) -> Result<Result<Checked, Refusal>, Trouble> {
    let Some(hint) = &checked.hint else { return Ok(Ok(checked)) };
    let ring = keys::ring(oidc, act.now).await?;
    let (issuer, audience) = (oidc.issuer.as_str(), checked.client.id.as_str());
    let expected = Expected { issuer, audience, lifetime: Lifetime::MayBeOver };
    let verified = ring.verify(hint, Typ::Jwt).and_then(|token| token.check(&expected).map(|()| token));
    let subject = verified.map(|token| token.text("sub").map(str::to_owned));
    Ok(match subject {
        Ok(Some(subject)) => Ok(narrowed(checked, subject)),
        Ok(None) => Err(refused(&checked, "it has no subject")),
        Err(why) => Err(refused(&checked, why)),
    })
}

fn narrowed(checked: Checked, subject: String) -> Checked {
    let expected = match &checked.expected {
        Some(others) if !others.contains(&subject) => vec![],
        _ => vec![subject],
    };
    Checked { expected: Some(expected), ..checked }
}

fn refused(checked: &Checked, why: impl std::fmt::Display) -> Refusal {
    checked.refuse(ProtocolError::invalid_request("`id_token_hint` is not an ID token of ours").because(why))
}
