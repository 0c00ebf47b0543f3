//! Diets and allergens of a dish in one line.

use std::borrow::Cow;

use servery_domain::menu::Dish;

use super::{allergen, diet};
use crate::text::{Key, Texts};

/// `Vegan · Contains gluten, soy`
pub fn notes(texts: Texts, dish: &Dish) -> String {
    let mut notes = String::new();
    let comma = texts.get(Key::ListComma);
    list(
        &mut notes,
        "",
        comma,
        dish.diets.iter().map(|diet| diet::name(texts, *diet).into()),
    );
    list(
        &mut notes,
        texts.get(Key::MenuContains),
        comma,
        dish.allergens
            .iter()
            .map(|allergen| allergen::name(texts, *allergen).into()),
    );
    notes
}

/// Adds `start` and the names, if there are any names.
pub fn list<'a>(notes: &mut String, start: &str, comma: &str, names: impl Iterator<Item = Cow<'a, str>>) {
    for (number, name) in names.enumerate() {
        if number > 0 {
            notes.push_str(comma);
        } else {
            notes.push_str(if notes.is_empty() { "" } else { " · " });
            notes.push_str(start);
        }
        notes.push_str(&name);
    }
}

/// Isolates a name in the menu's language, whose writing direction may differ from the page's.
pub fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}
