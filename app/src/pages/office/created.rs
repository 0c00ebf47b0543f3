//! What there is to do once a restaurant is made.

use leptos::prelude::*;
use servery_domain::restaurant::Listing;

use crate::text::{office::Key, texts};

pub fn page(listing: &Listing) -> impl IntoView + use<> {
    let texts = texts();
    let (slug, name) = (&listing.restaurant.slug, &listing.restaurant.name);
    view! {
        <article class="prose created">
            <h1>{texts.fill(Key::CreatedTitle, &[("name", name)])}</h1>
            <p class="lead">{texts.get(Key::CreatedLead)}</p>
            <p><a class="button" href=format!("/restaurants/{slug}")>{texts.get(Key::CreatedPage)}</a></p>
            <ul class="links">
                <li><a href=format!("/office/{slug}")>{texts.get(Key::CreatedMenu)}</a></li>
                <li><a href=format!("/office/{slug}/import")>{texts.get(Key::CreatedImport)}</a></li>
                <li><a href=format!("/board/{slug}")>{texts.get(Key::CreatedBoard)}</a></li>
                <li><a href=format!("/board/{slug}/devices")>{texts.get(Key::CreatedDevices)}</a></li>
            </ul>
        </article>
    }
}
