//! Ops of a device, and why one may be refused.

use serde::{Deserialize, Serialize};

use super::{
    bill::{BillLine, Discount, Seat},
    cashier::Cashier,
    delivery_run::{Handover, Proof},
    payment::{Payable, RefundRequest, Tender},
    station::Station,
    table::TablePlan,
    ticket::TicketChange,
};
use crate::{
    currency::Minor,
    id::{
        BillId, CashierId, DeliveryRunId, DeviceId, DiscountId, DishId, LineId, MoveId, OpId, OrderId,
        PaymentId, ShiftId, StationId, TableId, TicketId,
    },
    lang::Lang,
    order::{Event, State},
    time::Timestamp,
};

/// The newest way of writing actions that this build knows.
pub const OP_VERSION: u16 = 2;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Op {
    pub id: OpId,
    pub device: DeviceId,
    /// The device's own count, without a gap: its ops are decided in this order, each once.
    pub n: u64,
    /// What one has to know to read the action.
    pub op_version: u16,
    /// By the device's clock: a note for people, nothing is decided by it.
    pub at: Timestamp,
    /// Who stood at the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Action {
    /// At a table where somebody else has opened one meanwhile, it is that one.
    Open {
        bill: BillId,
        seat: Seat,
        #[serde(default)]
        plus_tax: bool,
    },
    Add {
        bill: BillId,
        line: Box<BillLine>,
    },
    /// So many more, or less: what two people do to one line adds up.
    Count {
        bill: BillId,
        line: LineId,
        by: i16,
    },
    /// What was said of a line that the kitchen does not know yet.
    Note {
        bill: BillId,
        line: LineId,
        note: String,
        course: u8,
    },
    /// Puts it aside under a name.
    Name {
        bill: BillId,
        name: String,
    },
    Guests {
        bill: BillId,
        guests: u16,
    },
    /// To another table, or to the counter.
    Move {
        bill: BillId,
        seat: Seat,
    },
    /// Takes lines, or some of them, off a bill and onto another, which is opened beside it if it is not there.
    Split {
        bill: BillId,
        into: BillId,
        parts: Vec<SplitPart>,
    },
    /// All of it goes onto the other bill.
    Merge {
        bill: BillId,
        into: BillId,
    },
    Discount {
        bill: BillId,
        discount: Discount,
    },
    TakeBackDiscount {
        bill: BillId,
        discount: DiscountId,
    },
    Send {
        bill: BillId,
        ticket: TicketId,
        changes: Vec<TicketChange>,
    },
    /// Whoever pays all that is due closes the bill.
    Pay {
        bill: BillId,
        shift: ShiftId,
        tender: Tender,
    },
    /// Sends a payment's receipt to whoever asked for it.
    Mail {
        bill: BillId,
        payment: PaymentId,
        to: String,
        lang: Lang,
    },
    /// Some of a payment, out of the drawer of this shift.
    Refund {
        payable: Payable,
        payment: PaymentId,
        back: RefundRequest,
        shift: ShiftId,
    },
    /// A bill on which nothing is due.
    Close {
        bill: BillId,
    },
    OpenShift {
        shift: ShiftId,
        float: Minor,
    },
    /// Into the drawer; below zero, out of it.
    MoveCash {
        id: MoveId,
        shift: ShiftId,
        amount: Minor,
        reason: String,
    },
    CloseShift {
        shift: ShiftId,
        counted: Minor,
    },
    /// The kitchen has made these; without any, all of it.
    Bump {
        ticket: TicketId,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<LineId>,
    },
    Recall {
        ticket: TicketId,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<LineId>,
    },
    /// Without a number it is not counted any more; zero is "86".
    Stock {
        dish: DishId,
        left: Option<u32>,
    },
    /// Among the dishes that are at hand, or not any more.
    Favour {
        dish: DishId,
        on: bool,
    },
    Cashier(Cashier),
    RemoveCashier {
        cashier: CashierId,
    },
    Station(Station),
    RemoveStation {
        station: StationId,
    },
    Plan {
        table: TableId,
        plan: TablePlan,
    },
    RemoveTable {
        table: TableId,
    },
    /// These orders, brought in this order. Said again, it is another order or another courier.
    Assign {
        run: DeliveryRunId,
        courier: DeviceId,
        orders: Vec<OrderId>,
    },
    HandOver {
        run: DeliveryRunId,
        order: OrderId,
        handover: Handover,
    },
    /// The courier's cash, into the drawer of this shift.
    HandIn {
        id: MoveId,
        run: DeliveryRunId,
        /// What it was collected for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        orders: Vec<OrderId>,
        shift: ShiftId,
        amount: Minor,
    },
    /// To what a diner has ordered.
    Order {
        order: OrderId,
        event: Event,
    },
    /// Money for what a diner has ordered.
    TakeOrder {
        order: OrderId,
        shift: ShiftId,
        tender: Tender,
    },
    /// A person has seen what was refused.
    Dismiss {
        op: OpId,
    },
}

impl Action {
    /// Bytes that it takes when it is sent, about and rather too many: what is long of it, and the rest.
    pub(crate) fn estimated_bytes(&self) -> usize {
        let long = match self {
            Self::HandOver {
                handover:
                    Handover {
                        proof: Proof::Photo(photo),
                        ..
                    },
                ..
            } => photo.len(),
            Self::Add { line, .. } => line.picks.len() * 600 + line.name.len() + line.note.len(),
            Self::Split { parts, .. } => parts.len() * 150,
            Self::Send { changes, .. } => changes.len() * 80,
            Self::Bump { lines, .. } | Self::Recall { lines, .. } => lines.len() * 40,
            Self::Station(station) => station.categories.len() * 40,
            Self::Assign { orders, .. } | Self::HandIn { orders, .. } => orders.len() * 40,
            _ => 0,
        };
        long + 1_500
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SplitPart {
    pub line: LineId,
    pub count: u16,
    /// What it is called on the other bill.
    pub becomes: LineId,
}

/// Why a wish was not granted. What has happened already, money above all, is never refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OpRefusal {
    /// It names something that is not there.
    Unknown,
    /// Its name is taken.
    Taken,
    SoldOut {
        left: u32,
    },
    /// There is less of it than shall be taken away.
    TooFew,
    /// Somebody has closed it.
    Closed,
    /// The kitchen has begun with it.
    Begun,
    /// Somebody owes something, or somebody sits there.
    InUse,
    /// Not while the order is in this state.
    Order(State),
    /// It is not for this kind of device.
    Forbidden,
    Malformed(String),
}
