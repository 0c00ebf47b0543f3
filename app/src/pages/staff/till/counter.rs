//! What all parts of the till share: the desk, the menu, which bill is in hand, and what lies over it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{
    currency::Minor,
    house::{
        House, Thing,
        bill::{Bill, Seat},
        op::{Action, Refusal},
        shift::Shift,
    },
    id::{BillId, DishId, LineId, PaymentId, TableId},
};

use super::super::Premises;
use crate::{
    desk::{Desk, NotDone},
    text::{Texts, staff::Key},
};

#[derive(Clone)]
pub struct Counter {
    pub texts: Texts,
    pub premises: Premises,
    pub desk: Arc<dyn Desk>,
    pub house: ReadSignal<Arc<House>>,
    /// The bill in hand.
    pub at: RwSignal<Option<BillId>>,
    pub over: RwSignal<Option<Over>>,
    /// What was not done, and why.
    pub wrong: RwSignal<Option<String>>,
}

/// What lies over the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Options(DishId),
    Line(LineId),
    Discount(Option<LineId>),
    Name,
    Guests,
    Move,
    Merge,
    Split,
    Pay,
    Payments,
    Receipt(BillId, PaymentId),
    Phone,
    Tables,
    OpenShift,
    MoveCash,
    CloseShift,
    Report,
}

impl Counter {
    pub fn word(&self, key: Key) -> &'static str {
        self.texts.get(key)
    }

    pub fn money(&self, amount: Minor) -> String {
        self.texts.lang.money(amount, self.premises.menu.currency)
    }

    /// An amount as somebody typed it.
    pub fn amount(&self, typed: &str) -> Option<Minor> {
        self.premises.menu.currency.read(typed.trim().replace(',', ".").as_str())
    }

    pub fn close(&self) -> Callback<()> {
        let over = self.over;
        Callback::new(move |()| over.set(None))
    }

    /// What is not done is said; then nothing follows from it.
    pub fn ask(&self, action: Action) {
        self.ask_then(action, |_| ());
    }

    pub fn ask_then(&self, action: Action, then: impl FnOnce(&Self) + 'static) {
        let counter = self.clone();
        counter.wrong.set(None);
        spawn_local(async move {
            match counter.desk.ask(action).await {
                Ok(_) => then(&counter),
                Err(why) => counter.wrong.set(Some(not_done(counter.texts, &why))),
            }
        });
    }

    /// The bill in hand, as it is now; the one that took it over, if it was merged.
    pub fn bill(&self) -> Memo<Option<Bill>> {
        let (house, at) = (self.house, self.at);
        Memo::new(move |_| house.with(|house| house.live(at.get()?).cloned()))
    }

    pub fn shift(&self) -> Option<Shift> {
        self.house.with(|house| own_shift(house, self.desk.as_ref()).cloned())
    }

    /// Opens a bill and takes it in hand.
    pub fn open(&self, seat: Seat) {
        let bill = BillId(self.desk.id());
        let plus_tax = !self.premises.listed.restaurant.tax.included;
        self.ask_then(Action::Open { bill, seat, plus_tax }, move |counter| {
            counter.at.set(Some(bill));
            counter.over.set(None);
        });
    }

    pub fn table_name(&self, table: TableId) -> String {
        let name = self.house.with(|house| house.table(table).map(|table| table.plan.name.clone()));
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "?".to_owned())
    }

    /// Where its guests are, or what they are called.
    pub fn label(&self, bill: &Bill) -> String {
        let seat = match &bill.seat {
            Seat::Counter => self.word(Key::SeatCounter).to_owned(),
            Seat::Away => self.word(Key::SeatAway).to_owned(),
            Seat::Table(table) => self.texts.fill(Key::SeatTable, &[("name", &self.table_name(*table))]),
            Seat::Phone { name, .. } => self.texts.fill(Key::SeatPhone, &[("name", name)]),
        };
        if bill.name.is_empty() { seat } else { format!("{seat} · {}", bill.name) }
    }
}

pub fn own_shift<'h>(house: &'h House, desk: &dyn Desk) -> Option<&'h Shift> {
    let device = desk.paired()?.device;
    house.shift(house.till(device)?.shift?)
}

pub fn live_bills(house: &House) -> Vec<&Bill> {
    let bills = house.things().filter_map(|thing| if let Thing::Bill(bill) = thing { Some(bill) } else { None });
    let mut bills: Vec<&Bill> = bills.filter(|bill| bill.is_live()).collect();
    bills.sort_by_key(|bill| (bill.opened_at, bill.id));
    bills
}

pub fn not_done(texts: Texts, why: &NotDone) -> String {
    match why {
        NotDone::Refused(refusal) => refused(texts, refusal),
        NotDone::NoRoom => texts.get(Key::NotDoneNoRoom).to_owned(),
        NotDone::NotKept => texts.get(Key::NotDoneNotKept).to_owned(),
    }
}

/// In words for whoever stands at the till.
pub fn refused(texts: Texts, refusal: &Refusal) -> String {
    let key = match refusal {
        Refusal::SoldOut { left: 0 } => Key::RefusedSoldOut,
        Refusal::SoldOut { left } => return texts.count(Key::RefusedFewLeft, *left as usize),
        Refusal::Unknown => Key::RefusedUnknown,
        Refusal::Taken => Key::RefusedTaken,
        Refusal::TooFew => Key::RefusedTooFew,
        Refusal::Closed => Key::RefusedClosed,
        Refusal::Begun => Key::RefusedBegun,
        Refusal::InUse => Key::RefusedInUse,
        Refusal::Order(_) => Key::RefusedOrder,
        Refusal::Forbidden => Key::RefusedForbidden,
        Refusal::Malformed(_) => Key::RefusedMalformed,
    };
    texts.get(key).to_owned()
}
