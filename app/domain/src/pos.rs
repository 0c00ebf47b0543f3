//! What goes on in a restaurant: bills, tickets, shifts and portions, each a thing that ops change.
//!
//! A device decides by the same rules on its own copy at once; the server decides for good.

pub mod bill;
pub mod cashier;
mod decide;
pub mod delivery_run;
pub mod kitchen_display;
pub mod op;
pub mod order_payment;
pub mod payment;
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

pub(crate) use self::decide::is_couriers;
pub use self::decide::{decide, needs};
use self::{
    bill::Bill,
    cashier::Cashier,
    delivery_run::Run,
    op::{Op, Refusal},
    order_payment::Taken,
    shift::Shift,
    station::Station,
    table::Table,
    ticket::Ticket,
};
use crate::{
    device::DeviceKind,
    id::{
        BillId, CashierId, DeviceId, DishId, MalformedId, OpId, OrderId, RunId, ShiftId, StationId, TableId,
        TicketId,
    },
    order::Order,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Thing {
    Bill(Bill),
    Ticket(Ticket),
    Shift(Shift),
    Till(Till),
    Stock(Stock),
    Table(Table),
    Cashier(Cashier),
    Station(Station),
    Favourite(Favourite),
    Run(Run),
    /// What a diner has ordered.
    Order(Box<Order>),
    Taken(Taken),
    Device(Installed),
    Refused(Box<Refused>),
    /// It is to be forgotten.
    Gone(ThingId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ThingId {
    Bill(BillId),
    Ticket(TicketId),
    Shift(ShiftId),
    Till(DeviceId),
    Stock(DishId),
    Table(TableId),
    Cashier(CashierId),
    Station(StationId),
    Favourite(DishId),
    Run(RunId),
    Order(OrderId),
    Taken(OrderId),
    Device(DeviceId),
    Refused(OpId),
}

macro_rules! texts {
    ($($kind:ident = $name:literal;)+) => {
        /// As the store has it: the kind, a dash, the digits.
        impl fmt::Display for ThingId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$kind(id) => write!(f, concat!($name, "-{}"), id)),+ }
            }
        }

        impl FromStr for ThingId {
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
    Run = "run";
    Order = "order";
    Taken = "taken";
    Device = "device";
    Refused = "refused";
}

/// A device that takes money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Till {
    pub device: DeviceId,
    /// The number of its last receipt.
    #[serde(default)]
    pub receipts: u32,
    /// How many of its shifts were closed.
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

/// Portions that are left of a dish that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stock {
    pub dish: DishId,
    pub left: u32,
}

/// A dish that is at hand at the tills, in the order in which they were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Favourite {
    pub dish: DishId,
    pub since: Timestamp,
}

/// A device, for the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Installed {
    pub device: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
}

/// What a device asked for and did not get, until a person has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refused {
    pub op: Op,
    pub why: Refusal,
}

impl Thing {
    pub fn id(&self) -> ThingId {
        match self {
            Self::Bill(bill) => ThingId::Bill(bill.id),
            Self::Ticket(ticket) => ThingId::Ticket(ticket.id),
            Self::Shift(shift) => ThingId::Shift(shift.id),
            Self::Till(till) => ThingId::Till(till.device),
            Self::Stock(stock) => ThingId::Stock(stock.dish),
            Self::Table(table) => ThingId::Table(table.id),
            Self::Cashier(cashier) => ThingId::Cashier(cashier.id),
            Self::Station(station) => ThingId::Station(station.id),
            Self::Favourite(favourite) => ThingId::Favourite(favourite.dish),
            Self::Run(run) => ThingId::Run(run.id),
            Self::Order(order) => ThingId::Order(order.id),
            Self::Taken(taken) => ThingId::Taken(taken.order),
            Self::Device(installed) => ThingId::Device(installed.device),
            Self::Refused(refused) => ThingId::Refused(refused.op.id),
            Self::Gone(id) => *id,
        }
    }

    /// Nobody works with it any more: after some days a device need not know of it.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Bill(bill) => !bill.is_live(),
            Self::Ticket(ticket) => ticket.is_done(),
            Self::Shift(shift) => shift.closed.is_some(),
            Self::Run(run) => run.is_over(),
            Self::Order(order) => order.progress.state.is_over(),
            Self::Taken(_) | Self::Gone(_) => true,
            Self::Till(_)
            | Self::Stock(_)
            | Self::Table(_)
            | Self::Cashier(_)
            | Self::Station(_)
            | Self::Favourite(_)
            | Self::Device(_)
            | Self::Refused(_) => false,
        }
    }
}

/// All of a restaurant's things, or as many as are looked at. A copy of it shares them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    things: BTreeMap<ThingId, Arc<Thing>>,
}

macro_rules! finds {
    ($($name:ident($id:ty) -> $kind:ident($thing:ty);)+) => {$(
        pub fn $name(&self, id: $id) -> Option<&$thing> {
            match self.get(ThingId::$kind(id))? {
                Thing::$kind(found) => Some(found),
                _ => None,
            }
        }
    )+};
}

macro_rules! lists {
    ($($name:ident($id:ident) -> $kind:ident($thing:ty);)+) => {$(
        pub fn $name(&self) -> impl Iterator<Item = &$thing> {
            self.between(ThingId::$kind($id(0)), ThingId::$kind($id(u128::MAX))).filter_map(|thing| match thing {
                Thing::$kind(found) => Some(found),
                _ => None,
            })
        }
    )+};
}

impl House {
    finds! {
        bill(BillId) -> Bill(Bill);
        ticket(TicketId) -> Ticket(Ticket);
        shift(ShiftId) -> Shift(Shift);
        till(DeviceId) -> Till(Till);
        stock(DishId) -> Stock(Stock);
        table(TableId) -> Table(Table);
        cashier(CashierId) -> Cashier(Cashier);
        station(StationId) -> Station(Station);
        run(RunId) -> Run(Run);
        taken(OrderId) -> Taken(Taken);
        device(DeviceId) -> Device(Installed);
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
        runs(RunId) -> Run(Run);
        takings(OrderId) -> Taken(Taken);
        devices(DeviceId) -> Device(Installed);
    }

    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.between(ThingId::Order(OrderId(0)), ThingId::Order(OrderId(u128::MAX)))
            .filter_map(|thing| match thing {
                Thing::Order(order) => Some(order.as_ref()),
                _ => None,
            })
    }

    pub fn refused(&self) -> impl Iterator<Item = &Refused> {
        self.between(ThingId::Refused(OpId(0)), ThingId::Refused(OpId(u128::MAX)))
            .filter_map(|thing| match thing {
                Thing::Refused(refused) => Some(refused.as_ref()),
                _ => None,
            })
    }

    pub fn order(&self, id: OrderId) -> Option<&Order> {
        match self.get(ThingId::Order(id))? {
            Thing::Order(order) => Some(order),
            _ => None,
        }
    }

    pub fn things(&self) -> impl Iterator<Item = &Thing> {
        self.things.values().map(Arc::as_ref)
    }

    /// The ids of one kind lie together.
    fn between(&self, first: ThingId, last: ThingId) -> impl Iterator<Item = &Thing> {
        self.things.range(first..=last).map(|(_, thing)| thing.as_ref())
    }

    pub fn get(&self, id: ThingId) -> Option<&Thing> {
        self.things.get(&id).map(Arc::as_ref)
    }

    pub fn put(&mut self, thing: Thing) {
        match thing {
            Thing::Gone(id) => drop(self.things.remove(&id)),
            thing => drop(self.things.insert(thing.id(), Arc::new(thing))),
        }
    }
}

impl FromIterator<Thing> for House {
    fn from_iter<T: IntoIterator<Item = Thing>>(things: T) -> Self {
        let mut house = Self::default();
        things.into_iter().for_each(|thing| house.put(thing));
        house
    }
}

#[cfg(test)]
mod tests;
