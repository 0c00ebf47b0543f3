//! The restaurant's page as it will be, beside the form.

use std::sync::Arc;

use leptos::prelude::*;
use servery_domain::{restaurant::Listing, restaurant_file::RestaurantFile, time::LocalMinute};

use crate::{
    pages::browse::restaurant::RestaurantPreview,
    text::{office::Key, texts},
};

/// A Monday. What is open at this moment is not what an owner looks for here: the page is shown as when it opens next.
const FROM: LocalMinute = LocalMinute(4 * 24 * 60);

/// `inert`: nothing in it can be focused, and screen readers pass over it.
#[component]
pub fn Preview(file: RestaurantFile) -> impl IntoView {
    let texts = texts();
    let menu = Arc::new(file.menu());
    let mut restaurant = file.restaurant();
    if restaurant.name.is_empty() {
        restaurant.name = texts.get(Key::NewName).to_owned();
    }
    let change = restaurant.opening(FROM, None).change;
    let shown_at = change.map_or(FROM, |change| change.at.max(FROM));
    let listing = Listing {
        domain: None,
        is_demo: false,
        opening: restaurant.opening(shown_at, None),
        pause: None,
        today: shown_at.day(),
        restaurant,
        sold_out: Vec::new(),
        not_served: Vec::new(),
    };
    view! {
        <h2>{texts.get(Key::NewPreview)}</h2>
        <div class="screen" inert aria-hidden="true">
            <RestaurantPreview listing=Box::new(listing) menu/>
        </div>
    }
}
