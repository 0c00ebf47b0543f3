//! Money that a till took for a diner's order.

use serde::{Deserialize, Serialize};

use super::{
    PosState,
    payment::{Tender, TenderMethod, TillPayment},
};
use crate::{
    currency::Minor,
    id::{OrderId, PaymentId},
    order::Order,
    order_settings::PaymentMethod,
    quote::Sum,
    tax::Tax,
};

/// The order itself is not changed; this record is for the drawer's books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPayment {
    pub order: OrderId,
    /// What was due without the tip when the first payment was taken.
    pub payable: Minor,
    /// The taxes of the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// More than one only if two people took the money at the same time.
    pub payments: Vec<TillPayment>,
}

impl PosState {
    /// What the diner still has to pay at the counter or at the table.
    pub fn due(&self, order: &Order) -> Minor {
        let payment = &order.progress.payment;
        let payments = self
            .order_payment(order.id)
            .map_or(&[][..], |taken| &taken.payments);
        let taken: Minor = payments.iter().map(|payment| payment.amount + payment.tip).sum();
        match payment.method {
            PaymentMethod::Door => (order.ordered.total - payment.paid - taken).max(Minor::ZERO),
            PaymentMethod::Card => Minor::ZERO,
        }
    }

    /// The tip of the order, as far as it is still due.
    fn tip_due(&self, order: &Order) -> Minor {
        let promised = order
            .ordered
            .sums
            .iter()
            .map(|sum| {
                if let Sum::Tip(tip) = sum {
                    *tip
                } else {
                    Minor::ZERO
                }
            })
            .sum();
        self.due(order).min(promised)
    }

    /// Payments that took more than was due, for example because two tills took the money at the same time.
    pub fn overpaid_orders(&self) -> impl Iterator<Item = (OrderId, &TillPayment)> {
        let payments = self.order_payments().flat_map(|taken| {
            let payments = taken.payments.iter();
            payments.map(|payment| (taken.order, payment))
        });
        payments.filter(|(_, payment)| payment.excess_left() > Minor::ZERO)
    }

    pub fn due_without_tip(&self, order: &Order) -> Minor {
        self.due(order) - self.tip_due(order)
    }

    /// A tender for all that is due, including the tip of the order.
    pub fn tender(&self, order: &Order, id: PaymentId, method: TenderMethod) -> Tender {
        let (due, tip) = (self.due(order), self.tip_due(order));
        let rounding = if method == TenderMethod::Cash {
            order.ordered.currency.in_cash(due) - due
        } else {
            Minor::ZERO
        };
        Tender {
            tip,
            rounding,
            ..Tender::new(id, method, due - tip)
        }
    }
}
