//! The list of all orders of a restaurant, and the search in it.

use std::{collections::BTreeSet, fmt, mem, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    account::Role,
    audit::AuthorName,
    limits,
    order::{Actor, Event, Order, Ordered},
    search::{InvalidParameter, fold, malformed, words},
    string_newtype::text_type,
    time::{Day, Timestamp},
    typed_amount::western_digit,
};

/// Digits at the end of a phone number that decide: people write its beginning in several ways.
const PHONE_END: usize = 7;
/// Fewer digits at the end of a phone number than these find too much.
const PHONE_END_LEAST: usize = 4;

/// Which orders are listed: `?q=meier&from=2026-11-01&to=2026-11-30&show=called_off`. The newest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSearch {
    /// Words of a guest's name, a phone number or its end, or an order's number.
    pub q: String,
    /// The first and the last day on which they were placed, in the restaurant's time.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub show: OrderFilter,
    /// The last order of the page before.
    pub before: Option<OrderCursor>,
}

crate::codes::codes! {
    OrderFilter {
        All = "all",
        Open = "open",
        Fulfilled = "fulfilled",
        /// Rejected or cancelled.
        CalledOff = "called_off",
    }
}

/// A place in the list: after the order of this number, which was placed at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderCursor {
    pub placed_at: Timestamp,
    pub number: u32,
}

text_type!(
    OrderCursor,
    MalformedOrderCursor,
    "this is not a cursor that a page of orders ended with"
);

impl FromStr for OrderCursor {
    type Err = MalformedOrderCursor;

    fn from_str(text: &str) -> Result<Self, MalformedOrderCursor> {
        let is_number = |text: &str, digits| {
            (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (placed_at, number) = text.split_once('-').ok_or(MalformedOrderCursor)?;
        if !is_number(placed_at, 12) || !is_number(number, 9) {
            return Err(MalformedOrderCursor);
        }
        Ok(Self {
            placed_at: Timestamp(placed_at.parse().map_err(|_| MalformedOrderCursor)?),
            number: number.parse().map_err(|_| MalformedOrderCursor)?,
        })
    }
}

impl fmt::Display for OrderCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.placed_at.0, self.number)
    }
}

impl Default for OrderSearch {
    fn default() -> Self {
        Self {
            q: String::new(),
            from: None,
            to: None,
            show: OrderFilter::All,
            before: None,
        }
    }
}

impl OrderSearch {
    pub fn parse<'a>(pairs: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidParameter> {
        let mut search = Self::default();
        let day = |name, value: &str| match value.parse() {
            Ok(day) => Ok(Some(day)),
            Err(_) => malformed(name, "a day such as 2026-11-21"),
        };
        for (name, value) in pairs {
            match name {
                "q" => search.q = words(value)?,
                "from" => search.from = day("from", value)?,
                "to" => search.to = day("to", value)?,
                "show" => match OrderFilter::from_code(value) {
                    Some(show) => search.show = show,
                    None => {
                        let codes: Vec<_> = OrderFilter::ALL.iter().map(|show| show.code()).collect();
                        return malformed("show", codes.join(", "));
                    }
                },
                "before" => match value.parse() {
                    Ok(cursor) => search.before = Some(cursor),
                    Err(_) => return malformed("before", "the cursor that the page before ended with"),
                },
                _ => {}
            }
        }
        Ok(search)
    }

    /// The parameters that differ from their defaults.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let days = [("from", self.from), ("to", self.to)];
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(("q", self.q.clone()));
        }
        pairs.extend(
            days.into_iter()
                .filter_map(|(name, day)| Some((name, day?.to_string()))),
        );
        if self.show != OrderFilter::All {
            pairs.push(("show", self.show.code().to_owned()));
        }
        pairs.extend(self.before.map(|cursor| ("before", cursor.to_string())));
        pairs
    }

    /// What each order on the list has to have.
    pub fn wanted(&self) -> Vec<WantedOrder> {
        let q = plain(&self.q);
        let (mut wanted, mut phone) = (Vec::new(), Vec::new());
        for word in q.split_whitespace() {
            // A phone number has spaces in it, and signs between them.
            let is_of_phone = word.chars().all(is_phone_sign);
            if is_of_phone && (!phone.is_empty() || word.contains(|c: char| c.is_ascii_digit())) {
                phone.push(word);
                continue;
            }
            wanted.extend(WantedOrder::of_digits(&mem::take(&mut phone)));
            match word.strip_prefix('#') {
                Some(number) => wanted.push(WantedOrder::of_number(number)),
                None => wanted.extend(words_of(word).map(WantedOrder::of_word)),
            }
        }
        wanted.extend(WantedOrder::of_digits(&phone));
        if wanted.is_empty() && !q.is_empty() {
            wanted.push(WantedOrder::default());
        }
        wanted.truncate(limits::SEARCH_WORDS);
        wanted
    }
}

/// What a word of a search asks for: a number of an order, the beginning of one of its terms, or either of them. Without both it
/// finds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedOrder {
    pub number: Option<u32>,
    pub term: Option<String>,
}

impl WantedOrder {
    fn of_number(number: &str) -> Self {
        Self {
            number: number.parse().ok(),
            term: None,
        }
    }

    fn of_word(word: &str) -> Self {
        Self {
            number: None,
            term: Some(word.to_owned()),
        }
    }

    /// Of words that follow each other, such as `+43 660 1234567`, or of one.
    fn of_digits(words: &[&str]) -> Option<Self> {
        let term = phone_end(&words.concat());
        let number = match words {
            [] => return None,
            [word] => word.parse().ok(),
            _ => None,
        };
        Some(Self {
            number,
            term: (term.len() >= PHONE_END_LEAST).then_some(term),
        })
    }
}

/// Lower case without accents, and digits as 0 to 9.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(western_digit).collect();
    fold(&text)
}

/// Without the signs between and around them: `Müller-Schmidt` are two words.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let is_between = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "’‘“”„«»–—،".contains(c);
    text.split(is_between).filter(|word| !word.is_empty())
}

fn is_phone_sign(c: char) -> bool {
    c.is_ascii_digit() || "+-()/.".contains(c)
}

/// The last digits, the last first.
fn phone_end(phone: &str) -> String {
    let digits = phone.chars().rev().filter(char::is_ascii_digit);
    digits.take(PHONE_END).collect()
}

impl Ordered {
    /// The words by which a guest's order is found. They go when the guest's data goes.
    pub fn guest_terms(&self) -> BTreeSet<String> {
        let (name, phone) = (plain(&self.contact.name), plain(&self.contact.phone));
        let words = words_of(&name).take(limits::SEARCH_WORDS);
        let mut terms: BTreeSet<_> = words.map(str::to_owned).collect();
        let phone = phone_end(&phone);
        terms.extend((!phone.is_empty()).then_some(phone));
        terms
    }
}

/// A page of a restaurant's orders, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderList {
    pub orders: Vec<Order>,
    /// Pass it as `before` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::order_cursor))]
    pub next: Option<OrderCursor>,
}

/// An order with what has happened to it, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRecord {
    /// Of the person who asks.
    pub role: Role,
    pub order: Order,
    /// The oldest first.
    pub history: Vec<OrderHistoryEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderHistoryEntry {
    pub at: Timestamp,
    pub actor: Actor,
    /// Which of the staff it was, if it was one of them; for owners and managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<AuthorName>,
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{basket::Fulfilment, fixtures::order, order_settings::PaymentMethod};

    fn search(q: &str) -> OrderSearch {
        OrderSearch {
            q: q.to_owned(),
            ..OrderSearch::default()
        }
    }

    fn wanted(q: &str) -> Vec<(Option<u32>, Option<String>)> {
        let wanted = search(q).wanted().into_iter();
        wanted.map(|wanted| (wanted.number, wanted.term)).collect()
    }

    #[test]
    fn a_search_survives_being_written() {
        let whole = OrderSearch {
            q: "meier".to_owned(),
            from: Some(Day::new(2026, 11, 1)),
            to: Some(Day::new(2026, 11, 30)),
            show: OrderFilter::CalledOff,
            before: Some(OrderCursor {
                placed_at: Timestamp(1_795_862_400),
                number: 118,
            }),
        };
        for search in [OrderSearch::default(), whole] {
            let pairs = search.pairs();
            let mut pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
            assert_eq!(OrderSearch::parse(&mut pairs), Ok(search));
        }
    }

    #[test]
    fn a_value_that_is_none_is_refused_by_its_name() {
        let long = "x".repeat(limits::SEARCH + 1);
        for (name, value) in [
            ("q", long.as_str()),
            ("from", "yesterday"),
            ("to", "2026-02-30"),
            ("show", "closed"),
            ("before", "1.noodle-bar"),
            ("before", "1795862400"),
            ("before", "+1795862400-1"),
            ("before", "1795862400-1234567890"),
            ("show", ""),
        ] {
            let refused = OrderSearch::parse(&mut [(name, value)].into_iter()).unwrap_err();
            assert_eq!(refused.name, name, "{value}");
        }
    }

    #[test]
    fn digits_are_a_number_or_the_end_of_a_phone_number() {
        assert_eq!(wanted("118"), [(Some(118), None)]);
        assert_eq!(wanted("#118"), [(Some(118), None)]);
        assert_eq!(wanted("٤٥٦٧"), [(Some(4567), Some("7654".to_owned()))]);
        let phone = (None, Some("7654321".to_owned()));
        for typed in ["+43 660 123 45 67", "(0660) 123-4567", "0660 / 1234567"] {
            assert_eq!(wanted(typed).first(), Some(&phone), "{typed}");
        }
        assert_eq!(
            wanted("Anna 0660 123 45 67"),
            [(None, Some("anna".to_owned())), phone]
        );
    }

    #[test]
    fn a_word_is_the_beginning_of_a_name_without_accents() {
        let word = |word: &str| (None, Some(word.to_owned()));
        assert_eq!(wanted("Müller  José"), [word("muller"), word("jose")]);
        assert_eq!(
            wanted("Müller-Schmidt, Anna"),
            [word("muller"), word("schmidt"), word("anna")]
        );
        assert_eq!(wanted("Anna - Meier"), [word("anna"), word("meier")]);
        for nothing in [" + ", "#x", "?"] {
            assert_eq!(wanted(nothing), [(None, None)], "{nothing}");
        }
        assert_eq!(wanted(""), []);
        assert_eq!(wanted(&"a ".repeat(40)).len(), limits::SEARCH_WORDS);
    }

    #[test]
    fn an_order_is_found_by_what_its_guest_would_say() {
        let order = order(Fulfilment::Collection, PaymentMethod::Door);
        let mut ordered = Ordered::clone(&order.ordered);
        ordered.contact.name = "  Zoë van der Berg-Zimmer ".to_owned();
        ordered.contact.phone = "+43 660 1234567".to_owned();
        let terms: Vec<_> = ordered.guest_terms().into_iter().collect();
        assert_eq!(terms, ["7654321", "berg", "der", "van", "zimmer", "zoe"]);
        for q in [
            "zoe",
            "VAN",
            "ber",
            "Zimmer",
            "Berg-Zimmer, Zoë",
            "0660 123 4567",
            "4567",
        ] {
            let found = search(q).wanted().iter().all(|wanted| {
                let term = wanted.term.as_deref().unwrap();
                terms.iter().any(|known| known.starts_with(term))
            });
            assert!(found, "{q}");
        }
        assert!(ordered.without_diner().guest_terms().is_empty());
    }
}
