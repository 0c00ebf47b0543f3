//! The state that all parts of the till share: the current bill and the open dialog.

use std::{collections::BTreeSet, ops::Deref, sync::Arc};

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::{BillId, DishId, LineId, PaymentId, ShiftId, TicketId},
    pos::{
        bill::{Bill, Seat},
        op::Action,
        payment::Payable,
        shift::Shift,
        ticket::changes,
    },
};

use crate::pages::staff::{screen::Screen, shift::own_shift};

#[derive(Clone)]
pub struct TillState {
    pub screen: Screen,
    /// The current bill.
    pub at: RwSignal<Option<BillId>>,
    pub over: RwSignal<Option<TillDialog>>,
    /// How many guests still share the rest of a bill.
    pub sharing: RwSignal<Option<(BillId, usize)>>,
}

/// What a card reader is to charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    pub payable: Payable,
    pub amount: Minor,
    pub tip: Minor,
    /// How many guests share what is left of a bill then.
    pub sharers: usize,
}

/// The dialogs of the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TillDialog {
    Options(DishId),
    Stock(DishId),
    Line(LineId),
    Discount(Option<LineId>),
    Void(LineId, u16),
    More,
    Bill,
    Name,
    Guests,
    Move,
    Merge,
    Split,
    Pay,
    Reader(Charge),
    Payments,
    Receipt(Payable, PaymentId),
    Refund(Payable, PaymentId),
    Receipts,
    /// A new order by phone.
    Phone,
    /// Name, time and address of the current bill's.
    PhoneDetails,
    Tables,
    OpenShift,
    MoveCash,
    CloseShift(ShiftId),
    Report(ShiftId),
    Shifts,
}

impl Deref for TillState {
    type Target = Screen;

    fn deref(&self) -> &Screen {
        &self.screen
    }
}

impl TillState {
    pub fn close(&self) -> Callback<()> {
        let over = self.over;
        Callback::new(move |()| over.set(None))
    }

    /// Submits the action and closes the dialog once it is done.
    pub fn submit_and_close(&self, action: Action) {
        let over = self.over;
        self.submit_once(action, move || over.set(None));
    }

    /// The current bill, or the one that it was merged into.
    pub fn bill(&self) -> Memo<Option<Arc<Bill>>> {
        let (pos, at) = (self.pos, self.at);
        Memo::new(move |_| pos.with(|pos| pos.merged_bill(at.get()?).cloned()).map(Arc::new))
    }

    pub fn shift(&self) -> Option<Shift> {
        self.pos.with(|pos| own_shift(pos, self.client.as_ref()).cloned())
    }

    /// Opens a bill and makes it current. An empty current bill at the same seat is used instead.
    pub fn open(&self, seat: Seat) {
        let (at, over) = (self.at, self.over);
        let will_do =
            |bill: &Bill| bill.seat == seat && bill.lines.is_empty() && bill.name.is_empty() && !bill.closed;
        if self.pos.with_untracked(|pos| {
            at.get_untracked()
                .and_then(|at| pos.merged_bill(at))
                .is_some_and(will_do)
        }) {
            return over.set(None);
        }
        let bill = BillId(self.client.id());
        self.submit_once(self.opening(bill, seat), move || {
            at.set(Some(bill));
            over.set(None);
        });
    }

    /// The bill to ring up dishes on: a new one at the counter if there is no current bill or it is paid.
    pub fn bill_for_new_line(&self) -> BillId {
        let paid = |bill: &BillId| {
            self.pos
                .with_untracked(|pos| pos.merged_bill(*bill).is_some_and(|bill| bill.closed))
        };
        if let Some(bill) = self.at.get_untracked().filter(|bill| !paid(bill)) {
            return bill;
        }
        let (bill, at) = (BillId(self.client.id()), self.at);
        // Current before the op is stored, because further taps are meant for it.
        at.set(Some(bill));
        self.submit_with(self.opening(bill, Seat::Counter), move |done| {
            if !done {
                at.update(|at| *at = at.filter(|at| *at != bill));
            }
        });
        bill
    }

    fn opening(&self, bill: BillId, seat: Seat) -> Action {
        Action::Open {
            bill,
            seat,
            plus_tax: !self.premises.listing.restaurant.tax.included,
        }
    }

    /// What the kitchen has been told is taken back with a reason.
    pub fn change_count(&self, line: LineId, by: i16) {
        let Some(bill) = self.at.get_untracked() else {
            return;
        };
        let known = self.pos.with_untracked(|pos| {
            pos.merged_bill(bill)?
                .line(line)
                .map(|line| (line.count, line.sent))
        });
        let (count, sent) = known.unwrap_or_default();
        let unsent = i16::try_from(count.saturating_sub(sent)).unwrap_or(i16::MAX);
        let by_count = by.max(-unsent);
        if by_count != 0 {
            self.submit(Action::Count {
                bill,
                line,
                by: by_count,
            });
        }
        if let Ok(told @ 1..) = u16::try_from(by_count - by) {
            self.over.set(Some(TillDialog::Void(line, told)));
        }
    }

    /// Sends the kitchen what it does not have yet: one ticket for each course, the earliest first.
    pub fn unsent_tickets(&self, bill: &Bill) -> Vec<Action> {
        let unsent = bill.lines.iter().filter(|line| line.unsent() != 0);
        let courses: BTreeSet<u8> = unsent.map(|line| line.course).collect();
        let ticket = |course: u8| {
            let of_course = |line: LineId| bill.line(line).is_some_and(|line| line.course == course);
            let changes = changes(bill).into_iter();
            Action::Send {
                bill: bill.id,
                ticket: TicketId(self.client.id()),
                changes: changes.filter(|change| of_course(change.line)).collect(),
            }
        };
        courses.into_iter().map(ticket).collect()
    }
}
