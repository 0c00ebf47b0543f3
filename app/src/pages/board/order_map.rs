//! Where the orders in progress are to be brought: on a map, and as a list.

use leptos::prelude::*;
use servery_domain::{
    board::{Board, Column},
    delivery_area::Point,
    delivery_map::DeliveryMap,
};

use super::order_card;
use crate::{
    components::{area_points::areas_text, map_opener::MapOpener, map_points::point_text},
    text::{Key, Texts},
};

#[derive(Clone, PartialEq)]
struct Delivery {
    number: u32,
    column: Column,
    point: Option<Point>,
    /// When it is due, and the street.
    facts: String,
}

/// The button, and below it map and list while it is open.
pub fn section(texts: Texts, map: DeliveryMap, shown: RwSignal<Board>) -> impl IntoView {
    let opener = MapOpener::create();
    let button = opener.button(
        texts,
        "open-order-map",
        texts.get(Key::BoardMapOpen),
        map.orders_script.clone(),
    );
    view! {
        <section class="order-places">
            {button}
            <p class="facts" role="status">{opener.said(texts)}</p>
            {move || opener.is_open().then(|| opened(texts, &map, shown))}
        </section>
    }
}

fn opened(texts: Texts, map: &DeliveryMap, shown: RwSignal<Board>) -> impl IntoView + use<> {
    let all = Memo::new(move |_| shown.with(|board| deliveries(texts, board)));
    view! {
        <h2>{texts.get(Key::BoardMapTitle)}</h2>
        {element(texts, map, shown, all)}
        <p class="facts" role="status">{move || all.with(|all| without_point(texts, all))}</p>
        <ul>{move || all.with(|all| list(texts, all))}</ul>
    }
}

fn deliveries(texts: Texts, board: &Board) -> Vec<Delivery> {
    let deliveries = board.deliveries().map(|(column, order, point)| Delivery {
        number: order.number,
        column,
        point,
        facts: order_card::place_and_time(texts, board, order),
    });
    deliveries.collect()
}

fn element(
    texts: Texts,
    map: &DeliveryMap,
    shown: RwSignal<Board>,
    all: Memo<Vec<Delivery>>,
) -> impl IntoView + use<> {
    let (archive, template) = (map.tiles.archive(), map.tiles.template());
    let areas = shown.with_untracked(|board| areas_text(&board.areas));
    view! {
        <order-map
            archive=archive template=template attribution=map.attribution.clone()
            areas=areas orders=move || all.with(|all| orders_text(texts, all))
            label=texts.get(Key::BoardMapLabel) loading=texts.get(Key::MapLoading) failed=texts.get(Key::BoardMapFailed)
            zoom-in=texts.get(Key::MapZoomIn) zoom-out=texts.get(Key::MapZoomOut)
        ></order-map>
    }
}

/// As the element reads them: a line for each order.
fn orders_text(texts: Texts, all: &[Delivery]) -> String {
    let line = |delivery: &Delivery| {
        let (number, column) = (delivery.number, delivery.column);
        let values = [
            ("n", number.to_string()),
            ("state", texts.get(column_name(column)).to_owned()),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let label = texts.fill(Key::BoardMapOrder, &values);
        Some(format!(
            "{number}|{}|{}|{}|{label}",
            point_text(delivery.point?),
            column.code(),
            sign(column)
        ))
    };
    let lines: Vec<String> = all.iter().filter_map(line).collect();
    lines.join("\n")
}

fn without_point(texts: Texts, all: &[Delivery]) -> String {
    match all.iter().filter(|delivery| delivery.point.is_none()).count() {
        _ if all.is_empty() => texts.get(Key::BoardMapNothing).to_owned(),
        0 => String::new(),
        count => texts.count(Key::BoardMapWithoutPoint, count),
    }
}

fn list(texts: Texts, all: &[Delivery]) -> Vec<impl IntoView + use<>> {
    let row = |delivery: &Delivery| {
        let (number, column) = (delivery.number, delivery.column);
        let missing = delivery
            .point
            .is_none()
            .then(|| format!(" · {}", texts.get(Key::BoardMapNoPoint)));
        view! {
            <li data-column=column.code()>
                <a href=format!("#o{number}")><span aria-hidden="true">{sign(column)}</span>{format!(" #{number}")}</a>
                <span dir="auto">{format!("{} · {}", texts.get(column_name(column)), delivery.facts)}{missing}</span>
            </li>
        }
    };
    all.iter().map(row).collect()
}

/// Who cannot tell the colours apart sees the signs.
const fn sign(column: Column) -> &'static str {
    match column {
        Column::New => "●",
        Column::Kitchen => "▲",
        Column::Pass => "■",
    }
}

pub const fn column_name(column: Column) -> Key {
    match column {
        Column::New => Key::BoardNew,
        Column::Kitchen => Key::BoardKitchen,
        Column::Pass => Key::BoardPass,
    }
}
