//! Answers for a page of the table: decides its mode, renders it once per edition of the catalog, and sends it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse, Redirect, Response},
};
use leptos::{either::Either, prelude::*};
use servery_app::{
    components::render_info::{RenderInfo, SIZE_HERE, TIME_HERE, kilobytes},
    mode::Mode,
    page_address::PageAddress,
    pages::{
        App as AppView, Content, Pages,
        account::AccountPage,
        browse::{BrowsePage, thin::ThinBrowsePage},
        office::{OfficePage, thin::ThinOfficePage},
        ordering::OrderingPage,
        staff::{StaffPage, no_script::NoScriptPage},
    },
    render::{BrowserSupport, Decision, Reason, RenderInputs, decide},
    routes::{self, Chunk, Route},
    text::Texts,
};
use servery_domain::problem::{Problem, ProblemType};

use super::{
    backend::ServerBackend,
    document::{Document, DocumentFacts, DocumentHead},
    page_headers::PageHeaders,
    preferences::Preferences,
    render::render,
    rendered::Rendered,
    shell::Loading,
    structured_data::{self, LinkPreview},
    view_cache::ViewKey,
};
use crate::{
    accounts::customer::Customer,
    catalog::CatalogEntry,
    clock,
    http::{
        client::Client,
        content_hash::content_hash,
        error::{ApiError, accepts},
    },
    state::AppState,
};

pub async fn get_page(
    State(app): State<Arc<AppState>>,
    client: Client,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if !accepts(&headers, "text/html") {
        let detail = "this address answers in text/html; programs use /api/v1";
        return ApiError::new(ProblemType::NotAcceptable, detail).into_response();
    }
    let address = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    let preferences = match Preferences::read(&address, &headers) {
        Ok(preferences) => preferences,
        Err(problem) => return problem_page(&app, &uri, &headers, problem).await,
    };
    let Some(route) = routes::find(&address.path) else {
        return problem_page(
            &app,
            &uri,
            &headers,
            Problem::new(ProblemType::NotFound, uri.path()),
        )
        .await;
    };
    let browser = match app.assets.has_programs() {
        true => preferences.browser,
        false => BrowserSupport::Unable,
    };
    if browser == BrowserSupport::Unable
        && let Some(way) = routes::plain_way(&address.path)
    {
        return Redirect::to(&way).into_response();
    }
    let snapshot = app.catalog.now().clone();
    let inputs = RenderInputs {
        visitor: preferences.mode,
        operator: snapshot.mode(route.path),
        browser,
        load: app.load(),
    };
    let decision = decide(route, inputs);
    let restaurant = match find_restaurant(&app, &address).await {
        Ok(restaurant) => restaurant,
        Err(error) => return problem_page(&app, &uri, &headers, error.0).await,
    };
    let edition = match &restaurant {
        Some(entry) => snapshot.edition_of(entry),
        None => snapshot.edition(clock::now()),
    };
    let key = ViewKey::new(edition, decision, preferences.lang, &address);
    let is_personal = route.is_personal(decision.mode);
    let customer = match is_personal {
        true => Customer::of(&app, &headers, client).await,
        false => Ok(Customer::default()),
    };
    let customer = match customer {
        Ok(customer) => customer,
        Err(error) => return problem_page(&app, &uri, &headers, error.0).await,
    };
    let render = render_view(&app, restaurant, route.chunk, &address, &key, customer);
    let rendered = match !is_personal && key.is_cacheable() {
        true => cached_view(&app, &key, render).await,
        false => render.await,
    };
    let mut response = rendered.respond(&headers);
    if rendered.status == StatusCode::OK {
        let control = cache_control(route, &key, preferences.anonymous && !is_personal);
        // Consists of digits and words.
        if let Ok(control) = HeaderValue::from_str(&control) {
            response.headers_mut().insert(CACHE_CONTROL, control);
        }
    }
    for cookie in preferences.keep {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Renders a view that is not cached yet once, however many ask for it at the same time.
async fn cached_view(
    app: &AppState,
    key: &ViewKey,
    render: impl Future<Output = Arc<Rendered>>,
) -> Arc<Rendered> {
    let render = async {
        let rendered = render.await;
        // What failed may work again in a moment, so only this visitor sees it.
        if rendered.status.is_server_error() {
            Err(rendered)
        } else {
            Ok(rendered)
        }
    };
    let cached = app.view_cache.get_or_insert_async(key, render).await;
    cached.unwrap_or_else(|failed| failed)
}

fn cache_control(route: &Route, key: &ViewKey, may_be_shared: bool) -> String {
    if route.personal {
        // A page that shows a basket changes with each step.
        return "private, no-store".to_owned();
    }
    if key.decision.mode == Mode::Thin && may_be_shared {
        let fresh = i64::from(route.shared_for)
            .min(key.edition.until.0 - clock::now().0)
            .max(0);
        return format!("public, max-age=0, s-maxage={fresh}");
    }
    "private, no-cache".to_owned()
}

/// A page that says what is wrong, without a script.
pub async fn problem_page(app: &Arc<AppState>, uri: &Uri, headers: &HeaderMap, problem: Problem) -> Response {
    let started = Instant::now();
    let address = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    let lang = Preferences::usual_lang(&address, headers);
    let edition = app.catalog.now().edition(clock::now());
    let key = ViewKey::new(edition, PROBLEM, lang, &address);
    let backend = Arc::new(ServerBackend::new(app.clone(), None, Customer::default(), false));
    let content = Content::<BrowsePage>::Problem(problem);
    render_content(app, &address, &key, content, &backend, started)
        .await
        .respond(headers)
}

/// Error pages are thin: they need nothing else to work.
const PROBLEM: Decision = Decision {
    mode: Mode::Thin,
    reason: Reason::Default,
};

/// Loads and renders, whatever is cached.
pub async fn render_view(
    app: &Arc<AppState>,
    restaurant: Option<Arc<CatalogEntry>>,
    chunk: Chunk,
    address: &PageAddress,
    key: &ViewKey,
    customer: Customer,
) -> Arc<Rendered> {
    let rendered = match chunk {
        Chunk::Browse if is_always_thin(address) => {
            render_page::<ThinBrowsePage>(app, restaurant, address, key, customer).await
        }
        Chunk::Browse => render_page::<BrowsePage>(app, restaurant, address, key, customer).await,
        Chunk::Ordering => render_page::<OrderingPage>(app, restaurant, address, key, customer).await,
        Chunk::Account => render_page::<AccountPage>(app, restaurant, address, key, customer).await,
        Chunk::Office if is_always_thin(address) => {
            render_page::<ThinOfficePage>(app, restaurant, address, key, customer).await
        }
        Chunk::Office => render_page::<OfficePage>(app, restaurant, address, key, customer).await,
        Chunk::Staff if key.decision.mode == Mode::Thin => {
            render_page::<NoScriptPage>(app, restaurant, address, key, customer).await
        }
        Chunk::Staff => render_page::<StaffPage>(app, restaurant, address, key, customer).await,
    };
    Arc::new(rendered)
}

/// The restaurant that a page is about. It shows no other.
async fn find_restaurant(
    app: &AppState,
    address: &PageAddress,
) -> Result<Option<Arc<CatalogEntry>>, ApiError> {
    let named = routes::read(&address.path).filter(|(route, _)| route.path.contains("{slug}"));
    match named.and_then(|(_, values)| routes::slug(&values)) {
        Some(slug) => Ok(app.catalog.by_slug(&slug).await?),
        None => Ok(None),
    }
}

fn is_always_thin(address: &PageAddress) -> bool {
    routes::find(&address.path).is_some_and(Route::is_always_thin)
}

async fn render_page<P: Pages>(
    app: &Arc<AppState>,
    restaurant: Option<Arc<CatalogEntry>>,
    address: &PageAddress,
    key: &ViewKey,
    customer: Customer,
) -> Rendered {
    let started = Instant::now();
    let is_hydrated = key.decision.mode == Mode::Hydrated;
    let backend = Arc::new(ServerBackend::new(app.clone(), restaurant, customer, is_hydrated));
    let content = Content::<P>::load(address, key.lang, &P::backend(backend.clone())).await;
    render_content(app, address, key, content, &backend, started).await
}

async fn render_content<P: Pages>(
    app: &AppState,
    address: &PageAddress,
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
    let route = routes::find(&address.path);
    let texts = Texts::of(key.lang);
    let base = match backend.restaurant() {
        Some(entry) => app.settings.base_url(entry.listing()),
        None => app.settings.public_url(),
    };
    let head = match decision.mode {
        Mode::Thick => DocumentHead::of_shell(texts),
        Mode::Thin | Mode::Hydrated => head(&content, texts, route, address, &base),
    };
    let answers = backend.answers().filter(|_| decision.mode == Mode::Hydrated);
    let is_demo = decision.mode != Mode::Thick && app.catalog.now().is_demo(backend.restaurant());
    let facts = DocumentFacts::new(&app.assets, texts, (decision, P::CHUNK), address.clone(), head)
        .with_demo_notice(is_demo);
    let mut headers = PageHeaders::new(&facts);
    headers.status = StatusCode::from_u16(content.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let contexts = {
        let (address, backend) = (address.clone(), P::backend(backend.clone()));
        let allows = route.map_or(&[][..], |route| route.allows);
        move || {
            headers.set();
            provide_context(texts);
            provide_context(RwSignal::new(address.clone()));
            provide_context(backend.clone());
            provide_context(RenderInfo { decision, allows });
        }
    };
    let document = move || {
        let body = match decision.mode {
            Mode::Thick => Either::Left(view! { <Loading texts/> }),
            Mode::Thin | Mode::Hydrated => Either::Right(view! { <AppView content=RwSignal::new(content)/> }),
        };
        view! { <Document facts body answers/> }.to_html()
    };
    let rendered = render(contexts, document).await;
    let is_personal = route.is_some_and(|route| route.is_personal(decision.mode));
    // Of the page without its measurements: it changes only with what the page shows.
    let etag = (!is_personal).then(|| {
        let shown = content_hash(rendered.html.as_bytes());
        format!(
            "{shown}.{}-{}-{}",
            decision.mode,
            decision.reason.name(),
            key.lang.tag()
        )
    });
    let html = with_measurements(rendered.html, texts, started.elapsed());
    Rendered::new(rendered.status, rendered.headers, html, etag.as_deref())
}

fn head<P: Pages>(
    content: &Content<P>,
    texts: Texts,
    route: Option<&Route>,
    address: &PageAddress,
    base: &str,
) -> DocumentHead {
    let is_public = matches!(content, Content::Page(_)) && route.is_some_and(|route| !route.personal);
    let head = content.head(texts);
    let subject = head.subject.filter(|_| is_public);
    DocumentHead {
        title: head.title,
        description: head.description.to_owned(),
        theme: head.theme,
        preview: is_public.then(|| LinkPreview::new(base, &address.path, subject)),
        json_ld: subject.map(|subject| structured_data::json_ld(subject, base)),
        refresh: head.refresh,
    }
}

/// Puts the page's own size and rendering time where its footer names them.
pub fn with_measurements(mut html: String, texts: Texts, took: Duration) -> String {
    let size = kilobytes(texts, html.len() as u64);
    let time = texts.lang.decimal(took.as_micros().div_ceil(100) as u64, 1);
    for (placeholder, value) in [(SIZE_HERE, size), (TIME_HERE, time)] {
        // The footer is at the end, however long the page is.
        if let Some(at) = html.rfind(placeholder) {
            html.replace_range(at..at + placeholder.len(), &value);
        }
    }
    html
}
