//! The page on which a diner types the card. The card provider's script puts the form into it; card numbers never reach this server.
//!
//! It is the only page with a foreign script, so it is no page of the app's programs and has a Content-Security-Policy of its own.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use servery_app::{
    components::{dish_badges::isolated, footer::Footer, header::Header, render_info::RenderInfo},
    mode::Mode,
    page_address::PageAddress,
    pages::document_title,
    render::{Decision, Reason},
    routes::Chunk,
    text::{Key, Texts, card},
};
use servery_domain::{order_settings::PaymentMethod, problem::ProblemType, restaurant::Listing};

use super::{
    document::{Document, DocumentFacts, DocumentHead},
    order_forms::redirect,
    page::{problem_page, with_measurements},
    page_headers::PageHeaders,
    preferences::Preferences,
    render::render,
    rendered::Rendered,
};
use crate::{
    catalog::restaurant_now::listing_of,
    http::error::{ApiError, Text, accepts},
    payments::{self, CardForm},
    state::AppState,
};

const DECISION: Decision = Decision {
    mode: Mode::Thin,
    reason: Reason::Default,
};

/// `GET /orders/{token}/pay`
pub async fn get_card_page(
    State(app): State<Arc<AppState>>,
    uri: Uri,
    headers: HeaderMap,
    Text(token): Text,
) -> Response {
    if !accepts(&headers, "text/html") {
        return ApiError::new(ProblemType::NotAcceptable, "this address answers in text/html")
            .into_response();
    }
    let address = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    match card_page(&app, &headers, address, &token).await {
        Ok(response) => response,
        Err(error) if error.0.is(ProblemType::ProviderAway) => {
            redirect(&format!("/orders/{token}?wrong=provider"))
        }
        Err(error) => problem_page(&app, &uri, &headers, error.0).await,
    }
}

async fn card_page(
    app: &AppState,
    headers: &HeaderMap,
    address: PageAddress,
    token: &str,
) -> Result<Response, ApiError> {
    let started = Instant::now();
    let confirms = address.get("confirm").is_some();
    let Some(form) = payments::card_form(app, token, confirms).await? else {
        return Ok(redirect(&format!("/orders/{token}")));
    };
    if confirms && form.client_secret.is_none() {
        // There is nothing to confirm any more: the order's page says how it stands.
        return Ok(redirect(&format!("/orders/{token}/paid")));
    }
    let listing = listing_of(app, form.order.ordered.restaurant).await?;
    let preferences = Preferences::read(&address, headers).map_err(ApiError)?;
    let texts = Texts::of(preferences.lang);
    let head = DocumentHead {
        title: document_title(card::get(texts.lang, card::Key::Title)),
        description: texts.get(Key::HomeDescription).to_owned(),
        theme: Some(listing.restaurant.theme()),
        ..DocumentHead::default()
    };
    let facts = DocumentFacts::new(
        &app.assets,
        texts,
        (DECISION, Chunk::Ordering),
        address.clone(),
        head,
    )
    .with_card_form(app.assets.card.clone());
    let page_headers = PageHeaders::new(&facts);
    let contexts = move || {
        page_headers.set();
        provide_context(texts);
        provide_context(RwSignal::new(address.clone()));
        provide_context(RenderInfo {
            decision: DECISION,
            allows: &[],
        });
    };
    let token = token.to_owned();
    let document = move || {
        let body = view! {
            <Header/>
            <main id="main" tabindex="-1">{shown(texts, &form, &listing, &token)}</main>
            <Footer/>
        };
        view! { <Document facts body answers=None/> }.to_html()
    };
    let rendered = render(contexts, document).await;
    let html = with_measurements(rendered.html, texts, started.elapsed());
    let mut response = Rendered::new(rendered.status, rendered.headers, html, None).respond(headers);
    // It may have a secret of the provider in it.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    for cookie in preferences.keep {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

fn shown(texts: Texts, form: &CardForm, listing: &Listing, token: &str) -> impl IntoView + use<> {
    let ordered = &form.order.ordered;
    let total = texts.lang.money(ordered.total, ordered.currency);
    let at_door = listing
        .restaurant
        .ordering
        .payments
        .contains(&PaymentMethod::Door);
    let door = format!("/orders/{token}/pay-at-door");
    let door = at_door.then(|| {
        view! {
            <form method="post" action=door>
                <button type="submit">{texts.get(Key::OrderPayAtDoor)}</button>
            </form>
        }
    });
    let number = form.order.number.to_string();
    let name = isolated(&listing.restaurant.name);
    let words = |key| card::get(texts.lang, key);
    let script_missing = words(match at_door {
        true => card::Key::NeedsScriptOrDoor,
        false => card::Key::NeedsScript,
    });
    let form_missing = words(match at_door {
        true => card::Key::MissingOrDoor,
        false => card::Key::Missing,
    });
    let lead = card::fill(
        texts.lang,
        card::Key::Amount,
        &[("amount", &total), ("name", &name)],
    );
    let pay = card::fill(texts.lang, card::Key::Pay, &[("amount", &total)]);
    view! {
        <article class="order-page card-page">
            <header>
                <h1>{card::get(texts.lang, card::Key::Title)}</h1>
                <p class="lead">{lead}</p>
            </header>
            <noscript><p class="wrong">{script_missing}</p></noscript>
            <form
                id="card"
                hidden
                data-key=form.publishable_key.clone()
                data-amount=form.amount.to_string()
                data-currency=ordered.currency.code().to_lowercase()
                data-secret=form.client_secret.clone().unwrap_or_default()
                data-paid=format!("/orders/{token}/paid")
            >
                <div id="card-element"></div>
                <p id="card-wrong" class="wrong" role="alert" hidden></p>
                <p id="card-working" role="status" hidden>{words(card::Key::Working)}</p>
                <p id="card-missing" class="wrong" role="alert" hidden>{form_missing}</p>
                <button type="submit" class="main" hidden>{pay}</button>
            </form>
            <div class="deeds">{door}</div>
            <p class="small-print">{words(card::Key::Where)}</p>
            <p><a href=format!("/orders/{token}")>{texts.fill(Key::OrderTitle, &[("number", &number)])}</a></p>
        </article>
    }
}

/// `GET /.well-known/apple-developer-merchantid-domain-association`
pub async fn get_apple_pay_association(State(app): State<Arc<AppState>>) -> Response {
    match &app.cards.apple_pay_association {
        Some(content) => ([("content-type", "text/plain; charset=utf-8")], content.clone()).into_response(),
        None => ApiError::new(ProblemType::NotFound, "no file for Apple Pay is set").into_response(),
    }
}
