//! Holds our currencies against Unicode's CLDR, the npm package `cldr-core`.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use servery_domain::currency::{Currency, Minor};

/// CLDR shows these without the digits that ISO 4217 gives them, because shops have dropped the coins. Payments are still counted in
/// ISO's minor unit (hundredths, thousandths of IQD), and so do we; of the withdrawn ones among them (MRO, SLL, STD, TMM, ZMK, ZWD) each
/// had two digits to its end.
const SHOWN_WITHOUT_DIGITS: [&str; 22] = [
    "AFN", "ALL", "COP", "HUF", "IDR", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "MRO", "PKR", "SLL",
    "SOS", "STD", "SYP", "TMM", "YER", "ZMK", "ZWD",
];

struct Cldr(Value);

impl Cldr {
    fn read() -> Self {
        let file = "tests/oracle/node_modules/cldr-core/supplemental/currencyData.json";
        let text =
            fs::read_to_string(file).expect("CLDR is missing: run 'npm ci' in app/domain/tests/oracle");
        Self(serde_json::from_str::<Value>(&text).unwrap()["supplemental"]["currencyData"].take())
    }

    /// Every code that a country ever used, or that has digits of its own.
    fn codes(&self) -> BTreeSet<&str> {
        let used = self.0["region"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|uses| uses.as_array().unwrap());
        let used = used.flat_map(|used| used.as_object().unwrap().keys());
        used.chain(self.0["fractions"].as_object().unwrap().keys())
            .map(String::as_str)
            .filter(|code| *code != "DEFAULT")
            .collect()
    }

    fn number(&self, code: &str, name: &str) -> Option<u32> {
        self.0["fractions"][code][name]
            .as_str()
            .map(|number| number.parse().unwrap())
    }

    fn digits(&self, code: &str) -> u32 {
        self.number(code, "_digits")
            .or_else(|| self.number("DEFAULT", "_digits"))
            .unwrap()
    }

    /// How much of the last digit paid in cash is the least, and which digit that is.
    fn cash(&self, code: &str) -> (u32, u32) {
        let rounding = self
            .number(code, "_cashRounding")
            .or_else(|| self.number(code, "_rounding"))
            .unwrap_or_default();
        (
            rounding.max(1),
            self.number(code, "_cashDigits")
                .unwrap_or_else(|| self.digits(code)),
        )
    }
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

#[test]
fn digits_are_those_of_cldr_but_for_the_listed() {
    let cldr = Cldr::read();
    let differing: Vec<_> = cldr
        .codes()
        .into_iter()
        .filter(|code| currency(code).digits() != cldr.digits(code))
        .collect();
    assert_eq!(differing, SHOWN_WITHOUT_DIGITS);
    for code in differing {
        assert_eq!(
            (cldr.digits(code), currency(code).digits()),
            (0, if code == "IQD" { 3 } else { 2 }),
            "{code}"
        );
    }
}

#[test]
fn cash_is_what_cldr_rounds_to() {
    let cldr = Cldr::read();
    for code in cldr.codes() {
        let (rounding, digits) = cldr.cash(code);
        let step = i64::from(rounding * 10_u32.pow(currency(code).digits() - digits));
        for amount in -2 * step - 2..=2 * step + 2 {
            let nearest = (2 * amount.abs() + step) / (2 * step) * step * amount.signum();
            assert_eq!(
                currency(code).in_cash(Minor(amount)),
                Minor(nearest),
                "{amount} of {code}"
            );
        }
    }
}
