//! The slip: on the screen, and on paper.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{BillId, PaymentId},
    limits,
    order::Order,
    pos::{
        bill::Bill,
        op::Action,
        payment::{Owed, Payment, Way},
    },
    quote::{QuotedPick, Sum},
    tax::Tax,
};

use super::{
    payments::{label, way},
    till_state::{Counter, Over},
};
use crate::{
    components::sum,
    pages::staff::{clock::stamp, dialog::Sheet},
    text::staff::Key,
};

#[component]
pub fn Receipt(counter: Counter, owed: Owed, payment: PaymentId) -> impl IntoView {
    let shown = counter.house.with_untracked(|house| {
        let payment = house.payment(owed, payment)?.clone();
        let slip = match owed {
            Owed::Bill(bill) => Slip::of_bill(&counter, house.live(bill)?),
            Owed::Order(order) => Slip::of_order(&counter, house.order(order), &payment),
        };
        Some((slip, label(&counter, house, owed), payment))
    });
    let (slip, label, payment) = shown?;
    let change = (payment.change() > Minor::ZERO)
        .then(|| view! { <p class="change">{counter.word(Key::PayChange)}" "<b dir="auto">{counter.money(payment.change())}</b></p> });
    let mail = match owed {
        Owed::Bill(bill) => Some(by_mail(&counter, bill, payment.id)),
        Owed::Order(_) => None,
    };
    let next = next(&counter, owed);
    Some(view! {
        <Sheet title=counter.word(Key::ReceiptTitle) close=put_away(&counter, owed)>
            {change}
            {paper(&counter, &slip, label, Some(&payment))}
            {mail}
            <div class="beside">
                {print(&counter)}
                {next}
            </div>
        </Sheet>
    })
}

/// What the bill in hand comes to, for guests who want to see it before they pay.
#[component]
pub fn BillSlip(counter: Counter) -> impl IntoView {
    let bill = counter.bill().get_untracked()?;
    let slip = Slip::of_bill(&counter, &bill);
    Some(view! {
        <Sheet title=counter.word(Key::DoShow) close=counter.close()>
            {paper(&counter, &slip, counter.label(&bill), None)}
            <div class="beside">{print(&counter)}</div>
        </Sheet>
    })
}

/// Without a printer nothing happens, and the slip stays on the screen.
fn print(counter: &Counter) -> impl IntoView + use<> {
    view! { <button type="button" on:click=move |_| drop(window().print())>{counter.word(Key::ReceiptPrint)}</button> }
}

/// Whoever puts away the receipt of a bill on which nothing is left to pay is done with the bill, too.
fn put_away(counter: &Counter, owed: Owed) -> Callback<()> {
    let (house, at, over) = (counter.house, counter.at, counter.over);
    Callback::new(move |()| {
        let paid = house.with_untracked(|house| {
            let bill = house.live(at.get_untracked()?)?;
            Some(owed == Owed::Bill(bill.id) && bill.due() <= Minor::ZERO)
        });
        over.set(None);
        if paid == Some(true) {
            at.set(None);
        }
    })
}

/// What follows for whoever has just paid: the rest of the bill in hand, or the next guest.
fn next(counter: &Counter, owed: Owed) -> Option<impl IntoView + use<>> {
    let bill = counter
        .bill()
        .get_untracked()
        .filter(|bill| owed == Owed::Bill(bill.id))?;
    let (over, left, done) = (counter.over, bill.due(), put_away(counter, owed));
    let words = match left > Minor::ZERO {
        true => counter
            .texts
            .fill(Key::ReceiptRest, &[("amount", &counter.money(left))]),
        false => counter.word(Key::ReceiptNext).to_owned(),
    };
    let go_on = move |_| match left > Minor::ZERO {
        true => over.set(Some(Over::Pay)),
        false => done.run(()),
    };
    Some(view! { <button type="button" class="main" on:click=go_on>{words}</button> })
}

fn by_mail(counter: &Counter, bill: BillId, payment: PaymentId) -> impl IntoView + use<> {
    let (address, mailed) = (NodeRef::<html::Input>::new(), RwSignal::new(None));
    let mailing = counter.clone();
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
        mailing.ask_once(action, move || {
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

/// What a slip says of a bill, or of what a diner has ordered.
struct Slip {
    lines: Vec<Row>,
    /// What makes the total another one than that of the lines.
    sums: Vec<(String, Minor)>,
    total: Minor,
    taxes: Vec<(String, Minor)>,
}

struct Row {
    name: String,
    sum: Minor,
    picks: Vec<String>,
}

impl Row {
    fn new(count: u32, name: &str, sum: Minor, picks: &[QuotedPick]) -> Self {
        Self {
            name: format!("{count} × {name}"),
            sum,
            picks: picks.iter().map(|pick| pick.name.clone()).collect(),
        }
    }
}

impl Slip {
    fn of_bill(counter: &Counter, bill: &Bill) -> Self {
        let sums = bill.sums();
        let lines = bill.lines.iter().filter(|line| line.count > 0);
        let off = bill
            .discounts
            .iter()
            .zip(&sums.off)
            .map(|(discount, off)| (discount.reason.clone(), -*off));
        // A tax that is added leads to the total; one that is within it is said of it.
        let (added, within) = match bill.plus_tax {
            true => (taxes(counter, Key::ReceiptTaxAdded, &sums.taxes), Vec::new()),
            false => (Vec::new(), taxes(counter, Key::ReceiptTaxWithin, &sums.taxes)),
        };
        Self {
            lines: lines
                .map(|line| Row::new(line.count.into(), &line.name, line.sum(), &line.picks))
                .collect(),
            sums: off.chain(added).collect(),
            total: sums.total,
            taxes: within,
        }
    }

    /// An order that this device has forgotten was paid all the same.
    fn of_order(counter: &Counter, order: Option<&Order>, payment: &Payment) -> Self {
        let Some(ordered) = order.map(|order| &order.ordered) else {
            return Self {
                lines: Vec::new(),
                sums: Vec::new(),
                total: payment.amount + payment.tip,
                taxes: Vec::new(),
            };
        };
        let within = counter.premises.listed.restaurant.tax.included;
        let sums = ordered.sums.iter().filter(|sum| !matches!(sum, Sum::Dishes(_)));
        Self {
            lines: ordered
                .lines
                .iter()
                .map(|line| Row::new(line.count.into(), &line.name, line.sum, &line.picks))
                .collect(),
            sums: sums
                .map(|sum| (sum::words(counter.texts, ordered.currency, sum).0, sum.amount()))
                .collect(),
            total: ordered.total,
            taxes: if within {
                taxes(counter, Key::ReceiptTaxWithin, &ordered.taxes)
            } else {
                Vec::new()
            },
        }
    }
}

fn taxes(counter: &Counter, key: Key, taxes: &[Tax]) -> Vec<(String, Minor)> {
    let name = &counter.premises.listed.restaurant.tax.name;
    let row = |tax: &Tax| {
        let words = format!("{name} {} %", counter.texts.percent(tax.rate));
        (counter.texts.fill(key, &[("tax", &words)]), tax.tax)
    };
    taxes.iter().map(row).collect()
}

/// With the payment it is a receipt of; without one it is none, and says so.
fn paper(counter: &Counter, slip: &Slip, label: String, payment: Option<&Payment>) -> impl IntoView + use<> {
    let restaurant = &counter.premises.listed.restaurant;
    let address = format!(
        "{}, {} {}",
        restaurant.address.street, restaurant.address.postcode, restaurant.address.city
    );
    let sum = |words: &str, amount: Minor| {
        view! { <div><dt dir="auto">{words.to_owned()}</dt><dd dir="auto">{counter.money(amount)}</dd></div> }
    };
    let rows = |rows: &[(String, Minor)]| {
        rows.iter()
            .map(|(words, amount)| sum(words, *amount))
            .collect::<Vec<_>>()
    };
    let some = |key: Key, amount: Minor| (amount != Minor::ZERO).then(|| sum(counter.word(key), amount));
    let head = match payment {
        None => Either::Left(view! { <p class="no-receipt">{counter.word(Key::BillNoReceipt)}</p> }),
        Some(payment) => {
            let number = counter
                .texts
                .fill(Key::ReceiptNumber, &[("number", &payment.receipt.to_string())]);
            Either::Right(view! { <p>{number}" · "<time dir="ltr">{stamp(payment.at)}</time></p> })
        }
    };
    let paid = payment.map(|payment| {
        let given = (payment.way == Way::Cash && payment.given > Minor::ZERO).then(|| {
            view! { {sum(counter.word(Key::PayGiven), payment.given)}{sum(counter.word(Key::PayChange), payment.change())} }
        });
        view! {
            {sum(way(counter, payment), payment.amount)}
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
            </header>
            <ol>{slip.lines.iter().map(|line| row(counter, line)).collect::<Vec<_>>()}</ol>
            <dl>
                {rows(&slip.sums)}
                <div class="total"><dt>{counter.word(Key::BillTotal)}</dt><dd dir="auto">{counter.money(slip.total)}</dd></div>
                {rows(&slip.taxes)}
                {paid}
            </dl>
        </article>
    }
}

fn row(counter: &Counter, line: &Row) -> impl IntoView + use<> {
    let picks: Vec<_> = line
        .picks
        .iter()
        .map(|pick| view! { <li dir="auto">{pick.clone()}</li> })
        .collect();
    view! {
        <li>
            <span dir="auto">{line.name.clone()}</span>
            <span class="price" dir="auto">{counter.money(line.sum)}</span>
            {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
        </li>
    }
}
