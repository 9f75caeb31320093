//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3): the token in the header, or in the body of a form.

use axum::extract::{Request, State};
use axum::response::Response;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{body, said};
use crate::flow::userinfo::userinfo;
use crate::http::act::Acting;
use crate::http::app::App;
use crate::protocol::ProtocolError;
use crate::protocol::bearer;
use crate::protocol::params::Params;

pub async fn get(State(app): State<App>, acting: Acting, headers: HeaderMap) -> Response {
    answer(&app, acting, (&headers, None)).await
}

pub async fn post(State(app): State<App>, acting: Acting, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // A POST with the token in its header needs no body, and so no content type.
    if !body::is_form(&parts.headers) {
        return answer(&app, acting, (&parts.headers, None)).await;
    }
    match body::form(&parts.headers, body).await {
        Ok(form) => answer(&app, acting, (&parts.headers, Some(&form))).await,
        Err(no) => refused(no.status, Some(&no.error)),
    }
}

async fn answer(app: &App, Acting(act): Acting, (headers, form): (&HeaderMap, Option<&Params>)) -> Response {
    let token = match bearer::presented(headers, form) {
        Ok(Some(token)) => token,
        // RFC 6750 §3.1: to whoever shows no token at all, no error is told.
        Ok(None) => return refused(StatusCode::UNAUTHORIZED, None),
        Err(error) => return refused(error.status(), Some(&error)),
    };
    match userinfo(&app.oidc, &token, &act).await {
        Ok(Ok(claims)) => said::json(StatusCode::OK, &claims),
        Ok(Err(error)) => refused(error.status(), Some(&error)),
        Err(trouble) => said::trouble(&trouble),
    }
}

fn refused(status: StatusCode, error: Option<&ProtocolError>) -> Response {
    let mut response = match error {
        Some(error) => {
            said::log(error);
            said::json(status, error)
        }
        None => said::json(status, &serde_json::json!({})),
    };
    if let Ok(challenge) = HeaderValue::try_from(bearer::challenge(error)) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
