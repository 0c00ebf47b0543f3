//! The restaurant elsewhere: an address of its own, a button and a menu for its own web site, and a flyer to print.

use leptos::prelude::*;
use servery_domain::{
    brand_color::{BrandColor, PAPER},
    edit::EditedRestaurant,
    restaurant_file::RestaurantFile,
    slug::Slug,
};

use super::{
    FormResult,
    layout::{Tab, layout},
};
use crate::{
    components::picture::LogoView,
    text::{Texts, office::Key, texts},
};

pub fn page(
    slug: &Slug,
    office: &EditedRestaurant,
    result: &FormResult,
    typed: Option<String>,
) -> impl IntoView + use<> {
    let texts = texts();
    let published = office.published();
    let button = button_html(texts, published.brand_color, &office.page);
    let widget = widget_html(slug, &button, &office.public_url);
    let code = format!("/office/{slug}/qr.svg");
    let body = view! {
        <div class="no-print">
            {result.view(texts)}
            <h2>{texts.get(Key::ShareTitle)}</h2>
            <p class="lead">{texts.get(Key::ShareLead)}</p>
            <p><a href=office.page.clone() dir="ltr">{office.page.clone()}</a></p>
            {domain(texts, slug, office, typed)}
            <section>
                <h2>{texts.get(Key::ShareButton)}</h2>
                <p id="share-html-hint">{texts.get(Key::ShareButtonLead)}</p>
                <p><a class="button" href=office.page.clone()>{texts.get(Key::ShareOrder)}</a></p>
                {html_to_copy(texts, "share-html", button)}
            </section>
            <section>
                <h2>{texts.get(Key::ShareWidget)}</h2>
                <p id="share-widget-hint">{texts.get(Key::ShareWidgetLead)}</p>
                {html_to_copy(texts, "share-widget", widget)}
            </section>
            <h2>{texts.get(Key::ShareFlyer)}</h2>
            <p>{texts.get(Key::ShareFlyerLead)}</p>
            <p><a href=code.clone() download=format!("{slug}.svg")>{texts.get(Key::TablesDownload)}</a></p>
        </div>
        {flyer(texts, published, code, &office.page)}
    };
    layout((slug, &office.edited.name), Tab::Share, Some(office), body)
}

/// `typed` was refused.
fn domain(
    texts: Texts,
    slug: &Slug,
    office: &EditedRestaurant,
    typed: Option<String>,
) -> impl IntoView + use<> {
    let is_wrong = typed.as_ref().map(|_| "true");
    let own = office.domain.as_ref().map(ToString::to_string);
    let own = typed.or(own).unwrap_or_default();
    let host = without_scheme(&office.public_url)
        .trim_end_matches('/')
        .to_owned();
    let hint = texts.fill(Key::ShareDomainHint, &[("host", &host)]);
    view! {
        <section>
            <h2 id="domain">{texts.get(Key::ShareDomain)}</h2>
            <p>{texts.get(Key::ShareDomainLead)}</p>
            <form class="fields" method="post" action=format!("/office/{slug}/share")>
                <label>
                    <span>{texts.get(Key::ShareDomainName)}</span>
                    <input
                        type="text" name="domain" value=own maxlength="300" inputmode="url" autocomplete="off" autocapitalize="none"
                        spellcheck="false" dir="ltr" placeholder="order.trattoria.example" aria-describedby="domain-hint" aria-invalid=is_wrong
                    />
                </label>
                <p class="hint" id="domain-hint">{hint}</p>
                <button type="submit">{texts.get(Key::PartSave)}</button>
            </form>
        </section>
    }
}

fn html_to_copy(texts: Texts, id: &'static str, html: String) -> impl IntoView + use<> {
    view! {
        <p class="field">
            <label for=id>{texts.get(Key::ShareHtml)}</label>
            <textarea id=id class="html" readonly rows="5" dir="ltr" spellcheck="false" aria-describedby=format!("{id}-hint")>{html}</textarea>
        </p>
    }
}

fn flyer(texts: Texts, restaurant: &RestaurantFile, code: String, page: &str) -> impl IntoView + use<> {
    let address = &restaurant.address;
    let place = format!("{}, {} {}", address.street, address.postcode, address.city);
    let shown = without_scheme(page).trim_end_matches('/').to_owned();
    view! {
        <section class="flyer" aria-label=texts.get(Key::ShareFlyer)>
            {restaurant.logo.clone().map(|file| view! { <LogoView file/> })}
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

/// Nobody types the scheme.
fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
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

/// The script puts the opening state and the menu in place of the button; without it, the button stays.
fn widget_html(slug: &Slug, button: &str, public_url: &str) -> String {
    format!(
        "<div data-servery=\"{slug}\">{button}</div>\n<script async src=\"{public_url}/widget.js\"></script>"
    )
}
