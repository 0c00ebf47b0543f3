//! When an order can be due: as soon as possible, or in one of the slots, which are anchored to the opening time.

use serde::{Deserialize, Serialize};

use crate::{
    hours::OpeningHours,
    order_intake::LocalPause,
    order_settings::OrderSettings,
    restaurant::Restaurant,
    time::{ClockChange, DAY, Day, LocalMinute},
};

crate::codes::codes! {
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
    #[serde(default)]
    pub full: Vec<LocalMinute>,
    /// The clock changes of the days for which orders are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clock_changes: Vec<ClockChange>,
    /// No orders are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<LocalPause>,
    /// Minutes that the kitchen needs more than usual.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub busy: u16,
}

fn is_zero(minutes: &u16) -> bool {
    *minutes == 0
}

impl Times {
    /// Nothing is full, and the clocks go on.
    pub fn at(now: LocalMinute) -> Self {
        Self {
            now,
            full: Vec::new(),
            clock_changes: Vec::new(),
            pause: None,
            busy: 0,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Timetable<'a> {
    pub hours: &'a OpeningHours,
    pub holidays: &'a [Day],
    pub ordering: &'a OrderSettings,
    pub times: &'a Times,
    /// Minutes from the kitchen to the diner.
    pub travel: u16,
}

impl<'a> Timetable<'a> {
    pub fn of(restaurant: &'a Restaurant, times: &'a Times, travel: u16) -> Self {
        Self {
            hours: &restaurant.hours,
            holidays: &restaurant.holidays,
            ordering: &restaurant.ordering,
            times,
            travel,
        }
    }

    fn now(&self) -> LocalMinute {
        self.times.now
    }

    fn lead(&self) -> i64 {
        i64::from(self.ordering.preparation) + i64::from(self.travel)
    }

    /// When an order placed now can be served at the earliest.
    fn at_once(&self) -> LocalMinute {
        let lead = self.lead() + i64::from(self.times.busy);
        self.now().later(lead, &self.times.clock_changes)
    }

    /// Whether a pause that goes on now is over by then.
    fn is_taken_at(&self, slot: LocalMinute) -> bool {
        match self.times.pause {
            None => true,
            Some(LocalPause { until }) => until.is_some_and(|until| slot >= until),
        }
    }

    /// When an order placed now is served: at once, or when the first slot begins that is not full. It has to leave the kitchen before
    /// closing time.
    pub fn soonest(&self) -> Result<LocalMinute, SlotRefusal> {
        let mut due = self.at_once();
        self.check_closing(due)?;
        while self.is_full(due) {
            due = LocalMinute(self.slot_of(due).0 + self.step());
            self.check_closing(due).map_err(|_| SlotRefusal::Full)?;
        }
        Ok(due)
    }

    fn is_full(&self, due: LocalMinute) -> bool {
        // Most restaurants limit nothing: then no slot is looked for.
        !self.times.full.is_empty() && self.times.full.contains(&self.slot_of(due))
    }

    fn check_closing(&self, due: LocalMinute) -> Result<(), SlotRefusal> {
        // Clocks that are set back may show an earlier time than now.
        let ready = LocalMinute(due.0 - i64::from(self.travel)).max(self.now());
        // By the clock a pause may seem to be over while it goes on: in the hour that is there twice.
        if self.times.pause.is_some() {
            return Err(SlotRefusal::Closed);
        }
        match self.hours.stays_open(self.now(), ready, self.holidays) {
            Ok(()) => Ok(()),
            Err(opening) if opening.open => Err(SlotRefusal::TooLate),
            Err(_) => Err(SlotRefusal::Closed),
        }
    }

    /// The slot in which an order with this due time counts, also an order for as soon as possible.
    pub fn slot_of(&self, due: LocalMinute) -> LocalMinute {
        let opening = (-1..=0)
            .map(|offset| Day(due.day().0 + offset))
            .flat_map(|day| {
                let spans = self.hours.spans_of(day, self.holidays);
                spans.into_iter().map(move |span| day.midnight().0 + span.from)
            })
            .filter(|opening| *opening <= due.0)
            .max();
        // Counted from opening, as the slots that are offered.
        let opening = opening.unwrap_or_else(|| due.midnight().0);
        LocalMinute(due.0 - (due.0 - opening) % self.step())
    }

    /// Settings that were stored without a length of slots must not stop the server.
    fn step(&self) -> i64 {
        i64::from(self.ordering.slot.max(1))
    }

    /// All slots of the spans that begin on this day, also after midnight.
    fn of_day(&self, day: Day) -> impl Iterator<Item = LocalMinute> + use<> {
        let (midnight, step, lead) = (day.midnight().0, self.step(), self.lead());
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

    /// The slots that can still be chosen, by day; full ones cannot. Days without slots are left out.
    pub fn slots(&self) -> Vec<(Day, Vec<LocalMinute>)> {
        let (today, at_once) = (self.now().day(), self.at_once());
        // Yesterday's last span may continue today.
        let days = (-1..=i64::from(self.ordering.days_ahead)).map(|ahead| Day(today.0 + ahead));
        let free = |day: Day| {
            self.of_day(day)
                .filter(|slot| {
                    *slot >= at_once
                        && self.happens_once(*slot)
                        && !self.is_full(*slot)
                        && self.is_taken_at(*slot)
                })
                .collect::<Vec<_>>()
        };
        days.map(|day| (day, free(day)))
            .filter(|(_, slots)| !slots.is_empty())
            .collect()
    }

    /// A slot is a time that exists once: in the nights when clocks change some do not, and some exist twice.
    fn happens_once(&self, slot: LocalMinute) -> bool {
        slot.happens_once(&self.times.clock_changes)
    }

    pub fn check(&self, slot: LocalMinute) -> Result<(), SlotRefusal> {
        if slot < self.at_once() {
            return Err(SlotRefusal::Gone);
        }
        if !self.happens_once(slot) {
            return Err(SlotRefusal::NoSlot);
        }
        if slot.0 >= self.now().midnight().0 + (i64::from(self.ordering.days_ahead) + 2) * DAY {
            return Err(SlotRefusal::TooFar);
        }
        let (day, ahead) = (slot.day(), i64::from(self.ordering.days_ahead));
        let begins =
            |day: Day| day.0 - self.now().day().0 <= ahead && self.of_day(day).any(|known| known == slot);
        if begins(day) || begins(Day(day.0 - 1)) {
            match (self.is_taken_at(slot), self.is_full(slot)) {
                (false, _) => Err(SlotRefusal::Closed),
                (true, true) => Err(SlotRefusal::Full),
                (true, false) => Ok(()),
            }
        } else if day.0 - self.now().day().0 > ahead {
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
            times: &Times::at(now),
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

    fn paused<T>(until: Option<LocalMinute>, busy: u16, ask: impl Fn(Timetable<'_>) -> T) -> T {
        let ordering = OrderSettings {
            slot: 15,
            preparation: 20,
            days_ahead: 1,
            ..OrderSettings::default()
        };
        ask(Timetable {
            hours: &"Mo-Su 11:00-14:00".parse().unwrap(),
            holidays: &[],
            ordering: &ordering,
            times: &Times {
                pause: Some(LocalPause { until }).filter(|_| busy == 0),
                busy,
                ..Times::at(at(0, 12, 0))
            },
            travel: 0,
        })
    }

    #[test]
    fn case_coopcycle_2632_no_slot_is_offered_before_a_closure_ends() {
        let until = at(0, 13, 0);
        let offered = |until| {
            paused(until, 0, |table| {
                let slots = table.slots().into_iter().flat_map(|(_, slots)| slots);
                let slots: Vec<_> = slots.collect();
                assert!(slots.iter().all(|slot| table.check(*slot).is_ok()));
                slots
            })
        };
        assert_eq!(offered(Some(until)).first(), Some(&until));
        assert_eq!(offered(None), []);
        for (until, slot) in [
            (Some(until), at(0, 12, 45)),
            (None, at(0, 13, 0)),
            (None, at(1, 11, 30)),
        ] {
            let refused = paused(until, 0, |table| (table.check(slot), table.soonest()));
            assert_eq!(refused, (Err(SlotRefusal::Closed), Err(SlotRefusal::Closed)));
        }
    }

    #[test]
    fn a_busy_kitchen_needs_longer_for_orders_of_now_only() {
        assert_eq!(paused(None, 15, |table| table.soonest()), Ok(at(0, 12, 35)));
        let slots = paused(None, 15, |table| table.slots());
        assert_eq!(slots[0].1[0], at(0, 12, 45));
        assert_eq!(slots[1].1[0], at(1, 11, 30), "tomorrow as usual");
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
            times: &Times::at(at(0, 13, 40)),
            travel: 15,
        };
        assert_eq!(table.soonest(), Ok(at(0, 14, 15)));
    }

    #[test]
    fn as_soon_as_possible_is_in_the_first_slot_that_is_not_full() {
        let ordering = OrderSettings {
            slot: 15,
            preparation: 20,
            ..OrderSettings::default()
        };
        let hours: OpeningHours = "Mo-Su 11:00-14:00".parse().unwrap();
        let soonest = |now, travel, full: &[LocalMinute]| {
            let table = Timetable {
                hours: &hours,
                holidays: &[],
                ordering: &ordering,
                times: &Times {
                    full: full.to_vec(),
                    ..Times::at(now)
                },
                travel,
            };
            table.soonest()
        };
        let noon = at(0, 12, 0);
        assert_eq!(soonest(noon, 0, &[]), Ok(at(0, 12, 20)));
        assert_eq!(soonest(noon, 0, &[at(0, 12, 15)]), Ok(at(0, 12, 30)));
        assert_eq!(
            soonest(noon, 0, &[at(0, 12, 15), at(0, 12, 30)]),
            Ok(at(0, 12, 45))
        );
        assert_eq!(soonest(noon, 0, &[at(0, 12, 30)]), Ok(at(0, 12, 20)));
        assert_eq!(soonest(at(0, 13, 30), 0, &[at(0, 13, 45)]), Ok(at(0, 14, 0)));
        let evening = [at(0, 13, 45), at(0, 14, 0)];
        assert_eq!(soonest(at(0, 13, 30), 0, &evening), Err(SlotRefusal::Full));
        assert_eq!(
            soonest(at(0, 13, 30), 20, &evening),
            Ok(at(0, 14, 15)),
            "the road counts"
        );
    }

    #[test]
    fn every_minute_counts_in_the_slot_that_holds_it() {
        let ordering = OrderSettings {
            slot: 50,
            ..OrderSettings::default()
        };
        let slot_of = |hours, minute| with(hours, at(0, 12, 0), &ordering, |table| table.slot_of(minute));
        let lunch = "Mo-Su 11:00-14:00";
        assert_eq!(slot_of(lunch, at(0, 11, 49)), at(0, 11, 0));
        assert_eq!(slot_of(lunch, at(0, 11, 50)), at(0, 11, 50));
        assert_eq!(
            slot_of(lunch, at(0, 14, 25)),
            at(0, 14, 20),
            "delivered after closing time"
        );
        assert_eq!(
            slot_of("Mo-Su 18:00-02:00", at(1, 0, 30)),
            at(0, 23, 50),
            "opened the day before"
        );
        assert_eq!(slot_of("Mo-Su off", at(0, 0, 55)), at(0, 0, 50));
    }

    #[test]
    fn in_the_night_when_clocks_change_a_slot_is_a_time_that_exists_once() {
        let ordering = OrderSettings {
            slot: 15,
            preparation: 20,
            days_ahead: 1,
            ..OrderSettings::default()
        };
        let hours: OpeningHours = "24/7".parse().unwrap();
        let night = |now, change| {
            let times = Times {
                clock_changes: vec![change],
                ..Times::at(now)
            };
            let table = Timetable {
                hours: &hours,
                holidays: &[],
                ordering: &ordering,
                times: &times,
                travel: 0,
            };
            let offered: Vec<_> = table.slots().into_iter().flat_map(|(_, slots)| slots).collect();
            assert!(offered.iter().all(|slot| table.check(*slot).is_ok()));
            let missing: Vec<_> = (0..8)
                .map(|quarter| LocalMinute(at(1, 1, 30).0 + quarter * 15))
                .filter(|slot| !offered.contains(slot))
                .map(|slot| (slot.clock(), table.check(slot)))
                .collect();
            (table.soonest().unwrap(), missing)
        };
        let no_slot =
            ["02:00", "02:15", "02:30", "02:45"].map(|clock| (clock.to_owned(), Err(SlotRefusal::NoSlot)));
        let spring = ClockChange {
            at: at(1, 2, 0),
            by: 60,
        };
        assert_eq!(night(at(0, 23, 0), spring), (at(0, 23, 20), no_slot.to_vec()));
        assert_eq!(night(at(1, 1, 50), spring).0, at(1, 3, 10), "20 minutes later");
        let autumn = ClockChange {
            at: at(1, 3, 0),
            by: -60,
        };
        assert_eq!(night(at(0, 23, 0), autumn), (at(0, 23, 20), no_slot.to_vec()));
        assert_eq!(night(at(1, 2, 50), autumn).0, at(1, 2, 10), "20 minutes later");
    }
}
