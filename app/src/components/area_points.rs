//! Delivery areas as the elements of maps write them: points with a space between them, and for a circle its centre, `@`, and metres.

use servery_domain::delivery_area::{DeliveryArea, Point};

use super::map_points::point_text;

/// Areas with `|` between them.
pub fn areas_text(areas: &[DeliveryArea]) -> String {
    let areas: Vec<String> = areas.iter().map(area_text).collect();
    areas.join("|")
}

fn area_text(area: &DeliveryArea) -> String {
    match area {
        DeliveryArea::Polygon(corners) => line_text(corners),
        DeliveryArea::Circle { centre, metres } => circle_text(*centre, *metres),
        DeliveryArea::Postcodes(_) => String::new(),
    }
}

pub fn line_text(points: &[Point]) -> String {
    let points: Vec<String> = points.iter().copied().map(point_text).collect();
    points.join(" ")
}

pub fn circle_text(centre: Point, metres: u32) -> String {
    format!("{}@{metres}", point_text(centre))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_written_one_after_the_other() {
        let point = |latitude, longitude| Point { latitude, longitude };
        let areas = [
            DeliveryArea::Polygon(vec![point(1, 2), point(3, 4), point(5, 6)]),
            DeliveryArea::Postcodes(vec!["10012".into()]),
            DeliveryArea::Circle {
                centre: point(-7, 8),
                metres: 900,
            },
        ];
        assert_eq!(areas_text(&areas), "1,2 3,4 5,6||-7,8@900");
    }
}
