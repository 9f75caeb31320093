//! An authenticator in software: it makes passkeys and signs with them as WebAuthn Level 3 §6 says, as honestly as a test
//! wants. It takes what a page asks (JSON) and gives what the page's script would post.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what it is asked by a page that is wrong fails the test"
)]

use std::cell::Cell;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What it does and says of itself. Change a field and it lies.
#[derive(Debug, Clone)]
pub struct Manner {
    /// Where the browser says that it is.
    pub origin: String,
    /// For which relying party it signs.
    pub rp_id: String,
    pub user_present: bool,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub cross_origin: bool,
    /// Whether its counter rises; one that does not count stays at 0.
    pub counts: bool,
}

impl Manner {
    pub fn at(origin: &str) -> Manner {
        let url = url::Url::parse(origin).unwrap();
        Manner {
            origin: url.origin().ascii_serialization(),
            rp_id: url.domain().unwrap().to_owned(),
            user_present: true,
            user_verified: true,
            backup_eligible: false,
            backed_up: false,
            cross_origin: false,
            counts: true,
        }
    }
}

/// One passkey and the device that holds it.
#[derive(Debug)]
pub struct Authenticator {
    pub manner: Manner,
    pub id: Vec<u8>,
    pub handle: Option<Vec<u8>>,
    pub counter: Cell<u32>,
    key: EcdsaKeyPair,
}

impl Authenticator {
    pub fn at(origin: &str) -> Authenticator {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let mut id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        Authenticator { manner: Manner::at(origin), id, handle: None, counter: Cell::new(0), key }
    }

    /// `navigator.credentials.create()`
    pub fn create(&mut self, options: &str) -> String {
        let asked = asked(options);
        self.handle = Some(decoded(&asked["user"]["id"]));
        let client = self.client("webauthn.create", &asked);
        let mut attested = self.data(0x40);
        attested.extend([0; 16]);
        attested.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        attested.extend(&self.id);
        attested.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}, RFC 8949 §3.
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(attested.len()).unwrap().to_be_bytes());
        object.extend(attested);
        self.answer(json!({ "clientDataJSON": coded(&client), "attestationObject": coded(&object) }))
    }

    /// `navigator.credentials.get()`
    pub fn get(&self, options: &str) -> String {
        let client = self.client("webauthn.get", &asked(options));
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(json!({
            "clientDataJSON": coded(&client),
            "authenticatorData": coded(&data),
            "signature": coded(signature.as_ref()),
            "userHandle": self.handle.as_deref().map(coded),
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = coded(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    fn client(&self, what: &str, asked: &Value) -> Vec<u8> {
        let Manner { origin, cross_origin, .. } = &self.manner;
        json!({ "type": what, "challenge": asked["challenge"], "origin": origin, "crossOrigin": cross_origin })
            .to_string()
            .into_bytes()
    }

    /// Authenticator data (§6.1) without what is attested.
    fn data(&self, more: u8) -> Vec<u8> {
        let m = &self.manner;
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        let flags = flag(m.user_present, 1)
            | flag(m.user_verified, 4)
            | flag(m.backup_eligible, 8)
            | flag(m.backed_up, 16)
            | more;
        if m.counts {
            self.counter.set(self.counter.get() + 1);
        }
        let mut data = Sha256::digest(m.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.get().to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y}: a P-256 key for ES256 (RFC 9053 §7.1.1).
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend(&point[1..33]);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend(&point[33..]);
        cose
    }
}

fn asked(options: &str) -> Value {
    serde_json::from_str::<Value>(options).unwrap()["publicKey"].take()
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
