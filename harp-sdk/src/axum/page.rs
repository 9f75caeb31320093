//! The pages that this library shows itself. An application gives its own look by implementing [`Pages`].

use ::axum::response::{IntoResponse as _, Response};
use harp_core::access::decide::Denial;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use url::Url;

use super::extract::sign_in_url;
use crate::error::SignInError;
use crate::guard::Refusal;
use crate::identity::Identity;
use crate::local::LocalPath;
use crate::paths;
use crate::proof::Shortfall;

/// Something for a person to read, and what they can do. Title, text and labels are English; an application that speaks
/// otherwise says what it likes by [`Problem::kind`] and [`Action::kind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is, with everything that the text tells.
    pub kind: ProblemKind,
    /// Of the answer.
    pub status: StatusCode,
    /// The heading.
    pub title: String,
    /// What happened, and what to do.
    pub text: String,
    /// Where to go from here, the best way first.
    pub actions: Vec<Action>,
    /// Somebody is signed in, and can sign out by a form on this page although no other page can be shown.
    pub sign_out: Option<SignOutForm>,
}

/// What a [`Problem`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Nobody is signed in, and what was sent was not kept.
    NotSignedIn,
    /// The memory of signed-out sessions does not answer.
    MemoryAway,
    /// The provider does not answer, and what is known of the session is too old.
    ProviderAway,
    /// A form came that needs a stronger or a fresher sign-in.
    NotProven(Shortfall),
    /// The form was not made for this session.
    WrongFormToken,
    /// The sign-out was not kept: the person is still signed in.
    NotSignedOut,
    /// Signed in, without the role.
    Refused(Denial),
    /// A sign-in that did not come to its end.
    SignIn(SignInError),
}

/// What a form needs that is sent to [`crate::paths::SIGN_OUT`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOutForm {
    /// The value of the hidden field `form_token`.
    pub token: String,
    /// The provider: the answer leads there, which a Content-Security-Policy must allow in `form-action`.
    pub issuer: String,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub kind: ActionKind,
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// What an [`Action`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActionKind {
    /// Begins a sign-in.
    SignIn,
    /// Begins a sign-in that asks for everything again.
    SignInAnew,
    /// Does the same once more.
    TryAgain,
    /// Begins a step-up.
    Confirm,
    /// Leads to the provider's page that asks for the role.
    AskForRole,
    /// A silent sign-in that brings the roles of now.
    CheckAgain,
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
                let (label, href) = ("Ask for the role".to_owned(), refusal.ask.clone());
                vec![Action { kind: ActionKind::AskForRole, label, href }, check_again(here)]
            }
        };
        self.problem(&Problem {
            kind: ProblemKind::Refused(refusal.denial.clone()),
            status: StatusCode::FORBIDDEN,
            title: "You cannot open this page yet".to_owned(),
            text: refusal.to_string(),
            actions,
            sign_out: None,
        })
    }
}

/// A sign-in that shows no page while the person is signed in at the provider, and brings the roles of now.
pub fn check_again(here: &LocalPath) -> Action {
    Action { kind: ActionKind::CheckAgain, label: "Check again".to_owned(), href: sign_in_url(here) }
}

/// A sign-in that asks for everything again, a second factor included.
fn sign_in_anew(here: &LocalPath) -> Action {
    let (label, href) = ("Sign in again".to_owned(), format!("{}&prompt=login", sign_in_url(here)));
    Action { kind: ActionKind::SignInAnew, label, href }
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
        let (form, form_action) = match &problem.sign_out {
            Some(form) => (sign_out_form(form), format!("'self' {}", origin(&form.issuer))),
            None => (String::new(), "'none'".to_owned()),
        };
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Error: {title}</title>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n\
             {actions}{form}</main>\n</html>\n"
        );
        let policy =
            format!("default-src 'none'; base-uri 'none'; form-action {form_action}; frame-ancestors 'none'");
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (CACHE_CONTROL, "no-store".to_owned()),
            (CONTENT_SECURITY_POLICY, policy),
        ];
        (problem.status, headers, page).into_response()
    }
}

fn sign_out_form(form: &SignOutForm) -> String {
    format!(
        "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"form_token\" value=\"{}\">\
         <button>Sign out</button></form>\n",
        paths::SIGN_OUT,
        escaped(&form.token)
    )
}

fn origin(issuer: &str) -> String {
    Url::parse(issuer).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
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
