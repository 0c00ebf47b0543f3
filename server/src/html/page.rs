//! Answers for a page of the table: decides its mode, renders it once per edition, and sends it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            SET_COOKIE, VARY,
        },
    },
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::prelude::*;
use servery_app::{
    components::render_info::{RenderInfo, SIZE_HERE, TIME_HERE, kilobytes},
    content::Content,
    page_address::PageAddress,
    pages::{
        App as AppView, Pages,
        account::AccountPage,
        browse::BrowsePage,
        ordering::OrderingPage,
        staff::{StaffPage, no_script::NoScriptPage},
    },
    render::{BrowserSupport, Decision, Mode, Reason, RenderInputs, decide},
    routes::{self, Chunk},
    text::Texts,
};
use servery_domain::{
    lang::Lang,
    problem::{Kind, Problem},
};

use super::{
    backend::ServerBackend,
    document::{Document, DocumentHead, NONCE_HERE, Parts, document},
    preferences::Preferences,
    shell::{self, Shell},
};
use crate::{
    accounts::customer::Customer,
    api::tag,
    assets::Assets,
    catalog::{CatalogSnapshot, Edition},
    clock,
    http::{
        cached_body::{Cached, accepts_brotli, compress},
        client::Client,
        error::{ApiError, accepts},
    },
    state::AppState,
};

/// Longer addresses are rendered, but not kept.
const LONGEST_KEPT_ADDRESS: usize = 200;

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ViewKey {
    edition: Edition,
    decision: Decision,
    lang: Lang,
    address: String,
}

impl ViewKey {
    pub fn new(edition: Edition, decision: Decision, lang: Lang, visit: &PageAddress) -> Self {
        Self {
            edition,
            decision,
            lang,
            address: visit.address(),
        }
    }
}

/// A view as it is kept.
pub struct Rendered {
    status: StatusCode,
    body: PageBody,
    policy: String,
    said: HeaderValue,
    lang: Lang,
}

enum PageBody {
    /// The same bytes for everybody.
    Same(Arc<Cached>),
    /// Parts between which each response puts its own nonce.
    Parts(Vec<String>),
}

pub async fn get_page(
    State(app): State<Arc<AppState>>,
    client: Client,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if !accepts(&headers, "text/html") {
        return ApiError::new(
            Kind::NotAcceptable,
            "this address answers in text/html; programs use /api/v1",
        )
        .into_response();
    }
    let visit = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    let preferences = match Preferences::read(&visit, &headers) {
        Ok(preferences) => preferences,
        Err(problem) => {
            return problem_view(&app, &visit, Preferences::usual_lang(&visit, &headers), problem)
                .respond(&headers);
        }
    };
    let snapshot = app.catalog.now().clone();
    let Some(route) = routes::find(&visit.path) else {
        return problem_page(&app, &uri, &headers, Problem::new(Kind::NotFound, uri.path()));
    };
    if let Some(method) =
        routes::plain_way(&visit.path).filter(|_| preferences.browser == BrowserSupport::Unable)
    {
        return Redirect::to(&method).into_response();
    }
    let operator = snapshot.mode(route.path);
    let decision = decide(
        route,
        RenderInputs {
            visitor: preferences.mode,
            operator,
            browser: preferences.browser,
            load: app.load(),
        },
    );
    let key = ViewKey::new(snapshot.edition, decision, preferences.lang, &visit);
    // A shell is the same for everybody, whatever it will show.
    let personal = route.personal && decision.mode != Mode::Thick;
    let customer = if personal {
        Customer::of(&app, &headers, client).await
    } else {
        Ok(Customer::default())
    };
    let customer = match customer {
        Ok(customer) => customer,
        Err(error) => return problem_page(&app, &uri, &headers, error.0),
    };
    let render = async {
        let rendered = render_view(&app, snapshot, route.chunk, &visit, &key, customer).await;
        // What broke may work again in a moment, so it is shown to this visitor only.
        if rendered.status.is_server_error() {
            Err(rendered)
        } else {
            Ok(rendered)
        }
    };
    let kept = !personal && key.address.len() <= LONGEST_KEPT_ADDRESS;
    let made = if kept {
        app.views.get_or_insert_async(&key, render).await
    } else {
        render.await
    };
    let rendered = made.unwrap_or_else(|broken| broken);
    let mut response = rendered.respond(&headers);
    let out = response.headers_mut();
    for cookie in preferences.keep {
        out.append(SET_COOKIE, cookie);
    }
    if rendered.status != StatusCode::OK {
        return response;
    }
    let shared = decision.mode == Mode::Thin && preferences.anonymous && !personal;
    let fresh = i64::from(route.shared_for)
        .min(key.edition.until.0 - clock::now().0)
        .max(0);
    // A page that shows a basket is another one after each step.
    let control = if route.personal {
        "private, no-store".to_owned()
    } else if shared {
        format!("public, max-age=0, s-maxage={fresh}")
    } else {
        "private, no-cache".to_owned()
    };
    // Made of digits and words.
    if let Ok(control) = HeaderValue::from_str(&control) {
        response.headers_mut().insert(CACHE_CONTROL, control);
    }
    response
}

/// A page that says what is wrong, without a script.
pub fn problem_page(app: &Arc<AppState>, uri: &Uri, headers: &HeaderMap, problem: Problem) -> Response {
    let visit = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    problem_view(app, &visit, Preferences::usual_lang(&visit, headers), problem).respond(headers)
}

/// Errors are thin: they need nothing else to work.
const PROBLEM: Decision = Decision {
    mode: Mode::Thin,
    reason: Reason::Default,
};

fn problem_view(app: &Arc<AppState>, visit: &PageAddress, lang: Lang, problem: Problem) -> Rendered {
    let started = Instant::now();
    let snapshot = app.catalog.now().clone();
    let key = ViewKey::new(snapshot.edition, PROBLEM, lang, visit);
    let backend = Arc::new(ServerBackend::new(
        app.clone(),
        snapshot,
        Customer::default(),
        false,
    ));
    finish(
        app,
        visit,
        &key,
        Content::<BrowsePage>::Problem(problem),
        &backend,
        started,
    )
}

/// Loads and renders, whatever is kept.
pub async fn render_view(
    app: &Arc<AppState>,
    snapshot: Arc<CatalogSnapshot>,
    chunk: Chunk,
    visit: &PageAddress,
    key: &ViewKey,
    customer: Customer,
) -> Arc<Rendered> {
    let rendered = match chunk {
        Chunk::Browse => render_page::<BrowsePage>(app, snapshot, visit, key, customer).await,
        Chunk::Ordering => render_page::<OrderingPage>(app, snapshot, visit, key, customer).await,
        Chunk::Account => render_page::<AccountPage>(app, snapshot, visit, key, customer).await,
        Chunk::Staff if key.decision.mode == Mode::Thin => {
            render_page::<NoScriptPage>(app, snapshot, visit, key, customer).await
        }
        Chunk::Staff => render_page::<StaffPage>(app, snapshot, visit, key, customer).await,
    };
    Arc::new(rendered)
}

async fn render_page<P: Pages>(
    app: &Arc<AppState>,
    snapshot: Arc<CatalogSnapshot>,
    visit: &PageAddress,
    key: &ViewKey,
    customer: Customer,
) -> Rendered {
    let started = Instant::now();
    let backend = Arc::new(ServerBackend::new(
        app.clone(),
        snapshot,
        customer,
        key.decision.mode == Mode::Hydrated,
    ));
    let content = Content::<P>::load(visit, &P::backend(backend.clone())).await;
    finish(app, visit, key, content, &backend, started)
}

fn finish<P: Pages>(
    app: &AppState,
    visit: &PageAddress,
    key: &ViewKey,
    content: Content<P>,
    backend: &Arc<ServerBackend>,
    started: Instant,
) -> Rendered {
    let decision = if matches!(content, Content::Problem(_)) {
        PROBLEM
    } else {
        key.decision
    };
    let texts = Texts::of(key.lang);
    let status = StatusCode::from_u16(content.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A shell is the same whatever it will show.
    let head = (decision.mode != Mode::Thick)
        .then(|| DocumentHead::of(&content, texts, visit, &app.settings.public_url()));
    let body = match decision.mode {
        Mode::Thick => shell::body(texts),
        Mode::Thin | Mode::Hydrated => {
            page_body(content, P::backend(backend.clone()), texts, decision, visit)
        }
    };
    let answers = backend.answers();
    let Document { html, policy } = document(&Parts {
        assets: &app.assets,
        texts,
        decision,
        chunk: P::CHUNK,
        visit,
        head,
        body: &body,
        answers: answers.as_deref().filter(|_| decision.mode == Mode::Hydrated),
        pays_at: app
            .cards
            .as_ref()
            .filter(|_| P::CHUNK == Chunk::Ordering)
            .map(|cards| cards.origin.as_str()),
    });
    let html = measured(html, texts, started.elapsed());
    let body = match decision.mode {
        Mode::Thin => {
            let tag = format!(
                "{}.{}-{}-{}",
                tag(app, key.edition),
                decision.mode,
                decision.reason.name(),
                key.lang.tag()
            );
            PageBody::Same(Cached::new("text/html; charset=utf-8", &tag, html))
        }
        Mode::Hydrated | Mode::Thick => PageBody::Parts(html.split(NONCE_HERE).map(str::to_owned).collect()),
    };
    let said = format!("{}; reason={}", decision.mode, decision.reason.name());
    Rendered {
        status,
        body,
        policy,
        said: HeaderValue::from_str(&said).unwrap_or(HeaderValue::from_static("thin")),
        lang: key.lang,
    }
}

/// What is inside `#app` of a page that the server renders.
fn page_body<P: Pages>(
    content: Content<P>,
    backend: Arc<P::Backend>,
    texts: Texts,
    decision: Decision,
    visit: &PageAddress,
) -> String {
    let allows = routes::find(&visit.path).map_or(&[][..], |route| route.allows);
    Owner::new().with(|| {
        provide_context(texts);
        provide_context(RwSignal::new(visit.clone()));
        provide_context(backend);
        provide_context(RenderInfo { decision, allows });
        view! { <AppView content=RwSignal::new(content)/> }.to_html()
    })
}

/// Puts the page's own size and time where its footer names them.
fn measured(mut html: String, texts: Texts, took: Duration) -> String {
    let size = kilobytes(texts, html.len() as u64);
    let time = texts.lang.decimal(took.as_micros().div_ceil(100) as u64, 1);
    for (here, value) in [(SIZE_HERE, size), (TIME_HERE, time)] {
        // The footer is at the end, however long the page is.
        if let Some(at) = html.rfind(here) {
            html.replace_range(at..at + here.len(), &value);
        }
    }
    html
}

fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness there is no secret to keep a script out with, so the page stays without one.
    match getrandom::fill(&mut bytes) {
        Ok(()) => URL_SAFE_NO_PAD.encode(bytes),
        Err(error) => {
            tracing::error!(%error, "no randomness for a nonce");
            String::new()
        }
    }
}

impl Rendered {
    pub fn shell(assets: &Assets, shell: Shell) -> Self {
        let Document { html, policy } = shell.document(assets);
        let body = PageBody::Parts(html.split(NONCE_HERE).map(str::to_owned).collect());
        Self {
            status: StatusCode::OK,
            body,
            policy,
            said: HeaderValue::from_static("thick; reason=kept"),
            lang: shell.lang,
        }
    }

    pub fn respond(&self, request: &HeaderMap) -> Response {
        let (mut response, policy) = match &self.body {
            PageBody::Same(cached) if self.status == StatusCode::OK => {
                (cached.respond(request), self.policy.clone())
            }
            PageBody::Same(cached) => (cached.respond_with(self.status, request), self.policy.clone()),
            PageBody::Parts(parts) => {
                let nonce = nonce();
                let html = parts.join(&nonce);
                let mut response = if accepts_brotli(request) {
                    (
                        [(CONTENT_ENCODING, HeaderValue::from_static("br"))],
                        compress(html.as_bytes(), 3),
                    )
                        .into_response()
                } else {
                    Bytes::from(html).into_response()
                };
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                (response, self.policy.replace(NONCE_HERE, &nonce))
            }
        };
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert("servery-render", self.said.clone());
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.tag()));
        headers.insert(
            VARY,
            HeaderValue::from_static("accept-encoding, accept-language, cookie, save-data"),
        );
        headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
        headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
        let control = if self.status == StatusCode::OK {
            "private, no-cache"
        } else {
            "no-store"
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(control));
        response
    }

    /// About what keeping it costs.
    pub fn weight(&self) -> u64 {
        match &self.body {
            PageBody::Same(cached) => cached.weight(),
            PageBody::Parts(parts) => parts.iter().map(|part| part.len() as u64).sum(),
        }
    }
}
