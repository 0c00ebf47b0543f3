//! Parses opening hours. Each function consumes what it understands from the front of the text, and nothing
//! otherwise;
//! so the rest that remains in the end is the part that was not understood.

use std::ops::RangeInclusive;

use super::rule::{Dates, Days, Rule, Span, insert};
use crate::time::{DAY, Day};

pub(super) const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const LONGEST_MONTHS: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The rules, or the part of the text that is not understood.
pub(super) fn rules(text: &str) -> Result<Vec<Rule>, &str> {
    let mut rest = Rest::new(text);
    let mut rules: Vec<Rule> = Vec::new();
    let mut adds = false;
    loop {
        let Some(mut rule) = rest.rule() else {
            return Err(if rest.0.is_empty() { text } else { rest.0 });
        };
        // As in OpenStreetMap's reference: a rule without days adds to a preceding rule with days.
        let like_before = rule.names_days() || rules.last().is_none_or(|before| !before.names_days());
        rule.replaces = rule.spans.is_empty() || !adds && like_before;
        rules.push(rule);
        if rest.0.is_empty() {
            return Ok(rules);
        }
        match rest.name(&[";", ","]) {
            Some(separator) => adds = separator == 1,
            None => return Err(rest.0),
        }
    }
}

#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn new(text: &'a str) -> Self {
        Self(text.trim_start_matches(' '))
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        *self = Self::new(self.0.strip_prefix(token)?);
        Some(())
    }

    /// The index of the name that the text begins with.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        names.iter().position(|name| self.eat(name).is_some())
    }

    fn number(&mut self, digits: RangeInclusive<usize>) -> Option<i64> {
        let (number, rest) = self
            .0
            .split_at(self.0.bytes().take_while(u8::is_ascii_digit).count());
        *self = Self::new(rest);
        if digits.contains(&number.len()) {
            number.parse().ok()
        } else {
            None
        }
    }

    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let found = parse(self);
        if found.is_none() {
            *self = before;
        }
        found
    }

    fn after<T>(&mut self, token: &str, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.attempt(|rest| rest.eat(token).and_then(|()| parse(rest)))
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Vec<T> {
        let mut items = Vec::new();
        let mut next = self.attempt(&item);
        while let Some(found) = next {
            items.push(found);
            next = self.after(",", &item);
        }
        items
    }
}

impl Rest<'_> {
    fn rule(&mut self) -> Option<Rule> {
        let (mut dates, mut days) = (Vec::new(), None);
        let always = self.attempt(|rest| rest.eat("24/7").filter(|()| !rest.0.starts_with(',')));
        let spans = if always.is_some() {
            vec![Span::WHOLE_DAY]
        } else {
            (dates, days) = (self.dates(), self.list(Self::days).into_iter().reduce(Days::or));
            self.spans()?
        };
        Some(Rule {
            dates,
            days,
            replaces: true,
            spans,
        })
    }

    fn spans(&mut self) -> Option<Vec<Span>> {
        let mut spans = Vec::new();
        for span in self.list(Self::span) {
            insert(&mut spans, span);
        }
        if spans.is_empty() {
            let open = self.name(&["off", "closed", "open"])? == 2;
            return Some(if open { vec![Span::WHOLE_DAY] } else { spans });
        }
        // `open` after spans changes nothing.
        self.eat("open");
        Some(spans)
    }

    fn span(&mut self) -> Option<Span> {
        let from = self.clock().filter(|from| *from < DAY)?;
        let to = self.after("-", Self::clock)?;
        let to = if to <= from { to + DAY } else { to };
        if to <= 2 * DAY {
            Some(Span { from, to })
        } else {
            None
        }
    }

    fn clock(&mut self) -> Option<i64> {
        let hour = self.number(2..=2)?;
        self.eat(":")?;
        self.number(2..=2)
            .filter(|minute| *minute < 60)
            .map(|minute| hour * 60 + minute)
    }

    fn days(&mut self) -> Option<Days> {
        if self.eat("PH").is_some() {
            return Some(Days {
                weekdays: 0,
                holidays: true,
            });
        }
        let first = self.name(&WEEKDAYS)?;
        let last = self.after("-", |rest| rest.name(&WEEKDAYS)).unwrap_or(first);
        let length = (last + 7 - first) % 7;
        Some(Days {
            weekdays: (0..=length).fold(0, |days, step| days | 1 << ((first + step) % 7)),
            holidays: false,
        })
    }

    fn dates(&mut self) -> Vec<Dates> {
        // In OpenStreetMap a year applies to one date of a list but to every month of a list; so a list has
        // years everywhere or nowhere.
        let mut dates: Vec<Dates> = self.list(Self::yearly).into_iter().flatten().collect();
        if dates.is_empty() {
            dates = self.list(Self::once);
        }
        if dates.is_empty() {
            dates.extend(self.attempt(Self::months_of_a_year));
        }
        dates
    }

    fn yearly(&mut self) -> Option<Vec<Dates>> {
        let from_month_to_month = |rest: &mut Self| {
            let first = rest.month_and_day()?;
            rest.after("-", Self::month_and_day)
                .map(|last| vec![Dates::Yearly { first, last }])
        };
        if let Some(range) = self.attempt(from_month_to_month) {
            return Some(range);
        }
        let month = self.month()?;
        let days = self.list(|rest| {
            let first = rest.day_of(month)?;
            let last = rest
                .after("-", |rest| rest.day_of(month).filter(|last| *last >= first))
                .unwrap_or(first);
            Some(Dates::Yearly {
                first: (month, first),
                last: (month, last),
            })
        });
        if !days.is_empty() {
            return Some(days);
        }
        let last = self.after("-", Self::month).unwrap_or(month);
        Some(vec![Dates::Yearly {
            first: (month, 1),
            last: (last, 31),
        }])
    }

    fn once(&mut self) -> Option<Dates> {
        let first = self.day()?;
        let (year, month, _) = first.civil();
        let last = self.after("-", |rest| {
            let last = rest
                .attempt(Self::day)
                .or_else(|| Day::on_calendar(year, month, rest.day_of(month)?));
            last.filter(|last| *last >= first)
        });
        Some(Dates::Once {
            first,
            last: last.unwrap_or(first),
        })
    }

    fn months_of_a_year(&mut self) -> Option<Dates> {
        let year = self.number(4..=4)?;
        let first = self.month()?;
        let last = self
            .after("-", |rest| rest.month().filter(|last| *last >= first))
            .unwrap_or(first);
        let last = (28..=31)
            .rev()
            .find_map(|day| Day::on_calendar(year, last, day))?;
        Some(Dates::Once {
            first: Day::new(year, first, 1),
            last,
        })
    }

    fn day(&mut self) -> Option<Day> {
        let year = self.number(4..=4)?;
        let (month, day) = self.month_and_day()?;
        Day::on_calendar(year, month, day)
    }

    fn month_and_day(&mut self) -> Option<(i64, i64)> {
        let month = self.month()?;
        self.day_of(month).map(|day| (month, day))
    }

    /// 1 is January.
    fn month(&mut self) -> Option<i64> {
        self.name(&MONTHS).map(|month| month as i64 + 1)
    }

    fn day_of(&mut self, month: i64) -> Option<i64> {
        let day = self
            .number(1..=2)
            .filter(|day| (1..=LONGEST_MONTHS[month as usize - 1]).contains(day));
        // 'Jun 10:00-12:00' is about June, not about its tenth.
        day.filter(|_| !self.0.starts_with(':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_left_over() {
        for (text, left) in [
            ("", ""),
            ("Mo", "Mo"),
            ("Mo 8-18", "8-18"),
            ("Mo 08:00", "08:00"),
            ("Mo 08:00-", "08:00-"),
            ("Mo 08:00+", "08:00+"),
            ("Mo 25:61-26:00", "25:61-26:00"),
            ("Mo 30:00-31:00", "30:00-31:00"),
            ("Mo 10:00-49:00", "10:00-49:00"),
            ("Mo 10:00-12:00 off", "off"),
            ("Xx 08:00-18:00", "Xx 08:00-18:00"),
            ("mo 08:00-18:00", "mo 08:00-18:00"),
            ("SH off", "SH off"),
            ("PH Mo off", "Mo off"),
            ("Mo[1] off", "[1] off"),
            ("Mo-Fr 08:00-18:00; ", "Mo-Fr 08:00-18:00; "),
            ("24/7, PH off", "24/7, PH off"),
            ("Mo sunrise-sunset", "sunrise-sunset"),
            ("week 1-5 Mo off", "week 1-5 Mo off"),
            ("easter off", "easter off"),
            ("Mo 10:00-12:00 || \"by phone\"", "|| \"by phone\""),
            ("Mo off \"tired\"", "\"tired\""),
            ("Feb 30 off", "30 off"),
            ("Dec 26-25 off", "-25 off"),
            ("Dec 24,Mo off", ",Mo off"),
            ("Dec 24-2027 Jan 06 off", "-2027 Jan 06 off"),
            ("Dec 24,2027 Jan 06 off", ",2027 Jan 06 off"),
            ("2027 Feb 29 off", "29 off"),
            ("2027 off", "2027 off"),
            ("2027 Nov-Feb off", "-Feb off"),
            ("2027 Jun,Aug off", ",Aug off"),
            ("2026 Dec 24,Dec 31 off", ",Dec 31 off"),
            ("2026 Dec 24-Jan 06 off", "-Jan 06 off"),
            ("2027 Jan 06-2026 Dec 24 off", "-2026 Dec 24 off"),
        ] {
            assert_eq!(rules(text), Err(left));
        }
    }

    #[test]
    fn blanks_do_not_matter() {
        let close = rules("Dec 24-26,Jun Mo-Fr,PH 08:00-12:00,13:00-18:00 open;PH off,We 20:00-22:00");
        assert_eq!(
            rules(
                "  Dec 24 - 26 , Jun  Mo - Fr , PH 08:00 - 12:00 , 13:00-18:00  open ; PH off , We 20:00-22:00 "
            ),
            close
        );
        assert!(close.is_ok());
    }
}
