//! Devices: installed staff apps, their kinds, and how they are paired.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    account::{Permission, Role},
    contact::{InvalidField, check_text, invalid_field},
    id::{DeviceId, RestaurantId},
    limits,
    pos::{op::Action, reader_payment::CardReader},
    slug::Slug,
    time::{LocalMinute, Timestamp},
};

crate::codes::codes! {
    DeviceKind {
        /// Sells; sees all records.
        Till = "till",
        Kitchen = "kitchen",
        /// Sees its own delivery runs.
        Courier = "courier",
    }
}

/// A device as owners see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
    pub paired_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// The card reader that is chosen for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<CardReader>,
}

/// A restaurant's devices, for owners and managers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceList {
    /// The restaurant's name.
    pub name: String,
    /// The time of the answer, in UTC and in the restaurant's local time.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub devices: Vec<Device>,
    /// The code that this browser made last, until it is used or expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PairingCode>,
    /// The readers of the restaurant's account with the card provider; `None` without such an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readers: Option<ReaderList>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReaderList {
    Known(Vec<CardReader>),
    /// The card provider did not tell.
    Unknown,
}

/// A device to be paired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDevice {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::name::<{ crate::limits::NAME }>))]
    pub name: String,
    pub kind: DeviceKind,
}

/// A pairing code: it is typed into the device, works once and expires soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingCode {
    pub code: String,
    pub name: String,
    pub kind: DeviceKind,
    pub expires_at: Timestamp,
}

/// A device's request to be paired. The device makes its own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pairing {
    pub code: String,
    pub device: DeviceId,
}

/// What a paired device knows about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paired {
    pub device: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
    pub restaurant: RestaurantId,
    pub slug: Slug,
    pub storage_key: StorageKey,
}

/// The key that a device encrypts its storage with: 256 bits in hexadecimal digits. The server makes it. A revoked device deletes
/// it, and gets it again when it is paired again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorageKey(pub String);

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageKey(…)")
    }
}

/// The letters of codes: no two of them look alike.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A code from forty random bits, as it is stored.
pub fn new_code(random: u128) -> String {
    (0..limits::CODE)
        .map(|at| char::from(LETTERS[(random >> (5 * at)) as usize % LETTERS.len()]))
        .collect()
}

/// As it is displayed: `ABCD-EFGH`.
pub fn format_code(code: &str) -> String {
    let (first, second) = code.split_at_checked(limits::CODE / 2).unwrap_or((code, ""));
    format!("{first}-{second}")
}

/// Reads a typed code; `None` if it cannot be a code.
pub fn parse_code(text: &str) -> Option<String> {
    let plain = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '‐' | '‑'));
    let code: String = plain
        .map(|letter| letter.to_ascii_uppercase())
        .take(limits::CODE + 1)
        .collect();
    (code.len() == limits::CODE && code.bytes().all(|letter| LETTERS.contains(&letter))).then_some(code)
}

impl NewDevice {
    pub fn check(&self) -> Result<(), InvalidField> {
        match self.name.trim().is_empty() {
            true => Err(invalid_field("name", "is missing")),
            false => check_text("name", &self.name, limits::NAME),
        }
    }
}

impl DeviceKind {
    /// Whoever stands at it has this role there.
    pub fn role(self) -> Role {
        match self {
            Self::Till => Role::Cashier,
            Self::Kitchen => Role::Kitchen,
            Self::Courier => Role::Courier,
        }
    }

    pub fn may(self, action: &Action) -> bool {
        match (self, action) {
            (kind, Action::Order { event, .. }) => kind.role().may(Permission::Cause(event)),
            (Self::Till, _) => true,
            (Self::Kitchen, action) => {
                matches!(
                    action,
                    Action::Bump { .. }
                        | Action::Recall { .. }
                        | Action::Stock { .. }
                        | Action::Dismiss { .. }
                )
            }
            (Self::Courier, action) => matches!(
                action,
                Action::Assign { .. } | Action::HandOver { .. } | Action::Dismiss { .. }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_as_people_type() {
        let made = new_code(0x0123_4567_89ab_cdef);
        assert_eq!((made.len(), format_code(&made).len()), (8, 9));
        let dashed = format_code(&made);
        for text in [
            made.clone(),
            dashed.clone(),
            dashed.to_lowercase(),
            format!(" {} ", dashed.replace('-', " ")),
            dashed.replace('-', "–"),
        ] {
            assert_eq!(parse_code(&text), Some(made.clone()), "{text}");
        }
        for text in [
            "",
            "ABCD-EFG",
            "ABCD-EFGHJ",
            "ABCD-EFG1",
            "ABCD-EFGÄ",
            "0OIO-1111",
        ] {
            assert_eq!(parse_code(text), None, "{text}");
        }
        assert_ne!(new_code(1), new_code(2));
        assert_eq!(new_code(u128::MAX), "ZZZZZZZZ");
    }
}
