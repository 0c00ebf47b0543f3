//! Earlier orders, newest first.

use leptos::prelude::*;
use servery_domain::order::TrackedOrder;

use super::{
    components::{due_time, reorder::Again},
    order::timeline,
};
use crate::{
    components::dish_badges::isolated,
    text::{Key, Texts, texts},
};

#[component]
pub fn History(orders: Vec<TrackedOrder>) -> impl IntoView {
    let texts = texts();
    let empty = orders.is_empty().then(|| {
        view! {
            <div class="empty">
                <p>{texts.get(Key::HistoryEmpty)}</p>
                <p><a class="button" href="/">{texts.get(Key::ProblemHome)}</a></p>
            </div>
        }
    });
    let rows: Vec<_> = orders.into_iter().map(|tracked| row(texts, tracked)).collect();
    view! {
        <article class="history">
            <h1>{texts.get(Key::HistoryTitle)}</h1>
            <ul>{rows}</ul>
            {empty}
        </article>
    }
}

fn row(texts: Texts, tracked: TrackedOrder) -> impl IntoView {
    let order = &tracked.order;
    let placed = due_time::date_and_clock(texts, order.ordered.placed_on);
    let facts = format!(
        "{} · {}",
        isolated(&placed),
        timeline::name(texts, order.progress.state)
    );
    let number = texts.fill(Key::OrderTitle, &[("number", &order.number.to_string())]);
    let total = texts.lang.money(order.ordered.total, order.ordered.currency);
    view! {
        <li>
            <div>
                <h2 dir="auto"><a href=format!("/orders/{}", tracked.token)>{tracked.restaurant.clone()}</a></h2>
                <p class="facts">{number}" · "{facts}</p>
            </div>
            <span class="price" dir="auto">{total}</span>
            <Again tracked=tracked.clone()/>
        </li>
    }
}
