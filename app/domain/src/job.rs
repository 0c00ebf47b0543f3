//! What follows from an event outside of the books: it is stored with the event, and done afterwards until it worked.

use serde::{Deserialize, Serialize};

use crate::{
    account::MailPurpose,
    currency::Minor,
    id::{OrderId, PaymentId, RestaurantId, VisitorId},
    lang::Lang,
    order::{Event, Order},
    pos::bill::Bill,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Tell the diner by mail what happened.
    Mail { order: OrderId, event: Event },
    /// Tell a browser that asked to be told.
    Push {
        order: OrderId,
        event: Event,
        browser: VisitorId,
    },
    /// Give back what was promised.
    Refund {
        order: OrderId,
        number: usize,
        amount: Minor,
    },
    /// Give back what a second card was charged for an order that was paid.
    GiveBack { intent: String, amount: Minor },
    /// Send the holder of this address a link, if there is one: asking for it looks the same either way.
    /// Its token is made when the mail is.
    AccountMail { email: String, purpose: MailPurpose },
    /// Send a guest the receipt of a payment, with the bill as it was when that was asked for.
    ReceiptMail {
        restaurant: RestaurantId,
        bill: Box<Bill>,
        payment: PaymentId,
        to: String,
        lang: Lang,
    },
}

impl Job {
    /// It is never given up.
    pub const fn owes_money(&self) -> bool {
        matches!(self, Self::Refund { .. } | Self::GiveBack { .. })
    }

    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Push { .. } => "push",
            Self::Refund { .. } => "refund",
            Self::GiveBack { .. } => "give_back",
            Self::AccountMail { .. } => "account_mail",
            Self::ReceiptMail { .. } => "receipt_mail",
        }
    }
}

/// What an event that led from the order as it was to this one asks to be done; `browsers` are those that want to be told.
pub fn follow_ups(before: &Order, order: &Order, event: &Event, browsers: &[VisitorId]) -> Vec<Job> {
    let mut jobs = Vec::new();
    let worth_a_mail = match event {
        // An order that waits for its money is confirmed when that is there.
        Event::Placed | Event::Paid { .. } | Event::PaysAtDoor => {
            order.progress.state == crate::order::State::Placed
        }
        Event::Preparing | Event::Collected | Event::Delivered | Event::Refund { .. } => false,
        _ => true,
    };
    if worth_a_mail && !order.ordered.contact.email.is_empty() {
        jobs.push(Job::Mail {
            order: order.id,
            event: event.clone(),
        });
    }
    if matches!(
        event,
        Event::Accepted { .. }
            | Event::Rejected { .. }
            | Event::Ready
            | Event::OutForDelivery
            | Event::Cancelled { .. }
    ) {
        jobs.extend(browsers.iter().map(|browser| Job::Push {
            order: order.id,
            event: event.clone(),
            browser: *browser,
        }));
    }
    let known = before.progress.payment.refunds.len();
    let promised = order.progress.payment.refunds.iter().enumerate().skip(known);
    jobs.extend(promised.map(|(number, refund)| Job::Refund {
        order: order.id,
        number,
        amount: refund.amount,
    }));
    jobs
}
