//! Typed ids: 128 bits that the creator of a record chooses, written as 32 hexadecimal digits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedId;

impl fmt::Display for MalformedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 32 hexadecimal digits in lower case")
    }
}

impl std::error::Error for MalformedId {}

/// A new id. Like a UUIDv7 it begins with the time: rows that are written together are stored together, and
/// an index grows at its end.
pub fn new(milliseconds: u64, random: u128) -> u128 {
    u128::from(milliseconds) << 80 | random >> 48
}

fn parse(text: &str) -> Result<u128, MalformedId> {
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 32 || !text.bytes().all(plain) {
        return Err(MalformedId);
    }
    u128::from_str_radix(text, 16).map_err(|_| MalformedId)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{32}$", example = "0192f3c47b1e7a2c8d5e6f708192a3b4"))]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                parse(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    RestaurantId;
    CategoryId;
    DishId;
    OptionGroupId;
    ChoiceId;
    /// A line of a basket or a bill.
    LineId;
    OrderId;
    AccountId;
    /// An address that was imported. It is made from the address, so a new import keeps it.
    PlaceId;
    /// A browser that is not signed in.
    VisitorId;
    /// An installed staff app, until its storage is cleared.
    DeviceId;
    /// One op of a device.
    OpId;
    BillId;
    PaymentId;
    RefundId;
    /// Cash that is put into a drawer or taken out.
    MoveId;
    TicketId;
    ShiftId;
    TableId;
    DiscountId;
    CashierId;
    StationId;
    /// What somebody changes at once in the office.
    EditId;
    /// A colleague's invitation. It is no secret: the link has a token of its own.
    InvitationId;
    /// A courier's tour.
    DeliveryRunId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_made_later_sort_later_and_are_as_random_as_a_uuid() {
        let (earlier, later) = (new(1_732_200_000_000, u128::MAX), new(1_732_200_000_001, 0));
        assert!(OrderId(earlier).to_string() < OrderId(later).to_string());
        assert_eq!(OrderId(earlier).to_string(), "01934f2a6a00ffffffffffffffffffff");
    }

    #[test]
    fn an_id_survives_being_written() {
        let id = DishId(0x00c0_ffee);
        assert_eq!(id.to_string(), "00000000000000000000000000c0ffee");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "c0ffee",
            &"g".repeat(32),
            &"A".repeat(32),
            &"+".repeat(32),
            &"0".repeat(33),
            "0000000000000000000000000000000é",
        ] {
            assert_eq!(text.parse::<DishId>(), Err(MalformedId), "{text}");
        }
    }
}
