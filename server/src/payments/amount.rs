//! Amounts as the card provider counts them: in its own decimals, which are not everywhere those of ISO 4217.
//! <https://docs.stripe.com/currencies>

use servery_domain::currency::{Currency, Minor};

/// Decimal digits of the provider's amounts.
fn digits(currency: Currency) -> u32 {
    match currency.code() {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Amounts are multiples of this.
fn step(currency: Currency) -> i64 {
    match currency.code() {
        // They have no smaller unit any more, and keep the two decimals.
        "ISK" | "UGX" => 100,
        // Card networks take two of the three decimals.
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 10,
        _ => 1,
    }
}

/// `None` if no card can be charged with exactly this amount.
pub fn of_provider(currency: Currency, Minor(amount): Minor) -> Option<i64> {
    let (ours, theirs) = (currency.digits(), digits(currency));
    let amount = if theirs >= ours {
        amount.checked_mul(10_i64.pow(theirs - ours))?
    } else {
        let unit = 10_i64.pow(ours - theirs);
        (amount % unit == 0).then_some(amount / unit)?
    };
    (amount % step(currency) == 0).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_in_the_providers_decimals() {
        for (code, amount, provider) in [
            ("EUR", 1_050, Some(1_050)),
            ("JPY", 500, Some(500)),
            ("HUF", 123_400, Some(123_400)),
            ("TWD", 80_000, Some(80_000)),
            // An ariary has five iraimbilanja, of which the provider knows nothing.
            ("MGA", 500_000, Some(5_000)),
            ("MGA", 500_020, None),
            ("ISK", 1_990, Some(199_000)),
            ("UGX", 5, Some(500)),
            ("KWD", 1_250, Some(1_250)),
            ("KWD", 1_255, None),
            ("BHD", 1_001, None),
            ("JOD", 990, Some(990)),
            ("OMR", 990, Some(990)),
            ("TND", 9_990, Some(9_990)),
            ("ISK", i64::MAX, None),
        ] {
            assert_eq!(
                of_provider(code.parse().unwrap(), Minor(amount)),
                provider,
                "{code} {amount}"
            );
        }
    }
}
