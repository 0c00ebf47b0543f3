//! Home: the restaurants, filtered while one types.

use leptos::{html, prelude::*, task::spawn_local};
use servery_domain::{
    cursor::Page,
    limits,
    menu::Picture,
    restaurant::{Cuisine, Listing},
    search::Search,
};

use crate::{
    backend::{Backend, backend},
    components::{cuisine, form, opening, picture::PictureView},
    page_address::{address, visit},
    query::GetRestaurants,
    text::{Key, Texts, texts},
};

#[component]
pub fn Home(search: Search, found: Page<Listing>) -> impl IntoView {
    let texts = texts();
    let backend = backend::<dyn Backend>();
    let shown = RwSignal::new((search.clone(), found));
    let visit = visit();
    let filters = NodeRef::<html::Form>::new();
    let latest = StoredValue::new(0_u32);

    // Each keystroke sends a request; only the response to the latest is shown.
    let look = move || {
        let Some(Ok(search)) = filters
            .get()
            .map(|filters| Search::parse(&mut form::pairs(&filters).iter().map(form::borrowed)))
        else {
            return;
        };
        latest.update_value(|number| *number += 1);
        let (number, backend) = (latest.get_value(), backend.clone());
        form::show_address(visit, &address("/", search.pairs()));
        spawn_local(async move {
            if let Ok(found) = backend.ask(GetRestaurants(search.clone())).await
                && latest.get_value() == number
            {
                shown.set((search, found));
            }
        });
    };

    view! {
        <div class="welcome">
            <h1>{texts.get(Key::HomeTitle)}</h1>
            <p>{texts.get(Key::HomeDescription)}</p>
        </div>
        <form class="search" role="search" action="/" method="get" node_ref=filters on:input=move |_| look()>
            <label class="grow">
                <span>{texts.get(Key::HomeSearch)}</span>
                <input type="search" name="q" value=search.q.clone() maxlength=limits::SEARCH autocomplete="off"/>
            </label>
            <label>
                <span>{texts.get(Key::HomeCuisine)}</span>
                <select name="cuisine">
                    <option value="">{texts.get(Key::HomeCuisineAny)}</option>
                    {Cuisine::ALL.iter().map(|cuisine| view! {
                        <option value=cuisine.code() selected={search.cuisine == Some(*cuisine)}>{cuisine::name(texts, *cuisine)}</option>
                    }).collect::<Vec<_>>()}
                </select>
            </label>
            <label class="check"><input type="checkbox" name="open" value="1" checked=search.open/> <span>{texts.get(Key::HomeOpenNow)}</span></label>
            <button type="submit">{texts.get(Key::HomeSubmit)}</button>
        </form>
        {move || shown.with(|(search, found)| results(texts, search, found))}
    }
}

fn results(texts: Texts, search: &Search, found: &Page<Listing>) -> impl IntoView + use<> {
    let mut count = texts.count(Key::HomeCount, found.items.len());
    let is_near = |first: &Listing| !search.finds(&first.restaurant.search_text());
    if found.items.first().is_some_and(is_near) {
        count = format!("{} {count}", texts.get(Key::SearchNear));
    }
    let nothing = found.items.is_empty();
    let more = found.next.clone().map(|after| {
        address(
            "/",
            Search {
                after: Some(after),
                ..search.clone()
            }
            .pairs(),
        )
    });
    // Open restaurants come first.
    let (open, closed): (Vec<&Listing>, Vec<&Listing>) =
        found.items.iter().partition(|listing| listing.opening.open);
    let rows: Vec<_> = open
        .into_iter()
        .chain(closed)
        .map(|listing| row(texts, listing))
        .collect();
    view! {
        <p class="count" role="status">{count}</p>
        <ul class="town">{rows}</ul>
        {nothing.then(|| view! {
            <div class="empty">
                <p>{texts.get(Key::HomeNothing)}</p>
                <p><a class="button" href="/">{texts.get(Key::HomeShowAll)}</a></p>
            </div>
        })}
        {more.map(|more| view! { <p class="more"><a class="button" href=more>{texts.get(Key::HomeMore)}</a></p> })}
    }
}

fn row(texts: Texts, listing: &Listing) -> impl IntoView + use<> {
    let restaurant = &listing.restaurant;
    let href = format!("/restaurants/{}", restaurant.slug);
    let lang = restaurant.lang;
    let drawing = restaurant
        .picture
        .clone()
        .map(|file: Picture| view! { <PictureView file alt="" sizes="(min-width: 48rem) 128px, 96px"/> });
    view! {
        <li class:closed=!listing.opening.open>
            {drawing}
            <div>
                <h2 lang=lang.tag() dir=lang.direction()><a href=href>{restaurant.name.clone()}</a></h2>
                <p class="facts">{cuisine::name(texts, restaurant.cuisine)}" · "<span dir="auto">{restaurant.address.street.clone()}</span></p>
                <p class="opening">{opening::sentence(texts, &listing.opening)}</p>
            </div>
        </li>
    }
}
