//! Opening hours as a sentence, in the restaurant's local time.

use servery_domain::{
    hours::{Opening, Span},
    time::{DAY, LocalMinute, Weekday},
};

use crate::text::{Key, Texts};

pub fn sentence(texts: Texts, opening: &Opening) -> String {
    let Some(change) = opening.change else {
        return texts
            .get(if opening.open {
                Key::OpeningAlways
            } else {
                Key::OpeningNever
            })
            .to_owned();
    };
    let time = change.at.clock();
    let values = [
        ("time", time.as_str()),
        ("day", weekday(texts, change.at.weekday())),
    ];
    let key = match (opening.open, change.in_days) {
        (true, 2..) => Key::OpeningUntilDay,
        (true, _) => Key::OpeningUntil,
        (false, 0) => Key::OpeningAt,
        (false, 1) => Key::OpeningTomorrow,
        (false, _) => Key::OpeningDay,
    };
    texts.fill(key, &values)
}

pub fn weekday(texts: Texts, weekday: Weekday) -> &'static str {
    texts.get(match weekday {
        Weekday::Monday => Key::DayMonday,
        Weekday::Tuesday => Key::DayTuesday,
        Weekday::Wednesday => Key::DayWednesday,
        Weekday::Thursday => Key::DayThursday,
        Weekday::Friday => Key::DayFriday,
        Weekday::Saturday => Key::DaySaturday,
        Weekday::Sunday => Key::DaySunday,
    })
}

/// `11:30–14:30, 17:30–23:00`
pub fn spans(texts: Texts, spans: &[Span]) -> String {
    if spans.is_empty() {
        return texts.get(Key::OpeningClosedDay).to_owned();
    }
    // Midnight as an end is 24:00, as a beginning 00:00.
    let clock = |minute: i64| {
        if minute == DAY {
            "24:00".to_owned()
        } else {
            LocalMinute(minute).clock()
        }
    };
    let spans: Vec<_> = spans
        .iter()
        .map(|span| format!("{}–{}", clock(span.from), clock(span.to)))
        .collect();
    spans.join(texts.get(Key::ListComma))
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use servery_domain::{hours::OpeningHours, lang::Lang};

    use super::*;

    fn said(lang: Lang, hours: &str, at: LocalMinute) -> String {
        let hours: OpeningHours = hours.parse().unwrap();
        sentence(Texts::of(lang), &hours.at(at, &[]))
    }

    #[test]
    fn a_diner_learns_when_to_come() {
        // A Monday.
        let at = |day: i64, hour: i64| LocalMinute::new(2026, 11, 16 + day, hour, 0);
        let hours = "Mo-Fr 11:30-14:30,17:30-23:00; Fr 17:30-02:00";
        assert_eq!(said(Lang::English, hours, at(0, 12)), "Open until 14:30");
        assert_eq!(said(Lang::English, hours, at(0, 15)), "Opens at 17:30");
        assert_eq!(said(Lang::English, hours, at(0, 23)), "Opens tomorrow at 11:30");
        assert_eq!(said(Lang::English, hours, at(5, 3)), "Opens Monday at 11:30");
        assert_eq!(said(Lang::German, hours, at(4, 18)), "Geöffnet bis 02:00");
        assert_eq!(said(Lang::English, "24/7", at(0, 0)), "Open around the clock");
        assert_eq!(
            said(Lang::English, "24/7; Nov 19 off", at(0, 0)),
            "Open until Thursday at 00:00"
        );
        assert_eq!(
            said(Lang::English, "Mo off", at(0, 0)),
            "Closed until further notice"
        );
    }

    #[test]
    fn a_day_in_the_table() {
        let spans_of = |from, to| spans(Texts::of(Lang::English), &[Span { from, to }]);
        assert_eq!(spans_of(0, DAY), "00:00–24:00");
        assert_eq!(spans_of(18 * 60, DAY + 120), "18:00–02:00");
        assert_eq!(spans(Texts::of(Lang::English), &[]), "closed");
    }
}
