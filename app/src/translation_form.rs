//! The form in which a menu is translated: the inputs of its texts.

use std::collections::BTreeMap;

use servery_domain::edit::{MenuTextKey, TypedTranslation};

use crate::form_fields::FormFields;

/// The hidden input that says what the form showed of a text.
pub fn seen_field(key: MenuTextKey) -> String {
    format!("seen-{key}")
}

/// The box that says that a translation suits a text that was changed.
pub fn right_field(key: MenuTextKey) -> String {
    format!("right-{key}")
}

/// Each text of which the form says what it showed.
pub fn read(fields: FormFields<'_>) -> BTreeMap<MenuTextKey, TypedTranslation> {
    let by_name: BTreeMap<&str, &str> = fields
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let typed = by_name.iter().filter_map(|(name, value)| {
        let key: MenuTextKey = name.parse().ok()?;
        let typed = TypedTranslation {
            seen: by_name.get(seen_field(key).as_str())?.parse().ok()?,
            // Browsers send a line break as two characters.
            text: value.trim().replace("\r\n", "\n"),
            is_confirmed: by_name.contains_key(right_field(key).as_str()),
        };
        Some((key, typed))
    });
    typed.collect()
}

#[cfg(test)]
mod tests {
    use servery_domain::{edit::TextOwner, id::DishId, translation::TextField};

    use super::*;

    #[test]
    fn a_form_is_read_and_what_is_no_text_is_not() {
        let soup = MenuTextKey {
            of: TextOwner::Dish(DishId(1)),
            field: TextField::Description,
        };
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [
            field("to", "de"),
            field(&soup.to_string(), " Mit Brot\r\nund Butter "),
            field(&seen_field(soup), "1f-2a"),
            field(&right_field(soup), "1"),
            field("dish-1-price", "1"),
            field("dish-1-name", "Without what was seen"),
        ];
        let typed = TypedTranslation {
            seen: "1f-2a".parse().unwrap(),
            text: "Mit Brot\nund Butter".to_owned(),
            is_confirmed: true,
        };
        assert_eq!(read(FormFields(&fields)), BTreeMap::from([(soup, typed)]));
    }
}
