//! The kitchen screen: open tickets, oldest first, of one station or of all.

mod pass;
mod stations;
pub mod ticket;

use std::collections::BTreeSet;

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use servery_domain::{
    device::DeviceKind,
    id::{StationId, TicketId},
    pos::{
        PosState,
        kitchen_display::{AllDay, Work},
        station::Station,
        ticket::Ticket,
    },
    time::Timestamp,
};

use self::{
    pass::{KitchenView, Pass},
    ticket::Seen,
};
use super::{
    clock::{time_of_day, use_clock},
    notices::notices,
    orders::NewOrders,
    premises::Premises,
    screen::{Ask, Screen, not_here},
};
use crate::{
    pos_client::keep_awake,
    text::{Texts, staff::Key},
};

/// No time limit: tickets for later are included.
const EVER: Timestamp = Timestamp(i64::MAX);
/// Finished tickets that can be recalled.
pub const RECALLED: usize = 12;

pub fn all_stations(pos: &PosState) -> Vec<Station> {
    let mut stations: Vec<Station> = pos.stations().cloned().collect();
    stations.sort_by(|a, b| a.name.cmp(&b.name));
    stations
}

#[component]
pub fn KitchenPage(premises: Premises) -> impl IntoView {
    let Some(screen) = Screen::new(premises) else {
        return Either::Left(());
    };
    let kind = screen.kind();
    let pass = Pass {
        station: screen.client.station(),
        screen,
        shown: RwSignal::new(KitchenView::Waiting),
    };
    Either::Right(move || match kind.get() {
        None => EitherOf3::A(()),
        Some(Some(DeviceKind::Till | DeviceKind::Kitchen)) => EitherOf3::B(kitchen(&pass)),
        Some(_) => EitherOf3::C(not_here(&pass, Key::KitchenTitle)),
    })
}

fn kitchen(pass: &Pass) -> impl IntoView + use<> {
    let shown = pass.shown;
    play_sound(pass);
    keep_awake();
    let body = {
        let pass = pass.clone();
        move || match shown.get() {
            KitchenView::Waiting => EitherOf3::A(waiting(&pass)),
            KitchenView::Done => EitherOf3::B(done(&pass)),
            KitchenView::Stations => EitherOf3::C(view! { <stations::Stations pass=pass.clone()/> }),
        }
    };
    view! {
        <article class="kitchen">
            <h1 class="unseen">{pass.text(Key::KitchenTitle)}</h1>
            {notices(pass)}
            {bar(pass)}
            <NewOrders screen=pass.screen.clone()/>
            {body}
        </article>
    }
}

/// Plays a sound for new tickets, not for stored, recalled or re-assigned ones.
fn play_sound(pass: &Pass) {
    let (counted, pos) = (pass.clone(), pass.pos);
    let waiting = Memo::new(move |_| {
        pos.with(|pos| counted.work(pos, |work, pos| ids(work.waiting(pos, EVER).into_iter())))
    });
    let all = Memo::new(move |_| pos.with(|pos| ids(pos.tickets())));
    let client = pass.client.clone();
    Effect::new(move |before: Option<Option<BTreeSet<TicketId>>>| {
        let (waiting, all) = (waiting.get(), all.get());
        client.name()?;
        if before.flatten().is_some_and(|before| !waiting.is_subset(&before)) {
            client.play_sound();
        }
        Some(all)
    });
}

fn ids<'h>(tickets: impl Iterator<Item = &'h Ticket>) -> BTreeSet<TicketId> {
    tickets.map(|ticket| ticket.id).collect()
}

fn bar(pass: &Pass) -> impl IntoView + use<> {
    let (shown, chosen, pos) = (pass.shown, pass.station, pass.pos);
    let stations = Memo::new(move |_| pos.with(|pos| all_stations(pos)));
    let client = pass.client.clone();
    // A deleted station shows everything.
    let current = Memo::new(move |_| {
        chosen
            .get()
            .filter(|id| pos.with(|pos| pos.station(*id).is_some()))
    });
    let key = move |station: Option<StationId>, name: String| {
        let here = move || (shown.get() == KitchenView::Waiting && current.get() == station).to_string();
        let client = client.clone();
        let choose = move |_| {
            client.set_station(station);
            shown.set(KitchenView::Waiting);
        };
        view! { <button type="button" aria-pressed=here on:click=choose dir="auto">{name}</button> }
    };
    let all = pass.text(Key::KitchenAll).to_owned();
    let keys = move || {
        let stations = stations
            .get()
            .into_iter()
            .map(|station| key(Some(station.id), station.name));
        std::iter::once(key(None, all.clone()))
            .chain(stations)
            .collect::<Vec<_>>()
    };
    let view = |what: KitchenView, word: Key| {
        let here = move || (shown.get() == what).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| shown.set(what)>{pass.text(word)}</button> }
    };
    view! {
        <div class="kitchen-bar">
            <div class="choices">{keys}</div>
            <div class="choices">{view(KitchenView::Done, Key::KitchenDone)}{view(KitchenView::Stations, Key::KitchenStations)}</div>
        </div>
    }
}

fn waiting(pass: &Pass) -> impl IntoView + use<> {
    let now = use_clock(10);
    let pos = pass.pos;
    let clock = {
        let pass = pass.clone();
        move || now.get().unwrap_or_else(|| pass.now())
    };
    let (tickets, later) = {
        let (first, second, clock, same) = (pass.clone(), pass.clone(), clock.clone(), clock.clone());
        let cloned = |tickets: Vec<&Ticket>| tickets.into_iter().cloned().collect::<Vec<_>>();
        let waiting = Memo::new(move |_| {
            pos.with(|pos| first.work(pos, |work, pos| cloned(work.waiting(pos, clock()))))
        });
        let later =
            Memo::new(move |_| pos.with(|pos| second.work(pos, |work, pos| cloned(work.later(pos, same())))));
        (waiting, later)
    };
    // Keyed by station, because each station has its own card of a ticket.
    let station = pass.station;
    let shown = move || {
        let station = station.get();
        tickets
            .get()
            .into_iter()
            .map(move |ticket| (station, ticket))
            .collect::<Vec<_>>()
    };
    let all_day = {
        let pass = pass.clone();
        move || all_day(pos.with(|pos| pass.work(pos, |work, pos| work.all_day(pos, clock()))))
    };
    let nothing = {
        let words = pass.text(Key::KitchenNothing);
        move || {
            tickets
                .with(Vec::is_empty)
                .then(|| view! { <p class="empty">{words}</p> })
        }
    };
    let for_later = {
        let pass = pass.clone();
        move || {
            let tickets = later.get();
            self::later(
                pass.texts,
                tickets.len(),
                tickets
                    .iter()
                    .map(|ticket| card(&pass, ticket, now))
                    .collect::<Vec<_>>(),
            )
        }
    };
    let card = {
        let pass = pass.clone();
        move |ticket: Ticket| card(&pass, &ticket, now)
    };
    view! {
        <div class="pass">
            {nothing}
            <ol class="tickets" aria-live="polite">
                <For each=shown key=|(station, ticket)| (*station, ticket.id, ticket.off, ticket.due_at, ticket.guest()) let((_, ticket))>{card(ticket)}</For>
            </ol>
            <aside class="all-day"><h2>{pass.text(Key::KitchenAllDay)}</h2><ul>{all_day}</ul></aside>
            {for_later}
        </div>
    }
}

/// Tickets for later, collapsed.
pub fn later(texts: Texts, count: usize, cards: impl IntoView + 'static) -> impl IntoView + 'static {
    (count > 0).then(|| {
        let words = texts.count(Key::KitchenLater, count);
        view! { <details class="for-later"><summary>{words}</summary><ol class="tickets">{cards}</ol></details> }
    })
}

pub fn all_day(all: Vec<AllDay>) -> impl IntoView {
    let row = |dish: AllDay| {
        let picks = (!dish.picks.is_empty()).then(|| format!(" ({})", dish.picks.join(", ")));
        view! { <li><b>{dish.count}</b>" "<span dir="auto">{dish.name}{picks}</span></li> }
    };
    all.into_iter().map(row).collect::<Vec<_>>()
}

fn card(pass: &Pass, ticket: &Ticket, now: ReadSignal<Option<Timestamp>>) -> impl IntoView + use<> {
    let (texts, taken) = (pass.texts, time_of_day(ticket.taken_at));
    let due = ticket.phone_due().map(time_of_day);
    let card = |work: &Work<'_>, pos: &PosState| {
        ticket::card(
            pass,
            &Seen {
                texts,
                pos,
                work,
                ticket,
                taken,
                due,
            },
            now,
        )
    };
    pass.pos.with_untracked(|pos| pass.work(pos, card))
}

fn done(pass: &Pass) -> impl IntoView + use<> {
    let pos = pass.pos;
    let pass = pass.clone();
    let now = use_clock(10);
    move || {
        let tickets = pos.with(|pos| {
            pass.work(pos, |work, pos| {
                work.done(pos)
                    .into_iter()
                    .take(RECALLED)
                    .cloned()
                    .collect::<Vec<_>>()
            })
        });
        let none = tickets
            .is_empty()
            .then(|| view! { <p class="empty">{pass.text(Key::KitchenNothingDone)}</p> });
        let cards: Vec<_> = tickets.iter().map(|ticket| card(&pass, ticket, now)).collect();
        view! { {none}<ol class="tickets">{cards}</ol> }
    }
}
