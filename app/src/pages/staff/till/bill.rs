//! The bill in hand: its lines, what they come to, and what is done with it.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{BillId, LineId, TicketId},
    pos::{
        bill::{Bill, BillLine, Off, Sums},
        op::Action,
        ticket::news,
    },
};

use super::{
    bills::unsent,
    till_state::{Counter, Over},
};
use crate::{pages::staff::dialog::Sheet, text::staff::Key};

type InHand = Memo<Option<Arc<Bill>>>;

/// What is read of the bill in hand, of nothing if there is none.
fn read<T: Default>(bill: InHand, read: impl FnOnce(&Bill) -> T) -> T {
    bill.with(|bill| bill.as_deref().map_or_else(T::default, read))
}

#[component]
pub fn BillInHand(counter: Counter) -> impl IntoView {
    let bill = counter.bill();
    let some = Memo::new(move |_| bill.with(Option::is_some));
    move || match some.get() {
        true => Either::Left(in_hand(&counter, bill)),
        false => Either::Right(
            view! { <section class="bill none"><p class="empty">{counter.word(Key::BillNone)}</p></section> },
        ),
    }
}

fn in_hand(counter: &Counter, bill: InHand) -> impl IntoView + use<> {
    let label = {
        let counter = counter.clone();
        move || bill.get().map(|bill| counter.label(&bill))
    };
    let texts = counter.texts;
    let guests = Memo::new(move |_| read(bill, |bill| bill.guests));
    let guests = move || (guests.get() > 0).then(|| texts.count(Key::BillGuests, guests.get().into()));
    let lines = Memo::new(move |_| {
        read(bill, |bill| {
            bill.lines.iter().map(|line| line.id).collect::<Vec<_>>()
        })
    });
    let closed = Memo::new(move |_| read(bill, |bill| bill.closed));
    let row = {
        let counter = counter.clone();
        move |id: LineId| row(&counter, bill, closed, id)
    };
    let (empty, paid) = (counter.word(Key::BillEmpty), counter.word(Key::BillClosed));
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
    // Reckoned once for all that shows it.
    let sums = Memo::new(move |_| bill.with(|bill| bill.as_ref().map(|bill| bill.sums())));
    let due = Memo::new(move |_| {
        sums.with(|sums| sums.as_ref().map_or(Minor::ZERO, |sums| sums.total)) - read(bill, Bill::paid)
    });
    let doings = doings(counter, bill, due);
    let sums = sums_of(counter, bill, sums, due);
    view! {
        <section class="bill" aria-label=counter.word(Key::BillTitle)>
            <header><h2 dir="auto">{label}</h2><span class="guests">{guests}</span></header>
            {beside(counter, bill)}
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

/// The other bills at its table, each by what is due on it.
fn beside(counter: &Counter, bill: InHand) -> impl IntoView + use<> {
    let house = counter.house;
    let bills = Memo::new(move |_| {
        let Some(table) = read(bill, Bill::table) else {
            return Vec::new();
        };
        house.with(|house| {
            house
                .table(table)
                .into_iter()
                .flat_map(|table| &table.bills)
                .filter_map(|id| Some((*id, house.bill(*id)?.due())))
                .collect()
        })
    });
    let counter = counter.clone();
    move || {
        let bills = bills.get();
        (bills.len() > 1).then(|| {
            let (at, here) = (counter.at, read(bill, |bill| Some(bill.id)));
            let key = |(id, due): (BillId, Minor)| {
                let current = (here == Some(id)).then_some("true");
                view! { <button type="button" aria-current=current dir="auto" on:click=move |_| at.set(Some(id))>{counter.money(due)}</button> }
            };
            let keys: Vec<_> = bills.into_iter().map(key).collect();
            view! { <p class="beside-it"><span>{counter.texts.count(Key::BillBeside, keys.len())}</span>{keys}</p> }
        })
    }
}

/// What it is stays; how many of it, and what was said of it, change in place, so that a key keeps the focus.
fn row(counter: &Counter, bill: InHand, closed: Memo<bool>, id: LineId) -> impl IntoView + use<> {
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
    let texts = counter.texts;
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
        let counter = counter.clone();
        move || counter.money(price.times(count().into()))
    };
    let by = |by: i16, key: Key, sign: &'static str| {
        let counter = counter.clone();
        let label = texts.fill(key, &[("name", &name)]);
        let barred = move || if by < 0 { count() == 0 } else { closed.get() };
        view! { <button type="button" class="step" aria-label=label disabled=barred on:click=move |_| change_count(&counter, id, by)>{sign}</button> }
    };
    let (less, more) = (by(-1, Key::LineLess, "−"), by(1, Key::LineMore, "+"));
    let over = counter.over;
    let picks: Vec<_> = picks
        .into_iter()
        .map(|pick| view! { <li dir="auto">{pick.name}</li> })
        .collect();
    Some(view! {
        <li data-state=state>
            {less}
            <b class="count">{count}</b>
            {more}
            <button type="button" class="what" on:click=move |_| over.set(Some(Over::Line(id)))>
                <span class="name" dir="auto">{name}</span>
                {course}
                {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
                {note}
            </button>
            <span class="price" dir="auto">{sum}</span>
        </li>
    })
}

pub fn change_count(counter: &Counter, line: LineId, by: i16) {
    if let Some(bill) = counter.at.get_untracked() {
        counter.ask(Action::Count { bill, line, by });
    }
}

fn sums_of(
    counter: &Counter,
    bill: InHand,
    sums: Memo<Option<Sums>>,
    due: Memo<Minor>,
) -> impl IntoView + use<> {
    let counter = counter.clone();
    move || {
        let (bill, sums, due) = (bill.get()?, sums.get()?, due.get());
        let row = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{counter.money(amount)}</dd></div> };
        let off = bill.discounts.iter().zip(&sums.off).map(|(discount, off)| {
            let words = match discount.off {
                Off::Millionths(part) => counter.texts.fill(
                    Key::BillPercentOff,
                    &[("percent", &percent(part)), ("reason", &discount.reason)],
                ),
                Off::Amount(_) => counter.texts.fill(Key::BillOff, &[("reason", &discount.reason)]),
            };
            row(words, -*off)
        });
        let off: Vec<_> = off.collect();
        let tax = &counter.premises.listed.restaurant.tax.name;
        let taxes = sums.taxes.iter().filter(|_| bill.plus_tax);
        let taxes: Vec<_> = taxes
            .map(|row_of| {
                row(
                    format!("{tax} {} %", counter.texts.percent(row_of.rate)),
                    row_of.tax,
                )
            })
            .collect();
        let paid = bill.paid();
        let paid = (paid != Minor::ZERO).then(|| {
            let over = counter.over;
            view! {
                {row(counter.word(Key::BillTotal).to_owned(), sums.total)}
                <div><dt><button type="button" class="link" on:click=move |_| over.set(Some(Over::Payments))>{counter.word(Key::BillPaid)}</button></dt><dd dir="auto">{counter.money(-paid)}</dd></div>
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
                {taxes}
                {paid}
                <div class="due"><dt>{counter.word(key)}</dt><dd dir="auto">{counter.money(due)}</dd></div>
            </dl>
        })
    }
}

/// `12.5`
pub fn percent(millionths: u32) -> String {
    servery_domain::tax::TaxRate(millionths).percent()
}

fn doings(counter: &Counter, bill: InHand, due: Memo<Minor>) -> impl IntoView + use<> {
    let texts = counter.texts;
    let new = Memo::new(move |_| read(bill, unsent));
    let send_label = move || match new.get() {
        0 => texts.get(Key::DoSend).to_owned(),
        new => texts.count(Key::DoSendNew, new),
    };
    let sending = counter.clone();
    let send = move |_| {
        if let Some(bill) = bill.get_untracked() {
            sending.ask_all_once(tickets(&sending, &bill), || ());
        }
    };
    let (at, over) = (counter.at, counter.over);
    view! {
        <div class="doings">
            <button type="button" on:click=move |_| over.set(Some(Over::More))>{counter.word(Key::DoMore)}</button>
            <button type="button" on:click=move |_| at.set(None)>{counter.word(Key::DoHold)}</button>
            <button type="button" class="send" disabled=move || new.get() == 0 on:click=send>{send_label}</button>
            <button type="button" class="pay" disabled={move || due.get() <= Minor::ZERO} on:click=move |_| over.set(Some(Over::Pay))>{counter.word(Key::DoPay)}</button>
        </div>
    }
}

/// What is done more rarely.
#[component]
pub fn More(counter: Counter) -> impl IntoView {
    let done = counter
        .bill()
        .get_untracked()
        .is_none_or(|bill| bill.due() == Minor::ZERO && unsent(&bill) == 0);
    let lay = |key: Key, over: Over| {
        let (shown, word) = (counter.over, counter.word(key));
        view! { <button type="button" on:click=move |_| shown.set(Some(over))>{word}</button> }
    };
    let keys = [
        lay(Key::DoName, Over::Name),
        lay(Key::DoGuests, Over::Guests),
        lay(Key::DoMove, Over::Move),
        lay(Key::DoMerge, Over::Merge),
        lay(Key::DoSplit, Over::Split),
        lay(Key::DoDiscount, Over::Discount(None)),
        lay(Key::DoShow, Over::Bill),
        lay(Key::DoPayments, Over::Payments),
    ];
    let (at, over, closing) = (counter.at, counter.over, counter.clone());
    let close = move |_| {
        if let Some(bill) = at.get_untracked() {
            closing.ask_once(Action::Close { bill }, move || {
                at.set(None);
                over.set(None);
            });
        }
    };
    let word = counter.word(Key::DoClose);
    view! {
        <Sheet title=counter.word(Key::DoMore) close=counter.close()>
            <div class="more">{keys.into_iter().collect::<Vec<_>>()}<button type="button" disabled={!done} on:click=close>{word}</button></div>
        </Sheet>
    }
}

/// Tells the kitchen what is new: a ticket for each course, the earliest first.
pub fn tickets(counter: &Counter, bill: &Bill) -> Vec<Action> {
    let mut courses: Vec<u8> = bill
        .lines
        .iter()
        .filter(|line| line.unsent() != 0)
        .map(|line| line.course)
        .collect();
    courses.sort_unstable();
    courses.dedup();
    let ticket = |course: u8| {
        let of_course = |line: LineId| bill.line(line).is_some_and(|line| line.course == course);
        let news = news(bill)
            .into_iter()
            .filter(|news| of_course(news.line))
            .collect();
        Action::Send {
            bill: bill.id,
            ticket: TicketId(counter.desk.id()),
            news,
        }
    };
    courses.into_iter().map(ticket).collect()
}
