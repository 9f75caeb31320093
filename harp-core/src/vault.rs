//! The keyring outside the database: seals values, and computes keyed hashes and one-time codes.
//! SP 800-63B-4 asks for a key held elsewhere; this is it.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::kernel::id::{ChallengeId, RepudiationId};
use crate::kernel::random::Random;
use crate::kernel::secret::{Plain, Secret, equal};

/// A value sealed with a key that is not in the database.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sealed]")
    }
}

/// Where a sealed value stands: bound into the seal, so that it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: &'a str,
}

/// One root key. `kid` names it in each sealed value and password hash: 1 to 8 visible ASCII characters without `.`, and a key
/// has one for ever. A start with any other is refused ([`Vault::ill_named`]).
#[derive(Debug)]
pub struct RootKey {
    pub kid: String,
    pub key: Secret<[u8; 32]>,
}

/// The keyring: the first key seals and hashes; what any of them sealed or hashed is known again. So keys may change places, and
/// nobody notices. Where several nodes share a database, each must know a new key before any puts it first.
#[derive(Debug)]
pub struct Vault {
    current: RootKey,
    older: Vec<RootKey>,
}

/// The value was sealed elsewhere, with a key that is gone, or was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened")]
pub struct CannotOpen;

impl Vault {
    pub fn new(current: RootKey, older: Vec<RootKey>) -> Vault {
        Vault { current, older }
    }

    /// `v1.kid.nonce.ciphertext`, AES-256-GCM, its place as associated data.
    pub fn seal(&self, value: &[u8], place: Place<'_>, random: &dyn Random) -> Result<Sealed, CannotOpen> {
        let nonce: [u8; 12] = random.bytes();
        let aad = place.bytes();
        let payload = Payload { msg: value, aad: &aad };
        let text =
            cipher(&self.current, "seal").encrypt(&Nonce::from(nonce), payload).map_err(|_| CannotOpen)?;
        let kid = &self.current.kid;
        Ok(Sealed(format!("v1.{kid}.{}.{}", URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(text))))
    }

    pub fn open(&self, sealed: &Sealed, place: Place<'_>) -> Result<Secret<Vec<u8>>, CannotOpen> {
        let mut parts = sealed.0.split('.');
        let (Some("v1"), Some(kid), Some(nonce), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CannotOpen);
        };
        let key = self.roots().find(|k| k.kid == kid).ok_or(CannotOpen)?;
        let nonce = URL_SAFE_NO_PAD.decode(nonce).map_err(|_| CannotOpen)?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| CannotOpen)?;
        let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| CannotOpen)?;
        let aad = place.bytes();
        let payload = Payload { msg: &text, aad: &aad };
        cipher(key, "seal").decrypt(&Nonce::from(nonce), payload).map(Secret::new).map_err(|_| CannotOpen)
    }

    /// A keyed hash for what lives for hours, such as counters: the same input gives the same text, nobody without the
    /// key can tell which input it was. `purpose` keeps uses apart. A new first key begins anew.
    pub fn fingerprint(&self, purpose: &str, value: &str) -> String {
        fingerprint(&self.current, purpose, value)
    }

    /// The same for what is looked up years later: one under each root key, the current one's first.
    pub fn fingerprints(&self, purpose: &str, value: &str) -> Vec<String> {
        self.roots().map(|root| fingerprint(root, purpose, value)).collect()
    }

    /// Whether this is that fingerprint, under whichever root key, in constant time.
    pub fn fingerprint_is(&self, print: &str, purpose: &str, value: &str) -> bool {
        self.fingerprints(purpose, value).iter().any(|p| equal(p.as_bytes(), print.as_bytes()))
    }

    /// The one-time code of a challenge's resend: a delivery retry repeats it, only a resend changes it.
    /// `digits` decimal digits; the modulo bias of 64 bits over 10^6 is below 10^-13.
    pub fn code(&self, challenge: ChallengeId, resend: u32, digits: u32) -> Secret<String> {
        code(&self.current, (challenge, resend), digits)
    }

    /// Whether this is that code, in constant time. Spaces and dashes are ignored. One that was sent under an older root
    /// key serves as well: with N keys N numbers of 10^`digits` are right, one of which anybody was told.
    pub fn code_is(&self, typed: &str, challenge: ChallengeId, resend: u32, digits: u32) -> bool {
        let typed = Secret::new(
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(32).collect::<String>(),
        );
        let is = |root| {
            equal(typed.expose().as_bytes(), code(root, (challenge, resend), digits).expose().as_bytes())
        };
        self.roots().any(is)
    }

    /// What the link of a security letter bears: 256 bits that nobody can compute who has the database alone. Made when
    /// the notice is written, to keep its hash.
    pub fn repudiation(&self, id: RepudiationId) -> Plain {
        repudiation(&self.current, id)
    }

    /// The same under each root key, for when the letter is written: the first may be a newer one by then.
    pub fn repudiations(&self, id: RepudiationId) -> Vec<Plain> {
        self.roots().map(|root| repudiation(root, id)).collect()
    }

    /// 32 bytes for another use, such as a CSRF key: derived, never the root itself.
    pub fn derive(&self, purpose: &str) -> Secret<[u8; 32]> {
        Secret::new(derive(&self.current.key, purpose))
    }

    /// The same under each root key, with its id: the current one's first, then as they were given.
    pub fn derive_each(&self, purpose: &str) -> Vec<(String, Secret<[u8; 32]>)> {
        self.roots().map(|root| (root.kid.clone(), Secret::new(derive(&root.key, purpose)))).collect()
    }

    /// The ids of the root keys.
    pub fn kids(&self) -> Vec<&str> {
        self.roots().map(|root| root.kid.as_str()).collect()
    }

    /// One whose name a password hash cannot bear (eight bytes at most), that would part a sealed value (`.`), or that
    /// names two.
    pub fn ill_named(&self) -> Option<&str> {
        let kids = self.kids();
        let bears = |kid: &str| {
            (1..=8).contains(&kid.len()) && kid.bytes().all(|b| b.is_ascii_graphic() && b != b'.')
        };
        let twice = |kid: &str| kids.iter().filter(|other| **other == kid).count() > 1;
        kids.iter().copied().find(|kid| !bears(kid) || twice(kid))
    }

    fn roots(&self) -> impl Iterator<Item = &RootKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

fn fingerprint(root: &RootKey, purpose: &str, value: &str) -> String {
    URL_SAFE_NO_PAD.encode(mac(&root.key, purpose, &[value.as_bytes()]))
}

fn repudiation(root: &RootKey, id: RepudiationId) -> Plain {
    Plain::presented(&URL_SAFE_NO_PAD.encode(mac(&root.key, "repudiation", &[&id.to_bytes()])))
}

fn code(root: &RootKey, (challenge, resend): (ChallengeId, u32), digits: u32) -> Secret<String> {
    let tag = mac(&root.key, "code", &[&challenge.to_bytes(), &resend.to_be_bytes()]);
    let head: [u8; 8] = tag.first_chunk().copied().unwrap_or_default();
    let width = usize::try_from(digits).unwrap_or(6);
    Secret::new(format!("{:0width$}", u64::from_be_bytes(head) % 10u64.saturating_pow(digits)))
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        [self.table, self.column, self.row].join("\u{1f}").into_bytes()
    }
}

#[expect(clippy::expect_used, reason = "32 bytes are far below HKDF's limit of 255 hashes (RFC 5869 §2.3)")]
fn derive(root: &Secret<[u8; 32]>, purpose: &str) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(None, root.expose())
        .expand(format!("harp/{purpose}").as_bytes(), &mut out)
        .expect("32 bytes can be derived");
    out
}

fn cipher(root: &RootKey, purpose: &str) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(derive(&root.key, purpose)))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104 §2)")]
fn mac(root: &Secret<[u8; 32]>, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&derive(root, purpose)).expect("any key length is taken");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::kernel::time::Timestamp;

    fn root(kid: &str, byte: u8) -> RootKey {
        RootKey { kid: kid.into(), key: Secret::new([byte; 32]) }
    }

    const PLACE: Place<'_> = Place { table: "factor", column: "secret", row: "fact_1" };

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_unchanged() {
        let (vault, random) = (Vault::new(root("k1", 1), vec![]), SeededRandom::new(1));
        let sealed = vault.seal(b"secret", PLACE, &random).unwrap();
        assert_eq!(vault.open(&sealed, PLACE).unwrap().expose(), b"secret");
        assert_eq!(vault.open(&sealed, Place { row: "fact_2", ..PLACE }).err(), Some(CannotOpen));
        let changed = Sealed(format!("{}A", sealed.0));
        assert_eq!(vault.open(&changed, PLACE).err(), Some(CannotOpen));
        assert_eq!(Vault::new(root("k1", 2), vec![]).open(&sealed, PLACE).err(), Some(CannotOpen));
    }

    #[test]
    fn a_root_key_has_a_short_name_of_its_own() {
        let ring = |kids: &[&str]| {
            let older = kids.iter().skip(1).map(|kid| root(kid, 2)).collect();
            Vault::new(root(kids[0], 1), older)
        };
        assert_eq!(ring(&["k1", "k2", "eightchr"]).ill_named(), None);
        for bad in ["", "2026-primary", "a.b", "a b", "clé"] {
            assert_eq!(ring(&["k1", bad]).ill_named(), Some(bad));
        }
        assert_eq!(ring(&["k1", "k2", "k1"]).ill_named(), Some("k1"));
    }

    #[test]
    fn what_an_older_key_sealed_or_hashed_is_known_again() {
        let random = SeededRandom::new(1);
        let old = Vault::new(root("k1", 1), vec![]);
        let new = Vault::new(root("k2", 2), vec![root("k1", 1)]);
        let sealed = old.seal(b"secret", PLACE, &random).unwrap();
        assert_eq!(new.open(&sealed, PLACE).unwrap().expose(), b"secret");
        let print = old.fingerprint("person", "x");
        assert_eq!(new.fingerprints("person", "x"), [new.fingerprint("person", "x"), print.clone()]);
        assert!(new.fingerprint_is(&print, "person", "x") && !new.fingerprint_is(&print, "person", "y"));
        assert_ne!(print, old.fingerprint("budget", "x"));
        let id = ChallengeId::mint(Timestamp::from_secs(1), &random);
        for vault in [&old, &new] {
            assert!(new.code_is(vault.code(id, 0, 6).expose(), id, 0, 6));
        }
        assert!(!old.code_is(new.code(id, 0, 6).expose(), id, 0, 6));
    }

    #[test]
    fn a_link_is_a_function_of_its_id_and_of_the_key() {
        let (vault, random) = (Vault::new(root("k1", 1), vec![]), SeededRandom::new(1));
        let id = |n| RepudiationId::mint(Timestamp::from_secs(n), &random);
        let (one, other) = (id(1), id(1));
        assert_eq!(vault.repudiation(one).expose().len(), 43);
        assert_eq!(vault.repudiation(one).expose(), vault.repudiation(one).expose());
        assert_ne!(vault.repudiation(one).expose(), vault.repudiation(other).expose());
        let stranger = Vault::new(root("k1", 2), vec![]);
        assert_ne!(vault.repudiation(one).expose(), stranger.repudiation(one).expose());
    }

    /// six digits; a retry repeats the code, a resend changes it.
    #[test]
    fn a_code_is_a_function_of_challenge_and_resend() {
        let (vault, random) = (Vault::new(root("k1", 1), vec![]), SeededRandom::new(1));
        let id = ChallengeId::mint(Timestamp::from_secs(1), &random);
        let code = vault.code(id, 0, 6).expose().clone();
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(vault.code(id, 0, 6).expose(), &code);
        assert_ne!(vault.code(id, 1, 6).expose(), &code);
        assert!(vault.code_is(&format!("{} {}", &code[..3], &code[3..]), id, 0, 6));
        assert!(!vault.code_is(&code, id, 1, 6) && !vault.code_is("", id, 0, 6));
    }
}
