//! How a diner wants a dish, as its form says it: read in the browser for the running total, and by the server for the basket.

use servery_domain::{
    currency::Minor,
    id::{ChoiceId, DishId},
    listing::MalformedParameter,
    menu::{Dish, Menu, OptionGroup},
};

/// How many of a dish one line of a basket may have.
pub const MOST: u8 = 99;
/// Characters in a note.
pub const NOTE: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub dish: DishId,
    pub count: u8,
    pub note: String,
    pub picks: Vec<ChoiceId>,
}

/// What the fields of a group are called. Buttons of which one excludes the others need a name of their own.
pub fn field(group: &OptionGroup) -> String {
    if one_of(group) { format!("pick-{}", group.id) } else { "pick".to_owned() }
}

/// Exactly one must be chosen.
pub fn one_of(group: &OptionGroup) -> bool {
    (group.min, group.max) == (1, 1)
}

fn malformed<T>(name: &'static str, wants: impl Into<String>) -> Result<T, MalformedParameter> {
    Err(MalformedParameter { name, wants: wants.into() })
}

impl Wish {
    pub fn parse<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, MalformedParameter> {
        let (mut dish, mut count, mut note, mut picks) = (None, 1, String::new(), Vec::new());
        for (name, value) in pairs {
            match name {
                "dish" => dish = value.parse().ok(),
                "count" => match value.parse() {
                    Ok(number @ 1..=MOST) => count = number,
                    _ => return malformed("count", format!("a whole number from 1 to {MOST}")),
                },
                "note" => {
                    // A form sends each end of a line as two characters.
                    note = value.replace("\r\n", "\n").trim().to_owned();
                    if note.chars().count() > NOTE {
                        return malformed("note", format!("at most {NOTE} characters"));
                    }
                }
                _ if name == "pick" || name.starts_with("pick-") => match value.parse() {
                    Ok(choice) => picks.push(choice),
                    Err(_) => return malformed("pick", "the id of a choice"),
                },
                _ => {}
            }
        }
        match dish {
            Some(dish) => Ok(Self { dish, count, note, picks }),
            None => malformed("dish", "the id of a dish"),
        }
    }

    /// At the prices of this menu.
    pub fn price(&self, menu: &Menu, dish: &Dish) -> Minor {
        let offered = dish.option_groups.iter().filter_map(|id| menu.group(*id)).flat_map(|group| &group.choices);
        let chosen = offered.filter(|choice| self.picks.contains(&choice.id)).map(|choice| choice.price.0);
        Minor((dish.price.0 + chosen.sum::<i64>()) * i64::from(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> String {
        DishId(number).to_string()
    }

    #[test]
    fn a_form_is_read() {
        let (dish, size, sauce) = (id(1), id(2), id(3));
        let radio = format!("pick-{}", id(9));
        let fields = [("dish", &*dish), (&*radio, &*size), ("pick", &*sauce), ("count", "2"), ("note", " no\r\nonions ")];
        let wish = Wish { dish: DishId(1), count: 2, note: "no\nonions".into(), picks: vec![ChoiceId(2), ChoiceId(3)] };
        assert_eq!(Wish::parse(fields.into_iter()), Ok(wish));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let (dish, long) = (id(1), "x".repeat(NOTE + 1));
        for (field, value) in
            [("count", "0"), ("count", "100"), ("count", "two"), ("note", &*long), ("pick", "1"), ("pick-1", ""), ("dish", "")]
        {
            let read = Wish::parse([("dish", &*dish), (field, value)].into_iter());
            assert_eq!(read.map_err(|malformed| malformed.name), Err(field.split('-').next().unwrap_or_default()), "{value}");
        }
        assert!(Wish::parse([("count", "1")].into_iter()).is_err());
    }
}
