//! `POST /token` (RFC 6749 §3.2, OpenID Connect Core §3.1.3).

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::{body, said};
use crate::flow::token::token;
use crate::http::act::Acting;
use crate::http::app::App;
use crate::protocol::client::ClientCredentials;
use crate::protocol::token::TokenRequest;

pub async fn exchange(State(app): State<App>, Acting(act): Acting, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = match body::form(&parts.headers, body).await {
        Ok(form) => form,
        Err(no) => {
            said::log(&no.error);
            return said::json(no.status, &no.error);
        }
    };
    // Who asks is read before what is asked; nothing is looked up until both can be read.
    let asked = ClientCredentials::parse(&parts.headers, &form)
        .and_then(|presented| Ok((presented, TokenRequest::parse(&form)?)));
    let (presented, asked) = match asked {
        Ok(asked) => asked,
        Err(error) => return said::error(&error),
    };
    match token(&app.oidc, &presented, &asked, &act).await {
        Ok(Ok(answer)) => said::json(StatusCode::OK, &answer),
        Ok(Err(error)) => said::error(&error),
        Err(trouble) => said::trouble(&trouble),
    }
}
