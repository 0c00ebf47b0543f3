//! Where a restaurant delivers to.

mod crossing;
mod point;

use serde::{Deserialize, Serialize};

pub use self::point::Point;
use self::point::{on_edge, side};
use crate::limits;

/// A rectangle on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub south_west: Point,
    pub north_east: Point,
}

impl Bounds {
    /// The rectangle around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let (a, b) = (self.south_west, other.south_west);
        let (c, d) = (self.north_east, other.north_east);
        Self {
            south_west: Point {
                latitude: a.latitude.min(b.latitude),
                longitude: a.longitude.min(b.longitude),
            },
            north_east: Point {
                latitude: c.latitude.max(d.latitude),
                longitude: c.longitude.max(d.longitude),
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeliveryArea {
    /// Inside this polygon, edges included.
    Polygon(Vec<Point>),
    /// Within a straight-line distance.
    Circle { centre: Point, metres: u32 },
    /// For addresses that are not geocoded.
    Postcodes(Vec<String>),
}

impl DeliveryArea {
    pub fn contains(&self, postcode: &str, point: Option<Point>) -> bool {
        match self {
            Self::Polygon(corners) => point.is_some_and(|point| inside(corners, point)),
            Self::Circle { centre, metres } => point.is_some_and(|point| within(*centre, *metres, point)),
            Self::Postcodes(all) => all.iter().any(|known| covers(known, postcode)),
        }
    }

    /// A rectangle around the area; `None` for one that is not drawn.
    pub fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Polygon(corners) => corners
                .iter()
                .map(|corner| Bounds {
                    south_west: *corner,
                    north_east: *corner,
                })
                .reduce(Bounds::with),
            Self::Circle { centre, metres } => Some(around(*centre, *metres)),
            Self::Postcodes(_) => None,
        }
    }

    /// Whether its lines cross or touch each other.
    pub fn crosses_itself(&self) -> bool {
        matches!(self, Self::Polygon(corners) if crossing::crosses_itself(corners))
    }

    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Polygon(corners) if corners.len() < 3 || corners.len() > limits::CORNERS => {
                Err(format!("an area has 3 to {} corners", limits::CORNERS))
            }
            area @ Self::Polygon(_) if area.crosses_itself() => {
                Err("the lines of an area do not cross or touch each other; move a corner".to_owned())
            }
            Self::Circle { metres, .. } if *metres == 0 || *metres > limits::RADIUS => {
                Err(format!("a circle's radius is 1 to {} metres", limits::RADIUS))
            }
            Self::Postcodes(all) if all.is_empty() || all.len() > limits::POSTCODES => {
                Err(format!("an area has 1 to {} postcodes", limits::POSTCODES))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a postcode of the list is this one, or its first part: `SW1A` and `B3H` are districts of `sw1a 1aa` and `B3H 1W5`. Compares
/// without case, spaces and punctuation.
fn covers(known: &str, postcode: &str) -> bool {
    let (known, typed) = (letters(known), letters(postcode));
    !known.is_empty() && (known == typed || Some(known) == district(postcode).map(letters))
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// What stands before the space; without one, before the three characters with which British and Canadian postcodes end.
fn district(postcode: &str) -> Option<&str> {
    let postcode = postcode.trim();
    if let Some((district, _)) = postcode.split_once(char::is_whitespace) {
        return Some(district);
    }
    let has_letters = postcode.starts_with(|first: char| first.is_ascii_alphabetic());
    let (end, _) = postcode.char_indices().rev().nth(2).filter(|_| has_letters)?;
    let (district, unit) = postcode.split_at(end);
    unit.starts_with(|first: char| first.is_ascii_digit())
        .then_some(district)
}

fn inside(corners: &[Point], p: Point) -> bool {
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let mut crossings = 0;
    for (a, b) in edges {
        if on_edge(*a, *b, p) {
            return true;
        }
        // Casts a ray to the east and counts the edges that it crosses. An edge includes its lower end and
        // excludes its upper end.
        if (a.latitude > p.latitude) != (b.latitude > p.latitude) {
            let (low, high) = if a.latitude < b.latitude { (a, b) } else { (b, a) };
            crossings += usize::from(side(*low, *high, p) > 0);
        }
    }
    crossings % 2 == 1
}

/// Metres per millionth of a degree of latitude.
const METRES: f64 = 0.111_194_926_6;

/// Treats the earth as flat, which is accurate enough within a city. Uses only additions and
/// multiplications, which every machine rounds alike.
fn within(centre: Point, metres: u32, p: Point) -> bool {
    let north = (f64::from(p.latitude) - f64::from(centre.latitude)) * METRES;
    let east = (f64::from(p.longitude) - f64::from(centre.longitude)) * METRES * cosine(centre.latitude);
    north * north + east * east <= f64::from(metres) * f64::from(metres)
}

/// The rectangle around a circle.
fn around(centre: Point, metres: u32) -> Bounds {
    let north = f64::from(metres) / METRES;
    // Close to a pole a circle is around the whole earth.
    let east = (north / cosine(centre.latitude).max(0.01)).min(180_000_000.0);
    let moved = |by: f64| Point {
        latitude: centre.latitude.saturating_add((north * by) as i32),
        longitude: centre.longitude.saturating_add((east * by) as i32),
    };
    Bounds {
        south_west: moved(-1.0),
        north_east: moved(1.0),
    }
}

/// A Taylor series with eight correct digits up to 90 degrees: `f64::cos` may differ between a browser and
/// a server.
fn cosine(millionths: i32) -> f64 {
    let x = f64::from(millionths) / 1_000_000.0 * (std::f64::consts::PI / 180.0);
    let square = x * x;
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..12 {
        term = -term * square / f64::from((2 * n - 1) * (2 * n));
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(latitude: i32, longitude: i32) -> Point {
        Point { latitude, longitude }
    }

    fn polygon(corners: &[(i32, i32)]) -> DeliveryArea {
        DeliveryArea::Polygon(
            corners
                .iter()
                .map(|(latitude, longitude)| point(*latitude, *longitude))
                .collect(),
        )
    }

    #[test]
    fn case_tastyigniter_684_a_point_inside_the_polygon() {
        // An L: the notch at the upper right does not belong to it.
        let area = polygon(&[(0, 0), (0, 100), (50, 100), (50, 50), (100, 50), (100, 0)]);
        for (latitude, longitude, inside) in [
            (10, 10, true),
            (90, 10, true),
            (10, 90, true),
            (90, 90, false),
            (50, 75, true),
            (0, 0, true),
            (100, 25, true),
            (50, 50, true),
            (101, 25, false),
            (-1, 50, false),
        ] {
            assert_eq!(
                area.contains("", Some(point(latitude, longitude))),
                inside,
                "{latitude},{longitude}"
            );
        }
        assert!(!area.contains("", None));
    }

    #[test]
    fn a_circle_is_round_on_the_ground() {
        let centre = point(52_520_000, 13_405_000);
        let area = DeliveryArea::Circle {
            centre,
            metres: 3_000,
        };
        assert!(
            area.contains("", Some(point(52_546_900, 13_405_000))),
            "2 991 m north"
        );
        assert!(
            !area.contains("", Some(point(52_547_100, 13_405_000))),
            "3 013 m north"
        );
        assert!(
            area.contains("", Some(point(52_520_000, 13_449_200))),
            "2 991 m east"
        );
        assert!(
            !area.contains("", Some(point(52_520_000, 13_449_700))),
            "3 024 m east"
        );
    }

    #[test]
    fn whoever_is_in_an_area_is_in_its_bounds() {
        let centre = point(52_520_000, 13_405_000);
        let circle = DeliveryArea::Circle {
            centre,
            metres: 3_000,
        };
        let bounds = circle.bounds().unwrap();
        assert!((bounds.north_east.latitude - 52_546_980).abs() < 10, "{bounds:?}");
        assert!(
            (bounds.south_west.longitude - 13_360_660).abs() < 100,
            "{bounds:?}"
        );
        let bounds = polygon(&[(0, 0), (5, 90), (-3, 40)]).bounds().unwrap();
        assert_eq!(
            (bounds.south_west, bounds.north_east),
            (point(-3, 0), point(5, 90))
        );
        assert_eq!(DeliveryArea::Postcodes(vec!["1".into()]).bounds(), None);
    }

    #[test]
    fn an_area_that_crosses_itself_is_refused_and_told_what_to_do() {
        assert_eq!(polygon(&[(0, 0), (0, 9), (9, 9), (9, 0)]).check(), Ok(()));
        let refused = polygon(&[(0, 0), (9, 9), (0, 9), (9, 0)]).check().unwrap_err();
        assert!(refused.ends_with("move a corner"), "{refused}");
        let line = polygon(&[(0, 0), (9, 9)]).check().unwrap_err();
        assert!(line.starts_with("an area has 3 to"), "{line}");
    }

    #[test]
    fn postcodes_are_read_as_people_write_them() {
        let area = DeliveryArea::Postcodes(vec!["SW1A 1AA".into()]);
        assert!(
            area.contains("sw1a1aa", None) && !area.contains("SW1A 1AB", None) && !area.contains("", None)
        );
    }

    #[test]
    fn the_first_part_of_a_postcode_stands_for_its_district() {
        let area = DeliveryArea::Postcodes(vec!["B3H".into(), "BS1".into(), "1012".into(), "80331".into()]);
        for (postcode, is_delivered) in [
            ("B3H 1W5", true),
            ("b3h1w5", true),
            ("B3J 1W5", false),
            ("BS1 4QA", true),
            ("BS14QA", true),
            ("BS14 9QA", false),
            ("BS149QA", false),
            ("1012 AB", true),
            ("1013 AB", false),
            ("80331", true),
            ("80331 1", true),
            ("803311", false),
            ("B3H", true),
            ("B", false),
            ("", false),
            (" ", false),
        ] {
            assert_eq!(area.contains(postcode, None), is_delivered, "{postcode:?}");
        }
    }

    proptest! {
        #[test]
        fn the_cosine_is_the_cosine(millionths in -90_000_000..90_000_000_i32) {
            let library = (f64::from(millionths) / 1_000_000.0).to_radians().cos();
            prop_assert!((cosine(millionths) - library).abs() < 1e-8);
        }

        #[test]
        fn it_does_not_matter_where_a_polygon_begins_or_which_way_it_turns(
            corners in prop::collection::vec((-100..100_i32, -100..100_i32), 3..8), turn in 0..8_usize, at in (-110..110_i32, -110..110_i32),
        ) {
            let p = Some(point(at.0, at.1));
            let mut turned = corners.clone();
            turned.rotate_left(turn % corners.len());
            let backwards: Vec<_> = corners.iter().rev().copied().collect();
            let inside = polygon(&corners).contains("", p);
            prop_assert_eq!(polygon(&turned).contains("", p), inside);
            prop_assert_eq!(polygon(&backwards).contains("", p), inside);
        }
    }
}
