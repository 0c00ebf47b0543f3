//! Guests' data is erased from orders, records and ops.

use servery_domain::{
    contact::DeliveryAddress,
    currency::Minor,
    device::DeviceKind,
    id::{DeliveryRunId, DeviceId, OrderId, TicketId, VisitorId},
    job::{Job, Lane},
    order::Event,
    pos::{
        Record, RecordId,
        bill::{PhoneDelivery, PhoneOrder, Seat},
        delivery_run::{Handover, Proof},
        op::Action,
    },
    revision::Revision,
    tax::TaxRate,
    time::{LocalMinute, Timestamp},
};
use servery_store::erasure::OrderErasure;

use crate::{
    builders::{HERE, NOW, order, subscription},
    engines::engines,
    fixture::{BILL, Fixture, ORDER, TestDevice, add_line},
};

const RUN: DeliveryRunId = DeliveryRunId(1);

fn days(days: i64) -> Timestamp {
    Timestamp(NOW.0 + days * 86_400)
}

fn cancelled() -> Event {
    Event::Cancelled {
        reason: String::new(),
    }
}

/// Of a guest on the phone.
fn phone_seat() -> Seat {
    Seat::Phone(Box::new(PhoneOrder {
        name: "Ada".into(),
        phone: "+1 555".into(),
        due_at: None,
        delivery: Some(PhoneDelivery {
            address: DeliveryAddress {
                street: "Quay 7".into(),
                ..DeliveryAddress::default()
            },
            zone: "Old town".into(),
            fee: Minor(300),
            free_from: None,
            fee_tax: TaxRate(70_000),
            paid_elsewhere: false,
        }),
    }))
}

fn phone_bill() -> Action {
    Action::Open {
        bill: BILL,
        seat: phone_seat(),
        plus_tax: false,
    }
}

/// The order was called off after it was at the door; a guest on the phone has an open bill.
async fn till_of(fixture: &Fixture) -> TestDevice {
    let mut till = fixture.pair(1, DeviceKind::Till).await;
    fixture.place(ORDER, 2).await;
    let ready_at = LocalMinute(0);
    fixture.advance(ORDER, Event::Accepted { ready_at }).await;
    let handover = Handover {
        at: NOW,
        cash: Minor(0),
        proof: Proof::Photo("Ada's door".into()),
    };
    let ops = [
        till.op(phone_bill()),
        till.op(add_line(1, 2)),
        till.op(Action::Assign {
            run: RUN,
            courier: DeviceId(1),
            orders: vec![ORDER],
        }),
        till.op(Action::HandOver {
            run: RUN,
            order: ORDER,
            handover,
        }),
    ];
    assert_eq!(fixture.sync(&till, &ops).await.done, 4);
    till
}

#[tokio::test]
async fn old_guests_are_erased_and_devices_hear_of_it() {
    for (engine, store) in engines("old_guests_are_erased_and_devices_hear_of_it")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let till = till_of(&fixture).await;
        let store = &fixture.store;
        fixture.advance(ORDER, cancelled()).await;
        let known = fixture.changes(&till, Revision(0)).await.revision;
        store.erase_guests(NOW, days(1)).await.unwrap();
        let kept = store.order(ORDER).await.unwrap().unwrap();
        assert_eq!(kept.order.ordered.contact.name, "Ada", "{engine}: too early");
        assert!(fixture.changes(&till, known).await.records.is_empty(), "{engine}");
        store.erase_guests(days(1), days(400)).await.unwrap();
        let erased = store.order(ORDER).await.unwrap().unwrap();
        assert_eq!(
            (erased.customer, erased.order.ordered.as_ref()),
            (None, &kept.order.ordered.without_diner()),
            "{engine}"
        );
        let changes = fixture.changes(&till, known).await;
        let text = format!("{:?}", changes.records);
        assert!(
            !text.contains("Ada") && !text.contains("555") && !text.contains("Quay"),
            "{engine}: {text}"
        );
        let ids: Vec<RecordId> = changes.records.iter().map(Record::id).collect();
        for id in [
            RecordId::Bill(BILL),
            RecordId::DeliveryRun(RUN),
            RecordId::Order(ORDER),
            RecordId::Ticket(TicketId::of_order(ORDER)),
        ] {
            assert!(ids.contains(&id), "{engine}: {id} is not among {ids:?}");
        }
        let revision = store.revision(HERE).await.unwrap();
        store.erase_guests(days(1), days(400)).await.unwrap();
        assert_eq!(
            store.revision(HERE).await.unwrap(),
            revision,
            "{engine}: once is enough"
        );
    }
}

#[tokio::test]
async fn an_order_under_way_is_not_erased_by_its_age() {
    for (engine, store) in engines("an_order_under_way_is_not_erased_by_its_age")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        fixture.place(ORDER, 1).await;
        fixture.store.erase_guests(days(500), days(500)).await.unwrap();
        let order = fixture.store.order(ORDER).await.unwrap().unwrap().order;
        assert_eq!(order.ordered.contact.name, "Ada", "{engine}");
    }
}

#[tokio::test]
async fn erase_order_takes_all_of_one_order() {
    for (engine, store) in engines("erase_order_takes_all_of_one_order").await.stores {
        let fixture = Fixture::new(store).await;
        let till = till_of(&fixture).await;
        let store = &fixture.store;
        assert_eq!(
            store.erase_order(OrderId(99), NOW).await.unwrap(),
            OrderErasure::NoSuchOrder,
            "{engine}"
        );
        assert_eq!(
            store.erase_order(ORDER, NOW).await.unwrap(),
            OrderErasure::UnderWay,
            "{engine}"
        );
        fixture.place(OrderId(10), 1).await;
        fixture.advance(ORDER, cancelled()).await;
        let browser = VisitorId(1);
        store
            .put_subscription(ORDER, browser, &subscription("https://push.example/ada"), NOW)
            .await
            .unwrap();
        let money = Job::Refund {
            order: ORDER,
            number: 0,
            amount: Minor(1),
        };
        store.put_job("money", &money).await.unwrap();
        let known = fixture.changes(&till, Revision(0)).await.revision;
        assert_eq!(
            store.erase_order(ORDER, NOW).await.unwrap(),
            OrderErasure::Erased,
            "{engine}"
        );
        let erased = store.order(ORDER).await.unwrap().unwrap().order;
        assert_eq!(
            (erased.ordered.contact.name.as_str(), erased.ordered.total),
            ("", order(ORDER.0).ordered.total),
            "{engine}"
        );
        assert_eq!(
            store.subscription(ORDER, browser).await.unwrap(),
            None,
            "{engine}"
        );
        let records = fixture.changes(&till, known).await.records;
        let text = format!("{records:?}");
        assert!(
            text.contains("Gone(Order(") && !text.contains("Ada"),
            "{engine}: {text}"
        );
        let pos = fixture.pos_state(&till).await;
        assert_eq!(
            pos.bill(BILL).unwrap().seat,
            phone_seat(),
            "{engine}: somebody else's"
        );
        let (soon, later) = (Timestamp(NOW.0 + 1), Timestamp(NOW.0 + 60));
        let mails = store.take_jobs(Lane::Mail, soon, later).await.unwrap();
        let of = |job: &Job| matches!(job, Job::Mail { order, .. } if *order == ORDER);
        assert!(mails.iter().all(|due| !of(&due.job)), "{engine}: {mails:?}");
        assert!(!mails.is_empty(), "{engine}: the other's is there");
        assert_eq!(
            store.take_jobs(Lane::Money, soon, later).await.unwrap().len(),
            1,
            "{engine}: what is owed is owed"
        );
        let other = store.order(OrderId(10)).await.unwrap().unwrap().order;
        assert_eq!(other.ordered.contact.name, "Ada", "{engine}");
    }
}
