//! One certificate for every `.test` name, made anew for each test process and trusted by nobody else.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use sha2::{Digest as _, Sha256};

/// The names that the harness serves over TLS. Separate names are separate sites to a browser, as ports are not.
pub const NAMES: [&str; 6] = ["harp.test", "mft.test", "hqr.test", "qpp.test", "evil.test", "localhost"];

/// A self-signed certificate with its key. A client other than the harness's browser trusts it by [`Certificate::pem`].
#[derive(Debug)]
pub struct Certificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Certificate {
    /// The one of this test process.
    pub fn for_test_names() -> &'static Self {
        static MADE: OnceLock<Certificate> = OnceLock::new();
        MADE.get_or_init(Self::make)
    }

    #[expect(
        clippy::expect_used,
        reason = "constant names and a fresh key: a failure is a fault of the harness"
    )]
    fn make() -> Self {
        let key = KeyPair::generate().expect("a P-256 key can be made");
        let names = NAMES.map(str::to_owned);
        let params = CertificateParams::new(names).expect("the names are DNS names");
        let certificate = params.self_signed(&key).expect("a certificate can be signed with its own key");
        Self { certificate, key }
    }

    /// The certificate, for a server's chain and for a client's list of authorities.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its private key (PKCS #8).
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The base64 SHA-256 of the public key, by which Chromium is told to trust it.
    pub fn fingerprint(&self) -> String {
        STANDARD.encode(Sha256::digest(self.key.subject_public_key_info()))
    }
}
