use servery_domain::menu::Diet;

use crate::text::{Key, Texts};

pub fn name(texts: Texts, diet: Diet) -> &'static str {
    texts.get(match diet {
        Diet::Vegetarian => Key::DietVegetarian,
        Diet::Vegan => Key::DietVegan,
        Diet::Halal => Key::DietHalal,
    })
}
