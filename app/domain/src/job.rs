//! Jobs: what has to be done outside the database after an event. They are stored with the event and
//! retried until they succeed.

use serde::{Deserialize, Serialize};

use crate::{
    account::MailPurpose,
    currency::Minor,
    id::{InvitationId, OrderId, PaymentId, RestaurantId, VisitorId},
    lang::Lang,
    order::{Event, Order},
    pos::bill::Bill,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Mails the diner about the event.
    Mail { order: OrderId, event: Event },
    /// Notifies a browser that subscribed.
    Push {
        order: OrderId,
        event: Event,
        browser: VisitorId,
    },
    /// Gives money back to the card that a till's reader has charged.
    RefundReaderPayment { payment: PaymentId, amount: Minor },
    /// Asks the payment provider for a promised refund.
    Refund {
        order: OrderId,
        number: usize,
        amount: Minor,
    },
    /// Refunds a second charge for an order that was already paid.
    RefundExtraCharge {
        order: OrderId,
        intent: String,
        amount: Minor,
    },
    /// Mails a link to the account with this address, if there is one: the answer to the request is the
    /// same either way.
    /// The token is created when the mail is written.
    AccountMail { email: String, purpose: MailPurpose },
    /// Mails a colleague's invitation. The token of its link is created when the mail is written.
    InvitationMail { invitation: InvitationId, lang: Lang },
    /// Mails to the address of a deleted account that it was deleted.
    DeletionMail { email: String, lang: Lang },
    /// Mails the receipt of a payment, with the bill as it was at the time of the request.
    ReceiptMail {
        restaurant: RestaurantId,
        bill: Box<Bill>,
        payment: PaymentId,
        to: String,
        lang: Lang,
    },
}

crate::codes::codes! {
    /// Jobs of different lanes do not wait for each other: a mail server that does not answer holds up no refund.
    Lane { Money = "money", Mail = "mail", Push = "push" }
}

impl Lane {
    /// The kinds of jobs in it.
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Money => &["refund", "refund_extra_charge", "refund_reader_payment"],
            Self::Mail => &[
                "mail",
                "account_mail",
                "invitation_mail",
                "deletion_mail",
                "receipt_mail",
            ],
            Self::Push => &["push"],
        }
    }
}

impl Job {
    /// Such a job is retried until it succeeds.
    pub const fn owes_money(&self) -> bool {
        matches!(
            self,
            Self::Refund { .. } | Self::RefundExtraCharge { .. } | Self::RefundReaderPayment { .. }
        )
    }

    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Push { .. } => "push",
            Self::Refund { .. } => "refund",
            Self::RefundExtraCharge { .. } => "refund_extra_charge",
            Self::RefundReaderPayment { .. } => "refund_reader_payment",
            Self::AccountMail { .. } => "account_mail",
            Self::InvitationMail { .. } => "invitation_mail",
            Self::DeletionMail { .. } => "deletion_mail",
            Self::ReceiptMail { .. } => "receipt_mail",
        }
    }
}

/// The jobs that follow from an event; `browsers` are subscribed to notifications of the order.
pub fn follow_ups(before: &Order, order: &Order, event: &Event, browsers: &[VisitorId]) -> Vec<Job> {
    let mut jobs = Vec::new();
    let worth_a_mail = match event {
        // An unpaid order is confirmed once it is paid.
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
            | Event::Rescheduled { .. }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pos::bill::Seat, time::Timestamp};

    #[test]
    fn every_job_is_in_one_lane() {
        let (order, amount) = (OrderId(1), Minor(1));
        let bill = Bill::new(crate::id::BillId(1), Seat::Counter, Timestamp(0));
        let jobs = [
            (
                Job::Mail {
                    order,
                    event: Event::Ready,
                },
                Lane::Mail,
            ),
            (
                Job::Push {
                    order,
                    event: Event::Ready,
                    browser: VisitorId(1),
                },
                Lane::Push,
            ),
            (
                Job::Refund {
                    order,
                    number: 0,
                    amount,
                },
                Lane::Money,
            ),
            (
                Job::RefundExtraCharge {
                    order,
                    intent: String::new(),
                    amount,
                },
                Lane::Money,
            ),
            (
                Job::RefundReaderPayment {
                    payment: PaymentId(1),
                    amount,
                },
                Lane::Money,
            ),
            (
                Job::AccountMail {
                    email: String::new(),
                    purpose: MailPurpose::Reset,
                },
                Lane::Mail,
            ),
            (
                Job::InvitationMail {
                    invitation: InvitationId(1),
                    lang: Lang::English,
                },
                Lane::Mail,
            ),
            (
                Job::ReceiptMail {
                    restaurant: RestaurantId(1),
                    bill: Box::new(bill),
                    payment: PaymentId(1),
                    to: String::new(),
                    lang: Lang::English,
                },
                Lane::Mail,
            ),
        ];
        for (job, own) in jobs {
            let lanes = Lane::ALL.iter().filter(|lane| lane.kinds().contains(&job.kind()));
            assert_eq!(lanes.collect::<Vec<_>>(), [&own], "{}", job.kind());
        }
    }
}
