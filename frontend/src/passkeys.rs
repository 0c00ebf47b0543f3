//! Passkeys: the browser turns the server's JSON into a question to the device, and its answer into JSON again.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use send_wrapper::SendWrapper;
use servery_app::{
    api,
    backend::{PasskeyActions, PasskeyFailure, PasskeyFuture, PasskeyRequest},
};
use servery_domain::problem::{Problem, ProblemType};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{browser_actions::Browser, http::send};

impl PasskeyActions for Browser {
    fn is_possible(&self) -> bool {
        let host = window().location().hostname().unwrap_or_default();
        // Passkeys need a host name; an IP address is not valid.
        let named = !host.ends_with(|last: char| last.is_ascii_digit() || last == ']');
        named
            && class().is_some_and(|class| {
                Reflect::has(&class, &"parseCreationOptionsFromJSON".into()).unwrap_or_default()
            })
    }

    fn ask<'a>(&'a self, new_op: PasskeyRequest<'a>, next: &'a str) -> PasskeyFuture<'a> {
        Box::pin(SendWrapper::new(ask(new_op, next)))
    }
}

fn class() -> Option<JsValue> {
    Reflect::get(&window(), &"PublicKeyCredential".into())
        .ok()
        .filter(JsValue::is_function)
}

async fn ask(new_op: PasskeyRequest<'_>, next: &str) -> Result<(), PasskeyFailure> {
    let signed_out = match new_op {
        PasskeyRequest::Make { .. } => PasskeyFailure::SignInAgain,
        PasskeyRequest::SignIn => PasskeyFailure::Unknown,
    };
    let answered = |problem: Problem| match problem.is(ProblemType::SignedOut) {
        true => signed_out,
        false => failure(&problem),
    };
    let (challenges, parse, act, address) = match new_op {
        PasskeyRequest::Make { .. } => (
            api::PASSKEY_CHALLENGES,
            "parseCreationOptionsFromJSON",
            "create",
            api::PASSKEYS,
        ),
        PasskeyRequest::SignIn => (
            api::SESSION_CHALLENGES,
            "parseRequestOptionsFromJSON",
            "get",
            api::PASSKEY_SESSIONS,
        ),
    };
    let options = send("POST", challenges, "", None).await.map_err(answered)?;
    let asked = put_to_device(&options, parse, act).map_err(|_| PasskeyFailure::Failed)?;
    let credential = JsFuture::from(asked).await.map_err(declined)?;
    let body = body(new_op, credential).map_err(|_| PasskeyFailure::Failed)?;
    send("POST", address, &body, None).await.map_err(answered)?;
    // Opens a new document, because this one was rendered before the sign-in.
    window()
        .location()
        .assign(next)
        .map_err(|_| PasskeyFailure::Failed)
}

fn put_to_device(options: &JsValue, parse: &str, act: &str) -> Result<Promise, JsValue> {
    let question = Object::new();
    Reflect::set(
        &question,
        &"publicKey".into(),
        &call(&class().into(), parse, options)?,
    )?;
    let devices = Reflect::get(&window().navigator(), &"credentials".into())?;
    call(&devices, act, &question)?.dyn_into()
}

fn call(target: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    Reflect::get(target, &method.into())?
        .dyn_into::<Function>()?
        .call1(target, argument)
}

/// Calls the credential's `toJSON`.
fn body(new_op: PasskeyRequest<'_>, credential: JsValue) -> Result<String, JsValue> {
    let body = match new_op {
        PasskeyRequest::SignIn => credential,
        PasskeyRequest::Make { name } => {
            let body = Object::new();
            Reflect::set(&body, &"name".into(), &name.into())?;
            Reflect::set(&body, &"credential".into(), &credential)?;
            body.into()
        }
    };
    JSON::stringify(&body).map(String::from)
}

/// Errors of WebAuthn by their names.
fn declined(error: JsValue) -> PasskeyFailure {
    let name = Reflect::get(&error, &"name".into())
        .ok()
        .and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "AbortError") => PasskeyFailure::Cancelled,
        Some("InvalidStateError") => PasskeyFailure::Known,
        _ => PasskeyFailure::Failed,
    }
}

fn failure(problem: &Problem) -> PasskeyFailure {
    match problem.is(ProblemType::TooOften) {
        true => PasskeyFailure::TooOften,
        false => PasskeyFailure::Failed,
    }
}
