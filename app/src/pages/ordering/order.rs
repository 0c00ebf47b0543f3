//! A placed order: its state, its lines, and what can still be done.

mod notifications;
mod payment;
pub mod timeline;

use std::any::Any;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use servery_domain::{
    basket::Fulfilment,
    contact::{Contact, DeliveryAddress},
    legal::Seller,
    order::{Actor, Event, Order, TrackedOrder, apply},
    restaurant::{Address, Listing, Restaurant},
};

use super::{
    PageData,
    components::{
        due_time,
        lines::receipt,
        reorder::Again,
        sums::{Totals, sums},
    },
};
use crate::{
    api,
    backend::{self, BackendFuture, OrderStreamEvent, actions},
    components::{dish_badges::isolated, render_info::RenderInfo},
    mode::Mode,
    text::{Key, Texts, texts},
};

/// The shown order, and whether the last action failed.
#[derive(Clone, Copy)]
pub struct OrderView {
    pub order: RwSignal<Order>,
    pub failed: RwSignal<bool>,
}

impl OrderView {
    fn learn(self, order: Order) {
        // An older response may arrive after a newer event.
        if self
            .order
            .try_with_untracked(|shown| shown.revision < order.revision)
            .unwrap_or_default()
        {
            self.order.set(order);
            self.failed.set(false);
        }
    }

    /// Replaces the form's request where a script runs.
    pub fn act(self, event: &SubmitEvent, answer: Option<BackendFuture<'static, Order>>) {
        let Some(answer) = answer else { return };
        event.prevent_default();
        spawn_local(async move {
            match answer.await {
                Ok(order) => self.learn(order),
                Err(_) => self.failed.set(true),
            }
        });
    }
}

#[component]
pub fn OrderPage(tracked: TrackedOrder, listing: Box<Listing>, data: PageData) -> impl IntoView {
    let texts = texts();
    let shown = OrderView {
        order: RwSignal::new(tracked.order.clone()),
        failed: RwSignal::new(false),
    };
    watch(shown, tracked.token.clone());
    let number = tracked.order.number.to_string();
    let slug = tracked.slug.to_string();
    let phone = listing.restaurant.phone.clone();
    let call = format!("tel:{}", phone.replace(' ', ""));
    view! {
        <article class="order-page">
            <header>
                <h1>{texts.fill(Key::OrderTitle, &[("number", &number)])}</h1>
                <p class="lead"><a href=format!("/restaurants/{slug}")>{texts.fill(Key::OrderAt, &[("name", &isolated(&tracked.restaurant))])}</a></p>
                {on_paper(texts, &tracked.order, &listing.restaurant, &tracked.seller)}
            </header>
            {timeline::timeline(texts, shown, listing.today)}
            {notifications::set_notifications(texts, shown, &tracked.token)}
            {stillness(texts, shown, &data, &tracked.token)}
            {payment::payment(texts, shown, &listing, &data, &tracked.token)}
            {ordered(texts, &tracked.order, &listing)}
            <div class="deeds">
                {cancel(texts, shown, &tracked.token)}
                <Again tracked=tracked.clone()/>
            </div>
            <p role="status" class="wrong">{move || shown.failed.get().then(|| texts.get(Key::OrderNotPossible))}</p>
            <p><a href=call>{texts.fill(Key::OrderContact, &[("phone", &isolated(&phone))])}</a></p>
            <p><a href="/orders">{texts.get(Key::OrderAll)}</a></p>
        </article>
    }
}

/// Seller and date for print; the screen shows them elsewhere.
pub fn on_paper(
    texts: Texts,
    order: &Order,
    restaurant: &Restaurant,
    seller: &Seller,
) -> impl IntoView + use<> {
    let Address {
        street,
        postcode,
        city,
        ..
    } = &restaurant.address;
    let placed = due_time::date_and_clock(texts, order.ordered.placed_on);
    let Seller { legal_name, vat_id } = seller;
    let legal_name = (!legal_name.is_empty()).then(|| view! { <p dir="auto">{legal_name.clone()}</p> });
    let vat_id = (!vat_id.is_empty())
        .then(|| view! { <p>{texts.fill(Key::OrderVatId, &[("id", &isolated(vat_id))])}</p> });
    view! {
        <div class="on-paper">
            {legal_name}
            <p dir="auto">{format!("{street}, {postcode} {city}")}</p>
            <p dir="ltr">{restaurant.phone.clone()}</p>
            {vat_id}
            <p>{placed}</p>
        </div>
    }
}

/// Follows the event stream until the order is over.
fn watch(shown: OrderView, token: String) {
    let watching = StoredValue::new_local(None::<Box<dyn Any>>);
    Effect::new(move |_| {
        let over = shown.order.with(|order| order.progress.state.is_over());
        let priced = watching.with_value(Option::is_some);
        match backend::order_events() {
            Some(watch) if !over && !priced => {
                let heard = move |heard| {
                    if let OrderStreamEvent::Order(order) = heard {
                        shown.learn(*order);
                    }
                };
                watching.set_value(Some(watch.watch(&api::order_events(&token), Box::new(heard))));
            }
            _ if over => watching.set_value(None),
            _ => {}
        }
    });
    on_cleanup(move || watching.dispose());
}

/// A link that stops the page from reloading, for slow readers.
fn stillness(texts: Texts, shown: OrderView, data: &PageData, token: &str) -> impl IntoView + use<> {
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let moving = decision.mode == Mode::Thin
        && !data.still
        && !shown.order.with_untracked(|order| order.progress.state.is_over());
    let still = format!("/orders/{token}?still=1");
    moving.then(|| view! { <p class="facts still">{texts.get(Key::OrderRefreshes)}" "<a href=still>{texts.get(Key::OrderKeepStill)}</a></p> })
}

fn ordered(texts: Texts, order: &Order, listing: &Listing) -> impl IntoView + use<> {
    let facts = &order.ordered;
    let bill = Totals {
        currency: facts.currency,
        sums: &facts.sums,
        taxes: &facts.taxes,
        total: facts.total,
        in_cash: facts.in_cash,
        rules: &listing.restaurant.tax,
    };
    let Contact { name, phone, .. } = &facts.contact;
    let whom = [name, phone]
        .into_iter()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let door = match &facts.fulfilment {
        Fulfilment::Delivery(DeliveryAddress {
            street,
            postcode,
            city,
            hint,
            ..
        }) => {
            let place = format!("{postcode} {city}");
            [street, &place, hint]
                .into_iter()
                .map(|text| text.trim())
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        }
        Fulfilment::Collection | Fulfilment::Table(_) => String::new(),
    };
    let whom = [whom, door]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p dir="auto">{text}</p> })
        .collect::<Vec<_>>();
    let said = |key, words: &str| (!words.is_empty()).then(|| texts.fill(key, &[("note", &isolated(words))]));
    let notes: Vec<_> = [
        said(Key::OrderNote, &facts.note),
        said(Key::OrderAllergies, &facts.allergies),
    ]
    .into_iter()
    .flatten()
    .map(|words| view! { <p>{words}</p> })
    .collect();
    view! {
        <section class="ordered">
            <h2>{texts.get(Key::OrderWhat)}</h2>
            {receipt(texts, &facts.lines, facts.currency)}
            {notes}
            <div class="whom">{whom}</div>
            {sums(texts, bill)}
        </section>
    }
}

fn cancel(texts: Texts, shown: OrderView, token: &str) -> impl IntoView + use<> {
    let action = format!("/orders/{token}/cancel");
    let token = token.to_owned();
    let actions = actions();
    let submit = move |event: SubmitEvent| {
        let (token, actions) = (token.clone(), actions.clone());
        let answer = actions.map(|actions| {
            Box::pin(async move { actions.cancel(&token).await }) as BackendFuture<'static, Order>
        });
        shown.act(&event, answer);
    };
    let possible = Memo::new(move |_| {
        shown.order.with(|order| {
            apply(
                order,
                &Event::Cancelled {
                    reason: String::new(),
                },
                Actor::Diner,
                order.ordered.placed_at,
            )
            .is_ok()
        })
    });
    move || {
        let submit = submit.clone();
        let action = action.clone();
        possible.get().then(|| view! { <form method="post" action=action on:submit=submit><button class="quiet" type="submit">{texts.get(Key::OrderCancel)}</button></form> })
    }
}
