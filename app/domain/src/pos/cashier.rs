//! A cashier. The PIN works without a network; it tells colleagues apart and is no protection against attackers.

use serde::{Deserialize, Serialize};

use super::right::TillRole;
use crate::{
    contact::{InvalidField, check_name, invalid_field},
    id::CashierId,
    limits,
};

/// Minimum and maximum digits of a PIN.
pub const PIN: (usize, usize) = (4, 8);
/// Rounds of PBKDF2 with SHA-256. Devices and the server compute the same hash.
pub const PIN_ROUNDS: u32 = 200_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cashier {
    pub id: CashierId,
    pub name: String,
    /// A slow hash of the PIN, salted with the id, in hexadecimal digits.
    pub pin: String,
    #[serde(default, skip_serializing_if = "TillRole::is_default")]
    pub role: TillRole,
}

/// A cashier as the office makes or changes one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCashier {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::name::<{ crate::limits::NAME }>))]
    pub name: String,
    /// Without one, a cashier keeps the PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::digits::<{ PIN.0 }, { PIN.1 }>, required = false))]
    pub pin: Option<String>,
    /// Without one, somebody keeps the role, and a new cashier leads nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<TillRole>,
}

impl NewCashier {
    pub fn check(&self) -> Result<(), InvalidField> {
        check_name("name", &self.name, limits::NAME)?;
        let (least, most) = PIN;
        let is_pin =
            |pin: &str| pin.bytes().all(|byte| byte.is_ascii_digit()) && (least..=most).contains(&pin.len());
        match self.pin.as_deref().is_none_or(is_pin) {
            true => Ok(()),
            false => Err(invalid_field("pin", format!("has {least} to {most} digits"))),
        }
    }
}

/// A cashier without the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashierName {
    pub id: CashierId,
    pub name: String,
    pub role: TillRole,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cashier_has_a_name_and_a_pin_of_digits() {
        let new = |name: &str, pin: &str| NewCashier {
            name: name.to_owned(),
            pin: Some(pin.to_owned()),
            role: None,
        };
        for (name, pin, wrong) in [
            ("Ada", "1234", None),
            ("Ada", "12345678", None),
            (" ", "1234", Some("name")),
            ("Ada", "123", Some("pin")),
            ("Ada", "123456789", Some("pin")),
            ("Ada", "12a4", Some("pin")),
            ("Ada", "١٢٣٤", Some("pin")),
        ] {
            let found = new(name, pin).check().err().map(|invalid| invalid.field);
            assert_eq!(found, wrong, "{name:?} {pin:?}");
        }
        assert!(new(&"x".repeat(limits::NAME + 1), "1234").check().is_err());
    }
}
