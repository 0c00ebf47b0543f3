//! How, when, who, and what it comes to: all that is left to say before an order is placed.

mod checkout_state;
mod contact;
mod fulfilment;
mod payment_method;
mod place_order;
mod time_slot;

use leptos::{html, prelude::*};
use servery_domain::id::OrderId;

use self::checkout_state::Desk;
use super::{
    Came,
    components::{
        coupon::Coupon,
        lines::receipt,
        removed_lines::dropped,
        sums::{Bill, sums},
    },
    draft_editor::Making,
    priced_draft::Begun,
};
use crate::{
    components::{dish_badges::isolated, render_info::HowMade},
    pages::anew,
    render::Mode,
    text::{Key, Texts, texts},
};

#[component]
pub fn Checkout(begun: Begun, id: OrderId, came: Came) -> impl IntoView {
    let texts = texts();
    let name = isolated(&begun.listed.restaurant.name);
    let desk = Desk::new(Making::new(begun), came);
    place_order::follow(desk);
    let slug = desk.making.slug();
    let inside = anew(move || {
        desk.making.adopted.track();
        view! { <Form desk id/> }
    });
    view! {
        <article class="checkout">
            <p class="back"><a href=format!("/restaurants/{slug}/basket")>{texts.get(Key::CheckoutBack)}</a></p>
            <h1>{texts.fill(Key::CheckoutTitle, &[("name", &name)])}</h1>
            <div id="news" class="news" tabindex="-1" role="alert">{move || desk.news(texts)}</div>
            {inside}
        </article>
    }
}

#[component]
fn Form(desk: Desk, id: OrderId) -> impl IntoView {
    let texts = texts();
    let HowMade { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let plain = decision.mode == Mode::Thin;
    let making = desk.making;
    let form = NodeRef::<html::Form>::new();
    let action = format!("/restaurants/{}/checkout", making.slug());
    // What the form shows counts, also where a browser or a list of times filled it in by itself.
    Effect::new(move |_| {
        desk.travel.track();
        desk.read(form);
    });
    let seen = move || making.quote.with(|quote| quote.total.0.to_string());
    view! {
        <form method="post" action=action novalidate=true node_ref=form inert=move || desk.busy() on:input=move |_| desk.read(form)>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="seen" value=seen/>
            // The first button is what Enter does: never to place an order.
            <button class="update" class:gone=!plain type="submit" on:click=move |event| desk.update(&event, form)>{texts.get(Key::CheckoutUpdate)}</button>
            <div class="fields">
                {fulfilment::how(texts, desk)}
                {time_slot::when(texts, desk)}
                {contact::who(texts, desk)}
                {payment_method::tip(texts, desk)}
                <fieldset><legend>{texts.get(Key::CheckoutAnythingElse)}</legend>{contact::notes(texts, desk)}</fieldset>
                {payment_method::payment(texts, desk)}
            </div>
            <section class="summary" aria-labelledby="lines">
                <h2 id="lines" tabindex="-1">{texts.get(Key::CheckoutSummary)}</h2>
                {move || ordered(texts, making)}
                {desk.beside("lines")}
                <Coupon making/>
                <div class="bill">{move || bill(texts, making)}</div>
                {place_order::button(texts, desk, form)}
            </section>
        </form>
        {place_order::waiting(texts, desk)}
    }
}

fn ordered(texts: Texts, making: Making) -> impl IntoView {
    making.quote.with(|quote| {
        (
            receipt(texts, &quote.lines, quote.currency),
            dropped(texts, &quote.dropped),
        )
    })
}

fn bill(texts: Texts, making: Making) -> impl IntoView {
    making.quote.with(|quote| {
        making
            .begun
            .with_value(|begun| sums(texts, Bill::of(quote, &begun.listed.restaurant.tax)))
    })
}
