//! The report of a shift: X while it is open, Z once it is closed.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    id::ShiftId,
    pos::{
        payment::{TenderMethod, receipt_prefix},
        right::{Allowance, Right},
        shift::Shift,
        shift_report::{ActReason, Difference, GuardedAct, ShiftReport},
    },
};

use super::{
    payments,
    till_state::{TillDialog, TillState},
    void::void_reason,
};
use crate::{
    pages::staff::{
        approval::by_whom, cashiers::cashier_name, clock::stamp, dialog::Dialog, shift::own_shift,
    },
    text::staff::Key,
};

#[component]
pub fn Report(till: TillState, shift: ShiftId) -> impl IntoView {
    let over = till.over;
    let others = view! { <button type="button" on:click=move |_| over.set(Some(TillDialog::Shifts))>{till.text(Key::ShiftsTitle)}</button> };
    view! { <Dialog title=till.text(Key::ReportTitle) close=till.close()>{paper(&till, shift)}{others}</Dialog> }
}

/// The shifts of all tills, the latest first: the shift of a lost till is closed from another one.
#[component]
pub fn Shifts(till: TillState) -> impl IntoView {
    let (shifts, own) = till.pos.with_untracked(|pos| {
        let mut shifts: Vec<Shift> = pos.shifts().cloned().collect();
        shifts.sort_by_key(|shift| std::cmp::Reverse((shift.opened_at, shift.id)));
        (shifts, own_shift(pos, till.client.as_ref()).map(|shift| shift.id))
    });
    let none = shifts
        .is_empty()
        .then(|| view! { <p class="empty">{till.text(Key::ShiftsNone)}</p> });
    let rows: Vec<_> = shifts
        .iter()
        .map(|shift| row(&till, shift, own == Some(shift.id)))
        .collect();
    view! { <Dialog title=till.text(Key::ShiftsTitle) close=till.close()><ul class="rows">{rows}</ul>{none}</Dialog> }
}

fn row(till: &TillState, shift: &Shift, own: bool) -> impl IntoView + use<> {
    let (id, over) = (shift.id, till.over);
    let till_name = till
        .pos
        .with_untracked(|pos| pos.device(shift.till).map(|device| device.name.clone()));
    let lay = move |word: &'static str, what: TillDialog| view! { <button type="button" on:click=move |_| over.set(Some(what))>{word}</button> };
    let close =
        (shift.closed.is_none() && !own).then(|| lay(till.text(Key::ShiftClose), TillDialog::CloseShift(id)));
    let until = match &shift.closed {
        Some(closed) => Either::Left(view! { " – "<time dir="ltr">{stamp(closed.at)}</time> }),
        None => Either::Right(view! { " · "<small class="open">{till.text(Key::ShiftsOpen)}</small> }),
    };
    view! {
        <li>
            <span><b>{title(till, shift)}</b>" "<span dir="auto">{till_name}</span><br/><time dir="ltr">{stamp(shift.opened_at)}</time>{until}</span>
            <span class="beside">{lay(till.text(Key::ReportTitle), TillDialog::Report(id))}{close}</span>
        </li>
    }
}

pub fn paper(till: &TillState, shift: ShiftId) -> impl IntoView + use<> {
    let facts = till.pos.with_untracked(|pos| ShiftReport::of(pos, shift))?;
    let sum = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{till.money(amount)}</dd></div> };
    let row = |key: Key, amount: Minor| sum(till.text(key).to_owned(), amount);
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| row(key, amount));
    let sales = |method: TenderMethod| facts.sales.get(&method).copied().unwrap_or_default();
    let tax = &till.premises.listing.restaurant.tax.name;
    let taxes = facts
        .taxes
        .iter()
        .map(|row| sum(format!("{tax} {} %", till.texts.percent(row.rate)), row.tax))
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
        .map(|(by, amount)| sum(cashier_name(till, *by), *amount))
        .collect::<Vec<_>>();
    let differences = differences(till, &facts.differences);
    let guarded = guarded(till, &facts.guarded);
    let print = move |_| drop(window().print());
    let title = title(till, &facts.shift);
    let numbers = facts.receipts.map(|(first, last)| {
        let numbers = match first == last {
            true => till
                .texts
                .fill(Key::ReceiptNumber, &[("number", &first.to_string())]),
            false => till.texts.fill(
                Key::ReportReceipts,
                &[("first", &first.to_string()), ("last", &last.to_string())],
            ),
        };
        format!(
            "{numbers} · {}",
            till.texts.count(Key::ReportPayments, facts.payments)
        )
    });
    Some(view! {
        <article class="slip">
            <header>
                <h3 dir="auto">{till.premises.listing.restaurant.name.clone()}</h3>
                <p>{title}</p>
                <p><time dir="ltr">{stamp(facts.shift.opened_at)}</time>{facts.shift.closed.as_ref().map(|closed| view! { " – "<time dir="ltr">{stamp(closed.at)}</time> })}</p>
                {numbers.map(|words| view! { <p>{words}</p> })}
            </header>
            <dl>
                {row(Key::ReportCash, sales(TenderMethod::Cash))}
                {row(Key::ReportCards, sales(TenderMethod::Card))}
                <div class="total"><dt>{till.text(Key::ReportSales)}</dt><dd dir="auto">{till.money(facts.total())}</dd></div>
                {taxes}
                {some(Key::ReportTips, facts.tipped())}
                {(facts.on_cards() != sales(TenderMethod::Card)).then(|| row(Key::ReportTerminal, facts.on_cards()))}
                {some(Key::PayRounding, facts.rounding)}
                {some(Key::ReportDiscounts, facts.discounts)}
                {some(Key::ReportRefunds, facts.refunded)}
                {by}
                {row(Key::ShiftFloat, facts.shift.float)}
                {moves}
                <div class="total"><dt>{till.text(Key::ShiftExpected)}</dt><dd dir="auto">{till.money(facts.shift.expected())}</dd></div>
                {facts.shift.closed.as_ref().map(|closed| view! {
                    {row(Key::ShiftCounted, closed.counted)}
                    {row(Key::ShiftDifference, closed.counted - closed.expected)}
                })}
                {some(Key::ReportLate, facts.shift.late())}
            </dl>
            {differences}
            {guarded}
        </article>
        <button type="button" on:click=print>{till.text(Key::ReceiptPrint)}</button>
    })
}

/// Each with its till, the person and the amount.
fn differences(till: &TillState, differences: &[Difference]) -> Option<impl IntoView + use<>> {
    let row = |difference: &Difference| {
        let label = till
            .pos
            .with_untracked(|pos| payments::label(till, pos, difference.payable));
        let name = cashier_name(till, difference.by);
        let till_name = receipt_prefix(difference.till);
        view! {
            <div>
                <dt dir="auto"><time dir="ltr">{stamp(difference.at)}</time>{format!(" · {till_name} · {name} · {} · {label}", till.method(difference.method))}</dt>
                <dd dir="auto">{till.money(difference.amount)}</dd>
            </div>
        }
    };
    let rows: Vec<_> = differences.iter().map(row).collect();
    let title = till.text(Key::ReportDifferences);
    (!rows.is_empty()).then(|| view! { <h4>{title}</h4><dl>{rows}</dl> })
}

/// What needs a right: who did it, who approved it, and why.
fn guarded(till: &TillState, acts: &[GuardedAct]) -> Option<impl IntoView + use<>> {
    let row = |act: &GuardedAct| {
        let what = till.text(match act.right {
            Right::Discount => Key::ReportDiscount,
            Right::Void => Key::ReportVoid,
            Right::Refund => Key::ReportRefund,
            Right::CashOut | Right::Cashiers => Key::ReportCashOut,
        });
        let why = match &act.why {
            ActReason::Typed(reason) => reason.clone(),
            ActReason::Void { count, name, reason } => {
                format!("{count} × {name} · {}", till.text(void_reason(*reason)))
            }
        };
        let who = by_whom(till, &cashier_name(till, act.by), act.allowance);
        let is_missing = act.allowance == Allowance::Missing;
        view! {
            <div class:unapproved=is_missing>
                <dt dir="auto"><time dir="ltr">{stamp(act.at)}</time>{format!(" · {what} · {why} · {who}")}</dt>
                <dd dir="auto">{till.money(act.amount)}</dd>
            </div>
        }
    };
    let rows: Vec<_> = acts.iter().map(row).collect();
    let title = till.text(Key::ReportGuarded);
    (!rows.is_empty()).then(|| view! { <h4>{title}</h4><dl>{rows}</dl> })
}

fn title(till: &TillState, shift: &Shift) -> String {
    let name = receipt_prefix(shift.till);
    match &shift.closed {
        None => till.texts.fill(Key::ReportXOf, &[("till", &name)]),
        Some(closed) => till.texts.fill(
            Key::ReportZOf,
            &[("till", &name), ("number", &closed.number.to_string())],
        ),
    }
}
