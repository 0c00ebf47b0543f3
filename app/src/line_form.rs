//! The form that adds a dish to the basket: the browser reads it for the running total, the server for the basket.

use servery_domain::{
    basket::{BasketLine, Pick},
    currency::Minor,
    id::{ChoiceId, DishId, LineId},
    limits,
    menu::{Dish, Menu, OptionGroup},
    search::InvalidParameter,
    selection,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineForm {
    pub dish: DishId,
    pub count: u8,
    pub note: String,
    pub picks: Vec<Pick>,
}

/// Exactly one choice is required.
pub fn one_of(group: &OptionGroup) -> bool {
    (group.min, group.max) == (1, 1)
}

/// The field name of a group: `pick`, the parent choices, and for radio buttons, which need a name per
/// group,
/// the group: `pick-CHOICE.GROUP`.
pub fn field(group: &OptionGroup, within: impl Iterator<Item = ChoiceId>) -> String {
    let mut name: String = std::iter::once("pick".to_owned())
        .chain(within.map(|choice| format!("-{choice}")))
        .collect();
    if one_of(group) {
        name += &format!(".{}", group.id);
    }
    name
}

/// The parent choices of a field; `None` if the field is not a pick.
fn within(field: &str) -> Option<Vec<ChoiceId>> {
    let place = field.strip_prefix("pick")?.split('.').next()?;
    let choices = place.split('-').skip(1).map(|choice| choice.parse().ok());
    if place.is_empty() || place.starts_with('-') {
        choices.collect()
    } else {
        None
    }
}

/// Drops picks whose parent is not picked: a page without a script sends those, too.
fn put(picks: &mut Vec<Pick>, within: &[ChoiceId], choice: ChoiceId) {
    match within.split_first() {
        None => picks.push(Pick {
            choice,
            picks: Vec::new(),
        }),
        Some((first, rest)) => {
            if let Some(pick) = picks.iter_mut().find(|pick| pick.choice == *first) {
                put(&mut pick.picks, rest, choice);
            }
        }
    }
}

fn malformed<T>(name: &'static str, wants: impl Into<String>) -> Result<T, InvalidParameter> {
    Err(InvalidParameter {
        name,
        wants: wants.into(),
    })
}

fn note(value: &str) -> Result<String, InvalidParameter> {
    // Forms send a line break as two characters.
    let note = value.replace("\r\n", "\n").trim().to_owned();
    if note.chars().count() > limits::NOTE {
        malformed("note", format!("at most {} characters", limits::NOTE))
    } else {
        Ok(note)
    }
}

impl LineForm {
    pub fn parse<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidParameter> {
        let (mut dish, mut form) = (
            None,
            Self {
                dish: DishId(0),
                count: 1,
                note: String::new(),
                picks: Vec::new(),
            },
        );
        for (name, value) in pairs {
            match name {
                "dish" => dish = value.parse().ok(),
                "count" => match value.parse() {
                    Ok(count @ 1..=limits::COUNT) => form.count = count,
                    _ => return malformed("count", format!("a whole number from 1 to {}", limits::COUNT)),
                },
                "note" => form.note = note(value)?,
                _ => {
                    if let Some(within) = within(name) {
                        let Ok(choice) = value.parse() else {
                            return malformed("pick", "the id of a choice");
                        };
                        put(&mut form.picks, &within, choice);
                    }
                }
            }
        }
        match dish {
            Some(dish) => Ok(Self { dish, ..form }),
            None => malformed("dish", "the id of a dish"),
        }
    }

    pub fn line(self, id: LineId) -> BasketLine {
        let Self {
            dish,
            count,
            note,
            picks,
        } = self;
        BasketLine {
            id,
            dish,
            count,
            picks,
            note,
        }
    }

    /// The price by this menu.
    pub fn price(&self, menu: &Menu, dish: &Dish) -> Minor {
        selection::price(menu, dish, &self.picks).times(self.count.into())
    }
}

#[cfg(test)]
mod tests {
    use servery_domain::id::OptionGroupId;

    use super::*;

    fn id(number: u128) -> String {
        DishId(number).to_string()
    }

    fn pick(choice: u128, picks: Vec<Pick>) -> Pick {
        Pick {
            choice: ChoiceId(choice),
            picks,
        }
    }

    fn group(max: u8) -> OptionGroup {
        OptionGroup {
            id: OptionGroupId(9),
            name: String::new(),
            translations: Default::default(),
            min: 1,
            max,
            choices: Vec::new(),
        }
    }

    fn parse(fields: &[(String, String)]) -> Result<LineForm, InvalidParameter> {
        LineForm::parse(fields.iter().map(|(name, value)| (&**name, &**value)))
    }

    #[test]
    fn a_form_is_read() {
        let field = |max, within: &[ChoiceId]| field(&group(max), within.iter().copied());
        let fields = [
            ("dish".to_owned(), id(1)),
            (field(1, &[]), id(2)),
            (field(2, &[]), id(3)),
            (field(1, &[ChoiceId(2)]), id(4)),
            (field(2, &[ChoiceId(2), ChoiceId(4)]), id(5)),
            // Its parent choice is not picked.
            (field(2, &[ChoiceId(7)]), id(6)),
            ("count".to_owned(), "2".to_owned()),
            ("note".to_owned(), " no\r\nonions ".to_owned()),
            ("picky".to_owned(), "no field of ours".to_owned()),
        ];
        let picks = vec![pick(2, vec![pick(4, vec![pick(5, vec![])])]), pick(3, vec![])];
        assert_eq!(
            parse(&fields),
            Ok(LineForm {
                dish: DishId(1),
                count: 2,
                note: "no\nonions".into(),
                picks
            })
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let long = "x".repeat(limits::NOTE + 1);
        for (name, value) in [
            ("count", "0"),
            ("count", "100"),
            ("count", "two"),
            ("note", &*long),
            ("pick", "1"),
            ("dish", ""),
        ] {
            let read = parse(&[("dish".to_owned(), id(1)), (name.to_owned(), value.to_owned())]);
            assert_eq!(read.map_err(|malformed| malformed.name), Err(name), "{value}");
        }
        assert!(parse(&[("count".to_owned(), "1".to_owned())]).is_err());
    }
}
