//! One ticket: table or order, age, and each dish until it is made.

use leptos::prelude::*;
use servery_domain::{
    id::{LineId, TicketId},
    order::Event,
    pos::{
        PosState,
        kitchen_display::Work,
        op::Action,
        ticket::{Ticket, TicketItem, TicketSource},
    },
    time::Timestamp,
};

use super::pass::Pass;
use crate::{
    pages::staff::{
        orders::{self, due, order_name},
        screen::{Ask, Face, Screen, seat, tapped},
    },
    text::{Texts, staff::Key},
};

/// Minutes after which a ticket is late, and very late.
const LATE: i64 = 10;
const VERY_LATE: i64 = 20;

/// One ticket as a station sees it.
pub struct Seen<'a> {
    pub texts: Texts,
    pub pos: &'a PosState,
    pub work: &'a Work<'a>,
    pub ticket: &'a Ticket,
    /// When it was taken, on the clock on the wall.
    pub taken: String,
    /// When a guest on the phone wants it.
    pub due: Option<String>,
}

pub fn card<A: Ask>(ask: &A, seen: &Seen<'_>, now: ReadSignal<Option<Timestamp>>) -> impl IntoView + use<A> {
    let Seen {
        texts,
        pos,
        work,
        ticket,
        taken,
        due,
    } = seen;
    let (texts, id, begins) = (*texts, ticket.id, work.begins(ticket));
    let (taken, due) = (taken.clone(), due.clone());
    let own: Vec<TicketItem> = work.items(ticket).cloned().collect();
    let done = own.iter().all(|item| item.done);
    let minutes = move || {
        now.get()
            .map_or(0, |now| now.0.saturating_sub(begins.0).max(0) / 60)
    };
    let age = move || match minutes() {
        ..LATE => "fresh",
        LATE..VERY_LATE => "late",
        _ => "very-late",
    };
    let waits = move || texts.count(Key::KitchenMinutes, minutes() as usize);
    let more =
        is_more(pos, ticket).then(|| view! { <span class="more-of">{texts.get(Key::KitchenMore)}</span> });
    let due = due.map(|due| view! { <p class="due">{texts.fill(Key::OrderDue, &[("time", &due)])}</p> });
    let off = ticket
        .off
        .then(|| view! { <p class="off">{texts.get(Key::TicketOff)}</p> });
    let courses = by_course(&own).into_iter().map(|(course, items)| {
        let title = (course > 0)
            .then(|| view! { <h3>{texts.fill(Key::LineCourse, &[("n", &course.to_string())])}</h3> });
        let items: Vec<_> = items.into_iter().map(|line| item(texts, ask, id, line)).collect();
        view! { {title}<ul>{items}</ul> }
    });
    let courses: Vec<_> = courses.collect();
    let label = if done {
        Key::KitchenRecall
    } else {
        Key::KitchenBump
    };
    let lines: Vec<LineId> = own.iter().map(|item| item.line).collect();
    let asked = move |_: &A| asked(done, id, lines.clone());
    view! {
        <li class="kitchen-ticket" data-age=age>
            <header>
                <h2 dir="auto">{whose(texts, pos, ticket)}</h2>
                {more}
                {due}
                <p><time dir="ltr">{taken}</time>" · "<span class="age">{waits}</span></p>
            </header>
            {off}
            {notes(texts, pos, ticket)}
            {courses}
            {ask.clone().button(Face { class: "bump", pressed: None }, asked, texts.get(label))}
        </li>
    }
}

/// What is made is called back, what is not is made.
fn asked(done: bool, ticket: TicketId, lines: Vec<LineId>) -> Action {
    if done {
        Action::Recall { ticket, lines }
    } else {
        Action::Bump { ticket, lines }
    }
}

impl Ask for Pass {
    fn button(
        self,
        face: Face,
        asked: impl Fn(&Self) -> Action + 'static,
        words: impl IntoView + 'static,
    ) -> impl IntoView + 'static {
        tapped(face, move || bump(&self, asked(&self)), words)
    }

    fn now(&self) -> Timestamp {
        self.client.now()
    }

    /// It changes in place, so that its key keeps the focus.
    fn is_done(&self, ticket: TicketId, item: &TicketItem) -> Signal<bool> {
        let (pos, line) = (self.pos, item.line);
        let done = move |pos: &PosState| {
            pos.ticket(ticket)?
                .items
                .iter()
                .find(|item| item.line == line)
                .map(|item| item.done)
        };
        Memo::new(move |_| pos.with(|pos| done(pos)).unwrap_or_default()).into()
    }
}

/// What is made of a diner's order makes it ready when it was the last of it.
fn bump(pass: &Pass, action: Action) {
    let screen: Screen = pass.screen.clone();
    let ticket = match &action {
        Action::Bump { ticket, .. } => *ticket,
        _ => return pass.submit(action),
    };
    pass.submit_then(action, move || {
        let ready = screen.pos.with_untracked(|pos| pos.made(ticket));
        if let Some(order) = ready {
            screen.submit(Action::Order {
                order,
                event: Event::Ready,
                run: None,
            });
        }
    });
}

fn by_course(items: &[TicketItem]) -> Vec<(u8, Vec<&TicketItem>)> {
    let mut courses: Vec<u8> = items.iter().map(|item| item.course).collect();
    courses.sort_unstable();
    courses.dedup();
    courses
        .into_iter()
        .map(|course| {
            (
                course,
                items.iter().filter(|item| item.course == course).collect(),
            )
        })
        .collect()
}

fn item<A: Ask>(texts: Texts, ask: &A, ticket: TicketId, item: &TicketItem) -> impl IntoView + use<A> {
    let picks: Vec<_> = item
        .picks
        .iter()
        .map(|pick| view! { <li dir="auto">{pick.clone()}</li> })
        .collect();
    let note = (!item.note.is_empty()).then(|| view! { <small dir="auto">{item.note.clone()}</small> });
    let less = item.count < 0;
    let words = match less {
        true => texts.fill(
            Key::KitchenLess,
            &[
                ("n", &item.count.unsigned_abs().to_string()),
                ("name", &item.name),
            ],
        ),
        false => format!("{} × {}", item.count, item.name),
    };
    let (line, done) = (item.line, ask.is_done(ticket, item));
    let face = Face {
        class: if less { "item less" } else { "item" },
        pressed: Some(done),
    };
    let inner = view! {
        <b dir="auto">{words}</b>
        {(!picks.is_empty()).then_some(view! { <ul>{picks}</ul> })}
        {note}
    };
    let button = ask.clone().button(
        face,
        move |_: &A| asked(done.get_untracked(), ticket, vec![line]),
        inner,
    );
    view! { <li>{button}</li> }
}

fn whose(texts: Texts, pos: &PosState, ticket: &Ticket) -> String {
    match &ticket.of {
        TicketSource::Bill { seat: at, name, .. } => seat(texts, pos, at, name),
        TicketSource::Order(order) => pos
            .order(*order)
            .map_or_else(String::new, |order| order_name(texts, order)),
    }
}

/// When a diner wants it, and what they said of it.
fn notes(texts: Texts, pos: &PosState, ticket: &Ticket) -> Option<impl IntoView + use<>> {
    let TicketSource::Order(order) = ticket.of else {
        return None;
    };
    let order = pos.order(order)?;
    Some(
        view! { <p class="due">{texts.fill(Key::OrderDue, &[("time", &due(texts, order))])}</p>{orders::asked(texts, &order.ordered)} },
    )
}

/// The kitchen has had a ticket of the same bill before.
fn is_more(pos: &PosState, ticket: &Ticket) -> bool {
    let TicketSource::Bill { bill, .. } = &ticket.of else {
        return false;
    };
    let is_of = |other: &Ticket| matches!(&other.of, TicketSource::Bill { bill: of, .. } if of == bill);
    // Courses that were sent together are taken in one moment.
    let is_new = ticket.items.iter().any(|item| item.count > 0);
    is_new
        && pos
            .tickets()
            .any(|other| is_of(other) && other.taken_at < ticket.taken_at)
}
