//! The API over HTTP. Answers are stored, and used again when no server can be reached.

use std::sync::Mutex;

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use js_sys::{JSON, Object, Reflect};
use leptos::prelude::{RwSignal, Set};
use send_wrapper::SendWrapper;
use serde::{Serialize, de::DeserializeOwned};
use servery_app::{
    backend::{
        AccountBackend, Answers, Backend, BackendFuture, NewId, OfficeBackend, OrderingBackend, StaffBackend,
        ThinBrowseBackend, ThinOfficeBackend,
    },
    query::{AnswerSource, Fetch, Fetched, Query},
};
use servery_domain::{
    draft::Draft,
    edit::EditOutbox,
    id::AccountId,
    problem::{Problem, ProblemType},
    slug::Slug,
    time::{LocalMinute, TimeZoneName},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

use crate::{
    device,
    json::{json, read},
    local_storage, response_cache, unsent_edits,
};

const REQUEST_TIMEOUT: u32 = 8_000;

pub struct HttpBackend {
    /// Answers included in the page; each is used once.
    sent: Option<SendWrapper<JsValue>>,
    offline: RwSignal<bool>,
    /// The paths of thick pages, as the server reported last.
    thick: Mutex<Option<String>>,
    /// Whether stored answers are used first, so that staff never wait for the network.
    kept_first: bool,
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

    fn take_sent(&self, address: &str) -> Option<JsValue> {
        let sent = self.sent.as_deref()?;
        let answer = Reflect::get(sent, &address.into())
            .ok()
            .filter(|answer| !answer.is_undefined())?;
        // The next request goes to the server.
        let _ = Reflect::delete_property(sent.unchecked_ref::<Object>(), &address.into());
        Some(answer)
    }

    async fn get_from<T: DeserializeOwned>(&self, address: &str) -> Result<Fetched<T>, Problem> {
        let of = |source| move |answer| Fetched { answer, source };
        if let Some(sent) = self.take_sent(address) {
            let answer = read_answer(sent.clone());
            if answer.is_ok() {
                let text = JSON::stringify(&sent)
                    .and_then(|text| web_sys::Response::new_with_opt_str(Some(&String::from(text))));
                response_cache::store(address, text);
            }
            return answer.map(of(AnswerSource::Page));
        }
        if self.kept_first
            && let Some(answer) = response_cache::get(address).await
        {
            refresh(address);
            return read(answer).map(of(AnswerSource::Storage));
        }
        if let Some(response) = ask(address).await {
            let is_success = response.ok();
            if let (Some(said), Ok(mut thick)) = (response.headers().get("servery-thick"), self.thick.lock())
            {
                *thick = Some(said);
            }
            if let Ok(answer) = whole(address, response).await {
                self.offline.set(false);
                return match is_success {
                    true => read(answer).map(of(AnswerSource::Server)),
                    false => Err(read(answer).unwrap_or_else(|unreadable| unreadable)),
                };
            }
        }
        match response_cache::get(address).await {
            Some(answer) => {
                self.offline.set(true);
                read(answer).map(of(AnswerSource::Storage))
            }
            None => Err(Problem::new(ProblemType::Unreachable, address)),
        }
    }
}

/// A page may have been rendered from a problem, which is then sent as the answer.
fn read_answer<T: DeserializeOwned>(answer: JsValue) -> Result<T, Problem> {
    match read::<Problem>(answer.clone()) {
        Ok(problem) => Err(problem),
        Err(_) => read(answer),
    }
}

async fn ask(address: &str) -> Option<Response> {
    let signal = AbortSignal::timeout_with_u32(REQUEST_TIMEOUT);
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

impl Fetch for HttpBackend {
    async fn get<Q: Query>(&self, query: &Q) -> Result<Fetched<Q::Answer>, Problem> {
        self.get_from(&query.address()).await
    }

    fn sent_with_page<Q: Query>(&self, query: &Q) -> Option<Result<Q::Answer, Problem>> {
        Some(read_answer(self.take_sent(&query.address())?))
    }

    async fn post<T: Serialize, A: DeserializeOwned>(&self, address: &str, body: &T) -> Result<A, Problem> {
        read(send("POST", address, &json(body)?, None).await?)
    }

    fn local_now(&self, zone: &TimeZoneName) -> Option<LocalMinute> {
        device::local_now(zone)
    }

    fn stored_draft(&self, slug: &Slug) -> Option<Draft> {
        local_storage::draft(slug)
    }

    fn unsent_edits(&self, slug: &Slug, account: AccountId) -> EditOutbox {
        unsent_edits::read(slug, account)
    }
}

impl<Q: Query> Answers<Q> for HttpBackend {
    fn ask(&self, query: Q) -> BackendFuture<'_, Q::Answer> {
        Box::pin(SendWrapper::new(query.fetch(self)))
    }
}

impl NewId for HttpBackend {
    fn new_id(&self) -> Result<u128, Problem> {
        Ok(local_storage::id())
    }
}

impl Backend for HttpBackend {}
impl OrderingBackend for HttpBackend {}
impl AccountBackend for HttpBackend {}
impl StaffBackend for HttpBackend {}
impl OfficeBackend for HttpBackend {}
impl ThinBrowseBackend for HttpBackend {}
impl ThinOfficeBackend for HttpBackend {}

/// An answer that is not stored. Whoever aborts it gets none.
pub async fn get_unless_aborted(address: &str, signal: Option<&AbortSignal>) -> Result<JsValue, Problem> {
    let unreachable = |_| Problem::new(ProblemType::Unreachable, address);
    let request = Request::get(address)
        .header("accept", "application/json, application/problem+json")
        .abort_signal(signal);
    let response = request.send().await.map_err(|_| unreachable(JsValue::NULL))?;
    let is_success = response.ok();
    let body = web_sys::Response::from(response).json().map_err(unreachable)?;
    let body = JsFuture::from(body).await.map_err(unreachable)?;
    match is_success {
        true => Ok(body),
        false => Err(read(body).unwrap_or_else(|unreadable| unreadable)),
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
    let away = || (Problem::new(ProblemType::Unreachable, address), JsValue::NULL);
    let signal = AbortSignal::timeout_with_u32(REQUEST_TIMEOUT);
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
