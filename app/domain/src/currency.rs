//! Currencies and amounts of money in integer minor units.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{limits, string_newtype::text_type};

/// An ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[A-Z]{3}$", example = "EUR"))]
pub struct Currency([u8; 3]);

text_type!(
    Currency,
    MalformedCurrency,
    "a currency is its ISO 4217 code: three capital letters"
);

/// What is shown before a currency is known.
impl Default for Currency {
    fn default() -> Self {
        Self(*b"EUR")
    }
}

impl Currency {
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Decimal digits of the minor unit by ISO 4217. Payments are counted in it, also where shops no longer
    /// use it.
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"ADP" | b"BIF" | b"BYR" | b"CLP" | b"DJF" | b"ESP" | b"GNF" | b"ISK" | b"ITL" | b"JPY"
            | b"KMF" | b"KRW" | b"LUF" | b"MGF" | b"PYG" | b"RWF" | b"TRL" | b"UGX" | b"UYI" | b"VND"
            | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// Decimal notation with a point: `9.50`.
    pub fn plain(self, Minor(amount): Minor) -> String {
        let (digits, unit) = (self.digits() as usize, 10_u64.pow(self.digits()));
        let (minus, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
        match digits {
            0 => format!("{minus}{amount}"),
            _ => format!("{minus}{}.{:0digits$}", amount / unit, amount % unit),
        }
    }

    /// Reads decimal notation with a point; the fraction may be left out. `None` if it is no amount.
    pub fn read(self, text: &str) -> Option<Minor> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = self.digits() as usize;
        let sound = !whole.is_empty() && part.len() <= digits && whole.len() <= limits::AMOUNT;
        let number = format!("{whole}{part:0<digits$}");
        let amount = number
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| number.parse().ok())
            .flatten();
        amount.filter(|_| sound).map(Minor)
    }

    /// The amount rounded to what coins can pay; halves are rounded away from zero.
    pub fn in_cash(self, Minor(amount): Minor) -> Minor {
        let step = self.smallest_in_cash();
        let beyond = amount % step;
        let further = if 2 * beyond.abs() >= step {
            step * amount.signum()
        } else {
            0
        };
        Minor((amount - beyond).saturating_add(further))
    }

    /// The smallest cash amount in minor units, from Unicode's CLDR.
    fn smallest_in_cash(self) -> i64 {
        match &self.0 {
            b"CAD" | b"CHF" => 5,
            b"DKK" => 50,
            b"AFN" | b"ALL" | b"AMD" | b"COP" | b"CRC" | b"CZK" | b"GYD" | b"IDR" | b"IRR" | b"KPW"
            | b"LAK" | b"LBP" | b"MGA" | b"MMK" | b"MNT" | b"MRO" | b"MUR" | b"NOK" | b"PKR" | b"RSD"
            | b"SEK" | b"SLL" | b"SOS" | b"STD" | b"SYP" | b"TMM" | b"TWD" | b"TZS" | b"UZS" | b"VEF"
            | b"YER" | b"ZMK" | b"ZWD" => 100,
            b"HUF" => 500,
            b"IQD" => 1000,
            _ => 1,
        }
    }
}

impl FromStr for Currency {
    type Err = MalformedCurrency;
    fn from_str(text: &str) -> Result<Self, MalformedCurrency> {
        match text.as_bytes() {
            &[a, b, c] if text.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(Self([a, b, c])),
            _ => Err(MalformedCurrency),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units. The currency is known from context: a menu has one currency. Sums that no number can hold stay at its
/// end: limits keep money far from there, and what somebody stored by hand stops nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Minor(pub i64);

impl Minor {
    pub const ZERO: Self = Self(0);

    pub fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(i64::from(count)))
    }
}

impl std::ops::Add for Minor {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::AddAssign for Minor {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::ops::Sub for Minor {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Minor {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Minor {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_currency() {
        for (code, digits) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("USD", 2), ("CLF", 4)] {
            assert_eq!(code.parse::<Currency>().unwrap().digits(), digits);
        }
    }

    #[test]
    fn cash_is_rounded_to_what_coins_can_pay() {
        for (code, amount, paid) in [
            ("CHF", 1002, 1000),
            ("CHF", 1003, 1005),
            ("DKK", 1025, 1050),
            ("DKK", -1025, -1050),
            ("SEK", 1049, 1000),
            ("SEK", -1050, -1100),
            ("HUF", 123_249, 123_000),
            ("EUR", 1003, 1003),
            ("JPY", 7, 7),
            ("NOK", 0, 0),
        ] {
            assert_eq!(
                code.parse::<Currency>().unwrap().in_cash(Minor(amount)),
                Minor(paid),
                "{code} {amount}"
            );
        }
    }

    #[test]
    fn amounts_are_written_and_read_with_a_point() {
        for (amount, code, text) in [
            (1_050, "EUR", "10.50"),
            (5, "EUR", "0.05"),
            (980, "JPY", "980"),
            (1_250, "KWD", "1.250"),
        ] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!(
                (currency.plain(Minor(amount)).as_str(), currency.read(text)),
                (text, Some(Minor(amount))),
                "{code}"
            );
        }
        let dollars: Currency = "USD".parse().unwrap();
        assert_eq!(dollars.plain(Minor(-950)), "-9.50");
        assert_eq!(
            ["5", "5.", "5.5"].map(|text| dollars.read(text)),
            [Some(Minor(500)), Some(Minor(500)), Some(Minor(550))]
        );
        for text in [
            "",
            ".5",
            "5.555",
            "-5",
            "+5",
            "5,00",
            "five",
            "1e3",
            "99999999999999999999",
            "5.0.0",
            "٥",
        ] {
            assert_eq!(dollars.read(text), None, "{text}");
        }
    }

    #[test]
    fn only_codes_are_currencies() {
        for text in ["", "eur", "EURO", "€", "E1R"] {
            assert_eq!(text.parse::<Currency>(), Err(MalformedCurrency), "{text}");
        }
    }
}
