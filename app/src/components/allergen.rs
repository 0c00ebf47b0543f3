use servery_domain::menu::Allergen;

use crate::text::{Key, Texts};

pub fn name(texts: Texts, allergen: Allergen) -> &'static str {
    texts.get(match allergen {
        Allergen::Gluten => Key::AllergenGluten,
        Allergen::Crustaceans => Key::AllergenCrustaceans,
        Allergen::Eggs => Key::AllergenEggs,
        Allergen::Fish => Key::AllergenFish,
        Allergen::Peanuts => Key::AllergenPeanuts,
        Allergen::Soy => Key::AllergenSoy,
        Allergen::Milk => Key::AllergenMilk,
        Allergen::Nuts => Key::AllergenNuts,
        Allergen::Celery => Key::AllergenCelery,
        Allergen::Mustard => Key::AllergenMustard,
        Allergen::Sesame => Key::AllergenSesame,
        Allergen::Sulphites => Key::AllergenSulphites,
        Allergen::Lupin => Key::AllergenLupin,
        Allergen::Molluscs => Key::AllergenMolluscs,
    })
}
