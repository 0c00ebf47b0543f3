//! The bill in hand: its lines, what they come to, and what is done with it.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    house::{
        bill::{Bill, BillLine, Off},
        op::Action,
        ticket::news,
    },
    id::{LineId, TicketId},
};

use super::{
    bills::unsent,
    counter::{Counter, Over},
};
use crate::{pages::staff::sheet::Sheet, text::staff::Key};

#[component]
pub fn BillInHand(counter: Counter) -> impl IntoView {
    let bill = counter.bill();
    let some = Memo::new(move |_| bill.with(Option::is_some));
    move || match some.get() {
        true => Either::Left(in_hand(&counter, bill)),
        false => Either::Right(view! { <section class="bill none"><p class="empty">{counter.word(Key::BillNone)}</p></section> }),
    }
}

fn in_hand(counter: &Counter, bill: Memo<Option<Bill>>) -> impl IntoView + use<> {
    let label = {
        let counter = counter.clone();
        move || bill.get().map(|bill| counter.label(&bill))
    };
    let texts = counter.texts;
    let guests = move || bill.with(|bill| bill.as_ref().map_or(0, |bill| bill.guests));
    let guests = move || (guests() > 0).then(|| texts.count(Key::BillGuests, guests().into()));
    let lines = move || bill.with(|bill| bill.as_ref().map_or_else(Vec::new, |bill| bill.lines.clone()));
    let row = {
        let counter = counter.clone();
        move |line: BillLine| row(&counter, &line)
    };
    let empty = {
        let words = counter.word(Key::BillEmpty);
        move || bill.with(|bill| bill.as_ref().is_some_and(|bill| bill.lines.is_empty())).then(|| view! { <p class="empty">{words}</p> })
    };
    let sums = sums(counter, bill);
    let doings = doings(counter, bill);
    view! {
        <section class="bill" aria-label=counter.word(Key::BillTitle)>
            <header><h2 dir="auto">{label}</h2><span class="guests">{guests}</span></header>
            {empty}
            <ol class="lines">
                <For each=lines key=|line| (line.id, line.count, line.sent, line.course, line.note.clone()) let:line>{row(line)}</For>
            </ol>
            {sums}
            {doings}
        </section>
    }
}

fn row(counter: &Counter, line: &BillLine) -> impl IntoView + use<> {
    let (id, count, sent) = (line.id, line.count, line.sent);
    let picks: Vec<_> = line.picks.iter().map(|pick| view! { <li dir="auto">{pick.name.clone()}</li> }).collect();
    let note = (!line.note.is_empty()).then(|| view! { <span class="line-note" dir="auto">{line.note.clone()}</span> });
    let course = (line.course > 0)
        .then(|| view! { <span class="course">{counter.texts.fill(Key::LineCourse, &[("n", &line.course.to_string())])}</span> });
    let state = match line.unsent() {
        0 => "sent",
        unsent if unsent < 0 => "less",
        _ if sent > 0 => "more",
        _ => "new",
    };
    let by = |by: i16, key: Key, sign: &'static str| {
        let (counter, name) = (counter.clone(), line.name.clone());
        let label = counter.texts.fill(key, &[("name", &name)]);
        let tap = move |_| change_count(&counter, id, by);
        view! { <button type="button" class="step" aria-label=label disabled={by < 0 && count == 0} on:click=tap>{sign}</button> }
    };
    let over = counter.over;
    let sum = counter.money(line.sum());
    view! {
        <li data-state=state>
            {by(-1, Key::LineLess, "−")}
            <b class="count">{count}</b>
            {by(1, Key::LineMore, "+")}
            <button type="button" class="what" on:click=move |_| over.set(Some(Over::Line(id)))>
                <span class="name" dir="auto">{line.name.clone()}</span>
                {course}
                {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
                {note}
            </button>
            <span class="price" dir="auto">{sum}</span>
        </li>
    }
}

pub fn change_count(counter: &Counter, line: LineId, by: i16) {
    if let Some(bill) = counter.at.get_untracked() {
        counter.ask(Action::Count { bill, line, by });
    }
}

fn sums(counter: &Counter, bill: Memo<Option<Bill>>) -> impl IntoView + use<> {
    let counter = counter.clone();
    move || {
        let bill = bill.get()?;
        let sums = bill.sums();
        let row =
            |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{counter.money(amount)}</dd></div> };
        let off = bill.discounts.iter().zip(&sums.off).map(|(discount, off)| {
            let words = match discount.off {
                Off::Millionths(part) => {
                    counter.texts.fill(Key::BillPercentOff, &[("percent", &percent(part)), ("reason", &discount.reason)])
                }
                Off::Amount(_) => counter.texts.fill(Key::BillOff, &[("reason", &discount.reason)]),
            };
            row(words, -*off)
        });
        let off: Vec<_> = off.collect();
        let tax = &counter.premises.listed.restaurant.tax.name;
        let taxes = sums.taxes.iter().filter(|_| bill.plus_tax);
        let taxes: Vec<_> = taxes.map(|row_of| row(format!("{tax} {} %", counter.texts.percent(row_of.rate)), row_of.tax)).collect();
        let paid = bill.paid();
        let paid = (paid != Minor::ZERO).then(|| {
            let over = counter.over;
            view! {
                {row(counter.word(Key::BillTotal).to_owned(), sums.total)}
                <div><dt><button type="button" class="link" on:click=move |_| over.set(Some(Over::Payments))>{counter.word(Key::BillPaid)}</button></dt><dd dir="auto">{counter.money(-paid)}</dd></div>
            }
        });
        let (key, due) = if bill.due() < Minor::ZERO { (Key::BillToGiveBack, -bill.due()) } else { (Key::BillDue, bill.due()) };
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

fn doings(counter: &Counter, bill: Memo<Option<Bill>>) -> impl IntoView + use<> {
    let texts = counter.texts;
    let new = Memo::new(move |_| bill.with(|bill| bill.as_ref().map_or(0, unsent)));
    let due = Memo::new(move |_| bill.with(|bill| bill.as_ref().map_or(Minor::ZERO, Bill::due)));
    let send_label = move || match new.get() {
        0 => texts.get(Key::DoSend).to_owned(),
        new => texts.count(Key::DoSendNew, new),
    };
    let sending = counter.clone();
    let send = move |_| send(&sending, &bill);
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
    let done = counter.bill().get_untracked().is_none_or(|bill| bill.due() == Minor::ZERO && unsent(&bill) == 0);
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
        lay(Key::DoPayments, Over::Payments),
    ];
    let (at, over, closing) = (counter.at, counter.over, counter.clone());
    let close = move |_| {
        if let Some(bill) = at.get_untracked() {
            closing.ask_then(Action::Close { bill }, move || {
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

/// A ticket for each course, the earliest first.
fn send(counter: &Counter, bill: &Memo<Option<Bill>>) {
    let Some(bill) = bill.get_untracked() else { return };
    let mut courses: Vec<u8> = bill.lines.iter().filter(|line| line.unsent() != 0).map(|line| line.course).collect();
    courses.sort_unstable();
    courses.dedup();
    for course in courses {
        let of_course = |line: LineId| bill.line(line).is_some_and(|line| line.course == course);
        let news = news(&bill).into_iter().filter(|news| of_course(news.line)).collect();
        counter.ask(Action::Send { bill: bill.id, ticket: TicketId(counter.desk.id()), news });
    }
}
