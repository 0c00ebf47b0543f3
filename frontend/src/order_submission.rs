//! Submits an order. It is stored until the server has answered, and repeated under the same key until then.

use std::{cell::Cell, time::Duration};

use js_sys::Date;
use leptos::prelude::{GetUntracked, RwSignal, Set, set_timeout};
use serde::{Deserialize, Serialize};
use servery_app::{api, backend::PlaceOrderState};
use servery_domain::{
    basket::Basket,
    currency::Minor,
    draft::Draft,
    id::OrderId,
    lang::Lang,
    order::{PlacedOrder, Placement},
    problem::{Problem, ProblemType},
    quote::Quote,
    slug::Slug,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::{
    draft_saving::save,
    http::send_back,
    json::{json, read},
    local_storage,
};

const AGAIN: Duration = Duration::from_secs(4);
/// Milliseconds after which a waiting order is not sent automatically any more.
const WANTED_FOR: f64 = 15.0 * 60.0 * 1_000.0;
const WAITING: &str = "placing";
/// The id of the last attempt: until the server has answered, the order may have been placed.
const NAME: &str = "placing-id";

/// A waiting request.
#[derive(Serialize, Deserialize)]
struct Waiting {
    slug: Slug,
    key: String,
    seen: Minor,
    basket: Basket,
    body: String,
    /// By the device's clock.
    at: f64,
}

thread_local! {
    static SENDING: Cell<bool> = const { Cell::new(false) };
}

pub fn place_order(state: RwSignal<PlaceOrderState>, slug: &Slug, draft: &Draft, seen: Minor, lang: Lang) {
    let id: OrderId = local_storage::get(NAME).unwrap_or_else(|| OrderId(local_storage::id()));
    local_storage::put(NAME, &id);
    let placement: Placement = draft.placement(id, seen, lang);
    let Ok(body) = json(&placement) else { return };
    // The same order keeps its key; a different order gets a new one.
    let before: Option<Waiting> = local_storage::get(WAITING);
    let key = before
        .filter(|before| before.body == body)
        .map_or_else(|| format!("{:032x}", local_storage::id()), |before| before.key);
    let waiting = Waiting {
        slug: slug.clone(),
        key,
        seen,
        basket: placement.basket,
        body,
        at: Date::now(),
    };
    local_storage::put(WAITING, &waiting);
    attempt(state);
}

/// Sends the waiting order, if there is one.
pub fn attempt(state: RwSignal<PlaceOrderState>) {
    let Some(waiting) = local_storage::get::<Waiting>(WAITING).filter(|_| !SENDING.get()) else {
        return;
    };
    if Date::now() - waiting.at > WANTED_FOR {
        return state.set(PlaceOrderState::TooLate);
    }
    SENDING.set(true);
    if state.get_untracked() != PlaceOrderState::Waiting {
        state.set(PlaceOrderState::Sending);
    }
    spawn_local(async move {
        let answer = send_back(
            "POST",
            &api::orders_at(&waiting.slug),
            &waiting.body,
            Some(&waiting.key),
        )
        .await;
        SENDING.set(false);
        let wanted = local_storage::get::<Waiting>(WAITING).is_some_and(|now| now.key == waiting.key);
        match answer {
            Ok(receipt) => placed(state, &waiting, receipt),
            Err((problem, _)) if wanted && may_come_later(&problem) => {
                state.set(PlaceOrderState::Waiting);
                set_timeout(move || attempt(state), AGAIN);
            }
            Err((problem, body)) if wanted => refused(state, &waiting, problem, &body),
            // The order was withdrawn meanwhile; its successor waited for this answer.
            Err(_) => attempt(state),
        }
    });
}

fn may_come_later(problem: &Problem) -> bool {
    problem.is(ProblemType::Unreachable) || problem.status >= 500 || problem.is(ProblemType::TooOften)
}

fn placed(state: RwSignal<PlaceOrderState>, waiting: &Waiting, receipt: JsValue) {
    local_storage::remove(WAITING);
    local_storage::remove(NAME);
    let draft = local_storage::draft(&waiting.slug)
        .unwrap_or_default()
        .after(&waiting.basket);
    let slug = waiting.slug.clone();
    let receipt = read::<PlacedOrder>(receipt);
    local_storage::keep_draft(&slug, &draft, "");
    spawn_local(async move {
        let _ = save(&slug, &draft).await;
        if let Ok(receipt) = receipt {
            state.set(PlaceOrderState::Placed(receipt));
        }
    });
}

fn refused(state: RwSignal<PlaceOrderState>, waiting: &Waiting, problem: Problem, body: &JsValue) {
    // The server stores the answer under the key, so the next attempt needs a new key.
    local_storage::remove(WAITING);
    let quote = js_sys::Reflect::get(body, &"quote".into())
        .ok()
        .and_then(|quote| read::<Quote>(quote).ok());
    state.set(match quote.filter(|_| problem.is(ProblemType::Changed)) {
        Some(quote) => PlaceOrderState::Changed {
            seen: waiting.seen,
            quote: Box::new(quote),
        },
        None => {
            if problem.is(ProblemType::Conflict) {
                local_storage::remove(NAME);
            }
            PlaceOrderState::Refused(problem)
        }
    });
}

/// The order id stays: if the request did arrive, it is not placed again.
pub fn withdraw_order(state: RwSignal<PlaceOrderState>) {
    local_storage::remove(WAITING);
    state.set(PlaceOrderState::Idle);
}
