//! Somebody who has an account from the start, with everything that registering and set-up would have made.

use harp_core::account::challenge::Question;
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Challenge, Email, Person, PostalAddress, Proofed, SecondAddress, Standing,
};
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Binding, Factor, FactorStatus};
use harp_core::flow::Harp;
use harp_core::kernel::id::{AccountId, FactorId};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::Timestamp;

pub struct Resident {
    pub username: &'static str,
    pub password: &'static str,
    pub name: (&'static str, &'static str),
    pub email: &'static str,
    pub phone: &'static str,
    pub devices: &'static [Device],
}

/// What a resident signs in with.
pub enum Device {
    App(fn() -> TotpSecret),
    /// Text messages to their phone.
    Text,
}

/// A resident, ready to be stored.
pub struct Settled {
    pub account: Account,
    pub factors: Vec<Factor>,
}

impl Resident {
    pub async fn settle(&self, harp: &Harp, now: Timestamp) -> anyhow::Result<Settled> {
        let id = AccountId::mint(now, &*harp.random);
        let phone =
            Phone::parse(self.phone).map_err(|_| anyhow::anyhow!("`{}` is no phone number", self.phone))?;
        let email =
            EmailAddress::parse(self.email).map_err(|_| anyhow::anyhow!("`{}` is no address", self.email))?;
        let password = harp.hasher.hash(&Secret::new(self.password.to_owned())).await?;
        let answer = harp.hasher.hash(&Secret::new("lighthouse".to_owned())).await?;
        let mut factors = Vec::new();
        for device in self.devices {
            let factor = FactorId::mint(now, &*harp.random);
            let binding = match device {
                Device::App(secret) => Binding::Totp {
                    secret: secret().seal(factor, &harp.vault, &*harp.random)?,
                    last_step: None,
                },
                Device::Text => Binding::Sms { phone: phone.clone() },
            };
            factors.push(Factor {
                id: factor,
                account: id,
                binding,
                status: FactorStatus::Active,
                created_at: now,
                activated_at: Some(now),
                last_used_at: None,
            });
        }
        let address = PostalAddress {
            country: "US".to_owned(),
            line1: "1 Harbor Way".to_owned(),
            line2: None,
            city: "New Haven".to_owned(),
            state: "CT".to_owned(),
            zip: "06510".to_owned(),
        };
        let (first, last) = self.name;
        let name = PersonName { first: first.to_owned(), middle: None, last: last.to_owned() };
        let account = Account {
            id,
            username: Username::stored(self.username.to_owned()),
            person: Person { name, birth: BirthDate(jiff::civil::date(1975, 4, 2)), phone, address },
            email: Email { address: email, verified_at: None },
            second: SecondAddress::default(),
            password,
            challenge: Some(Challenge { question: Question::FirstSchool, answer }),
            standing: Standing::Active,
            proofed: Proofed::Questions { at: now },
            epoch: 0,
            locale: "en".to_owned(),
            created_at: now,
        };
        Ok(Settled { account, factors })
    }
}
