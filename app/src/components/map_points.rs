//! Points as the elements of maps write them: `latitude,longitude` in millionths of a degree. To read and write fractions would make
//! the diners' program larger.

use servery_domain::delivery_area::{Bounds, Point};

pub fn point_text(point: Point) -> String {
    format!("{},{}", point.latitude, point.longitude)
}

pub fn read_point(text: &str) -> Option<Point> {
    let (latitude, longitude) = text.split_once(',')?;
    Point::from_millionths(latitude.parse().ok()?, longitude.parse().ok()?)
}

/// The corners, south-west first.
pub fn bounds_text(bounds: Bounds) -> String {
    format!(
        "{},{}",
        point_text(bounds.south_west),
        point_text(bounds.north_east)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_written() {
        let point = Point {
            latitude: 40_729_000,
            longitude: -73_995_001,
        };
        assert_eq!(point_text(point), "40729000,-73995001");
        assert_eq!(read_point(&point_text(point)), Some(point));
        for text in ["", "1", "1,2,3", "91000000,0", "40.7,0", "a,b"] {
            assert_eq!(read_point(text), None, "{text}");
        }
    }
}
