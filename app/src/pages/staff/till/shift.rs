//! A shift at this till: opened with a float, closed with a count.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{MoveId, ShiftId},
    limits,
    pos::op::Action,
};

use super::{
    report::paper,
    till_state::{TillDialog, TillState},
};
use crate::{
    pages::staff::{clock::stamp, dialog::Dialog, money_input, shift::own_shift},
    text::staff::Key,
};

/// The bar above the till: the open shift and its actions.
#[component]
pub fn ShiftLine(till: TillState) -> impl IntoView {
    let (pos, client) = (till.pos, till.client.clone());
    let open = Memo::new(move |_| {
        pos.with(|pos| own_shift(pos, client.as_ref()).map(|shift| (shift.id, shift.opened_at)))
    });
    let over = till.over;
    let lay = move |word: &'static str, what: TillDialog| view! { <button type="button" on:click=move |_| over.set(Some(what))>{word}</button> };
    move || match open.get() {
        None => Either::Left(view! {
            <p class="shift closed">
                <span>{till.text(Key::ShiftNone)}</span>
                {lay(till.text(Key::ReceiptsTitle), TillDialog::Receipts)}
                {lay(till.text(Key::ShiftsTitle), TillDialog::Shifts)}
                {lay(till.text(Key::ShiftOpen), TillDialog::OpenShift)}
            </p>
        }),
        Some((id, since)) => Either::Right(view! {
            <p class="shift">
                <span>{till.texts.fill(Key::ShiftSince, &[("time", &stamp(since))])}</span>
                {lay(till.text(Key::ReceiptsTitle), TillDialog::Receipts)}
                {lay(till.text(Key::ShiftCash), TillDialog::MoveCash)}
                {lay(till.text(Key::ReportX), TillDialog::Report(id))}
                {lay(till.text(Key::ShiftClose), TillDialog::CloseShift(id))}
            </p>
        }),
    }
}

#[component]
pub fn OpenShift(till: TillState) -> impl IntoView {
    let (float, shift) = (RwSignal::new(Minor::ZERO), ShiftId(till.client.id()));
    let opening = till.clone();
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        opening.submit_and_close(Action::OpenShift {
            shift,
            float: float.get_untracked(),
        });
    };
    view! {
        <Dialog title=till.text(Key::ShiftOpen) close=till.close()>
            <form class="fields" on:submit=open>
                {money_input::counted(&till, Key::ShiftFloat, float)}
                <p class="hint">{till.text(Key::ShiftFloatHint)}</p>
                <button type="submit" class="main">{till.text(Key::ShiftOpen)}</button>
            </form>
        </Dialog>
    }
}

#[component]
pub fn MoveCash(till: TillState) -> impl IntoView {
    let (amount, out, reason) = (
        RwSignal::new(Minor::ZERO),
        RwSignal::new(true),
        NodeRef::<html::Input>::new(),
    );
    let (moving, id) = (till.clone(), MoveId(till.client.id()));
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
        moving.submit_and_close(Action::MoveCash {
            id,
            shift: shift.id,
            amount,
            reason,
        });
    };
    let method = |is_out: bool, key: Key| {
        let here = move || (out.get() == is_out).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| out.set(is_out)>{till.text(key)}</button> }
    };
    let ways = (method(true, Key::CashOut), method(false, Key::CashIn));
    let amount_field = money_input::field(&till, Key::PayAmount, amount);
    view! {
        <Dialog title=till.text(Key::ShiftCash) close=till.close()>
            <form class="fields" on:submit=go>
                <div class="choices">{ways}</div>
                {amount_field}
                <label><span>{till.text(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
                <button type="submit" class="main" disabled={move || amount.get() <= Minor::ZERO}>{till.text(Key::DoKeep)}</button>
            </form>
        </Dialog>
    }
}

#[component]
pub fn CloseShift(till: TillState, shift: ShiftId) -> impl IntoView {
    let shift = till.pos.with_untracked(|pos| pos.shift(shift).cloned())?;
    let counted = RwSignal::new(Minor::ZERO);
    let id = shift.id;
    let done = RwSignal::new(false);
    let closing = till.clone();
    let close = move |event: SubmitEvent| {
        event.prevent_default();
        closing.submit_once(
            Action::CloseShift {
                shift: id,
                counted: counted.get_untracked(),
            },
            move || done.set(true),
        );
    };
    let expected = till.money(shift.expected());
    let difference = {
        let till = till.clone();
        // The difference is shown once something was counted.
        move || (counted.get() > Minor::ZERO).then(|| till.money(counted.get() - shift.expected()))
    };
    let inner = {
        let till = till.clone();
        let close = close.clone();
        move || match done.get() {
            true => Either::Left(paper(&till, id)),
            false => Either::Right(view! {
                <form class="fields" on:submit=close.clone()>
                    {money_input::counted(&till, Key::ShiftCounted, counted)}
                    <dl class="sums">
                        <div><dt>{till.text(Key::ShiftExpected)}</dt><dd dir="auto">{expected.clone()}</dd></div>
                        <div><dt>{till.text(Key::ShiftDifference)}</dt><dd dir="auto">{difference.clone()}</dd></div>
                    </dl>
                    {open_bills(&till)}
                    <button type="submit" class="main">{till.text(Key::ShiftClose)}</button>
                </form>
            }),
        }
    };
    Some(view! { <Dialog title=till.text(Key::ShiftClose) close=till.close()>{inner}</Dialog> })
}

/// Warns about open bills.
fn open_bills(till: &TillState) -> Option<impl IntoView + use<>> {
    let open = till.pos.with_untracked(|pos| pos.open_bills().len());
    (open > 0).then(|| view! { <p class="said">{till.texts.count(Key::ShiftOpenBills, open)}</p> })
}
