//! Payment of a bill: all or a part, with a tip, in cash with change or by card.

use leptos::{either::Either, ev::SubmitEvent, prelude::*};
use servery_domain::{
    allocate::split,
    currency::Minor,
    id::PaymentId,
    pos::{
        bill::Bill,
        op::Action,
        payment::{Payable, Tender, TenderMethod},
    },
};

use super::till_state::{Charge, TillDialog, TillState};
use crate::{
    pages::staff::{dialog::Dialog, money_input::field},
    pos_client::Connectivity,
    text::staff::Key,
};

/// The maximum number of guests who share a bill equally.
const SHARERS: usize = 12;

/// The values of the form.
#[derive(Clone, Copy)]
struct Filled {
    method: RwSignal<TenderMethod>,
    /// The till's card reader charges the card.
    on_reader: RwSignal<bool>,
    amount: RwSignal<Minor>,
    tip: RwSignal<Minor>,
    given: RwSignal<Minor>,
    /// How many guests share what is due.
    guests: RwSignal<usize>,
}

#[component]
pub fn Pay(till: TillState) -> impl IntoView {
    let Some(bill) = till.bill().get_untracked() else {
        return Either::Left(());
    };
    let title = till.text(Key::PayTitle);
    let close = till.close();
    Either::Right(view! {
        <Dialog title=title close>
            {match till.shift().is_some() {
                true => Either::Left(form(&till, &bill)),
                false => {
                    let over = till.over;
                    Either::Right(view! {
                        <p>{till.text(Key::PayNoShift)}</p>
                        <button type="button" class="main" on:click=move |_| over.set(Some(TillDialog::OpenShift))>{till.text(Key::ShiftOpen)}</button>
                    })
                }
            }}
        </Dialog>
    })
}

/// The first guest's share of what is due.
fn first_share(due: Minor, guests: usize) -> Minor {
    split(due, guests).first().copied().unwrap_or(due)
}

fn form(till: &TillState, bill: &Bill) -> impl IntoView + use<> {
    let bill_now = till.bill();
    let due = Memo::new(move |_| bill_now.with(|bill| bill.as_ref().map_or(Minor::ZERO, |bill| bill.due())));
    let sharers = till
        .sharing
        .get_untracked()
        .filter(|(shared, _)| *shared == bill.id)
        .map_or(1, |(_, guests)| guests);
    let filled = Filled {
        method: RwSignal::new(TenderMethod::Cash),
        on_reader: RwSignal::new(false),
        amount: RwSignal::new(first_share(due.get_untracked(), sharers)),
        tip: RwSignal::new(Minor::ZERO),
        given: RwSignal::new(Minor::ZERO),
        guests: RwSignal::new(sharers),
    };
    // An unedited amount follows changes that others make to the bill.
    Effect::new(move |before: Option<Minor>| {
        let (due, guests) = (due.get(), filled.guests.get_untracked());
        if before.is_some_and(|before| filled.amount.get_untracked() == first_share(before, guests)) {
            filled.amount.set(first_share(due, guests));
        }
        due
    });
    let tender = {
        let (currency, id) = (till.premises.menu.currency, PaymentId(till.client.id()));
        move || {
            let Filled {
                method,
                amount,
                tip,
                given,
                ..
            } = filled;
            let (amount, tip) = (amount.get(), tip.get());
            let rounding = if method.get() == TenderMethod::Cash {
                currency.in_cash(amount + tip) - amount - tip
            } else {
                Minor::ZERO
            };
            let given = if method.get() == TenderMethod::Cash {
                given.get()
            } else {
                Minor::ZERO
            };
            Tender {
                tip,
                rounding,
                given,
                ..Tender::new(id, method.get(), amount)
            }
        }
    };
    let (taking, over, sharing) = (till.clone(), till.over, till.sharing);
    let bill_id = bill.id;
    let take = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(shift), Some(bill), tender) = (taking.shift(), bill_now.get_untracked(), untrack(tender))
        else {
            return;
        };
        let paid = tender.id;
        // Sends unsent dishes to the kitchen before the payment.
        let tickets = taking.unsent_tickets(&bill);
        let rest = filled.guests.get_untracked().saturating_sub(1).max(1);
        if filled.on_reader.get_untracked() {
            let charge = Charge {
                payable: Payable::Bill(bill_id),
                amount: tender.amount,
                tip: tender.tip,
                sharers: rest,
            };
            let put_on = move || over.set(Some(TillDialog::Reader(charge)));
            return match tickets.is_empty() {
                true => put_on(),
                false => taking.submit_all_once(tickets, put_on),
            };
        }
        let pay = Action::Pay {
            bill: bill_id,
            shift: shift.id,
            tender,
        };
        let all = tickets.into_iter().chain([pay]);
        taking.submit_all_once(all, move || {
            sharing.set(Some((bill_id, rest)));
            over.set(Some(TillDialog::Receipt(Payable::Bill(bill_id), paid)));
        });
    };
    let short = move || {
        filled.method.get() == TenderMethod::Cash
            && filled.given.get() > Minor::ZERO
            && filled.given.get() < tender().taken()
    };
    let change = {
        let till = till.clone();
        move || {
            let tender = tender();
            (tender.given > Minor::ZERO).then(|| {
                let (key, amount) = match short() {
                    true => (Key::PayMissing, tender.taken() - tender.given),
                    false => (Key::PayChange, tender.change()),
                };
                view! { <p class="change" class:short=short>{till.text(key)}" "<b dir="auto">{till.money(amount)}</b></p> }
            })
        }
    };
    let label = {
        let till = till.clone();
        move || {
            let key = if filled.on_reader.get() {
                Key::PayOnReader
            } else {
                Key::PayTake
            };
            till.texts.fill(key, &[("amount", &till.money(tender().taken()))])
        }
    };
    // Excess cash belongs into the field of cash given, which calculates change.
    let out_of_range = move || filled.amount.get() <= Minor::ZERO || filled.amount.get() > due.get();
    let line = till.client.connectivity();
    let offline = move || filled.on_reader.get() && line.get() != Connectivity::Online;
    let no_line = {
        let words = till.text(Key::ReaderOffline);
        move || offline().then(|| view! { <p class="said bad" role="status">{words}</p> })
    };
    let due_now = {
        let till = till.clone();
        move || till.money(due.get())
    };
    view! {
        <form class="fields" on:submit=take>
            <p class="due">{till.text(Key::BillDue)}" "<b dir="auto">{due_now}</b></p>
            {ways(till, filled)}
            {parts(till, filled, due)}
            {field(till, Key::PayTip, filled.tip)}
            {cash(till, filled, tender)}
            {change}
            {no_line}
            <button type="submit" class="main" disabled=move || out_of_range() || short() || offline()>{label}</button>
        </form>
    }
}

fn ways(till: &TillState, filled: Filled) -> impl IntoView + use<> {
    let way = |method: TenderMethod, on_reader: bool, key: Key| {
        let here = move || (filled.method.get() == method && filled.on_reader.get() == on_reader).to_string();
        let choose = move |_| {
            filled.method.set(method);
            filled.on_reader.set(on_reader);
        };
        view! { <button type="button" aria-pressed=here on:click=choose>{till.text(key)}</button> }
    };
    let cards = match till.reader() {
        Some(_) => Either::Left((
            way(TenderMethod::Card, true, Key::PayReader),
            way(TenderMethod::Card, false, Key::PayCardElsewhere),
        )),
        None => Either::Right(way(TenderMethod::Card, false, Key::PayCard)),
    };
    view! { <fieldset class="choices"><legend>{till.text(Key::PayWay)}</legend>{way(TenderMethod::Cash, false, Key::PayCash)}{cards}</fieldset> }
}

/// All, an equal share, or any amount.
fn parts(till: &TillState, filled: Filled, due: Memo<Minor>) -> impl IntoView + use<> {
    let guests = filled.guests;
    let choose = move |next: usize| {
        guests.set(next);
        filled.amount.set(first_share(due.get_untracked(), next));
    };
    let words = {
        let till = till.clone();
        move || match guests.get() {
            1 => till.text(Key::PayAll).to_owned(),
            guests => till.texts.count(Key::PayByGuest, guests),
        }
    };
    let (less, more) = (till.text(Key::PayFewerGuests), till.text(Key::PayMoreGuests));
    view! {
        <fieldset class="choices share">
            <legend>{till.text(Key::PayShare)}</legend>
            <button type="button" class="step" aria-label=less disabled={move || guests.get() <= 1} on:click=move |_| choose(guests.get_untracked() - 1)>"−"</button>
            <output>{words}</output>
            <button type="button" class="step" aria-label=more disabled={move || guests.get() >= SHARERS} on:click=move |_| choose(guests.get_untracked() + 1)>"+"</button>
        </fieldset>
        {field(till, Key::PayAmount, filled.amount)}
    }
}

/// The cash given: the exact amount or the next banknotes.
fn cash<T>(till: &TillState, filled: Filled, tender: T) -> impl IntoView + use<T>
where
    T: Fn() -> Tender + Copy + Send + Sync + 'static,
{
    let field = field(till, Key::PayGiven, filled.given);
    let till = till.clone();
    let notes = move || {
        let taken = tender().taken();
        let notes = notes(taken).into_iter().map(|note| {
            view! { <button type="button" dir="auto" on:click=move |_| filled.given.set(note)>{till.money(note)}</button> }
        });
        notes.collect::<Vec<_>>()
    };
    view! {
        <div class="cash" class:hidden=move || filled.method.get() != TenderMethod::Cash>
            {field}
            <div class="notes">{notes}</div>
        </div>
    }
}

/// The amount, and the amounts that people typically hand over: rounded up to the next 5, 10, 20, 50 and
/// 100.
fn notes(amount: Minor) -> Vec<Minor> {
    let up = |note: i64| Minor((amount.0 + note - 1) / note * note);
    let mut notes = vec![amount];
    for note in [500, 1_000, 2_000, 5_000, 10_000].map(up) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_people_hand_over() {
        let said = |amount| {
            notes(Minor(amount))
                .into_iter()
                .map(|note| note.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(said(1_340), [1_340, 1_500, 2_000, 5_000, 10_000]);
        assert_eq!(said(5_000), [5_000, 6_000, 10_000]);
    }
}
