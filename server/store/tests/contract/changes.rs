//! Changes that devices read, and the retention of records.

use servery_domain::{
    currency::Minor,
    device::DeviceKind,
    id::{BillId, PaymentId, ShiftId, TableId},
    order::Event,
    pos::{
        PosState, Record, RecordId,
        op::{Action, Op},
        payment::{Tender, TenderMethod},
        shift_report::ShiftReport,
    },
    revision::Revision,
    time::Timestamp,
};

use crate::{
    builders::{HERE, NOW},
    engines::engines,
    fixture::{BILL, Fixture, ORDER, add_line, open_bill, sync_write},
};

const DAY: i64 = 24 * 3_600;

#[tokio::test]
async fn changes_are_full_after_records_were_deleted() {
    for (engine, store) in engines("changes_are_full_after_records_were_deleted")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Till).await,
        );
        let table = |n| Action::Plan {
            table: TableId(n),
            plan: servery_domain::pos::table::TablePlan::default(),
        };
        let ops = [
            ada.op(open_bill(BILL)),
            ada.op(add_line(1, 1)),
            ada.op(table(1)),
            ada.op(table(2)),
            ada.op(open_bill(BillId(8))),
        ];
        fixture.sync(&ada, &ops).await;
        let known = fixture.changes(&ben, Revision(0)).await.revision;
        let ops = [
            ada.op(Action::Close { bill: BillId(8) }),
            ada.op(Action::RemoveTable { table: TableId(1) }),
            ada.op(Action::Guests {
                bill: BILL,
                guests: 2,
            }),
            ada.op(Action::Guests {
                bill: BILL,
                guests: 3,
            }),
        ];
        fixture.sync(&ada, &ops).await;
        let days = |days: i64| Timestamp(NOW.0 + days * DAY);
        fixture
            .store
            .delete_expired_records(days(-1), days(-1), days(0))
            .await
            .unwrap();
        assert!(
            fixture.pos_state(&ben).await.bill(BillId(8)).is_some(),
            "{engine}: it was closed just now"
        );
        fixture
            .store
            .delete_expired_records(days(27), days(-60), days(30))
            .await
            .unwrap();
        let changes = fixture.changes(&ben, known).await;
        assert!(!changes.full, "{engine}");
        let received: PosState = changes.records.iter().cloned().collect();
        assert_eq!(received.bill(BILL).unwrap().guests, 3, "{engine}");
        for gone in [RecordId::Bill(BillId(8)), RecordId::Table(TableId(1))] {
            assert!(changes.records.contains(&Record::Gone(gone)), "{engine}: {gone}");
        }
        let fresh = fixture.changes(&ben, Revision(0)).await;
        assert!(
            fresh.full
                && !fresh
                    .records
                    .iter()
                    .any(|record| matches!(record, Record::Gone(_))),
            "{engine}"
        );
        assert_eq!(
            fresh
                .records
                .iter()
                .filter(|record| matches!(record, Record::Bill(_) | Record::Table(_)))
                .count(),
            2,
            "{engine}"
        );
        // The bill is not lost: whoever was away with it may still take money on it.
        let late = ada.op(Action::Guests {
            bill: BillId(8),
            guests: 1,
        });
        fixture.sync(&ada, &[late]).await;
        assert_eq!(
            fixture.pos_state(&ben).await.bill(BillId(8)).unwrap().guests,
            1,
            "{engine}"
        );
        fixture
            .store
            .delete_expired_records(days(27), days(27), days(90))
            .await
            .unwrap();
        let changes = fixture.changes(&ben, known).await;
        assert!(changes.full, "{engine}: the table that is gone is forgotten");
        assert!(!fixture.changes(&ben, changes.revision).await.full, "{engine}");
        assert!(
            fixture.changes(&ben, Revision(changes.revision.0 + 1)).await.full,
            "{engine}: more than there ever was"
        );
    }
}

#[tokio::test]
async fn full_changes_are_paged_without_removed_records() {
    for (engine, store) in engines("full_changes_are_paged_without_removed_records")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Till).await,
        );
        let table = |n| Action::Plan {
            table: TableId(n),
            plan: servery_domain::pos::table::TablePlan::default(),
        };
        let bills = |range: std::ops::RangeInclusive<u128>| {
            range
                .flat_map(|id| [open_bill(BillId(id)), Action::Close { bill: BillId(id) }])
                .collect::<Vec<_>>()
        };
        let ops: Vec<Op> = bills(1..=30)
            .into_iter()
            .chain((1..=2_100).map(table))
            .chain(bills(31..=60))
            .map(|action| ada.op(action))
            .collect();
        fixture.sync(&ada, &ops).await;
        fixture.place(ORDER, 1).await;
        fixture
            .advance(
                ORDER,
                Event::Cancelled {
                    reason: String::new(),
                },
            )
            .await;
        fixture
            .store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();

        let first = fixture.changes(&ben, Revision(0)).await;
        assert!(
            first.full && first.more && first.records.len() <= 2_100,
            "{engine}"
        );
        let ops = [
            ada.op(Action::RemoveTable { table: TableId(1) }),
            ada.op(table(2_101)),
        ];
        fixture.sync(&ada, &ops).await;
        let mut received: PosState = first.records.iter().cloned().collect();
        let (mut since, mut snapshot_start, mut later) = (first.revision, first.snapshot_start, Vec::new());
        while since < fixture.store.revision(HERE).await.unwrap() {
            let page = fixture
                .store
                .changes(&ben.paired, since, snapshot_start)
                .await
                .unwrap();
            assert!(!page.full, "{engine}");
            page.records
                .iter()
                .for_each(|record| received.put(record.clone()));
            later.extend(page.records);
            (since, snapshot_start) = (page.revision, page.snapshot_start);
        }
        assert_eq!(
            (
                received.tables().count(),
                received.bills().count(),
                received.orders().count()
            ),
            (2_100, 0, 0),
            "{engine}"
        );
        let gone: Vec<_> = first
            .records
            .iter()
            .chain(&later)
            .filter(|record| matches!(record, Record::Gone(_)))
            .cloned()
            .collect();
        assert_eq!(
            gone,
            [Record::Gone(RecordId::Table(TableId(1)))],
            "{engine}: only what went after it was received"
        );
        assert_eq!(snapshot_start, None, "{engine}");
    }
}

#[tokio::test]
async fn sales_stay_as_long_as_their_shift() {
    for (engine, store) in engines("sales_stay_as_long_as_their_shift").await.stores {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Till).await,
        );
        let days = |days: i64| Timestamp(NOW.0 + days * DAY);
        let shift = ShiftId(1);
        let tender = |id| Tender::new(PaymentId(id), TenderMethod::Cash, Minor(500));
        let ops = [
            ada.op(open_bill(BillId(8))),
            ada.op(Action::Close { bill: BillId(8) }),
            ada.op(Action::OpenShift {
                shift,
                float: Minor(0),
            }),
            ada.op(open_bill(BILL)),
            ada.op(add_line(1, 1)),
            ada.op(Action::Pay {
                bill: BILL,
                shift,
                tender: tender(1),
            }),
            ada.op(Action::TakeOrder {
                order: ORDER,
                shift,
                tender: tender(2),
            }),
        ];
        fixture.write(sync_write(&ada, &ops[..2], days(-1))).await;
        fixture.write(sync_write(&ada, &ops[2..], days(1))).await;
        fixture
            .store
            .delete_expired_records(days(4), days(-60), days(7))
            .await
            .unwrap();
        let revision = fixture.store.revision(HERE).await.unwrap();
        let taken = async || {
            let report = ShiftReport::of(&fixture.pos_state(&ben).await, shift)?;
            let differences: Minor = report
                .differences
                .iter()
                .map(|difference| difference.amount)
                .sum();
            Some((report.total(), differences))
        };
        let all = Some((Minor(500), Minor(500)));
        assert_eq!(taken().await, all, "{engine}: nobody owed the second");
        assert!(
            fixture.pos_state(&ben).await.bill(BillId(8)).is_none(),
            "{engine}: it was closed before"
        );
        fixture
            .store
            .delete_expired_records(days(4), days(-60), days(7))
            .await
            .unwrap();
        assert_eq!(
            fixture.store.revision(HERE).await.unwrap(),
            revision,
            "{engine}: nothing changed"
        );
        let close = ada.op(Action::CloseShift {
            shift,
            counted: Minor(1_000),
        });
        fixture.write(sync_write(&ada, &[close], days(7))).await;
        fixture
            .store
            .delete_expired_records(days(5), days(-60), days(8))
            .await
            .unwrap();
        assert_eq!(
            taken().await,
            all,
            "{engine}: its last report can still be asked for"
        );
        fixture
            .store
            .delete_expired_records(days(8), days(-60), days(11))
            .await
            .unwrap();
        let known = fixture.pos_state(&ben).await;
        assert_eq!(
            (
                known.bills().count(),
                known.order_payments().count(),
                known.shifts().count()
            ),
            (0, 0, 0),
            "{engine}"
        );
    }
}
