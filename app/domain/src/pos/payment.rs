//! Payments at a till. They have happened, so they are never refused, whatever the state of the bill.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PosState;
use crate::{
    currency::Minor,
    id::{BillId, CashierId, DeviceId, OrderId, PaymentId, RefundId, ShiftId},
    time::Timestamp,
};

crate::menu::codes! {
    TenderMethod { Cash = "cash", Card = "card" }
}

/// What a guest hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tender {
    pub id: PaymentId,
    pub method: TenderMethod,
    /// Towards the bill.
    pub amount: Minor,
    /// On top of it.
    #[serde(default, skip_serializing_if = "nothing")]
    pub tip: Minor,
    /// What coins cannot pay, more or less.
    #[serde(default, skip_serializing_if = "nothing")]
    pub rounding: Minor,
    /// Notes and coins; what is too much is given back at once. Nothing, if nobody counted them.
    #[serde(default, skip_serializing_if = "nothing")]
    pub given: Minor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TillPayment {
    pub tender: Tender,
    pub at: Timestamp,
    pub shift: ShiftId,
    pub receipt: ReceiptNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<TillRefund>,
}

/// What is handed back to a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRequest {
    pub id: RefundId,
    pub amount: Minor,
    /// What coins cannot pay, more or less.
    #[serde(default, skip_serializing_if = "nothing")]
    pub rounding: Minor,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TillRefund {
    pub back: RefundRequest,
    pub at: Timestamp,
    /// Out of whose drawer: not always the one that it came into.
    pub shift: ShiftId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
}

/// The number on the slip: each till counts its own without a gap, so that it needs nobody to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptNumber {
    pub till: DeviceId,
    pub number: u32,
}

/// What money came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Payable {
    Bill(BillId),
    /// What a diner has ordered.
    Order(OrderId),
}

impl PosState {
    /// All that was taken, at whatever till.
    pub fn payments(&self) -> impl Iterator<Item = (Payable, &TillPayment)> {
        let bills = self.bills().map(|bill| (Payable::Bill(bill.id), &bill.payments));
        let orders = self
            .order_payments()
            .map(|taken| (Payable::Order(taken.order), &taken.payments));
        bills
            .chain(orders)
            .flat_map(|(payable, payments)| payments.iter().map(move |payment| (payable, payment)))
    }

    pub fn payment(&self, payable: Payable, id: PaymentId) -> Option<&TillPayment> {
        let payments = match payable {
            Payable::Bill(bill) => &self.live(bill)?.payments,
            Payable::Order(order) => &self.order_payment(order)?.payments,
        };
        payments.iter().find(|payment| payment.id == id)
    }
}

/// As it is printed: `1A2B-17`.
impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", short(self.till), self.number)
    }
}

/// The end of its name: short enough to be read out, and the tills of one restaurant differ in it.
pub fn short(till: DeviceId) -> String {
    format!("{:04X}", till.0 & 0xffff)
}

fn nothing(amount: &Minor) -> bool {
    *amount == Minor::ZERO
}

impl std::ops::Deref for TillPayment {
    type Target = Tender;

    fn deref(&self) -> &Tender {
        &self.tender
    }
}

impl TillPayment {
    /// What can still be given back of it.
    pub fn left(&self) -> Minor {
        (self.amount - self.refunded()).max(Minor::ZERO)
    }

    pub fn refunded(&self) -> Minor {
        self.refunds.iter().map(|refund| refund.back.amount).sum()
    }
}

impl Tender {
    pub fn new(id: PaymentId, method: TenderMethod, amount: Minor) -> Self {
        Self {
            id,
            method,
            amount,
            tip: Minor::ZERO,
            rounding: Minor::ZERO,
            given: Minor::ZERO,
        }
    }

    /// What stays with the restaurant.
    pub fn taken(&self) -> Minor {
        self.amount + self.tip + self.rounding
    }

    pub fn change(&self) -> Minor {
        (self.given - self.taken()).max(Minor::ZERO)
    }
}
