//! The codes that stand on the tables, to be printed: for guests who order there.

use leptos::{either::Either, prelude::*};
use servery_domain::{edit::EditedRestaurant, restaurant_file::TableCode, slug::Slug};

use super::layout::{Tab, layout};
use crate::{
    components::dish_badges::isolated,
    text::{Texts, office::Key, texts},
};

pub fn page(slug: &Slug, office: &EditedRestaurant) -> impl IntoView + use<> {
    let texts = texts();
    // A code that is not published leads nowhere yet.
    let published = office.published();
    let codes = &published.table_codes;
    let tables = match codes.is_empty() {
        true => Either::Left(view! { <p class="hint">{texts.get(Key::TablesNone)}</p> }),
        false => Either::Right(cards(texts, slug, &published.name, codes)),
    };
    let body = view! {
        <h2>{texts.get(Key::TablesTitle)}</h2>
        <p class="lead">{texts.get(Key::TablesLead)}</p>
        {tables}
        <p class="no-print"><a href=format!("/office/{slug}/parts/new-table")>{texts.get(Key::OfficeAddTable)}</a></p>
    };
    layout((slug, &office.edited.name), Tab::Tables, Some(office), body)
}

fn cards(texts: Texts, slug: &Slug, restaurant: &str, codes: &[TableCode]) -> impl IntoView + use<> {
    let cards: Vec<_> = codes
        .iter()
        .map(|table| {
            let picture = format!("/office/{slug}/tables/{}/qr.svg", table.code);
            let alt = texts.fill(Key::TablesAlt, &[("name", &isolated(&table.name))]);
            let file = format!("{}.svg", table.code);
            view! {
                <li>
                    <p class="restaurant-name"><bdi>{restaurant.to_owned()}</bdi></p>
                    <img class="qr" src=picture.clone() alt=alt width="160" height="160"/>
                    <p class="name"><bdi>{table.name.clone()}</bdi></p>
                    <p class="hint">{texts.get(Key::TablesScan)}</p>
                    <p class="no-print">
                        <a href=picture download=file>{texts.get(Key::TablesDownload)}<span class="unseen">" "{isolated(&table.name)}</span></a>
                    </p>
                </li>
            }
        })
        .collect();
    view! {
        <p class="no-print">
            <a class="button" href=format!("/office/{slug}/tables/sheet.pdf")>{texts.get(Key::TablesPdf)}</a>
        </p>
        <p class="hint no-print">{texts.get(Key::TablesPrintHint)}</p>
        <ul class="qr-cards">{cards}</ul>
    }
}
