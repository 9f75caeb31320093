//! [`Passkeys`] by webauthn-rs.
//!
//! Of its three ways the one called *security key* is what the mission asks for beside a password (user verification
//! preferred, any authenticator, no attestation), and *discoverable* is signing in without one (user verification demanded).
//! What this adds: passkeys are asked to be discoverable, so that they are synchronized and found again.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{
    AttestationMetadata, AuthenticationResult, Credential, DiscoverableAuthentication, ParsedAttestation,
    ParsedAttestationData, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey,
    SecurityKeyAuthentication, SecurityKeyRegistration, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::factor::UserVerified;
use crate::factor::passkey::{Asserted, Backup, CredentialId, Passkey, UserHandle};
use crate::port::{Claimed, Created, NoPasskeys, NotProven, Owner, PasskeyChallenge, Passkeys};

/// A longer response is none: real ones have a few kilobytes, attestation certificates included.
const MOST: usize = 32 * 1024;

/// The relying party that a portal is.
#[derive(Debug)]
pub struct RelyingParty {
    webauthn: Option<Webauthn>,
}

impl RelyingParty {
    /// For the portal at this address: its host is the relying party's id, its origin the only one that is accepted.
    /// `life`: how long the browser lets the person take.
    pub fn at(base_url: &str, name: &str, life: Duration) -> Arc<RelyingParty> {
        Arc::new(RelyingParty { webauthn: webauthn(base_url, name, life) })
    }

    fn here(&self) -> Result<&Webauthn, NoPasskeys> {
        self.webauthn.as_ref().ok_or_else(|| no("browsers let no passkey work at this address"))
    }
}

fn webauthn(base_url: &str, name: &str, life: Duration) -> Option<Webauthn> {
    let url = Url::parse(base_url).ok()?;
    // Not an IP address: that is no relying party's id (WebAuthn Level 3 §5.1.2, `rp.id` is a domain).
    let host = url.domain()?;
    let secure = url.scheme() == "https" || host == "localhost" || host.ends_with(".localhost");
    let builder = WebauthnBuilder::new(host, &url).ok().filter(|_| secure)?;
    builder.rp_name(name).timeout(life).build().ok()
}

/// What is remembered between question and answer to an assertion.
#[derive(Serialize, Deserialize)]
enum Remembered {
    Device(SecurityKeyAuthentication),
    Passwordless(DiscoverableAuthentication),
}

impl Passkeys for RelyingParty {
    fn work_here(&self) -> bool {
        self.webauthn.is_some()
    }

    fn create(&self, owner: &Owner<'_>) -> Result<PasskeyChallenge, NoPasskeys> {
        let have = owner.have.iter().filter_map(|id| bytes(id)).collect();
        let (options, state) = self
            .here()?
            .start_securitykey_registration(
                Uuid::from_bytes(owner.handle.bytes()),
                owner.user_id,
                owner.user_id,
                Some(have),
                None,
                None,
            )
            .map_err(no)?;
        let mut options = serde_json::to_value(&options).map_err(no)?;
        if let Some(wanted) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
            // Any kind of authenticator, not those on a key ring alone.
            wanted.remove("hints");
            // Nothing is asked that is not used: how the person was verified, and what the browser thinks of it.
            wanted.remove("extensions");
        }
        if let Some(Value::Object(selection)) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection.insert("residentKey".to_owned(), "preferred".into());
        }
        asked(&options, &state)
    }

    fn created(&self, state: &str, response: &str) -> Result<Created, NotProven> {
        let response: RegisterPublicKeyCredential = read(response)?;
        let state: SecurityKeyRegistration = remembered(state)?;
        let webauthn = self.here().map_err(|e| wrong(&e))?;
        let made = webauthn.finish_securitykey_registration(&response, &state).map_err(|e| wrong(&e))?;
        let mut made = Credential::from(made);
        let user_verified = verified(made.user_verified);
        // Whose make it is was not asked for (SP 800-63B-4 §3.1.7), so it is not kept.
        made.attestation =
            ParsedAttestation { data: ParsedAttestationData::None, metadata: AttestationMetadata::None };
        // Verification is judged at each use by its own flag; that it was there once demands nothing later.
        made.user_verified = false;
        Ok(Created {
            credential: CredentialId::of(&made.cred_id).ok_or(NotProven::Unreadable)?,
            sign_count: made.counter,
            backup: backup(made.backup_eligible, made.backup_state),
            user_verified,
            record: serde_json::to_string(&made).map_err(|e| wrong(&e))?,
        })
    }

    fn ask(&self, passkeys: &[&Passkey]) -> Result<PasskeyChallenge, NoPasskeys> {
        let known: Result<Vec<SecurityKey>, NoPasskeys> =
            passkeys.iter().map(|p| stored(p).map(SecurityKey::from).map_err(no)).collect();
        let (options, state) = self.here()?.start_securitykey_authentication(&known?).map_err(no)?;
        let mut options = serde_json::to_value(&options).map_err(no)?;
        if let Some(wanted) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
            wanted.remove("hints");
        }
        asked(&options, &Remembered::Device(state))
    }

    fn ask_anybody(&self) -> Result<PasskeyChallenge, NoPasskeys> {
        let (options, state) = self.here()?.start_discoverable_authentication().map_err(no)?;
        let mut options = serde_json::to_value(&options).map_err(no)?;
        if let Some(wanted) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
            wanted.remove("extensions");
        }
        asked(&options, &Remembered::Passwordless(state))
    }

    fn claimed(&self, response: &str) -> Option<Claimed> {
        let response: PublicKeyCredential = read(response).ok()?;
        let credential = CredentialId::of(response.get_credential_id())?;
        // One that is there and cannot be anybody's is not the same as none.
        let handle = match response.get_user_unique_id() {
            None | Some([]) => None,
            Some(handle) => Some(UserHandle::presented(handle)?),
        };
        Some(Claimed { credential, handle })
    }

    fn asserted(&self, state: &str, passkey: &Passkey, response: &str) -> Result<Asserted, NotProven> {
        let response: PublicKeyCredential = read(response)?;
        not_framed(&response.response.client_data_json)?;
        let webauthn = self.here().map_err(|e| wrong(&e))?;
        let result = match remembered(state)? {
            Remembered::Device(state) => webauthn.finish_securitykey_authentication(&response, &state),
            Remembered::Passwordless(state) => {
                let known = stored(passkey).map_err(|e| wrong(&e))?;
                webauthn.finish_discoverable_authentication_v2(&response, state, &known)
            }
        };
        let asserted = shown(&result.map_err(|e| wrong(&e))?).ok_or(NotProven::Unreadable)?;
        if asserted.credential != passkey.credential {
            return Err(NotProven::Wrong { private: "by another passkey than was claimed".to_owned() });
        }
        Ok(asserted)
    }
}

/// Signed in somebody else's page that frames ours: no page of ours may be framed (WebAuthn Level 3 §7.2 steps 13 and 14).
/// The library looks when a passkey is made, and not when one signs.
fn not_framed(client_data: &[u8]) -> Result<(), NotProven> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Framing {
        cross_origin: Option<bool>,
        top_origin: Option<Value>,
    }
    match serde_json::from_slice::<Framing>(client_data) {
        Ok(Framing { cross_origin: None | Some(false), top_origin: None }) => Ok(()),
        Ok(_) => Err(NotProven::Wrong { private: "signed in a frame".to_owned() }),
        Err(_) => Err(NotProven::Unreadable),
    }
}

fn asked(options: &Value, state: &impl Serialize) -> Result<PasskeyChallenge, NoPasskeys> {
    let state = serde_json::to_string(state).map_err(no)?;
    Ok(PasskeyChallenge { options: options.to_string(), state })
}

fn read<T: serde::de::DeserializeOwned>(response: &str) -> Result<T, NotProven> {
    if response.len() > MOST {
        return Err(NotProven::Unreadable);
    }
    serde_json::from_str(response).map_err(|_| NotProven::Unreadable)
}

fn remembered<T: serde::de::DeserializeOwned>(state: &str) -> Result<T, NotProven> {
    serde_json::from_str(state).map_err(|e| wrong(&e))
}

/// As the library knew it, with what has changed since.
fn stored(passkey: &Passkey) -> Result<Credential, serde_json::Error> {
    let mut known: Credential = serde_json::from_str(&passkey.about.record)?;
    known.counter = passkey.sign_count;
    known.backup_eligible = passkey.about.backup != Backup::Never;
    known.backup_state = passkey.about.backup == Backup::Done;
    Ok(known)
}

fn shown(result: &AuthenticationResult) -> Option<Asserted> {
    Some(Asserted {
        credential: CredentialId::of(result.cred_id())?,
        user_verified: verified(result.user_verified()),
        sign_count: result.counter(),
        backup: backup(result.backup_eligible(), result.backup_state()),
    })
}

fn backup(eligible: bool, done: bool) -> Backup {
    match (eligible, done) {
        (false, _) => Backup::Never,
        (true, false) => Backup::Possible,
        (true, true) => Backup::Done,
    }
}

fn verified(flag: bool) -> UserVerified {
    if flag { UserVerified::Yes } else { UserVerified::No }
}

fn bytes(id: &CredentialId) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id.as_str()).ok()
}

fn no(why: impl std::fmt::Display) -> NoPasskeys {
    NoPasskeys { private: why.to_string() }
}

fn wrong(why: &(dyn std::error::Error + 'static)) -> NotProven {
    match why.downcast_ref() {
        Some(WebauthnError::CredentialPossibleCompromise) => NotProven::CounterWentBack,
        _ => NotProven::Wrong { private: why.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_work_at_a_name_over_tls_and_on_this_machine() {
        let works = |url| RelyingParty::at(url, "HARP", Duration::from_secs(300)).work_here();
        assert!(
            works("https://harp.example")
                && works("http://localhost:8080")
                && works("https://a.example/harp")
        );
        assert!(!works("http://harp.example") && !works("http://127.0.0.1:8080") && !works("https://[::1]"));
        assert!(!works("nonsense"));
    }

    /// SP 800-63B-4 §3.1.7: verification preferred, no attestation; and discoverable, so that it is found again.
    #[test]
    fn a_new_passkey_is_asked_for_as_the_mission_wants_it() {
        let party = RelyingParty::at("https://harp.example", "HARP", Duration::from_secs(300));
        let handle = UserHandle::presented(&[7; 16]).unwrap();
        let have = CredentialId::of(&[9; 32]).unwrap();
        let asked = party.create(&Owner { handle, user_id: "ana", have: vec![&have] }).unwrap();
        let asked: Value = serde_json::from_str(&asked.options).unwrap();
        let wanted = &asked["publicKey"];
        assert_eq!(wanted["rp"]["id"], "harp.example");
        assert_eq!(wanted["attestation"], "none");
        assert_eq!(wanted["authenticatorSelection"]["userVerification"], "preferred");
        assert_eq!(wanted["authenticatorSelection"]["residentKey"], "preferred");
        assert_eq!(wanted["excludeCredentials"][0]["id"], have.as_str());
        assert_eq!(wanted["timeout"], 300_000);
        assert!(wanted["challenge"].as_str().unwrap().len() >= 22, "128 bits at least");
        assert!(wanted.get("hints").is_none());
        let anybody: Value = serde_json::from_str(&party.ask_anybody().unwrap().options).unwrap();
        assert_eq!(anybody["publicKey"]["userVerification"], "required");
        assert_eq!(anybody["publicKey"]["allowCredentials"], Value::Array(vec![]));
    }

    #[test]
    fn what_no_browser_sends_is_unreadable() {
        let party = RelyingParty::at("https://harp.example", "HARP", Duration::from_secs(300));
        for nonsense in ["", "{}", "[]", "null", &"[".repeat(MOST), &format!("\"{}\"", "x".repeat(MOST))] {
            assert_eq!(party.claimed(nonsense), None);
            let asked = party.ask_anybody().unwrap();
            assert!(party.created(&asked.state, nonsense).is_err());
        }
    }
}
