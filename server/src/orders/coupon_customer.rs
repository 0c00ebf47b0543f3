//! By which names a customer is recognised who uses a coupon again.

use phonenumber::{Mode, country};
use servery_domain::{account::mailbox, contact::Contact, coupon::CouponCustomer, restaurant::Restaurant};

use crate::accounts::{customer::Customer, sessions};

/// Before the contact is known, for a quote.
pub fn of_visitor(customer: &Customer) -> CouponCustomer {
    CouponCustomer {
        names: [customer.account.clone(), browser(customer)]
            .into_iter()
            .flatten()
            .collect(),
        is_anonymous: false,
    }
}

/// When the order is placed.
pub fn of_order(customer: &Customer, contact: &Contact, restaurant: &Restaurant) -> CouponCustomer {
    let phone = phone(&contact.phone, &restaurant.address.country);
    let email = (!contact.email.trim().is_empty()).then(|| mailbox(&contact.email));
    let is_anonymous = customer.account.is_none() && phone.is_none() && email.is_none();
    let names = [customer.account.clone(), phone, email, browser(customer)];
    CouponCustomer {
        names: names.into_iter().flatten().collect(),
        is_anonymous,
    }
}

/// Hashed: who knows the cookie's value has the visitor's drafts and orders.
fn browser(customer: &Customer) -> Option<String> {
    customer.visitor.as_deref().map(sessions::key)
}

/// As E.164 says. A number without a country code is one of the restaurant's country; what is no number of any country is compared by its
/// digits, if it has any.
fn phone(text: &str, country: &str) -> Option<String> {
    let country: Option<country::Id> = country.parse().ok();
    // People write 00 for + in countries that dial otherwise, too; no national number begins so.
    let international = text.trim().strip_prefix("00").map(|rest| format!("+{rest}"));
    match phonenumber::parse(country, international.as_deref().unwrap_or(text)) {
        Ok(number) => Some(number.format().mode(Mode::E164).to_string()),
        Err(_) => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            (!digits.is_empty()).then_some(digits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::phone;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in [
            "+49 30 901820",
            "030 901820",
            "030/90 18-20",
            "0049 30 901820",
            "(030) 901820",
            "+4930901820",
        ] {
            assert_eq!(phone(text, "DE").as_deref(), Some("+4930901820"), "{text}");
        }
        assert_eq!(phone("(212) 555-0100", "US").as_deref(), Some("+12125550100"));
        assert_eq!(phone("001 212.555.0100", "US").as_deref(), Some("+12125550100"));
        assert_eq!(phone("+1 212 555 0100", "DE").as_deref(), Some("+12125550100"));
        assert_eq!(phone("1 2 3", "DE"), phone("123", "DE"));
        assert_eq!(phone("7", "nowhere").as_deref(), Some("7"));
        for text in ["", " ", "-", "+", "(-)"] {
            assert_eq!(phone(text, "DE"), None, "{text:?}");
        }
    }
}
