//! The 500-dish page as one would write it by hand with maud: the same dishes in the same markup, with a plainer frame around them
//! (no form, week table or footer), and none of the machinery.

use maud::{DOCTYPE, html};
use servery_app::{
    components::{allergen, diet, opening},
    text::{Key, Texts},
};
use servery_domain::{
    lang::Lang,
    menu::{Dish, Menu},
    restaurant::Listing,
};

fn notes(texts: Texts, menu: &Menu, dish: &Dish) -> String {
    let diets = dish
        .diets
        .iter()
        .map(|diet| diet::name(texts, *diet))
        .collect::<Vec<_>>()
        .join(", ");
    let allergens = dish
        .allergens
        .iter()
        .map(|allergen| allergen::name(texts, *allergen))
        .collect::<Vec<_>>()
        .join(", ");
    let groups = dish
        .option_groups
        .iter()
        .filter_map(|id| menu.group(*id))
        .map(|group| group.name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "{diets} · {}{allergens} · {}{groups}",
        texts.get(Key::MenuContains),
        texts.get(Key::MenuChoose)
    )
}

pub fn page(style: &str, listing: &Listing, menu: &Menu) -> String {
    let texts = Texts::of(Lang::English);
    let restaurant = &listing.restaurant;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (restaurant.name) }
                link rel="stylesheet" href=(style);
            }
            body {
                header.top { a.brand href="/" { "Servery" } }
                main {
                    h1 { (restaurant.name) }
                    p.lead { (restaurant.description) }
                    p { (opening::sentence(texts, &listing.opening)) }
                    nav.categories { ul { @for (number, category) in menu.categories.iter().enumerate() {
                        li { a href={ "#c" (number) } { (category.name) } }
                    } } }
                    div.menu { @for (number, category) in menu.categories.iter().enumerate() {
                        section id={ "c" (number) } {
                            h2 { (category.name) }
                            ul.dishes { @for dish in &category.dishes {
                                li {
                                    h3 { (dish.name) }
                                    span.price dir="auto" { (texts.lang.money(dish.price, menu.currency)) }
                                    @if !dish.description.is_empty() { p { (dish.description) } }
                                    p.notes lang="en" dir="ltr" { (notes(texts, menu, dish)) }
                                    @if let Some(picture) = &dish.picture {
                                        picture.picture { img src={ "/pictures/" (picture.path) ".svg" } alt="" width="160" height="120" loading="lazy" decoding="async"; }
                                    }
                                }
                            } }
                        }
                    } }
                }
            }
        }
    }
    .into_string()
}
