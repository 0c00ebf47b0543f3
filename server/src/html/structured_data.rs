//! A restaurant and its menu in the vocabulary of schema.org, for search engines, and what a link's preview shows.

use std::sync::Arc;

use serde_json::{Value, json};
use servery_domain::{
    hours::Span,
    menu::{Category, Diet, Dish, Menu, Picture},
    restaurant::{Listing, Restaurant},
    time::{DAY, LocalMinute, Weekday},
};

use super::escape::escape_json;

/// The restaurant and the menu that a page is about.
pub type Subject<'a> = (&'a Listing, &'a Arc<Menu>);

fn picture(base: &str, picture: Option<&Picture>) -> Option<String> {
    let picture = picture?;
    let (format, width) = (picture.formats.last()?.code(), picture.widths.iter().max());
    let width = width.map(|width| format!("-{width}")).unwrap_or_default();
    Some(format!("{base}/pictures/{}{width}.{format}", picture.path))
}

const fn day(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "https://schema.org/Monday",
        Weekday::Tuesday => "https://schema.org/Tuesday",
        Weekday::Wednesday => "https://schema.org/Wednesday",
        Weekday::Thursday => "https://schema.org/Thursday",
        Weekday::Friday => "https://schema.org/Friday",
        Weekday::Saturday => "https://schema.org/Saturday",
        Weekday::Sunday => "https://schema.org/Sunday",
    }
}

/// The next seven days with their dates, so that holidays and exceptions are included.
fn hours(listing: &Listing) -> Vec<Value> {
    let Restaurant { hours, holidays, .. } = &listing.restaurant;
    let days = (0..7).map(|ahead| listing.today.plus(ahead));
    let spans = days.flat_map(|on| {
        hours
            .spans_of(on, holidays)
            .into_iter()
            .map(move |span| (on, span))
    });
    let clock = |minute: i64| LocalMinute(minute.rem_euclid(DAY)).clock();
    let said = spans.map(|(on, Span { from, to })| {
        let (opens, closes) = (clock(from), if to == DAY { "23:59".to_owned() } else { clock(to) });
        json!({ "@type": "OpeningHoursSpecification", "dayOfWeek": day(on.weekday()), "opens": opens, "closes": closes, "validFrom": on, "validThrough": on })
    });
    said.collect()
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

fn restaurant(subject: Subject<'_>, base: &str) -> Value {
    let (listing, menu) = subject;
    let Restaurant {
        slug,
        name,
        description,
        cuisine,
        address,
        phone,
        currency,
        ordering,
        ..
    } = &listing.restaurant;
    let url = format!("{base}/restaurants/{slug}");
    let sections: Vec<_> = menu
        .categories
        .iter()
        .filter(|category| !category.dishes.is_empty())
        .map(|category| section(menu, category))
        .collect();
    let mut said = json!({
        "@context": "https://schema.org", "@type": "Restaurant", "@id": url, "url": url, "name": name, "description": description,
        "servesCuisine": cuisine.code(), "telephone": phone, "currenciesAccepted": currency,
        "address": {
            "@type": "PostalAddress", "streetAddress": address.street, "postalCode": address.postcode, "addressLocality": address.city,
            "addressCountry": address.country,
        },
        "openingHoursSpecification": hours(listing),
        "hasMenu": { "@type": "Menu", "inLanguage": menu.lang.tag(), "hasMenuSection": sections },
    });
    if let Some(image) = picture(base, listing.restaurant.picture.as_ref()) {
        said["image"] = json!(image);
    }
    if ordering.takes_orders() {
        said["potentialAction"] = json!({ "@type": "OrderAction", "target": url });
    }
    said
}

/// As JSON-LD that is safe inside a script element.
pub fn json_ld(subject: Subject<'_>, base: &str) -> String {
    escape_json(&restaurant(subject, base).to_string())
}

/// What messengers and social networks show of a link.
pub struct LinkPreview {
    pub kind: &'static str,
    pub url: String,
    pub image: String,
}

impl LinkPreview {
    pub fn new(base: &str, path: &str, subject: Option<Subject<'_>>) -> Self {
        let picture = subject.and_then(|(listing, _)| picture(base, listing.restaurant.picture.as_ref()));
        Self {
            kind: if subject.is_some() {
                "restaurant.restaurant"
            } else {
                "website"
            },
            url: format!("{base}{path}"),
            image: picture.unwrap_or_else(|| format!("{base}/icons/icon.svg")),
        }
    }
}
