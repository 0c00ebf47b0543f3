//! Taxes, exact to the minor unit.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{check_name, check_number},
    currency::Minor,
    limits,
    mistake::Mistakes,
    typed_amount::{is_direction_mark, western_digit},
};

/// A rate in millionths: 8.875 % is 88 750.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRate(pub u32);

/// One whole in millionths.
const WHOLE: i128 = 1_000_000;

/// Division that rounds halves away from zero.
fn divide(dividend: i128, divisor: i128) -> Minor {
    let half = divisor / 2;
    Minor(((dividend.abs() + half) / divisor * dividend.signum()) as i64)
}

/// `millionths` of an amount, rounded.
pub fn portion(of: Minor, millionths: u32) -> Minor {
    divide(i128::from(of.0) * i128::from(millionths), WHOLE)
}

impl TaxRate {
    /// The rate in percent, not rounded: `8.875`.
    pub fn percent(self) -> String {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        let text = format!("{whole}.{rest:04}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// A percentage as somebody typed it: `8.875` or `19,0 %`. `None` if it is none, or above 100.
    pub fn read_percent(typed: &str) -> Option<Self> {
        let signs = typed.chars().filter(|sign| !is_direction_mark(*sign));
        let plain: String = signs.map(western_digit).collect();
        let plain = plain.trim().trim_end_matches(['%', '٪']).trim_end();
        let (whole, rest) = plain.split_once(['.', ',', '٫']).unwrap_or((plain, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || rest.len() > 4 || !digits(whole) || !digits(rest) {
            return None;
        }
        let millionths = format!("{whole}{rest:0<4}").parse().ok()?;
        (i128::from(millionths) <= WHOLE).then_some(Self(millionths))
    }

    /// The tax contained in a price.
    pub fn within(self, price: Minor) -> Minor {
        divide(
            i128::from(price.0) * i128::from(self.0),
            WHOLE + i128::from(self.0),
        )
    }

    /// The tax added to a price.
    pub fn on(self, price: Minor) -> Minor {
        portion(price, self.0)
    }
}

/// Whether a dish is eaten in or taken away: many countries tax these differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    In,
    Away,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRates {
    pub eat_in: TaxRate,
    pub takeaway: TaxRate,
}

impl TaxRates {
    pub fn at(self, place: Place) -> TaxRate {
        match place {
            Place::In => self.eat_in,
            Place::Away => self.takeaway,
        }
    }

    pub(crate) fn check_values(self, mistakes: &mut Mistakes) {
        for (field, rate) in [("eat_in", self.eat_in), ("takeaway", self.takeaway)] {
            mistakes.check(check_number(field, rate.0, 0, WHOLE as i64));
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRules {
    /// The name of the tax: VAT, MwSt., sales tax.
    pub name: String,
    /// Whether the prices on the menu contain it.
    pub included: bool,
    /// The default rates of dishes, and the rates of fees.
    pub eat_in: TaxRate,
    pub takeaway: TaxRate,
}

/// The tax at one rate on the sum of all amounts with this rate, so that rounding happens once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tax {
    pub rate: TaxRate,
    /// The taxed amount as priced: including the tax where prices contain it.
    pub of: Minor,
    pub tax: Minor,
}

impl TaxRules {
    pub fn rates(&self) -> TaxRates {
        TaxRates {
            eat_in: self.eat_in,
            takeaway: self.takeaway,
        }
    }

    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        self.rates().check_values(mistakes);
    }

    pub fn taxes(&self, amounts: impl IntoIterator<Item = (TaxRate, Minor)>) -> Vec<Tax> {
        taxes(self.included, amounts)
    }
}

/// One entry per rate, the lowest first. Amounts with a rate of zero are left out.
pub fn taxes(included: bool, amounts: impl IntoIterator<Item = (TaxRate, Minor)>) -> Vec<Tax> {
    let mut taxes: Vec<Tax> = Vec::new();
    for (rate, amount) in amounts.into_iter().filter(|(rate, _)| rate.0 > 0) {
        match taxes.iter_mut().find(|tax| tax.rate == rate) {
            Some(tax) => tax.of += amount,
            None => taxes.push(Tax {
                rate,
                of: amount,
                tax: Minor::ZERO,
            }),
        }
    }
    for tax in &mut taxes {
        tax.tax = if included {
            tax.rate.within(tax.of)
        } else {
            tax.rate.on(tax.of)
        };
    }
    taxes.sort_by_key(|tax| tax.rate);
    taxes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_as_it_was_typed() {
        for (typed, millionths) in [
            ("19", Some(190_000)),
            ("8.875", Some(88_750)),
            (" 5,5 % ", Some(55_000)),
            ("٩٫٥٪", Some(95_000)),
            ("\u{200f}١٤", Some(140_000)),
            ("0", Some(0)),
            ("100", Some(1_000_000)),
            ("100.1", None),
            ("1.23456", None),
            ("-1", None),
            ("", None),
            ("%", None),
            ("ten", None),
            ("1e1", None),
        ] {
            assert_eq!(TaxRate::read_percent(typed), millionths.map(TaxRate), "{typed}");
        }
    }

    #[test]
    fn a_rate_keeps_its_decimals() {
        for (rate, text) in [
            (88_750, "8.875"),
            (190_000, "19"),
            (0, "0"),
            (1, "0.0001"),
            (1_000_000, "100"),
            (55_000, "5.5"),
        ] {
            assert_eq!(TaxRate(rate).percent(), text);
        }
    }

    #[test]
    fn case_rates_with_decimals_are_exact() {
        assert_eq!(TaxRate(88_750).on(Minor(100_000)), Minor(8_875));
        assert_eq!(TaxRate(80_000).on(Minor(100_000)), Minor(8_000));
    }

    #[test]
    fn case_odoo_34604_a_contained_tax_changes_and_the_price_does_not() {
        assert_eq!(TaxRate(130_000).within(Minor(100_000)), Minor(11_504));
        assert_eq!(TaxRate(50_000).within(Minor(100_000)), Minor(4_762));
    }

    #[test]
    fn halves_go_away_from_zero_on_both_sides() {
        assert_eq!(TaxRate(100_000).on(Minor(5)), Minor(1));
        assert_eq!(TaxRate(100_000).on(Minor(-5)), Minor(-1));
        assert_eq!(TaxRate(100_000).on(Minor(4)), Minor(0));
    }

    #[test]
    fn one_row_for_each_rate() {
        let rules = TaxRules {
            name: "VAT".into(),
            included: true,
            eat_in: TaxRate(0),
            takeaway: TaxRate(0),
        };
        let taxes = rules.taxes([
            (TaxRate(220_000), Minor(2_000)),
            (TaxRate(100_000), Minor(125)),
            (TaxRate(220_000), Minor(890)),
        ]);
        let row = |rate, of, tax| Tax {
            rate: TaxRate(rate),
            of: Minor(of),
            tax: Minor(tax),
        };
        assert_eq!(taxes, [row(100_000, 125, 11), row(220_000, 2_890, 521)]);
    }
}
