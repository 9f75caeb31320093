//! Keys in working order: parsed once, then used for every token. The only file that knows aws-lc-rs's signatures.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use harp_core::kernel::secret::Secret;

use super::alg::Alg;
use super::jwk::{Jwk, PublicKey};
use super::jws::{SignFault, Signer, Verifier};

/// Why key material is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("the key could not be generated")]
    Generate,
    #[error("this is not a private key in PKCS#8 for this algorithm")]
    Import,
    #[error("the key could not be exported")]
    Export,
    #[error("this public key is not on its curve, or otherwise no key")]
    Public,
}

/// A private key. It prints its name alone.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
    kid: String,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// A new key. aws-lc takes the randomness from its own generator, seeded by the system: the port
    /// [`harp_core::kernel::random::Random`] cannot stand in for it.
    ///
    /// RSA has 2048 bits (SP 800-131A: acceptable through 2030; keys rotate every few months): 3072 would make the
    /// token endpoint three times slower.
    pub fn generate(alg: Alg) -> Result<SigningKey, KeyFault> {
        let pair = match alg {
            Alg::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
            Alg::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        Self::new(pair.map_err(|_| KeyFault::Generate)?).ok_or(KeyFault::Generate)
    }

    /// Reads a private key in PKCS#8 (RFC 5208, RFC 5958), unsealed.
    pub fn from_pkcs8(alg: Alg, der: &Secret<Vec<u8>>) -> Result<SigningKey, KeyFault> {
        let pair = match alg {
            Alg::Rs256 => RsaKeyPair::from_pkcs8(der.expose()).map(Pair::Rsa),
            Alg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.expose()).map(Pair::P256)
            }
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.expose()).map(Pair::Ed25519),
        };
        Self::new(pair.map_err(|_| KeyFault::Import)?).ok_or(KeyFault::Import)
    }

    /// The private key in PKCS#8 version 1, to be sealed before it rests anywhere.
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, KeyFault> {
        let document = match &self.pair {
            Pair::Rsa(pair) => {
                let der: Result<Pkcs8V1Der<'static>, _> = pair.as_der();
                return der.map(|der| Secret::new(der.as_ref().to_vec())).map_err(|_| KeyFault::Export);
            }
            Pair::P256(pair) => pair.to_pkcs8v1(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1(),
        };
        document.map(|der| Secret::new(der.as_ref().to_vec())).map_err(|_| KeyFault::Export)
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    fn new(pair: Pair) -> Option<SigningKey> {
        let public = match &pair {
            Pair::Rsa(pair) => {
                let (n, e) = rsa_public(pair.public_key().as_ref())?;
                PublicKey::Rsa { n: n.to_vec(), e: e.to_vec() }
            }
            // SEC 1 §2.3.3: 04, x, y.
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref().strip_prefix(&[4])?.split_at_checked(32)?;
                PublicKey::P256 { x: x.try_into().ok()?, y: y.try_into().ok()? }
            }
            Pair::Ed25519(pair) => PublicKey::Ed25519 { x: pair.public_key().as_ref().try_into().ok()? },
        };
        let kid = public.thumbprint();
        Some(SigningKey { pair, public, kid })
    }
}

impl Signer for SigningKey {
    fn alg(&self) -> Alg {
        self.public.alg()
    }

    fn kid(&self) -> &str {
        &self.kid
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| SignFault::Key)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                pair.sign(&random, message).map(|s| s.as_ref().to_vec()).map_err(|_| SignFault::Key)
            }
            Pair::Ed25519(pair) => {
                pair.try_sign(message).map(|s| s.as_ref().to_vec()).map_err(|_| SignFault::Key)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.public.alg().as_str(), self.kid)
    }
}

/// A public key, ready to verify.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    alg: Alg,
    kid: Option<String>,
    parsed: ParsedPublicKey,
}

impl VerifyingKey {
    /// Checks that the key is one, and prepares it.
    pub fn new(jwk: &Jwk) -> Result<VerifyingKey, KeyFault> {
        let parsed = match &jwk.key {
            PublicKey::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            PublicKey::P256 { x, y } => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4], x.as_slice(), y].concat())
            }
            PublicKey::Ed25519 { x } => ParsedPublicKey::new(&ED25519, x),
        };
        let parsed = parsed.map_err(|_| KeyFault::Public)?;
        Ok(VerifyingKey { alg: jwk.key.alg(), kid: jwk.kid.clone(), parsed })
    }
}

impl Verifier for VerifyingKey {
    fn alg(&self) -> Alg {
        self.alg
    }

    fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// Modulus and exponent of `RSAPublicKey ::= SEQUENCE { INTEGER, INTEGER }` (RFC 8017 Appendix A.1.1), as aws-lc
/// writes it of its own keys.
fn rsa_public(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(0x30, der)?;
    let (n, rest) = element(0x02, sequence)?;
    let (e, _) = element(0x02, rest)?;
    // A leading zero says only that the number is positive.
    Some((n.strip_prefix(&[0]).unwrap_or(n), e.strip_prefix(&[0]).unwrap_or(e)))
}

/// The content of the DER element that begins here, and what follows it (X.690 §8.1).
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..0x80 => (usize::from(*first), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length =
                digits.iter().try_fold(0usize, |n, d| n.checked_mul(256)?.checked_add(usize::from(*d)))?;
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_export_and_verifies_what_it_signs() {
        for alg in Alg::ALL {
            let key = SigningKey::generate(alg).unwrap();
            let again = SigningKey::from_pkcs8(alg, &key.to_pkcs8().unwrap()).unwrap();
            assert_eq!((again.kid(), again.public()), (key.kid(), key.public()));
            let verifier = VerifyingKey::new(&Jwk::ours(key.public().clone())).unwrap();
            let signature = again.sign(b"message").unwrap();
            assert!(verifier.verify(b"message", &signature) && !verifier.verify(b"massage", &signature));
            for other in Alg::ALL.into_iter().filter(|other| *other != alg) {
                assert_eq!(
                    SigningKey::from_pkcs8(other, &key.to_pkcs8().unwrap()).unwrap_err(),
                    KeyFault::Import
                );
            }
            assert_eq!(format!("{key:?}"), format!("SigningKey({} {})", alg.as_str(), key.kid()));
        }
    }

    #[test]
    fn a_point_off_the_curve_is_no_key() {
        let jwk = Jwk::ours(PublicKey::P256 { x: [1; 32], y: [1; 32] });
        assert_eq!(VerifyingKey::new(&jwk).unwrap_err(), KeyFault::Public);
    }
}
