//! What a shift has brought: the X report while it is open, the Z report once it is closed.

use std::collections::BTreeMap;

use super::{
    House,
    bill::Bill,
    payment::{Payment, Way},
    shift::Shift,
    taken::Taken,
};
use crate::{
    currency::Minor,
    id::{CashierId, ShiftId},
    share::share,
    tax::Tax,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub shift: Shift,
    /// The numbers of its receipts.
    pub receipts: Option<(u32, u32)>,
    pub payments: usize,
    /// Towards bills, without tips, less what was given back.
    pub sales: BTreeMap<Way, Minor>,
    pub by: BTreeMap<Option<CashierId>, Minor>,
    pub tips: Minor,
    pub rounding: Minor,
    pub refunded: Minor,
    /// What was taken off the bills that were paid.
    pub discounts: Minor,
    pub taxes: Vec<Tax>,
}

/// What payments have a share of, and what nobody has paid of it.
struct Whole {
    open: Minor,
    off: Minor,
    taxes: Vec<Tax>,
}

impl Whole {
    fn of(bill: &Bill) -> Self {
        let sums = bill.sums();
        Self { open: (sums.total - bill.paid()).max(Minor::ZERO), off: sums.off.iter().copied().sum(), taxes: sums.taxes }
    }

    fn of_order(taken: &Taken) -> Self {
        Self { open: Minor::ZERO, off: Minor::ZERO, taxes: taken.taxes.clone() }
    }
}

impl Report {
    /// `None` if the house has no such shift.
    pub fn of(house: &House, id: ShiftId) -> Option<Self> {
        let shift = house.shift(id)?.clone();
        let mut report = Self {
            shift,
            receipts: None,
            payments: 0,
            sales: BTreeMap::new(),
            by: BTreeMap::new(),
            tips: Minor::ZERO,
            rounding: Minor::ZERO,
            refunded: Minor::ZERO,
            discounts: Minor::ZERO,
            taxes: Vec::new(),
        };
        house.bills().for_each(|bill| report.add(&bill.payments, id, || Whole::of(bill)));
        house.takings().for_each(|taken| report.add(&taken.payments, id, || Whole::of_order(taken)));
        report.taxes.sort_by_key(|tax| tax.rate);
        Some(report)
    }

    fn add(&mut self, payments: &[Payment], shift: ShiftId, whole: impl FnOnce() -> Whole) {
        let of_shift = |payment: &Payment| payment.shift == shift;
        if !payments.iter().any(of_shift) {
            return;
        }
        for payment in payments.iter().filter(|payment| of_shift(payment)) {
            let kept = payment.amount - payment.refunded;
            *self.sales.entry(payment.way).or_default() += kept;
            *self.by.entry(payment.by).or_default() += kept;
            self.payments += 1;
            self.tips += payment.tip;
            self.rounding += payment.rounding;
            self.refunded += payment.refunded;
            let number = payment.receipt.number;
            let (first, last) = self.receipts.unwrap_or((number, number));
            self.receipts = Some((first.min(number), last.max(number)));
        }
        let whole = whole();
        // Each payment has its share of the discounts and taxes, so that all shifts together have the whole.
        let kept = |payment: &Payment| (payment.amount - payment.refunded).0;
        let weights: Vec<i64> = payments.iter().map(kept).chain([whole.open.0]).collect();
        let own = |amount: Minor| -> Minor {
            let parts = share(amount, &weights).into_iter().zip(payments);
            parts.filter(|(_, payment)| of_shift(payment)).map(|(part, _)| part).sum()
        };
        self.discounts += own(whole.off);
        for tax in whole.taxes {
            let (of, part) = (own(tax.of), own(tax.tax));
            match self.taxes.iter_mut().find(|known| known.rate == tax.rate) {
                Some(known) => (known.of, known.tax) = (known.of + of, known.tax + part),
                None => self.taxes.push(Tax { rate: tax.rate, of, tax: part }),
            }
        }
    }

    pub fn total(&self) -> Minor {
        self.sales.values().copied().sum()
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
