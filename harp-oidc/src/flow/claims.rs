//! Claims about a person, by name (OpenID Connect Core §5.1). What is not known is left out, never empty.

use harp_core::access::decide::HeldRole;
use harp_core::account::{Account, PostalAddress, Proofed};
use harp_core::kernel::assurance::Ial;
use harp_core::policy::Profile;
use serde_json::{Map, Value, json};

use crate::protocol::claims::name;

/// What can be told of a person, as it is now.
#[derive(Debug)]
pub struct Person<'a> {
    pub account: &'a Account,
    pub roles: &'a [HeldRole],
}

impl Person<'_> {
    /// The claims with these names, as far as they are known.
    pub fn told(&self, names: &[String]) -> Map<String, Value> {
        names.iter().filter_map(|name| Some((name.clone(), self.claim(name)?))).collect()
    }

    fn claim(&self, name: &str) -> Option<Value> {
        let Account { person, email, .. } = self.account;
        match name {
            "name" => Some(json!(person.name.to_string())),
            "given_name" => Some(json!(person.name.first)),
            "middle_name" => person.name.middle.as_ref().map(|text| json!(text)),
            "family_name" => Some(json!(person.name.last)),
            "preferred_username" => Some(json!(self.account.username.as_str())),
            "birthdate" => Some(json!(person.birth.0.to_string())),
            "locale" => Some(json!(self.account.locale)),
            "updated_at" => Some(json!(email.verified_at.unwrap_or(self.account.created_at).secs())),
            // An address that nobody has confirmed is nobody's: an application that keys people by it must not see it.
            "email" => email.verified().map(|address| json!(address.as_str())),
            "email_verified" => email.verified().map(|_| json!(true)),
            "phone_number" => Some(json!(person.phone.as_str())),
            // The number of the profile is typed, not proven; the one of a device is the person's own affair.
            "phone_number_verified" => Some(json!(false)),
            "address" => Some(address(&person.address)),
            name::ROLES => serde_json::to_value(self.roles).ok(),
            _ => None,
        }
    }
}

/// The identity assurance level that the person's proofing states under this profile.
pub fn ial(account: &Account, profile: &Profile) -> Ial {
    match account.proofed {
        Proofed::No => Ial::None,
        Proofed::Questions { .. } => profile.proofing.states,
    }
}

/// OpenID Connect Core §5.1.1.
fn address(it: &PostalAddress) -> Value {
    let street = match &it.line2 {
        Some(line2) => format!("{}\n{line2}", it.line1),
        None => it.line1.clone(),
    };
    json!({
        "formatted": format!("{street}\n{}, {} {}\n{}", it.city, it.state, it.zip, it.country),
        "street_address": street,
        "locality": it.city,
        "region": it.state,
        "postal_code": it.zip,
        "country": it.country,
    })
}
