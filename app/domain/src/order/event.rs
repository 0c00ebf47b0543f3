//! What happens to an order, and which actor may cause it in which state.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Actor, Order, State};
use crate::{
    basket::Fulfilment,
    contact::{InvalidField, check_text, invalid_field},
    currency::Minor,
    limits,
    order_settings::PaymentMethod,
    time::{DAY, LocalMinute, Timestamp},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Event {
    Placed,
    /// The payment provider confirmed the payment.
    Paid {
        amount: Minor,
    },
    /// The card payment failed; the diner pays at the door.
    PaysAtDoor,
    Accepted {
        ready_at: LocalMinute,
    },
    Rejected {
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
        reason: String,
    },
    /// It is due at another time, as staff and diner have agreed.
    Rescheduled {
        to: LocalMinute,
    },
    Preparing,
    Ready,
    OutForDelivery,
    Collected,
    Delivered,
    Cancelled {
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
        reason: String,
    },
    /// Staff promise a refund.
    Refund {
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::amount::<1, { i64::MAX }>))]
        amount: Minor,
        /// What could be refunded when staff decided: a repeated request no longer matches and refunds
        /// nothing.
        left: Minor,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
        reason: String,
    },
    /// The provider confirmed the refund with this index, counted from 0.
    Refunded {
        number: usize,
        amount: Minor,
    },
}

crate::codes::codes! {
    /// Common reasons to reject an order. They are sent as a code and shown in the diner's language;
    /// any other reason is shown as it was written.
    CommonReason { Busy = "busy", SoldOut = "sold_out", Closed = "closed", Area = "area" }
}

impl Event {
    /// Checks texts and amounts. A reason may be empty.
    pub fn check(&self) -> Result<(), InvalidField> {
        match self {
            Self::Rejected { reason } | Self::Cancelled { reason } => {
                check_text("reason", reason, limits::NOTE)
            }
            Self::Refund { amount, .. } if amount.0 <= 0 => Err(invalid_field("amount", "is above zero")),
            Self::Refund { reason, .. } => check_text("reason", reason, limits::NOTE),
            _ => Ok(()),
        }
    }
}

/// Whether an order can be due then.
pub fn check_rescheduled(to: LocalMinute, now: LocalMinute) -> Result<(), InvalidField> {
    match (1..=i64::from(limits::DAYS_AHEAD) * DAY).contains(&(to.0 - now.0)) {
        true => Ok(()),
        false => Err(invalid_field(
            "to",
            format!("is later than now, and within {} days", limits::DAYS_AHEAD),
        )),
    }
}

/// The order's state does not allow the event, or the actor may not cause it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTransition {
    pub state: State,
}

impl fmt::Display for InvalidTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not possible while the order is {}", self.state.code())
    }
}

impl std::error::Error for InvalidTransition {}

/// The order after the event. This is the only place that decides which events are allowed.
pub fn apply(order: &Order, event: &Event, actor: Actor, at: Timestamp) -> Result<Order, InvalidTransition> {
    let progress = &order.progress;
    let state = next(order, event, actor).ok_or(InvalidTransition {
        state: progress.state,
    })?;
    let mut after = order.clone();
    after.progress.state = state;
    after.progress.changed_at = at;
    match event {
        Event::Paid { amount } => after.progress.payment.paid = progress.payment.paid + *amount,
        Event::PaysAtDoor => after.progress.payment.method = PaymentMethod::Door,
        // A scheduled order is ready for its slot, whatever time is promised, unless the slot has gone.
        Event::Accepted { .. } if order.keeps_slot() => after.progress.ready_at = Some(order.due().from),
        Event::Accepted { ready_at } => after.progress.ready_at = Some(*ready_at),
        Event::Rescheduled { to } => {
            after.progress.rescheduled_to = Some(*to);
            after.progress.ready_at = progress.ready_at.and(Some(*to));
        }
        Event::Rejected { reason } | Event::Cancelled { reason } => after.progress.reason.clone_from(reason),
        Event::Refund { amount, reason, .. } => after.progress.promise(*amount, reason),
        Event::Refunded { number, amount } => {
            after.progress.payment.refunded = progress.payment.refunded + *amount;
            after
                .progress
                .payment
                .refunds
                .iter_mut()
                .skip(*number)
                .take(1)
                .for_each(|refund| refund.given = true);
        }
        Event::Placed
        | Event::Preparing
        | Event::Ready
        | Event::OutForDelivery
        | Event::Collected
        | Event::Delivered => {}
    }
    let payable = after.progress.refundable();
    if state.is_called_off() && payable > Minor::ZERO {
        after.progress.promise(payable, "");
    }
    Ok(after)
}

fn next(order: &Order, event: &Event, actor: Actor) -> Option<State> {
    use Actor::{Diner, Staff, System};
    use State::{
        Accepted, Cancelled, Collected, Delivered, OutForDelivery, Placed, Preparing, Ready, Rejected, Unpaid,
    };
    let delivered = matches!(order.ordered.fulfilment, Fulfilment::Delivery(_));
    match (actor, order.progress.state, event) {
        // A payment that arrives is always accepted, also late; what is not owed is refunded.
        (System, Unpaid, Event::Paid { .. }) => Some(Placed),
        (System, state, Event::Paid { .. }) => Some(state),
        (Diner | System, Unpaid, Event::PaysAtDoor) => Some(Placed),
        (Staff | System, Placed, Event::Accepted { .. }) => Some(Accepted),
        (Staff | System, Placed, Event::Rejected { .. }) => Some(Rejected),
        (Staff, Placed | Accepted, Event::Rescheduled { .. }) => Some(order.progress.state),
        (Staff, Accepted, Event::Preparing) => Some(Preparing),
        (Staff, Accepted | Preparing, Event::Ready) => Some(Ready),
        (Staff, Ready, Event::OutForDelivery) if delivered => Some(OutForDelivery),
        (Staff, OutForDelivery, Event::Delivered) => Some(Delivered),
        (Staff, Ready, Event::Collected) if !delivered => Some(Collected),
        // Staff did not close the order, and it is long overdue.
        (System, Accepted | Preparing | Ready | OutForDelivery, Event::Delivered) if delivered => {
            Some(Delivered)
        }
        (System, Accepted | Preparing | Ready, Event::Collected) if !delivered => Some(Collected),
        (Diner, Unpaid | Placed, Event::Cancelled { .. }) => Some(Cancelled),
        (Staff, Unpaid | Placed | Accepted | Preparing | Ready | OutForDelivery, Event::Cancelled { .. }) => {
            Some(Cancelled)
        }
        (System, Unpaid, Event::Cancelled { .. }) => Some(Cancelled),
        (Staff, state, Event::Refund { amount, left, .. }) if can_be_refunded(order, *amount, *left) => {
            Some(state)
        }
        (System, state, Event::Refunded { number, amount }) if is_promised(order, *number, *amount) => {
            Some(state)
        }
        _ => None,
    }
}

fn can_be_refunded(order: &Order, amount: Minor, left: Minor) -> bool {
    let progress = &order.progress;
    let few = progress.payment.refunds.len() < limits::REFUNDS;
    few && amount > Minor::ZERO && amount <= left && left == progress.refundable()
}

fn is_promised(order: &Order, number: usize, amount: Minor) -> bool {
    order
        .progress
        .payment
        .refunds
        .get(number)
        .is_some_and(|refund| !refund.given && refund.amount == amount)
}

/// What staff may do next, the most usual first.
pub fn steps(order: &Order) -> Vec<Event> {
    let ready_at = order.due().from;
    let reason = String::new;
    let all = [
        Event::Accepted { ready_at },
        Event::Preparing,
        Event::Ready,
        Event::OutForDelivery,
        Event::Delivered,
        Event::Collected,
        Event::Rescheduled { to: ready_at },
        Event::Rejected { reason: reason() },
        Event::Cancelled { reason: reason() },
    ];
    all.into_iter()
        .filter(|event| next(order, event, Actor::Staff).is_some())
        .collect()
}
