//! What a shift has brought: the X report while it is open, the Z report once it is closed, to be printed again for as long as it is here.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{CashierId, ShiftId},
    pos::{
        payment::{Way, short},
        shift::Shift,
        shift_report::Report as Facts,
    },
};

use super::till_state::{Counter, Over, own_shift};
use crate::{
    pages::staff::{clock::stamp, dialog::Sheet},
    text::staff::Key,
};

#[component]
pub fn Report(counter: Counter, shift: ShiftId) -> impl IntoView {
    let over = counter.over;
    let others = view! { <button type="button" on:click=move |_| over.set(Some(Over::Shifts))>{counter.word(Key::ShiftsTitle)}</button> };
    view! { <Sheet title=counter.word(Key::ReportTitle) close=counter.close()>{paper(&counter, shift)}{others}</Sheet> }
}

/// Those of all tills, the latest first. A till that is lost cannot close its own.
#[component]
pub fn Shifts(counter: Counter) -> impl IntoView {
    let (shifts, own) = counter.house.with_untracked(|house| {
        let mut shifts: Vec<Shift> = house.shifts().cloned().collect();
        shifts.sort_by_key(|shift| std::cmp::Reverse((shift.opened_at, shift.id)));
        (
            shifts,
            own_shift(house, counter.desk.as_ref()).map(|shift| shift.id),
        )
    });
    let none = shifts
        .is_empty()
        .then(|| view! { <p class="empty">{counter.word(Key::ShiftsNone)}</p> });
    let rows: Vec<_> = shifts
        .iter()
        .map(|shift| row(&counter, shift, own == Some(shift.id)))
        .collect();
    view! { <Sheet title=counter.word(Key::ShiftsTitle) close=counter.close()><ul class="rows">{rows}</ul>{none}</Sheet> }
}

fn row(counter: &Counter, shift: &Shift, own: bool) -> impl IntoView + use<> {
    let (id, over) = (shift.id, counter.over);
    let till = counter
        .house
        .with_untracked(|house| house.device(shift.till).map(|till| till.name.clone()));
    let lay = move |word: &'static str, what: Over| view! { <button type="button" on:click=move |_| over.set(Some(what))>{word}</button> };
    let close =
        (shift.closed.is_none() && !own).then(|| lay(counter.word(Key::ShiftClose), Over::CloseShift(id)));
    let until = match &shift.closed {
        Some(closed) => Either::Left(view! { " – "<time dir="ltr">{stamp(closed.at)}</time> }),
        None => Either::Right(view! { " · "<small class="open">{counter.word(Key::ShiftsOpen)}</small> }),
    };
    view! {
        <li>
            <span><b>{title(counter, shift)}</b>" "<span dir="auto">{till}</span><br/><time dir="ltr">{stamp(shift.opened_at)}</time>{until}</span>
            <span class="beside">{lay(counter.word(Key::ReportTitle), Over::Report(id))}{close}</span>
        </li>
    }
}

fn cashier(counter: &Counter, by: Option<CashierId>) -> String {
    let name = by.and_then(|by| {
        counter
            .house
            .with_untracked(|house| house.cashier(by).map(|cashier| cashier.name.clone()))
    });
    name.unwrap_or_else(|| counter.word(Key::CashierNobody).to_owned())
}

pub fn paper(counter: &Counter, shift: ShiftId) -> impl IntoView + use<> {
    let facts = counter.house.with_untracked(|house| Facts::of(house, shift))?;
    let sum = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{counter.money(amount)}</dd></div> };
    let row = |key: Key, amount: Minor| sum(counter.word(key).to_owned(), amount);
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| row(key, amount));
    let sales = |way: Way| facts.sales.get(&way).copied().unwrap_or_default();
    let tax = &counter.premises.listed.restaurant.tax.name;
    let taxes = facts
        .taxes
        .iter()
        .map(|row| sum(format!("{tax} {} %", counter.texts.percent(row.rate)), row.tax))
        .collect::<Vec<_>>();
    let moves = facts
        .shift
        .moves
        .iter()
        .map(|moved| sum(moved.reason.clone(), moved.amount))
        .collect::<Vec<_>>();
    let named = facts.by.keys().any(Option::is_some);
    let by = facts
        .by
        .iter()
        .filter(|_| named)
        .map(|(by, amount)| sum(cashier(counter, *by), *amount))
        .collect::<Vec<_>>();
    let print = move |_| drop(window().print());
    let title = title(counter, &facts.shift);
    let numbers = facts.receipts.map(|(first, last)| {
        let numbers = match first == last {
            true => counter
                .texts
                .fill(Key::ReceiptNumber, &[("number", &first.to_string())]),
            false => counter.texts.fill(
                Key::ReportReceipts,
                &[("first", &first.to_string()), ("last", &last.to_string())],
            ),
        };
        format!(
            "{numbers} · {}",
            counter.texts.count(Key::ReportPayments, facts.payments)
        )
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
                {some(Key::ReportTips, facts.tipped())}
                {(facts.on_cards() != sales(Way::Card)).then(|| row(Key::ReportTerminal, facts.on_cards()))}
                {some(Key::PayRounding, facts.rounding)}
                {some(Key::ReportDiscounts, facts.discounts)}
                {some(Key::ReportRefunds, facts.refunded)}
                {by}
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
        Some(closed) => counter.texts.fill(
            Key::ReportZOf,
            &[("till", &till), ("number", &closed.number.to_string())],
        ),
    }
}
