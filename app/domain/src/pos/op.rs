//! Ops of a device, and why one may be refused.

use serde::{Deserialize, Serialize};

use super::{
    bill::{BillLine, Discount, Seat},
    cashier::Cashier,
    delivery_run::{Handover, Proof},
    payment::{Payable, RefundRequest, Tender},
    right::VoidReason,
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

/// The newest version of actions that this program understands.
pub const OP_VERSION: u16 = 3;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Op {
    pub id: OpId,
    pub device: DeviceId,
    /// The device's own number, without gaps: its ops are decided in this order.
    pub n: u64,
    /// The version that is needed to read the action.
    pub op_version: u16,
    /// By the device's clock: for people to read; no rule depends on it.
    pub at: Timestamp,
    /// The cashier at the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    /// Who has approved what the cashier may not do alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<CashierId>,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Action {
    /// Opens a bill. If the table already has one, both become that one.
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
    /// A relative change, so that the changes of two people add up.
    Count {
        bill: BillId,
        line: LineId,
        by: i16,
    },
    /// Takes back some of a line that the kitchen has been told.
    Void {
        bill: BillId,
        line: LineId,
        count: u16,
        reason: VoidReason,
    },
    /// Changes note and course of a line that was not sent to the kitchen yet.
    Note {
        bill: BillId,
        line: LineId,
        note: String,
        course: u8,
    },
    /// Names a bill, to find it again while it is on hold.
    Name {
        bill: BillId,
        name: String,
    },
    Guests {
        bill: BillId,
        guests: u16,
    },
    /// Moves a bill to another table or to the counter.
    Move {
        bill: BillId,
        seat: Seat,
    },
    /// Moves lines, or some of their count, to another bill, which is opened if needed.
    Split {
        bill: BillId,
        into: BillId,
        parts: Vec<SplitPart>,
    },
    /// Moves everything to the other bill.
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
    /// A payment of all that is due closes the bill.
    Pay {
        bill: BillId,
        shift: ShiftId,
        tender: Tender,
    },
    /// Mails the receipt of a payment.
    Mail {
        bill: BillId,
        payment: PaymentId,
        to: String,
        lang: Lang,
    },
    /// Refunds a part of a payment from the drawer of this shift.
    Refund {
        payable: Payable,
        payment: PaymentId,
        back: RefundRequest,
        shift: ShiftId,
    },
    /// Closes a bill on which nothing is due.
    Close {
        bill: BillId,
    },
    OpenShift {
        shift: ShiftId,
        float: Minor,
    },
    /// Puts cash into the drawer; negative: takes it out.
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
    /// The kitchen has made these lines; an empty list means all.
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
    /// `None` stops counting the dish; zero means sold out ("86").
    Stock {
        dish: DishId,
        left: Option<u32>,
    },
    /// Adds the dish to the favourites, or removes it.
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
    /// Assigns orders in this sequence; sent again, it replaces the sequence and the courier.
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
    /// Puts the courier's cash into the drawer of this shift.
    HandIn {
        id: MoveId,
        run: DeliveryRunId,
        /// The orders that the cash was collected for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        orders: Vec<OrderId>,
        shift: ShiftId,
        amount: Minor,
    },
    /// An event of a diner's order.
    Order {
        order: OrderId,
        event: Event,
        /// The run on which a courier brings it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<DeliveryRunId>,
    },
    /// Takes payment for a diner's order.
    TakeOrder {
        order: OrderId,
        shift: ShiftId,
        tender: Tender,
    },
    /// A person has seen a refused op.
    Dismiss {
        op: OpId,
    },
}

impl Action {
    /// Whether it books what a card reader has charged.
    pub fn is_on_reader(&self) -> bool {
        matches!(self, Self::Pay { tender, .. } | Self::TakeOrder { tender, .. } if tender.on_reader)
    }

    /// An upper estimate of its size in bytes when it is sent: its variable parts and a constant for the
    /// rest.
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
    /// The line's id on the other bill.
    pub becomes: LineId,
}

/// Why an op was refused. What has already happened, above all payments, is never refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OpRefusal {
    /// It refers to something that does not exist.
    Unknown,
    /// Its id is in use.
    Taken,
    SoldOut {
        left: u32,
    },
    /// Fewer are left than it removes.
    TooFew,
    /// It is closed.
    Closed,
    /// The kitchen has started with it.
    Begun,
    /// Something is due on it, or guests sit there.
    InUse,
    /// The order's state does not allow it.
    Order(State),
    /// This kind of device may not do it.
    Forbidden,
    Malformed(String),
}
