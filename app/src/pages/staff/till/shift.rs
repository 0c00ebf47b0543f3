//! A cashier's time at this till: opened with what is in the drawer, closed with a count, reported in between and at the end.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    house::{
        op::Action,
        payment::{Way, short},
        report::Report as Facts,
        shift::Shift,
    },
    id::{MoveId, ShiftId},
    limits,
};

use super::counter::{Counter, Over, own_shift};
use crate::{
    pages::staff::{amount, clock::stamp, sheet::Sheet},
    text::staff::Key,
};

/// The line above the till: whether a shift is open, and what can be done with it.
#[component]
pub fn ShiftLine(counter: Counter) -> impl IntoView {
    let (house, desk) = (counter.house, counter.desk.clone());
    let open = Memo::new(move |_| house.with(|house| own_shift(house, desk.as_ref()).map(|shift| shift.opened_at)));
    let over = counter.over;
    let lay = move |word: &'static str, what: Over| view! { <button type="button" on:click=move |_| over.set(Some(what))>{word}</button> };
    move || match open.get() {
        None => Either::Left(view! {
            <p class="shift closed">
                <span>{counter.word(Key::ShiftNone)}</span>
                {lay(counter.word(Key::ReceiptsTitle), Over::Receipts)}
                {lay(counter.word(Key::ShiftOpen), Over::OpenShift)}
            </p>
        }),
        Some(since) => Either::Right(view! {
            <p class="shift">
                <span>{counter.texts.fill(Key::ShiftSince, &[("time", &stamp(since))])}</span>
                {lay(counter.word(Key::ReceiptsTitle), Over::Receipts)}
                {lay(counter.word(Key::ShiftCash), Over::MoveCash)}
                {lay(counter.word(Key::ReportX), Over::Report)}
                {lay(counter.word(Key::ShiftClose), Over::CloseShift)}
            </p>
        }),
    }
}

#[component]
pub fn OpenShift(counter: Counter) -> impl IntoView {
    let (float, shift) = (RwSignal::new(Minor::ZERO), ShiftId(counter.desk.id()));
    let opening = counter.clone();
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        opening.ask_and_close(Action::OpenShift { shift, float: float.get_untracked() });
    };
    view! {
        <Sheet title=counter.word(Key::ShiftOpen) close=counter.close()>
            <form class="fields" on:submit=open>
                {amount::counted(&counter, Key::ShiftFloat, float)}
                <p class="hint">{counter.word(Key::ShiftFloatHint)}</p>
                <button type="submit" class="main">{counter.word(Key::ShiftOpen)}</button>
            </form>
        </Sheet>
    }
}

#[component]
pub fn MoveCash(counter: Counter) -> impl IntoView {
    let (amount, out, reason) = (RwSignal::new(Minor::ZERO), RwSignal::new(true), NodeRef::<html::Input>::new());
    let (moving, id) = (counter.clone(), MoveId(counter.desk.id()));
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(shift) = moving.shift() else { return };
        let amount = if out.get_untracked() { -amount.get_untracked() } else { amount.get_untracked() };
        let reason = reason.get_untracked().map(|field| field.value()).unwrap_or_default();
        moving.ask_and_close(Action::MoveCash { id, shift: shift.id, amount, reason });
    };
    let way = |is_out: bool, key: Key| {
        let here = move || (out.get() == is_out).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| out.set(is_out)>{counter.word(key)}</button> }
    };
    let ways = (way(true, Key::CashOut), way(false, Key::CashIn));
    let amount_field = amount::field(&counter, Key::PayAmount, amount);
    view! {
        <Sheet title=counter.word(Key::ShiftCash) close=counter.close()>
            <form class="fields" on:submit=go>
                <div class="choices">{ways}</div>
                {amount_field}
                <label><span>{counter.word(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
                <button type="submit" class="main" disabled={move || amount.get() <= Minor::ZERO}>{counter.word(Key::DoKeep)}</button>
            </form>
        </Sheet>
    }
}

#[component]
pub fn CloseShift(counter: Counter) -> impl IntoView {
    let Some(shift) = counter.shift() else { return Either::Left(()) };
    let counted = RwSignal::new(Minor::ZERO);
    let id = shift.id;
    let done = RwSignal::new(false);
    let closing = counter.clone();
    let close = move |event: SubmitEvent| {
        event.prevent_default();
        closing.ask_once(Action::CloseShift { shift: id, counted: counted.get_untracked() }, move || done.set(true));
    };
    let expected = counter.money(shift.expected());
    let difference = {
        let counter = counter.clone();
        move || counter.money(counted.get() - shift.expected())
    };
    let inner = {
        let counter = counter.clone();
        let close = close.clone();
        move || match done.get() {
            true => Either::Left(report(&counter, id)),
            false => Either::Right(view! {
                <form class="fields" on:submit=close.clone()>
                    {amount::counted(&counter, Key::ShiftCounted, counted)}
                    <dl class="sums">
                        <div><dt>{counter.word(Key::ShiftExpected)}</dt><dd dir="auto">{expected.clone()}</dd></div>
                        <div><dt>{counter.word(Key::ShiftDifference)}</dt><dd dir="auto">{difference.clone()}</dd></div>
                    </dl>
                    <button type="submit" class="main">{counter.word(Key::ShiftClose)}</button>
                </form>
            }),
        }
    };
    Either::Right(view! { <Sheet title=counter.word(Key::ShiftClose) close=counter.close()>{inner}</Sheet> })
}

#[component]
pub fn Report(counter: Counter) -> impl IntoView {
    let shift = counter.shift()?.id;
    Some(view! { <Sheet title=counter.word(Key::ReportX) close=counter.close()>{report(&counter, shift)}</Sheet> })
}

fn report(counter: &Counter, shift: ShiftId) -> impl IntoView + use<> {
    let facts = counter.house.with_untracked(|house| Facts::of(house, shift))?;
    let sum = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{counter.money(amount)}</dd></div> };
    let row = |key: Key, amount: Minor| sum(counter.word(key).to_owned(), amount);
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| row(key, amount));
    let sales = |way: Way| facts.sales.get(&way).copied().unwrap_or_default();
    let tax = &counter.premises.listed.restaurant.tax.name;
    let taxes = facts.taxes.iter().map(|row| sum(format!("{tax} {} %", counter.texts.percent(row.rate)), row.tax)).collect::<Vec<_>>();
    let moves = facts.shift.moves.iter().map(|moved| sum(moved.reason.clone(), moved.amount)).collect::<Vec<_>>();
    let print = move |_| drop(window().print());
    let title = title(counter, &facts.shift);
    let numbers = facts.receipts.map(|(first, last)| {
        let numbers = match first == last {
            true => counter.texts.fill(Key::ReceiptNumber, &[("number", &first.to_string())]),
            false => counter.texts.fill(Key::ReportReceipts, &[("first", &first.to_string()), ("last", &last.to_string())]),
        };
        format!("{numbers} · {}", counter.texts.count(Key::ReportPayments, facts.payments))
    });
    Some(view! {
        <article class="slip">
            <header>
                <h3 dir="auto">{counter.premises.listed.restaurant.name.clone()}</h3>
                <p>{title}</p>
                <p><time dir="ltr">{stamp(facts.shift.opened_at)}</time>{facts.shift.closed.as_ref().map(|closed| view! { " – "<time dir="ltr">{stamp(closed.at)}</time> })}</p>
                {numbers.map(|words| view! { <p>{words}</p> })}
            </header>
            <dl>
                {row(Key::ReportCash, sales(Way::Cash))}
                {row(Key::ReportCards, sales(Way::Card))}
                <div class="total"><dt>{counter.word(Key::ReportSales)}</dt><dd dir="auto">{counter.money(facts.total())}</dd></div>
                {taxes}
                {some(Key::ReportTips, facts.tips)}
                {some(Key::PayRounding, facts.rounding)}
                {some(Key::ReportDiscounts, facts.discounts)}
                {some(Key::ReportRefunds, facts.refunded)}
                {row(Key::ShiftFloat, facts.shift.float)}
                {moves}
                <div class="total"><dt>{counter.word(Key::ShiftExpected)}</dt><dd dir="auto">{counter.money(facts.shift.expected())}</dd></div>
                {facts.shift.closed.as_ref().map(|closed| view! {
                    {row(Key::ShiftCounted, closed.counted)}
                    {row(Key::ShiftDifference, closed.counted - closed.expected)}
                })}
                {some(Key::ReportLate, facts.shift.late())}
            </dl>
        </article>
        <button type="button" on:click=print>{counter.word(Key::ReceiptPrint)}</button>
    })
}

fn title(counter: &Counter, shift: &Shift) -> String {
    let till = short(shift.till);
    match &shift.closed {
        None => counter.texts.fill(Key::ReportXOf, &[("till", &till)]),
        Some(closed) => counter.texts.fill(Key::ReportZOf, &[("till", &till), ("number", &closed.number.to_string())]),
    }
}
