//! The slip: on the screen, and on paper.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    house::{
        bill::{Bill, BillLine},
        op::Action,
        payment::{Payment, Way},
    },
    id::{BillId, PaymentId},
    limits,
};

use super::{
    counter::{Counter, Over},
    payments::way,
};
use crate::{
    pages::staff::{clock::stamp, sheet::Sheet},
    text::staff::Key,
};

#[component]
pub fn Receipt(counter: Counter, bill: BillId, payment: PaymentId) -> impl IntoView {
    let shown = counter.house.with_untracked(|house| {
        let bill = house.live(bill)?.clone();
        let payment = bill.payments.iter().find(|paid| paid.id == payment)?.clone();
        Some((bill, payment))
    });
    let (bill, payment) = shown?;
    let change = (payment.change() > Minor::ZERO)
        .then(|| view! { <p class="change">{counter.word(Key::PayChange)}" "<b dir="auto">{counter.money(payment.change())}</b></p> });
    let left = bill.due();
    let over = counter.over;
    let at = counter.at;
    let next = match left > Minor::ZERO {
        true => counter.texts.fill(Key::ReceiptRest, &[("amount", &counter.money(left))]),
        false => counter.word(Key::ReceiptNext).to_owned(),
    };
    let go_on = move |_| match left > Minor::ZERO {
        true => over.set(Some(Over::Pay)),
        false => {
            over.set(None);
            at.set(None);
        }
    };
    // Without a printer nothing happens, and the slip stays on the screen.
    let print = move |_| drop(window().print());
    Some(view! {
        <Sheet title=counter.word(Key::ReceiptTitle) close=counter.close()>
            {change}
            {slip(&counter, &bill, &payment)}
            {by_mail(&counter, bill.id, payment.id)}
            <div class="beside">
                <button type="button" on:click=print>{counter.word(Key::ReceiptPrint)}</button>
                <button type="button" class="main" on:click=go_on>{next}</button>
            </div>
        </Sheet>
    })
}

fn by_mail(counter: &Counter, bill: BillId, payment: PaymentId) -> impl IntoView + use<> {
    let (address, mailed) = (NodeRef::<html::Input>::new(), RwSignal::new(None));
    let mailing = counter.clone();
    let mail = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = address.get_untracked() else { return };
        let (texts, to) = (mailing.texts, field.value().trim().to_owned());
        let said = texts.fill(Key::ReceiptMailed, &[("address", &to)]);
        let action = Action::Mail { bill, payment, to, lang: texts.lang };
        mailing.ask_then(action, move || {
            field.set_value("");
            mailed.set(Some(said));
        });
    };
    let (label, words) = (counter.word(Key::ReceiptAddress), counter.word(Key::ReceiptMail));
    view! {
        <form class="fields mail" on:submit=mail>
            <label><span>{label}</span><input node_ref=address type="email" required maxlength=limits::EMAIL autocomplete="off"/></label>
            <button type="submit">{words}</button>
            <p class="hint" role="status" dir="auto">{mailed}</p>
        </form>
    }
}

fn slip(counter: &Counter, bill: &Bill, payment: &Payment) -> impl IntoView + use<> {
    let restaurant = &counter.premises.listed.restaurant;
    let address = format!("{}, {} {}", restaurant.address.street, restaurant.address.postcode, restaurant.address.city);
    let lines: Vec<_> = bill.lines.iter().filter(|line| line.count > 0).map(|line| row(counter, line)).collect();
    let sums = bill.sums();
    let sum = |words: String, amount: Minor| view! { <div><dt dir="auto">{words}</dt><dd dir="auto">{counter.money(amount)}</dd></div> };
    let off = bill.discounts.iter().zip(&sums.off).map(|(discount, off)| sum(discount.reason.clone(), -*off)).collect::<Vec<_>>();
    let tax = &restaurant.tax.name;
    let taxes = sums.taxes.iter().map(|row| {
        let words = format!("{tax} {} %", counter.texts.percent(row.rate));
        let key = if bill.plus_tax { Key::ReceiptTaxAdded } else { Key::ReceiptTaxWithin };
        sum(counter.texts.fill(key, &[("tax", &words)]), row.tax)
    });
    let taxes = taxes.collect::<Vec<_>>();
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| sum(counter.word(key).to_owned(), amount));
    let given = (payment.way == Way::Cash && payment.given > Minor::ZERO).then(|| {
        view! { {sum(counter.word(Key::PayGiven).to_owned(), payment.given)}{sum(counter.word(Key::PayChange).to_owned(), payment.change())} }
    });
    let number = payment.receipt.to_string();
    view! {
        <article class="slip">
            <header>
                <h3 dir="auto">{restaurant.name.clone()}</h3>
                <p dir="auto">{address}</p>
                <p>{counter.texts.fill(Key::ReceiptNumber, &[("number", &number)])}" · "<time dir="ltr">{stamp(payment.at)}</time></p>
                <p dir="auto">{counter.label(bill)}</p>
            </header>
            <ol>{lines}</ol>
            <dl>
                {off}
                <div class="total"><dt>{counter.word(Key::BillTotal)}</dt><dd dir="auto">{counter.money(sums.total)}</dd></div>
                {taxes}
                {sum(way(counter, payment).to_owned(), payment.amount)}
                {some(Key::PayTip, payment.tip)}
                {some(Key::PayRounding, payment.rounding)}
                {given}
                {some(Key::ReceiptGivenBack, payment.refunded)}
            </dl>
        </article>
    }
}

fn row(counter: &Counter, line: &BillLine) -> impl IntoView + use<> {
    let picks: Vec<_> = line.picks.iter().map(|pick| view! { <li dir="auto">{pick.name.clone()}</li> }).collect();
    view! {
        <li>
            <span dir="auto">{format!("{} × {}", line.count, line.name)}</span>
            <span class="price" dir="auto">{counter.money(line.sum())}</span>
            {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
        </li>
    }
}
