//! The restaurant elsewhere: a button for its own web site, and a flyer to print.

use leptos::prelude::*;
use servery_domain::{
    brand_color::{BrandColor, PAPER},
    edit::EditedRestaurant,
    restaurant_file::RestaurantFile,
    slug::Slug,
};

use super::layout::{Tab, layout};
use crate::text::{Texts, office::Key, texts};

pub fn page(slug: &Slug, office: &EditedRestaurant) -> impl IntoView + use<> {
    let texts = texts();
    let published = office.published();
    let html = button_html(texts, published.brand_color, &office.page);
    let code = format!("/office/{slug}/qr.svg");
    let body = view! {
        <div class="no-print">
            <h2>{texts.get(Key::ShareTitle)}</h2>
            <p class="lead">{texts.get(Key::ShareLead)}</p>
            <p><a href=office.page.clone() dir="ltr">{office.page.clone()}</a></p>
            <section>
                <h2>{texts.get(Key::ShareButton)}</h2>
                <p id="share-html-hint">{texts.get(Key::ShareButtonLead)}</p>
                <p><a class="button" href=office.page.clone()>{texts.get(Key::ShareOrder)}</a></p>
                <p class="field">
                    <label for="share-html">{texts.get(Key::ShareHtml)}</label>
                    <textarea id="share-html" readonly rows="4" dir="ltr" spellcheck="false" aria-describedby="share-html-hint">{html}</textarea>
                </p>
            </section>
            <h2>{texts.get(Key::ShareFlyer)}</h2>
            <p>{texts.get(Key::ShareFlyerLead)}</p>
            <p><a href=code.clone() download=format!("{slug}.svg")>{texts.get(Key::TablesDownload)}</a></p>
        </div>
        {flyer(texts, published, code, &office.page)}
    };
    layout((slug, &office.edited.name), Tab::Share, Some(office), body)
}

fn flyer(texts: Texts, restaurant: &RestaurantFile, code: String, page: &str) -> impl IntoView + use<> {
    let address = &restaurant.address;
    let place = format!("{}, {} {}", address.street, address.postcode, address.city);
    // Nobody types the scheme.
    let shown = page.split_once("://").map_or(page, |(_, shown)| shown).to_owned();
    view! {
        <section class="flyer" aria-label=texts.get(Key::ShareFlyer)>
            <p class="restaurant-name"><bdi>{restaurant.name.clone()}</bdi></p>
            <p dir="auto">{restaurant.description.clone()}</p>
            <img class="qr" src=code alt=texts.get(Key::SharePageAlt) width="240" height="240"/>
            <p class="name">{texts.get(Key::TablesScan)}</p>
            <p><bdi dir="ltr">{shown}</bdi></p>
            <p><bdi>{place}</bdi></p>
            <p><bdi dir="ltr">{restaurant.phone.clone()}</bdi></p>
        </section>
    }
}

/// A link that looks the same on every web site.
fn button_html(texts: Texts, color: BrandColor, page: &str) -> String {
    let color = color.readable_on(PAPER);
    let text = texts.get(Key::ShareOrder);
    format!(
        "<a href=\"{page}\" style=\"display:inline-block;padding:14px 24px;border-radius:8px;background:{color};color:#fff;\
         font:600 16px/1.2 sans-serif;text-decoration:none\">{text}</a>"
    )
}
