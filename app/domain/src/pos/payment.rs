//! Payments at a till. They have happened, so they are never refused, whatever the state of the bill.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{PosState, right::Allowance};
use crate::{
    currency::Minor,
    id::{BillId, CashierId, DeviceId, OrderId, PaymentId, RefundId, ShiftId},
    time::Timestamp,
};

crate::codes::codes! {
    TenderMethod { Cash = "cash", Card = "card" }
}

/// What a guest pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tender {
    pub id: PaymentId,
    pub method: TenderMethod,
    /// The part that pays the bill.
    pub amount: Minor,
    /// In addition to the amount.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tip: Minor,
    /// The rounding for cash, positive or negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rounding: Minor,
    /// The cash handed over; the excess is given back as change. Zero if nobody counted it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub given: Minor,
    /// The server has charged the card on a reader; refunds go back to that card by themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_reader: bool,
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
    /// The part of the amount that was not due when it was taken: no sale, and owed to the guest.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub excess: Minor,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<TillRefund>,
}

/// A refund to a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRequest {
    pub id: RefundId,
    pub amount: Minor,
    /// The rounding for cash, positive or negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rounding: Minor,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TillRefund {
    pub back: RefundRequest,
    pub at: Timestamp,
    /// The shift whose drawer paid it: not always the one that took the payment.
    pub shift: ShiftId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "Allowance::is_own")]
    pub allowance: Allowance,
    /// The part of the amount that was not left of the payment: it has left the drawer, but is no refund.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub excess: Minor,
}

/// The number on a receipt: each till counts its own without gaps, so that it works offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptNumber {
    pub till: DeviceId,
    pub number: u32,
}

/// What a payment pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Payable {
    Bill(BillId),
    /// A diner's order.
    Order(OrderId),
}

impl PosState {
    /// All payments of all tills.
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
            Payable::Bill(bill) => &self.merged_bill(bill)?.payments,
            Payable::Order(order) => &self.order_payment(order)?.payments,
        };
        payments.iter().find(|payment| payment.id == id)
    }
}

/// As printed: `1A2B-17`.
impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", receipt_prefix(self.till), self.number)
    }
}

/// The end of a till's id: short enough to read out. Pairing keeps it unique among the tills of a restaurant.
pub fn receipt_prefix(till: DeviceId) -> String {
    format!("{:04X}", till.0 & 0xffff)
}

fn is_zero(amount: &Minor) -> bool {
    *amount == Minor::ZERO
}

impl std::ops::Deref for TillPayment {
    type Target = Tender;

    fn deref(&self) -> &Tender {
        &self.tender
    }
}

impl TillPayment {
    /// What can still be refunded.
    pub fn left(&self) -> Minor {
        (self.amount - self.refunded()).max(Minor::ZERO)
    }

    /// What is owed to the guest of what was taken in excess.
    pub fn excess_left(&self) -> Minor {
        (self.excess - self.refunded()).max(Minor::ZERO)
    }

    pub fn refunded(&self) -> Minor {
        self.refunds.iter().map(TillRefund::valid).sum()
    }
}

impl TillRefund {
    /// The part of the amount that was left of the payment.
    pub fn valid(&self) -> Minor {
        self.back.amount - self.excess
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
            on_reader: false,
        }
    }

    /// The sum that the restaurant receives.
    pub fn taken(&self) -> Minor {
        self.amount + self.tip + self.rounding
    }

    pub fn change(&self) -> Minor {
        (self.given - self.taken()).max(Minor::ZERO)
    }
}
