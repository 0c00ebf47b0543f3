use std::sync::Arc;

use super::*;
use crate::{
    contact::{AddressLocation, DeliveryAddress, LocationSource},
    fixtures,
    id::OrderId,
    order_settings::PaymentMethod,
    revision::Revision,
};

fn order(number: u32, revision: i64, state: State) -> Order {
    let mut order = fixtures::order(Fulfilment::Collection, PaymentMethod::Door);
    order.id = OrderId(number.into());
    order.number = number;
    order.revision = Revision(revision);
    order.progress.state = state;
    order
}

fn board() -> Board {
    Board {
        restaurant: RestaurantId(1),
        name: "Diner".into(),
        role: Role::Kitchen,
        currency: "EUR".parse().unwrap(),
        now: LocalMinute::new(2026, 11, 15, 12, 0),
        orders: Vec::new(),
        dishes: Vec::new(),
        tables: Vec::new(),
        areas: Vec::new(),
        pause: None,
        busy: None,
    }
}

fn numbers(board: &Board, column: Column) -> Vec<u32> {
    board.column(column).map(|order| order.number).collect()
}

#[test]
fn what_is_put_stands_where_it_is_now() {
    let mut board = board();
    for (number, revision, state) in [(2, 2, State::Placed), (1, 1, State::Placed), (2, 3, State::Ready)] {
        assert!(board.put(order(number, revision, state)));
    }
    assert_eq!(
        (numbers(&board, Column::New), numbers(&board, Column::Pass)),
        (vec![1], vec![2])
    );
    assert_eq!(
        board.now,
        LocalMinute::new(2026, 11, 16, 12, 0),
        "midnight has passed since it was loaded"
    );
}

#[test]
fn what_comes_late_changes_nothing() {
    let mut board = board();
    assert!(board.put(order(1, 5, State::Ready)));
    assert!(!board.put(order(1, 4, State::Placed)) && !board.put(order(1, 5, State::Ready)));
    assert_eq!(numbers(&board, Column::Pass), [1]);
    assert!(board.put(order(1, 6, State::Collected)));
    assert!(
        !board.put(order(1, 5, State::Ready)),
        "it does not come back from over the counter"
    );
    assert!(
        Column::ALL
            .iter()
            .all(|column| numbers(&board, *column).is_empty())
    );
}

#[test]
fn deliveries_are_the_orders_in_progress_that_are_brought_somewhere() {
    let point = Point {
        latitude: 40_729_000,
        longitude: -73_995_000,
    };
    let located = DeliveryAddress {
        location: Some(AddressLocation {
            point,
            source: LocationSource::Pin,
        }),
        ..DeliveryAddress::default()
    };
    let mut board = board();
    for (number, state, address) in [
        (1, State::Placed, Some(DeliveryAddress::default())),
        (2, State::OutForDelivery, Some(located.clone())),
        (3, State::Delivered, Some(located)),
        (4, State::Ready, None),
    ] {
        let mut order = order(number, 1, state);
        let fulfilment = address.map_or(Fulfilment::Collection, Fulfilment::Delivery);
        Arc::make_mut(&mut order.ordered).fulfilment = fulfilment;
        board.put(order);
    }
    let deliveries = board
        .deliveries()
        .map(|(column, order, point)| (column, order.number, point));
    assert_eq!(
        deliveries.collect::<Vec<_>>(),
        [(Column::New, 1, None), (Column::Pass, 2, Some(point))]
    );
}
