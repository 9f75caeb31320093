//! The token endpoint (RFC 6749 §3.2). A new grant is a variant in [`crate::protocol::token`], a file here, a line below.

mod code;
mod issue;

pub(super) use self::code::{behind, roles};

use harp_core::flow::Trouble;
use harp_core::kernel::act::{Act, Actor};

use super::client_auth;
use super::provider::Oidc;
use crate::protocol::ProtocolError;
use crate::protocol::client::ClientCredentials;
use crate::protocol::token::{TokenRequest, TokenResponse};

/// Authenticates the client and gives it what the grant stands for.
pub async fn token(
    oidc: &Oidc,
    presented: &ClientCredentials,
    request: &TokenRequest,
    act: &Act,
) -> Result<Result<TokenResponse, ProtocolError>, Trouble> {
    let client = match client_auth::authenticate(oidc, presented).await? {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let act = act.by(Actor::Application(client.id.to_string()));
    match request {
        TokenRequest::AuthorizationCode(exchange) => code::redeem(oidc, &client, exchange, &act).await,
    }
}
