//! What orders are checked against: stock, coupons, slots and tables.

use std::sync::Arc;

use servery_domain::{
    audit::{Act, Author},
    coupon::{CouponCustomer, CouponUsage},
    currency::Minor,
    id::{OrderId, RestaurantId},
    order::{Event, Order, State},
    order_intake::{BusyKitchen, IntakeChange, OrderIntake, OrderPause},
    quote::Sum,
    restaurant_file::TableCode,
    slot_capacity::{SlotLimits, SlotUse},
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    Store,
    orders::{Advance, Changed, OrderWrite, PlaceOrder, WriteOutcome},
};

use crate::{
    accounts::{ADA, ada},
    audit_log::whole_log,
    builders::{DISH, HERE, NOW, cancel, coupon, file, import, listing, order, placement, put_restaurant},
    engines::engines,
};

pub fn customer(names: &[&str]) -> CouponCustomer {
    CouponCustomer {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        is_anonymous: false,
    }
}

pub fn order_with_coupon(number: u128, names: &[&str]) -> PlaceOrder {
    let mut order = order(number);
    let ordered = Arc::make_mut(&mut order.ordered);
    ordered.sums.push(Sum::Coupon {
        code: coupon().code,
        amount: Minor(-100),
    });
    PlaceOrder {
        coupon: Some(coupon()),
        coupon_customer: customer(names).names,
        ..placement(order, "ada")
    }
}

fn scheduled_order(number: u128, slot: LocalMinute) -> PlaceOrder {
    let mut order: Order = order(number);
    let ordered = Arc::make_mut(&mut order.ordered);
    (ordered.scheduled, ordered.due.from, ordered.due.to) = (true, slot, slot);
    PlaceOrder {
        slot_limits: orders_at_most(1),
        ..placement(order, "ada")
    }
}

pub fn place(placement: PlaceOrder) -> OrderWrite {
    OrderWrite::Place(Box::new(placement))
}

fn changed(outcome: &WriteOutcome) -> Option<Changed> {
    match outcome {
        WriteOutcome::Changed(changed) => Some(changed.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn stock_is_taken_by_orders_and_given_back() {
    for (engine, store) in engines("stock_is_taken_by_orders_and_given_back").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        store.set_stock(HERE, DISH, Some(1), NOW).await.unwrap();
        assert!(
            listing(store.as_ref(), HERE).await.sold_out.is_empty(),
            "{engine}"
        );
        let outcomes = store
            .write(&[
                place(placement(order(1), "ada")),
                place(placement(order(2), "ben")),
            ])
            .await
            .unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, Some(Changed::Stock)],
            "{engine}"
        );
        assert_eq!(listing(store.as_ref(), HERE).await.sold_out, [DISH], "{engine}");
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        assert_eq!(
            store.stock(HERE).await.unwrap().into_iter().collect::<Vec<_>>(),
            [(DISH, 1)],
            "{engine}"
        );
        store.set_stock(HERE, DISH, None, NOW).await.unwrap();
        assert!(store.stock(HERE).await.unwrap().is_empty(), "{engine}");
    }
}

/// Orders one portion of the dish, then sets its portions, then cancels the order: what is left then?
async fn left_after(store: &dyn Store, number: u128, before: Option<u32>, after: Option<u32>) -> Option<u32> {
    store.set_stock(HERE, DISH, before, NOW).await.unwrap();
    store
        .write(&[place(placement(order(number), "ada"))])
        .await
        .unwrap();
    store.set_stock(HERE, DISH, after, NOW).await.unwrap();
    store.write(&[cancel(OrderId(number), NOW)]).await.unwrap();
    store.stock(HERE).await.unwrap().get(&DISH).copied()
}

#[tokio::test]
async fn an_order_gives_back_exactly_the_portions_that_it_took() {
    for (engine, store) in engines("an_order_gives_back_exactly_the_portions_that_it_took")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let store = store.as_ref();
        assert_eq!(
            left_after(store, 1, None, Some(0)).await,
            Some(0),
            "{engine}: not counted when ordered"
        );
        assert_eq!(
            left_after(store, 2, Some(3), None).await,
            None,
            "{engine}: not counted any more"
        );
        assert_eq!(
            left_after(store, 3, Some(3), Some(5)).await,
            Some(6),
            "{engine}: counted anew"
        );
    }
}

#[tokio::test]
async fn coupon_uses_are_counted_and_limited() {
    for (engine, store) in engines("coupon_uses_are_counted_and_limited").await.stores {
        assert_eq!(
            store.coupon(HERE, "PIER", &customer(&["ada"])).await.unwrap(),
            None,
            "{engine}"
        );
        import(store.as_ref(), &file(1, "alte-muehle")).await;
        let outcomes = store
            .write(&[
                place(order_with_coupon(1, &["ada", "+49 30 1"])),
                place(order_with_coupon(2, &["eve", "+49 30 1"])),
                place(order_with_coupon(3, &["ben"])),
                place(order_with_coupon(4, &["eve"])),
            ])
            .await
            .unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, Some(Changed::Coupon), None, Some(Changed::Coupon)],
            "{engine}"
        );
        assert_eq!(store.coupon_uses(HERE).await.unwrap()["PIER"], 2, "{engine}");
        for (names, by_customer) in [(&["ada"][..], 1), (&["eve", "ben"], 1), (&["eve"], 0), (&[], 0)] {
            let usage = CouponUsage {
                by_all: 2,
                by_customer,
                is_anonymous: false,
            };
            assert_eq!(
                store.coupon(HERE, "PIER", &customer(names)).await.unwrap(),
                Some((coupon(), usage)),
                "{engine}: {names:?}"
            );
        }
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        assert_eq!(store.coupon_uses(HERE).await.unwrap()["PIER"], 1, "{engine}");
        assert_eq!(
            store.coupon_uses(RestaurantId(2)).await.unwrap().get("PIER"),
            None,
            "{engine}"
        );
    }
}

fn orders_at_most(orders: u16) -> SlotLimits {
    SlotLimits {
        orders: Some(orders),
        work: None,
    }
}

async fn orders_in_slots(store: &dyn Store, from: LocalMinute) -> Vec<(LocalMinute, u32)> {
    let used = store.slots_used(HERE, from).await.unwrap();
    used.into_iter().map(|(slot, used)| (slot, used.orders)).collect()
}

#[tokio::test]
async fn slots_are_limited_by_kitchen_work() {
    for (engine, store) in engines("slots_are_limited_by_kitchen_work").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let slot = LocalMinute(1_000);
        let of_work = |number, work| PlaceOrder {
            slot_limits: SlotLimits {
                orders: None,
                work: Some(10),
            },
            work,
            ..scheduled_order(number, slot)
        };
        let outcomes = store
            .write(&[place(of_work(1, 25)), place(of_work(2, 1)), place(of_work(3, 0))])
            .await
            .unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, Some(Changed::Slot), Some(Changed::Slot)],
            "{engine}: a large order takes an empty slot, and nothing beside it"
        );
        let used = |orders, work| SlotUse { orders, work };
        assert_eq!(
            store.slots_used(HERE, slot).await.unwrap(),
            [(slot, used(1, 25))],
            "{engine}"
        );
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        let outcomes = store
            .write(&[place(of_work(4, 6)), place(of_work(5, 4))])
            .await
            .unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, None],
            "{engine}"
        );
        assert_eq!(
            store.slots_used(HERE, slot).await.unwrap(),
            [(slot, used(2, 10))],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn case_tastyigniter_541_orders_that_nobody_has_answered_fill_a_slot() {
    let name = "case_tastyigniter_541_orders_that_nobody_has_answered_fill_a_slot";
    for (engine, store) in engines(name).await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let slot = LocalMinute(1_000);
        let first = scheduled_order(1, slot);
        assert_eq!(first.order.progress.state, State::Placed);
        for (order, refused) in [(first, None), (scheduled_order(2, slot), Some(Changed::Slot))] {
            let outcomes = store.write(&[place(order)]).await.unwrap();
            assert_eq!(changed(&outcomes[0]), refused, "{engine}");
        }
    }
}

#[tokio::test]
async fn a_rescheduled_order_takes_its_new_slot_and_gives_back_the_old_one() {
    let name = "a_rescheduled_order_takes_its_new_slot_and_gives_back_the_old_one";
    for (engine, store) in engines(name).await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let (today, tomorrow) = (LocalMinute(1_000), LocalMinute(2_440));
        let orders = [scheduled_order(1, today), scheduled_order(2, tomorrow)];
        store.write(&orders.map(place)).await.unwrap();
        let to_tomorrow = || {
            OrderWrite::Advance(Advance {
                order: OrderId(1),
                event: Event::Rescheduled { to: tomorrow },
                author: Author::Operator,
                at: NOW,
                slot: Some(tomorrow),
            })
        };
        // Both requests of a double click are in one batch.
        let outcomes = store.write(&[to_tomorrow(), to_tomorrow()]).await.unwrap();
        let moved = |outcome: &WriteOutcome| match outcome {
            WriteOutcome::Advanced(order) => order.progress.rescheduled_to,
            _ => None,
        };
        assert_eq!(
            outcomes.iter().map(moved).collect::<Vec<_>>(),
            [Some(tomorrow); 2],
            "{engine}"
        );
        let both = [(today, 0), (tomorrow, 2)];
        assert_eq!(orders_in_slots(store.as_ref(), today).await, both, "{engine}");
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        let one = [(today, 0), (tomorrow, 1)];
        assert_eq!(
            orders_in_slots(store.as_ref(), today).await,
            one,
            "{engine}: the slot that it was moved to is given back"
        );
    }
}

#[tokio::test]
async fn slots_are_taken_and_limited() {
    for (engine, store) in engines("slots_are_taken_and_limited").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let (early, late) = (LocalMinute(1_000), LocalMinute(1_015));
        let outcomes = store
            .write(&[
                place(scheduled_order(1, early)),
                place(scheduled_order(2, early)),
                place(scheduled_order(3, late)),
            ])
            .await
            .unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, Some(Changed::Slot), None],
            "{engine}"
        );
        assert_eq!(
            orders_in_slots(store.as_ref(), early).await,
            [(early, 1), (late, 1)],
            "{engine}"
        );
        assert_eq!(
            orders_in_slots(store.as_ref(), late).await,
            [(late, 1)],
            "{engine}"
        );
        let soon = |number| PlaceOrder {
            slot: late,
            slot_limits: orders_at_most(2),
            ..placement(order(number), "ada")
        };
        let outcomes = store.write(&[place(soon(4)), place(soon(5))]).await.unwrap();
        assert_eq!(
            outcomes.iter().map(changed).collect::<Vec<_>>(),
            [None, Some(Changed::Slot)],
            "{engine}: orders for as soon as possible count in the slot that holds their due time"
        );
        store.write(&[cancel(OrderId(4), NOW)]).await.unwrap();
        store.write(&[cancel(OrderId(3), NOW)]).await.unwrap();
        assert_eq!(
            orders_in_slots(store.as_ref(), late).await,
            [(late, 0)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn tables_are_sorted_by_name_and_found_by_code() {
    for (engine, store) in engines("tables_are_sorted_by_name_and_found_by_code")
        .await
        .stores
    {
        for (number, codes) in [
            (1, &[("x1", "Terrace"), ("x2", "Bar")][..]),
            (2, &[("y1", "Bar")]),
        ] {
            let mut file = file(number, &format!("muehle-{number}"));
            let table = |(code, name): &(&str, &str)| TableCode {
                name: (*name).to_owned(),
                code: (*code).to_owned(),
            };
            file.table_codes = codes.iter().map(table).collect();
            import(store.as_ref(), &file).await;
        }
        assert_eq!(
            store.tables(HERE).await.unwrap(),
            [("x2".into(), "Bar".into()), ("x1".into(), "Terrace".into())],
            "{engine}"
        );
        assert_eq!(
            store.table("y1").await.unwrap(),
            Some((RestaurantId(2), "Bar".into())),
            "{engine}"
        );
        assert_eq!(store.table("z1").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn a_pause_is_kept_replaced_and_logged_once() {
    for (engine, store) in engines("a_pause_is_kept_replaced_and_logged_once").await.stores {
        let store = store.as_ref();
        import(store, &file(1, "alte-muehle")).await;
        store.add_account(&ada(), None).await.unwrap();
        let by = (Author::Account(ADA), NOW);
        let until = |seconds: i64| OrderPause {
            until: Some(Timestamp(NOW.0 + seconds)),
        };
        let busy = BusyKitchen {
            minutes: 15,
            until: Timestamp(NOW.0 + 600),
        };
        let intake = |pause, busy| OrderIntake { pause, busy };
        assert_eq!(
            listing(store, HERE).await.intake,
            OrderIntake::default(),
            "{engine}"
        );
        for (change, is) in [
            (
                IntakeChange::Pause(Some(until(60))),
                intake(Some(until(60)), None),
            ),
            (
                IntakeChange::Busy(Some(busy)),
                intake(Some(until(60)), Some(busy)),
            ),
            (
                IntakeChange::Pause(Some(until(120))),
                intake(Some(until(120)), Some(busy)),
            ),
            (IntakeChange::Pause(None), intake(None, Some(busy))),
            (IntakeChange::Busy(None), OrderIntake::default()),
        ] {
            let before = store.revisions().await.unwrap();
            store.change_order_intake(HERE, change, by).await.unwrap();
            assert_eq!(listing(store, HERE).await.intake, is, "{engine}");
            let after = store.revisions().await.unwrap();
            assert!(after.catalog > before.catalog, "{engine}: every node learns it");
        }
        // A pause that has ended by itself is not taken back.
        let pause = IntakeChange::Pause(Some(until(60)));
        store.change_order_intake(HERE, pause, by).await.unwrap();
        let later = (by.0, Timestamp(NOW.0 + 61));
        let resume = IntakeChange::Pause(None);
        store.change_order_intake(HERE, resume, later).await.unwrap();
        let log = whole_log(store, HERE).await;
        let acts: Vec<_> = log
            .iter()
            .map(|entry| entry.act)
            .filter(|act| [Act::OrdersPaused, Act::OrdersResumed].contains(act))
            .collect();
        assert_eq!(
            acts,
            [Act::OrdersPaused, Act::OrdersResumed, Act::OrdersPaused],
            "{engine}"
        );
    }
}
