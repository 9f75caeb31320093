//! Authenticator apps: time-based codes (RFC 6238; SHA-1, six digits, 30 seconds: what every app understands).

use totp_rs::{Builder, Totp, TotpError};

use crate::kernel::id::FactorId;
use crate::kernel::random::Random;
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::vault::{CannotOpen, Place, Sealed, Vault};

/// What the app and HARP share: 160 bits (RFC 4226 §4). At rest it is sealed, bound to its factor's row.
#[derive(Debug)]
pub struct TotpSecret(Secret<Vec<u8>>);

impl TotpSecret {
    /// Steps of drift and delay allowed to each side (RFC 6238 §5.2): a code serves for 90 seconds at most,
    /// which keeps the two minutes of SP 800-63B-4 §3.1.4.2.
    const SKEW: u16 = 1;

    pub fn mint(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes::<20>().to_vec()))
    }

    pub fn seal(&self, factor: FactorId, vault: &Vault, random: &dyn Random) -> Result<Sealed, CannotOpen> {
        vault.seal(self.0.expose(), place(&factor.to_string()), random)
    }

    pub fn open(sealed: &Sealed, factor: FactorId, vault: &Vault) -> Result<Self, CannotOpen> {
        vault.open(sealed, place(&factor.to_string())).map(Self)
    }

    /// The time step whose code was typed, within the drift; `None`: a wrong code. Spaces and dashes are ignored.
    /// Right is not enough: the step must be later than the last one that was accepted (`spend_totp_step`).
    pub fn check(&self, typed: &str, now: Timestamp) -> Option<u64> {
        let digits = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(16);
        let digits = Secret::new(digits.collect::<String>());
        self.totp("", None).ok()?.check(digits.expose(), u64::try_from(now.secs()).ok()?)
    }

    /// The code that an app would show at this moment: for tests and the demo.
    #[cfg(any(test, feature = "testing"))]
    pub fn code_at(&self, now: Timestamp) -> String {
        let time = u64::try_from(now.secs()).unwrap_or(0);
        self.totp("", None).map(|t| t.generate(time).to_string()).unwrap_or_default()
    }

    /// Base 32 in groups of four, for typing it in (the QR code must not be the only way).
    pub fn text(&self) -> Secret<String> {
        let plain = self.base32();
        let letters: Vec<char> = plain.expose().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Secret::new(groups.join(" "))
    }

    /// `otpauth://totp/..`, what a QR code says. The app lists it as `issuer (account)`.
    pub fn uri(&self, issuer: &str, account: &str) -> Result<Secret<String>, TotpError> {
        // A colon separates issuer and account there; a user ID may have one.
        let (issuer, account) = (issuer.replace(':', " "), account.replace(':', "."));
        self.totp(&account, Some(issuer))?.to_url().map(Secret::new)
    }

    fn base32(&self) -> Secret<String> {
        Secret::new(totp_rs::Secret::from(self.0.expose().clone()).to_base32())
    }

    fn totp(&self, account: &str, issuer: Option<String>) -> Result<Totp, TotpError> {
        Builder::new()
            .with_secret(self.0.expose().clone())
            .with_skew(Self::SKEW)
            .with_account_name(account)
            .with_issuer(issuer)
            .build()
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "factor", column: "secret", row }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::vault::RootKey;

    const STEP: Duration = Duration::from_secs(30);

    /// RFC 6238 appendix B, its last six digits.
    #[test]
    fn the_codes_of_the_rfc_are_accepted() {
        let secret = TotpSecret(Secret::new(b"12345678901234567890".to_vec()));
        for (secs, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let now = Timestamp::from_secs(secs);
            assert_eq!(secret.check(code, now), Some(u64::try_from(secs).unwrap() / 30), "{code}");
            assert_eq!(secret.code_at(now), code);
        }
    }

    #[test]
    fn one_step_of_drift_is_allowed_and_no_more() {
        let secret = TotpSecret::mint(&SeededRandom::new(1));
        let now = Timestamp::from_secs(1_000_000_020);
        let step = 1_000_000_020 / 30;
        assert_eq!(secret.check(&secret.code_at(now - STEP), now), Some(step - 1));
        assert_eq!(secret.check(&secret.code_at(now + STEP), now), Some(step + 1));
        assert_eq!(secret.check(&secret.code_at(now - 2 * STEP), now), None);
        assert_eq!(secret.check(&secret.code_at(now + 2 * STEP), now), None);
    }

    #[test]
    fn a_code_is_taken_as_people_type_it_and_nothing_else_is() {
        let secret = TotpSecret::mint(&SeededRandom::new(1));
        let now = Timestamp::from_secs(1_000_000_020);
        let code = secret.code_at(now);
        assert!(secret.check(&format!(" {} - {} ", &code[..3], &code[3..]), now).is_some());
        for bad in ["", "12345", "+12345", "１２３４５６", &format!("{code}0"), &"9".repeat(100_000)] {
            assert_eq!(secret.check(bad, now), None);
        }
    }

    /// The sealed secret of one factor does not open for another, and the text can be typed.
    #[test]
    fn a_secret_is_sealed_to_its_factor_and_shown_in_groups() {
        let random = SeededRandom::new(1);
        let vault = Vault::new(RootKey { kid: "k1".into(), key: Secret::new([1; 32]) }, vec![]);
        let now = Timestamp::from_secs(1_000_000_000);
        let (mine, other) = (FactorId::mint(now, &random), FactorId::mint(now, &random));
        let secret = TotpSecret::mint(&random);
        let sealed = secret.seal(mine, &vault, &random).unwrap();
        let opened = TotpSecret::open(&sealed, mine, &vault).unwrap();
        assert_eq!(opened.code_at(now), secret.code_at(now));
        assert!(TotpSecret::open(&sealed, other, &vault).is_err());
        let text = secret.text().expose().clone();
        assert!(text.len() == 39 && text.split(' ').all(|group| group.len() == 4), "{text}");
        let uri = secret.uri("HARP: demo", "ana:maria").unwrap().expose().clone();
        assert!(uri.starts_with("otpauth://totp/HARP%20%20demo:ana.maria?"), "{uri}");
        assert!(uri.contains(&text.replace(' ', "")) && uri.contains("issuer="), "{uri}");
    }
}
