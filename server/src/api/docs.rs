//! The API for people: a plain page made from the OpenAPI document, without a script.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use serde_json::Value;
use servery_domain::problem::ProblemType;

use super::openapi::DOCUMENT;
use crate::state::AppState;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub async fn get_docs(State(app): State<Arc<AppState>>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, page(app.assets.style.clone())).into_response()
}

fn page(style: String) -> String {
    // Our own document, made at compile time.
    let document: Value = serde_json::from_str(&DOCUMENT).unwrap_or_default();
    let operations: Vec<_> = entries(&document["paths"])
        .flat_map(|(path, methods)| {
            entries(methods).map(move |(method, operation)| (path, method, operation))
        })
        .map(|(path, method, operation)| operation_section(path, method, operation))
        .collect();
    let problems: Vec<_> = ProblemType::ALL.iter().map(|kind| problem_entry(*kind)).collect();
    let schemas: Vec<_> = entries(&document["components"]["schemas"])
        .map(|(name, schema)| schema_details(name, schema))
        .collect();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"API · Servery"</title>
                <link rel="stylesheet" href=style/>
                <link rel="icon" href="/icons/icon.svg" type="image/svg+xml"/>
            </head>
            <body>
                <header class="top"><a class="brand" href="/">"Servery"</a></header>
                <main id="main">
                    <article class="prose docs">
                        <h1>"The API"</h1>
                        <p class="lead">{text(&document["info"]["description"])}</p>
                        <p><a href="/api/v1/openapi.json">"The OpenAPI document"</a></p>
                        {operations}
                        <h2>"Problems"</h2>
                        <dl>{problems}</dl>
                        <h2>"Types"</h2>
                        {schemas}
                    </article>
                </main>
            </body>
        </html>
    }
    .to_html()
}

fn operation_section(path: &str, method: &str, operation: &Value) -> impl IntoView + use<> {
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<_> = parameters.iter().map(parameter_row).collect();
    let responses: Vec<_> = entries(&operation["responses"])
        .map(|(status, response)| response_item(status, response))
        .collect();
    view! {
        <h2><code>{format!("{} {path}", method.to_uppercase())}</code></h2>
        <p>{text(&operation["summary"])}</p>
        {(!rows.is_empty()).then(|| view! {
            <table>
                <thead><tr><th scope="col">"Parameter"</th><th scope="col">"In"</th><th scope="col">"Meaning"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        })}
        <ul>{responses}</ul>
    }
}

fn parameter_row(parameter: &Value) -> impl IntoView + use<> {
    let [name, place, meaning] = ["name", "in", "description"].map(|field| text(&parameter[field]));
    view! { <tr><th scope="row"><code>{name}</code></th><td>{place}</td><td>{meaning}</td></tr> }
}

fn response_item(status: &str, response: &Value) -> impl IntoView + use<> {
    let content = entries(&response["content"]).next();
    let schema = content.and_then(|(_, content)| content["schema"]["$ref"].as_str());
    let schema = schema
        .and_then(|reference| reference.rsplit('/').next())
        .map(|name| view! { " " <a href=format!("#{name}")>{name.to_owned()}</a> });
    view! { <li><code>{status.to_owned()}</code>{schema} " " {text(&response["description"])}</li> }
}

fn problem_entry(kind: ProblemType) -> impl IntoView {
    let id = format!("problem-{}", kind.slug());
    view! {
        <dt id=id><code>{kind.status()}</code> " " {kind.title()}</dt>
        <dd>{kind.meaning()}</dd>
    }
}

fn schema_details(name: &str, schema: &Value) -> impl IntoView + use<> {
    let json = serde_json::to_string_pretty(schema).unwrap_or_default();
    let (id, name) = (name.to_owned(), name.to_owned());
    view! { <details id=id><summary><code>{name}</code></summary><pre tabindex="0">{json}</pre></details> }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_kind_of_problem_is_explained() {
        let html = page("/style.css".to_owned());
        for expected in [
            "GET /api/v1/restaurants</code>",
            "GET /api/v1/restaurants/{slug}/menu</code>",
            "id=\"Menu\"",
            "<code>cuisine</code>",
        ] {
            assert!(html.contains(expected), "{expected}");
        }
        for kind in ProblemType::ALL {
            assert!(html.contains(&format!("id=\"problem-{}\"", kind.slug())));
        }
    }
}
