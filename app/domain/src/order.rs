//! An order as a fold over its events: which actor may cause which event in which state, and the resulting
//! order.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    basket::Service,
    contact::{Contact, InvalidField, check_text, faults, first, invalid_field},
    currency::{Currency, Minor},
    id::{OrderId, RestaurantId},
    limits,
    order_settings::PaymentMethod,
    quote::{Due, Quote, QuotedLine, Sum},
    restaurant::Restaurant,
    revision::Revision,
    tax::Tax,
    time::{LocalMinute, Timestamp},
};

/// A request to place an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Placement {
    /// Made by the client.
    pub id: OrderId,
    pub basket: crate::basket::Basket,
    pub contact: Contact,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub allergies: String,
    pub payment: PaymentMethod,
    /// The total that the diner saw. If it has changed, nothing is placed.
    pub seen: Minor,
    pub lang: crate::lang::Lang,
}

impl Placement {
    pub fn check(&self) -> Result<(), InvalidField> {
        first(self.faults())
    }

    /// All invalid fields.
    pub fn faults(&self) -> Vec<InvalidField> {
        let away = !matches!(self.basket.service, Service::Table(_));
        let mut all = faults([self.basket.check()]);
        all.extend(self.contact.faults(away));
        if let Service::Delivery(door) = &self.basket.service {
            all.extend(door.faults());
        }
        all.extend(faults([
            check_text("note", &self.note, limits::NOTE),
            check_text("allergies", &self.allergies, limits::NOTE),
        ]));
        all
    }
}

/// What was ordered. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ordered {
    pub restaurant: RestaurantId,
    pub placed_at: Timestamp,
    /// The same moment in the restaurant's local time: the day that it counts for.
    pub placed_on: LocalMinute,
    pub currency: Currency,
    pub lines: Vec<QuotedLine>,
    pub sums: Vec<Sum>,
    pub taxes: Vec<Tax>,
    pub total: Minor,
    pub in_cash: Minor,
    pub service: Service,
    /// The name of the table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table: String,
    pub due: Due,
    /// The diner chose this slot; otherwise as soon as possible.
    pub scheduled: bool,
    pub contact: Contact,
    /// The customer whose coupon use it counts as.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redeemed_by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub allergies: String,
    pub lang: crate::lang::Lang,
}

impl Ordered {
    /// `None` if the quote has no due time: such a basket cannot be ordered.
    pub fn new(
        restaurant: RestaurantId,
        at: (Timestamp, LocalMinute),
        placement: Placement,
        quote: Quote,
    ) -> Option<Self> {
        Some(Self {
            restaurant,
            placed_at: at.0,
            placed_on: at.1,
            currency: quote.currency,
            lines: quote.lines,
            sums: quote.sums,
            taxes: quote.taxes,
            total: quote.total,
            in_cash: quote.in_cash,
            service: placement.basket.service,
            table: String::new(),
            due: quote.due?,
            scheduled: placement.basket.slot.is_some(),
            contact: placement.contact,
            redeemed_by: String::new(),
            note: placement.note,
            allergies: placement.allergies,
            lang: placement.lang,
        })
    }
}

impl Ordered {
    /// A copy for the books without personal data, for a diner who asked to be forgotten.
    #[must_use]
    pub fn without_diner(&self) -> Self {
        let mut kept = self.clone();
        kept.contact = Contact::default();
        kept.note.clear();
        kept.allergies.clear();
        kept.redeemed_by.clear();
        kept.lines.iter_mut().for_each(|line| line.note.clear());
        if let Service::Delivery(door) = &mut kept.service {
            *door = crate::contact::DeliveryAddress::default();
        }
        kept
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    pub id: OrderId,
    /// The number that people call it by.
    pub number: u32,
    /// The restaurant's revision of its last change.
    pub revision: Revision,
    pub ordered: Arc<Ordered>,
    pub progress: Progress,
}

impl Order {
    /// What the diner still has to pay; at the door it is rounded to what coins can pay.
    pub fn to_pay(&self) -> Minor {
        let payment = &self.progress.payment;
        match payment.method {
            PaymentMethod::Door if payment.paid == Minor::ZERO => self.ordered.in_cash,
            _ => self.ordered.total - payment.paid,
        }
    }

    /// In progress. An order that nobody closed counts as over a day after it was due.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        // Local minutes differ from UTC by the time zone; one day covers any difference.
        let due = self.ordered.due.to.0 * 60;
        !self.progress.state.is_over() && now.0 < due + crate::time::DAY * 60
    }
}

impl Order {
    /// The restaurant did not answer in time. For a scheduled order, only time within opening hours counts.
    pub fn is_unanswered(&self, restaurant: &Restaurant, now: (Timestamp, LocalMinute)) -> bool {
        let waited = now.0.0 - self.progress.changed_at.0;
        let attended = || {
            restaurant
                .hours
                .open_since(now.1, &restaurant.holidays)
                .map_or(0, |since| (now.1.0 - since.0) * 60)
        };
        let waited = if self.ordered.scheduled {
            waited.min(attended())
        } else {
            waited
        };
        self.progress.state == State::Placed && waited > i64::from(restaurant.ordering.answers_within) * 60
    }

    /// The event that ends an order which the restaurant did not close, a day after it was due. Unpaid
    /// orders are cancelled earlier.
    pub fn overdue_event(&self, now: Timestamp) -> Option<Event> {
        let delivered = matches!(self.ordered.service, Service::Delivery(_));
        match self.progress.state {
            _ if self.is_under_way(now) => None,
            State::Placed => Some(Event::Rejected {
                reason: String::new(),
            }),
            State::Accepted | State::Preparing | State::Ready | State::OutForDelivery if delivered => {
                Some(Event::Delivered)
            }
            State::Accepted | State::Preparing | State::Ready => Some(Event::Collected),
            _ => None,
        }
    }
}

/// The receipt of a placed order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacedOrder {
    pub id: OrderId,
    /// Its holder may follow and cancel the order.
    pub token: String,
    pub number: u32,
    pub state: State,
    pub total: Minor,
}

impl PlacedOrder {
    pub fn new(order: &Order, token: &str) -> Self {
        Self {
            id: order.id,
            token: token.to_owned(),
            number: order.number,
            state: order.progress.state,
            total: order.ordered.total,
        }
    }
}

/// An order as the holder of its token sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrackedOrder {
    pub token: String,
    pub slug: crate::slug::Slug,
    /// The restaurant's name.
    pub restaurant: String,
    pub order: Order,
}

/// The state of an order, as far as its events led.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    pub state: State,
    pub payment: PaymentSummary,
    /// The time that the kitchen promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<LocalMinute>,
    /// Why it was rejected or cancelled.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentSummary {
    pub method: PaymentMethod,
    pub paid: Minor,
    /// The sum of refunds that the provider has confirmed.
    pub refunded: Minor,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<OrderRefund>,
}

/// A refund is promised when it is recorded; the provider pays it afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRefund {
    pub amount: Minor,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub given: bool,
}

crate::menu::codes! {
    State {
        /// The card is not charged yet; the kitchen does not see the order.
        Unpaid = "unpaid",
        Placed = "placed",
        Accepted = "accepted",
        Preparing = "preparing",
        Ready = "ready",
        OutForDelivery = "out_for_delivery",
        /// Handed over at the counter, or brought to the table.
        Collected = "collected",
        Delivered = "delivered",
        Rejected = "rejected",
        Cancelled = "cancelled",
    }
}

impl State {
    /// A final state: nothing is left to do for the kitchen.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Collected | Self::Delivered | Self::Rejected | Self::Cancelled
        )
    }

    /// Waits for payment or for the restaurant's answer.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Unpaid | Self::Placed)
    }

    /// Ended without being fulfilled.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled)
    }
}

crate::menu::codes! {
    /// Who caused an event.
    Actor { Diner = "diner", Staff = "staff", System = "system" }
}

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
        reason: String,
    },
    Preparing,
    Ready,
    OutForDelivery,
    Collected,
    Delivered,
    Cancelled {
        reason: String,
    },
    /// Staff promise a refund.
    Refund {
        amount: Minor,
        /// What could be refunded when staff decided: a repeated request no longer matches and refunds
        /// nothing.
        left: Minor,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// The provider confirmed the refund with this index, counted from 0.
    Refunded {
        number: usize,
        amount: Minor,
    },
}

crate::menu::codes! {
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

impl Progress {
    /// A new order waits for payment or for the restaurant. An order of zero needs no card.
    pub fn new(method: PaymentMethod, total: Minor, at: Timestamp) -> Self {
        let state = match method {
            PaymentMethod::Card if total > Minor::ZERO => State::Unpaid,
            PaymentMethod::Card | PaymentMethod::Door => State::Placed,
        };
        let payment = PaymentSummary {
            method,
            paid: Minor::ZERO,
            refunded: Minor::ZERO,
            refunds: Vec::new(),
        };
        Self {
            state,
            payment,
            ready_at: None,
            reason: String::new(),
            changed_at: at,
        }
    }

    /// What was paid and not promised as a refund yet.
    pub fn refundable(&self) -> Minor {
        self.payment.paid - self.payment.refunds.iter().map(|refund| refund.amount).sum()
    }

    fn promise(&mut self, amount: Minor, reason: &str) {
        self.payment.refunds.push(OrderRefund {
            amount,
            reason: reason.to_owned(),
            given: false,
        });
    }
}

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
        // A scheduled order is ready for its slot, whatever time is promised.
        Event::Accepted { .. } if order.ordered.scheduled => {
            after.progress.ready_at = Some(order.ordered.due.from)
        }
        Event::Accepted { ready_at } => after.progress.ready_at = Some(*ready_at),
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
    if state.is_off() && payable > Minor::ZERO {
        after.progress.promise(payable, "");
    }
    Ok(after)
}

fn next(order: &Order, event: &Event, actor: Actor) -> Option<State> {
    use Actor::{Diner, Staff, System};
    use State::{
        Accepted, Cancelled, Collected, Delivered, OutForDelivery, Placed, Preparing, Ready, Rejected, Unpaid,
    };
    let delivered = matches!(order.ordered.service, Service::Delivery(_));
    match (actor, order.progress.state, event) {
        // A payment that arrives is always accepted, also late; what is not owed is refunded.
        (System, Unpaid, Event::Paid { .. }) => Some(Placed),
        (System, state, Event::Paid { .. }) => Some(state),
        (Diner | System, Unpaid, Event::PaysAtDoor) => Some(Placed),
        (Staff | System, Placed, Event::Accepted { .. }) => Some(Accepted),
        (Staff | System, Placed, Event::Rejected { .. }) => Some(Rejected),
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
    let ready_at = order.ordered.due.from;
    let reason = String::new;
    let all = [
        Event::Accepted { ready_at },
        Event::Preparing,
        Event::Ready,
        Event::OutForDelivery,
        Event::Delivered,
        Event::Collected,
        Event::Rejected { reason: reason() },
        Event::Cancelled { reason: reason() },
    ];
    all.into_iter()
        .filter(|event| next(order, event, Actor::Staff).is_some())
        .collect()
}

#[cfg(test)]
mod tests;
