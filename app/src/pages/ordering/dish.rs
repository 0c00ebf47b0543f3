//! A dish with its options.

mod add_to_basket;
mod count;

use std::sync::Arc;

use leptos::{html, prelude::*, web_sys::HtmlFormElement};
use servery_domain::{
    currency::Minor,
    limits,
    menu::{Dish, Menu},
    restaurant::Listing,
    translation::TextField,
};

use self::count::Count;
use crate::{
    components::{
        availability,
        dish_badges::{isolated, notes},
        form, options,
        picture::PictureView,
        render_info::RenderInfo,
    },
    line_form::LineForm,
    mode::Mode,
    text::{Key, Texts, texts},
};

#[component]
pub fn DishPage(listing: Box<Listing>, menu: Arc<Menu>, dish: Box<Dish>) -> impl IntoView {
    let texts = texts();
    let restaurant = &listing.restaurant;
    let picture = dish.picture.clone().map(
        |file| view! { <PictureView file alt="" sizes="(min-width: 51.25rem) 32rem, 100vw" eager=true/> },
    );
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let plain = decision.mode == Mode::Thin;
    let filled_in = NodeRef::<html::Form>::new();
    let total = RwSignal::new(None);
    let recalculate = {
        let (menu, dish) = (menu.clone(), dish.clone());
        move || {
            if let Some(form) = filled_in.get() {
                options::keep_within(texts, &form);
                total.set(price(&form, &menu, &dish));
            }
        }
    };
    // Reads fields that the browser restored after a reload.
    Effect::new({
        let recalculate = recalculate.clone();
        move |_| recalculate()
    });
    let counted = recalculate.clone();
    let currency = menu.currency;
    let sum = move || total.get().map(|total| texts.lang.money(total, currency));

    let sold_out = listing.sold_out.contains(&dish.id);
    let later = availability::not_served(texts, &listing, &dish);
    let gone = if sold_out {
        Some(texts.get(Key::DishSoldOutAdvice).to_owned())
    } else {
        later.clone()
    };
    let gone = gone.map(|words| view! { <p class="wrong">{words}</p> });
    let (unavailable, label) = match (sold_out, later) {
        (true, _) => (true, Key::DishSoldOut),
        (_, Some(_)) => (true, Key::DishNotServedNow),
        _ => (false, Key::DishAdd),
    };
    let add = add_to_basket::adding(restaurant.slug.clone(), menu.clone(), filled_in);

    view! {
        <article class="dish">
            <p class="back"><a href=format!("/restaurants/{}", restaurant.slug)>{texts.fill(Key::DishBack, &[("name", &isolated(&restaurant.name))])}</a></p>
            {picture}
            {heading(texts, &menu, &dish)}
            {gone}
            <form method="post" action=format!("/restaurants/{}/basket", restaurant.slug) node_ref=filled_in on:input=move |_| recalculate() on:submit=add>
                <input type="hidden" name="dish" value=dish.id.to_string()/>
                {options::groups(texts, &menu, &dish)}
                <label class="note">
                    <span>{texts.get(Key::DishNote)}</span>
                    <textarea name="note" rows="2" maxlength=limits::NOTE></textarea>
                </label>
                <Count plain counted/>
                <div class="order">
                    {(!plain).then(|| view! { <output class="total">{texts.get(Key::DishTotal)}" "<b class="price" dir="auto">{sum}</b></output> })}
                    <button type="submit" disabled=unavailable>{texts.get(label)}</button>
                </div>
            </form>
            <p class="small-print">{texts.get(Key::MenuAllergenNote)}</p>
        </article>
    }
}

fn heading(texts: Texts, menu: &Menu, dish: &Dish) -> impl IntoView + use<> {
    let lang = |field| menu.lang_of(&dish.translations, field).tag();
    let description = (!dish.description.is_empty())
        .then(|| view! { <p class="lead" lang=lang(TextField::Description) dir="auto">{dish.description.clone()}</p> });
    let notes = notes(texts, dish);
    view! {
        <header>
            <h1 lang=lang(TextField::Name) dir="auto">{dish.name.clone()}</h1>
            {description}
            <p class="price" dir="auto">{texts.lang.money(dish.price, menu.currency)}</p>
            {(!notes.is_empty()).then(|| view! { <p class="notes">{notes}</p> })}
        </header>
    }
}

/// The total of the form; empty while the form is invalid.
fn price(form: &HtmlFormElement, menu: &Menu, dish: &Dish) -> Option<Minor> {
    let pairs = form::pairs(form);
    Some(
        LineForm::parse(pairs.iter().map(form::borrowed))
            .ok()?
            .price(menu, dish),
    )
}
