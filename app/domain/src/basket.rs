//! What a diner has chosen so far, and how it is served. It has no prices: they are computed for each
//! quote.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{DeliveryAddress, InvalidField, check_text, invalid_field},
    currency::Minor,
    id::{ChoiceId, DishId, LineId},
    limits,
    tax::Place,
    time::LocalMinute,
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Basket {
    #[cfg_attr(feature = "openapi", schema(max_items = 60))]
    pub lines: Vec<BasketLine>,
    pub fulfilment: Fulfilment,
    /// In the restaurant's local time; absent means as soon as possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<LocalMinute>,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::COUPON }>))]
    pub coupon: String,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::amount::<0, { crate::limits::PRICE }>))]
    pub tip: Minor,
}

/// A dish with its options, and how many of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasketLine {
    pub id: LineId,
    pub dish: DishId,
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 99))]
    pub count: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<Pick>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(no_recursion))]
pub struct Pick {
    pub choice: ChoiceId,
    /// Options chosen within this option.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<Pick>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Fulfilment {
    #[default]
    Collection,
    Delivery(DeliveryAddress),
    /// The code that is printed on the table.
    Table(String),
}

impl Fulfilment {
    pub fn place(&self) -> Place {
        match self {
            Self::Table(_) => Place::In,
            Self::Collection | Self::Delivery(_) => Place::Away,
        }
    }
}

impl Basket {
    /// Checks sizes and ranges of a basket that a client sent.
    pub fn check(&self) -> Result<(), InvalidField> {
        if self.lines.len() > limits::LINES {
            return Err(invalid_field(
                "lines",
                format!("are {} at the most", limits::LINES),
            ));
        }
        if !(0..=limits::PRICE).contains(&self.tip.0) {
            return Err(invalid_field("tip", format!("is 0 to {}", limits::PRICE)));
        }
        check_text("coupon", &self.coupon, limits::COUPON)?;
        if let Fulfilment::Table(code) = &self.fulfilment {
            check_text("table", code, limits::COUPON)?;
        }
        for (at, line) in self.lines.iter().enumerate() {
            line.check()?;
            if self.lines[..at].iter().any(|other| other.id == line.id) {
                return Err(invalid_field("lines", "have an id each"));
            }
        }
        Ok(())
    }

    /// Adds a line, or raises the count of a line with the same dish, options and note.
    pub fn add(&mut self, line: BasketLine) {
        let same = |other: &BasketLine| {
            other.dish == line.dish && other.picks == line.picks && other.note == line.note
        };
        match self.lines.iter().position(same) {
            Some(at) => {
                self.lines[at].count = self.lines[at].count.saturating_add(line.count).min(limits::COUNT)
            }
            None if self.lines.len() < limits::LINES => self.lines.push(line),
            None => {}
        }
    }

    /// A count of zero removes the line.
    pub fn set_count(&mut self, id: LineId, count: u8) {
        match self.lines.iter().position(|line| line.id == id) {
            Some(at) if count == 0 => drop(self.lines.remove(at)),
            Some(at) => self.lines[at].count = count.min(limits::COUNT),
            None => {}
        }
    }

    pub fn dishes(&self) -> usize {
        self.lines.iter().map(|line| usize::from(line.count)).sum()
    }
}

impl BasketLine {
    pub(crate) fn check(&self) -> Result<(), InvalidField> {
        if !(1..=limits::COUNT).contains(&self.count) {
            return Err(invalid_field("count", format!("is 1 to {}", limits::COUNT)));
        }
        if size(&self.picks, limits::DEPTH).is_none_or(|size| size > limits::PICKS) {
            return Err(invalid_field(
                "picks",
                format!("are {} at the most, {} deep", limits::PICKS, limits::DEPTH),
            ));
        }
        check_text("note", &self.note, limits::NOTE)
    }
}

/// The number of picks; `None` if they nest too deeply.
fn size(picks: &[Pick], depth: usize) -> Option<usize> {
    match (picks.is_empty(), depth) {
        (true, _) => Some(0),
        (false, 0) => None,
        (false, _) => picks
            .iter()
            .map(|pick| Some(1 + size(&pick.picks, depth - 1)?))
            .sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: u128, count: u8) -> BasketLine {
        BasketLine {
            id: LineId(id),
            dish: DishId(1),
            count,
            picks: Vec::new(),
            note: String::new(),
        }
    }

    #[test]
    fn the_same_dish_counts_up() {
        let mut basket = Basket::default();
        basket.add(line(1, 2));
        basket.add(line(2, 98));
        basket.add(BasketLine {
            note: "no onions".into(),
            ..line(3, 1)
        });
        assert_eq!(
            basket.lines.iter().map(|line| line.count).collect::<Vec<_>>(),
            [99, 1]
        );
        basket.set_count(LineId(1), 0);
        assert_eq!(basket.dishes(), 1);
    }

    #[test]
    fn each_limit_is_refused_by_its_field() {
        let nested = |depth: usize| {
            (0..depth).fold(Vec::new(), |picks, _| {
                vec![Pick {
                    choice: ChoiceId(1),
                    picks,
                }]
            })
        };
        type Break = fn(&mut Basket);
        let broken: [(Break, &str); 6] = [
            (|basket| basket.lines[0].count = 0, "count"),
            (|basket| basket.lines[0].count = 100, "count"),
            (|basket| basket.lines[0].note = "x".repeat(1_000_000), "note"),
            (|basket| basket.tip = Minor(-1), "tip"),
            (|basket| basket.lines.push(basket.lines[0].clone()), "lines"),
            (
                |basket| basket.lines = (0..=limits::LINES as u128).map(|id| line(id, 1)).collect(),
                "lines",
            ),
        ];
        let sound = Basket {
            lines: vec![BasketLine {
                picks: nested(3),
                ..line(1, 1)
            }],
            ..Basket::default()
        };
        assert_eq!(sound.check(), Ok(()));
        for (breaks, field) in broken {
            let mut basket = sound.clone();
            breaks(&mut basket);
            assert_eq!(basket.check().unwrap_err().field, field);
        }
        let deep = Basket {
            lines: vec![BasketLine {
                picks: nested(4),
                ..line(1, 1)
            }],
            ..Basket::default()
        };
        assert_eq!(deep.check().unwrap_err().field, "picks");
    }

    #[test]
    fn numbers_that_are_none_do_not_get_in() {
        for count in ["-1", "1.5", "256", "1e3", "\"2\"", "null"] {
            let json = format!(
                r#"{{"lines":[{{"id":"{:032x}","dish":"{:032x}","count":{count}}}]}}"#,
                1, 1
            );
            assert!(serde_json::from_str::<Basket>(&json).is_err(), "{count}");
        }
    }
}
