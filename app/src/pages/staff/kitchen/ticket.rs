//! One ticket: whose it is, since when, and each dish until it is made.

use leptos::prelude::*;
use servery_domain::{
    house::{
        House, Thing,
        kitchen::Work,
        op::Action,
        ticket::{Of, Ticket, TicketItem},
    },
    id::{LineId, TicketId},
    order::{Event, State},
    time::Timestamp,
};

use super::Pass;
use crate::{
    pages::staff::{clock::time_of_day, orders::order_name, post::Post},
    text::staff::Key,
};

/// Minutes after which a ticket is late, and very late.
const LATE: i64 = 10;
const VERY_LATE: i64 = 20;

pub fn card(pass: &Pass, ticket: &Ticket, now: ReadSignal<Option<Timestamp>>) -> impl IntoView + use<> {
    let own: Vec<TicketItem> =
        pass.house.with_untracked(|house| pass.work(house, |work: &Work<'_>, _| work.items(ticket).cloned().collect()));
    let done = own.iter().all(|item| item.done);
    let taken_at = ticket.taken_at;
    let minutes = move || now.get().map_or(0, |now| (now.0 - taken_at.0).max(0) / 60);
    let age = move || match minutes() {
        ..LATE => "fresh",
        LATE..VERY_LATE => "late",
        _ => "very-late",
    };
    let texts = pass.texts;
    let waits = move || texts.count(Key::KitchenMinutes, minutes() as usize);
    let (whose, notes) = pass.house.with_untracked(|house| (whose(pass, house, ticket), notes(pass, house, ticket)));
    let more = pass.house.with_untracked(|house| is_more(house, ticket));
    let more = more.then(|| view! { <span class="more-of">{pass.word(Key::KitchenMore)}</span> });
    let courses = by_course(&own).into_iter().map(|(course, items)| {
        let title = (course > 0).then(|| view! { <h3>{texts.fill(Key::LineCourse, &[("n", &course.to_string())])}</h3> });
        let items: Vec<_> = items.into_iter().map(|line| item(pass, ticket.id, line)).collect();
        view! { {title}<ul>{items}</ul> }
    });
    let courses: Vec<_> = courses.collect();
    let (label, action) = match done {
        true => (Key::KitchenRecall, Action::Recall { ticket: ticket.id, lines: lines(&own) }),
        false => (Key::KitchenBump, Action::Bump { ticket: ticket.id, lines: lines(&own) }),
    };
    let bumping = pass.clone();
    let tap = move |_| bump(&bumping, action.clone());
    view! {
        <li class="kitchen-ticket" data-age=age>
            <header>
                <h2 dir="auto">{whose}</h2>
                {more}
                <p><time dir="ltr">{time_of_day(taken_at)}</time>" · "<span class="age">{waits}</span></p>
            </header>
            {notes}
            {courses}
            <button type="button" class="bump" on:click=tap>{pass.word(label)}</button>
        </li>
    }
}

fn lines(items: &[TicketItem]) -> Vec<LineId> {
    items.iter().map(|item| item.line).collect()
}

/// What is made of a diner's order makes it ready when it was the last of it.
fn bump(pass: &Pass, action: Action) {
    let post: Post = pass.post.clone();
    let ticket = match &action {
        Action::Bump { ticket, .. } => *ticket,
        _ => return pass.ask(action),
    };
    pass.ask_then(action, move || {
        let ready = post.house.with_untracked(|house| {
            let ticket = house.ticket(ticket).filter(|ticket| ticket.is_done())?;
            let Of::Order(order) = ticket.of else { return None };
            let order = house.order(order)?;
            matches!(order.progress.state, State::Accepted | State::Preparing).then_some(order.id)
        });
        if let Some(order) = ready {
            post.ask(Action::Order { order, event: Event::Ready });
        }
    });
}

fn by_course(items: &[TicketItem]) -> Vec<(u8, Vec<&TicketItem>)> {
    let mut courses: Vec<u8> = items.iter().map(|item| item.course).collect();
    courses.sort_unstable();
    courses.dedup();
    courses.into_iter().map(|course| (course, items.iter().filter(|item| item.course == course).collect())).collect()
}

fn item(pass: &Pass, ticket: TicketId, item: &TicketItem) -> impl IntoView + use<> {
    let picks: Vec<_> = item.picks.iter().map(|pick| view! { <li dir="auto">{pick.clone()}</li> }).collect();
    let note = (!item.note.is_empty()).then(|| view! { <small dir="auto">{item.note.clone()}</small> });
    let less = item.count < 0;
    let words = match less {
        true => pass.texts.fill(Key::KitchenLess, &[("n", &item.count.unsigned_abs().to_string()), ("name", &item.name)]),
        false => format!("{} × {}", item.count, item.name),
    };
    let lines = vec![item.line];
    let action = if item.done { Action::Recall { ticket, lines } } else { Action::Bump { ticket, lines } };
    let tapped = pass.clone();
    view! {
        <li>
            <button type="button" class="item" class:less=less aria-pressed=item.done.to_string() on:click=move |_| bump(&tapped, action.clone())>
                <b dir="auto">{words}</b>
                {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
                {note}
            </button>
        </li>
    }
}

fn whose(pass: &Pass, house: &House, ticket: &Ticket) -> String {
    match &ticket.of {
        Of::Bill { seat, name, .. } => pass.seat(seat, name),
        Of::Order(order) => house.order(*order).map_or_else(String::new, |order| order_name(pass, order)),
    }
}

/// What the diner said of allergies must not be overlooked.
fn notes(pass: &Pass, house: &House, ticket: &Ticket) -> Option<impl IntoView + use<>> {
    let Of::Order(order) = ticket.of else { return None };
    let order = house.order(order)?;
    let ordered = &order.ordered;
    let allergies = (!ordered.allergies.is_empty())
        .then(|| view! { <p class="allergies" dir="auto">{pass.texts.fill(Key::OrderAllergies, &[("text", &ordered.allergies)])}</p> });
    let note = (!ordered.note.is_empty()).then(|| view! { <p class="note" dir="auto">{ordered.note.clone()}</p> });
    let due = order.progress.ready_at.unwrap_or(ordered.due.from);
    Some(view! { <p class="due">{pass.texts.fill(Key::OrderDue, &[("time", &due.clock())])}</p>{allergies}{note} })
}

/// The kitchen has had a ticket of the same bill before.
fn is_more(house: &House, ticket: &Ticket) -> bool {
    let Of::Bill { bill, .. } = &ticket.of else { return false };
    house.things().any(|thing| match thing {
        Thing::Ticket(Ticket { id, of: Of::Bill { bill: other, .. }, taken_at, .. }) => {
            other == bill && (*taken_at, *id) < (ticket.taken_at, ticket.id)
        }
        _ => false,
    })
}
