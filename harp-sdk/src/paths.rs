//! The paths that this library answers in an application.

/// GET; `?return_to=/path`, and `&prompt=login` to be asked for everything again.
pub const SIGN_IN: &str = "/auth/sign-in";
/// GET; the redirect URI.
pub const CALLBACK: &str = "/auth/callback";
/// POST; the form carries `form_token`.
pub const SIGN_OUT: &str = "/auth/sign-out";
