//! A client as an operator sees it: the names of RFC 7591 where it has one, and never a hash.

use harp_oidc::grant::client::{Client, Pkce, Terms};
use harp_oidc::protocol::redirect::ApplicationType;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Shown {
    client_id: String,
    client_name: String,
    /// Once, when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    token_endpoint_auth_method: &'static str,
    application_type: ApplicationType,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    scope: String,
    program: Option<String>,
    id_token_signed_response_alg: &'static str,
    pkce: Pkce,
    terms: Terms,
    /// The version of its own.
    terms_version: Option<String>,
    home: Option<String>,
    created_at: String,
    disabled_at: Option<String>,
}

impl Shown {
    pub fn of(client: &Client) -> Shown {
        Shown {
            client_id: client.id.to_string(),
            client_name: client.name.clone(),
            client_secret: None,
            token_endpoint_auth_method: client.authentication.method().as_str(),
            application_type: client.kind,
            redirect_uris: client.redirects.iter().map(ToString::to_string).collect(),
            post_logout_redirect_uris: client.post_logout.iter().map(ToString::to_string).collect(),
            scope: client.scopes.to_string(),
            program: client.program.clone(),
            id_token_signed_response_alg: client.signing.as_str(),
            pkce: client.pkce,
            terms: client.terms,
            terms_version: client.own_terms.as_ref().map(|own| own.version.clone()),
            home: client.home.clone(),
            created_at: client.created_at.to_string(),
            disabled_at: client.disabled_at.map(|at| at.to_string()),
        }
    }

    pub fn with(self, client_secret: Option<String>) -> Shown {
        Shown { client_secret, ..self }
    }

    /// For a list.
    pub fn line(&self) -> String {
        let program = self.program.as_deref().unwrap_or("-");
        let state = if self.disabled_at.is_some() { " disabled" } else { "" };
        let Shown { client_id, token_endpoint_auth_method: method, client_name, .. } = self;
        format!("{client_id} {method} program={program}{state} `{client_name}`")
    }

    /// A member a line.
    pub fn lines(&self) -> String {
        let Ok(serde_json::Value::Object(members)) = serde_json::to_value(self) else { return self.line() };
        let shown = |value: &serde_json::Value| match value {
            serde_json::Value::Null => "-".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(all) if all.is_empty() => "-".to_owned(),
            serde_json::Value::Array(all) => {
                all.iter().filter_map(|one| one.as_str()).collect::<Vec<_>>().join("\n    ")
            }
            other => other.to_string(),
        };
        let lines: Vec<String> =
            members.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
        lines.join("\n")
    }
}
