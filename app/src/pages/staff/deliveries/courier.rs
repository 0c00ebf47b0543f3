//! On a courier's phone: the next door, what is collected there, and who has taken it.

use form_urlencoded::Serializer;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local, web_sys::HtmlInputElement};
use servery_domain::{
    currency::Minor,
    id::{OrderId, RunId},
    limits,
    order::{Event, Order, State},
    order_settings::PaymentWay,
    pos::{
        House,
        delivery_run::{HandedOver, Proof, Run, Stop},
        op::Action,
    },
    time::Timestamp,
};

use super::{address, door, due, is_off, is_over, picture, runs_in};
use crate::{
    pages::staff::{
        dialog::Sheet,
        money_input::field,
        screen::{Post, wrong},
    },
    text::staff::Key,
};

/// At which door the courier stands.
type AtDoor = RwSignal<Option<(RunId, OrderId)>>;

/// Seconds for which a courier is told that something was called off, when nothing else is left of the run.
const TOLD: i64 = 4 * 60 * 60;

/// What the courier has with them, or thinks so.
fn carried(house: &House, now: Timestamp) -> Vec<Run> {
    let told =
        |run: &Run| now.0 - run.assigned_at.0 < TOLD && run.stops.iter().any(|stop| is_off(house, stop));
    runs_in(house, |run| !is_over(house, run) || told(run))
}

fn to_collect(order: &Order) -> Minor {
    match order.progress.payment.way {
        PaymentWay::Door => order.to_pay().max(Minor::ZERO),
        PaymentWay::Card => Minor::ZERO,
    }
}

#[component]
pub fn Courier(post: Post) -> impl IntoView {
    let house = post.house;
    let at_door: AtDoor = RwSignal::new(None);
    let cards = {
        let post = post.clone();
        move || {
            let runs: Vec<_> = house.with(|house| {
                carried(house, post.desk.now())
                    .iter()
                    .map(|run| card(&post, house, run, at_door))
                    .collect()
            });
            let none = runs
                .is_empty()
                .then(|| view! { <p class="empty">{post.word(Key::CourierNothing)}</p> });
            view! { {none}{runs} }
        }
    };
    let sheet = {
        let post = post.clone();
        move || {
            let (run, order) = at_door.get()?;
            let order = house.with_untracked(|house| house.order(order).cloned())?;
            Some(untrack(|| hand_over(&post, run, &order, at_door)))
        }
    };
    view! {
        <article class="courier">
            <h1 class="unseen">{post.word(Key::RunsTitle)}</h1>
            {wrong(&post)}
            {cards}
            {sheet}
        </article>
    }
}

fn card(post: &Post, house: &House, run: &Run, at_door: AtDoor) -> impl IntoView + use<> {
    let (off, open): (Vec<&Stop>, Vec<&Stop>) = run
        .stops
        .iter()
        .filter(|stop| stop.handed_over.is_none())
        .partition(|stop| is_off(house, stop));
    let [off, open] = [off, open].map(|stops| {
        stops
            .into_iter()
            .filter_map(|stop| house.order(stop.order))
            .collect::<Vec<_>>()
    });
    let stops: Vec<_> = open
        .iter()
        .enumerate()
        .map(|(at, order)| stop(post, run, order, sooner(run, &open, &off, at), at_door))
        .collect();
    let off: Vec<_> = off.into_iter().map(|order| called_off(post, order)).collect();
    let ready: Vec<OrderId> = open
        .iter()
        .filter(|order| order.progress.state == State::Ready)
        .map(|order| order.id)
        .collect();
    let leaving = post.clone();
    let leave = (!ready.is_empty()).then(|| {
        let words = post.texts.count(Key::CourierTake, ready.len());
        let leaves = |order: &OrderId| Action::Order {
            order: *order,
            event: Event::OutForDelivery,
        };
        let take = move |_| leaving.ask_all_once(ready.iter().map(leaves), || ());
        view! { <button type="button" class="main" on:click=take>{words}</button> }
    });
    let cash = if run.handed_in.is_some() {
        Minor::ZERO
    } else {
        run.cash()
    };
    let carried = (cash > Minor::ZERO).then(|| {
        post.texts
            .fill(Key::CourierCash, &[("amount", &post.money(cash))])
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

fn called_off(post: &Post, order: &Order) -> impl IntoView + use<> {
    view! {
        <li>
            <h2><b>{format!("#{}", order.number)}</b>" "<span dir="auto">{order.ordered.contact.name.clone()}</span></h2>
            <p class="said bad" role="alert">{post.word(Key::CourierOff)}</p>
        </li>
    }
}

fn stop(
    post: &Post,
    run: &Run,
    order: &Order,
    sooner: Option<Action>,
    at_door: AtDoor,
) -> impl IntoView + use<> {
    let (run_id, id) = (run.id, order.id);
    let ordered = &order.ordered;
    let to = door(order).map(address).unwrap_or_default();
    let map = format!(
        "https://www.openstreetmap.org/search?{}",
        Serializer::new(String::new()).append_pair("query", &to).finish()
    );
    let hint = door(order)
        .map(|door| door.hint.clone())
        .filter(|hint| !hint.is_empty())
        .map(|hint| view! { <p dir="auto">{hint}</p> });
    let note =
        (!ordered.note.is_empty()).then(|| view! { <p class="note" dir="auto">{ordered.note.clone()}</p> });
    let due = post.texts.fill(Key::OrderDue, &[("time", &due(order).clock())]);
    let bag: Vec<_> = ordered
        .lines
        .iter()
        .map(|line| view! { <li dir="auto">{format!("{} × {}", line.count, line.name)}</li> })
        .collect();
    let money = match to_collect(order) {
        Minor::ZERO => post.word(Key::CourierPaid).to_owned(),
        due => post
            .texts
            .fill(Key::CourierCollect, &[("amount", &post.money(due))]),
    };
    let earlier = sooner.map(|action| {
        let (asking, words) = (post.clone(), post.word(Key::CourierEarlier));
        view! { <button type="button" on:click=move |_| asking.ask(action.clone())>{words}</button> }
    });
    let there = (order.progress.state == State::OutForDelivery).then(|| {
        view! { <button type="button" class="main" on:click=move |_| at_door.set(Some((run_id, id)))>{post.word(Key::CourierThere)}</button> }
    });
    let cooking = matches!(order.progress.state, State::Accepted | State::Preparing);
    let cooking = cooking.then(|| view! { <p class="hint">{post.word(Key::RunsCooking)}</p> });
    view! {
        <li>
            <h2><b>{format!("#{}", order.number)}</b>" "<span dir="auto">{ordered.contact.name.clone()}</span></h2>
            <p><a href=map rel="external noreferrer" dir="auto">{to}</a></p>
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

/// The run with this one of its open stops one place earlier; none before the first. What was called off stays on it, at the end.
fn sooner(run: &Run, open: &[&Order], off: &[&Order], at: usize) -> Option<Action> {
    let mut orders: Vec<OrderId> = open.iter().chain(off).map(|order| order.id).collect();
    orders.swap(at.checked_sub(1)?, at);
    Some(Action::Assign {
        run: run.id,
        courier: run.courier,
        orders,
    })
}

fn hand_over(post: &Post, run: RunId, order: &Order, at_door: AtDoor) -> impl IntoView + use<> {
    let id = order.id;
    let cash = RwSignal::new(to_collect(order));
    let (name, photo) = (NodeRef::<html::Input>::new(), RwSignal::new(None));
    let giving = post.clone();
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
        let handed_over = HandedOver {
            at: giving.desk.now(),
            cash: cash.get_untracked(),
            proof,
        };
        let done = giving.clone();
        giving.ask_once(
            Action::HandOver {
                run,
                order: id,
                handed_over,
            },
            move || {
                done.ask(Action::Order {
                    order: id,
                    event: Event::Delivered,
                });
                at_door.set(None);
            },
        );
    };
    let collects = (to_collect(order) > Minor::ZERO).then(|| field(post, Key::CourierCollected, cash));
    let (who, handed_over) = (post.word(Key::CourierWho), post.word(Key::CourierHandedOver));
    let value = order.ordered.contact.name.clone();
    let camera = camera(post, photo);
    let nameless = move || photo.with(Option::is_none);
    view! {
        <Sheet title=format!("#{}", order.number) close=Callback::new(move |()| at_door.set(None))>
            <form class="fields" on:submit=give>
                {collects}
                <label><span>{who}</span><input node_ref=name value=value required=nameless maxlength=limits::NAME autocomplete="off"/></label>
                {camera}
                <button type="submit" class="main">{handed_over}</button>
            </form>
        </Sheet>
    }
}

/// Shown as it will be sent. With it, nobody has to have a name.
fn camera(post: &Post, photo: RwSignal<Option<String>>) -> impl IntoView + use<> {
    let (desk, failed) = (post.desk.clone(), RwSignal::new(false));
    let look = move |field: HtmlInputElement| {
        let small = desk.photo(&field);
        spawn_local(async move {
            let made = small.await;
            // The sheet may be gone by now.
            failed.try_set(made.is_none());
            photo.try_set(made);
        });
    };
    let (label, no_picture) = (post.word(Key::CourierPhoto), post.word(Key::CourierNoPhoto));
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
