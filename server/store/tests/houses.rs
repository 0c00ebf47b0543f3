//! What devices do to a house, on both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod engines;

use std::sync::Arc;

use engines::{engines, menu, restaurant};
use servery_domain::{
    basket::Service,
    contact::Contact,
    currency::Minor,
    device::{DeviceKind, NewDevice},
    id::{
        AccountId, BillId, DeliveryRunId, DeviceId, DishId, LineId, OpId, OrderId, PaymentId, RestaurantId,
        ShiftId, TableId, TicketId,
    },
    lang::Lang,
    order::{Actor, Event, Order, Ordered, Progress, State},
    order_settings::PaymentMethod,
    pos::{
        PosState, Record, RecordId, Stock,
        bill::{BillLine, Seat},
        delivery_run::{Handover, Proof},
        op::{Action, OP_VERSION, Op, OpRefusal},
        payment::{Tender, TenderMethod},
        shift_report::ShiftReport,
    },
    quote::{Due, QuotedLine},
    revision::Revision,
    sync::SyncProblem,
    tax::TaxRate,
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    Store,
    devices::{Changes, NewCode, PairedAs, PairedDevice, SentOp, SyncOps, SyncedOps},
    orders::{Advance, Changed, IdempotentRequest, OrderWrite, PlaceOrder, WriteOutcome},
};

const HERE: RestaurantId = RestaurantId(1);
const NOW: Timestamp = Timestamp(1_800_000_000);
const DAY: i64 = 24 * 3_600;
const DISH: DishId = DishId(1 << 64 | 40);
const BILL: BillId = BillId(7);
const ORDER: OrderId = OrderId(9);

/// A restaurant with a store.
struct Place {
    store: Arc<dyn Store>,
}

struct Till {
    installed: PairedDevice,
    name: DeviceId,
    made: u64,
}

impl Place {
    async fn new(store: Arc<dyn Store>) -> Self {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        Self { store }
    }

    async fn lets_in(&self, id: u128, kind: DeviceKind) -> Till {
        let code = format!("code {id} at {NOW:?}");
        let device = NewDevice {
            name: format!("Device {id}"),
            kind,
        };
        let new = NewCode {
            hash: code.clone(),
            restaurant: HERE,
            device,
            expires_at: Timestamp(NOW.0 + 600),
        };
        self.store.put_code(&new).await.unwrap();
        let PairedAs::Device(installed) = self
            .store
            .pair(&code, DeviceId(id), &format!("token {id}"), NOW)
            .await
            .unwrap()
        else {
            panic!("not let in")
        };
        Till {
            installed: *installed,
            name: DeviceId(id),
            made: 0,
        }
    }

    async fn writes(&self, write: OrderWrite) -> WriteOutcome {
        self.store.write(&[write]).await.unwrap().remove(0)
    }

    async fn syncs(&self, till: &Till, ops: &[Op]) -> SyncedOps {
        match self.writes(sync(till, ops, NOW)).await {
            WriteOutcome::Synced(synced) => *synced,
            other => panic!("{other:?}"),
        }
    }

    async fn told(&self, till: &Till, since: Revision) -> Changes {
        self.store.changes(&till.installed, since, None).await.unwrap()
    }

    async fn pos(&self, till: &Till) -> PosState {
        self.told(till, Revision(0)).await.records.into_iter().collect()
    }

    async fn places(&self, id: OrderId, count: u8) -> WriteOutcome {
        self.writes(OrderWrite::Place(Box::new(placing(id, count)))).await
    }

    async fn advances(&self, order: OrderId, event: Event) -> Order {
        match self
            .writes(OrderWrite::Advance(Advance {
                order,
                event,
                actor: Actor::Staff,
                at: NOW,
            }))
            .await
        {
            WriteOutcome::Advanced(order) => *order,
            other => panic!("{other:?}"),
        }
    }
}

impl Till {
    fn op(&mut self, action: Action) -> Op {
        self.made += 1;
        let id = OpId(self.name.0 << 64 | u128::from(self.made));
        Op {
            id,
            device: self.name,
            n: self.made,
            op_version: OP_VERSION,
            at: NOW,
            by: None,
            action,
        }
    }
}

fn sync(till: &Till, ops: &[Op], at: Timestamp) -> OrderWrite {
    let sent = |op: &Op| SentOp {
        op: op.clone(),
        unread: None,
        text: serde_json::to_string(op).unwrap(),
    };
    OrderWrite::Sync(Box::new(SyncOps {
        restaurant: HERE,
        device: till.installed.device.id,
        kind: till.installed.device.kind,
        stream: Some(till.name),
        new_device: DeviceId(till.name.0 + 1_000),
        ops: ops.iter().map(sent).collect(),
        at,
    }))
}

fn open(bill: BillId) -> Action {
    Action::Open {
        bill,
        seat: Seat::Counter,
        plus_tax: false,
    }
}

fn add(line: u128, count: u16) -> Action {
    let line = BillLine {
        id: LineId(line),
        dish: DISH,
        name: "Knödel".into(),
        price: Minor(500),
        taxed: vec![(TaxRate(70_000), Minor(500))],
        taxed_away: Vec::new(),
        picks: vec![],
        note: String::new(),
        course: 0,
        count,
        sent: 0,
    };
    Action::Add {
        bill: BILL,
        line: Box::new(line),
    }
}

fn placing(id: OrderId, count: u8) -> PlaceOrder {
    let minute = LocalMinute(NOW.0 / 60);
    let line = QuotedLine {
        id: LineId(1),
        dish: DISH,
        name: "Knödel".into(),
        count,
        price: Minor(500),
        sum: Minor(500 * i64::from(count)),
        picks: vec![],
        note: String::new(),
    };
    let ordered = Ordered {
        restaurant: HERE,
        placed_at: NOW,
        placed_on: minute,
        currency: "EUR".parse().unwrap(),
        lines: vec![line],
        sums: vec![],
        taxes: vec![],
        total: Minor(500),
        in_cash: Minor(500),
        service: Service::Delivery(servery_domain::contact::DeliveryAddress::default()),
        table: String::new(),
        due: Due {
            from: minute,
            to: minute,
        },
        scheduled: false,
        contact: Contact {
            name: "Ada".into(),
            ..Contact::default()
        },
        redeemed_by: String::new(),
        note: String::new(),
        allergies: String::new(),
        lang: Lang::English,
    };
    let progress = Progress::new(PaymentMethod::Door, Minor(500), NOW);
    PlaceOrder {
        request: IdempotentRequest {
            key: id.to_string(),
            fingerprint: String::new(),
            at: NOW,
        },
        order: Order {
            id,
            number: 0,
            revision: Revision(0),
            ordered: Arc::new(ordered),
            progress,
        },
        token: id.to_string(),
        customer: None,
        priced_at: Revision(1),
        coupon: None,
        per_slot: None,
    }
}

fn stock(left: u32) -> Record {
    Record::Stock(Stock { dish: DISH, left })
}

fn refusals(pos: &PosState) -> Vec<OpRefusal> {
    pos.refused().map(|refused| refused.why.clone()).collect()
}

#[tokio::test]
async fn each_op_is_done_once_however_often_it_comes() {
    for (engine, store) in engines("house_once").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Till).await,
        );
        let ops = [
            ada.op(open(BILL)),
            ada.op(add(1, 2)),
            ada.op(Action::Count {
                bill: BILL,
                line: LineId(1),
                by: 1,
            }),
        ];
        let first = pos.syncs(&ada, &ops[..2]).await;
        assert_eq!((first.done, first.sync_problem), (2, None), "{engine}");
        let known = pos.told(&ben, Revision(0)).await.revision;
        // Its answer was lost, and meanwhile something was added.
        for _ in 0..2 {
            assert_eq!(pos.syncs(&ada, &ops).await.done, 3, "{engine}");
        }
        assert_eq!(
            pos.store.ops_done(DeviceId(1), DeviceId(1)).await.unwrap(),
            Some(3),
            "{engine}"
        );
        assert_eq!(
            pos.pos(&ben)
                .await
                .bill(BILL)
                .unwrap()
                .line(LineId(1))
                .unwrap()
                .count,
            3,
            "{engine}"
        );
        let changes = pos.told(&ben, known).await;
        assert!(!changes.full && !changes.more, "{engine}");
        assert_eq!(
            changes.records.iter().map(Record::id).collect::<Vec<_>>(),
            [RecordId::Bill(BILL)],
            "{engine}"
        );
        assert!(
            pos.told(&ben, changes.revision).await.records.is_empty(),
            "{engine}"
        );
        // Under another number, as a disk that failed in answering may have kept it.
        let mut again = ops[2].clone();
        again.n = 4;
        assert_eq!(pos.syncs(&ada, &[again]).await.done, 4, "{engine}");
        assert_eq!(
            pos.pos(&ben)
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
async fn requests_come_in_any_order_and_many_at_once() {
    for (engine, store) in engines("house_any").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, mut ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Till).await,
        );
        let ops = [ada.op(open(BILL)), ada.op(add(1, 1)), ada.op(add(2, 1))];
        let early = pos.syncs(&ada, &ops[2..]).await;
        assert_eq!(
            early.sync_problem,
            Some(SyncProblem::Diverged {
                new_device: DeviceId(1_001)
            }),
            "{engine}: what is before it was never sent"
        );
        assert_eq!(pos.syncs(&ada, &ops).await.done, 3, "{engine}");
        assert_eq!(
            pos.syncs(&ada, &ops[..1]).await.done,
            3,
            "{engine}: an old one that was under way"
        );
        // Two devices in one transaction, and one of them twice.
        let bens = [
            ben.op(add(3, 1)),
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
            sync(&ben, &bens, NOW),
            sync(&ada, &adas, NOW),
            sync(&ben, &bens, NOW),
        ];
        let written = pos.store.write(&together).await.unwrap();
        let done = written.iter().map(|written| match written {
            WriteOutcome::Synced(synced) => synced.done,
            other => panic!("{other:?}"),
        });
        assert_eq!(done.collect::<Vec<_>>(), [2, 4, 2], "{engine}");
        let known = pos.pos(&ada).await;
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
async fn of_the_last_portion_a_till_or_a_diner_gets_it() {
    for (engine, store) in engines("house_last").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Kitchen).await,
        );
        pos.store.set_stock(HERE, DISH, Some(2), NOW).await.unwrap();
        let known = pos.told(&ben, Revision(0)).await;
        assert!(known.records.contains(&stock(2)), "{engine}");
        // In one transaction: the diner's order, and the till's two lines.
        let ops = [ada.op(open(BILL)), ada.op(add(1, 1)), ada.op(add(2, 1))];
        let before = pos.store.revisions().await.unwrap().stock;
        let written = pos
            .store
            .write(&[
                OrderWrite::Place(Box::new(placing(ORDER, 1))),
                sync(&ada, &ops, NOW),
            ])
            .await
            .unwrap();
        assert!(matches!(&written[0], WriteOutcome::Placed { .. }), "{engine}");
        let now = pos.pos(&ada).await;
        assert_eq!(now.bill(BILL).unwrap().lines.len(), 1, "{engine}");
        assert_eq!(refusals(&now), [OpRefusal::SoldOut { left: 0 }], "{engine}");
        assert_eq!(now.stock(DISH).unwrap().left, 0, "{engine}");
        assert!(
            pos.store.revisions().await.unwrap().stock > before,
            "{engine}: diners' pages say that it is sold out"
        );
        assert!(
            pos.told(&ben, known.revision).await.records.contains(&stock(0)),
            "{engine}"
        );
        let too_late = pos.places(OrderId(10), 1).await;
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
        };
        let ops = [ada.op(cancel), ada.op(add(3, 1))];
        let synced = pos.syncs(&ada, &ops).await;
        assert_eq!(
            synced
                .orders
                .iter()
                .map(|order| order.progress.state)
                .collect::<Vec<_>>(),
            [State::Cancelled],
            "{engine}"
        );
        let now = pos.pos(&ada).await;
        assert_eq!(
            (now.bill(BILL).unwrap().lines.len(), now.stock(DISH).unwrap().left),
            (2, 0),
            "{engine}"
        );
        let uncount = ada.op(Action::Stock {
            dish: DISH,
            left: None,
        });
        let known = pos.told(&ben, Revision(0)).await.revision;
        pos.syncs(&ada, &[uncount]).await;
        assert!(pos.store.stock(HERE).await.unwrap().is_empty(), "{engine}");
        assert_eq!(
            pos.told(&ben, known).await.records,
            [Record::Gone(RecordId::Stock(DISH))],
            "{engine}"
        );
        pos.store.set_stock(HERE, DISH, Some(5), NOW).await.unwrap();
        assert_eq!(
            pos.told(&ben, known).await.records,
            [stock(5)],
            "{engine}: it is there again"
        );
    }
}

#[tokio::test]
async fn a_dish_of_another_restaurant_is_counted_for_oneself_only() {
    for (engine, store) in engines("house_foreign").await.stores {
        store
            .put_restaurant(&restaurant(2, "neue-muehle"), &menu(2))
            .await
            .unwrap();
        let (there, dish) = (RestaurantId(2), DishId(2 << 64 | 40));
        store.set_stock(there, dish, Some(4), NOW).await.unwrap();
        let pos = Place::new(store).await;
        let mut ada = pos.lets_in(1, DeviceKind::Till).await;
        let op = ada.op(Action::Stock { dish, left: Some(0) });
        pos.syncs(&ada, &[op]).await;
        assert_eq!(
            pos.store.stock(there).await.unwrap().get(&dish),
            Some(&4),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_device_that_was_put_back_goes_on_under_another_name() {
    for (engine, store) in engines("house_diverged").await.stores {
        let pos = Place::new(store).await;
        let mut ada = pos.lets_in(1, DeviceKind::Till).await;
        let ops = [ada.op(open(BILL)), ada.op(add(1, 1))];
        pos.syncs(&ada, &ops).await;
        let mut other = ops[1].clone();
        (other.id, other.action) = (OpId(99), add(2, 1));
        for _ in 0..2 {
            let synced = pos.syncs(&ada, std::slice::from_ref(&other)).await;
            assert_eq!(
                synced.sync_problem,
                Some(SyncProblem::Diverged {
                    new_device: DeviceId(1_001)
                }),
                "{engine}: the same name, if the answer was lost"
            );
        }
        (other.device, other.n) = (DeviceId(1_001), 1);
        let new_device = Till {
            installed: ada.installed.clone(),
            name: DeviceId(1_001),
            made: 1,
        };
        let synced = pos.syncs(&new_device, &[other]).await;
        assert_eq!((synced.done, synced.sync_problem), (1, None), "{engine}");
        assert_eq!(pos.pos(&ada).await.bill(BILL).unwrap().lines.len(), 2, "{engine}");
        // Another device's name is none of its own.
        let ben = Till {
            name: DeviceId(1),
            ..pos.lets_in(2, DeviceKind::Till).await
        };
        assert!(
            matches!(
                pos.syncs(&ben, &ops).await.sync_problem,
                Some(SyncProblem::Diverged { .. })
            ),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_month_away_is_one_answer_and_a_season_away_everything() {
    for (engine, store) in engines("house_away").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Till).await,
        );
        let table = |n| Action::Plan {
            table: TableId(n),
            plan: servery_domain::pos::table::TablePlan::default(),
        };
        let ops = [
            ada.op(open(BILL)),
            ada.op(add(1, 1)),
            ada.op(table(1)),
            ada.op(table(2)),
            ada.op(open(BillId(8))),
        ];
        pos.syncs(&ada, &ops).await;
        let known = pos.told(&ben, Revision(0)).await.revision;
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
        pos.syncs(&ada, &ops).await;
        let days = |days: i64| Timestamp(NOW.0 + days * DAY);
        pos.store
            .delete_expired_records(days(-1), days(-1), days(0))
            .await
            .unwrap();
        assert!(
            pos.pos(&ben).await.bill(BillId(8)).is_some(),
            "{engine}: it was closed just now"
        );
        pos.store
            .delete_expired_records(days(27), days(-60), days(30))
            .await
            .unwrap();
        let changes = pos.told(&ben, known).await;
        assert!(!changes.full, "{engine}");
        let told: PosState = changes.records.iter().cloned().collect();
        assert_eq!(told.bill(BILL).unwrap().guests, 3, "{engine}");
        for gone in [RecordId::Bill(BillId(8)), RecordId::Table(TableId(1))] {
            assert!(changes.records.contains(&Record::Gone(gone)), "{engine}: {gone}");
        }
        let fresh = pos.told(&ben, Revision(0)).await;
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
        pos.syncs(&ada, &[late]).await;
        assert_eq!(pos.pos(&ben).await.bill(BillId(8)).unwrap().guests, 1, "{engine}");
        pos.store
            .delete_expired_records(days(27), days(27), days(90))
            .await
            .unwrap();
        let changes = pos.told(&ben, known).await;
        assert!(changes.full, "{engine}: the table that is gone is forgotten");
        assert!(!pos.told(&ben, changes.revision).await.full, "{engine}");
        assert!(
            pos.told(&ben, Revision(changes.revision.0 + 1)).await.full,
            "{engine}: more than there ever was"
        );
    }
}

#[tokio::test]
async fn everything_is_what_there_is_in_pages_and_nothing_of_what_was() {
    for (engine, store) in engines("house_pages").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Till).await,
        );
        let table = |n| Action::Plan {
            table: TableId(n),
            plan: servery_domain::pos::table::TablePlan::default(),
        };
        let bills = |range: std::ops::RangeInclusive<u128>| {
            range
                .flat_map(|id| [open(BillId(id)), Action::Close { bill: BillId(id) }])
                .collect::<Vec<_>>()
        };
        let ops: Vec<Op> = bills(1..=30)
            .into_iter()
            .chain((1..=2_100).map(table))
            .chain(bills(31..=60))
            .map(|action| ada.op(action))
            .collect();
        pos.syncs(&ada, &ops).await;
        pos.places(ORDER, 1).await;
        pos.advances(
            ORDER,
            Event::Cancelled {
                reason: String::new(),
            },
        )
        .await;
        pos.store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();

        let first = pos.told(&ben, Revision(0)).await;
        assert!(
            first.full && first.more && first.records.len() <= 2_100,
            "{engine}"
        );
        let ops = [
            ada.op(Action::RemoveTable { table: TableId(1) }),
            ada.op(table(2_101)),
        ];
        pos.syncs(&ada, &ops).await;
        let mut told: PosState = first.records.iter().cloned().collect();
        let (mut since, mut snapshot_start, mut later) = (first.revision, first.snapshot_start, Vec::new());
        while since < pos.store.revision(HERE).await.unwrap() {
            let page = pos
                .store
                .changes(&ben.installed, since, snapshot_start)
                .await
                .unwrap();
            assert!(!page.full, "{engine}");
            page.records.iter().for_each(|record| told.put(record.clone()));
            later.extend(page.records);
            (since, snapshot_start) = (page.revision, page.snapshot_start);
        }
        assert_eq!(
            (told.tables().count(), told.bills().count(), told.orders().count()),
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
            "{engine}: only what went after it was told"
        );
        assert_eq!(snapshot_start, None, "{engine}");
    }
}

#[tokio::test]
async fn a_shift_of_a_week_has_all_its_sales_in_its_reports() {
    for (engine, store) in engines("house_week").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Till).await,
        );
        let days = |days: i64| Timestamp(NOW.0 + days * DAY);
        let shift = ShiftId(1);
        let tender = |id| Tender::new(PaymentId(id), TenderMethod::Cash, Minor(500));
        let ops = [
            ada.op(open(BillId(8))),
            ada.op(Action::Close { bill: BillId(8) }),
            ada.op(Action::OpenShift {
                shift,
                float: Minor(0),
            }),
            ada.op(open(BILL)),
            ada.op(add(1, 1)),
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
        pos.writes(sync(&ada, &ops[..2], days(-1))).await;
        pos.writes(sync(&ada, &ops[2..], days(1))).await;
        pos.store
            .delete_expired_records(days(4), days(-60), days(7))
            .await
            .unwrap();
        let revision = pos.store.revision(HERE).await.unwrap();
        let sold = async || ShiftReport::of(&pos.pos(&ben).await, shift).map(|report| report.total());
        assert_eq!(sold().await, Some(Minor(1_000)), "{engine}");
        assert!(
            pos.pos(&ben).await.bill(BillId(8)).is_none(),
            "{engine}: it was closed before"
        );
        pos.store
            .delete_expired_records(days(4), days(-60), days(7))
            .await
            .unwrap();
        assert_eq!(
            pos.store.revision(HERE).await.unwrap(),
            revision,
            "{engine}: nothing changed"
        );
        let close = ada.op(Action::CloseShift {
            shift,
            counted: Minor(1_000),
        });
        pos.writes(sync(&ada, &[close], days(7))).await;
        pos.store
            .delete_expired_records(days(5), days(-60), days(8))
            .await
            .unwrap();
        assert_eq!(
            sold().await,
            Some(Minor(1_000)),
            "{engine}: its last report can still be asked for"
        );
        pos.store
            .delete_expired_records(days(8), days(-60), days(11))
            .await
            .unwrap();
        let known = pos.pos(&ben).await;
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

#[tokio::test]
async fn who_is_signed_out_is_told_and_may_be_let_in_again() {
    for (engine, store) in engines("house_revoked").await.stores {
        let pos = Place::new(store).await;
        let (mut ada, ben) = (
            pos.lets_in(1, DeviceKind::Till).await,
            pos.lets_in(2, DeviceKind::Kitchen).await,
        );
        let names = |devices: Vec<servery_domain::device::Device>| {
            devices.into_iter().map(|device| device.name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(pos.store.devices(HERE).await.unwrap()),
            ["Device 1", "Device 2"],
            "{engine}"
        );
        let known = pos.told(&ben, Revision(0)).await;
        assert!(
            known
                .records
                .iter()
                .any(|record| record.id() == RecordId::Device(DeviceId(1))),
            "{engine}"
        );
        assert!(
            pos.store.revoke_device(HERE, DeviceId(1), NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            !pos.store.revoke_device(HERE, DeviceId(1), NOW).await.unwrap(),
            "{engine}: it is already"
        );
        assert!(
            !pos.store
                .revoke_device(RestaurantId(2), DeviceId(2), NOW)
                .await
                .is_ok_and(|revoked| revoked),
            "{engine}"
        );
        let op = ada.op(open(BILL));
        let written = pos.writes(sync(&ada, std::slice::from_ref(&op), NOW)).await;
        assert!(
            matches!(written, WriteOutcome::SignedOut),
            "{engine}: {written:?}"
        );
        assert!(
            pos.store.device("token 1").await.unwrap().unwrap().revoked,
            "{engine}"
        );
        assert_eq!(
            pos.told(&ben, known.revision).await.records,
            [Record::Gone(RecordId::Device(DeviceId(1)))],
            "{engine}"
        );
        let new = NewCode {
            hash: "again".into(),
            restaurant: HERE,
            device: NewDevice {
                name: "Bar".into(),
                kind: DeviceKind::Till,
            },
            expires_at: Timestamp(NOW.0 + 600),
        };
        pos.store.put_code(&new).await.unwrap();
        let late = pos
            .store
            .pair("again", DeviceId(1), "t", new.expires_at)
            .await
            .unwrap();
        assert_eq!(late, PairedAs::NoSuchCode, "{engine}");
        for token in ["t", "u"] {
            assert!(
                matches!(
                    pos.store.pair("again", DeviceId(1), token, NOW).await.unwrap(),
                    PairedAs::Device(_)
                ),
                "{engine}"
            );
        }
        assert_eq!(
            pos.store.pair("again", DeviceId(3), "v", NOW).await.unwrap(),
            PairedAs::NoSuchCode,
            "{engine}: it has let one in"
        );
        assert_eq!(pos.store.device("t").await.unwrap(), None, "{engine}");
        assert_eq!(
            pos.store.device("u").await.unwrap().unwrap().device.name,
            "Bar",
            "{engine}"
        );
        assert_eq!(pos.syncs(&ada, &[op]).await.done, 1, "{engine}");
        let kitchen = NewDevice {
            name: "Pass".into(),
            kind: DeviceKind::Kitchen,
        };
        pos.store
            .put_code(&NewCode {
                hash: "other kind".into(),
                device: kitchen,
                ..new.clone()
            })
            .await
            .unwrap();
        let other = pos.store.pair("other kind", DeviceId(1), "x", NOW).await.unwrap();
        assert_eq!(
            other,
            PairedAs::IdTaken,
            "{engine}: its ops were made by what a till may do"
        );
        assert_eq!(
            pos.store.device("u").await.unwrap().unwrap().device.kind,
            DeviceKind::Till,
            "{engine}"
        );
        pos.store
            .put_restaurant(&restaurant(2, "neue-muehle"), &menu(2))
            .await
            .unwrap();
        pos.store
            .put_code(&NewCode {
                hash: "there".into(),
                restaurant: RestaurantId(2),
                ..new
            })
            .await
            .unwrap();
        assert_eq!(
            pos.store.pair("there", DeviceId(1), "w", NOW).await.unwrap(),
            PairedAs::IdTaken,
            "{engine}"
        );
        assert!(
            matches!(
                pos.store.pair("there", DeviceId(4), "w", NOW).await.unwrap(),
                PairedAs::Device(_)
            ),
            "{engine}: it is not used up"
        );
    }
}

#[tokio::test]
async fn a_diners_order_reaches_kitchen_and_courier_and_comes_back() {
    for (engine, store) in engines("house_order").await.stores {
        let pos = Place::new(store).await;
        let mut till = pos.lets_in(1, DeviceKind::Till).await;
        let mut kitchen = pos.lets_in(2, DeviceKind::Kitchen).await;
        let (mut ada, ben) = (
            pos.lets_in(3, DeviceKind::Courier).await,
            pos.lets_in(4, DeviceKind::Courier).await,
        );
        assert!(
            matches!(pos.places(ORDER, 2).await, WriteOutcome::Placed { .. }),
            "{engine}"
        );
        pos.advances(
            ORDER,
            Event::Accepted {
                ready_at: LocalMinute(0),
            },
        )
        .await;
        let ticket = TicketId::of_order(ORDER);
        assert_eq!(
            pos.pos(&kitchen).await.ticket(ticket).unwrap().items[0].count,
            2,
            "{engine}"
        );
        let ready = Action::Order {
            order: ORDER,
            event: Event::Ready,
        };
        let ops = [
            kitchen.op(Action::Bump {
                ticket,
                lines: vec![],
            }),
            kitchen.op(ready),
            kitchen.op(open(BILL)),
        ];
        let synced = pos.syncs(&kitchen, &ops).await;
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
            pos.store
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
        assert_eq!(pos.store.history(ORDER).await.unwrap().len(), 3, "{engine}");
        assert_eq!(
            refusals(&pos.pos(&till).await),
            [OpRefusal::Forbidden],
            "{engine}: a kitchen opens no bills"
        );

        assert!(
            pos.pos(&ada).await.order(ORDER).is_none(),
            "{engine}: nobody sent her"
        );
        let known = pos.told(&ada, Revision(0)).await.revision;
        let assign = |courier| Action::Assign {
            run: DeliveryRunId(1),
            courier: DeviceId(courier),
            orders: vec![ORDER],
        };
        let op = till.op(assign(3));
        pos.syncs(&till, &[op]).await;
        let told = pos.told(&ada, known).await;
        assert_eq!(
            told.records.iter().map(Record::id).collect::<Vec<_>>(),
            [RecordId::DeliveryRun(DeliveryRunId(1)), RecordId::Order(ORDER)],
            "{engine}"
        );
        assert!(
            !told
                .records
                .iter()
                .any(|record| matches!(record, Record::Gone(_))),
            "{engine}"
        );
        let bens = pos.told(&ben, known).await;
        assert!(
            bens.records
                .iter()
                .all(|record| matches!(record, Record::Gone(_))),
            "{engine}: {bens:?}"
        );
        let op = till.op(assign(4));
        pos.syncs(&till, &[op]).await;
        let lost = pos.told(&ada, told.revision).await.records;
        assert_eq!(
            lost,
            [
                Record::Gone(RecordId::DeliveryRun(DeliveryRunId(1))),
                Record::Gone(RecordId::Order(ORDER))
            ],
            "{engine}"
        );
        assert!(
            pos.told(&ben, bens.revision)
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
        let import_ops = Action::HandOver {
            run: DeliveryRunId(1),
            order: ORDER,
            handover,
        };
        let out = Action::Order {
            order: ORDER,
            event: Event::OutForDelivery,
        };
        let delivered = Action::Order {
            order: ORDER,
            event: Event::Delivered,
        };
        let ops = [
            ada.op(out),
            ada.op(import_ops),
            ada.op(delivered),
            ada.op(open(BillId(5))),
        ];
        assert_eq!(pos.syncs(&ada, &ops).await.done, 4, "{engine}");
        assert_eq!(
            pos.store
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
            pos.pos(&till)
                .await
                .delivery_run(DeliveryRunId(1))
                .unwrap()
                .cash(),
            Minor(500),
            "{engine}"
        );
        assert_eq!(
            refusals(&pos.pos(&ada).await),
            [OpRefusal::Forbidden],
            "{engine}: her own refusals"
        );
        assert!(refusals(&pos.pos(&ben).await).is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn an_order_that_has_been_over_for_long_is_on_no_device_any_more() {
    for (engine, store) in engines("house_orders_over").await.stores {
        let pos = Place::new(store).await;
        let mut till = pos.lets_in(1, DeviceKind::Till).await;
        let (kitchen, courier) = (
            pos.lets_in(2, DeviceKind::Kitchen).await,
            pos.lets_in(3, DeviceKind::Courier).await,
        );
        let (open, gone) = (OrderId(10), Record::Gone(RecordId::Order(ORDER)));
        for order in [ORDER, open] {
            pos.places(order, 1).await;
            pos.advances(
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
        pos.syncs(&till, &[op]).await;
        for event in [Event::Ready, Event::OutForDelivery, Event::Delivered] {
            pos.advances(ORDER, event).await;
        }
        let known = pos.told(&till, Revision(0)).await.revision;
        pos.store
            .delete_expired_records(NOW, Timestamp(0), NOW)
            .await
            .unwrap();
        assert!(
            pos.told(&till, known).await.records.is_empty(),
            "{engine}: it is over just now"
        );
        pos.store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();
        for device in [&till, &kitchen, &courier] {
            let changes = pos.told(device, known).await.records;
            assert!(
                changes.contains(&gone) && changes.iter().all(|record| record.id() != RecordId::Order(open)),
                "{engine}: {changes:?}"
            );
            assert!(
                pos.told(device, Revision(1)).await.records.contains(&gone),
                "{engine}: who was away longer is told the same"
            );
            let full = pos.pos(device).await;
            assert_eq!(
                full.orders().map(|order| order.id).collect::<Vec<_>>(),
                [open],
                "{engine}"
            );
        }
        // A plan that was made with it does not bring it back.
        let known = pos.told(&courier, Revision(0)).await.revision;
        let op = till.op(assign(2, vec![ORDER]));
        pos.syncs(&till, &[op]).await;
        for device in [&till, &courier] {
            assert!(pos.told(device, known).await.records.contains(&gone), "{engine}");
        }
    }
}

#[tokio::test]
async fn who_deletes_an_account_is_forgotten_by_the_devices_too() {
    for (engine, store) in engines("house_forgotten").await.stores {
        let pos = Place::new(store).await;
        let till = pos.lets_in(1, DeviceKind::Till).await;
        let customer = Some(AccountId(8).customer());
        pos.writes(OrderWrite::Place(Box::new(PlaceOrder {
            customer,
            ..placing(ORDER, 1)
        })))
        .await;
        pos.advances(
            ORDER,
            Event::Cancelled {
                reason: String::new(),
            },
        )
        .await;
        let known = pos.told(&till, Revision(0)).await.revision;
        assert!(
            pos.store.delete_account(AccountId(8), NOW).await.unwrap(),
            "{engine}"
        );
        for since in [Revision(1), known] {
            assert_eq!(
                pos.told(&till, since).await.records,
                [Record::Gone(RecordId::Order(ORDER))],
                "{engine}"
            );
        }
    }
}

#[tokio::test]
async fn a_courier_arranges_no_run_but_its_own() {
    for (engine, store) in engines("house_couriers").await.stores {
        let pos = Place::new(store).await;
        let mut till = pos.lets_in(1, DeviceKind::Till).await;
        let (mut ada, mut ben) = (
            pos.lets_in(3, DeviceKind::Courier).await,
            pos.lets_in(4, DeviceKind::Courier).await,
        );
        let others = OrderId(10);
        for order in [ORDER, others, OrderId(11)] {
            pos.places(order, 1).await;
        }
        let assign = |run, courier, orders: &[OrderId]| Action::Assign {
            run: DeliveryRunId(run),
            courier: DeviceId(courier),
            orders: orders.into(),
        };
        let import_ops = |run, order| {
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
        pos.syncs(&till, &ops).await;
        let before = pos.pos(&till).await;
        let forbidden = [
            assign(1, 3, &[ORDER, others]),
            assign(1, 4, &[ORDER]),
            assign(2, 3, &[others]),
            assign(3, 3, &[]),
            import_ops(2, others),
        ];
        let ops: Vec<Op> = forbidden.into_iter().map(|action| ada.op(action)).collect();
        pos.syncs(&ada, &ops).await;
        let known = pos.pos(&till).await;
        assert_eq!(refusals(&known), vec![OpRefusal::Forbidden; 5], "{engine}");
        assert!(known.delivery_runs().eq(before.delivery_runs()), "{engine}");
        // Under whatever name it counts.
        let lost = Op {
            n: 99,
            ..ada.op(import_ops(1, ORDER))
        };
        let Some(SyncProblem::Diverged { new_device }) = pos.syncs(&ada, &[lost]).await.sync_problem else {
            panic!("{engine}")
        };
        let mut ada = Till {
            name: new_device,
            made: 0,
            ..ada
        };
        let ops = [
            ada.op(assign(1, 3, &[OrderId(11), ORDER])),
            ada.op(import_ops(1, ORDER)),
        ];
        assert_eq!(pos.syncs(&ada, &ops).await.done, 2, "{engine}");
        let op = ben.op(import_ops(2, others));
        pos.syncs(&ben, &[op]).await;
        let known = pos.pos(&till).await;
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

#[tokio::test]
async fn a_ticket_whose_order_is_over_is_forgotten_though_nobody_bumped_it() {
    for (engine, store) in engines("house_tickets").await.stores {
        let pos = Place::new(store).await;
        let kitchen = pos.lets_in(2, DeviceKind::Kitchen).await;
        pos.places(ORDER, 1).await;
        pos.advances(
            ORDER,
            Event::Accepted {
                ready_at: LocalMinute(0),
            },
        )
        .await;
        pos.advances(
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
                .is_some_and(|order| order.progress.state.is_off());
            whose
                && pos
                    .ticket(ticket)
                    .is_some_and(|ticket| ticket.off && !ticket.is_done())
        };
        assert!(
            off(&pos.pos(&kitchen).await),
            "{engine}: it was cooked; now it is called off"
        );
        pos.store
            .delete_expired_records(Timestamp(NOW.0 + 1), Timestamp(0), NOW)
            .await
            .unwrap();
        assert!(pos.pos(&kitchen).await.ticket(ticket).is_none(), "{engine}");
    }
}

#[tokio::test]
async fn what_the_kitchen_had_made_is_called_off_too_and_what_it_never_knew_is_not() {
    for (engine, store) in engines("house_off").await.stores {
        let pos = Place::new(store).await;
        let mut kitchen = pos.lets_in(2, DeviceKind::Kitchen).await;
        let ticket = TicketId::of_order(ORDER);
        pos.places(ORDER, 1).await;
        pos.advances(
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
        pos.syncs(&kitchen, &[bump]).await;
        assert!(
            pos.pos(&kitchen).await.ticket(ticket).unwrap().is_done(),
            "{engine}"
        );
        let cancel = || Event::Cancelled {
            reason: String::new(),
        };
        pos.advances(ORDER, cancel()).await;
        assert!(
            pos.pos(&kitchen)
                .await
                .ticket(ticket)
                .is_some_and(|ticket| ticket.off && !ticket.is_done()),
            "{engine}"
        );
        pos.places(OrderId(10), 1).await;
        pos.advances(OrderId(10), cancel()).await;
        assert_eq!(pos.pos(&kitchen).await.tickets().count(), 1, "{engine}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_holds_up_nothing_and_a_newer_builds_op_waits() {
    for (engine, store) in engines("house_unread").await.stores {
        let pos = Place::new(store).await;
        let mut ada = pos.lets_in(1, DeviceKind::Till).await;
        let stand_in = |op: OpId| Action::Dismiss { op };
        let mut ops: Vec<SentOp> = [open(BILL), add(1, 1), add(2, 1), add(3, 1)]
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
        let OrderWrite::Sync(syncing) = sync(&ada, &[], NOW) else {
            unreachable!()
        };
        for _ in 0..2 {
            let written = pos
                .writes(OrderWrite::Sync(Box::new(SyncOps {
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
        let known = pos.pos(&ada).await;
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
