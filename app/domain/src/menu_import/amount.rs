//! Prices of a file, whose notation is not known: `9.50`, `9,50 €`, `EUR 1'234.50`.

use super::ImportFault;
use crate::{
    currency::{Currency, Minor},
    typed_amount::{is_direction_mark, western_digit},
};

/// What stands beside an amount, besides the code of its currency. A sign of many currencies is of those whose code ends in its letter.
const MARKS: [(&str, &[&str]); 13] = [
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP"]),
    ("¥", &["JPY", "CNY"]),
    ("₺", &["TRY"]),
    ("₹", &["INR"]),
    ("₽", &["RUB"]),
    ("₩", &["KRW"]),
    ("₪", &["ILS"]),
    ("zł", &["PLN"]),
    ("kč", &["CZK"]),
    ("kr", &["DKK", "ISK", "NOK", "SEK"]),
    ("fr", &["CHF"]),
    ("sfr", &["CHF"]),
];

pub fn amount(currency: Currency, text: &str) -> Result<Minor, ImportFault> {
    let signs: String = text
        .chars()
        .filter(|sign| !is_direction_mark(*sign))
        .map(|sign| match sign {
            '٫' => '.',
            '٬' => '\'',
            sign => western_digit(sign),
        })
        .collect();
    let plain = without_currency(currency, &signs).ok_or(ImportFault::NoAmount)?;
    let plain = without_spaces(plain).ok_or(ImportFault::NoAmount)?;
    if !plain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
    {
        return Err(ImportFault::NoAmount);
    }
    let decimal = decimal_separator(currency, &plain)?;
    let number: String = plain
        .chars()
        .enumerate()
        .filter_map(|(at, sign)| match sign {
            '.' | ',' => (Some(at) == decimal).then_some('.'),
            digit => Some(digit),
        })
        .collect();
    decimal_amount(currency, &number).ok_or(ImportFault::NoAmount)
}

/// In the notation of JSON: with a point, and perhaps a minus. Programs write `4.9900`, too.
pub fn decimal_amount(currency: Currency, number: &str) -> Option<Minor> {
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number),
    };
    let trimmed = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    let Minor(amount) = currency.read(trimmed)?;
    Some(Minor(if is_negative { -amount } else { amount }))
}

/// `None` if something else stands beside the number, such as `from`, a minus or another currency.
fn without_currency(currency: Currency, text: &str) -> Option<&str> {
    let text = text.trim();
    let first = text.find(|sign: char| sign.is_ascii_digit())?;
    let last = text.rfind(|sign: char| sign.is_ascii_digit())?;
    let code = currency.code();
    let is_mark = |mark: &str| {
        let word = mark.trim().to_lowercase();
        let word = match word.strip_suffix('.') {
            Some("") => ".",
            Some(short) => short,
            None => &word,
        };
        let is_dollar = word.ends_with('$') && word.len() <= 3 && (code.ends_with('D') || code == "MXN");
        let has_mark = |(known, codes): &(&str, &[&str])| *known == word && codes.contains(&code);
        word.is_empty() || word == code.to_lowercase() || is_dollar || MARKS.iter().any(has_mark)
    };
    let (before, after) = (&text[..first], &text[last + 1..]);
    (is_mark(before) && is_mark(after)).then(|| &text[first..=last])
}

/// Spaces and apostrophes stand before three digits each; anywhere else there are two numbers.
fn without_spaces(text: &str) -> Option<String> {
    let is_space = |sign: char| matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    let groups: Vec<&str> = text.split(is_space).collect();
    let digits = |group: &str| group.bytes().take_while(u8::is_ascii_digit).count();
    let are_thousands = |(position, group): (usize, &&str)| match position {
        0 => digits(group) == group.len() && group.len() <= 3,
        last if last + 1 == groups.len() => digits(group) == 3,
        _ => digits(group) == 3 && group.len() == 3,
    };
    (groups.len() == 1 || groups.iter().enumerate().all(are_thousands)).then(|| groups.concat())
}

/// Where it is. The last of two kinds is the decimal separator; a kind that is there several times is the thousands separator.
fn decimal_separator(currency: Currency, text: &str) -> Result<Option<usize>, ImportFault> {
    let Some(last) = text.rfind(['.', ',']) else {
        return Ok(None);
    };
    let kind = text.as_bytes()[last];
    let count = |wanted: u8| text.bytes().filter(|byte| *byte == wanted).count();
    let other = if kind == b'.' { b',' } else { b'.' };
    let groups_are_three = |text: &str, of: u8| {
        let mut groups = text.split(char::from(of));
        let first = groups.next().map_or(0, str::len);
        (1..=3).contains(&first) && groups.all(|group| group.len() == 3)
    };
    if count(other) > 0 {
        let sound = count(kind) == 1 && groups_are_three(&text[..last], other);
        return if sound {
            Ok(Some(last))
        } else {
            Err(ImportFault::NoAmount)
        };
    }
    if count(kind) > 1 {
        return match groups_are_three(text, kind) {
            true => Ok(None),
            false => Err(ImportFault::NoAmount),
        };
    }
    let looks_like_thousands = groups_are_three(text, kind) && !text.starts_with('0');
    match currency.digits() {
        3 => Ok(Some(last)),
        _ if looks_like_thousands => Err(ImportFault::UnclearAmount),
        _ => Ok(Some(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(currency: &str, text: &str) -> Result<i64, ImportFault> {
        amount(currency.parse().unwrap(), text).map(|amount| amount.0)
    }

    #[test]
    fn case_litecart_107_decimal_commas_are_no_thousands() {
        for text in [
            "1234.50",
            "1234,5",
            "1.234,50",
            "1,234.50",
            "1 234,50",
            "1'234.50",
            "1234.5000",
            "€ 1234,50",
            "1234,50 €",
            "EUR 1.234,50",
            "1234.50eur",
            "١٢٣٤٫٥٠",
            "١٬٢٣٤٫٥٠",
        ] {
            assert_eq!(read("EUR", text), Ok(123_450), "{text}");
        }
        assert_eq!(read("EUR", "9"), Ok(900));
        assert_eq!(read("EUR", "0"), Ok(0));
        assert_eq!(read("EUR", "0.500"), Ok(50));
        assert_eq!(read("EUR", "1.234.567"), Ok(123_456_700));
        assert_eq!(read("JPY", "1,234,000"), Ok(1_234_000));
        assert_eq!(read("KWD", "1,234"), Ok(1_234));
        assert_eq!(read("EUR", "12 345 678,90"), Ok(1_234_567_890));
        assert_eq!(read("USD", "US$9.50"), Ok(950));
        assert_eq!(read("CHF", "Fr. 9.50"), Ok(950));
        assert_eq!(read("SEK", "95 kr"), Ok(9_500));
    }

    #[test]
    fn numbers_of_json_are_read_as_they_are() {
        let euro = "EUR".parse().unwrap();
        for (number, amount) in [
            ("8.9", Some(890)),
            ("-0.50", Some(-50)),
            ("12", Some(1_200)),
            ("4.9900", Some(499)),
            ("12.505", None),
            ("1e3", None),
        ] {
            assert_eq!(decimal_amount(euro, number), amount.map(Minor), "{number}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_guessed() {
        for (currency, text) in [
            ("EUR", "1.234"),
            ("EUR", "9.505"),
            ("USD", "1,234"),
            ("JPY", "1,234"),
        ] {
            assert_eq!(read(currency, text), Err(ImportFault::UnclearAmount), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_amount() {
        for text in [
            "",
            "ten",
            "-5",
            "5-",
            "from 5",
            "9.50 USD",
            "1.2.3",
            "1,23,4",
            "1.23,456.7",
            "9.5051",
            ".50",
            ",50",
            "9.50 / 12.00",
            "٩٬٥٠",
            "8 10",
            "12 90",
            "8\n10",
            "1 2345",
            "$9.50",
            "95 kr",
            "(9.50)",
            "9.50%",
            "12345678901",
        ] {
            assert_eq!(read("EUR", text), Err(ImportFault::NoAmount), "{text}");
        }
    }
}
