//! What a guest owes: lines as they were rung up, and the money that came for them.

use serde::{Deserialize, Serialize};

use crate::{
    currency::Minor,
    id::{BillId, DeviceId, DishId, LineId, PaymentId, ShiftId, TableId},
    quote::QuotedPick,
    tax::TaxRate,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub id: BillId,
    pub seat: Seat,
    /// By the clock of the device that opened it.
    pub opened_at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<BillLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    Counter,
    Table(TableId),
    Phone { name: String, phone: String },
}

/// A dish as it was rung up: what it cost then is what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    pub id: LineId,
    pub dish: DishId,
    pub name: String,
    /// One of it, with what was chosen.
    pub price: Minor,
    pub rate: TaxRate,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<QuotedPick>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub count: u16,
    /// How many of them the kitchen knows of.
    #[serde(default)]
    pub sent: u16,
}

/// Money that changed hands: it is never refused, whatever became of the bill meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub way: Way,
    /// Towards the bill.
    pub amount: Minor,
    /// On top of it.
    #[serde(default, skip_serializing_if = "none")]
    pub tip: Minor,
    pub shift: ShiftId,
    pub receipt: Receipt,
    #[serde(default, skip_serializing_if = "none")]
    pub refunded: Minor,
}

crate::menu::codes! {
    Way { Cash = "cash", Card = "card" }
}

/// The number on the slip: each till counts its own without a gap, so that it needs nobody to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Receipt {
    pub till: DeviceId,
    pub number: u32,
}

fn none(amount: &Minor) -> bool {
    *amount == Minor::ZERO
}

impl BillLine {
    pub fn sum(&self) -> Minor {
        self.price.times(u32::from(self.count))
    }

    /// What the kitchen has still to hear: below zero, what it shall not make.
    pub fn unsent(&self) -> i32 {
        i32::from(self.count) - i32::from(self.sent)
    }
}

impl Bill {
    pub fn new(id: BillId, seat: Seat, opened_at: Timestamp) -> Self {
        Self { id, seat, opened_at, lines: Vec::new(), payments: Vec::new() }
    }

    pub fn total(&self) -> Minor {
        self.lines.iter().map(BillLine::sum).sum()
    }

    pub fn paid(&self) -> Minor {
        self.payments.iter().map(|payment| payment.amount - payment.refunded).sum()
    }

    /// Below zero, what is owed to the guest.
    pub fn due(&self) -> Minor {
        self.total() - self.paid()
    }

    /// Nobody owes anybody, and the kitchen knows all of it.
    pub fn is_settled(&self) -> bool {
        !self.payments.is_empty() && self.due() == Minor::ZERO && self.lines.iter().all(|line| line.unsent() == 0)
    }

    pub fn line(&self, id: LineId) -> Option<&BillLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    pub(super) fn line_mut(&mut self, id: LineId) -> Option<&mut BillLine> {
        self.lines.iter_mut().find(|line| line.id == id)
    }
}
