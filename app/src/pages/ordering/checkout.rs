//! The checkout: fulfilment, time, contact, payment and total.

mod address;
mod checkout_state;
mod contact;
mod fulfilment;
mod payment_method;
mod pin;
mod place_order;
mod street;
mod time_slot;

use leptos::{html, prelude::*};
use servery_domain::id::OrderId;

use self::checkout_state::CheckoutState;
use super::{
    PageData,
    components::{
        coupon::CouponField,
        lines::receipt,
        removed_lines::removed_lines,
        sums::{Totals, sums},
    },
    draft_editor::DraftEditor,
    priced_draft::PricedDraft,
};
use crate::{
    components::{dish_badges::isolated, render_info::RenderInfo},
    mode::Mode,
    pages::remount_on_change,
    text::{Key, Texts, texts},
};

#[component]
pub fn Checkout(priced: PricedDraft, id: OrderId, data: PageData) -> impl IntoView {
    let texts = texts();
    let name = isolated(&priced.listing.restaurant.name);
    let checkout = CheckoutState::new(DraftEditor::new(priced), data);
    place_order::follow(checkout);
    let slug = checkout.editor.slug();
    let inside = remount_on_change(move || {
        checkout.editor.adopted.track();
        view! { <Form checkout id/> }
    });
    view! {
        <article class="checkout">
            <p class="back"><a href=format!("/restaurants/{slug}/basket")>{texts.get(Key::CheckoutBack)}</a></p>
            <h1>{texts.fill(Key::CheckoutTitle, &[("name", &name)])}</h1>
            <div id="news" class="news" tabindex="-1" role="alert">{move || checkout.news(texts)}</div>
            {inside}
        </article>
    }
}

#[component]
fn Form(checkout: CheckoutState, id: OrderId) -> impl IntoView {
    let texts = texts();
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let plain = decision.mode == Mode::Thin;
    let editor = checkout.editor;
    let form = NodeRef::<html::Form>::new();
    let action = format!("/restaurants/{}/checkout", editor.slug());
    let legal = format!("/restaurants/{}/legal", editor.slug());
    // Reads the form, because the browser may have restored or changed values by itself.
    Effect::new(move |_| {
        checkout.travel.track();
        checkout.read(form);
    });
    let seen = move || editor.quote.with(|quote| quote.total.0.to_string());
    view! {
        <form method="post" action=action novalidate=true node_ref=form inert=move || checkout.busy() on:input=move |_| checkout.read(form)>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="seen" value=seen/>
            // Enter presses the first button: it must not place the order.
            <button class="update" class:gone=!plain type="submit" on:click=move |event| checkout.update(&event, form)>{texts.get(Key::CheckoutUpdate)}</button>
            <div class="fields">
                {fulfilment::how(texts, checkout)}
                {time_slot::when(texts, checkout)}
                {contact::who(texts, checkout)}
                {payment_method::tip(texts, checkout)}
                <fieldset><legend>{texts.get(Key::CheckoutAnythingElse)}</legend>{contact::notes(texts, checkout)}</fieldset>
                {payment_method::payment(texts, checkout)}
            </div>
            <section class="summary" aria-labelledby="lines">
                <h2 id="lines" tabindex="-1">{texts.get(Key::CheckoutSummary)}</h2>
                {move || ordered(texts, editor)}
                {checkout.beside("lines")}
                <CouponField editor/>
                <div class="bill">{move || bill(texts, editor)}</div>
                {place_order::button(texts, checkout, form)}
                <p class="small-print"><a href=legal>{texts.get(Key::MenuLegal)}</a></p>
            </section>
        </form>
        {place_order::waiting(texts, checkout)}
    }
}

fn ordered(texts: Texts, editor: DraftEditor) -> impl IntoView {
    editor.quote.with(|quote| {
        (
            receipt(texts, &quote.lines, quote.currency),
            removed_lines(texts, &quote.removed_lines),
        )
    })
}

fn bill(texts: Texts, editor: DraftEditor) -> impl IntoView {
    editor.quote.with(|quote| {
        editor
            .priced
            .with_value(|priced| sums(texts, Totals::of(quote, &priced.listing.restaurant.tax)))
    })
}
