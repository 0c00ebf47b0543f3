//! Drafts on this device. In a private window they may last only as long as the page; the server's copy lasts longer.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use js_sys::Date;
use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use servery_app::backend::basket_note_key;
use servery_domain::{draft::Draft, id, slug::Slug};
use web_sys::Storage;

use crate::json::{json, read};

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

thread_local! {
    /// Values that the browser could not store; they last as long as the page.
    static UNKEPT: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

pub fn get<T: DeserializeOwned>(name: &str) -> Option<T> {
    let unkept = UNKEPT.with_borrow(|unkept| unkept.get(name).cloned());
    let text = unkept.or_else(|| storage()?.get_item(name).ok()?)?;
    // Values of other versions are ignored.
    read(js_sys::JSON::parse(&text).ok()?).ok()
}

pub fn put<T: Serialize>(name: &str, value: &T) {
    let Ok(text) = json(value) else { return };
    let kept = storage().is_some_and(|storage| storage.set_item(name, &text).is_ok());
    UNKEPT.with_borrow_mut(|unkept| {
        if kept {
            unkept.remove(name)
        } else {
            unkept.insert(name.to_owned(), text)
        }
    });
}

pub fn remove(name: &str) {
    UNKEPT.with_borrow_mut(|unkept| unkept.remove(name));
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// The names of stored values that begin like this, sorted.
pub fn names(begin: &str) -> BTreeSet<String> {
    let of_storage = storage().map(|storage| {
        let names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok()?);
        names.collect::<Vec<_>>()
    });
    let unkept = UNKEPT.with_borrow(|unkept| unkept.keys().cloned().collect::<Vec<_>>());
    let all = of_storage.into_iter().flatten().chain(unkept);
    all.filter(|name| name.starts_with(begin)).collect()
}

const DRAFT: &str = "draft:";

fn draft_name(slug: &Slug) -> String {
    format!("{DRAFT}{slug}")
}

pub fn delete_drafts() {
    let begins: [&str; 2] = [DRAFT, &basket_note_key("")];
    let drafts = begins.iter().flat_map(|begin| names(begin));
    drafts.collect::<Vec<_>>().iter().for_each(|name| remove(name));
}

pub fn draft(slug: &Slug) -> Option<Draft> {
    get(&draft_name(slug))
}

pub fn keep_draft(slug: &Slug, draft: &Draft, summary: &str) {
    put(&draft_name(slug), draft);
    if let Some(storage) = storage() {
        let _ = storage.set_item(&basket_note_key(slug.as_str()), summary);
    }
}

/// A browser without `crypto` has no WebAssembly either, so a missing value cannot occur.
pub fn id() -> u128 {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    id::new(Date::now() as u64, u128::from_be_bytes(bytes))
}
