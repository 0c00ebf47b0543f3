//! Coupons to be cut out and given away, each with its code and the code of the restaurant's page.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    coupon::Coupon, currency::Minor, edit::EditedRestaurant, restaurant_file::RestaurantFile, slug::Slug,
};

use super::{
    layout::{Tab, layout},
    part_text::effect,
};
use crate::{
    pages::ordering::components::due_time,
    part_form::last_day,
    text::{Texts, office::Key, texts},
};

pub fn page(slug: &Slug, office: &EditedRestaurant) -> impl IntoView + use<> {
    let texts = texts();
    let published = office.published();
    let usable: Vec<&Coupon> = published.coupons.iter().filter(|coupon| !coupon.paused).collect();
    let cards = match usable.is_empty() {
        true => Either::Left(view! { <p class="hint">{texts.get(Key::CouponsNone)}</p> }),
        false => {
            let cards: Vec<_> = usable
                .into_iter()
                .map(|coupon| card(texts, slug, published, coupon))
                .collect();
            Either::Right(view! { <ul class="qr-cards">{cards}</ul> })
        }
    };
    let body = view! {
        <h2 class="no-print">{texts.get(Key::CouponsTitle)}</h2>
        <p class="lead no-print">{texts.get(Key::CouponsLead)}</p>
        {cards}
        <p class="no-print"><a href=format!("/office/{slug}")>{texts.get(Key::PartBack)}</a></p>
    };
    layout((slug, &office.edited.name), Tab::Menu, Some(office), body)
}

fn card(texts: Texts, slug: &Slug, restaurant: &RestaurantFile, coupon: &Coupon) -> impl IntoView + use<> {
    let currency = restaurant.currency;
    let minimum = (coupon.minimum > Minor::ZERO).then(|| {
        let amount = texts.lang.money(coupon.minimum, currency);
        view! { <p class="hint">{texts.fill(Key::CouponsMinimum, &[("amount", &amount)])}</p> }
    });
    let until = coupon.until.map(|until| {
        let day = due_time::date(texts, last_day(until));
        view! { <p class="hint">{texts.fill(Key::CouponsUntil, &[("day", &day)])}</p> }
    });
    view! {
        <li>
            <p class="restaurant-name"><bdi>{restaurant.name.clone()}</bdi></p>
            <p class="name"><bdi>{effect(texts, currency, coupon.effect)}</bdi></p>
            <p><bdi dir="ltr"><b>{coupon.code.clone()}</b></bdi></p>
            <img class="qr" src=format!("/office/{slug}/qr.svg") alt=texts.get(Key::SharePageAlt) width="120" height="120"/>
            {minimum}
            {until}
        </li>
    }
}
