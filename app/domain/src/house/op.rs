//! What a device asks for, once each, and why it may not be done.

use serde::{Deserialize, Serialize};

use super::{
    bill::{BillLine, Seat, Way},
    ticket::News,
};
use crate::{
    contact::{Malformed, check_text, malformed},
    currency::Minor,
    id::{BillId, DeviceId, DishId, LineId, OpId, OrderId, PaymentId, ShiftId, TicketId},
    limits,
    order::{Event, State},
    time::Timestamp,
};

/// The newest way of writing actions that this build knows.
pub const SPEAKS: u16 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    pub id: OpId,
    pub device: DeviceId,
    /// The device's own count, without a gap: its ops are decided in this order, each once.
    pub n: u64,
    /// What one has to know to read the action.
    pub speaks: u16,
    /// By the device's clock: a note for people, nothing is decided by it.
    pub at: Timestamp,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Open {
        bill: BillId,
        seat: Seat,
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
    Send {
        bill: BillId,
        ticket: TicketId,
        news: Vec<News>,
    },
    Pay {
        bill: BillId,
        payment: PaymentId,
        way: Way,
        amount: Minor,
        tip: Minor,
        shift: ShiftId,
    },
    /// Out of the drawer of this shift.
    Refund {
        bill: BillId,
        payment: PaymentId,
        amount: Minor,
        reason: String,
        shift: ShiftId,
    },
    OpenShift {
        shift: ShiftId,
        float: Minor,
    },
    /// Into the drawer; below zero, out of it.
    MoveCash {
        shift: ShiftId,
        amount: Minor,
        reason: String,
    },
    CloseShift {
        shift: ShiftId,
        counted: Minor,
    },
    Bump {
        ticket: TicketId,
    },
    Recall {
        ticket: TicketId,
    },
    /// Without a number it is not counted any more; zero is "86".
    Stock {
        dish: DishId,
        left: Option<u32>,
    },
    /// To what a diner has ordered.
    Order {
        order: OrderId,
        event: Event,
    },
    /// A person has seen what was refused.
    Dismiss {
        op: OpId,
    },
}

/// Why a wish was not granted. What has happened already, money above all, is never refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
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
    /// Not while the order is in this state.
    Order(State),
    /// It is not for this kind of device.
    Forbidden,
    Malformed(String),
}

fn amount(field: &'static str, amount: Minor, least: i64) -> Result<(), Malformed> {
    match (least..=limits::PRICE).contains(&amount.0) {
        true => Ok(()),
        false => Err(malformed(field, format!("is {least} to {}", limits::PRICE))),
    }
}

impl Action {
    pub fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Open { seat: Seat::Phone { name, phone }, .. } => {
                check_text("name", name, limits::NAME)?;
                check_text("phone", phone, limits::PHONE)
            }
            Self::Add { line, .. } => check_line(line),
            Self::Send { news, .. } if news.len() > limits::BILL_LINES => {
                Err(malformed("news", format!("are {} at the most", limits::BILL_LINES)))
            }
            Self::Pay { amount: paid, tip, .. } => {
                amount("amount", *paid, 0)?;
                amount("tip", *tip, 0)
            }
            Self::Refund { amount: back, reason, .. } => {
                amount("amount", *back, 1)?;
                check_text("reason", reason, limits::NOTE)
            }
            Self::OpenShift { float, .. } => amount("float", *float, 0),
            Self::CloseShift { counted, .. } => amount("counted", *counted, 0),
            Self::Order { event, .. } => event.check(),
            Self::MoveCash { amount: moved, reason, .. } => {
                amount("amount", *moved, -limits::PRICE)?;
                check_text("reason", reason, limits::NOTE)
            }
            _ => Ok(()),
        }
    }
}

fn check_line(line: &BillLine) -> Result<(), Malformed> {
    if !(1..=u16::from(limits::COUNT)).contains(&line.count) || line.sent != 0 {
        return Err(malformed("count", format!("is 1 to {}", limits::COUNT)));
    }
    if line.picks.len() > limits::PICKS {
        return Err(malformed("picks", format!("are {} at the most", limits::PICKS)));
    }
    amount("price", line.price, 0)?;
    check_text("name", &line.name, limits::NAME)?;
    check_text("note", &line.note, limits::NOTE)
}
