//! A restaurant and its menu as schema.org says it, for search engines; and what a preview of a link shows.

use std::{fmt::Write as _, sync::Arc};

use serde_json::{Value, json};
use servery_domain::{
    hours::Span,
    menu::{Category, Diet, Dish, Menu, Picture},
    restaurant::{Listing, Restaurant},
    time::{DAY, LocalMinute, Weekday},
};

use super::document::escape;

/// What a page is about, if it is about a restaurant.
type Subject<'a> = (&'a Listing, &'a Arc<Menu>);

/// For what only one visitor may see.
pub const HIDDEN: &str = "<meta name=\"robots\" content=\"noindex\">\n";

/// All of it for the head of a page that anybody may find.
pub fn head(base: &str, path: &str, title: &str, description: &str, subject: Option<Subject<'_>>) -> String {
    let said = subject
        .map(|subject| script(&restaurant(subject, base)))
        .unwrap_or_default();
    preview(base, path, title, description, subject) + &said
}

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

/// The week ahead, each day with its date: holidays and exceptions are in it.
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
    if ordering.open_to_orders() {
        said["potentialAction"] = json!({ "@type": "OrderAction", "target": url });
    }
    said
}

/// Safe inside a script element, which runs nothing: it is data.
fn script(said: &Value) -> String {
    format!(
        "<script type=\"application/ld+json\">{}</script>\n",
        said.to_string().replace('<', "\\u003c")
    )
}

/// What a messenger or a social network shows of a link.
fn preview(base: &str, path: &str, title: &str, description: &str, subject: Option<Subject<'_>>) -> String {
    let image = subject.and_then(|(listing, _)| picture(base, listing.restaurant.picture.as_ref()));
    let image = image.unwrap_or_else(|| format!("{base}/icons/icon.svg"));
    let kind = if subject.is_some() {
        "restaurant.restaurant"
    } else {
        "website"
    };
    let url = format!("{base}{path}");
    let pairs = [
        ("type", kind),
        ("site_name", "Servery"),
        ("title", title),
        ("description", description),
        ("url", &url),
        ("image", &image),
    ];
    let mut head = format!("<link rel=\"canonical\" href=\"{}\">\n", escape(&url));
    for (name, value) in pairs {
        // Writing to a string does not fail.
        let _ = writeln!(
            head,
            "<meta property=\"og:{name}\" content=\"{}\">",
            escape(value)
        );
    }
    head
}

/// Every page that anybody may find, in every language.
pub fn sitemap<'a>(base: &str, slugs: impl Iterator<Item = &'a str>) -> String {
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let restaurants = slugs.map(|slug| format!("/restaurants/{slug}"));
    for path in ["/".to_owned(), "/about".to_owned()]
        .into_iter()
        .chain(restaurants)
    {
        let _ = writeln!(map, "<url><loc>{}{}</loc></url>", escape(base), escape(&path));
    }
    map.push_str("</urlset>\n");
    map
}
