//! The receipt of a payment at a till, for a guest who asked for it by mail.

use servery_app::text::{
    Texts,
    mail::{Key, write},
};
use servery_domain::{
    currency::Minor,
    lang::Lang,
    pos::{
        bill::{Bill, Sums},
        payment::{TenderMethod, TillPayment},
    },
    restaurant::Restaurant,
    time::LocalMinute,
};

use super::letter::{Letter, LetterRow};

struct MailedReceipt<'a> {
    lang: Lang,
    restaurant: &'a Restaurant,
    bill: &'a Bill,
    payment: &'a TillPayment,
}

/// `at` is in the restaurant's local time.
pub fn letter(
    lang: Lang,
    restaurant: &Restaurant,
    bill: &Bill,
    payment: &TillPayment,
    at: LocalMinute,
) -> Letter {
    let slip = MailedReceipt {
        lang,
        restaurant,
        bill,
        payment,
    };
    let number = payment.receipt.to_string();
    let time = at.to_string().replace('T', " ");
    let subject = slip.word(
        Key::ReceiptSubject,
        &[("number", &number), ("restaurant", &restaurant.name)],
    );
    let place = &restaurant.address;
    let sums = bill.sums();
    Letter::new(lang, subject)
        .text_block(format!(
            "{}\n{}, {} {}",
            restaurant.name, place.street, place.postcode, place.city
        ))
        .text_block(slip.word(Key::ReceiptNumber, &[("number", &number), ("time", &time)]))
        .rows(slip.lines())
        .rows(slip.sums(&sums))
        .rows(slip.paid())
}

impl MailedReceipt<'_> {
    fn word(&self, key: Key, values: &[(&str, &str)]) -> String {
        write(self.lang, key, values)
    }

    fn row(&self, name: String, amount: Minor) -> LetterRow {
        LetterRow {
            name,
            value: self.lang.money(amount, self.restaurant.currency),
            minor: false,
        }
    }

    fn lines(&self) -> Vec<LetterRow> {
        let mut rows = Vec::new();
        for line in self.bill.lines.iter().filter(|line| line.count > 0) {
            let name = self.word(
                Key::Line,
                &[("count", &line.count.to_string()), ("name", &line.name)],
            );
            rows.push(self.row(name, line.sum()));
            rows.extend(line.picks.iter().map(|pick| LetterRow {
                name: pick.name.clone(),
                value: String::new(),
                minor: true,
            }));
        }
        rows
    }

    fn sums(&self, sums: &Sums) -> Vec<LetterRow> {
        let off = self
            .bill
            .discounts
            .iter()
            .zip(&sums.off)
            .map(|(discount, off)| self.row(discount.reason.clone(), -*off));
        let mut rows: Vec<LetterRow> = off.collect();
        if sums.fee != Minor::ZERO {
            rows.push(self.row(self.word(Key::SumDelivery, &[]), sums.fee));
        }
        let key = if self.bill.plus_tax {
            Key::TaxAdded
        } else {
            Key::TaxIncluded
        };
        let taxes = sums.taxes.iter().map(|tax| {
            let rate = Texts::of(self.lang).percent(tax.rate);
            let name = self.word(key, &[("name", &self.restaurant.tax.name), ("rate", &rate)]);
            LetterRow {
                minor: true,
                ..self.row(name, tax.tax)
            }
        });
        let taxes: Vec<LetterRow> = taxes.collect();
        // A tax on top of the prices comes before the total; an included tax comes after it.
        let (added, within) = if self.bill.plus_tax {
            (taxes, Vec::new())
        } else {
            (Vec::new(), taxes)
        };
        rows.extend(added);
        rows.push(self.row(self.word(Key::SumTotal, &[]), sums.total));
        rows.extend(within);
        rows
    }

    fn paid(&self) -> Vec<LetterRow> {
        let payment = self.payment;
        let method = match payment.method {
            TenderMethod::Cash => Key::ReceiptCash,
            TenderMethod::Card => Key::ReceiptCard,
        };
        let further = [
            (Key::SumTip, payment.tip),
            (Key::ReceiptRounding, payment.rounding),
            (Key::ReceiptGiven, payment.given),
            (
                Key::ReceiptChange,
                if payment.given > Minor::ZERO {
                    payment.change()
                } else {
                    Minor::ZERO
                },
            ),
            (Key::ReceiptGivenBack, payment.refunded()),
        ];
        let further = further.into_iter().filter(|(_, amount)| *amount != Minor::ZERO);
        [(method, payment.amount)]
            .into_iter()
            .chain(further)
            .map(|(key, amount)| self.row(self.word(key, &[]), amount))
            .collect()
    }
}
