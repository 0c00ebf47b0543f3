//! The courier's phone: the next stop, the cash to collect, and the handover.

use form_urlencoded::Serializer;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local, web_sys::HtmlInputElement};
use servery_domain::{
    contact::DeliveryAddress,
    currency::Minor,
    delivery_area::Point,
    id::{DeliveryRunId, OrderId},
    limits,
    order::{Event, Order, State},
    order_settings::PaymentMethod,
    pos::{
        PosState,
        delivery_run::{DeliveryRun, Handover, Proof, Stop},
        op::Action,
    },
    time::Timestamp,
};

use super::{address, door, is_called_off, is_over, picture, runs_in};
use crate::{
    components::located_by,
    pages::staff::{dialog::Dialog, money_input::field, notices::notices, screen::Screen},
    pos_client::keep_awake,
    text::staff::Key,
};

/// The stop that is being handed over.
type AtDoor = RwSignal<Option<(DeliveryRunId, OrderId)>>;

/// Seconds for which a called-off order stays visible when the run has no other stop.
const TOLD: i64 = 4 * 60 * 60;

/// The stops that the courier still carries.
fn carried(pos: &PosState, now: Timestamp) -> Vec<DeliveryRun> {
    let told = |run: &DeliveryRun| {
        now.0.saturating_sub(run.assigned_at.0) < TOLD
            && run.stops.iter().any(|stop| is_called_off(pos, stop))
    };
    runs_in(pos, |run| !is_over(pos, run) || told(run))
}

fn to_collect(order: &Order) -> Minor {
    match order.progress.payment.method {
        PaymentMethod::Door => order.to_pay().max(Minor::ZERO),
        PaymentMethod::Card => Minor::ZERO,
    }
}

#[component]
pub fn Courier(screen: Screen) -> impl IntoView {
    let pos = screen.pos;
    keep_awake();
    let at_door: AtDoor = RwSignal::new(None);
    let cards = {
        let screen = screen.clone();
        move || {
            let runs: Vec<_> = pos.with(|pos| {
                carried(pos, screen.client.now())
                    .iter()
                    .map(|run| card(&screen, pos, run, at_door))
                    .collect()
            });
            let none = runs
                .is_empty()
                .then(|| view! { <p class="empty">{screen.text(Key::CourierNothing)}</p> });
            view! { {none}{runs} }
        }
    };
    let sheet = {
        let screen = screen.clone();
        move || {
            let (run, order) = at_door.get()?;
            let order = pos.with_untracked(|pos| pos.order(order).cloned())?;
            Some(untrack(|| handover_form(&screen, run, &order, at_door)))
        }
    };
    view! {
        <article class="courier">
            <h1 class="unseen">{screen.text(Key::RunsTitle)}</h1>
            {notices(&screen)}
            {cards}
            {sheet}
        </article>
    }
}

fn card(screen: &Screen, pos: &PosState, run: &DeliveryRun, at_door: AtDoor) -> impl IntoView + use<> {
    let (off, open): (Vec<&Stop>, Vec<&Stop>) = run
        .stops
        .iter()
        .filter(|stop| stop.handover.is_none())
        .partition(|stop| is_called_off(pos, stop));
    let [off, open] = [off, open].map(|stops| {
        stops
            .into_iter()
            .filter_map(|stop| pos.order(stop.order))
            .collect::<Vec<_>>()
    });
    let stops: Vec<_> = open
        .iter()
        .enumerate()
        .map(|(at, order)| stop(screen, run, order, sooner(run, &open, &off, at), at_door))
        .collect();
    let off: Vec<_> = off.into_iter().map(|order| called_off(screen, order)).collect();
    let ready: Vec<OrderId> = open
        .iter()
        .filter(|order| order.progress.state == State::Ready)
        .map(|order| order.id)
        .collect();
    let (leaving, id) = (screen.clone(), run.id);
    let leave = (!ready.is_empty()).then(|| {
        let words = screen.texts.count(Key::CourierTake, ready.len());
        let leaves = move |order: &OrderId| Action::Order {
            order: *order,
            event: Event::OutForDelivery,
            run: Some(id),
        };
        let take = move |_| leaving.submit_all_once(ready.iter().map(leaves), || ());
        view! { <button type="button" class="main" on:click=take>{words}</button> }
    });
    let cash = if run.handed_in.is_some() {
        Minor::ZERO
    } else {
        run.cash()
    };
    let carried = (cash > Minor::ZERO).then(|| {
        screen
            .texts
            .fill(Key::CourierCash, &[("amount", &screen.money(cash))])
    });
    view! {
        <section>
            {(!off.is_empty()).then_some(view! { <ol class="stops">{off}</ol> })}
            {leave}
            <ol class="stops">{stops}</ol>
            {carried.map(|words| view! { <p class="cash">{words}</p> })}
        </section>
    }
}

fn called_off(screen: &Screen, order: &Order) -> impl IntoView + use<> {
    view! {
        <li>
            <h2><b>{format!("#{}", order.number)}</b>" "<span dir="auto">{order.ordered.contact.name.clone()}</span></h2>
            <p class="said bad" role="alert">{screen.text(Key::CourierOff)}</p>
        </li>
    }
}

fn stop(
    screen: &Screen,
    run: &DeliveryRun,
    order: &Order,
    sooner: Option<Action>,
    at_door: AtDoor,
) -> impl IntoView + use<> {
    let (run_id, id) = (run.id, order.id);
    let ordered = &order.ordered;
    let to = door(order).map(address).unwrap_or_default();
    let map = map(door(order).and_then(DeliveryAddress::point), &to);
    let located = door(order).and_then(|door| located_by::words(screen.texts, door));
    let hint = door(order)
        .map(|door| door.hint.clone())
        .filter(|hint| !hint.is_empty())
        .map(|hint| view! { <p dir="auto">{hint}</p> });
    let note =
        (!ordered.note.is_empty()).then(|| view! { <p class="note" dir="auto">{ordered.note.clone()}</p> });
    let due = screen
        .texts
        .fill(Key::OrderDue, &[("time", &order.expected_at().clock())]);
    let bag: Vec<_> = ordered
        .lines
        .iter()
        .map(|line| view! { <li dir="auto">{format!("{} × {}", line.count, line.name)}</li> })
        .collect();
    let money = match to_collect(order) {
        Minor::ZERO => screen.text(Key::CourierPaid).to_owned(),
        due => screen
            .texts
            .fill(Key::CourierCollect, &[("amount", &screen.money(due))]),
    };
    let earlier = sooner.map(|action| {
        let (asking, words) = (screen.clone(), screen.text(Key::CourierEarlier));
        view! { <button type="button" on:click=move |_| asking.submit(action.clone())>{words}</button> }
    });
    let there = (order.progress.state == State::OutForDelivery).then(|| {
        view! { <button type="button" class="main" on:click=move |_| at_door.set(Some((run_id, id)))>{screen.text(Key::CourierThere)}</button> }
    });
    let cooking = matches!(order.progress.state, State::Accepted | State::Preparing);
    let cooking = cooking.then(|| view! { <p class="hint">{screen.text(Key::RunsCooking)}</p> });
    view! {
        <li>
            <h2><b>{format!("#{}", order.number)}</b>" "<span dir="auto">{ordered.contact.name.clone()}</span></h2>
            <p><a href=map rel="external noreferrer" dir="auto">{to}</a></p>
            {located.map(|words| view! { <p class="hint">{words}</p> })}
            {hint}
            {note}
            <p class="due">{due}</p>
            <ul class="bag">{bag}</ul>
            <p><a href=format!("tel:{}", ordered.contact.phone.replace(' ', "")) dir="ltr">{ordered.contact.phone.clone()}</a></p>
            <p class="money">{money}</p>
            {cooking}
            <div class="beside">{earlier}{there}</div>
        </li>
    }
}

/// The run with this open stop moved up by one; `None` for the first. Called-off stops stay at the end.
fn sooner(run: &DeliveryRun, open: &[&Order], off: &[&Order], at: usize) -> Option<Action> {
    let mut orders: Vec<OrderId> = open.iter().chain(off).map(|order| order.id).collect();
    orders.swap(at.checked_sub(1)?, at);
    Some(Action::Assign {
        run: run.id,
        courier: run.courier,
        orders,
    })
}

fn handover_form(
    screen: &Screen,
    run: DeliveryRunId,
    order: &Order,
    at_door: AtDoor,
) -> impl IntoView + use<> {
    let id = order.id;
    let cash = RwSignal::new(to_collect(order));
    let (name, photo) = (NodeRef::<html::Input>::new(), RwSignal::new(None));
    let giving = screen.clone();
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        let name = || {
            name.get_untracked()
                .map(|field| field.value().trim().to_owned())
                .unwrap_or_default()
        };
        let proof = photo
            .get_untracked()
            .map_or_else(|| Proof::Name(name()), Proof::Photo);
        let handover = Handover {
            at: giving.client.now(),
            cash: cash.get_untracked(),
            proof,
        };
        let done = giving.clone();
        giving.submit_once(
            Action::HandOver {
                run,
                order: id,
                handover,
            },
            move || {
                done.submit(Action::Order {
                    order: id,
                    event: Event::Delivered,
                    run: Some(run),
                });
                at_door.set(None);
            },
        );
    };
    let collects = (to_collect(order) > Minor::ZERO).then(|| field(screen, Key::CourierCollected, cash));
    let (who, handover) = (screen.text(Key::CourierWho), screen.text(Key::CourierHandedOver));
    let value = order.ordered.contact.name.clone();
    let camera = camera(screen, photo);
    let nameless = move || photo.with(Option::is_none);
    view! {
        <Dialog title=format!("#{}", order.number) close=Callback::new(move |()| at_door.set(None))>
            <form class="fields" on:submit=give>
                {collects}
                <label><span>{who}</span><input node_ref=name value=value required=nameless maxlength=limits::NAME autocomplete="off"/></label>
                {camera}
                <button type="submit" class="main">{handover}</button>
            </form>
        </Dialog>
    }
}

/// Shows the photo as it is sent. With a photo no name is needed.
fn camera(screen: &Screen, photo: RwSignal<Option<String>>) -> impl IntoView + use<> {
    let (client, failed) = (screen.client.clone(), RwSignal::new(false));
    let look = move |field: HtmlInputElement| {
        let small = client.photo(&field);
        spawn_local(async move {
            let made = small.await;
            // The dialog may be closed by now.
            failed.try_set(made.is_none());
            photo.try_set(made);
        });
    };
    let (label, no_picture) = (screen.text(Key::CourierPhoto), screen.text(Key::CourierNoPhoto));
    let shown = move || {
        photo
            .get()
            .map(|photo| view! { <img class="proof" src=picture(&photo) alt=label/> })
    };
    view! {
        <label><span>{label}</span><input type="file" accept="image/*" capture="environment" on:change:target=move |event| look(event.target())/></label>
        {move || failed.get().then(|| view! { <p class="hint" role="alert">{no_picture}</p> })}
        {shown}
    }
}

/// The address on a map, by its point if one is known.
fn map(point: Option<Point>, to: &str) -> String {
    const MAP: &str = "https://www.openstreetmap.org";
    match point {
        Some(point) => {
            let (latitude, longitude) = point.degrees();
            format!("{MAP}/?mlat={latitude}&mlon={longitude}#map=18/{latitude}/{longitude}")
        }
        None => {
            let query = Serializer::new(String::new()).append_pair("query", to).finish();
            format!("{MAP}/search?{query}")
        }
    }
}
