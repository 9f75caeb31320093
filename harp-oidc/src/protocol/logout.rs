//! The logout request of an application (OpenID Connect RP-Initiated Logout 1.0 §2).

use super::authorize::locales;
use super::client::ClientId;
use super::error::ProtocolError;
use super::params::{Limits, Params, ParamsFault};

/// A logout request, as written. Read one parameter at a time: nothing of it redirects before
/// `post_logout_redirect_uri` is proven for a client that the hint or `client_id` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogoutRequest(Params);

impl LogoutRequest {
    const MAX_STATE: usize = 4096;
    const MAX_HINT: usize = 320;

    /// From the query of a GET or the form of a POST, bounded by [`Limits::STANDARD`].
    pub fn parse(text: &[u8]) -> Result<LogoutRequest, ParamsFault> {
        Params::parse(text, Limits::STANDARD).map(LogoutRequest)
    }

    /// The request as a query, to keep it while the person is asked.
    pub fn to_query(&self) -> String {
        self.0.encode()
    }

    /// An ID token issued earlier. Not verified yet; it may have expired (§2).
    pub fn id_token_hint(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.optional("id_token_hint")
    }

    pub fn client_id(&self) -> Result<Option<ClientId>, ProtocolError> {
        self.0.optional("client_id")?.map(ClientId::parse).transpose()
    }

    /// As asked for; to be proven by [`super::redirect::ProvenRedirect::prove`].
    pub fn post_logout_redirect_uri(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.optional("post_logout_redirect_uri")
    }

    /// To be given back as it came.
    pub fn state(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.line("state", Self::MAX_STATE)
    }

    /// It proves nothing; one that is too long or odd is left out.
    pub fn logout_hint(&self) -> Option<&str> {
        self.0.line("logout_hint", Self::MAX_HINT).ok().flatten()
    }

    pub fn ui_locales(&self) -> Vec<&str> {
        locales(self.0.optional("ui_locales").ok().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_may_be_left_out_and_nothing_given_twice() {
        let empty = LogoutRequest::parse(b"").unwrap();
        assert_eq!((empty.id_token_hint(), empty.client_id(), empty.state()), (Ok(None), Ok(None), Ok(None)));
        let twice =
            LogoutRequest::parse(b"post_logout_redirect_uri=a&post_logout_redirect_uri=b&state=s").unwrap();
        assert!(twice.post_logout_redirect_uri().is_err());
        assert_eq!(twice.state(), Ok(Some("s")));
    }

    proptest! {
        #[test]
        fn arbitrary_requests_never_panic(text in proptest::collection::vec(any::<u8>(), 0..120)) {
            if let Ok(it) = LogoutRequest::parse(&text) {
                let _ = (it.client_id(), it.post_logout_redirect_uri(), it.state(), it.logout_hint(), it.ui_locales());
                prop_assert_eq!(LogoutRequest::parse(it.to_query().as_bytes()), Ok(it));
            }
        }
    }
}
