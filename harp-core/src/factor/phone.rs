//! To which numbers codes go. Codes to numbers that somebody earns from are how attackers are paid (toll fraud), and
//! countries beyond those that a deployment serves are where most of them are. A number that is only a way to reach a
//! person (B03) is not judged here.

use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, Type};

use crate::account::field::Problem;
use crate::kernel::text::Phone;
use crate::policy::PhoneRules;

/// Whether a code may be sent there, by text message or by call.
///
/// # Errors
/// [`Problem::NotServed`]: a country that codes do not go to. [`Problem::NotAPersons`]: a number that costs whoever calls
/// it, or that no person answers. The library tells mobile numbers from VoIP by number ranges alone, and not at all in
/// North America: what was ported is for a look-up service behind the courier (SP 800-63B-4 §3.1.3.3).
pub fn may_get_codes(phone: &Phone, rules: &PhoneRules) -> Result<(), Problem> {
    let number: PhoneNumber = phonenumber::parse(None, phone.as_str()).map_err(|_| Problem::BadForm)?;
    let country = number.country().id().ok_or(Problem::NotServed)?;
    if !rules.countries.contains(&country.as_ref()) {
        return Err(Problem::NotServed);
    }
    match number.number_type(&DATABASE) {
        Type::FixedLine | Type::Mobile | Type::FixedLineOrMobile | Type::Voip => Ok(()),
        _ => Err(Problem::NotAPersons),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::HARP;

    fn judged(number: &str) -> Result<(), Problem> {
        may_get_codes(&Phone::parse(number).unwrap(), &HARP.phones)
    }

    #[test]
    fn codes_go_to_the_united_states_and_their_territories() {
        for served in
            ["+12024561111", "+17872345678", "+13406421234", "+16713001234", "+16847331234", "+16702345678"]
        {
            assert_eq!(judged(served), Ok(()), "{served}");
        }
    }

    /// +1 is not one country: Jamaica and Grenada share it, and are where calls from abroad pay well.
    #[test]
    fn a_number_of_a_country_that_is_not_served_gets_no_code() {
        for abroad in ["+18765551234", "+14734031234", "+16135550123", "+4915123456789", "+442079460958"] {
            assert_eq!(judged(abroad), Err(Problem::NotServed), "{abroad}");
        }
    }

    #[test]
    fn a_number_that_somebody_earns_from_gets_no_code() {
        for paid in ["+19002345678", "+18002345678"] {
            assert_eq!(judged(paid), Err(Problem::NotAPersons), "{paid}");
        }
    }
}
