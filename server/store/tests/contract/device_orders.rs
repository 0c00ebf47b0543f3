//! Diners' orders on devices.

use servery_domain::{
    currency::Minor,
    device::DeviceKind,
    id::{AccountId, BillId, DeliveryRunId, DeviceId, OrderId, TicketId},
    order::{Event, State},
    pos::{
        PosState, Record, RecordId,
        delivery_run::{Handover, Proof},
        op::{Action, OpRefusal},
    },
    revision::Revision,
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    accounts::AccountDeletion,
    orders::{OrderWrite, PlaceOrder, WriteOutcome},
};

use crate::{
    builders::{NOW, deletion_mail},
    engines::engines,
    fixture::{BILL, Fixture, ORDER, open_bill, order_of, refusals},
};

#[tokio::test]
async fn order_reaches_kitchen_and_courier() {
    for (engine, store) in engines("order_reaches_kitchen_and_courier").await.stores {
        let fixture = Fixture::new(store).await;
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let mut kitchen = fixture.pair(2, DeviceKind::Kitchen).await;
        let (mut ada, ben) = (
            fixture.pair(3, DeviceKind::Courier).await,
            fixture.pair(4, DeviceKind::Courier).await,
        );
        assert!(
            matches!(fixture.place(ORDER, 2).await, WriteOutcome::Placed { .. }),
            "{engine}"
        );
        fixture
            .advance(
                ORDER,
                Event::Accepted {
                    ready_at: LocalMinute(0),
                },
            )
            .await;
        let ticket = TicketId::of_order(ORDER);
        assert_eq!(
            fixture.pos_state(&kitchen).await.ticket(ticket).unwrap().items[0].count,
            2,
            "{engine}"
        );
        let ready = Action::Order {
            order: ORDER,
            event: Event::Ready,
            run: None,
        };
        let ops = [
            kitchen.op(Action::Bump {
                ticket,
                lines: vec![],
            }),
            kitchen.op(ready),
            kitchen.op(open_bill(BILL)),
        ];
        let synced = fixture.sync(&kitchen, &ops).await;
        assert_eq!(
            synced
                .orders
                .iter()
                .map(|order| order.progress.state)
                .collect::<Vec<_>>(),
            [State::Ready],
            "{engine}"
        );
        assert_eq!(
            fixture
                .store
                .order(ORDER)
                .await
                .unwrap()
                .unwrap()
                .order
                .progress
                .state,
            State::Ready,
            "{engine}"
        );
        assert_eq!(fixture.store.history(ORDER).await.unwrap().len(), 3, "{engine}");
        assert_eq!(
            refusals(&fixture.pos_state(&till).await),
            [OpRefusal::Forbidden],
            "{engine}: a kitchen opens no bills"
        );

        assert!(
            fixture.pos_state(&ada).await.order(ORDER).is_none(),
            "{engine}: nobody sent her"
        );
        let known = fixture.changes(&ada, Revision(0)).await.revision;
        let assign = |courier| Action::Assign {
            run: DeliveryRunId(1),
            courier: DeviceId(courier),
            orders: vec![ORDER],
        };
        let op = till.op(assign(3));
        fixture.sync(&till, &[op]).await;
        let received = fixture.changes(&ada, known).await;
        assert_eq!(
            received.records.iter().map(Record::id).collect::<Vec<_>>(),
            [RecordId::DeliveryRun(DeliveryRunId(1)), RecordId::Order(ORDER)],
            "{engine}"
        );
        assert!(
            !received
                .records
                .iter()
                .any(|record| matches!(record, Record::Gone(_))),
            "{engine}"
        );
        let bens = fixture.changes(&ben, known).await;
        assert!(
            bens.records
                .iter()
                .all(|record| matches!(record, Record::Gone(_))),
            "{engine}: {bens:?}"
        );
        let op = till.op(assign(4));
        fixture.sync(&till, &[op]).await;
        let lost = fixture.changes(&ada, received.revision).await.records;
        assert_eq!(
            lost,
            [
                Record::Gone(RecordId::DeliveryRun(DeliveryRunId(1))),
                Record::Gone(RecordId::Order(ORDER))
            ],
            "{engine}"
        );
        assert!(
            fixture
                .changes(&ben, bens.revision)
                .await
                .records
                .iter()
                .any(|record| matches!(record, Record::Order(_))),
            "{engine}"
        );

        // She was at the door already: that is not refused. Money is none of a courier's business.
        let handover = Handover {
            at: NOW,
            cash: Minor(500),
            proof: Proof::Name("Ada".into()),
        };
        let hand_over = Action::HandOver {
            run: DeliveryRunId(1),
            order: ORDER,
            handover,
        };
        let out = Action::Order {
            order: ORDER,
            event: Event::OutForDelivery,
            run: Some(DeliveryRunId(1)),
        };
        let delivered = Action::Order {
            order: ORDER,
            event: Event::Delivered,
            run: Some(DeliveryRunId(1)),
        };
        let ops = [
            ada.op(out),
            ada.op(hand_over),
            ada.op(delivered),
            ada.op(open_bill(BillId(5))),
        ];
        assert_eq!(fixture.sync(&ada, &ops).await.done, 4, "{engine}");
        assert_eq!(
            fixture
                .store
                .order(ORDER)
                .await
                .unwrap()
                .unwrap()
                .order
                .progress
                .state,
            State::Delivered,
            "{engine}"
        );
        assert_eq!(
            fixture
                .pos_state(&till)
                .await
                .delivery_run(DeliveryRunId(1))
                .unwrap()
                .cash(),
            Minor(500),
            "{engine}"
        );
        assert_eq!(
            refusals(&fixture.pos_state(&ada).await),
            [OpRefusal::Forbidden],
            "{engine}: her own refusals"
        );
        assert!(refusals(&fixture.pos_state(&ben).await).is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn finished_orders_are_removed_from_devices() {
    for (engine, store) in engines("finished_orders_are_removed_from_devices").await.stores {
        let fixture = Fixture::new(store).await;
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let (kitchen, courier) = (
            fixture.pair(2, DeviceKind::Kitchen).await,
            fixture.pair(3, DeviceKind::Courier).await,
        );
        let (open, gone) = (OrderId(10), Record::Gone(RecordId::Order(ORDER)));
        for order in [ORDER, open] {
            fixture.place(order, 1).await;
            fixture
                .advance(
                    order,
                    Event::Accepted {
                        ready_at: LocalMinute(0),
                    },
                )
                .await;
        }
        let assign = |run, orders| Action::Assign {
            run: DeliveryRunId(run),
            courier: DeviceId(3),
            orders,
        };
        let op = till.op(assign(1, vec![ORDER, open]));
        fixture.sync(&till, &[op]).await;
        for event in [Event::Ready, Event::OutForDelivery, Event::Delivered] {
            fixture.advance(ORDER, event).await;
        }
        let known = fixture.changes(&till, Revision(0)).await.revision;
        fixture
            .store
            .delete_expired_records(NOW, Timestamp(0), NOW)
            .await
            .unwrap();
        assert!(
            fixture.changes(&till, known).await.records.is_empty(),
            "{engine}: it is over just now"
        );
        fixture
            .store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();
        for device in [&till, &kitchen, &courier] {
            let changes = fixture.changes(device, known).await.records;
            assert!(
                changes.contains(&gone) && changes.iter().all(|record| record.id() != RecordId::Order(open)),
                "{engine}: {changes:?}"
            );
            assert!(
                fixture.changes(device, Revision(1)).await.records.contains(&gone),
                "{engine}: who was away longer is received the same"
            );
            let full = fixture.pos_state(device).await;
            assert_eq!(
                full.orders().map(|order| order.id).collect::<Vec<_>>(),
                [open],
                "{engine}"
            );
        }
        // A plan that was made with it does not bring it back.
        let known = fixture.changes(&courier, Revision(0)).await.revision;
        let op = till.op(assign(2, vec![ORDER]));
        fixture.sync(&till, &[op]).await;
        for device in [&till, &courier] {
            assert!(
                fixture.changes(device, known).await.records.contains(&gone),
                "{engine}"
            );
        }
    }
}

#[tokio::test]
async fn delete_account_removes_its_orders_from_devices() {
    for (engine, store) in engines("delete_account_removes_its_orders_from_devices")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let till = fixture.pair(1, DeviceKind::Till).await;
        let customer = Some(AccountId(8).customer());
        fixture
            .write(OrderWrite::Place(Box::new(PlaceOrder {
                customer,
                ..order_of(ORDER, 1)
            })))
            .await;
        fixture
            .advance(
                ORDER,
                Event::Cancelled {
                    reason: String::new(),
                },
            )
            .await;
        let known = fixture.changes(&till, Revision(0)).await.revision;
        assert_eq!(
            fixture
                .store
                .delete_account(AccountId(8), &deletion_mail(), NOW)
                .await
                .unwrap(),
            AccountDeletion::Deleted,
            "{engine}"
        );
        for since in [Revision(1), known] {
            assert_eq!(
                fixture.changes(&till, since).await.records,
                [Record::Gone(RecordId::Order(ORDER))],
                "{engine}"
            );
        }
    }
}

#[tokio::test]
async fn ticket_of_a_finished_order_is_removed() {
    for (engine, store) in engines("ticket_of_a_finished_order_is_removed").await.stores {
        let fixture = Fixture::new(store).await;
        let kitchen = fixture.pair(2, DeviceKind::Kitchen).await;
        fixture.place(ORDER, 1).await;
        fixture
            .advance(
                ORDER,
                Event::Accepted {
                    ready_at: LocalMinute(0),
                },
            )
            .await;
        fixture
            .advance(
                ORDER,
                Event::Cancelled {
                    reason: String::new(),
                },
            )
            .await;
        let ticket = TicketId::of_order(ORDER);
        let off = |pos: &PosState| {
            let whose = pos
                .order(ORDER)
                .is_some_and(|order| order.progress.state.is_called_off());
            whose
                && pos
                    .ticket(ticket)
                    .is_some_and(|ticket| ticket.off && !ticket.is_done())
        };
        assert!(
            off(&fixture.pos_state(&kitchen).await),
            "{engine}: it was cooked; now it is called off"
        );
        fixture
            .store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();
        assert!(
            fixture.pos_state(&kitchen).await.ticket(ticket).is_none(),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn cancelled_order_calls_off_its_ticket() {
    for (engine, store) in engines("cancelled_order_calls_off_its_ticket").await.stores {
        let fixture = Fixture::new(store).await;
        let mut kitchen = fixture.pair(2, DeviceKind::Kitchen).await;
        let ticket = TicketId::of_order(ORDER);
        fixture.place(ORDER, 1).await;
        fixture
            .advance(
                ORDER,
                Event::Accepted {
                    ready_at: LocalMinute(0),
                },
            )
            .await;
        let bump = kitchen.op(Action::Bump {
            ticket,
            lines: vec![],
        });
        fixture.sync(&kitchen, &[bump]).await;
        assert!(
            fixture
                .pos_state(&kitchen)
                .await
                .ticket(ticket)
                .unwrap()
                .is_done(),
            "{engine}"
        );
        let cancel = || Event::Cancelled {
            reason: String::new(),
        };
        fixture.advance(ORDER, cancel()).await;
        assert!(
            fixture
                .pos_state(&kitchen)
                .await
                .ticket(ticket)
                .is_some_and(|ticket| ticket.off && !ticket.is_done()),
            "{engine}"
        );
        fixture.place(OrderId(10), 1).await;
        fixture.advance(OrderId(10), cancel()).await;
        assert_eq!(fixture.pos_state(&kitchen).await.tickets().count(), 1, "{engine}");
    }
}
