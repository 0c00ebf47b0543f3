//! A menu in the vocabulary of schema.org.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};
use servery_domain::menu::{Category, Diet, Dish, Menu};

use super::{cross_origin_answer::CrossOriginAnswer, structured_data::menu_path};
use crate::{
    http::error::{ApiError, Pairs, Text},
    state::AppState,
};

/// `GET /restaurants/{slug}/menu.jsonld?lang=de`
pub async fn get_structured_menu(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let answer = CrossOriginAnswer::find(&app, &slug, &pairs).await?;
    let path = menu_path(&answer.listing.restaurant.slug);
    let write = async |menu: Arc<Menu>| menu_json_ld(&menu).to_string();
    answer
        .respond(&app, (&path, "application/ld+json"), &headers, write)
        .await
}

fn diet(diet: &Diet) -> &'static str {
    match diet {
        Diet::Vegetarian => "https://schema.org/VegetarianDiet",
        Diet::Vegan => "https://schema.org/VeganDiet",
        Diet::Halal => "https://schema.org/HalalDiet",
    }
}

fn item(menu: &Menu, dish: &Dish) -> Value {
    let offer =
        json!({ "@type": "Offer", "price": menu.currency.plain(dish.price), "priceCurrency": menu.currency });
    let mut item = json!({ "@type": "MenuItem", "name": dish.name, "offers": offer });
    if !dish.description.is_empty() {
        item["description"] = json!(dish.description);
    }
    if !dish.diets.is_empty() {
        item["suitableForDiet"] = dish.diets.iter().map(diet).collect();
    }
    item
}

fn section(menu: &Menu, category: &Category) -> Value {
    let items: Vec<_> = category.dishes.iter().map(|dish| item(menu, dish)).collect();
    json!({ "@type": "MenuSection", "name": category.name, "hasMenuItem": items })
}

fn menu_json_ld(menu: &Menu) -> Value {
    let filled = menu
        .categories
        .iter()
        .filter(|category| !category.dishes.is_empty());
    let sections: Vec<_> = filled.map(|category| section(menu, category)).collect();
    json!({ "@context": "https://schema.org", "@type": "Menu", "inLanguage": menu.lang.tag(), "hasMenuSection": sections })
}
