//! Every dish of a restaurant with its allergens.

use leptos::prelude::*;
use servery_domain::{
    menu::Menu,
    restaurant::Listing,
    translation::{PartTranslations, TextField},
};

use crate::{
    components::{allergen, dish_badges::isolated},
    text::{Key as CommonKey, Texts, legal::Key, texts},
};

pub fn page(listing: &Listing, menu: &Menu) -> impl IntoView + use<> {
    let (texts, restaurant) = (texts(), &listing.restaurant);
    let lead = texts.fill(Key::AllergensLead, &[("name", &isolated(&restaurant.name))]);
    let lang = |translations: &PartTranslations| menu.lang_of(translations, TextField::Name).tag();
    let phone = restaurant.phone.clone();
    let sections: Vec<_> = menu
        .categories
        .iter()
        .filter(|category| !category.dishes.is_empty())
        .map(|category| {
            let rows: Vec<_> = category
                .dishes
                .iter()
                .map(|dish| {
                    let names = dish.allergens.iter().map(|code| allergen::name(texts, *code));
                    let names = listed(texts, names);
                    view! { <tr><th scope="row" lang=lang(&dish.translations) dir="auto">{dish.name.clone()}</th><td>{names}</td></tr> }
                })
                .collect();
            view! {
                <h2 lang=lang(&category.translations) dir="auto">{category.name.clone()}</h2>
                <table class="allergens">
                    <thead><tr><th scope="col">{texts.get(Key::AllergensDish)}</th><th scope="col">{texts.get(Key::AllergensContains)}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }
        })
        .collect();
    view! {
        <article class="prose">
            <h1>{texts.get(Key::AllergensTitle)}</h1>
            <p class="lead">{lead}" "<a href=format!("tel:{}", phone.replace(' ', "")) dir="ltr">{phone.clone()}</a></p>
            {sections}
            <p><a href=format!("/restaurants/{}", restaurant.slug)>{texts.get(Key::LegalBack)}</a></p>
        </article>
    }
}

fn listed(texts: Texts, names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.is_empty() {
        true => texts.get(Key::AllergensNone).to_owned(),
        false => names.join(texts.get(CommonKey::ListComma)),
    }
}
