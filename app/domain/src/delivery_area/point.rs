//! Positions on the earth, and which lines between them they are on.

use serde::{Deserialize, Serialize};

/// A geographic position in millionths of a degree: integers give the same result on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    pub latitude: i32,
    pub longitude: i32,
}

const MILLIONTHS: f64 = 1_000_000.0;

impl Point {
    /// `None` for what is not on the earth.
    pub fn from_millionths(latitude: i32, longitude: i32) -> Option<Self> {
        let is_on_earth = latitude.unsigned_abs() <= 90_000_000 && longitude.unsigned_abs() <= 180_000_000;
        is_on_earth.then_some(Self { latitude, longitude })
    }

    /// `None` for what is not on the earth.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let millionths = |degrees: f64| (degrees * MILLIONTHS).round() as i32;
        is_on_earth.then(|| Self {
            latitude: millionths(latitude),
            longitude: millionths(longitude),
        })
    }

    /// Latitude and longitude.
    pub fn degrees(self) -> (f64, f64) {
        (
            f64::from(self.latitude) / MILLIONTHS,
            f64::from(self.longitude) / MILLIONTHS,
        )
    }
}

/// The cross product of the vectors from `a` to `b` and from `a` to `p`: zero if `p` is on the line,
/// otherwise its sign tells the side.
pub(super) fn side(a: Point, b: Point, p: Point) -> i128 {
    let method = |from: i32, to: i32| i128::from(to) - i128::from(from);
    method(a.longitude, b.longitude) * method(a.latitude, p.latitude)
        - method(a.latitude, b.latitude) * method(a.longitude, p.longitude)
}

pub(super) fn on_edge(a: Point, b: Point, p: Point) -> bool {
    let between = |a: i32, b: i32, p: i32| a.min(b) <= p && p <= a.max(b);
    side(a, b, p) == 0
        && between(a.latitude, b.latitude, p.latitude)
        && between(a.longitude, b.longitude, p.longitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: i32, longitude: i32) -> Point {
        Point { latitude, longitude }
    }

    #[test]
    fn degrees_are_those_of_a_point_on_the_earth() {
        let berlin = Point::from_degrees(52.520_008_4, -13.404_954).unwrap();
        assert_eq!(berlin, point(52_520_008, -13_404_954));
        assert_eq!(berlin.degrees(), (52.520_008, -13.404_954));
        for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(
                Point::from_degrees(latitude, longitude),
                None,
                "{latitude} {longitude}"
            );
        }
    }

    #[test]
    fn millionths_are_those_of_a_point_on_the_earth() {
        let pole = point(-90_000_000, 180_000_000);
        assert_eq!(Point::from_millionths(-90_000_000, 180_000_000), Some(pole));
        for (latitude, longitude) in [(90_000_001, 0), (0, -180_000_001), (i32::MIN, 0)] {
            assert_eq!(
                Point::from_millionths(latitude, longitude),
                None,
                "{latitude} {longitude}"
            );
        }
    }
}
