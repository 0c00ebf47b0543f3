//! The receipt, on the screen and on paper.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{BillId, PaymentId},
    limits,
    order::Order,
    pos::{
        bill::Bill,
        op::Action,
        payment::{Payable, TenderMethod, TillPayment},
    },
    quote::Sum,
    selection::QuotedPick,
    tax::Tax,
};

use super::{
    payments::label,
    phone::destination,
    till_state::{TillDialog, TillState},
};
use crate::{
    components::sum,
    pages::staff::{clock::stamp, dialog::Dialog},
    text::staff::Key,
};

#[component]
pub fn Receipt(till: TillState, payable: Payable, payment: PaymentId) -> impl IntoView {
    let shown = till.pos.with_untracked(|pos| {
        let payment = pos.payment(payable, payment)?.clone();
        let slip = match payable {
            Payable::Bill(bill) => ReceiptSlip::of_bill(&till, pos.merged_bill(bill)?),
            Payable::Order(order) => ReceiptSlip::of_order(&till, pos.order(order), &payment),
        };
        Some((slip, label(&till, pos, payable), payment))
    });
    let (slip, label, payment) = shown?;
    let change = (payment.change() > Minor::ZERO)
        .then(|| view! { <p class="change">{till.text(Key::PayChange)}" "<b dir="auto">{till.money(payment.change())}</b></p> });
    let mail = match payable {
        Payable::Bill(bill) => Some(by_mail(&till, bill, payment.id)),
        Payable::Order(_) => None,
    };
    let next = next(&till, payable);
    Some(view! {
        <Dialog title=till.text(Key::ReceiptTitle) close=put_away(&till, payable)>
            {change}
            {paper(&till, &slip, label, Some(&payment))}
            {mail}
            <div class="beside">
                {print(&till)}
                {next}
            </div>
        </Dialog>
    })
}

/// The current bill as a slip, for guests who want to check it before they pay.
#[component]
pub fn BillSlip(till: TillState) -> impl IntoView {
    let bill = till.bill().get_untracked()?;
    let slip = ReceiptSlip::of_bill(&till, &bill);
    Some(view! {
        <Dialog title=till.text(Key::DoShow) close=till.close()>
            {paper(&till, &slip, till.label(&bill), None)}
            <div class="beside">{print(&till)}</div>
        </Dialog>
    })
}

/// Without a printer the slip just stays on the screen.
fn print(till: &TillState) -> impl IntoView + use<> {
    view! { <button type="button" on:click=move |_| drop(window().print())>{till.text(Key::ReceiptPrint)}</button> }
}

/// Closing the receipt of a fully paid bill also leaves the bill.
fn put_away(till: &TillState, payable: Payable) -> Callback<()> {
    let (pos, at, over) = (till.pos, till.at, till.over);
    Callback::new(move |()| {
        let paid = pos.with_untracked(|pos| {
            let bill = pos.merged_bill(at.get_untracked()?)?;
            Some(payable == Payable::Bill(bill.id) && bill.due() <= Minor::ZERO)
        });
        over.set(None);
        if paid == Some(true) {
            at.set(None);
        }
    })
}

/// The next step: pay the rest, or continue with the next guest.
fn next(till: &TillState, payable: Payable) -> Option<impl IntoView + use<>> {
    let bill = till
        .bill()
        .get_untracked()
        .filter(|bill| payable == Payable::Bill(bill.id))?;
    let (over, left, done) = (till.over, bill.due(), put_away(till, payable));
    let words = match left > Minor::ZERO {
        true => till
            .texts
            .fill(Key::ReceiptRest, &[("amount", &till.money(left))]),
        false => till.text(Key::ReceiptNext).to_owned(),
    };
    let go_on = move |_| match left > Minor::ZERO {
        true => over.set(Some(TillDialog::Pay)),
        false => done.run(()),
    };
    Some(view! { <button type="button" class="main" on:click=go_on>{words}</button> })
}

fn by_mail(till: &TillState, bill: BillId, payment: PaymentId) -> impl IntoView + use<> {
    let (address, mailed) = (NodeRef::<html::Input>::new(), RwSignal::new(None));
    let mailing = till.clone();
    let mail = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = address.get_untracked() else {
            return;
        };
        let (texts, to) = (mailing.texts, field.value().trim().to_owned());
        let said = texts.fill(Key::ReceiptMailed, &[("address", &to)]);
        let action = Action::Mail {
            bill,
            payment,
            to,
            lang: texts.lang,
        };
        mailing.submit_once(action, move || {
            field.set_value("");
            mailed.set(Some(said));
        });
    };
    let (label, words) = (till.text(Key::ReceiptAddress), till.text(Key::ReceiptMail));
    view! {
        <form class="fields mail" on:submit=mail>
            <label><span>{label}</span><input node_ref=address type="email" required maxlength=limits::EMAIL autocomplete="off"/></label>
            <button type="submit">{words}</button>
            <p class="hint" role="status" dir="auto">{mailed}</p>
        </form>
    }
}

/// The contents of a slip, of a bill or of a diner's order.
struct ReceiptSlip {
    lines: Vec<ReceiptLine>,
    /// Sums between the lines and the total.
    sums: Vec<(String, Minor)>,
    total: Minor,
    taxes: Vec<(String, Minor)>,
    /// Where it is brought.
    goes_to: Vec<String>,
}

struct ReceiptLine {
    name: String,
    sum: Minor,
    picks: Vec<String>,
}

impl ReceiptLine {
    fn new(count: u32, name: &str, sum: Minor, picks: &[QuotedPick]) -> Self {
        Self {
            name: format!("{count} × {name}"),
            sum,
            picks: picks.iter().map(|pick| pick.name.clone()).collect(),
        }
    }
}

impl ReceiptSlip {
    fn of_bill(till: &TillState, bill: &Bill) -> Self {
        let sums = bill.sums();
        let lines = bill.lines.iter().filter(|line| line.count > 0);
        let off = bill
            .discounts
            .iter()
            .zip(&sums.off)
            .map(|(discount, off)| (discount.reason.clone(), -*off));
        let fee = (sums.fee != Minor::ZERO).then(|| (till.text(Key::BillDelivery).to_owned(), sums.fee));
        // An added tax is listed before the total; a contained tax after it.
        let (added, within) = match bill.plus_tax {
            true => (taxes(till, Key::ReceiptTaxAdded, &sums.taxes), Vec::new()),
            false => (Vec::new(), taxes(till, Key::ReceiptTaxWithin, &sums.taxes)),
        };
        Self {
            lines: lines
                .map(|line| ReceiptLine::new(line.count.into(), &line.name, line.sum(), &line.picks))
                .collect(),
            sums: off.chain(fee).chain(added).collect(),
            total: sums.total,
            taxes: within,
            goes_to: bill.seat.phone_order().map(destination).unwrap_or_default(),
        }
    }

    /// The device may not have the order any more.
    fn of_order(till: &TillState, order: Option<&Order>, payment: &TillPayment) -> Self {
        let Some(ordered) = order.map(|order| &order.ordered) else {
            return Self {
                lines: Vec::new(),
                sums: Vec::new(),
                total: payment.amount + payment.tip,
                taxes: Vec::new(),
                goes_to: Vec::new(),
            };
        };
        let within = till.premises.listing.restaurant.tax.included;
        let sums = ordered.sums.iter().filter(|sum| !matches!(sum, Sum::Dishes(_)));
        Self {
            lines: ordered
                .lines
                .iter()
                .map(|line| ReceiptLine::new(line.count.into(), &line.name, line.sum, &line.picks))
                .collect(),
            sums: sums
                .map(|sum| (sum::words(till.texts, ordered.currency, sum).0, sum.amount()))
                .collect(),
            total: ordered.total,
            taxes: if within {
                taxes(till, Key::ReceiptTaxWithin, &ordered.taxes)
            } else {
                Vec::new()
            },
            goes_to: Vec::new(),
        }
    }
}

fn taxes(till: &TillState, key: Key, taxes: &[Tax]) -> Vec<(String, Minor)> {
    let name = &till.premises.listing.restaurant.tax.name;
    let row = |tax: &Tax| {
        let words = format!("{name} {} %", till.texts.percent(tax.rate));
        (till.texts.fill(key, &[("tax", &words)]), tax.tax)
    };
    taxes.iter().map(row).collect()
}

/// With a payment it is a receipt; without one it states that it is not a receipt.
fn paper(
    till: &TillState,
    slip: &ReceiptSlip,
    label: String,
    payment: Option<&TillPayment>,
) -> impl IntoView + use<> {
    let restaurant = &till.premises.listing.restaurant;
    let address = format!(
        "{}, {} {}",
        restaurant.address.street, restaurant.address.postcode, restaurant.address.city
    );
    let sum = |words: &str, amount: Minor| {
        view! { <div><dt dir="auto">{words.to_owned()}</dt><dd dir="auto">{till.money(amount)}</dd></div> }
    };
    let rows = |rows: &[(String, Minor)]| {
        rows.iter()
            .map(|(words, amount)| sum(words, *amount))
            .collect::<Vec<_>>()
    };
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| sum(till.text(key), amount));
    let head = match payment {
        None => Either::Left(view! { <p class="no-receipt">{till.text(Key::BillNoReceipt)}</p> }),
        Some(payment) => {
            let number = till
                .texts
                .fill(Key::ReceiptNumber, &[("number", &payment.receipt.to_string())]);
            Either::Right(view! { <p>{number}" · "<time dir="ltr">{stamp(payment.at)}</time></p> })
        }
    };
    let paid = payment.map(|payment| {
        let given = (payment.method == TenderMethod::Cash && payment.given > Minor::ZERO).then(|| {
            view! { {sum(till.text(Key::PayGiven), payment.given)}{sum(till.text(Key::PayChange), payment.change())} }
        });
        view! {
            {sum(till.method(payment.method), payment.amount)}
            {some(Key::PayTip, payment.tip)}
            {some(Key::PayRounding, payment.rounding)}
            {given}
            {some(Key::ReceiptGivenBack, payment.refunded())}
        }
    });
    view! {
        <article class="slip">
            <header>
                <h3 dir="auto">{restaurant.name.clone()}</h3>
                <p dir="auto">{address}</p>
                {head}
                <p dir="auto">{label}</p>
                {slip.goes_to.iter().map(|line| view! { <p dir="auto">{line.clone()}</p> }).collect::<Vec<_>>()}
            </header>
            <ol>{slip.lines.iter().map(|line| row(till, line)).collect::<Vec<_>>()}</ol>
            <dl>
                {rows(&slip.sums)}
                <div class="total"><dt>{till.text(Key::BillTotal)}</dt><dd dir="auto">{till.money(slip.total)}</dd></div>
                {rows(&slip.taxes)}
                {paid}
            </dl>
        </article>
    }
}

fn row(till: &TillState, line: &ReceiptLine) -> impl IntoView + use<> {
    let picks: Vec<_> = line
        .picks
        .iter()
        .map(|pick| view! { <li dir="auto">{pick.clone()}</li> })
        .collect();
    view! {
        <li>
            <span dir="auto">{line.name.clone()}</span>
            <span class="price" dir="auto">{till.money(line.sum)}</span>
            {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
        </li>
    }
}
