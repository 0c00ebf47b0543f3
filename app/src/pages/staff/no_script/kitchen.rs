//! The kitchen screen without a script: each button is a form, and the page reloads by itself.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    id::StationId,
    pos::{PosState, RefusedOp, kitchen_display::Work, op::Action, ticket::Ticket},
};

use super::{NoScriptKitchen, forms::Forms};
use crate::{
    page_address::address,
    pages::staff::{
        clock::ago,
        device::refused::deed,
        kitchen::{
            RECALLED, all_day, all_stations, later,
            ticket::{Seen, card},
        },
        orders::{self, new_orders},
        premises::Premises,
        screen::{Ask, Face, refused},
    },
    text::{Texts, staff::Key},
};

pub fn kitchen(texts: Texts, premises: &Premises, kitchen: &NoScriptKitchen) -> impl IntoView + use<> {
    let NoScriptKitchen {
        look,
        pos,
        first,
        station,
        done,
        ..
    } = kitchen;
    let forms = Forms::new(here(premises, *station, *done), look.at, *first);
    let station = station.and_then(|id| pos.station(id));
    let work = Work {
        menu: &premises.menu,
        station,
        preparation: premises.listing.restaurant.ordering.preparation,
    };
    let orders: Vec<_> = new_orders(pos)
        .iter()
        .map(|order| orders::card(texts, &forms, order))
        .collect();
    let body = match done {
        true => Either::Left(finished(texts, kitchen, &work, &forms)),
        false => Either::Right(waiting(texts, kitchen, &work, &forms)),
    };
    view! {
        <article class="kitchen">
            <h1 class="unseen">{texts.get(Key::KitchenTitle)}</h1>
            {not_done(texts, premises, kitchen, &forms)}
            {bar(texts, premises, pos, station.map(|station| station.id), *done)}
            <ol class="new-orders">{orders}</ol>
            {body}
            <p class="hint">{texts.get(Key::KitchenRefreshes)}</p>
        </article>
    }
}

fn here(premises: &Premises, station: Option<StationId>, done: bool) -> String {
    let station = station.map(|station| ("station", station.to_string()));
    let done = done.then(|| ("done", "1".to_owned()));
    address(
        &format!("/staff/{}/kitchen", premises.slug),
        station.into_iter().chain(done),
    )
}

fn bar(
    texts: Texts,
    premises: &Premises,
    pos: &PosState,
    chosen: Option<StationId>,
    done: bool,
) -> impl IntoView + use<> {
    let link = |station: Option<StationId>, name: String| {
        let current = (!done && chosen == station).then_some("page");
        view! { <a class="button" href=here(premises, station, false) aria-current=current dir="auto">{name}</a> }
    };
    let all = link(None, texts.get(Key::KitchenAll).to_owned());
    let stations: Vec<_> = all_stations(pos)
        .into_iter()
        .map(|station| link(Some(station.id), station.name))
        .collect();
    let finished = here(premises, chosen, true);
    let current = done.then_some("page");
    view! {
        <div class="kitchen-bar">
            <div class="choices">{all}{stations}</div>
            <div class="choices"><a class="button" href=finished aria-current=current>{texts.get(Key::KitchenDone)}</a></div>
        </div>
    }
}

fn cards(
    texts: Texts,
    kitchen: &NoScriptKitchen,
    work: &Work<'_>,
    forms: &Forms,
    tickets: &[&Ticket],
) -> impl IntoView + use<> {
    let NoScriptKitchen { look, pos, .. } = kitchen;
    let (now, _) = signal(Some(look.at));
    let seen = |ticket| Seen {
        texts,
        pos,
        work,
        ticket,
        taken: look.now.moved(look.at, ticket.taken_at).clock(),
        due: ticket.phone_due().map(|due| look.now.moved(look.at, due).clock()),
    };
    tickets
        .iter()
        .map(|ticket| card(forms, &seen(*ticket), now))
        .collect::<Vec<_>>()
}

fn waiting(texts: Texts, kitchen: &NoScriptKitchen, work: &Work<'_>, forms: &Forms) -> impl IntoView + use<> {
    let (pos, now) = (&kitchen.pos, kitchen.look.at);
    let tickets = work.waiting(pos, now);
    let nothing = tickets
        .is_empty()
        .then(|| view! { <li class="empty">{texts.get(Key::KitchenNothing)}</li> });
    view! {
        <div class="pass">
            <ol class="tickets">{nothing}{cards(texts, kitchen, work, forms, &tickets)}</ol>
            <aside class="all-day"><h2>{texts.get(Key::KitchenAllDay)}</h2><ul>{all_day(work.all_day(pos, now))}</ul></aside>
            {later(texts, work.later(pos, now).len(), cards(texts, kitchen, work, forms, &work.later(pos, now)))}
        </div>
    }
}

fn finished(
    texts: Texts,
    kitchen: &NoScriptKitchen,
    work: &Work<'_>,
    forms: &Forms,
) -> impl IntoView + use<> {
    let mut tickets = work.done(&kitchen.pos);
    tickets.truncate(RECALLED);
    let none = tickets
        .is_empty()
        .then(|| view! { <p class="empty">{texts.get(Key::KitchenNothingDone)}</p> });
    view! { {none}<ol class="tickets">{cards(texts, kitchen, work, forms, &tickets)}</ol> }
}

/// The refused ops of this device, until dismissed.
fn not_done(
    texts: Texts,
    premises: &Premises,
    kitchen: &NoScriptKitchen,
    forms: &Forms,
) -> impl IntoView + use<> {
    let row = |refusal: &RefusedOp| {
        let (op, what) = (refusal.op.id, deed(texts, premises, &refusal.op.action));
        let said = texts.fill(
            Key::DeedAt,
            &[
                ("what", &what),
                ("ago", &ago(texts, refusal.op.at, kitchen.look.at)),
            ],
        );
        let seen = forms.clone().button(
            Face::default(),
            move |_: &Forms| Action::Dismiss { op },
            texts.get(Key::DeviceSeen),
        );
        view! { <div class="wrong" role="alert"><span dir="auto">{said}" – "{refused(texts, &refusal.why)}</span>{seen}</div> }
    };
    let own = kitchen
        .pos
        .refused()
        .filter(|refusal| refusal.op.device == kitchen.paired.device);
    own.map(row).collect::<Vec<_>>()
}
