//! The opening spans of one day, from midnight to midnight, after all rules.

use super::rule::{Rule, Span, insert};
use crate::time::{DAY, Day};

#[derive(Default, PartialEq)]
pub(super) struct DayPlan {
    /// The minute until which yesterday's last span continues.
    pub carried: i64,
    pub own: Vec<Span>,
}

impl DayPlan {
    pub fn new(rules: &[Rule], day: Day, holidays: &[Day]) -> Self {
        let mut plan = Self::default();
        for rule in rules {
            if rule.holds(day, holidays) {
                if rule.replaces {
                    plan = Self::default();
                }
                for span in &rule.spans {
                    insert(
                        &mut plan.own,
                        Span {
                            from: span.from,
                            to: span.to.min(DAY),
                        },
                    );
                }
            }
            if rule.holds(day.plus(-1), holidays) {
                if rule.replaces {
                    // An evening that does not take place has no night.
                    plan.carried = 0;
                }
                let ends = rule.spans.iter().map(|span| span.to - DAY);
                plan.carried = ends.fold(plan.carried, i64::max);
            }
        }
        plan
    }

    /// Ordered by start.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let carried = Some(Span {
            from: 0,
            to: self.carried,
        })
        .filter(|span| span.to > 0);
        carried.into_iter().chain(self.own.iter().copied())
    }
}
