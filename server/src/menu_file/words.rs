//! Words of the pages that are read and written in files.

use servery_app::{
    components::{allergen, diet},
    text::{Texts, office::Key},
};
use servery_domain::{
    lang::Lang,
    menu::{Allergen, Diet},
    menu_import::{ImportedChoice, ImportedOptionGroup},
};

/// What parts are called that a file has no name for.
#[derive(Debug, Clone)]
pub struct Words {
    /// The category of dishes without one.
    pub other_dishes: String,
    /// The group of a dish's sizes.
    size: String,
}

impl Words {
    /// In the language of the menu.
    pub fn of(lang: Lang) -> Self {
        let texts = Texts::of(lang);
        Self {
            other_dishes: texts.get(Key::ImportOtherDishes).to_owned(),
            size: texts.get(Key::ImportSize).to_owned(),
        }
    }

    /// One of the sizes is chosen.
    pub fn sizes(&self, choices: Vec<ImportedChoice>) -> ImportedOptionGroup {
        ImportedOptionGroup {
            name: self.size.clone(),
            min: 1,
            max: 1,
            choices,
        }
    }
}

/// What other programs call an allergen.
const ALLERGENS: &[(&str, Allergen)] = &[
    ("wheat", Allergen::Gluten),
    ("cereals", Allergen::Gluten),
    ("weizen", Allergen::Gluten),
    ("shellfish", Allergen::Crustaceans),
    ("egg", Allergen::Eggs),
    ("soya", Allergen::Soy),
    ("soybeans", Allergen::Soy),
    ("lactose", Allergen::Milk),
    ("laktose", Allergen::Milk),
    ("dairy", Allergen::Milk),
    ("tree nuts", Allergen::Nuts),
    ("sesame seeds", Allergen::Sesame),
    ("sulfites", Allergen::Sulphites),
    ("sulphur dioxide", Allergen::Sulphites),
    ("mollusks", Allergen::Molluscs),
];

/// By its code, or by its name in any language of the pages.
pub fn allergen(text: &str) -> Option<Allergen> {
    let text = text.trim().to_lowercase();
    let is_it = |allergen: &Allergen| {
        let named = |lang| allergen::name(Texts::of(lang), *allergen).to_lowercase() == text;
        allergen.code() == text || Lang::ALL.into_iter().any(named)
    };
    let known = Allergen::ALL.iter().copied().find(is_it);
    known.or_else(|| {
        let other = ALLERGENS.iter().find(|(name, _)| *name == text);
        other.map(|(_, allergen)| *allergen)
    })
}

pub fn diet(text: &str) -> Option<Diet> {
    let text = text.trim().to_lowercase();
    let is_it = |diet: &Diet| {
        let named = |lang| diet::name(Texts::of(lang), *diet).to_lowercase() == text;
        diet.code() == text || Lang::ALL.into_iter().any(named)
    };
    Diet::ALL.iter().copied().find(is_it)
}
