//! A cashier's time at this till: opened with what is in the drawer, closed with a count.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{MoveId, ShiftId},
    limits,
    pos::op::Action,
};

use super::{
    report::paper,
    till_state::{Counter, Over, live_bills, own_shift},
};
use crate::{
    pages::staff::{clock::stamp, dialog::Sheet, money_input},
    text::staff::Key,
};

/// The line above the till: whether a shift is open, and what can be done with it.
#[component]
pub fn ShiftLine(counter: Counter) -> impl IntoView {
    let (house, desk) = (counter.house, counter.desk.clone());
    let open = Memo::new(move |_| {
        house.with(|house| own_shift(house, desk.as_ref()).map(|shift| (shift.id, shift.opened_at)))
    });
    let over = counter.over;
    let lay = move |word: &'static str, what: Over| view! { <button type="button" on:click=move |_| over.set(Some(what))>{word}</button> };
    move || match open.get() {
        None => Either::Left(view! {
            <p class="shift closed">
                <span>{counter.word(Key::ShiftNone)}</span>
                {lay(counter.word(Key::ReceiptsTitle), Over::Receipts)}
                {lay(counter.word(Key::ShiftsTitle), Over::Shifts)}
                {lay(counter.word(Key::ShiftOpen), Over::OpenShift)}
            </p>
        }),
        Some((id, since)) => Either::Right(view! {
            <p class="shift">
                <span>{counter.texts.fill(Key::ShiftSince, &[("time", &stamp(since))])}</span>
                {lay(counter.word(Key::ReceiptsTitle), Over::Receipts)}
                {lay(counter.word(Key::ShiftCash), Over::MoveCash)}
                {lay(counter.word(Key::ReportX), Over::Report(id))}
                {lay(counter.word(Key::ShiftClose), Over::CloseShift(id))}
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
        opening.ask_and_close(Action::OpenShift {
            shift,
            float: float.get_untracked(),
        });
    };
    view! {
        <Sheet title=counter.word(Key::ShiftOpen) close=counter.close()>
            <form class="fields" on:submit=open>
                {money_input::counted(&counter, Key::ShiftFloat, float)}
                <p class="hint">{counter.word(Key::ShiftFloatHint)}</p>
                <button type="submit" class="main">{counter.word(Key::ShiftOpen)}</button>
            </form>
        </Sheet>
    }
}

#[component]
pub fn MoveCash(counter: Counter) -> impl IntoView {
    let (amount, out, reason) = (
        RwSignal::new(Minor::ZERO),
        RwSignal::new(true),
        NodeRef::<html::Input>::new(),
    );
    let (moving, id) = (counter.clone(), MoveId(counter.desk.id()));
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(shift) = moving.shift() else { return };
        let amount = if out.get_untracked() {
            -amount.get_untracked()
        } else {
            amount.get_untracked()
        };
        let reason = reason
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        moving.ask_and_close(Action::MoveCash {
            id,
            shift: shift.id,
            amount,
            reason,
        });
    };
    let way = |is_out: bool, key: Key| {
        let here = move || (out.get() == is_out).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| out.set(is_out)>{counter.word(key)}</button> }
    };
    let ways = (way(true, Key::CashOut), way(false, Key::CashIn));
    let amount_field = money_input::field(&counter, Key::PayAmount, amount);
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
pub fn CloseShift(counter: Counter, shift: ShiftId) -> impl IntoView {
    let shift = counter
        .house
        .with_untracked(|house| house.shift(shift).cloned())?;
    let counted = RwSignal::new(Minor::ZERO);
    let id = shift.id;
    let done = RwSignal::new(false);
    let closing = counter.clone();
    let close = move |event: SubmitEvent| {
        event.prevent_default();
        closing.ask_once(
            Action::CloseShift {
                shift: id,
                counted: counted.get_untracked(),
            },
            move || done.set(true),
        );
    };
    let expected = counter.money(shift.expected());
    let difference = {
        let counter = counter.clone();
        // Nothing is missing before anything was counted.
        move || (counted.get() > Minor::ZERO).then(|| counter.money(counted.get() - shift.expected()))
    };
    let inner = {
        let counter = counter.clone();
        let close = close.clone();
        move || match done.get() {
            true => Either::Left(paper(&counter, id)),
            false => Either::Right(view! {
                <form class="fields" on:submit=close.clone()>
                    {money_input::counted(&counter, Key::ShiftCounted, counted)}
                    <dl class="sums">
                        <div><dt>{counter.word(Key::ShiftExpected)}</dt><dd dir="auto">{expected.clone()}</dd></div>
                        <div><dt>{counter.word(Key::ShiftDifference)}</dt><dd dir="auto">{difference.clone()}</dd></div>
                    </dl>
                    {open_bills(&counter)}
                    <button type="submit" class="main">{counter.word(Key::ShiftClose)}</button>
                </form>
            }),
        }
    };
    Some(view! { <Sheet title=counter.word(Key::ShiftClose) close=counter.close()>{inner}</Sheet> })
}

/// Whoever closes may have forgotten somebody.
fn open_bills(counter: &Counter) -> Option<impl IntoView + use<>> {
    let open = counter.house.with_untracked(|house| live_bills(house).len());
    (open > 0).then(|| view! { <p class="said">{counter.texts.count(Key::ShiftOpenBills, open)}</p> })
}
