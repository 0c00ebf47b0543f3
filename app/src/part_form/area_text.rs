//! An area on the map as it is typed: a line for each point, with its latitude and longitude in degrees, and the radius of a circle.

use servery_domain::{
    delivery_area::{DeliveryArea, Point},
    limits,
    typed_amount::western_digit,
};

/// The inputs of a zone that its area is typed into.
pub const AREA_INPUTS: [&str; 2] = ["points", "radius"];

/// What was typed of an area, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedArea {
    /// `None` if a line is no point.
    points: Option<Vec<Point>>,
    /// Metres. `None` if none was typed, and `Some(None)` if it is no number.
    radius: Option<Option<u32>>,
}

/// The codes of what is wrong with the area of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaMistake {
    Points,
    Crossing,
}

impl AreaMistake {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Points => "zone-points",
            Self::Crossing => "zone-crossing",
        }
    }
}

impl TypedArea {
    pub fn read(points: &str, radius: &str) -> Self {
        let lines = points.split(['\n', ';']).map(str::trim);
        let radius: String = radius.trim().chars().map(western_digit).collect();
        Self {
            points: lines.filter(|line| !line.is_empty()).map(read_point).collect(),
            radius: (!radius.is_empty()).then(|| radius.parse().ok()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.radius.is_none() && self.points.as_ref().is_some_and(Vec::is_empty)
    }

    pub fn points(&self) -> &[Point] {
        self.points.as_deref().unwrap_or_default()
    }

    /// Metres.
    pub fn radius(&self) -> Option<u32> {
        self.radius.flatten()
    }

    pub fn area(&self) -> Result<DeliveryArea, AreaMistake> {
        let points = self.points.as_deref().ok_or(AreaMistake::Points)?;
        let area = match (self.radius, points) {
            (None, corners) => DeliveryArea::Polygon(corners.to_vec()),
            (Some(Some(metres)), [centre]) => DeliveryArea::Circle {
                centre: *centre,
                metres,
            },
            (Some(_), _) => return Err(AreaMistake::Points),
        };
        let is_polygon = (3..=limits::CORNERS).contains(&points.len());
        match area.check() {
            Ok(()) => Ok(area),
            Err(_) if is_polygon && area.crosses_itself() => Err(AreaMistake::Crossing),
            Err(_) => Err(AreaMistake::Points),
        }
    }
}

/// What [`TypedArea::read`] reads: points and radius. Nothing for postcodes.
pub fn area_text(area: &DeliveryArea) -> [String; 2] {
    match area {
        DeliveryArea::Polygon(corners) => [points_text(corners), String::new()],
        DeliveryArea::Circle { centre, metres } => [points_text(&[*centre]), metres.to_string()],
        DeliveryArea::Postcodes(_) => Default::default(),
    }
}

pub fn points_text(points: &[Point]) -> String {
    let lines: Vec<String> = points.iter().copied().map(point_text).collect();
    lines.join("\n")
}

fn point_text(point: Point) -> String {
    let (latitude, longitude) = point.degrees();
    format!("{latitude:.6}, {longitude:.6}")
}

/// As maps write it. Arabic has a decimal separator of its own.
fn read_point(line: &str) -> Option<Point> {
    let western = |typed: char| match typed {
        '٫' => '.',
        typed => western_digit(typed),
    };
    let line: String = line.chars().map(western).collect();
    let numbers = line
        .split([',', '،', ' ', '\t'])
        .filter(|number| !number.is_empty());
    let numbers: Result<Vec<f64>, _> = numbers.map(str::parse).collect();
    match numbers.ok()?.as_slice() {
        [latitude, longitude] => Point::from_degrees(*latitude, *longitude),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "40.71, -74.01\n40.71, -73.99\n40.73, -73.99\n40.73, -74.01";

    fn read(points: &str, radius: &str) -> Result<DeliveryArea, AreaMistake> {
        TypedArea::read(points, radius).area()
    }

    #[test]
    fn points_are_read_as_people_and_maps_write_them() {
        let point = Point {
            latitude: 40_729_000,
            longitude: -73_995_001,
        };
        for line in [
            "40.729, -73.995001",
            "40.729 -73.995001",
            "40.729000,-73.995001",
            "٤٠٫٧٢٩، -٧٣٫٩٩٥٠٠١",
        ] {
            assert_eq!(read_point(line), Some(point), "{line}");
        }
        for line in [
            "40.729",
            "40,729, -73,995",
            "91, 0",
            "40.729, x",
            "NaN, 0",
            "1, 2, 3",
        ] {
            assert_eq!(read_point(line), None, "{line}");
        }
    }

    #[test]
    fn three_points_are_a_polygon_and_one_with_a_radius_a_circle() {
        assert!(matches!(read(SQUARE, ""), Ok(DeliveryArea::Polygon(corners)) if corners.len() == 4));
        assert!(matches!(
            read(" 40.71, -74.01 ", "٢٥٠٠"),
            Ok(DeliveryArea::Circle { metres: 2_500, .. })
        ));
        for (points, radius) in [
            ("40.71, -74.01", ""),
            ("40.71, -74.01\n40.71, -73.99", ""),
            (SQUARE, "2500"),
            ("", "2500"),
            ("40.71, -74.01", "0"),
            ("40.71, -74.01", "100001"),
            ("40.71, -74.01", "far"),
            ("north", ""),
        ] {
            assert_eq!(
                read(points, radius),
                Err(AreaMistake::Points),
                "{points} {radius}"
            );
        }
    }

    #[test]
    fn lines_that_cross_are_another_mistake_than_points_that_cannot_be_read() {
        let crossing = "40.71, -74.01\n40.73, -73.99\n40.71, -73.99\n40.73, -74.01";
        assert_eq!(read(crossing, ""), Err(AreaMistake::Crossing));
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for latitude in (-90_000_000..=90_000_000).step_by(1_234_567) {
            for longitude in (-180_000_000..=180_000_000).step_by(7_654_321) {
                let point = Point { latitude, longitude };
                assert_eq!(read_point(&point_text(point)), Some(point));
            }
        }
    }
}
