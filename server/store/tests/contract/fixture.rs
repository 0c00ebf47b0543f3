//! A restaurant whose devices send ops.

use std::sync::Arc;

use servery_domain::{
    audit::Author,
    currency::Minor,
    device::{DeviceKind, NewDevice, StorageKey},
    id::{BillId, DeviceId, LineId, OpId, OrderId},
    order::{Event, Order},
    pos::{
        PosState, Record, Stock,
        bill::{BillLine, Seat},
        op::{Action, OP_VERSION, Op, OpRefusal},
    },
    revision::Revision,
    tax::TaxRate,
    time::Timestamp,
};
use servery_store::{
    Store,
    devices::{Changes, NewCode, PairedAs, PairedDevice, SentOp, SyncOps, SyncedOps},
    orders::{Advance, OrderWrite, PlaceOrder, WriteOutcome},
};

use crate::builders::{BY_OPERATOR, DISH, HERE, NOW, order, placement, put_restaurant};

pub const BILL: BillId = BillId(7);
pub const ORDER: OrderId = OrderId(9);

/// A restaurant with a store.
pub struct Fixture {
    pub store: Arc<dyn Store>,
}

pub struct TestDevice {
    pub paired: PairedDevice,
    pub stream: DeviceId,
    pub sent: u64,
}

pub fn storage_key() -> StorageKey {
    StorageKey("5".repeat(64))
}

impl Fixture {
    pub async fn new(store: Arc<dyn Store>) -> Self {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        Self { store }
    }

    pub async fn pair(&self, id: u128, kind: DeviceKind) -> TestDevice {
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
            by: BY_OPERATOR,
        };
        self.store.put_code(&new).await.unwrap();
        let PairedAs::Device(paired) = self
            .store
            .pair(&code, DeviceId(id), &format!("token {id}"), &storage_key(), NOW)
            .await
            .unwrap()
        else {
            panic!("not paired")
        };
        TestDevice {
            paired: *paired,
            stream: DeviceId(id),
            sent: 0,
        }
    }

    pub async fn write(&self, write: OrderWrite) -> WriteOutcome {
        self.store.write(&[write]).await.unwrap().remove(0)
    }

    pub async fn sync(&self, device: &TestDevice, ops: &[Op]) -> SyncedOps {
        match self.write(sync_write(device, ops, NOW)).await {
            WriteOutcome::Synced(synced) => *synced,
            other => panic!("{other:?}"),
        }
    }

    pub async fn changes(&self, device: &TestDevice, since: Revision) -> Changes {
        self.store.changes(&device.paired, since, None).await.unwrap()
    }

    pub async fn pos_state(&self, device: &TestDevice) -> PosState {
        self.changes(device, Revision(0))
            .await
            .records
            .into_iter()
            .collect()
    }

    pub async fn place(&self, id: OrderId, count: u8) -> WriteOutcome {
        self.write(OrderWrite::Place(Box::new(order_of(id, count)))).await
    }

    pub async fn advance(&self, order: OrderId, event: Event) -> Order {
        match self
            .write(OrderWrite::Advance(Advance {
                order,
                event,
                author: Author::Operator,
                at: NOW,
                slot: None,
            }))
            .await
        {
            WriteOutcome::Advanced(order) => *order,
            other => panic!("{other:?}"),
        }
    }
}

impl TestDevice {
    pub fn op(&mut self, action: Action) -> Op {
        self.sent += 1;
        let id = OpId(self.stream.0 << 64 | u128::from(self.sent));
        Op {
            id,
            device: self.stream,
            n: self.sent,
            op_version: OP_VERSION,
            at: NOW,
            by: None,
            approved_by: None,
            action,
        }
    }
}

pub fn sync_write(device: &TestDevice, ops: &[Op], at: Timestamp) -> OrderWrite {
    let sent = |op: &Op| SentOp {
        op: op.clone(),
        unread: None,
        text: serde_json::to_string(op).unwrap(),
    };
    OrderWrite::Sync(Box::new(SyncOps {
        restaurant: HERE,
        device: device.paired.device.id,
        kind: device.paired.device.kind,
        stream: Some(device.stream),
        new_device: DeviceId(device.stream.0 + 1_000),
        ops: ops.iter().map(sent).collect(),
        at,
    }))
}

pub fn open_bill(bill: BillId) -> Action {
    Action::Open {
        bill,
        seat: Seat::Counter,
        plus_tax: false,
    }
}

pub fn add_line(line: u128, count: u16) -> Action {
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

pub fn order_of(id: OrderId, count: u8) -> PlaceOrder {
    let mut order = order(id.0);
    Arc::make_mut(&mut order.ordered).lines[0].count = count;
    PlaceOrder {
        customer: None,
        ..placement(order, "")
    }
}

pub fn stock(left: u32) -> Record {
    Record::Stock(Stock { dish: DISH, left })
}

pub fn refusals(pos: &PosState) -> Vec<OpRefusal> {
    pos.refused().map(|refused| refused.why.clone()).collect()
}
