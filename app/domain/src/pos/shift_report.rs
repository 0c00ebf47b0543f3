//! The report of a shift: X while it is open, Z once it is closed.

use std::collections::BTreeMap;

use super::{
    PosState,
    bill::Bill,
    order_payment::OrderPayment,
    payment::{Payable, TenderMethod, TillPayment, TillRefund},
    right::{Allowance, Right, VoidReason},
    shift::Shift,
};
use crate::{
    allocate::allocate,
    currency::Minor,
    id::{CashierId, DeviceId, ShiftId},
    tax::Tax,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftReport {
    pub shift: Shift,
    /// The first and last receipt number.
    pub receipts: Option<(u32, u32)>,
    pub payments: usize,
    /// Payments without tips, less refunds.
    pub sales: BTreeMap<TenderMethod, Minor>,
    pub by: BTreeMap<Option<CashierId>, Minor>,
    pub tips: BTreeMap<TenderMethod, Minor>,
    pub rounding: Minor,
    pub refunded: Minor,
    pub differences: Vec<Difference>,
    /// Discounts on the bills that were paid.
    pub discounts: Minor,
    pub taxes: Vec<Tax>,
    /// What needed a right, the oldest first.
    pub guarded: Vec<GuardedAct>,
}

/// Something that needs a right, and by what right it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardedAct {
    pub at: Timestamp,
    pub right: Right,
    pub by: Option<CashierId>,
    pub allowance: Allowance,
    pub amount: Minor,
    pub why: ActReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActReason {
    Typed(String),
    Void {
        count: u16,
        name: String,
        reason: VoidReason,
    },
}

/// Money in the drawer that is neither a sale nor a refund of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub at: Timestamp,
    pub till: DeviceId,
    pub by: Option<CashierId>,
    pub payable: Payable,
    pub method: TenderMethod,
    /// Negative: it was given out.
    pub amount: Minor,
}

/// The sums that the payments of one bill or order are shares of.
struct Whole {
    payable: Minor,
    off: Minor,
    taxes: Vec<Tax>,
}

/// A payment, or as a negative amount a refund.
struct Flow {
    at: Timestamp,
    shift: ShiftId,
    amount: Minor,
}

impl Whole {
    fn of(bill: &Bill) -> Self {
        let sums = bill.sums();
        Self {
            payable: sums.total,
            off: sums.off.iter().copied().sum(),
            taxes: sums.taxes,
        }
    }

    fn of_order(taken: &OrderPayment) -> Self {
        Self {
            payable: taken.payable,
            off: Minor::ZERO,
            taxes: taken.taxes.clone(),
        }
    }

    /// A shift's share of a part of the whole, such as its tax. Each flow counts for the growth of the
    /// covered share that it caused.
    /// So all shifts together account for exactly what was paid, also with double payments and refunds.
    fn own(&self, part: Minor, flows: &[Flow], shift: ShiftId) -> Minor {
        let (mut paid, mut before, mut own) = (Minor::ZERO, Minor::ZERO, Minor::ZERO);
        for flow in flows {
            paid += flow.amount;
            let covered = paid.clamp(Minor::ZERO, self.payable.max(Minor::ZERO));
            let after = allocate(part, &[covered.0, (self.payable - covered).0])
                .first()
                .copied()
                .unwrap_or_default();
            if flow.shift == shift {
                own += after - before;
            }
            before = after;
        }
        own
    }
}

fn flows(payments: &[TillPayment]) -> Vec<Flow> {
    let came = payments.iter().map(|payment| Flow {
        at: payment.at,
        shift: payment.shift,
        amount: payment.amount,
    });
    let went = payments.iter().flat_map(|payment| &payment.refunds);
    let went = went.map(|refund| Flow {
        at: refund.at,
        shift: refund.shift,
        amount: -refund.valid(),
    });
    let mut flows: Vec<Flow> = came.chain(went).collect();
    flows.sort_by_key(|flow| flow.at);
    flows
}

fn closed_at(shift: &Shift) -> Option<Timestamp> {
    shift.closed.as_ref().map(|closed| closed.at)
}

/// The end of the shift before at the same till.
fn end_of_shift_before(pos: &PosState, shift: &Shift) -> Option<Timestamp> {
    let before = |other: &&Shift| other.till == shift.till && other.opened_at < shift.opened_at;
    pos.shifts().filter(before).filter_map(closed_at).max()
}

impl ShiftReport {
    /// `None` if there is no such shift.
    pub fn of(pos: &PosState, id: ShiftId) -> Option<Self> {
        let shift = pos.shift(id)?.clone();
        let mut report = Self {
            shift,
            receipts: None,
            payments: 0,
            sales: BTreeMap::new(),
            by: BTreeMap::new(),
            tips: BTreeMap::new(),
            rounding: Minor::ZERO,
            refunded: Minor::ZERO,
            differences: Vec::new(),
            discounts: Minor::ZERO,
            taxes: Vec::new(),
            guarded: Vec::new(),
        };
        report.add_cash_out();
        let since = end_of_shift_before(pos, &report.shift);
        for bill in pos.bills() {
            report.add(Payable::Bill(bill.id), &bill.payments, || Whole::of(bill));
            report.add_voids(pos, since, bill);
            report.add_discounts(pos, since, bill);
        }
        for taken in pos.order_payments() {
            report.add(Payable::Order(taken.order), &taken.payments, || {
                Whole::of_order(taken)
            });
        }
        report.taxes.sort_by_key(|tax| tax.rate);
        report.differences.sort_by_key(|difference| difference.at);
        report.guarded.sort_by_key(|act| act.at);
        Some(report)
    }

    fn add_cash_out(&mut self) {
        let out = self.shift.moves.iter().filter(|moved| moved.amount < Minor::ZERO);
        self.guarded.extend(out.map(|moved| GuardedAct {
            at: moved.at,
            right: Right::CashOut,
            by: moved.by,
            allowance: moved.allowance,
            amount: moved.amount,
            why: ActReason::Typed(moved.reason.clone()),
        }));
    }

    /// Whether this report tells of something: of its till, since the shift before, and of devices without a drawer.
    fn tells_of(&self, pos: &PosState, since: Option<Timestamp>, (till, at): (DeviceId, Timestamp)) -> bool {
        let is_in_time =
            since.is_none_or(|since| at > since) && closed_at(&self.shift).is_none_or(|end| at <= end);
        // It is in the report of another shift of that device, or will be.
        let has_shift = || {
            pos.shifts()
                .any(|shift| shift.till == till && closed_at(shift).is_none_or(|end| end >= at))
        };
        is_in_time && (till == self.shift.till || !has_shift())
    }

    fn add_voids(&mut self, pos: &PosState, since: Option<Timestamp>, bill: &Bill) {
        let own = bill.voids.iter();
        let own = own.filter(|void| self.tells_of(pos, since, (void.till, void.at)));
        let acts: Vec<GuardedAct> = own
            .map(|void| GuardedAct {
                at: void.at,
                right: Right::Void,
                by: void.by,
                allowance: void.allowance,
                amount: -void.amount,
                why: ActReason::Void {
                    count: void.count,
                    name: void.name.clone(),
                    reason: void.reason,
                },
            })
            .collect();
        self.guarded.extend(acts);
    }

    fn add_discounts(&mut self, pos: &PosState, since: Option<Timestamp>, bill: &Bill) {
        if bill.discounts.is_empty() {
            return;
        }
        let offs = bill.sums().off;
        let given = bill.discounts.iter().zip(offs);
        let given = given.filter_map(|(discount, off)| Some((discount, off, discount.given?)));
        let own = given.filter(|(.., given)| self.tells_of(pos, since, (given.till, given.at)));
        let acts: Vec<GuardedAct> = own
            .map(|(discount, off, given)| GuardedAct {
                at: given.at,
                right: Right::Discount,
                by: discount.by,
                allowance: discount.allowance,
                amount: -off,
                why: ActReason::Typed(discount.reason.clone()),
            })
            .collect();
        self.guarded.extend(acts);
    }

    fn add(&mut self, payable: Payable, payments: &[TillPayment], whole: impl FnOnce() -> Whole) {
        let shift = self.shift.id;
        let flows = flows(payments);
        if flows.iter().all(|flow| flow.shift != shift) {
            return;
        }
        for payment in payments {
            if payment.shift == shift {
                self.take(payable, payment);
            }
            // What was taken in excess is given back first.
            let mut owed = payment.excess;
            for refund in &payment.refunds {
                let of_excess = refund.valid().min(owed);
                owed = owed - of_excess;
                if refund.shift == shift {
                    self.count_refund(payable, payment, refund, of_excess);
                    self.guarded.push(GuardedAct {
                        at: refund.at,
                        right: Right::Refund,
                        by: refund.by,
                        allowance: refund.allowance,
                        amount: -refund.back.amount,
                        why: ActReason::Typed(refund.back.reason.clone()),
                    });
                }
            }
        }
        let whole = whole();
        let came: Vec<Flow> = self::flows(payments)
            .into_iter()
            .filter(|flow| flow.amount > Minor::ZERO)
            .collect();
        self.discounts += whole.own(whole.off, &came, shift);
        for tax in &whole.taxes {
            let (of, part) = (
                whole.own(tax.of, &flows, shift),
                whole.own(tax.tax, &flows, shift),
            );
            match self.taxes.iter_mut().find(|known| known.rate == tax.rate) {
                Some(known) => (known.of, known.tax) = (known.of + of, known.tax + part),
                None => self.taxes.push(Tax {
                    rate: tax.rate,
                    of,
                    tax: part,
                }),
            }
        }
    }

    fn take(&mut self, payable: Payable, payment: &TillPayment) {
        let sale = payment.amount - payment.excess;
        *self.sales.entry(payment.method).or_default() += sale;
        *self.by.entry(payment.by).or_default() += sale;
        self.payments += 1;
        *self.tips.entry(payment.method).or_default() += payment.tip;
        self.rounding += payment.rounding;
        let number = payment.receipt.number;
        let (first, last) = self.receipts.unwrap_or((number, number));
        self.receipts = Some((first.min(number), last.max(number)));
        self.differ(Difference {
            at: payment.at,
            till: payment.receipt.till,
            by: payment.by,
            payable,
            method: payment.method,
            amount: payment.excess,
        });
    }

    fn count_refund(
        &mut self,
        payable: Payable,
        payment: &TillPayment,
        refund: &TillRefund,
        of_excess: Minor,
    ) {
        let sale = refund.valid() - of_excess;
        *self.sales.entry(payment.method).or_default() += -sale;
        *self.by.entry(refund.by).or_default() += -sale;
        self.refunded += sale;
        self.rounding += -refund.back.rounding;
        self.differ(Difference {
            at: refund.at,
            till: self.shift.till,
            by: refund.by,
            payable,
            method: payment.method,
            amount: -(of_excess + refund.excess),
        });
    }

    fn differ(&mut self, difference: Difference) {
        self.differences
            .extend((difference.amount != Minor::ZERO).then_some(difference));
    }

    pub fn tipped(&self) -> Minor {
        self.tips.values().copied().sum()
    }

    /// The card total as the card terminal reports it, tips included.
    pub fn on_cards(&self) -> Minor {
        let of = |amounts: &BTreeMap<TenderMethod, Minor>| {
            amounts.get(&TenderMethod::Card).copied().unwrap_or_default()
        };
        let differences = self.differences.iter();
        let on_cards = differences.filter(|difference| difference.method == TenderMethod::Card);
        of(&self.sales) + of(&self.tips) + on_cards.map(|difference| difference.amount).sum()
    }

    pub fn total(&self) -> Minor {
        self.sales.values().copied().sum()
    }
}

#[cfg(test)]
mod tests;
