//! Reads an amount of money as somebody typed it, in any language's notation and digits.

use crate::{
    currency::{Currency, Minor},
    lang::Lang,
};

/// As a text to edit: the language's decimal sign, no thousands separators; empty for zero.
pub fn editable(lang: Lang, currency: Currency, amount: Minor) -> String {
    let plain = currency.plain(amount);
    match lang {
        _ if amount == Minor::ZERO => String::new(),
        Lang::German => plain.replace('.', ","),
        Lang::English | Lang::Arabic => plain,
    }
}

/// `None` if it is no amount of this currency.
pub fn read(lang: Lang, currency: Currency, typed: &str) -> Option<Minor> {
    currency.read(&without_separators(lang, typed))
}

/// The language's thousands separator counts as one only before exactly three digits; any other separator is a decimal point.
fn without_separators(lang: Lang, typed: &str) -> String {
    let thousands = if lang == Lang::German { '.' } else { ',' };
    let signs: Vec<char> = typed
        .chars()
        .map(western_digit)
        .filter(|sign| !sign.is_whitespace() && !is_direction_mark(*sign))
        .collect();
    let before_three = |at: usize| {
        at > 0
            && signs[at + 1..]
                .iter()
                .take_while(|sign| sign.is_ascii_digit())
                .count()
                == 3
    };
    let sign = |(at, sign): (usize, &char)| match sign {
        '٬' => None,
        sign if *sign == thousands && before_three(at) => None,
        ',' | '.' | '٫' => Some('.'),
        sign => Some(*sign),
    };
    signs.iter().enumerate().filter_map(sign).collect()
}

/// `٣` is 3, as `۳` is.
pub fn western_digit(sign: char) -> char {
    let first = match sign {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return sign,
    };
    char::from(b'0' + (sign as u32 - first as u32) as u8)
}

/// Keyboards insert these invisible marks around digits to set their direction.
pub(crate) fn is_direction_mark(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_each_languages_notation() {
        let read =
            |lang, currency: &str, typed| read(lang, currency.parse().unwrap(), typed).map(|amount| amount.0);
        for (lang, typed) in [
            (Lang::English, "1,234.50"),
            (Lang::English, "1234,5"),
            (Lang::German, "1.234,50"),
            (Lang::German, " 1234.50 "),
            (Lang::Arabic, "١٬٢٣٤٫٥٠"),
            (Lang::Arabic, "\u{200f}١٢٣٤.٥"),
        ] {
            assert_eq!(read(lang, "EUR", typed), Some(123_450), "{typed}");
        }
        assert_eq!(read(Lang::German, "KWD", "1,234"), Some(1_234));
        assert_eq!(read(Lang::English, "JPY", "1,234"), Some(1_234));
        for typed in ["", "ten", "1.2.3", "-5", "1,23,4", ",50"] {
            assert_eq!(read(Lang::English, "EUR", typed), None, "{typed}");
        }
    }

    #[test]
    fn an_editable_amount_reads_back_as_itself() {
        let euro = "EUR".parse().unwrap();
        for lang in Lang::ALL {
            assert_eq!(
                read(lang, euro, &editable(lang, euro, Minor(123_405))),
                Some(Minor(123_405))
            );
        }
    }
}
