//! Contact details of an order, and checks of the texts that people type.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{delivery_area::Point, limits};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NAME }>))]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::PHONE }>))]
    pub phone: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::EMAIL }>))]
    pub email: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryAddress {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::ADDRESS }>))]
    pub street: String,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::ADDRESS }>))]
    pub postcode: String,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::ADDRESS }>))]
    pub city: String,
    /// Floor, doorbell, gate code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::ADDRESS }>))]
    pub hint: String,
    /// Where it is. The server asks its list of places; a client is believed only what the diner can know: where the device is, or
    /// which point was set on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<AddressLocation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddressLocation {
    pub point: Point,
    pub source: LocationSource,
}

crate::codes::codes! {
    /// Who says where an address is.
    LocationSource {
        /// The places that the operator imported.
        Place = "place",
        /// The diner's device.
        Device = "device",
        /// The diner, who set a point on the map.
        Pin = "pin",
    }
}

impl LocationSource {
    /// Whether the diner says so, and not the server.
    pub fn is_diners(self) -> bool {
        match self {
            Self::Place => false,
            Self::Device | Self::Pin => true,
        }
    }
}

/// A field of a request that is not valid, and what a valid value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    pub field: &'static str,
    pub wants: String,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' {}", self.field, self.wants)
    }
}

impl std::error::Error for InvalidField {}

pub fn invalid_field(field: &'static str, wants: impl Into<String>) -> InvalidField {
    InvalidField {
        field,
        wants: wants.into(),
    }
}

/// Accepts any script and line breaks, but no control characters: printers and terminals interpret them.
pub fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), InvalidField> {
    if text.chars().count() > most {
        return Err(invalid_field(field, format!("has at most {most} characters")));
    }
    match text.chars().any(|c| c.is_control() && c != '\n' && c != '\r') {
        true => Err(invalid_field(field, "contains control characters")),
        false => Ok(()),
    }
}

pub fn check_name(field: &'static str, text: &str, most: usize) -> Result<(), InvalidField> {
    check_text(field, text, most)?;
    if text.trim().is_empty() {
        Err(invalid_field(field, "is missing"))
    } else {
        Ok(())
    }
}

pub(crate) fn check_number(
    field: &'static str,
    number: impl Into<i64>,
    least: i64,
    most: i64,
) -> Result<(), InvalidField> {
    match (least..=most).contains(&number.into()) {
        true => Ok(()),
        false => Err(invalid_field(field, format!("is {least} to {most}"))),
    }
}

pub(crate) fn check_count(field: &'static str, count: usize, most: usize) -> Result<(), InvalidField> {
    match count <= most {
        true => Ok(()),
        false => Err(invalid_field(field, format!("are {most} at the most"))),
    }
}

/// A rough syntax check; only a mail to the address shows whether it exists.
pub fn check_email(email: &str) -> Result<(), InvalidField> {
    check_text("email", email, limits::EMAIL)?;
    let sound = email.split_once('@').is_some_and(|(user, host)| {
        let labels = host.split('.').all(|label| !label.is_empty());
        !user.is_empty() && host.contains('.') && labels && !host.contains('@')
    });
    let plain = email
        .chars()
        .all(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')'));
    if sound && plain {
        Ok(())
    } else {
        Err(invalid_field("email", "is written like name@example.org"))
    }
}

impl Contact {
    /// Collection and delivery need a name and a phone number; at a table both are optional.
    pub fn check(&self, away: bool) -> Result<(), InvalidField> {
        first(self.faults(away))
    }

    /// All invalid fields, in the order of the form.
    pub fn faults(&self, away: bool) -> Vec<InvalidField> {
        let there = if away { check_name } else { check_text };
        let email = if self.email.is_empty() {
            Ok(())
        } else {
            check_email(&self.email)
        };
        let phone = there("phone", &self.phone, limits::PHONE).and_then(|()| self.check_phone());
        faults([there("name", &self.name, limits::NAME), phone, email])
    }

    fn check_phone(&self) -> Result<(), InvalidField> {
        if self
            .phone
            .chars()
            .any(|c| !(c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '/' | '(' | ')' | '.')))
        {
            return Err(invalid_field("phone", "has digits, +, spaces and hyphens"));
        }
        Ok(())
    }
}

impl DeliveryAddress {
    pub fn point(&self) -> Option<Point> {
        self.location.map(|location| location.point)
    }

    pub fn located_by(&self) -> Option<LocationSource> {
        self.location.map(|location| location.source)
    }

    pub fn is_located_by_diner(&self) -> bool {
        self.located_by().is_some_and(LocationSource::is_diners)
    }

    /// Whether the list of places can be asked where it is.
    pub fn is_complete(&self) -> bool {
        [&self.street, &self.postcode, &self.city]
            .iter()
            .all(|text| !text.trim().is_empty())
    }

    /// Whether both name the same door.
    pub fn is_same_door(&self, other: &Self) -> bool {
        (&self.street, &self.postcode, &self.city) == (&other.street, &other.postcode, &other.city)
    }

    pub fn check(&self) -> Result<(), InvalidField> {
        first(self.faults())
    }

    pub fn faults(&self) -> Vec<InvalidField> {
        faults([
            check_name("street", &self.street, limits::ADDRESS),
            check_name("postcode", &self.postcode, limits::ADDRESS),
            check_name("city", &self.city, limits::ADDRESS),
            check_text("hint", &self.hint, limits::ADDRESS),
        ])
    }
}

pub(crate) fn faults<const N: usize>(checked: [Result<(), InvalidField>; N]) -> Vec<InvalidField> {
    checked.into_iter().filter_map(Result::err).collect()
}

pub(crate) fn first(faults: Vec<InvalidField>) -> Result<(), InvalidField> {
    faults.into_iter().next().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_names() {
        for name in [
            "Ada",
            "محمد بن سلمان",
            "李雷 🍜",
            "O'Brien <b>",
            "'; drop table orders; --",
        ] {
            let contact = Contact {
                name: name.into(),
                phone: "+49 30 1234".into(),
                email: String::new(),
            };
            assert_eq!(contact.check(true), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let contact = |name: &str, phone: &str, email: &str| Contact {
            name: name.into(),
            phone: phone.into(),
            email: email.into(),
        };
        for (contact, field) in [
            (contact("", "1", ""), "name"),
            (contact(" ", "1", ""), "name"),
            (contact(&"x".repeat(limits::NAME + 1), "1", ""), "name"),
            (contact("a\u{1b}[2J", "1", ""), "name"),
            (contact("Ada", "", ""), "phone"),
            (contact("Ada", "call me", ""), "phone"),
            (contact("Ada", "1", "ada"), "email"),
            (contact("Ada", "1", "ada@example"), "email"),
            (contact("Ada", "1", "ada@example.org, eve@example.org"), "email"),
            (contact("Ada", "1", "a\r\nBcc: eve@example.org"), "email"),
        ] {
            assert_eq!(contact.check(true).unwrap_err().field, field, "{contact:?}");
        }
    }
}
