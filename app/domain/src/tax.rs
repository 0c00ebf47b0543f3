//! What a restaurant's tax office asks for. Sums are made from these when a dish is ordered.

use serde::{Deserialize, Serialize};

/// An exact rate in millionths: 8.875 % is 88 750.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRate(pub u32);

impl TaxRate {
    /// The rate as people write it, without a rounding: `8.875`.
    pub fn percent(self) -> String {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        let text = format!("{whole}.{rest:04}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRules {
    /// What guests call it: VAT, MwSt., sales tax.
    pub name: String,
    /// Whether the prices on the menu contain it.
    pub included: bool,
    pub eat_in: TaxRate,
    pub takeaway: TaxRate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_its_decimals() {
        for (rate, text) in [(88_750, "8.875"), (190_000, "19"), (0, "0"), (1, "0.0001"), (1_000_000, "100"), (55_000, "5.5")] {
            assert_eq!(TaxRate(rate).percent(), text);
        }
    }
}
