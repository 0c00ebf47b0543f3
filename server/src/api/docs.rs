//! The API for people: a plain page made from the OpenAPI document, without a script.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::Value;
use servery_domain::problem::Kind;

use super::openapi::DOCUMENT;
use crate::{html::escape::escape, state::AppState};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub async fn get_docs(State(app): State<Arc<AppState>>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, page(&app.assets.style)).into_response()
}

fn page(style: &str) -> String {
    // Our own document, made at compile time.
    let document: Value = serde_json::from_str(&DOCUMENT).unwrap_or_default();
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>API · Servery</title><link rel=\"stylesheet\" href=\"{style}\"><link rel=\"icon\" href=\"/icons/icon.svg\" type=\"image/svg+xml\"></head><body>\
         <header class=\"top\"><a class=\"brand\" href=\"/\">Servery</a></header><main id=\"main\"><article class=\"prose docs\"><h1>The API</h1><p class=\"lead\">{}</p>\
         <p><a href=\"/api/v1/openapi.json\">The OpenAPI document</a></p>",
        text(&document["info"]["description"])
    );
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            self::operation(&mut html, path, method, operation);
        }
    }
    html.push_str("<h2>Problems</h2><dl>");
    for kind in Kind::ALL {
        let _ = write!(
            html,
            "<dt id=\"problem-{}\"><code>{}</code> {}</dt><dd>{}</dd>",
            kind.slug(),
            kind.status(),
            kind.title(),
            kind.meaning()
        );
    }
    html.push_str("</dl><h2>Types</h2>");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        let schema = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            html,
            "<details id=\"{0}\"><summary><code>{0}</code></summary><pre tabindex=\"0\">{1}</pre></details>",
            escape(name),
            escape(&schema)
        );
    }
    html.push_str("</article></main></body></html>\n");
    html
}

fn operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        html,
        "<h2><code>{} {}</code></h2><p>{}</p>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"])
    );
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        html.push_str(
            "<table><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">In</th><th scope=\"col\">Meaning</th></tr></thead><tbody>",
        );
        for parameter in parameters {
            let row = [&parameter["in"], &parameter["description"]].map(text);
            let _ = write!(
                html,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
                text(&parameter["name"]),
                row[0],
                row[1]
            );
        }
        html.push_str("</tbody></table>");
    }
    html.push_str("<ul>");
    for (status, response) in entries(&operation["responses"]) {
        let content = entries(&response["content"])
            .next()
            .map(|(_, content)| &content["schema"]);
        let name = content
            .and_then(|schema| schema["$ref"].as_str())
            .and_then(|reference| reference.rsplit('/').next());
        let kind = name
            .map(|name| format!(" <a href=\"#{0}\">{0}</a>", escape(name)))
            .unwrap_or_default();
        let _ = write!(
            html,
            "<li><code>{status}</code>{kind} {}</li>",
            text(&response["description"])
        );
    }
    html.push_str("</ul>");
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_kind_of_problem_is_explained() {
        let html = page("/style.css");
        for expected in [
            "GET /api/v1/restaurants</code>",
            "GET /api/v1/restaurants/{slug}/menu</code>",
            "id=\"Menu\"",
            "<code>cuisine</code>",
        ] {
            assert!(html.contains(expected), "{expected}");
        }
        for kind in Kind::ALL {
            assert!(html.contains(&format!("id=\"problem-{}\"", kind.slug())));
        }
    }
}
