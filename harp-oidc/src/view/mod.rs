//! What people see: one typed struct per page, checked against its template when it compiles.
//!
//! A page gets plain data and a [`frame::Frame`]; it never touches the store and never decides.
//! Every word stands in `messages/<language>.ftl`, keyed by page ([`words`]).

use askama::Template;
use http::StatusCode;

pub mod about;
pub mod asset;
pub mod brand;
pub mod catalogue;
pub mod device;
pub mod form;
pub mod frame;
pub mod help_desk;
pub mod home;
pub mod kept;
pub mod lasting;
pub mod letter;
pub mod lost_device;
pub mod moment;
pub mod not_me;
pub mod official;
pub mod passkey;
pub mod password;
pub mod problem;
pub mod profile;
pub mod qr;
pub mod recover;
pub mod recovery_codes;
pub mod register;
pub mod roles;
pub mod second_address;
pub mod set_up;
pub mod sign_in;
pub mod sign_out;
pub mod step_up;
pub mod url;
pub mod words;

#[cfg(test)]
mod checks;

/// A whole page.
pub trait Page: Template {
    /// The status it is sent with: 422 when a form comes back with problems, the page's own otherwise.
    fn status(&self) -> StatusCode {
        StatusCode::OK
    }

    /// The form on it, if there is one whose answers may come back (P17).
    fn form(&self) -> Option<&form::Form> {
        None
    }
}

/// Pages that only show.
macro_rules! pages {
    ($($page:ty),+ $(,)?) => { $(impl $crate::view::Page for $page {})+ };
}

/// Pages with a field `form`: sent with 422 when what was typed has problems.
macro_rules! form_pages {
    ($($page:ty),+ $(,)?) => { $(impl $crate::view::Page for $page {
        fn status(&self) -> http::StatusCode {
            self.form.status()
        }

        fn form(&self) -> Option<&$crate::view::form::Form> {
            Some(&self.form)
        }
    })+ };
}

use {form_pages, pages};
