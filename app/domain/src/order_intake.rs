//! What staff set for the moment: no orders for a while, or a kitchen that needs longer. It holds at once, and is no edit.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{InvalidField, invalid_field},
    hours::{Opening, OpeningHours},
    time::{Day, LocalMinute, Timestamp},
};

/// Seconds for which a pause or a busy kitchen is set at most, unless it is until further notice.
const LONGEST: i64 = 24 * 3600;
/// The most minutes by which a busy kitchen is late.
const MOST_MINUTES: u16 = 180;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderIntake {
    /// No orders are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<OrderPause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy: Option<BusyKitchen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPause {
    /// Without it, until somebody takes orders again: it never ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusyKitchen {
    /// Minutes that an order needs more than usual.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 180))]
    pub minutes: u16,
    pub until: Timestamp,
}

/// A pause on the restaurant's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LocalPause {
    /// Without it, until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<LocalMinute>,
}

/// What somebody sets; the rest stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IntakeChange {
    /// Without one, orders are taken again.
    Pause(Option<OrderPause>),
    /// Without one, the kitchen needs as long as usual.
    Busy(Option<BusyKitchen>),
}

impl IntakeChange {
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidField> {
        let is_near = |until: Timestamp| (now.0..=now.0 + LONGEST).contains(&until.0);
        match self {
            Self::Pause(Some(OrderPause { until: Some(until) })) if !is_near(*until) => {
                Err(invalid_field("pause", "ends within a day, or has no end"))
            }
            Self::Busy(Some(BusyKitchen { minutes, until }))
                if !(1..=MOST_MINUTES).contains(minutes) || !is_near(*until) =>
            {
                Err(invalid_field(
                    "busy",
                    format!("is 1 to {MOST_MINUTES} minutes, and ends within a day"),
                ))
            }
            _ => Ok(()),
        }
    }
}

impl OrderIntake {
    /// With the change, and without what is over.
    pub fn changed(&self, change: IntakeChange, now: Timestamp) -> Self {
        let now = self.at(now);
        match change {
            IntakeChange::Pause(pause) => Self { pause, ..now },
            IntakeChange::Busy(busy) => Self { busy, ..now },
        }
    }

    /// What of it still holds.
    pub fn at(&self, now: Timestamp) -> Self {
        let is_over = |until: Timestamp| until <= now;
        Self {
            pause: self.pause.filter(|pause| !pause.until.is_some_and(is_over)),
            busy: self.busy.filter(|busy| !is_over(busy.until)),
        }
    }

    /// When the next part of it ends by itself.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let Self { pause, busy } = self.at(now);
        let ends = [pause.and_then(|pause| pause.until), busy.map(|busy| busy.until)];
        ends.into_iter().flatten().min()
    }
}

impl LocalPause {
    /// Whether orders are taken: not before the pause is over and the hours allow it.
    pub fn opening(self, hours: &OpeningHours, holidays: &[Day], now: LocalMinute) -> Opening {
        let Some(until) = self.until else {
            return Opening::closed_until_further_notice();
        };
        let then = hours.at(until.max(now), holidays);
        if until <= now {
            return then;
        }
        let opens = match then.open {
            true => Some(until),
            false => then.change.map(|change| change.at),
        };
        opens.map_or_else(Opening::closed_until_further_notice, |at| {
            Opening::closed_until(at, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::listing;

    const NOW: Timestamp = Timestamp(1_000_000);
    const LATER: Timestamp = Timestamp(NOW.0 + 20 * 60);

    fn pause(until: Option<Timestamp>) -> OrderIntake {
        OrderIntake {
            pause: Some(OrderPause { until }),
            busy: None,
        }
    }

    #[test]
    fn case_coopcycle_3696_closed_until_further_notice_does_not_reopen_by_itself() {
        let closed = pause(None);
        let next_year = Timestamp(NOW.0 + 365 * 24 * 3600);
        assert_eq!(closed.at(next_year), closed);
        assert_eq!(closed.next_end(NOW), None);
        let noon = LocalMinute::new(2027, 1, 1, 12, 0);
        let open = listing("mill", "Mill", "24/7", noon).restaurant;
        let opening = open.opening(noon, Some(LocalPause { until: None }));
        assert_eq!((opening.open, opening.change), (false, None));
    }

    #[test]
    fn a_pause_ends_by_itself_and_a_busy_kitchen_too() {
        let both = OrderIntake {
            pause: Some(OrderPause { until: Some(LATER) }),
            busy: Some(BusyKitchen {
                minutes: 15,
                until: Timestamp(LATER.0 + 60),
            }),
        };
        assert_eq!(both.at(NOW), both);
        assert_eq!(both.next_end(NOW), Some(LATER));
        assert_eq!(both.at(LATER).pause, None);
        assert_eq!(both.next_end(LATER), Some(Timestamp(LATER.0 + 60)));
        assert_eq!(both.at(Timestamp(LATER.0 + 60)), OrderIntake::default());
    }

    #[test]
    fn a_restaurant_opens_after_a_pause_when_its_hours_allow_it() {
        // A Monday.
        let at = |hour, minute| LocalMinute::new(2026, 11, 16, hour, minute);
        let hours = "Mo-Su 11:00-14:00,18:00-22:00";
        let restaurant = listing("mill", "Mill", hours, at(12, 0)).restaurant;
        let opens = |now, until| {
            let opening = restaurant.opening(now, Some(LocalPause { until: Some(until) }));
            assert!(!opening.open);
            opening.change.unwrap()
        };
        assert_eq!(opens(at(12, 0), at(12, 20)).at, at(12, 20));
        assert_eq!(opens(at(13, 50), at(14, 10)).at, at(18, 0));
        let tomorrow = opens(at(21, 50), at(22, 10));
        assert_eq!((tomorrow.at.clock(), tomorrow.in_days), ("11:00".to_owned(), 1));
        assert!(restaurant.opening(at(12, 0), None).open);
        let over = LocalPause {
            until: Some(at(12, 20)),
        };
        assert!(
            restaurant.opening(at(12, 20), Some(over)).open,
            "a stored pause ends"
        );
    }

    #[test]
    fn a_pause_is_within_a_day_or_without_an_end() {
        let pause = |until| IntakeChange::Pause(Some(OrderPause { until }));
        assert_eq!(pause(None).check(NOW), Ok(()));
        assert_eq!(pause(Some(LATER)).check(NOW), Ok(()));
        for until in [Timestamp(NOW.0 - 1), Timestamp(NOW.0 + 24 * 3600 + 1)] {
            assert!(pause(Some(until)).check(NOW).is_err());
        }
        let busy = |minutes, until| IntakeChange::Busy(Some(BusyKitchen { minutes, until }));
        assert_eq!(busy(180, LATER).check(NOW), Ok(()));
        for wrong in [busy(0, LATER), busy(181, LATER), busy(15, Timestamp(NOW.0 - 1))] {
            assert!(wrong.check(NOW).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_change_leaves_the_rest_and_drops_what_is_over() {
        let busy = BusyKitchen {
            minutes: 15,
            until: LATER,
        };
        let both = pause(None).changed(IntakeChange::Busy(Some(busy)), NOW);
        assert_eq!((both.pause, both.busy), (pause(None).pause, Some(busy)));
        let resumed = both.changed(IntakeChange::Pause(None), NOW);
        assert_eq!((resumed.pause, resumed.busy), (None, Some(busy)));
        assert_eq!(
            both.changed(IntakeChange::Pause(None), LATER),
            OrderIntake::default()
        );
    }
}
