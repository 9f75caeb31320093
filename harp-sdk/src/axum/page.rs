//! The pages that this library shows itself. An application gives its own look by implementing [`Pages`].

use ::axum::response::{IntoResponse as _, Response};
use harp_core::access::decide::Denial;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::extract::sign_in_url;
use crate::guard::Refusal;
use crate::identity::Identity;
use crate::local::LocalPath;

/// Something for a person to read, and what they can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Of the answer.
    pub status: StatusCode,
    /// The heading.
    pub title: String,
    /// What happened, and what to do.
    pub text: String,
    /// Where to go from here, the best way first.
    pub actions: Vec<Action>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// How errors and refusals look. Titles and texts are plain text: a page escapes them.
pub trait Pages: Send + Sync + std::fmt::Debug {
    /// A page for a problem.
    fn problem(&self, problem: &Problem) -> Response;

    /// Signed in, but without the role. `here` is the page that was wanted: roles are renewed every few minutes, and a
    /// link of [`check_again`] back to it brings a role that was given meanwhile at once.
    fn refused(&self, refusal: &Refusal, _who: &Identity, here: &LocalPath) -> Response {
        let actions = match refusal.denial {
            Denial::Assurance { .. } => vec![sign_in_anew(here)],
            _ => {
                let ask = Action { label: "Ask for the role".to_owned(), href: refusal.ask.clone() };
                vec![ask, check_again(here)]
            }
        };
        self.problem(&Problem {
            status: StatusCode::FORBIDDEN,
            title: "You cannot open this page yet".to_owned(),
            text: refusal.to_string(),
            actions,
        })
    }
}

/// A sign-in that shows no page while the person is signed in at the provider, and brings the roles of now.
pub fn check_again(here: &LocalPath) -> Action {
    Action { label: "Check again".to_owned(), href: sign_in_url(here) }
}

/// A sign-in that asks for everything again, a second factor included.
fn sign_in_anew(here: &LocalPath) -> Action {
    Action { label: "Sign in again".to_owned(), href: format!("{}&prompt=login", sign_in_url(here)) }
}

/// Text on white.
#[derive(Debug, Clone, Copy)]
pub struct PlainPages;

impl Pages for PlainPages {
    fn problem(&self, problem: &Problem) -> Response {
        let link =
            |a: &Action| format!("<p><a href=\"{}\">{}</a></p>\n", escaped(&a.href), escaped(&a.label));
        let actions: String = problem.actions.iter().map(link).collect();
        let (title, text) = (escaped(&problem.title), escaped(&problem.text));
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Error: {title}</title>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n\
             {actions}</main>\n</html>\n"
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
