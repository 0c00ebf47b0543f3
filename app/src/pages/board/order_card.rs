//! One order on the board: lines, contact, due time, and its buttons.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    account::{Permission, Role},
    basket::Fulfilment,
    board::Board,
    currency::Minor,
    limits,
    order::{CommonReason, Event, Order, OrderRefund, steps},
    order_settings::PaymentMethod,
    quote::QuotedLine,
    slug::Slug,
};

use super::print_button::print_button;
use crate::{
    components::{dish_badges::isolated, located_by, opening::weekday, refusal_text::common},
    text::{Key, Texts},
};

/// Minutes that the kitchen may promise.
const PROMISES: [usize; 7] = [10, 15, 20, 30, 45, 60, 90];

pub fn card(texts: Texts, slug: &Slug, board: &Board, order: &Order) -> impl IntoView + use<> {
    let ordered = &order.ordered;
    let lines: Vec<_> = ordered.lines.iter().map(line).collect();
    let action = order_page(slug, order);
    let own: Vec<Event> = steps(order)
        .into_iter()
        .filter(|event| board.role.may(Permission::Advance(order, event)))
        .collect();
    let is_off = |event: &&Event| matches!(event, Event::Rejected { .. } | Event::Cancelled { .. });
    let is_move = |event: &&Event| matches!(event, Event::Rescheduled { .. });
    let next: Vec<_> = own
        .iter()
        .filter(|event| !is_off(event) && !is_move(event))
        .map(|event| step(texts, &action, event, order.keeps_slot()))
        .collect();
    let other_time = own
        .iter()
        .find(is_move)
        .map(|_| reschedule(texts, &action, board, order));
    let off = own
        .iter()
        .find(is_off)
        .map(|event| call_off(texts, &action, event));
    let back = refund_fields(texts, board.role, order)
        .map(|fields| view! { <form method="post" action=action>{fields}</form> });
    let wrong = (other_time.is_some() || off.is_some() || back.is_some()).then(|| {
        view! { <details><summary>{texts.get(Key::BoardMore)}</summary>{other_time}{off}{back}</details> }
    });
    let print = board
        .role
        .may(Permission::SearchOrders)
        .then(|| print_button(texts, order_page(slug, order)));
    view! {
        <li class="ticket" id=format!("o{}", order.number)>
            <h3>{number(slug, board, order)}" "{fulfilment(texts, board, order)}</h3>
            <p class="due">{due(texts, board, order)}</p>
            {order.is_time_missed().then(|| view! { <p class="wrong">{texts.get(Key::BoardTimeMissed)}</p> })}
            <ul class="lines">{lines}</ul>
            {requests(texts, order)}
            {guest(texts, order)}
            {payment(texts, order)}
            {refunds(texts, order)}
            <div class="steps">{next}</div>
            {wrong}
            {print}
        </li>
    }
}

fn order_page(slug: &Slug, order: &Order) -> String {
    format!("/board/{slug}/orders/{}", order.id)
}

/// Leads to all that has happened to the order, and to its receipt.
fn number(slug: &Slug, board: &Board, order: &Order) -> impl IntoView + use<> {
    let number = format!("#{}", order.number);
    match board.role.may(Permission::SearchOrders) {
        true => Either::Left(view! { <a class="number" href=order_page(slug, order)>{number}</a> }),
        false => Either::Right(view! { <span class="number">{number}</span> }),
    }
}

/// What the guest has asked for beside the dishes.
pub fn requests(texts: Texts, order: &Order) -> impl IntoView + use<> {
    let text = |key, text: &str| (!text.is_empty()).then(|| texts.fill(key, &[("text", text)]));
    let allergies = text(Key::BoardAllergies, &order.ordered.allergies)
        .map(|text| view! { <p class="allergies" dir="auto">{text}</p> });
    let note = text(Key::BoardNote, &order.ordered.note).map(|text| view! { <p dir="auto">{text}</p> });
    view! { {allergies}{note} }
}

/// Who ordered, and where it is brought.
pub fn guest(texts: Texts, order: &Order) -> impl IntoView + use<> {
    let contact = &order.ordered.contact;
    view! {
        <p class="facts"><span dir="auto">{contact.name.clone()}</span>" "{phone(&contact.phone)}</p>
        {address(texts, order)}
    }
}

fn line(line: &QuotedLine) -> impl IntoView + use<> {
    let picks: Vec<_> = line
        .picks
        .iter()
        .map(|pick| view! { <li dir="auto">{pick.name.clone()}</li> })
        .collect();
    let note =
        (!line.note.is_empty()).then(|| view! { <p class="line-note" dir="auto">{line.note.clone()}</p> });
    view! {
        <li>
            <b dir="auto">{format!("{} × {}", line.count, line.name)}</b>
            {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
            {note}
        </li>
    }
}

fn fulfilment(texts: Texts, board: &Board, order: &Order) -> String {
    match &order.ordered.fulfilment {
        Fulfilment::Collection => texts.get(Key::BoardCollection).to_owned(),
        Fulfilment::Delivery(_) => texts.get(Key::BoardDelivery).to_owned(),
        Fulfilment::Table(code) => texts.fill(Key::BoardTable, &[("name", board.table(code))]),
    }
}

fn due(texts: Texts, board: &Board, order: &Order) -> String {
    let due = order.expected_at();
    let (time, day) = (due.clock(), weekday(texts, due.weekday()));
    let key = if due.day() == board.now.day() {
        Key::BoardDue
    } else {
        Key::BoardDueDay
    };
    let said = texts.fill(key, &[("time", &time), ("day", day)]);
    if order.is_scheduled() {
        said
    } else {
        format!("{said} · {}", texts.get(Key::BoardAsap))
    }
}

/// When it is due, and the street to which it is brought.
pub fn place_and_time(texts: Texts, board: &Board, order: &Order) -> String {
    let due = due(texts, board, order);
    match &order.ordered.fulfilment {
        Fulfilment::Delivery(door) if !door.street.is_empty() => {
            format!("{due} · {}", isolated(&door.street))
        }
        _ => due,
    }
}

fn address(texts: Texts, order: &Order) -> Option<impl IntoView + use<>> {
    let Fulfilment::Delivery(door) = &order.ordered.fulfilment else {
        return None;
    };
    if door.street.is_empty() {
        return None;
    }
    let hint = (!door.hint.is_empty()).then(|| format!(" · {}", door.hint));
    let text = format!(
        "{}, {} {}{}",
        door.street,
        door.postcode,
        door.city,
        hint.unwrap_or_default()
    );
    let located = located_by::words(texts, door).map(|words| view! { <p class="facts">{words}</p> });
    Some(view! { <p class="facts" dir="auto">{text}</p>{located} })
}

fn phone(phone: &str) -> Option<impl IntoView + use<>> {
    let number = phone.replace(' ', "");
    (!phone.is_empty()).then(|| view! { <a href=format!("tel:{number}") dir="ltr">{phone.to_owned()}</a> })
}

/// A kitchen's account does not learn it.
pub fn payment(texts: Texts, order: &Order) -> Option<impl IntoView + use<>> {
    let is_known = !order.ordered.sums.is_empty();
    is_known.then(|| view! { <p class="facts">{payment_text(texts, order)}</p> })
}

fn payment_text(texts: Texts, order: &Order) -> String {
    let (payment, open) = (&order.progress.payment, order.to_pay());
    if payment.method == PaymentMethod::Card && open.0 <= 0 || payment.paid.0 > 0 {
        return texts.get(Key::BoardPaid).to_owned();
    }
    texts.fill(
        Key::BoardToPay,
        &[("total", &texts.lang.money(open, order.ordered.currency))],
    )
}

pub fn refunds(texts: Texts, order: &Order) -> Vec<impl IntoView + use<>> {
    let currency = order.ordered.currency;
    let row = |refund: &OrderRefund| {
        let said = texts.fill(
            Key::BoardGivenBack,
            &[("amount", &texts.lang.money(refund.amount, currency))],
        );
        let reason = (!refund.reason.is_empty()).then(|| format!(" · {}", isolated(&refund.reason)));
        view! { <p class="facts">{said}{reason}</p> }
    };
    order.progress.payment.refunds.iter().map(row).collect()
}

fn step(texts: Texts, action: &str, event: &Event, keeps_slot: bool) -> impl IntoView + use<> {
    let (code, label) = match event {
        Event::Accepted { .. } => ("accepted", Key::BoardAccept),
        Event::Preparing => ("preparing", Key::BoardPreparing),
        Event::Ready => ("ready", Key::BoardReady),
        Event::OutForDelivery => ("out_for_delivery", Key::BoardOut),
        Event::Collected => ("collected", Key::BoardCollected),
        _ => ("delivered", Key::BoardDelivered),
    };
    let promise = matches!(event, Event::Accepted { .. }).then(|| match keeps_slot {
        true => Either::Left(view! { <input type="hidden" name="minutes" value="0"/> }),
        false => {
            let options: Vec<_> = PROMISES
                .iter()
                .map(|minutes| view! { <option value=minutes.to_string() selected={*minutes == 20}>{texts.count(Key::BoardMinutes, *minutes)}</option> })
                .collect();
            Either::Right(view! { <label><span>{texts.get(Key::BoardReadyIn)}</span><select name="minutes">{options}</select></label> })
        }
    });
    view! {
        <form method="post" action=action.to_owned()>
            {promise}
            <button name="event" value=code>{texts.get(label)}</button>
        </form>
    }
}

/// Another time, also on another day.
fn reschedule(texts: Texts, action: &str, board: &Board, order: &Order) -> impl IntoView + use<> {
    let due = order.due().from.max(board.now).to_string();
    view! {
        <form method="post" action=action.to_owned()>
            <label>
                <span>{texts.get(Key::BoardRescheduleTo)}</span>
                <input type="datetime-local" name="to" required value=due min=board.now.to_string()/>
            </label>
            <button name="event" value="rescheduled">{texts.get(Key::BoardReschedule)}</button>
        </form>
    }
}

fn call_off(texts: Texts, action: &str, event: &Event) -> impl IntoView + use<> {
    let (code, label) = match event {
        Event::Rejected { .. } => ("rejected", Key::BoardReject),
        _ => ("cancelled", Key::BoardCancel),
    };
    let reasons: Vec<_> = CommonReason::ALL
        .iter()
        .map(|each| view! { <option value=each.code()>{common(texts, *each)}</option> })
        .collect();
    view! {
        <form method="post" action=action.to_owned()>
            <label><span>{texts.get(Key::BoardReason)}</span><select name="reason">{reasons}</select></label>
            <button name="event" value=code>{texts.get(label)}</button>
        </form>
    }
}

/// The fields of a form for a partial refund of a card payment.
pub fn refund_fields(texts: Texts, role: Role, order: &Order) -> Option<impl IntoView + use<>> {
    let (left, currency) = (order.progress.refundable(), order.ordered.currency);
    let event = Event::Refund {
        amount: left,
        left,
        reason: String::new(),
    };
    if left <= Minor::ZERO || !role.may(Permission::Advance(order, &event)) {
        return None;
    }
    let label = texts.fill(
        Key::BoardRefundAmount,
        &[("left", &texts.lang.money(left, currency))],
    );
    let (left, least) = (currency.plain(left), currency.plain(Minor(1)));
    Some(view! {
        <input type="hidden" name="left" value=left.clone()/>
        <label><span>{label}</span><input type="number" name="amount" required min=least.clone() max=left step=least inputmode="decimal"/></label>
        <label class="grow"><span>{texts.get(Key::BoardRefundReason)}</span><input name="reason" required maxlength=limits::NOTE autocomplete="off"/></label>
        <button name="event" value="refund">{texts.get(Key::BoardRefund)}</button>
    })
}
