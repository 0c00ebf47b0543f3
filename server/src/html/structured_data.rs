//! A restaurant in the vocabulary of schema.org, for search engines, and what a link's preview shows.

use serde_json::{Value, json};
use servery_domain::{
    hours::Span,
    menu::Picture,
    restaurant::{Listing, Restaurant},
    slug::Slug,
    time::{DAY, LocalMinute, Weekday},
};

use super::escape::escape_json;

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

/// Where the menu itself is in this vocabulary.
pub fn menu_path(slug: &Slug) -> String {
    format!("/restaurants/{slug}/menu.jsonld")
}

fn restaurant(listing: &Listing, base: &str) -> Value {
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
    let mut said = json!({
        "@context": "https://schema.org", "@type": "Restaurant", "@id": url, "url": url, "name": name, "description": description,
        "servesCuisine": cuisine.code(), "telephone": phone, "currenciesAccepted": currency,
        "address": {
            "@type": "PostalAddress", "streetAddress": address.street, "postalCode": address.postcode, "addressLocality": address.city,
            "addressCountry": address.country,
        },
        "openingHoursSpecification": hours(listing),
        // Google reads this one, and wants the page that people read.
        "menu": url,
        // The dishes have an address of their own: with them, a page of 500 dishes has half as many bytes again.
        "hasMenu": format!("{base}{}", menu_path(slug)),
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
pub fn json_ld(listing: &Listing, base: &str) -> String {
    escape_json(&restaurant(listing, base).to_string())
}

/// What messengers and social networks show of a link.
pub struct LinkPreview {
    pub kind: &'static str,
    pub url: String,
    pub image: String,
}

impl LinkPreview {
    pub fn new(base: &str, path: &str, subject: Option<&Listing>) -> Self {
        let picture = subject.and_then(|listing| picture(base, listing.restaurant.picture.as_ref()));
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
