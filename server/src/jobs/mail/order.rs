//! Mails to diners about their order.

use servery_app::{
    components::opening::weekday,
    text::{
        Texts,
        mail::{Key, write},
    },
};
use servery_domain::{
    basket::Fulfilment,
    currency::Minor,
    lang::Lang,
    order::{CommonReason, Event, Order, Ordered},
    order_settings::PaymentMethod,
    quote::Sum,
    restaurant::Restaurant,
    time::LocalMinute,
};
use servery_store::orders::Tracked;

use super::letter::{Letter, LetterRow};

struct Writing<'a> {
    lang: Lang,
    order: &'a Order,
    restaurant: &'a Restaurant,
}

/// Title and text of a push notification.
pub fn notice(order: &Order, lang: Lang, event: &Event, restaurant: &Restaurant) -> Option<(String, String)> {
    let letter = Writing {
        lang,
        order,
        restaurant,
    }
    .about(event)?;
    let text = letter.text().trim_end().replace("\n\n", "\n");
    Some((letter.subject, text))
}

/// `None` for an event that sends no mail.
pub fn letter(tracked: &Tracked, event: &Event, restaurant: &Restaurant, public_url: &str) -> Option<Letter> {
    let order = &tracked.order;
    let writing = Writing {
        lang: order.ordered.lang,
        order,
        restaurant,
    };
    let word = |key| writing.word(key, &[]);
    let letter = writing.about(event)?.link(
        word(Key::Follow),
        format!("{public_url}/orders/{}", tracked.token),
    );
    Some(match restaurant.phone.is_empty() {
        true => letter,
        false => letter.text_block(writing.word(Key::Call, &[("phone", &restaurant.phone)])),
    })
}

impl Writing<'_> {
    fn word(&self, key: Key, values: &[(&str, &str)]) -> String {
        let number = self.order.number.to_string();
        let known = [("number", number.as_str()), ("restaurant", &self.restaurant.name)];
        write(self.lang, key, &[known.as_slice(), values].concat())
    }

    fn money(&self, amount: Minor) -> String {
        self.lang.money(amount, self.order.ordered.currency)
    }

    fn about(&self, event: &Event) -> Option<Letter> {
        let start = |subject| Letter::new(self.lang, self.word(subject, &[]));
        Some(match event {
            Event::Placed | Event::Paid { .. } | Event::PaysAtDoor => {
                self.confirmation(start(Key::PlacedSubject))
            }
            Event::Accepted { ready_at } => {
                let key = self.by_service(Key::AcceptedCollection, Key::AcceptedDelivery, Key::AcceptedTable);
                let promised = self.order.progress.ready_at.unwrap_or(*ready_at);
                start(Key::AcceptedSubject).text_block(self.word(key, &[("time", &self.time(promised))]))
            }
            Event::Rescheduled { to } => start(Key::RescheduledSubject)
                .text_block(self.word(Key::RescheduledLead, &[("time", &self.time(*to))])),
            Event::Rejected { reason } => self.off(start(Key::RejectedSubject), Key::RejectedLead, reason),
            Event::Cancelled { reason } => self.off(start(Key::CancelledSubject), Key::CancelledLead, reason),
            Event::Ready => {
                let at = &self.restaurant.address;
                let address = format!("{}, {} {}", at.street, at.postcode, at.city);
                let key = self.by_service(Key::ReadyCollection, Key::ReadyDelivery, Key::ReadyTable);
                start(Key::ReadySubject).text_block(self.word(key, &[("address", &address)]))
            }
            Event::OutForDelivery => {
                start(Key::OnItsWaySubject).text_block(self.word(Key::OnItsWayLead, &[]))
            }
            Event::Refunded { number, amount } => {
                let amount = [("amount", &*self.money(*amount))];
                let letter = Letter::new(self.lang, self.word(Key::RefundedSubject, &amount))
                    .text_block(self.word(Key::RefundedLead, &amount));
                let refund = self.order.progress.payment.refunds.get(*number);
                self.because(letter, refund.map_or("", |refund| &refund.reason))
            }
            Event::Preparing | Event::Collected | Event::Delivered | Event::Refund { .. } => return None,
        })
    }

    fn by_service(&self, collection: Key, delivery: Key, table: Key) -> Key {
        match self.order.ordered.fulfilment {
            Fulfilment::Collection => collection,
            Fulfilment::Delivery(_) => delivery,
            Fulfilment::Table(_) => table,
        }
    }

    fn off(&self, letter: Letter, lead: Key, reason: &str) -> Letter {
        let letter = self.because(letter.text_block(self.word(lead, &[])), reason);
        match self.order.progress.payment.paid > Minor::ZERO {
            true => letter.text_block(self.word(Key::MoneyBack, &[])),
            false => letter,
        }
    }

    fn because(&self, letter: Letter, reason: &str) -> Letter {
        let common = CommonReason::from_code(reason).map(|reason| match reason {
            CommonReason::Busy => Key::ReasonBusy,
            CommonReason::SoldOut => Key::ReasonSoldOut,
            CommonReason::Closed => Key::ReasonClosed,
            CommonReason::Area => Key::ReasonArea,
        });
        let reason = common.map_or_else(|| reason.to_owned(), |key| self.word(key, &[]));
        if reason.is_empty() {
            letter
        } else {
            letter.text_block(self.word(Key::Reason, &[("reason", &reason)]))
        }
    }

    fn confirmation(&self, letter: Letter) -> Letter {
        let Ordered { due, total, .. } = self.order.ordered.as_ref();
        let key = self.by_service(Key::DueCollection, Key::DueDelivery, Key::DueTable);
        let time = match due.from == due.to {
            true => self.time(due.from),
            false => format!("{}–{}", self.time(due.from), due.to.clock()),
        };
        let paid = match self.order.progress.payment.method {
            PaymentMethod::Card => Key::Paid,
            PaymentMethod::Door => Key::PaysAtDoor,
        };
        let mut sums: Vec<LetterRow> = self.order.ordered.sums.iter().map(|sum| self.sum(sum)).collect();
        sums.push(row(self.word(Key::SumTotal, &[]), self.money(*total)));
        sums.extend(self.included_taxes());
        letter
            .text_block(self.word(Key::PlacedLead, &[]))
            .text_block(self.word(key, &[("time", &time)]))
            .rows(self.lines())
            .rows(sums)
            .text_block(self.word(paid, &[]))
    }

    fn lines(&self) -> Vec<LetterRow> {
        let mut rows = Vec::new();
        for line in &self.order.ordered.lines {
            let name = self.word(
                Key::Line,
                &[("count", &line.count.to_string()), ("name", &line.name)],
            );
            rows.push(row(name, self.money(line.sum)));
            // Nobody has confirmed the address: words that the diner typed would be sent to anybody.
            rows.extend(line.picks.iter().map(|pick| minor(pick.name.clone())));
        }
        rows
    }

    fn sum(&self, sum: &Sum) -> LetterRow {
        let name = match sum {
            Sum::Dishes(_) => self.word(Key::SumDishes, &[]),
            Sum::Coupon { code, .. } => self.word(Key::SumCoupon, &[("code", code)]),
            Sum::Delivery { .. } => self.word(Key::SumDelivery, &[]),
            Sum::Service { .. } => self.word(Key::SumService, &[]),
            Sum::Tax { name, rate, .. } => self.word(
                Key::SumTax,
                &[("name", name), ("rate", &Texts::of(self.lang).percent(*rate))],
            ),
            Sum::Tip(_) => self.word(Key::SumTip, &[]),
        };
        row(name, self.money(sum.amount()))
    }

    /// Taxes that the prices include; they are not part of the sums.
    fn included_taxes(&self) -> Vec<LetterRow> {
        let Restaurant { tax: rules, .. } = self.restaurant;
        let taxes = self.order.ordered.taxes.iter().filter(|_| rules.included);
        let name = |rate| {
            self.word(
                Key::TaxIncluded,
                &[
                    ("name", &rules.name),
                    ("rate", &Texts::of(self.lang).percent(rate)),
                ],
            )
        };
        taxes
            .map(|tax| LetterRow {
                minor: true,
                ..row(name(tax.rate), self.money(tax.tax))
            })
            .collect()
    }

    /// `18:30`, with the weekday if it is another day than that of the order.
    fn time(&self, at: LocalMinute) -> String {
        match at.days_after(self.order.ordered.placed_on) {
            0 => at.clock(),
            _ => format!("{} {}", weekday(Texts::of(self.lang), at.weekday()), at.clock()),
        }
    }
}

fn row(name: String, value: String) -> LetterRow {
    LetterRow {
        name,
        value,
        minor: false,
    }
}

fn minor(name: String) -> LetterRow {
    LetterRow {
        name,
        value: String::new(),
        minor: true,
    }
}
