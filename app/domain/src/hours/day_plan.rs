//! The opening spans of one day, from midnight to midnight, after all rules.

use super::rule::{Rule, Span, insert};
use crate::time::{DAY, Day};

#[derive(Default)]
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
            if rule.crosses_midnight() && rule.holds(day.plus(-1), holidays) {
                plan.carried = rule
                    .spans
                    .iter()
                    .fold(plan.carried, |carried, span| carried.max(span.to - DAY));
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

    pub fn reaches_midnight(&self) -> bool {
        self.own.last().is_some_and(|last| last.to == DAY)
    }
}
