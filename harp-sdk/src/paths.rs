//! The paths that this library answers in an application.

/// GET; `?return_to=/path`, and `&prompt=login` to be asked for everything again.
pub const SIGN_IN: &str = "/auth/sign-in";
/// GET; `?acr=urn:harp:acr:aal2&max_age=600&return_to=/path`: the person proves once more who they are.
pub const STEP_UP: &str = "/auth/step-up";
/// GET; the redirect URI.
pub const CALLBACK: &str = "/auth/callback";
/// POST; the form carries `form_token`.
pub const SIGN_OUT: &str = "/auth/sign-out";
