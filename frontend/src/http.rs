//! The API over HTTP. Answers are stored, and used again when no server can be reached.

use std::sync::{Arc, Mutex};

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use js_sys::{Date, JSON, Object, Reflect};
use leptos::prelude::{RwSignal, Set};
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;
use servery_app::{
    api,
    backend::{AccountBackend, Backend, BackendFuture, OrderingBackend, StaffBackend},
};
use servery_domain::{
    about::About,
    account::SignedIn,
    basket::Basket,
    board::Board,
    cursor::Page,
    device::{DeviceList, Paired},
    draft::Draft,
    id::OrderId,
    limits,
    menu::Menu,
    order::TrackedOrder,
    passkey::PasskeyView,
    pos::visibility::PosSnapshot,
    problem::{Kind, Problem},
    quote::Quote,
    restaurant::Listing,
    search::Search,
    slots::Times,
    slug::Slug,
    time::{LocalMinute, TimeZoneName},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

use crate::{
    json::{json, read},
    local_storage, response_cache,
};

const PATIENCE: u32 = 8_000;

pub struct HttpBackend {
    /// Answers included in the page; each is used once.
    sent: Option<SendWrapper<JsValue>>,
    offline: RwSignal<bool>,
    /// The paths of thick pages, as the server reported last.
    thick: Mutex<Option<String>>,
    /// Whether stored answers are used first, so that staff never wait for the network.
    kept_first: bool,
}

struct Got<T> {
    value: T,
    /// From the device's storage, because no server was reached.
    kept: bool,
}

impl HttpBackend {
    pub fn new(sent: Option<JsValue>, offline: RwSignal<bool>, kept_first: bool) -> Self {
        Self {
            sent: sent.map(SendWrapper::new),
            offline,
            thick: Mutex::default(),
            kept_first,
        }
    }

    /// Whether this route is rendered in the browser; true until the server has reported it.
    pub fn is_thick(&self, path: &str) -> bool {
        let thick = self.thick.lock().ok().and_then(|thick| thick.clone());
        thick.is_none_or(|thick| thick.split(' ').any(|known| known == path))
    }

    fn sent_with_page(&self, address: &str) -> Option<JsValue> {
        let sent = self.sent.as_deref()?;
        let answer = Reflect::get(sent, &address.into())
            .ok()
            .filter(|answer| !answer.is_undefined())?;
        // The next request goes to the server.
        let _ = Reflect::delete_property(sent.unchecked_ref::<Object>(), &address.into());
        Some(answer)
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<Got<T>, Problem> {
        if let Some(answer) = self.sent_with_page(address) {
            if let Ok(problem) = read::<Problem>(answer.clone()) {
                return Err(problem);
            }
            let text = JSON::stringify(&answer)
                .and_then(|text| web_sys::Response::new_with_opt_str(Some(&String::from(text))));
            response_cache::store(address, text);
            return Ok(Got {
                value: read(answer)?,
                kept: false,
            });
        }
        if self.kept_first
            && let Some(answer) = response_cache::get(address).await
        {
            refresh(address);
            return Ok(Got {
                value: read(answer)?,
                kept: true,
            });
        }
        if let Some(response) = ask(address).await {
            let found = response.ok();
            if let (Some(said), Ok(mut thick)) = (response.headers().get("servery-thick"), self.thick.lock())
            {
                *thick = Some(said);
            }
            if let Ok(answer) = whole(address, response).await {
                self.offline.set(false);
                let value = if found {
                    read(answer)
                } else {
                    Err(read(answer).unwrap_or_else(|unreadable| unreadable))
                };
                return value.map(|value| Got { value, kept: false });
            }
        }
        match response_cache::get(address).await {
            Some(answer) => {
                self.offline.set(true);
                Ok(Got {
                    value: read(answer)?,
                    kept: true,
                })
            }
            None => Err(Problem::new(Kind::Unreachable, address)),
        }
    }
}

async fn ask(address: &str) -> Option<Response> {
    let signal = AbortSignal::timeout_with_u32(PATIENCE);
    let asked = Request::get(address)
        .header("accept", "application/json, application/problem+json")
        .abort_signal(Some(&signal))
        .send();
    // A gateway's answer for an unavailable server is not ours.
    asked.await.ok().filter(|response| response.status() < 502)
}

/// Refreshes a stored answer in the background.
fn refresh(address: &str) {
    let address = address.to_owned();
    spawn_local(async move {
        if let Some(response) = ask(&address).await {
            // Incomplete answers are not stored.
            let _ = whole(&address, response).await;
        }
    });
}

/// Reads the whole body and stores it if the request succeeded.
async fn whole(address: &str, response: Response) -> Result<JsValue, JsValue> {
    let response = web_sys::Response::from(response);
    let copy = response.clone();
    let body = JsFuture::from(response.json()?).await?;
    if response.ok() {
        response_cache::store(address, copy);
    }
    Ok(body)
}

/// A stored answer has an old opening state, so it is computed again from the hours.
fn reopened(mut listing: Listing) -> Listing {
    if let Some(now) = local_now(&listing.restaurant.zone) {
        listing.opening = listing.restaurant.hours.at(now, &listing.restaurant.holidays);
        listing.today = now.day();
    }
    listing
}

/// Uses the browser's time-zone database, so the wasm needs none.
fn local_now(zone: &TimeZoneName) -> Option<LocalMinute> {
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &zone.0.as_str().into()).ok()?;
    // The Swedish locale formats as 2026-11-21 13:45:00.
    let text: String = Date::new_0().to_locale_string("sv-SE", &options).into();
    text.get(..16)?.replacen(' ', "T", 1).parse().ok()
}

impl Backend for HttpBackend {
    fn restaurants<'a>(&'a self, search: &'a Search) -> BackendFuture<'a, Page<Listing>> {
        Box::pin(SendWrapper::new(async move {
            let got = match self.get::<Page<Listing>>(&api::restaurants(search)).await {
                // Offline, the stored full list is searched.
                Err(problem) if problem.is(Kind::Unreachable) => {
                    let whole = self
                        .get::<Page<Listing>>(&api::restaurants(&Search::default()))
                        .await?;
                    let search = Search {
                        limit: limits::PAGE_MOST,
                        ..search.clone()
                    };
                    let town = whole.value.items.into_iter().map(reopened);
                    return Ok(search.page(town));
                }
                answer => answer?,
            };
            let Page { items, next } = got.value;
            Ok(Page {
                items: if got.kept {
                    items.into_iter().map(reopened).collect()
                } else {
                    items
                },
                next,
            })
        }))
    }

    fn restaurant<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Listing> {
        Box::pin(SendWrapper::new(async move {
            let got = self.get(&api::restaurant(slug)).await?;
            Ok(if got.kept { reopened(got.value) } else { got.value })
        }))
    }

    fn menu<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Arc<Menu>> {
        Box::pin(SendWrapper::new(async move {
            Ok(Arc::new(self.get(&api::menu(slug)).await?.value))
        }))
    }

    fn about(&self) -> BackendFuture<'_, Arc<About>> {
        Box::pin(SendWrapper::new(async move {
            Ok(Arc::new(self.get(api::ABOUT).await?.value))
        }))
    }
}

impl AccountBackend for HttpBackend {
    fn signed_in(&self) -> BackendFuture<'_, SignedIn> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(api::ACCOUNT).await?.value)
        }))
    }

    fn board<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Board> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(&api::board(slug)).await?.value)
        }))
    }

    fn devices<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, DeviceList> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(&api::devices(slug)).await?.value)
        }))
    }

    fn passkeys(&self) -> BackendFuture<'_, Vec<PasskeyView>> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(api::PASSKEYS).await?.value)
        }))
    }
}

impl StaffBackend for HttpBackend {
    fn device(&self) -> BackendFuture<'_, Paired> {
        Box::pin(SendWrapper::new(
            async move { Ok(self.get(api::DEVICE).await?.value) },
        ))
    }

    fn pos<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, PosSnapshot> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(&api::pos(slug)).await?.value)
        }))
    }

    fn id(&self) -> BackendFuture<'_, u128> {
        Box::pin(async { Ok(local_storage::id()) })
    }
}

impl OrderingBackend for HttpBackend {
    fn draft<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft> {
        Box::pin(SendWrapper::new(async move {
            // Hydration needs the draft that the page was rendered from.
            if let Some(answer) = self.sent_with_page(&api::draft(slug)) {
                return read(answer);
            }
            local_storage::newer(slug, self.get(&api::draft(slug)).await.map(|got| got.value))
        }))
    }

    fn times<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Times> {
        Box::pin(SendWrapper::new(async move {
            let got = self.get::<Times>(&api::times(slug)).await;
            if let Ok(Got { value, kept: false }) = got {
                return Ok(value);
            }
            // A stored time is outdated.
            let zone = self
                .get::<Listing>(&api::restaurant(slug))
                .await?
                .value
                .restaurant
                .zone;
            let now = local_now(&zone).ok_or_else(|| Problem::new(Kind::Unreachable, "no clock"))?;
            Ok(Times {
                now,
                full: got.map(|got| got.value.full).unwrap_or_default(),
            })
        }))
    }

    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> BackendFuture<'a, Quote> {
        Box::pin(SendWrapper::new(async move {
            match self.sent_with_page(&api::quotes(slug)) {
                Some(answer) => read(answer),
                None => read(send("POST", &api::quotes(slug), &json(basket)?, None).await?),
            }
        }))
    }

    fn order<'a>(&'a self, token: &'a str) -> BackendFuture<'a, TrackedOrder> {
        Box::pin(SendWrapper::new(async move {
            Ok(self.get(&api::order(token)).await?.value)
        }))
    }

    fn orders(&self) -> BackendFuture<'_, Vec<TrackedOrder>> {
        Box::pin(SendWrapper::new(
            async move { Ok(self.get(api::ORDERS).await?.value) },
        ))
    }

    fn new_order(&self) -> BackendFuture<'_, OrderId> {
        Box::pin(async { Ok(OrderId(local_storage::id())) })
    }
}

/// Sends a request with a JSON body.
pub async fn send(method: &str, address: &str, body: &str, key: Option<&str>) -> Result<JsValue, Problem> {
    send_back(method, address, body, key)
        .await
        .map_err(|(problem, _)| problem)
}

/// The same, with the body of an error.
pub async fn send_back(
    method: &str,
    address: &str,
    body: &str,
    key: Option<&str>,
) -> Result<JsValue, (Problem, JsValue)> {
    let away = || (Problem::new(Kind::Unreachable, address), JsValue::NULL);
    let signal = AbortSignal::timeout_with_u32(PATIENCE);
    let request = RequestBuilder::new(address)
        .method(Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST))
        .abort_signal(Some(&signal));
    let request = request
        .header("accept", "application/json, application/problem+json")
        .header("content-type", "application/json");
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    let sent = match body {
        "" => request.send().await,
        body => match request.body(body) {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        },
    };
    let response = sent.map_err(|_| away())?;
    let (status, found) = (response.status(), response.ok());
    // A gateway's answer for an unavailable server is not ours.
    if status == 502 || status == 504 {
        return Err(away());
    }
    if status == 204 {
        return Ok(JsValue::NULL);
    }
    let body = match web_sys::Response::from(response).json() {
        Ok(body) => JsFuture::from(body).await.map_err(|_| away())?,
        Err(_) => return Err(away()),
    };
    if found {
        Ok(body)
    } else {
        Err((read(body.clone()).unwrap_or_else(|unreadable| unreadable), body))
    }
}
