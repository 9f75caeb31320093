//! Every address that a page links to. The router registers these same constants.
//! Forms post to the address they were shown at; a button's `do` says which of the page's acts is meant ([`act`]).

pub const HOME: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_IN_METHOD: &str = "/sign-in/method";
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// The second step by a passkey.
pub const SIGN_IN_PASSKEY: &str = "/sign-in/passkey";
/// Not a page: a challenge for signing in without a password (POST), for the page's script.
pub const SIGN_IN_ASK: &str = "/sign-in/passkey/ask";
/// P4: whoever has none of their devices any more.
pub const SIGN_IN_LOST: &str = "/sign-in/lost-device";
pub const SIGN_IN_LOST_CODES: &str = "/sign-in/lost-device/codes";
pub const SIGN_IN_LOST_BEGUN: &str = "/sign-in/lost-device/begun";
pub const SIGN_IN_LOST_ENTER: &str = "/sign-in/lost-device/code";
pub const SIGN_IN_TERMS: &str = "/sign-in/terms";
/// One more proof, on the way to an application that asks for it, and its code.
pub const STEP_UP: &str = "/step-up";
pub const STEP_UP_CODE: &str = "/step-up/code";
pub const STEP_UP_PASSKEY: &str = "/step-up/passkey";
pub const RECOVER_USER_ID: &str = "/recover/user-id";
pub const RECOVER_USER_ID_SENT: &str = "/recover/user-id/sent";
/// F06: a user ID, the code in a letter, a device and its code, a new password.
pub const RECOVER_PASSWORD: &str = "/recover/password";
pub const RECOVER_LETTER: &str = "/recover/letter";
pub const RECOVER_DEVICE: &str = "/recover/device";
pub const RECOVER_CODE: &str = "/recover/code";
pub const RECOVER_PASSKEY: &str = "/recover/passkey";
pub const RECOVER_NEW: &str = "/recover/new-password";
pub const RECOVER_DONE: &str = "/recover/done";

pub const SIGN_OUT: &str = "/sign-out";
/// Not a page: how long the session lasts (GET), and staying signed in (POST), for the page's script.
pub const SESSION: &str = "/session";
pub const SIGNED_OUT: &str = "/signed-out";

pub const REGISTER: &str = "/register";
pub const REGISTER_ACCOUNT: &str = "/register/account";
pub const REGISTER_IDENTITY: &str = "/register/identity";
pub const REGISTER_QUESTIONS: &str = "/register/questions";
pub const REGISTER_DONE: &str = "/register/done";
pub const CONFIRM_EMAIL: &str = "/email/confirm";
pub const CHANGE_EMAIL: &str = "/email/change";
pub const PROVE_IDENTITY: &str = "/identity";
pub const PROVE_QUESTIONS: &str = "/identity/questions";

pub const SET_UP: &str = "/set-up";
pub const SET_UP_ADD: &str = "/set-up/add";
/// One device: `/set-up/devices/{id}/remove`.
pub const SET_UP_DEVICES: &str = "/set-up/devices";
/// Recovery codes.
pub const SET_UP_CODES: &str = "/set-up/add/recovery_code";
pub const SET_UP_DONE: &str = "/set-up/done";

pub const PROFILE: &str = "/profile";
pub const PROFILE_PASSWORD: &str = "/profile/password";
pub const PROFILE_CHALLENGE: &str = "/profile/challenge";
/// The list; one device: `/profile/devices/{id}/remove`.
pub const PROFILE_DEVICES: &str = "/profile/devices";
pub const PROFILE_ADD_DEVICE: &str = "/profile/devices/add";
pub const PROFILE_CODES: &str = "/profile/devices/add/recovery_code";
/// B02
pub const PROFILE_SECOND: &str = "/profile/second-address";
pub const PROFILE_SECOND_CODE: &str = "/profile/second-address/code";
pub const PROFILE_SECOND_REMOVE: &str = "/profile/second-address/remove";
pub const PROFILE_SESSIONS: &str = "/profile/sessions";

pub const ROLES: &str = "/roles";
pub const ROLE_REQUEST: &str = "/roles/request";
/// The program, then the organization, stand in the address: a search by GET keeps them.
pub const ROLE_REQUEST_ORGANIZATION: &str = "/roles/request/{program}";
pub const ROLE_REQUEST_ROLES: &str = "/roles/request/{program}/{organization}";
pub const ROLE_REQUESTS: &str = "/roles/requests";
/// The queue; one request: `/official/requests/{id}`, then `…/approve` and `…/deny`.
pub const OFFICIAL: &str = "/official/requests";

/// The help desk's console; one case: `/help-desk/{id}`, then `…/decide` and each deed.
pub const HELP_DESK: &str = "/help-desk";
/// The code that a person reads out to an agent.
pub const READ_OUT: &str = "/profile/help-desk-code";

/// *This was not me*, from a security letter: `/not-me?token=…`.
pub const NOT_ME: &str = harp_core::notice::repudiation::PATH;
pub const NOT_ME_LOCKED: &str = "/not-me/locked";

pub const HELP: &str = "/help";
pub const HELP_SIGN_IN: &str = "/help/sign-in";
pub const HELP_CODES: &str = "/help/codes";
pub const ACCESSIBILITY: &str = "/accessibility";
pub const PRIVACY: &str = "/privacy";
pub const TERMS: &str = "/terms";

/// Every page and letter with sample data; one of them: `/dev/pages/{slug}`. Demo only.
pub const DEV_PAGES: &str = "/dev/pages";

/// Static files: [`super::asset`].
pub const ASSETS: &str = "/assets/";

/// The query parameter that says which sign-in or registration a page belongs to, so that two tabs do not disturb each other.
pub const FLOW: &str = "flow";

/// In the address of a long list: what comes after this one.
pub const BEYOND: &str = "beyond";

/// Values of the field `do`.
pub mod act {
    /// The field itself.
    pub const NAME: &str = "do";
    pub const NEXT: &str = "next";
    /// One step back; what was typed is kept.
    pub const BACK: &str = "back";
    pub const CANCEL: &str = "cancel";
    pub const RESEND: &str = "resend";
    /// Choose another method, another email address.
    pub const CHANGE: &str = "change";
    /// Prove identity later.
    pub const LATER: &str = "later";
    pub const COMPLETE: &str = "complete";
    /// Recovery codes.
    pub const MAKE: &str = "make";
    pub const REMOVE: &str = "remove";
    pub const APPROVE: &str = "approve";
    pub const DENY: &str = "deny";
    pub const SIGN_OUT: &str = "sign-out";
    pub const RETRY: &str = "retry";
    pub const LOCK: &str = "lock";
    pub const ADD: &str = "add";
    /// Sign in by a passkey alone.
    pub const PASSKEY: &str = "passkey";
    pub const SUSPEND: &str = "suspend";
    pub const RESUME: &str = "resume";
}
