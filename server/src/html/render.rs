//! Renders a leptos view to one HTML document through leptos_axum.

use std::{num::NonZero, panic::resume_unwind, pin::Pin, sync::LazyLock, thread::available_parallelism};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header::CONTENT_TYPE},
};
use futures::{Stream, stream};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, handle_response_inner};
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

type HtmlStream = Pin<Box<dyn Stream<Item = String> + Send>>;
type HtmlFuture = Pin<Box<dyn Future<Output = HtmlStream> + Send>>;

type Document = Box<dyn FnOnce() -> String + Send>;

/// As many documents as there are cores are rendered at the same time. More would only share the cores, and a document takes megabytes.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get)));

pub struct RenderedDocument {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// Runs `contexts` and then `document` under a reactive owner of their own, all of it on one thread: what a component
/// makes for one thread only (a signal with local storage) has to be dropped there, too.
///
/// A document is handed on as HTML and not as a view: the types of whole pages have names of megabytes, which would stand in the name
/// of each function that is generic over them.
pub async fn render(
    contexts: impl Fn() + Clone + Send + 'static,
    document: impl FnOnce() -> String + Send + 'static,
) -> RenderedDocument {
    let document: Document = Box::new(document);
    let runtime = Handle::current();
    // It is never closed.
    let turn = TURNS.acquire().await.ok();
    // The turn lasts as long as the rendering, also if its visitor goes away meanwhile.
    let rendering = spawn_blocking(move || {
        let rendered = runtime.block_on(render_here(contexts, document));
        drop(turn);
        rendered
    });
    rendering.await.unwrap_or_else(failed)
}

fn failed(error: JoinError) -> RenderedDocument {
    match error.try_into_panic() {
        // A component has panicked: the router answers that, as it does for any handler.
        Ok(panic) => resume_unwind(panic),
        // The runtime is stopping, and has not begun to render.
        Err(_) => RenderedDocument {
            status: StatusCode::SERVICE_UNAVAILABLE,
            headers: HeaderMap::new(),
            html: String::new(),
        },
    }
}

async fn render_here(contexts: impl Fn() + Clone + Send + 'static, document: Document) -> RenderedDocument {
    // Never the visitor's request: a rendered page is shown to others, too.
    let request = Request::new(Body::empty());
    let (parts, body) = handle_response_inner(contexts, document, request, render_whole)
        .await
        .into_parts();
    // The body is a string in memory: it has an end, and reading it does not fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut headers = parts.headers;
    headers.remove(CONTENT_TYPE);
    // It was a string: there is nothing in it that has to be replaced, and nothing is copied.
    let html = String::from_utf8(bytes.into()).unwrap_or_default();
    RenderedDocument {
        status: parts.status,
        headers,
        html,
    }
}

/// Everything that a page shows is loaded before it is rendered, so nothing is streamed.
fn render_whole(
    html: String,
    _data: Box<dyn FnOnce() -> HtmlStream + Send>,
    _out_of_order: bool,
) -> HtmlFuture {
    Box::pin(async move { Box::pin(stream::once(async move { html })) as HtmlStream })
}

/// For use in `contexts`. A header whose value cannot be written is left out.
pub fn set_response(status: StatusCode, headers: &[(HeaderName, String)]) {
    let options = expect_context::<ResponseOptions>();
    options.set_status(status);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            options.insert_header(name.clone(), value);
        }
    }
}
