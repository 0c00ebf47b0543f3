//! Who runs a restaurant, and what becomes of guests' data.

use leptos::prelude::*;
use servery_domain::{
    legal::{LegalFacts, LegalNotice},
    restaurant::{Listing, Restaurant},
};

use crate::{
    components::dish_badges::isolated,
    text::{Texts, legal::Key, texts},
};

pub fn page(listing: &Listing, facts: &LegalFacts) -> impl IntoView + use<> {
    let (texts, restaurant) = (texts(), &listing.restaurant);
    view! {
        <article class="prose">
            <h1>{texts.get(Key::LegalTitle)}</h1>
            {notice(texts, restaurant, &facts.notice)}
            <h2 id="privacy">{texts.get(Key::LegalPrivacy)}</h2>
            {privacy(texts, restaurant, facts)}
            <p><a href=format!("/restaurants/{}/allergens", restaurant.slug)>{texts.get(Key::AllergensTitle)}</a></p>
            <p><a href=format!("/restaurants/{}", restaurant.slug)>{texts.get(Key::LegalBack)}</a></p>
        </article>
    }
}

/// The legal name, or that of the restaurant.
fn responsible<'a>(restaurant: &'a Restaurant, notice: &'a LegalNotice) -> &'a str {
    match notice.name.as_str() {
        "" => &restaurant.name,
        name => name,
    }
}

fn notice(texts: Texts, restaurant: &Restaurant, notice: &LegalNotice) -> impl IntoView + use<> {
    let name = responsible(restaurant, notice).to_owned();
    let shown_as = (name != restaurant.name).then(|| view! { <p dir="auto">{restaurant.name.clone()}</p> });
    let address = &restaurant.address;
    let place = format!("{} {}", address.postcode, address.city).trim().to_owned();
    let line = |key: Key, value: &str| {
        let text = texts.fill(key, &[("value", &isolated(value))]);
        (!value.is_empty()).then(|| view! { <p>{text}</p> })
    };
    let email = notice.email.clone();
    let mail = (!email.is_empty()).then(|| {
        view! { <p><a href=format!("mailto:{email}") dir="ltr">{email.clone()}</a></p> }
    });
    view! {
        <address>
            <p dir="auto"><strong>{name}</strong></p>
            {shown_as}
            <p dir="auto">{address.street.clone()}</p>
            <p dir="auto">{format!("{place}, {}", address.country)}</p>
            <p><a href=format!("tel:{}", restaurant.phone.replace(' ', "")) dir="ltr">{restaurant.phone.clone()}</a></p>
            {mail}
        </address>
        {line(Key::LegalRepresentedBy, &notice.represented_by)}
        {line(Key::LegalRegister, &notice.register)}
        {line(Key::LegalVatId, &notice.vat_id)}
    }
}

fn privacy(texts: Texts, restaurant: &Restaurant, facts: &LegalFacts) -> impl IntoView + use<> {
    let name = responsible(restaurant, &facts.notice);
    let reached = match facts.notice.email.as_str() {
        "" => &restaurant.phone,
        email => email,
    };
    let mut paragraphs = vec![
        texts.fill(
            Key::LegalPrivacyWho,
            &[("name", &isolated(name)), ("contact", &isolated(reached))],
        ),
        texts.get(Key::LegalPrivacyOrder).to_owned(),
        texts.count(Key::LegalPrivacyErased, usize::from(facts.guest_days)),
    ];
    let mut add = |key: Key| paragraphs.push(texts.get(key).to_owned());
    if facts.takes_cards {
        add(Key::LegalPrivacyCards);
    }
    if facts.sends_mail {
        add(Key::LegalPrivacyMail);
    }
    add(Key::LegalPrivacyPush);
    if let Some(origin) = &facts.map_origin {
        paragraphs.push(texts.fill(Key::LegalPrivacyMap, &[("origin", &isolated(origin))]));
    }
    let rest = [
        Key::LegalPrivacyAccount,
        Key::LegalPrivacyCookies,
        Key::LegalPrivacyRights,
    ];
    paragraphs.extend(rest.map(|key| texts.get(key).to_owned()));
    paragraphs
        .into_iter()
        .map(|text| view! { <p>{text}</p> })
        .collect::<Vec<_>>()
}
