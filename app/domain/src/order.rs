//! An order as a fold over its events: which actor may cause which event in which state, and the resulting
//! order.

mod event;
mod placement;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    basket::Fulfilment,
    contact::Contact,
    currency::{Currency, Minor},
    id::{OrderId, RestaurantId},
    legal::Seller,
    order_settings::{OrderSettings, PaymentMethod},
    quote::{Due, Quote, QuotedLine, Sum},
    restaurant::Restaurant,
    revision::Revision,
    tax::Tax,
    time::{LocalMinute, Timestamp},
};

pub use self::{
    event::{CommonReason, Event, InvalidTransition, apply, check_rescheduled, steps},
    placement::{PlacedOrder, Placement},
};

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
    pub fulfilment: Fulfilment,
    /// The name of the table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table: String,
    pub due: Due,
    /// The diner chose this slot; otherwise as soon as possible.
    pub scheduled: bool,
    pub contact: Contact,
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
            fulfilment: placement.basket.fulfilment,
            table: String::new(),
            due: quote.due?,
            scheduled: placement.basket.slot.is_some(),
            contact: placement.contact,
            note: placement.note,
            allergies: placement.allergies,
            lang: placement.lang,
        })
    }
}

impl Ordered {
    /// What the kitchen has to know: no way to reach the diner, and no money.
    #[must_use]
    fn for_kitchen(&self) -> Self {
        let mut known = self.clone();
        known.contact = Contact {
            name: self.contact.name.clone(),
            ..Contact::default()
        };
        if let Fulfilment::Delivery(door) = &mut known.fulfilment {
            *door = crate::contact::DeliveryAddress::default();
        }
        (known.sums, known.taxes) = (Vec::new(), Vec::new());
        (known.total, known.in_cash) = (Minor::ZERO, Minor::ZERO);
        for line in &mut known.lines {
            (line.price, line.sum) = (Minor::ZERO, Minor::ZERO);
            line.picks.iter_mut().for_each(|pick| pick.price = Minor::ZERO);
        }
        known
    }

    /// A copy for the books without personal data, for a diner who asked to be forgotten.
    #[must_use]
    pub fn without_diner(&self) -> Self {
        let mut kept = self.clone();
        kept.contact = Contact::default();
        kept.note.clear();
        kept.allergies.clear();
        kept.lines.iter_mut().for_each(|line| line.note.clear());
        if let Fulfilment::Delivery(door) = &mut kept.fulfilment {
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

    /// What was taken when it was handed over, in coins that exist.
    pub fn paid_at_door(&self) -> Minor {
        match self.progress.payment.method {
            PaymentMethod::Door if self.progress.state.is_fulfilled() => self.to_pay(),
            PaymentMethod::Door | PaymentMethod::Card => Minor::ZERO,
        }
    }

    #[must_use]
    pub fn for_kitchen(&self) -> Self {
        let payment = PaymentSummary {
            paid: Minor::ZERO,
            refunded: Minor::ZERO,
            refunds: Vec::new(),
            ..self.progress.payment.clone()
        };
        Self {
            ordered: Arc::new(self.ordered.for_kitchen()),
            progress: Progress {
                payment,
                ..self.progress.clone()
            },
            ..self.clone()
        }
    }

    /// Whether the event, as an act of staff, gives money back.
    pub fn gives_back(&self, event: &Event) -> bool {
        match event {
            Event::Refund { .. } => true,
            Event::Cancelled { .. } => self.progress.refundable() > Minor::ZERO,
            _ => false,
        }
    }

    /// When it is due: at the time it was ordered for, or at the one it was rescheduled to.
    pub fn due(&self) -> Due {
        match self.progress.rescheduled_to {
            Some(to) => Due { from: to, to },
            None => self.ordered.due,
        }
    }

    /// When its diner expects it: as it was promised, or as it was ordered.
    pub fn expected_at(&self) -> LocalMinute {
        self.progress.ready_at.unwrap_or(self.due().from)
    }

    /// It is for a certain time, and not for as soon as possible.
    pub fn is_scheduled(&self) -> bool {
        self.ordered.scheduled || self.progress.rescheduled_to.is_some()
    }

    /// In progress. An order that nobody closed counts as over a day after it was due.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        // Local minutes differ from UTC by the time zone; one day covers any difference.
        let due = self.due().to.0 * 60;
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
        let waited = if self.is_scheduled() {
            waited.min(attended())
        } else {
            waited
        };
        self.progress.state == State::Placed && waited > i64::from(restaurant.ordering.answers_within) * 60
    }

    /// When the restaurant got it: it may have been paid later than it was placed.
    pub fn received_on(&self) -> LocalMinute {
        self.local(self.progress.changed_at)
    }

    /// In the local time in which it was placed.
    pub fn local(&self, at: Timestamp) -> LocalMinute {
        self.ordered.placed_on.moved(self.ordered.placed_at, at)
    }

    /// It was paid after the time that the diner chose had begun: the restaurant has to name a new one.
    pub fn is_time_missed(&self) -> bool {
        self.is_scheduled() && self.progress.state == State::Placed && self.received_on() > self.due().from
    }

    /// It is promised for the slot that the diner chose, and for no other time.
    pub fn keeps_slot(&self) -> bool {
        self.is_scheduled() && !self.is_time_missed()
    }

    /// The answer of a restaurant that accepts every order by itself; `None` if somebody has to name a new time.
    pub fn automatic_answer(&self, settings: &OrderSettings) -> Option<Event> {
        if !settings.accepts_itself || self.progress.state != State::Placed || self.is_time_missed() {
            return None;
        }
        let due = self.due().from;
        // A late payment puts off what is made as soon as possible.
        let ready_at = match self.is_scheduled() {
            true => due,
            false => due.moved(self.ordered.placed_at, self.progress.changed_at),
        };
        Some(Event::Accepted { ready_at })
    }

    /// The event that ends an order which the restaurant did not close, a day after it was due. Unpaid
    /// orders are cancelled earlier.
    pub fn overdue_event(&self, now: Timestamp) -> Option<Event> {
        let delivered = matches!(self.ordered.fulfilment, Fulfilment::Delivery(_));
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

/// An order as the holder of its token sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrackedOrder {
    pub token: String,
    pub slug: crate::slug::Slug,
    /// The restaurant's name.
    pub restaurant: String,
    /// For its receipt; a list of orders does without.
    #[serde(default)]
    pub seller: Seller,
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
    /// The time that staff have moved it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescheduled_to: Option<LocalMinute>,
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

crate::codes::codes! {
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

    pub fn is_fulfilled(self) -> bool {
        self.is_over() && !self.is_called_off()
    }

    /// Ended without being fulfilled.
    pub fn is_called_off(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled)
    }
}

crate::codes::codes! {
    /// Who caused an event.
    Actor { Diner = "diner", Staff = "staff", System = "system" }
}

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
            rescheduled_to: None,
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
