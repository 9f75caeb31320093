//! The pages that this library shows itself. An application gives its own look by implementing [`Pages`].

use ::axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::guard::Refusal;
use crate::identity::Identity;

/// Something for a person to read, and what they can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub title: String,
    pub text: String,
    pub action: Option<Action>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub label: String,
    pub href: String,
}

/// How errors and refusals look. Titles and texts are plain text: a page escapes them.
pub trait Pages: Send + Sync + std::fmt::Debug {
    fn problem(&self, problem: &Problem) -> Response;

    /// Signed in, but without the role.
    fn refused(&self, refusal: &Refusal, _who: &Identity) -> Response {
        self.problem(&Problem {
            status: StatusCode::FORBIDDEN,
            title: "You cannot open this page yet".to_owned(),
            text: refusal.to_string(),
            action: Some(Action { label: "Ask for the role".to_owned(), href: refusal.ask.clone() }),
        })
    }
}

/// Text on white.
#[derive(Debug, Clone, Copy)]
pub struct PlainPages;

impl Pages for PlainPages {
    fn problem(&self, problem: &Problem) -> Response {
        let action = problem
            .action
            .as_ref()
            .map(|a| format!("<p><a href=\"{}\">{}</a></p>\n", escaped(&a.href), escaped(&a.label)))
            .unwrap_or_default();
        let (title, text) = (escaped(&problem.title), escaped(&problem.text));
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Error: {title}</title>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n\
             {action}</main>\n</html>\n"
        );
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
        ];
        (problem.status, headers, page).into_response()
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
