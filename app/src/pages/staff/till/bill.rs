//! The current bill: its lines, its total and its buttons.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{BillId, LineId},
    pos::{
        bill::{Bill, BillLine, Off, Sums},
        op::Action,
    },
    tax::TaxRate,
};

use super::{
    phone::destination,
    till_state::{TillDialog, TillState},
};
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

type InHand = Memo<Option<Arc<Bill>>>;

/// Reads a value of the current bill; the default if there is none.
fn read<T: Default>(bill: InHand, read: impl FnOnce(&Bill) -> T) -> T {
    bill.with(|bill| bill.as_deref().map_or_else(T::default, read))
}

#[component]
pub fn BillInHand(till: TillState) -> impl IntoView {
    let bill = till.bill();
    let some = Memo::new(move |_| bill.with(Option::is_some));
    move || match some.get() {
        true => Either::Left(bill_view(&till, bill)),
        false => Either::Right(
            view! { <section class="bill none"><p class="empty">{till.text(Key::BillNone)}</p></section> },
        ),
    }
}

fn bill_view(till: &TillState, bill: InHand) -> impl IntoView + use<> {
    let label = {
        let till = till.clone();
        move || bill.get().map(|bill| till.label(&bill))
    };
    let texts = till.texts;
    let guests = Memo::new(move |_| read(bill, |bill| bill.guests));
    let guests = move || (guests.get() > 0).then(|| texts.count(Key::BillGuests, guests.get().into()));
    let lines = Memo::new(move |_| {
        read(bill, |bill| {
            bill.lines.iter().map(|line| line.id).collect::<Vec<_>>()
        })
    });
    let closed = Memo::new(move |_| read(bill, |bill| bill.closed));
    let row = {
        let till = till.clone();
        move |id: LineId| row(&till, bill, closed, id)
    };
    let (empty, paid) = (till.text(Key::BillEmpty), till.text(Key::BillClosed));
    let empty = move || {
        lines
            .with(Vec::is_empty)
            .then(|| view! { <p class="empty">{empty}</p> })
    };
    let paid = move || {
        closed
            .get()
            .then(|| view! { <p class="said good" role="status">{paid}</p> })
    };
    // Computed once for all its readers.
    let sums = Memo::new(move |_| bill.with(|bill| bill.as_ref().map(|bill| bill.sums())));
    let due = Memo::new(move |_| {
        sums.with(|sums| sums.as_ref().map_or(Minor::ZERO, |sums| sums.total)) - read(bill, Bill::paid)
    });
    let goes_to = move || {
        let lines = read(bill, |bill| {
            bill.seat.phone_order().map(destination).unwrap_or_default()
        });
        (!lines.is_empty()).then(|| view! { <p class="goes-to" dir="auto">{lines.join(" · ")}</p> })
    };
    let doings = doings(till, bill, due);
    let sums = sums_of(till, bill, sums, due);
    view! {
        <section class="bill" aria-label=till.text(Key::BillTitle)>
            <header><h2 dir="auto">{label}</h2><span class="guests">{guests}</span></header>
            {goes_to}
            {beside(till, bill)}
            {paid}
            {empty}
            <ol class="lines">
                <For each=move || lines.get() key=|id| *id let:id>{row(id)}</For>
            </ol>
            {sums}
            {doings}
        </section>
    }
}

/// The other bills at its table, with what is due on each.
fn beside(till: &TillState, bill: InHand) -> impl IntoView + use<> {
    let pos = till.pos;
    let bills = Memo::new(move |_| {
        let Some(table) = read(bill, Bill::table) else {
            return Vec::new();
        };
        pos.with(|pos| {
            pos.table(table)
                .into_iter()
                .flat_map(|table| &table.bills)
                .filter_map(|id| Some((*id, pos.bill(*id)?.due())))
                .collect()
        })
    });
    let till = till.clone();
    move || {
        let bills = bills.get();
        (bills.len() > 1).then(|| {
            let (at, here) = (till.at, read(bill, |bill| Some(bill.id)));
            let key = |(id, due): (BillId, Minor)| {
                let current = (here == Some(id)).then_some("true");
                view! { <button type="button" aria-current=current dir="auto" on:click=move |_| at.set(Some(id))>{till.money(due)}</button> }
            };
            let keys: Vec<_> = bills.into_iter().map(key).collect();
            view! { <p class="beside-it"><span>{till.texts.count(Key::BillBeside, keys.len())}</span>{keys}</p> }
        })
    }
}

/// Only count, course and note change in place, so that buttons keep the focus.
fn row(till: &TillState, bill: InHand, closed: Memo<bool>, id: LineId) -> impl IntoView + use<> {
    let line = bill.with_untracked(|bill| bill.as_ref()?.line(id).cloned())?;
    let BillLine {
        name, price, picks, ..
    } = line;
    let of_line = move |bill: &Bill| {
        bill.line(id)
            .map(|line| (line.count, line.sent))
            .unwrap_or_default()
    };
    let counted = Memo::new(move |_| read(bill, of_line));
    let of_line = move |bill: &Bill| {
        bill.line(id)
            .map(|line| (line.course, line.note.clone()))
            .unwrap_or_default()
    };
    let said = Memo::new(move |_| read(bill, of_line));
    let texts = till.texts;
    let course = move || {
        let course = said.with(|(course, _)| *course);
        (course > 0).then(|| view! { <span class="course">{texts.fill(Key::LineCourse, &[("n", &course.to_string())])}</span> })
    };
    let note = move || {
        let note = said.with(|(_, note)| note.clone());
        (!note.is_empty()).then(|| view! { <span class="line-note" dir="auto">{note}</span> })
    };
    let state = move || match counted.get() {
        (count, sent) if count == sent => "sent",
        (count, sent) if count < sent => "less",
        (_, 0) => "new",
        _ => "more",
    };
    let count = move || counted.get().0;
    let sum = {
        let till = till.clone();
        move || till.money(price.times(count().into()))
    };
    let by = |by: i16, key: Key, sign: &'static str| {
        let till = till.clone();
        let label = texts.fill(key, &[("name", &name)]);
        let barred = move || if by < 0 { count() == 0 } else { closed.get() };
        view! { <button type="button" class="step" aria-label=label disabled=barred on:click=move |_| till.change_count(id, by)>{sign}</button> }
    };
    let (less, more) = (by(-1, Key::LineLess, "−"), by(1, Key::LineMore, "+"));
    let over = till.over;
    let picks: Vec<_> = picks
        .into_iter()
        .map(|pick| view! { <li dir="auto">{pick.name}</li> })
        .collect();
    Some(view! {
        <li data-state=state>
            {less}
            <b class="count">{count}</b>
            {more}
            <button type="button" class="what" on:click=move |_| over.set(Some(TillDialog::Line(id)))>
                <span class="name" dir="auto">{name}</span>
                {course}
                {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
                {note}
            </button>
            <span class="price" dir="auto">{sum}</span>
        </li>
    })
}

fn sums_of(
    till: &TillState,
    bill: InHand,
    sums: Memo<Option<Sums>>,
    due: Memo<Minor>,
) -> impl IntoView + use<> {
    let till = till.clone();
    move || {
        let (bill, sums, due) = (bill.get()?, sums.get()?, due.get());
        let row = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{till.money(amount)}</dd></div> };
        let off = bill.discounts.iter().zip(&sums.off).map(|(discount, off)| {
            let words = match discount.off {
                Off::Millionths(part) => till.texts.fill(
                    Key::BillPercentOff,
                    &[
                        ("percent", &TaxRate(part).percent()),
                        ("reason", &discount.reason),
                    ],
                ),
                Off::Amount(_) => till.texts.fill(Key::BillOff, &[("reason", &discount.reason)]),
            };
            row(words, -*off)
        });
        let off: Vec<_> = off.collect();
        let fee = (sums.fee != Minor::ZERO).then(|| row(till.text(Key::BillDelivery).to_owned(), sums.fee));
        let tax = &till.premises.listing.restaurant.tax.name;
        let taxes = sums.taxes.iter().filter(|_| bill.plus_tax);
        let taxes: Vec<_> = taxes
            .map(|row_of| row(format!("{tax} {} %", till.texts.percent(row_of.rate)), row_of.tax))
            .collect();
        let paid = bill.paid();
        let paid = (paid != Minor::ZERO).then(|| {
            let over = till.over;
            view! {
                {row(till.text(Key::BillTotal).to_owned(), sums.total)}
                <div><dt><button type="button" class="link" on:click=move |_| over.set(Some(TillDialog::Payments))>{till.text(Key::BillPaid)}</button></dt><dd dir="auto">{till.money(-paid)}</dd></div>
            }
        });
        let (key, due) = if due < Minor::ZERO {
            (Key::BillToGiveBack, -due)
        } else {
            (Key::BillDue, due)
        };
        Some(view! {
            <dl class="sums">
                {off}
                {fee}
                {taxes}
                {paid}
                <div class="due"><dt>{till.text(key)}</dt><dd dir="auto">{till.money(due)}</dd></div>
            </dl>
        })
    }
}

fn doings(till: &TillState, bill: InHand, due: Memo<Minor>) -> impl IntoView + use<> {
    let texts = till.texts;
    let new = Memo::new(move |_| read(bill, Bill::unsent_count));
    let send_label = move || match new.get() {
        0 => texts.get(Key::DoSend).to_owned(),
        new => texts.count(Key::DoSendNew, new),
    };
    let sending = till.clone();
    let send = move |_| {
        if let Some(bill) = bill.get_untracked() {
            sending.submit_all_once(sending.unsent_tickets(&bill), || ());
        }
    };
    let (at, over) = (till.at, till.over);
    view! {
        <div class="doings">
            <button type="button" on:click=move |_| over.set(Some(TillDialog::More))>{till.text(Key::DoMore)}</button>
            <button type="button" on:click=move |_| at.set(None)>{till.text(Key::DoHold)}</button>
            <button type="button" class="send" disabled=move || new.get() == 0 on:click=send>{send_label}</button>
            <button type="button" class="pay" disabled={move || due.get() <= Minor::ZERO} on:click=move |_| over.set(Some(TillDialog::Pay))>{till.text(Key::DoPay)}</button>
        </div>
    }
}

/// The rarer actions.
#[component]
pub fn More(till: TillState) -> impl IntoView {
    let done = till
        .bill()
        .get_untracked()
        .is_none_or(|bill| bill.due() == Minor::ZERO && bill.unsent_count() == 0);
    let is_phone = till
        .bill()
        .get_untracked()
        .is_some_and(|bill| bill.seat.phone_order().is_some());
    let lay = |key: Key, over: TillDialog| {
        let (shown, word) = (till.over, till.text(key));
        view! { <button type="button" on:click=move |_| shown.set(Some(over))>{word}</button> }
    };
    let keys = [
        match is_phone {
            true => lay(Key::DoPhone, TillDialog::PhoneDetails),
            false => lay(Key::DoName, TillDialog::Name),
        },
        lay(Key::DoGuests, TillDialog::Guests),
        lay(Key::DoMove, TillDialog::Move),
        lay(Key::DoMerge, TillDialog::Merge),
        lay(Key::DoSplit, TillDialog::Split),
        lay(Key::DoDiscount, TillDialog::Discount(None)),
        lay(Key::DoShow, TillDialog::Bill),
        lay(Key::DoPayments, TillDialog::Payments),
    ];
    let (at, over, closing) = (till.at, till.over, till.clone());
    let close = move |_| {
        if let Some(bill) = at.get_untracked() {
            closing.submit_once(Action::Close { bill }, move || {
                at.set(None);
                over.set(None);
            });
        }
    };
    let word = till.text(Key::DoClose);
    view! {
        <Dialog title=till.text(Key::DoMore) close=till.close()>
            <div class="more">{keys.into_iter().collect::<Vec<_>>()}<button type="button" disabled={!done} on:click=close>{word}</button></div>
        </Dialog>
    }
}
