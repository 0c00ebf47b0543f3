//! A week as it is painted: which minutes are open, whatever times they came from.

use super::{table::TIMES_A_DAY, week::DayTimes};
use crate::time::DAY;

/// Minutes of a cell that is painted at once.
pub const CELL: i64 = 30;
/// Cells of a day.
pub const CELLS: usize = (DAY / CELL) as usize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaintedWeek {
    /// Every minute of the week, from Monday's midnight on.
    open: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellState {
    Closed,
    /// Open for some of its minutes.
    Partly,
    Open,
}

/// A day, from 0 for Monday, that has more times than a form shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTimes(pub usize);

impl PaintedWeek {
    pub fn of(days: &[Vec<DayTimes>; 7]) -> Self {
        let mut week = Self {
            open: vec![false; minute(7, 0)],
        };
        for (day, times) in days.iter().enumerate() {
            for (from, to) in times {
                // What ends before its beginning ends on the next day.
                let length = if from < to { to - from } else { to + DAY - from };
                week.set(minute(day, *from), length as usize, true);
            }
        }
        week
    }

    /// What follows Sunday's last minute is Monday's first.
    fn set(&mut self, first: usize, length: usize, is_open: bool) {
        let all = self.open.len();
        for at in first..first + length {
            self.open[at % all] = is_open;
        }
    }

    pub fn cell(&self, day: usize, cell: usize) -> CellState {
        let first = minute(day, CELL * cell as i64);
        let minutes = self.open.get(first..first + CELL as usize).unwrap_or_default();
        match minutes.iter().filter(|open| **open).count() {
            0 => CellState::Closed,
            count if count == minutes.len() => CellState::Open,
            _ => CellState::Partly,
        }
    }

    /// With these cells of these days open, or closed. Both ends are included.
    #[must_use]
    pub fn painted(&self, days: (usize, usize), (first, last): (usize, usize), is_open: bool) -> Self {
        let mut week = self.clone();
        let length = CELL as usize * (last.min(CELLS - 1) + 1 - first.min(last));
        for day in days.0..=days.1.min(6) {
            week.set(minute(day, CELL * first as i64), length, is_open);
        }
        week
    }

    /// The times of each day. A night counts to the evening before it.
    pub fn times(&self) -> Result<[Vec<DayTimes>; 7], TooManyTimes> {
        let runs: [Vec<DayTimes>; 7] = std::array::from_fn(|day| self.runs(day));
        let mut days = runs.clone();
        for evening in 0..7 {
            let morning = (evening + 1) % 7;
            if let Some(end) = night(&runs[evening], &runs[morning]) {
                days[morning].remove(0);
                if let Some(last) = days[evening].last_mut() {
                    last.1 = end;
                }
            }
        }
        match days.iter().position(|times| times.len() > TIMES_A_DAY) {
            Some(day) => Err(TooManyTimes(day)),
            None => Ok(days),
        }
    }

    /// When the day is open, from midnight to midnight, which is written as 0 at the end.
    fn runs(&self, day: usize) -> Vec<DayTimes> {
        let mut runs: Vec<DayTimes> = Vec::new();
        let mut from = None;
        for at in 0..=DAY {
            let is_open = at < DAY && self.open[minute(day, at)];
            match (is_open, from) {
                (true, None) => from = Some(at),
                (false, Some(began)) => {
                    runs.push((began, at % DAY));
                    from = None;
                }
                _ => {}
            }
        }
        runs
    }
}

/// When a night ends that begins in the evening: before the evening began, because times have no more than a day.
fn night(evening: &[DayTimes], morning: &[DayTimes]) -> Option<i64> {
    let ((from, 0), (0, end)) = (*evening.last()?, *morning.first()?) else {
        return None;
    };
    (0 < end && end < from).then_some(end)
}

fn minute(day: usize, minutes: i64) -> usize {
    day * DAY as usize + minutes as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hours::week::of_week;

    fn week(days: &[(usize, &[DayTimes])]) -> [Vec<DayTimes>; 7] {
        let mut week: [Vec<DayTimes>; 7] = Default::default();
        for (day, times) in days {
            week[*day] = times.to_vec();
        }
        week
    }

    const fn at(hours: i64, minutes: i64) -> i64 {
        hours * 60 + minutes
    }

    #[test]
    fn times_come_back_as_they_were() {
        for days in [
            week(&[]),
            week(&[(0, &[(at(11, 15), at(14, 45)), (at(17, 30), at(22, 0))])]),
            week(&[(4, &[(at(18, 0), at(2, 0))]), (5, &[(at(12, 0), 0)])]),
            // The night of Sunday is on Monday.
            week(&[(6, &[(at(20, 0), at(4, 30))]), (0, &[(at(9, 0), at(17, 0))])]),
            [const { Vec::new() }; 7].map(|_: Vec<DayTimes>| vec![(0, 0)]),
            week(&[(2, &[(0, 0)]), (3, &[(0, at(3, 0))])]),
        ] {
            assert_eq!(PaintedWeek::of(&days).times(), Ok(days));
        }
    }

    #[test]
    fn a_cell_is_open_closed_or_partly_open() {
        let painted = PaintedWeek::of(&week(&[(1, &[(at(11, 15), at(12, 30))])]));
        let cells = [21, 22, 23, 24, 25].map(|cell| painted.cell(1, cell));
        let (closed, open) = (CellState::Closed, CellState::Open);
        assert_eq!(cells, [closed, CellState::Partly, open, open, closed]);
    }

    #[test]
    fn what_is_painted_leaves_the_rest_as_it_was_typed() {
        let typed = PaintedWeek::of(&week(&[(0, &[(at(11, 15), at(14, 45))])]));
        let longer = typed.painted((0, 1), (29, 31), true);
        let expected = week(&[(0, &[(at(11, 15), at(16, 0))]), (1, &[(at(14, 30), at(16, 0))])]);
        assert_eq!(longer.times(), Ok(expected));
        let shorter = longer.painted((0, 6), (24, 47), false);
        assert_eq!(shorter.times(), Ok(week(&[(0, &[(at(11, 15), at(12, 0))])])));
    }

    #[test]
    fn what_is_painted_after_midnight_counts_to_the_evening() {
        let evening = PaintedWeek::of(&week(&[])).painted((6, 6), (36, 47), true);
        assert_eq!(evening.times(), Ok(week(&[(6, &[(at(18, 0), 0)])])));
        let night = evening.painted((0, 0), (0, 3), true);
        assert_eq!(night.times(), Ok(week(&[(6, &[(at(18, 0), at(2, 0))])])));
        let far = night.painted((0, 0), (0, 39), true);
        assert_eq!(
            far.times(),
            Ok(week(&[(6, &[(at(18, 0), 0)]), (0, &[(0, at(20, 0))])])),
            "no more than a day"
        );
    }

    #[test]
    fn a_third_time_names_its_day() {
        let two = PaintedWeek::of(&week(&[(3, &[(at(8, 0), at(10, 0)), (at(12, 0), at(14, 0))])]));
        assert_eq!(two.painted((3, 3), (40, 41), true).times(), Err(TooManyTimes(3)));
        assert!(
            two.painted((3, 3), (20, 23), true).times().is_ok(),
            "the gap is filled"
        );
    }

    proptest! {
        #[test]
        fn what_is_painted_is_open_and_can_be_kept(
            strokes in prop::collection::vec((0..7_usize, 0..7_usize, 0..CELLS, 0..CELLS, any::<bool>()), 1..12),
        ) {
            let mut painted = PaintedWeek::of(&week(&[]));
            for (a, b, from, to, is_open) in strokes {
                let (days, cells) = ((a.min(b), a.max(b)), (from.min(to), from.max(to)));
                painted = painted.painted(days, cells, is_open);
                let expected = if is_open { CellState::Open } else { CellState::Closed };
                prop_assert_eq!(painted.cell(a, from), expected);
            }
            if let Ok(days) = painted.times() {
                prop_assert_eq!(PaintedWeek::of(&days), painted);
                prop_assert_eq!(of_week(&days).is_some(), days.iter().any(|times| !times.is_empty()));
            }
        }
    }
}
