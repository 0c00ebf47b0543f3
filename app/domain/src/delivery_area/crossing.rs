//! Whether a polygon crosses itself.

use super::point::{Point, on_edge, side};

/// Whether lines between corners cross, touch or lie on each other. What is inside of such a polygon cannot be said.
pub(super) fn crosses_itself(corners: &[Point]) -> bool {
    let corners = distinct(corners);
    if corners.len() < 3 {
        return true;
    }
    let edges: Vec<_> = corners
        .iter()
        .copied()
        .zip(corners.iter().copied().cycle().skip(1))
        .collect();
    let next_touch = (0..edges.len()).any(|at| turns_back(edges[at], edges[(at + 1) % edges.len()].1));
    next_touch
        || (0..edges.len()).any(|first| {
            let is_first_and_last = |second: usize| first == 0 && second + 1 == edges.len();
            (first + 2..edges.len())
                .any(|second| !is_first_and_last(second) && meet(edges[first], edges[second]))
        })
}

/// Without corners that stand twice in a row. Some programs repeat the first one at the end.
fn distinct(corners: &[Point]) -> Vec<Point> {
    let mut distinct = corners.to_vec();
    distinct.dedup();
    if distinct.len() > 1 && distinct.first() == distinct.last() {
        distinct.pop();
    }
    distinct
}

/// Whether the edge to `next` lies on the edge before it.
fn turns_back((a, b): (Point, Point), next: Point) -> bool {
    side(a, b, next) == 0 && (on_edge(a, b, next) || on_edge(b, next, a))
}

fn meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let are_apart = |x: i128, y: i128| x.signum() * y.signum() < 0;
    let crosses = are_apart(side(a, b, c), side(a, b, d)) && are_apart(side(c, d, a), side(c, d, b));
    crosses || on_edge(a, b, c) || on_edge(a, b, d) || on_edge(c, d, a) || on_edge(c, d, b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crosses(corners: &[(i32, i32)]) -> bool {
        let corners = corners.iter().map(|(latitude, longitude)| Point {
            latitude: *latitude,
            longitude: *longitude,
        });
        crosses_itself(&corners.collect::<Vec<_>>())
    }

    #[test]
    fn lines_that_cross_touch_or_lie_on_each_other_are_found() {
        for (corners, expected, name) in [
            (&[(0, 0), (0, 9), (9, 9), (9, 0)][..], false, "a square"),
            (&[(0, 0), (9, 9), (0, 9), (9, 0)], true, "an hourglass"),
            (
                &[(0, 0), (0, 9), (9, 9), (9, 0), (0, 0)],
                false,
                "a square that names its first corner again",
            ),
            (
                &[(0, 0), (0, 0), (0, 9), (9, 9)],
                false,
                "a corner twice in a row",
            ),
            (&[(0, 0), (0, 9), (0, 4)], true, "a line"),
            (&[(0, 0), (0, 9), (0, 4), (9, 4)], true, "a line back"),
            (
                &[(0, 0), (0, 9), (5, 9), (0, 4), (5, 0)],
                true,
                "a corner on another line",
            ),
            (
                &[(0, 0), (0, 9), (9, 9), (9, 0), (0, 5)],
                true,
                "a corner on the first line",
            ),
            (&[(0, 0), (0, 9), (9, 9), (5, 5), (9, 0)], false, "a notch"),
            (&[(1, 1), (1, 1), (1, 1)], true, "a point"),
        ] {
            assert_eq!(crosses(corners), expected, "{name}");
        }
    }

    #[test]
    fn the_ends_of_the_earth_are_no_limit() {
        let (north, east) = (90_000_000, 180_000_000);
        assert!(!crosses(&[
            (-north, -east),
            (-north, east),
            (north, east),
            (north, -east)
        ]));
        assert!(crosses(&[
            (-north, -east),
            (north, east),
            (-north, east),
            (north, -east)
        ]));
    }

    proptest! {
        #[test]
        fn a_star_around_a_point_does_not_cross_itself(lengths in prop::collection::vec(1..1_000_i32, 8)) {
            let ways = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)];
            let corners: Vec<_> = ways.iter().zip(&lengths).map(|((up, right), length)| (up * length, right * length)).collect();
            prop_assert!(!crosses(&corners));
        }

        #[test]
        fn it_does_not_matter_where_it_begins_or_which_way_it_turns(
            corners in prop::collection::vec((-20..20_i32, -20..20_i32), 3..8), turn in 0..8_usize,
        ) {
            let mut turned = corners.clone();
            turned.rotate_left(turn % corners.len());
            let backwards: Vec<_> = corners.iter().rev().copied().collect();
            prop_assert_eq!(crosses(&turned), crosses(&corners));
            prop_assert_eq!(crosses(&backwards), crosses(&corners));
        }
    }
}
