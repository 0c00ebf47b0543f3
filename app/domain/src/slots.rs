//! When an order can be due: as soon as possible, or in one of the slots, which are anchored to the opening time.

use serde::{Deserialize, Serialize};

use crate::{
    hours::OpeningHours,
    order_settings::OrderSettings,
    time::{DAY, Day, LocalMinute},
};

crate::menu::codes! {
    SlotRefusal {
        /// The restaurant is closed.
        Closed = "closed",
        /// It would be ready after closing time.
        TooLate = "too_late",
        /// The slot has passed, or is too soon for the kitchen.
        Gone = "gone",
        /// It is more days ahead than orders are accepted for.
        TooFar = "too_far",
        /// No slot starts at this time.
        NoSlot = "no_slot",
        /// The slot is full.
        Full = "full",
    }
}

/// What a device has to ask the server for about a restaurant's times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Times {
    /// In the restaurant's local time.
    pub now: LocalMinute,
    /// Slots that are full.
    pub full: Vec<LocalMinute>,
}

#[derive(Clone, Copy)]
pub struct Timetable<'a> {
    pub hours: &'a OpeningHours,
    pub holidays: &'a [Day],
    pub ordering: &'a OrderSettings,
    pub now: LocalMinute,
    /// Minutes from the kitchen to the diner.
    pub travel: u16,
}

impl Timetable<'_> {
    fn lead(&self) -> i64 {
        i64::from(self.ordering.preparation) + i64::from(self.travel)
    }

    /// When an order placed now is served. It has to leave the kitchen before closing time.
    pub fn soonest(&self) -> Result<LocalMinute, SlotRefusal> {
        let ready = LocalMinute(self.now.0 + i64::from(self.ordering.preparation));
        match self.hours.stays_open(self.now, ready, self.holidays) {
            Ok(()) => Ok(LocalMinute(self.now.0 + self.lead())),
            Err(opening) if opening.open => Err(SlotRefusal::TooLate),
            Err(_) => Err(SlotRefusal::Closed),
        }
    }

    /// All slots of the spans that begin on this day, also after midnight.
    fn of_day(&self, day: Day) -> impl Iterator<Item = LocalMinute> + use<> {
        let (midnight, step, lead) = (day.midnight().0, i64::from(self.ordering.slot), self.lead());
        let spans = self.hours.spans_of(day, self.holidays);
        let was_open = |minute: i64| self.hours.at(LocalMinute(minute), self.holidays).open;
        // Where the restaurant was open right before, the kitchen needs no lead time.
        let spans: Vec<_> = spans
            .into_iter()
            .map(|span| {
                (
                    span,
                    if was_open(midnight + span.from - 1) {
                        0
                    } else {
                        lead
                    },
                )
            })
            .collect();
        spans.into_iter().flat_map(move |(span, lead)| {
            let last = span.to - span.from;
            // Counted from opening, so that they are the same every day.
            (0..)
                .map(move |n| n * step)
                .take_while(move |at| *at < last)
                .filter(move |at| *at >= lead)
                .map(move |at| LocalMinute(midnight + span.from + at))
        })
    }

    /// The slots that can still be chosen, by day. Days without slots are left out.
    pub fn slots(&self) -> Vec<(Day, Vec<LocalMinute>)> {
        let today = self.now.day();
        // Yesterday's last span may continue today.
        let days = (-1..=i64::from(self.ordering.days_ahead)).map(|ahead| Day(today.0 + ahead));
        let free = |day: Day| {
            self.of_day(day)
                .filter(|slot| slot.0 >= self.now.0 + self.lead())
                .collect::<Vec<_>>()
        };
        days.map(|day| (day, free(day)))
            .filter(|(_, slots)| !slots.is_empty())
            .collect()
    }

    pub fn check(&self, slot: LocalMinute) -> Result<(), SlotRefusal> {
        if slot.0 < self.now.0 + self.lead() {
            return Err(SlotRefusal::Gone);
        }
        if slot.0 >= self.now.midnight().0 + (i64::from(self.ordering.days_ahead) + 2) * DAY {
            return Err(SlotRefusal::TooFar);
        }
        let (day, ahead) = (slot.day(), i64::from(self.ordering.days_ahead));
        let begins =
            |day: Day| day.0 - self.now.day().0 <= ahead && self.of_day(day).any(|known| known == slot);
        if begins(day) || begins(Day(day.0 - 1)) {
            Ok(())
        } else if day.0 - self.now.day().0 > ahead {
            Err(SlotRefusal::TooFar)
        } else {
            Err(SlotRefusal::NoSlot)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-11-16 is a Monday.
    fn at(day: i64, hour: i64, minute: i64) -> LocalMinute {
        LocalMinute::new(2026, 11, 16 + day, hour, minute)
    }

    fn with<T>(
        hours: &str,
        now: LocalMinute,
        ordering: &OrderSettings,
        ask: impl Fn(Timetable<'_>) -> T,
    ) -> T {
        ask(Timetable {
            hours: &hours.parse().unwrap(),
            holidays: &[],
            ordering,
            now,
            travel: 0,
        })
    }

    #[test]
    fn case_tastyigniter_977_as_soon_as_possible_is_after_closing() {
        let ordering = OrderSettings {
            preparation: 30,
            ..OrderSettings::default()
        };
        let soonest = |hour, minute| {
            with("Mo-Su 11:00-23:00", at(0, hour, minute), &ordering, |table| {
                table.soonest()
            })
        };
        assert_eq!(soonest(22, 37), Err(SlotRefusal::TooLate));
        assert_eq!(soonest(22, 30), Ok(at(0, 23, 0)));
        assert_eq!(soonest(10, 59), Err(SlotRefusal::Closed));
        assert_eq!(soonest(23, 0), Err(SlotRefusal::Closed));
    }

    #[test]
    fn case_tastyigniter_698_slots_do_not_drift() {
        let ordering = OrderSettings {
            slot: 50,
            preparation: 0,
            days_ahead: 3,
            ..OrderSettings::default()
        };
        let days = with("Mo-Su 11:00-14:00", at(0, 9, 0), &ordering, |table| table.slots());
        assert_eq!(days.len(), 4);
        for (day, slots) in days {
            let clocks: Vec<_> = slots.iter().map(|slot| slot.clock()).collect();
            assert_eq!(clocks, ["11:00", "11:50", "12:40", "13:30"], "{day:?}");
        }
    }

    #[test]
    fn case_coopcycle_2614_what_is_not_offered_is_refused() {
        let ordering = OrderSettings {
            slot: 15,
            preparation: 20,
            days_ahead: 1,
            ..OrderSettings::default()
        };
        let check = |slot| {
            with("Mo-Su 11:00-14:00", at(0, 12, 0), &ordering, |table| {
                table.check(slot)
            })
        };
        assert_eq!(
            check(at(0, 12, 15)),
            Err(SlotRefusal::Gone),
            "15 minutes are too few for the kitchen"
        );
        assert_eq!(check(at(-1, 12, 30)), Err(SlotRefusal::Gone));
        assert_eq!(check(at(0, 12, 30)), Ok(()));
        assert_eq!(check(at(0, 12, 31)), Err(SlotRefusal::NoSlot));
        assert_eq!(check(at(0, 14, 0)), Err(SlotRefusal::NoSlot));
        assert_eq!(
            check(at(1, 11, 0)),
            Err(SlotRefusal::NoSlot),
            "the kitchen has just come in"
        );
        assert_eq!(check(at(1, 11, 30)), Ok(()));
        assert_eq!(check(at(2, 11, 30)), Err(SlotRefusal::TooFar));
        assert_eq!(check(at(3_000, 11, 30)), Err(SlotRefusal::TooFar));
    }

    #[test]
    fn what_is_offered_is_accepted_also_after_midnight() {
        let ordering = OrderSettings {
            slot: 30,
            preparation: 30,
            days_ahead: 1,
            ..OrderSettings::default()
        };
        with("Mo-Su 18:00-02:00", at(0, 0, 30), &ordering, |table| {
            let slots: Vec<_> = table.slots().into_iter().flat_map(|(_, slots)| slots).collect();
            assert_eq!(slots.first(), Some(&at(0, 1, 0)), "last night goes on");
            assert_eq!(slots.last(), Some(&at(2, 1, 30)));
            assert!(slots.iter().all(|slot| table.check(*slot).is_ok()));
        });
    }

    #[test]
    fn around_the_clock_there_are_slots_around_the_clock() {
        let ordering = OrderSettings {
            slot: 15,
            preparation: 20,
            days_ahead: 1,
            ..OrderSettings::default()
        };
        let days = with("24/7", at(0, 12, 0), &ordering, |table| table.slots());
        assert_eq!(days[1].1.len(), 96);
        assert_eq!(days[0].1[0], at(0, 12, 30));
    }

    #[test]
    fn the_road_counts() {
        let ordering = OrderSettings {
            preparation: 20,
            ..OrderSettings::default()
        };
        let hours: OpeningHours = "Mo-Su 11:00-14:00".parse().unwrap();
        let table = Timetable {
            hours: &hours,
            holidays: &[],
            ordering: &ordering,
            now: at(0, 13, 40),
            travel: 15,
        };
        assert_eq!(table.soonest(), Ok(at(0, 14, 15)));
    }
}
