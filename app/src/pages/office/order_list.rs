//! All orders of a restaurant, the newest first, and the search in them.

use leptos::prelude::*;
use servery_domain::{
    basket::Fulfilment,
    currency::Minor,
    limits,
    order::{Order, State},
    order_search::{OrderFilter, OrderList, OrderSearch},
    restaurant::Restaurant,
    time::Day,
};

use crate::{
    components::{
        dish_badges::isolated,
        notice::{Tone, said},
    },
    page_address::{PageAddress, address},
    pages::ordering::{components::due_time, order::timeline},
    text::{self, Texts, office::Key, texts},
};

/// What a form has asked for.
#[derive(Debug, Clone)]
pub struct AskedOrders {
    pub search: OrderSearch,
    /// A field has a value that it cannot have. The form sends fields that are empty, too, and a browser checks the others.
    is_malformed: bool,
    /// It finds too many orders for a file.
    is_too_much: bool,
}

impl AskedOrders {
    pub fn read(visit: &PageAddress) -> Self {
        let mut pairs = visit.page_pairs().filter(|(_, value)| !value.is_empty());
        let search = OrderSearch::parse(&mut pairs);
        Self {
            is_malformed: search.is_err(),
            search: search.unwrap_or_default(),
            is_too_much: visit.get("wrong") == Some("too-many"),
        }
    }
}

pub fn page(restaurant: &Restaurant, list: &OrderList, asked: &AskedOrders) -> impl IntoView + use<> {
    let texts = texts();
    let search = &asked.search;
    let here = format!("/board/{}/orders", restaurant.slug);
    let rows: Vec<_> = list.orders.iter().map(|order| row(texts, &here, order)).collect();
    let none = rows.is_empty().then(|| {
        let key = match search.pairs().is_empty() {
            true => Key::OrdersNone,
            false => Key::OrdersNotFound,
        };
        view! { <p class="empty">{texts.get(key)}</p> }
    });
    let first = OrderSearch {
        before: None,
        ..search.clone()
    };
    let newest = search.before.map(|_| {
        view! { <a href=address(&here, first.pairs())>{texts.get(Key::OrdersNewest)}</a> }
    });
    let older = list.next.map(|next| {
        let page = OrderSearch {
            before: Some(next),
            ..search.clone()
        };
        view! { <a href=address(&here, page.pairs())>{texts.get(Key::OrdersOlder)}</a> }
    });
    let file = (!list.orders.is_empty()).then(|| {
        let file = address(&format!("{here}.csv"), first.pairs());
        view! { <p><a href=file>{texts.get(Key::OrdersCsv)}</a></p><p class="hint">{texts.get(Key::OrdersNoTillSales)}</p> }
    });
    let too_much = asked.is_too_much.then(|| {
        let most = limits::EXPORTED_ORDERS.to_string();
        texts.fill(Key::OrdersTooMany, &[("most", &most)])
    });
    let malformed = asked.is_malformed.then(|| texts.get(Key::OrdersMalformed));
    view! {
        <article class="office">
            <h1>{texts.fill(Key::OrdersTitle, &[("name", &restaurant.name)])}</h1>
            {form(texts, &here, search)}
            {said(malformed, Tone::Bad)}
            {said(too_much, Tone::Bad)}
            {none}
            <ol class="rows orders" role="list">{rows}</ol>
            <p class="pages">{newest}" "{older}</p>
            {file}
            <p><a href=format!("/board/{}", restaurant.slug)>{texts.get(Key::OrdersBoard)}</a></p>
        </article>
    }
}

fn form(texts: Texts, here: &str, search: &OrderSearch) -> impl IntoView + use<> {
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let options: Vec<_> = OrderFilter::ALL
        .iter()
        .map(|show| {
            let (code, selected) = (show.code(), *show == search.show);
            view! { <option value=code selected=selected>{texts.get(filter_name(*show))}</option> }
        })
        .collect();
    view! {
        <form class="search" role="search" action=here.to_owned() method="get">
            <label class="grow">
                <span>{texts.get(Key::OrdersSearch)}</span>
                <input type="search" name="q" value=search.q.clone() maxlength=limits::SEARCH autocomplete="off"/>
            </label>
            <label><span>{texts.get(Key::OrdersFrom)}</span><input type="date" name="from" value=day(search.from)/></label>
            <label><span>{texts.get(Key::OrdersTo)}</span><input type="date" name="to" value=day(search.to)/></label>
            <label><span>{texts.get(Key::OrdersShow)}</span><select name="show">{options}</select></label>
            <button>{texts.get(Key::OrdersFind)}</button>
        </form>
    }
}

fn filter_name(show: OrderFilter) -> Key {
    match show {
        OrderFilter::All => Key::OrdersShowAll,
        OrderFilter::Open => Key::OrdersShowOpen,
        OrderFilter::Fulfilled => Key::OrdersShowFulfilled,
        OrderFilter::CalledOff => Key::OrdersShowCalledOff,
    }
}

fn row(texts: Texts, here: &str, order: &Order) -> impl IntoView + use<> {
    let ordered = &order.ordered;
    let placed = due_time::date_and_clock(texts, ordered.placed_on);
    let name = Some(&ordered.contact.name).filter(|name| !name.is_empty());
    let facts = [
        Some(fulfilment(texts, order)),
        name.map(|name| isolated(name)),
        Some(state_name(texts, order.progress.state).to_owned()),
    ];
    let facts: Vec<_> = facts.into_iter().flatten().collect();
    let refunded = order
        .progress
        .payment
        .refunds
        .iter()
        .map(|refund| refund.amount)
        .sum();
    let refunded = (refunded > Minor::ZERO).then(|| {
        let amount = texts.lang.money(refunded, ordered.currency);
        view! { <br/><span class="hint">{texts.fill(text::Key::BoardGivenBack, &[("amount", &amount)])}</span> }
    });
    view! {
        <li>
            <a class="number" href=format!("{here}/{}", order.id)>{format!("#{}", order.number)}</a>
            <span class="facts">{placed}<br/><span class="hint">{facts.join(" · ")}</span></span>
            <span class="price" dir="auto">{texts.lang.money(ordered.total, ordered.currency)}{refunded}</span>
        </li>
    }
}

/// As staff say it.
pub fn state_name(texts: Texts, state: State) -> &'static str {
    match state {
        State::Placed => texts.get(text::Key::BoardNew),
        State::Rejected => texts.get(Key::OrderRejected),
        state => timeline::name(texts, state),
    }
}

pub fn fulfilment(texts: Texts, order: &Order) -> String {
    match &order.ordered.fulfilment {
        Fulfilment::Collection => texts.get(text::Key::BoardCollection).to_owned(),
        Fulfilment::Delivery(_) => texts.get(text::Key::BoardDelivery).to_owned(),
        Fulfilment::Table(_) => texts.fill(
            text::Key::BoardTable,
            &[("name", &isolated(&order.ordered.table))],
        ),
    }
}
