//! The languages of the pages, and how each writes numbers and money, from Unicode's CLDR.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    codes::{self, Code},
    currency::{Currency, Minor},
};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Lang {
    #[default]
    #[cfg_attr(feature = "openapi", schema(rename = "en"))]
    English,
    #[cfg_attr(feature = "openapi", schema(rename = "de"))]
    German,
    #[cfg_attr(feature = "openapi", schema(rename = "ar"))]
    Arabic,
}

impl Code for Lang {
    const CODES: &'static [&'static str] = &["en", "de", "ar"];

    fn from_code(code: &str) -> Option<Self> {
        Self::from_code(code)
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codes::read(deserializer)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plural {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

const NO_BREAK: char = '\u{a0}';
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';
const LEFT_TO_RIGHT_MARK: char = '\u{200e}';

impl Lang {
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Arabic];

    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Arabic => "ar",
        }
    }

    /// The tag as it is written here, and no other.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == code)
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag().eq_ignore_ascii_case(language))
    }

    /// The language's name in the language itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Arabic => "العربية",
        }
    }

    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            Self::English | Self::German => "ltr",
        }
    }

    /// The supported language with the highest quality in an `Accept-Language` header; the first of equals.
    pub fn negotiate(accept: &str) -> Option<Self> {
        let ranked = accept.split(',').take(20).filter_map(|part| {
            let mut fields = part.split(';').map(str::trim);
            let lang = Self::from_tag(fields.next()?)?;
            let quality = fields
                .find_map(|field| field.strip_prefix("q="))
                .map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            (quality > 0.0).then_some((quality, lang))
        });
        ranked
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, lang)| lang)
    }

    pub const fn plural(self, n: u64) -> Plural {
        match self {
            Self::English | Self::German => match n {
                1 => Plural::One,
                _ => Plural::Other,
            },
            Self::Arabic => match (n, n % 100) {
                (0, _) => Plural::Zero,
                (1, _) => Plural::One,
                (2, _) => Plural::Two,
                (_, 3..=10) => Plural::Few,
                (_, 11..=99) => Plural::Many,
                _ => Plural::Other,
            },
        }
    }

    const fn separators(self) -> (char, char) {
        match self {
            Self::English | Self::Arabic => (',', '.'),
            Self::German => ('.', ','),
        }
    }

    /// `units` times ten to the power of minus `digits`.
    pub fn decimal(self, units: u64, digits: u32) -> String {
        let (group, point) = self.separators();
        let unit = 10_u64.pow(digits);
        let whole = (units / unit).to_string();
        let mut text = String::with_capacity(whole.len() * 2);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if digits > 0 {
            let rest = (units % unit).to_string();
            text.push(point);
            (rest.len()..digits as usize).for_each(|_| text.push('0'));
            text.push_str(&rest);
        }
        text
    }

    pub fn money(self, amount: Minor, currency: Currency) -> String {
        self.amount(if amount.0 < 0 { "-" } else { "" }, amount, currency)
    }

    /// A price difference with its sign.
    pub fn money_more(self, amount: Minor, currency: Currency) -> String {
        self.amount(if amount.0 < 0 { "-" } else { "+" }, amount, currency)
    }

    fn amount(self, sign: &str, amount: Minor, currency: Currency) -> String {
        let number = self.decimal(amount.0.unsigned_abs(), currency.digits());
        let symbol = self.symbol(&currency);
        match self {
            // A currency symbol of letters is separated from the number.
            Self::English if symbol.ends_with(|c: char| c.is_alphabetic()) => {
                format!("{sign}{symbol}{NO_BREAK}{number}")
            }
            Self::English => format!("{sign}{symbol}{number}"),
            Self::German => format!("{sign}{number}{NO_BREAK}{symbol}"),
            Self::Arabic if sign.is_empty() => format!("{RIGHT_TO_LEFT_MARK}{number}{NO_BREAK}{symbol}"),
            Self::Arabic => {
                format!("{RIGHT_TO_LEFT_MARK}{LEFT_TO_RIGHT_MARK}{sign}{number}{NO_BREAK}{symbol}")
            }
        }
    }

    fn symbol(self, currency: &Currency) -> &str {
        match (self, currency.code()) {
            (_, "EUR") => "€",
            (_, "INR") => "₹",
            (Self::Arabic, "USD") => "US$\u{200e}",
            (_, "USD") => "$",
            (Self::Arabic, "GBP") => "UK£\u{200e}",
            (_, "GBP") => "£",
            (Self::Arabic, "JPY") => "JP¥\u{200e}",
            (_, "JPY") => "¥",
            (Self::Arabic, "MXN") => "MX$\u{200e}",
            (_, "MXN") => "MX$",
            (Self::Arabic, "KWD") => "د.ك.\u{200f}",
            (Self::Arabic, "TND") => "د.ت.\u{200f}",
            (_, code) => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_picks_the_best_we_have() {
        for (accept, lang) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Lang::German)),
            ("fr,ar;q=0.5,en;q=0.4", Some(Lang::Arabic)),
            ("en;q=0.2, de;q=0.9", Some(Lang::German)),
            ("en;q=0, de;q=x", None),
            ("", None),
            ("fr", None),
        ] {
            assert_eq!(Lang::negotiate(accept), lang, "{accept}");
        }
    }

    /// The same amounts are held against the browser's `Intl` in `end2end`.
    #[test]
    fn money_reads_as_people_write_it() {
        let money = |lang: Lang, minor, code: &str| lang.money(Minor(minor), code.parse().unwrap());
        assert_eq!(money(Lang::English, 123_456_750, "EUR"), "€1,234,567.50");
        assert_eq!(money(Lang::English, -950, "USD"), "-$9.50");
        assert_eq!(money(Lang::English, 12_500, "KWD"), "KWD\u{a0}12.500");
        assert_eq!(money(Lang::German, 5, "EUR"), "0,05\u{a0}€");
        assert_eq!(money(Lang::German, 1_200, "JPY"), "1.200\u{a0}¥");
        assert_eq!(
            money(Lang::Arabic, -950, "GBP"),
            "\u{200f}\u{200e}-9.50\u{a0}UK£\u{200e}"
        );
        let more = |lang: Lang| lang.money_more(Minor(150), "USD".parse().unwrap());
        assert_eq!(
            (more(Lang::English).as_str(), more(Lang::Arabic).as_str()),
            ("+$1.50", "\u{200f}\u{200e}+1.50\u{a0}US$\u{200e}")
        );
        assert_eq!(
            money(Lang::English, i64::MIN, "JPY"),
            "-¥9,223,372,036,854,775,808"
        );
    }

    #[test]
    fn arabic_has_six_plurals() {
        let plurals: Vec<_> = [0, 1, 2, 3, 11, 100, 103].map(|n| Lang::Arabic.plural(n)).into();
        use Plural::{Few, Many, One, Other, Two, Zero};
        assert_eq!(plurals, [Zero, One, Two, Few, Many, Other, Few]);
    }
}
