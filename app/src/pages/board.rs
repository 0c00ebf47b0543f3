//! A restaurant's board: the open orders, for those who cook and hand them over. Without a script it reloads by itself.

pub mod audit_log;
mod board_updates;
pub mod devices;
mod intake;
pub(super) mod order_card;
mod order_map;
mod print_button;
mod stock;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    account::Permission,
    board::{Board, Column},
    delivery_map::DeliveryMap,
    slug::Slug,
};

use self::board_updates::BoardUpdates;
use crate::{
    components::render_info::RenderInfo,
    mode::Mode,
    text::{Key, Texts, texts},
};

#[component]
pub fn BoardPage(slug: Slug, board: Board, map: Option<DeliveryMap>) -> impl IntoView {
    let texts = texts();
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let stock = stock::stock(texts, &slug, &board);
    let devices = board.role.may(Permission::Devices).then(|| {
        view! { <p><a href=format!("/board/{slug}/devices")>{texts.get(Key::BoardDevices)}</a></p> }
    });
    let orders = board.role.may(Permission::SearchOrders).then(|| {
        view! { <p><a href=format!("/board/{slug}/orders")>{texts.get(Key::BoardAllOrders)}</a></p> }
    });
    let log = board.role.may(Permission::AuditLog).then(|| {
        view! { <p><a href=format!("/board/{slug}/log")>{texts.get(Key::BoardLog)}</a></p> }
    });
    let office = board.role.may(Permission::Edit).then(|| {
        view! { <p><a href=format!("/office/{slug}")>{texts.get(Key::BoardOffice)}</a></p> }
    });
    let title = texts.fill(Key::BoardTitle, &[("name", &board.name)]);
    let BoardUpdates { shown, lost } = board_updates::follow(&slug, board);
    // A pause that somebody has forgotten costs an evening: it stands above the orders.
    let intake = |above: bool| {
        let slug = slug.clone();
        move || {
            shown.with(|board| {
                let is_set = board.pause.is_some() || board.busy.is_some();
                (is_set == above)
                    .then(|| intake::intake(texts, &slug, board))
                    .flatten()
            })
        }
    };
    let map = map.filter(|_| decision.mode != Mode::Thin);
    let map = map.map(|map| order_map::section(texts, map, shown));
    let how = if decision.mode == Mode::Thin {
        Key::BoardRefreshes
    } else {
        Key::BoardLive
    };
    view! {
        <article class="board">
            <h1>{title}</h1>
            <div role="status">{line(texts, &slug, how, lost)}</div>
            {intake(true)}
            <div class="columns" aria-live="polite">{columns(texts, &slug, shown)}</div>
            {map}
            {intake(false)}
            {stock}
            {orders}
            {office}
            {devices}
            {log}
        </article>
    }
}

/// Whether the board is connected and up to date.
fn line(texts: Texts, slug: &Slug, how: Key, lost: RwSignal<bool>) -> impl IntoView + use<> {
    let reload = format!("/board/{slug}");
    move || match lost.get() {
        false => Either::Left(view! { <p class="small-print">{texts.get(how)}</p> }),
        true => Either::Right(view! {
            <p class="said lost">{texts.get(Key::BoardLost)}" "<a href=reload.clone() rel="external">{texts.get(Key::BoardAnew)}</a></p>
        }),
    }
}

fn columns(texts: Texts, slug: &Slug, shown: RwSignal<Board>) -> impl IntoView + use<> {
    let column = |column: Column| {
        let title = order_map::column_name(column);
        let empty = match column {
            Column::New => Key::BoardNothingNew,
            Column::Kitchen | Column::Pass => Key::BoardNothing,
        };
        let orders = move || shown.with(|board| board.column(column).cloned().collect::<Vec<_>>());
        let count = Memo::new(move |_| shown.with(|board| board.column(column).count()));
        let nothing = move || (count.get() == 0).then(|| view! { <p class="empty">{texts.get(empty)}</p> });
        let slug = slug.clone();
        // Keyed by order, so that input in one card survives changes of others.
        view! {
            <section class=column.code()>
                <h2>{texts.get(title)}" "<b>{count}</b></h2>
                {nothing}
                <ol>
                    <For each=orders key=|order| (order.id, order.revision) let:order>
                        {shown.with_untracked(|board| order_card::card(texts, &slug, board, &order))}
                    </For>
                </ol>
            </section>
        }
    };
    Column::ALL.iter().map(|each| column(*each)).collect::<Vec<_>>()
}
