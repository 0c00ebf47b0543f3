//! Ops that devices send.

use servery_domain::{
    currency::Minor,
    device::DeviceKind,
    id::{DeliveryRunId, DeviceId, DishId, LineId, OpId, OrderId, RestaurantId},
    order::{Event, State},
    pos::{
        Record, RecordId,
        delivery_run::{Handover, Proof},
        op::{Action, OP_VERSION, Op, OpRefusal},
    },
    revision::Revision,
    sync::SyncProblem,
};
use servery_store::{
    devices::{SentOp, SyncOps},
    orders::{Changed, OrderWrite, WriteOutcome},
};

use crate::{
    builders::{DISH, HERE, NOW, put_restaurant},
    engines::engines,
    fixture::{BILL, Fixture, ORDER, TestDevice, add_line, open_bill, order_of, refusals, stock, sync_write},
};

#[tokio::test]
async fn op_is_applied_once() {
    for (engine, store) in engines("op_is_applied_once").await.stores {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Till).await,
        );
        let ops = [
            ada.op(open_bill(BILL)),
            ada.op(add_line(1, 2)),
            ada.op(Action::Count {
                bill: BILL,
                line: LineId(1),
                by: 1,
            }),
        ];
        let first = fixture.sync(&ada, &ops[..2]).await;
        assert_eq!((first.done, first.sync_problem), (2, None), "{engine}");
        let known = fixture.changes(&ben, Revision(0)).await.revision;
        // Its answer was lost, and meanwhile something was added.
        for _ in 0..2 {
            assert_eq!(fixture.sync(&ada, &ops).await.done, 3, "{engine}");
        }
        assert_eq!(
            fixture.store.ops_done(DeviceId(1), DeviceId(1)).await.unwrap(),
            Some(3),
            "{engine}"
        );
        assert_eq!(
            fixture
                .pos_state(&ben)
                .await
                .bill(BILL)
                .unwrap()
                .line(LineId(1))
                .unwrap()
                .count,
            3,
            "{engine}"
        );
        let changes = fixture.changes(&ben, known).await;
        assert!(!changes.full && !changes.more, "{engine}");
        assert_eq!(
            changes.records.iter().map(Record::id).collect::<Vec<_>>(),
            [RecordId::Bill(BILL)],
            "{engine}"
        );
        assert!(
            fixture.changes(&ben, changes.revision).await.records.is_empty(),
            "{engine}"
        );
        // Under another number, as a disk that failed in answering may have kept it.
        let mut again = ops[2].clone();
        again.n = 4;
        assert_eq!(fixture.sync(&ada, &[again]).await.done, 4, "{engine}");
        assert_eq!(
            fixture
                .pos_state(&ben)
                .await
                .bill(BILL)
                .unwrap()
                .line(LineId(1))
                .unwrap()
                .count,
            3,
            "{engine}"
        );
    }
}

#[tokio::test]
async fn requests_may_arrive_late_and_together() {
    for (engine, store) in engines("requests_may_arrive_late_and_together").await.stores {
        let fixture = Fixture::new(store).await;
        let (mut ada, mut ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Till).await,
        );
        let ops = [
            ada.op(open_bill(BILL)),
            ada.op(add_line(1, 1)),
            ada.op(add_line(2, 1)),
        ];
        let early = fixture.sync(&ada, &ops[2..]).await;
        assert_eq!(
            early.sync_problem,
            Some(SyncProblem::Diverged {
                new_device: DeviceId(1_001)
            }),
            "{engine}: what is before it was never sent"
        );
        assert_eq!(fixture.sync(&ada, &ops).await.done, 3, "{engine}");
        assert_eq!(
            fixture.sync(&ada, &ops[..1]).await.done,
            3,
            "{engine}: an old one that was under way"
        );
        // Two devices in one transaction, and one of them twice.
        let bens = [
            ben.op(add_line(3, 1)),
            ben.op(Action::Count {
                bill: BILL,
                line: LineId(1),
                by: 1,
            }),
        ];
        let adas = [ada.op(Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 1,
        })];
        let together = [
            sync_write(&ben, &bens, NOW),
            sync_write(&ada, &adas, NOW),
            sync_write(&ben, &bens, NOW),
        ];
        let written = fixture.store.write(&together).await.unwrap();
        let done = written.iter().map(|written| match written {
            WriteOutcome::Synced(synced) => synced.done,
            other => panic!("{other:?}"),
        });
        assert_eq!(done.collect::<Vec<_>>(), [2, 4, 2], "{engine}");
        let known = fixture.pos_state(&ada).await;
        let bill = known.bill(BILL).unwrap();
        assert_eq!(
            (bill.lines.len(), bill.line(LineId(1)).unwrap().count),
            (3, 3),
            "{engine}"
        );
        assert!(refusals(&known).is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn last_portion_is_sold_once() {
    for (engine, store) in engines("last_portion_is_sold_once").await.stores {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Kitchen).await,
        );
        fixture.store.set_stock(HERE, DISH, Some(2), NOW).await.unwrap();
        let known = fixture.changes(&ben, Revision(0)).await;
        assert!(known.records.contains(&stock(2)), "{engine}");
        // In one transaction: the diner's order, and the till's two lines.
        let ops = [
            ada.op(open_bill(BILL)),
            ada.op(add_line(1, 1)),
            ada.op(add_line(2, 1)),
        ];
        let before = fixture.store.revisions().await.unwrap().catalog;
        let written = fixture
            .store
            .write(&[
                OrderWrite::Place(Box::new(order_of(ORDER, 1))),
                sync_write(&ada, &ops, NOW),
            ])
            .await
            .unwrap();
        assert!(matches!(&written[0], WriteOutcome::Placed { .. }), "{engine}");
        let now = fixture.pos_state(&ada).await;
        assert_eq!(now.bill(BILL).unwrap().lines.len(), 1, "{engine}");
        assert_eq!(refusals(&now), [OpRefusal::SoldOut { left: 0 }], "{engine}");
        assert_eq!(now.stock(DISH).unwrap().left, 0, "{engine}");
        assert!(
            fixture.store.revisions().await.unwrap().catalog > before,
            "{engine}: diners' pages say that it is sold out"
        );
        assert!(
            fixture
                .changes(&ben, known.revision)
                .await
                .records
                .contains(&stock(0)),
            "{engine}"
        );
        let too_late = fixture.place(OrderId(10), 1).await;
        assert!(
            matches!(too_late, WriteOutcome::Changed(Changed::Stock)),
            "{engine}: {too_late:?}"
        );
        // What a till cancels of a diner's order it can sell at once, in the same request.
        let cancel = Action::Order {
            order: ORDER,
            event: Event::Cancelled {
                reason: String::new(),
            },
            run: None,
        };
        let ops = [ada.op(cancel), ada.op(add_line(3, 1))];
        let synced = fixture.sync(&ada, &ops).await;
        assert_eq!(
            synced
                .orders
                .iter()
                .map(|order| order.progress.state)
                .collect::<Vec<_>>(),
            [State::Cancelled],
            "{engine}"
        );
        let now = fixture.pos_state(&ada).await;
        assert_eq!(
            (now.bill(BILL).unwrap().lines.len(), now.stock(DISH).unwrap().left),
            (2, 0),
            "{engine}"
        );
        let uncount = ada.op(Action::Stock {
            dish: DISH,
            left: None,
        });
        let known = fixture.changes(&ben, Revision(0)).await.revision;
        fixture.sync(&ada, &[uncount]).await;
        assert!(fixture.store.stock(HERE).await.unwrap().is_empty(), "{engine}");
        assert_eq!(
            fixture.changes(&ben, known).await.records,
            [Record::Gone(RecordId::Stock(DISH))],
            "{engine}"
        );
        fixture.store.set_stock(HERE, DISH, Some(5), NOW).await.unwrap();
        assert_eq!(
            fixture.changes(&ben, known).await.records,
            [stock(5)],
            "{engine}: it is there again"
        );
    }
}

#[tokio::test]
async fn stock_of_another_restaurant_is_not_changed() {
    for (engine, store) in engines("stock_of_another_restaurant_is_not_changed").await.stores {
        put_restaurant(store.as_ref(), 2, "neue-muehle").await;
        let (there, dish) = (RestaurantId(2), DishId(2 << 64 | 40));
        store.set_stock(there, dish, Some(4), NOW).await.unwrap();
        let fixture = Fixture::new(store).await;
        let mut ada = fixture.pair(1, DeviceKind::Till).await;
        let op = ada.op(Action::Stock { dish, left: Some(0) });
        fixture.sync(&ada, &[op]).await;
        assert_eq!(
            fixture.store.stock(there).await.unwrap().get(&dish),
            Some(&4),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn restored_device_continues_under_a_new_name() {
    for (engine, store) in engines("restored_device_continues_under_a_new_name").await.stores {
        let fixture = Fixture::new(store).await;
        let mut ada = fixture.pair(1, DeviceKind::Till).await;
        let ops = [ada.op(open_bill(BILL)), ada.op(add_line(1, 1))];
        fixture.sync(&ada, &ops).await;
        let mut other = ops[1].clone();
        (other.id, other.action) = (OpId(99), add_line(2, 1));
        for _ in 0..2 {
            let synced = fixture.sync(&ada, std::slice::from_ref(&other)).await;
            assert_eq!(
                synced.sync_problem,
                Some(SyncProblem::Diverged {
                    new_device: DeviceId(1_001)
                }),
                "{engine}: the same name, if the answer was lost"
            );
        }
        (other.device, other.n) = (DeviceId(1_001), 1);
        let new_device = TestDevice {
            paired: ada.paired.clone(),
            stream: DeviceId(1_001),
            sent: 1,
        };
        let synced = fixture.sync(&new_device, &[other]).await;
        assert_eq!((synced.done, synced.sync_problem), (1, None), "{engine}");
        assert_eq!(
            fixture.pos_state(&ada).await.bill(BILL).unwrap().lines.len(),
            2,
            "{engine}"
        );
        // Another device's name is none of its own.
        let ben = TestDevice {
            stream: DeviceId(1),
            ..fixture.pair(2, DeviceKind::Till).await
        };
        assert!(
            matches!(
                fixture.sync(&ben, &ops).await.sync_problem,
                Some(SyncProblem::Diverged { .. })
            ),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn unreadable_op_is_refused_and_op_of_a_newer_build_waits() {
    for (engine, store) in engines("unreadable_op_is_refused_and_op_of_a_newer_build_waits")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let mut ada = fixture.pair(1, DeviceKind::Till).await;
        let stand_in = |op: OpId| Action::Dismiss { op };
        let mut ops: Vec<SentOp> = [open_bill(BILL), add_line(1, 1), add_line(2, 1), add_line(3, 1)]
            .map(|action| ada.op(action))
            .map(|op| SentOp {
                text: serde_json::to_string(&op).unwrap(),
                op,
                unread: None,
            })
            .into();
        ops[1] = SentOp {
            op: Op {
                action: stand_in(ops[1].op.id),
                ..ops[1].op.clone()
            },
            unread: Some("no such action".into()),
            text: "{}".into(),
        };
        ops[3].op.op_version = OP_VERSION + 1;
        let OrderWrite::Sync(syncing) = sync_write(&ada, &[], NOW) else {
            unreachable!()
        };
        for _ in 0..2 {
            let written = fixture
                .write(OrderWrite::Sync(Box::new(SyncOps {
                    ops: ops.clone(),
                    ..*syncing.clone()
                })))
                .await;
            let WriteOutcome::Synced(synced) = written else {
                panic!("{written:?}")
            };
            assert_eq!(
                (synced.done, synced.sync_problem),
                (3, Some(SyncProblem::Newer)),
                "{engine}"
            );
        }
        let known = fixture.pos_state(&ada).await;
        assert_eq!(
            refusals(&known),
            [OpRefusal::Malformed("no such action".into())],
            "{engine}"
        );
        assert_eq!(
            known
                .bill(BILL)
                .unwrap()
                .lines
                .iter()
                .map(|line| line.id)
                .collect::<Vec<_>>(),
            [LineId(2)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn courier_changes_only_its_own_runs() {
    for (engine, store) in engines("courier_changes_only_its_own_runs").await.stores {
        let fixture = Fixture::new(store).await;
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let (mut ada, mut ben) = (
            fixture.pair(3, DeviceKind::Courier).await,
            fixture.pair(4, DeviceKind::Courier).await,
        );
        let others = OrderId(10);
        for order in [ORDER, others, OrderId(11)] {
            fixture.place(order, 1).await;
        }
        let assign = |run, courier, orders: &[OrderId]| Action::Assign {
            run: DeliveryRunId(run),
            courier: DeviceId(courier),
            orders: orders.into(),
        };
        let hand_over = |run, order| {
            let handover = Handover {
                at: NOW,
                cash: Minor(500),
                proof: Proof::Name("Ada".into()),
            };
            Action::HandOver {
                run: DeliveryRunId(run),
                order,
                handover,
            }
        };
        let ops = [
            till.op(assign(1, 3, &[ORDER, OrderId(11)])),
            till.op(assign(2, 4, &[others])),
        ];
        fixture.sync(&till, &ops).await;
        let before = fixture.pos_state(&till).await;
        let forbidden = [
            assign(1, 3, &[ORDER, others]),
            assign(1, 4, &[ORDER]),
            assign(2, 3, &[others]),
            assign(3, 3, &[]),
            hand_over(2, others),
        ];
        let ops: Vec<Op> = forbidden.into_iter().map(|action| ada.op(action)).collect();
        fixture.sync(&ada, &ops).await;
        let known = fixture.pos_state(&till).await;
        assert_eq!(refusals(&known), vec![OpRefusal::Forbidden; 5], "{engine}");
        assert!(known.delivery_runs().eq(before.delivery_runs()), "{engine}");
        // Under whatever name it counts.
        let lost = Op {
            n: 99,
            ..ada.op(hand_over(1, ORDER))
        };
        let Some(SyncProblem::Diverged { new_device }) = fixture.sync(&ada, &[lost]).await.sync_problem
        else {
            panic!("{engine}")
        };
        let mut ada = TestDevice {
            stream: new_device,
            sent: 0,
            ..ada
        };
        let ops = [
            ada.op(assign(1, 3, &[OrderId(11), ORDER])),
            ada.op(hand_over(1, ORDER)),
        ];
        assert_eq!(fixture.sync(&ada, &ops).await.done, 2, "{engine}");
        let op = ben.op(hand_over(2, others));
        fixture.sync(&ben, &[op]).await;
        let known = fixture.pos_state(&till).await;
        assert_eq!(
            (
                refusals(&known).len(),
                known.delivery_run(DeliveryRunId(1)).unwrap().stops[0].order
            ),
            (5, OrderId(11)),
            "{engine}"
        );
        assert_eq!(
            known.delivery_runs().map(|run| run.cash()).collect::<Vec<_>>(),
            [Minor(500); 2],
            "{engine}"
        );
    }
}
