//! The point of sale: bills, tickets, shifts, portions and so on, each a record that ops change.
//!
//! A device applies the same rules to its own copy at once; the server's decision is final.

mod approval;
pub mod bill;
pub mod cashier;
mod decide;
pub mod delivery_run;
pub mod erase;
pub mod kitchen_display;
pub mod op;
pub mod order_payment;
pub mod payment;
pub mod reader_payment;
pub mod right;
pub mod ring_up;
pub mod shift;
pub mod shift_report;
pub mod station;
pub mod table;
pub mod ticket;
mod validate;
pub mod visibility;

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

pub(crate) use self::decide::may_courier;
pub use self::decide::{decide, needs};
use self::{
    bill::Bill,
    cashier::Cashier,
    delivery_run::DeliveryRun,
    op::{Op, OpRefusal},
    order_payment::OrderPayment,
    shift::Shift,
    station::Station,
    table::Table,
    ticket::Ticket,
};
use crate::{
    device::DeviceKind,
    id::{
        BillId, CashierId, DeliveryRunId, DeviceId, DishId, MalformedId, OpId, OrderId, ShiftId, StationId,
        TableId, TicketId,
    },
    order::Order,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Record {
    Bill(Bill),
    Ticket(Ticket),
    Shift(Shift),
    Till(Till),
    Stock(Stock),
    Table(Table),
    Cashier(Cashier),
    Station(Station),
    Favourite(Favourite),
    DeliveryRun(DeliveryRun),
    /// A diner's order.
    Order(Box<Order>),
    OrderPayment(OrderPayment),
    Device(DeviceRecord),
    RefusedOp(Box<RefusedOp>),
    /// The record was deleted.
    Gone(RecordId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RecordId {
    Bill(BillId),
    Ticket(TicketId),
    Shift(ShiftId),
    Till(DeviceId),
    Stock(DishId),
    Table(TableId),
    Cashier(CashierId),
    Station(StationId),
    Favourite(DishId),
    DeliveryRun(DeliveryRunId),
    Order(OrderId),
    OrderPayment(OrderId),
    Device(DeviceId),
    RefusedOp(OpId),
}

macro_rules! texts {
    ($($kind:ident = $name:literal;)+) => {
        /// As stored: the kind, a hyphen, the id.
        impl fmt::Display for RecordId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$kind(id) => write!(f, concat!($name, "-{}"), id)),+ }
            }
        }

        impl FromStr for RecordId {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                match text.split_once('-') {
                    $(Some(($name, id)) => id.parse().map(Self::$kind),)+
                    _ => Err(MalformedId),
                }
            }
        }
    };
}

texts! {
    Bill = "bill";
    Ticket = "ticket";
    Shift = "shift";
    Till = "till";
    Stock = "stock";
    Table = "table";
    Cashier = "cashier";
    Station = "station";
    Favourite = "favourite";
    DeliveryRun = "delivery_run";
    Order = "order";
    OrderPayment = "order_payment";
    Device = "device";
    RefusedOp = "refused_op";
}

/// A device that takes money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Till {
    pub device: DeviceId,
    /// The number of its last receipt.
    #[serde(default)]
    pub receipts: u32,
    /// The number of its closed shifts.
    #[serde(default)]
    pub closings: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftId>,
}

impl Till {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            receipts: 0,
            closings: 0,
            shift: None,
        }
    }
}

/// Portions left of a dish that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stock {
    pub dish: DishId,
    pub left: u32,
}

/// A dish on the tills' page of favourites, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Favourite {
    pub dish: DishId,
    pub since: Timestamp,
}

/// A device as other devices see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRecord {
    pub device: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
    /// The name of the card reader that is chosen for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
}

/// An op that was refused, until a person has dismissed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedOp {
    pub op: Op,
    pub why: OpRefusal,
}

impl Record {
    pub fn id(&self) -> RecordId {
        match self {
            Self::Bill(bill) => RecordId::Bill(bill.id),
            Self::Ticket(ticket) => RecordId::Ticket(ticket.id),
            Self::Shift(shift) => RecordId::Shift(shift.id),
            Self::Till(till) => RecordId::Till(till.device),
            Self::Stock(stock) => RecordId::Stock(stock.dish),
            Self::Table(table) => RecordId::Table(table.id),
            Self::Cashier(cashier) => RecordId::Cashier(cashier.id),
            Self::Station(station) => RecordId::Station(station.id),
            Self::Favourite(favourite) => RecordId::Favourite(favourite.dish),
            Self::DeliveryRun(run) => RecordId::DeliveryRun(run.id),
            Self::Order(order) => RecordId::Order(order.id),
            Self::OrderPayment(taken) => RecordId::OrderPayment(taken.order),
            Self::Device(installed) => RecordId::Device(installed.device),
            Self::RefusedOp(refused) => RecordId::RefusedOp(refused.op.id),
            Self::Gone(id) => *id,
        }
    }

    /// Finished: after some days devices no longer need it.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Bill(bill) => !bill.is_open(),
            Self::Ticket(ticket) => ticket.is_done(),
            Self::Shift(shift) => shift.closed.is_some(),
            Self::DeliveryRun(run) => run.is_over(),
            Self::Order(order) => order.progress.state.is_over(),
            Self::OrderPayment(_) | Self::Gone(_) => true,
            Self::Till(_)
            | Self::Stock(_)
            | Self::Table(_)
            | Self::Cashier(_)
            | Self::Station(_)
            | Self::Favourite(_)
            | Self::Device(_)
            | Self::RefusedOp(_) => false,
        }
    }
}

/// All records of a restaurant, or those that an op needs. A clone shares them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PosState {
    records: BTreeMap<RecordId, Arc<Record>>,
}

macro_rules! finds {
    ($($name:ident($id:ty) -> $kind:ident($record:ty);)+) => {$(
        pub fn $name(&self, id: $id) -> Option<&$record> {
            match self.get(RecordId::$kind(id))? {
                Record::$kind(found) => Some(found),
                _ => None,
            }
        }
    )+};
}

macro_rules! lists {
    ($($name:ident($id:ident) -> $kind:ident($record:ty);)+) => {$(
        pub fn $name(&self) -> impl Iterator<Item = &$record> {
            self.between(RecordId::$kind($id(0)), RecordId::$kind($id(u128::MAX))).filter_map(|record| match record {
                Record::$kind(found) => Some(found),
                _ => None,
            })
        }
    )+};
}

impl PosState {
    finds! {
        bill(BillId) -> Bill(Bill);
        ticket(TicketId) -> Ticket(Ticket);
        shift(ShiftId) -> Shift(Shift);
        till(DeviceId) -> Till(Till);
        stock(DishId) -> Stock(Stock);
        table(TableId) -> Table(Table);
        cashier(CashierId) -> Cashier(Cashier);
        station(StationId) -> Station(Station);
        delivery_run(DeliveryRunId) -> DeliveryRun(DeliveryRun);
        order_payment(OrderId) -> OrderPayment(OrderPayment);
        device(DeviceId) -> Device(DeviceRecord);
    }

    lists! {
        bills(BillId) -> Bill(Bill);
        tickets(TicketId) -> Ticket(Ticket);
        shifts(ShiftId) -> Shift(Shift);
        stocks(DishId) -> Stock(Stock);
        tables(TableId) -> Table(Table);
        cashiers(CashierId) -> Cashier(Cashier);
        stations(StationId) -> Station(Station);
        favourites(DishId) -> Favourite(Favourite);
        delivery_runs(DeliveryRunId) -> DeliveryRun(DeliveryRun);
        order_payments(OrderId) -> OrderPayment(OrderPayment);
        devices(DeviceId) -> Device(DeviceRecord);
    }

    /// The bills that somebody works on, the oldest first.
    pub fn open_bills(&self) -> Vec<&Bill> {
        let mut bills: Vec<&Bill> = self.bills().filter(|bill| bill.is_open()).collect();
        bills.sort_by_key(|bill| (bill.opened_at, bill.id));
        bills
    }

    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.between(RecordId::Order(OrderId(0)), RecordId::Order(OrderId(u128::MAX)))
            .filter_map(|record| match record {
                Record::Order(order) => Some(order.as_ref()),
                _ => None,
            })
    }

    pub fn refused(&self) -> impl Iterator<Item = &RefusedOp> {
        self.between(RecordId::RefusedOp(OpId(0)), RecordId::RefusedOp(OpId(u128::MAX)))
            .filter_map(|record| match record {
                Record::RefusedOp(refused) => Some(refused.as_ref()),
                _ => None,
            })
    }

    pub fn order(&self, id: OrderId) -> Option<&Order> {
        match self.get(RecordId::Order(id))? {
            Record::Order(order) => Some(order),
            _ => None,
        }
    }

    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values().map(Arc::as_ref)
    }

    /// Record ids sort by kind, so the records of one kind are one range.
    fn between(&self, first: RecordId, last: RecordId) -> impl Iterator<Item = &Record> {
        self.records
            .range(first..=last)
            .map(|(_, record)| record.as_ref())
    }

    pub fn get(&self, id: RecordId) -> Option<&Record> {
        self.records.get(&id).map(Arc::as_ref)
    }

    pub fn put(&mut self, record: Record) {
        match record {
            Record::Gone(id) => drop(self.records.remove(&id)),
            record => drop(self.records.insert(record.id(), Arc::new(record))),
        }
    }
}

impl FromIterator<Record> for PosState {
    fn from_iter<T: IntoIterator<Item = Record>>(records: T) -> Self {
        let mut pos = Self::default();
        records.into_iter().for_each(|record| pos.put(record));
        pos
    }
}

#[cfg(test)]
mod tests;
