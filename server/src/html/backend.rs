//! A page's questions, answered in process. The answers are noted as the API would give them, for a browser that takes over.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use servery_app::{
    api,
    backend::{Answer, Backend, OrderingBackend},
};
use servery_domain::{
    about::About,
    cursor::Page,
    listing::Search,
    menu::Menu,
    problem::{Kind, Problem},
    restaurant::Listed,
    slug::Slug,
};

use crate::{
    api::about::ABOUT,
    town::{Snapshot, Town},
};

pub struct InProcess {
    pub town: Arc<Town>,
    pub snapshot: Arc<Snapshot>,
    notes: Option<Mutex<String>>,
}

impl InProcess {
    /// With `noting`, the answers are there for [`Self::answers`] afterwards.
    pub fn new(town: Arc<Town>, snapshot: Arc<Snapshot>, noting: bool) -> Self {
        Self { town, snapshot, notes: noting.then(Mutex::default) }
    }

    /// `{"/api/v1/…": …}`, safe inside a script element.
    pub fn answers(&self) -> Option<String> {
        let notes = self.notes.as_ref()?.lock().ok()?;
        Some(format!("{{{}}}", notes.replace('<', "\\u003c")))
    }

    fn note<T: Serialize>(&self, address: &str, answer: &T) {
        let Some(mut notes) = self.notes.as_ref().and_then(|notes| notes.lock().ok()) else { return };
        // An answer that is no JSON is left out, and the browser asks for it.
        if let Ok(json) = serde_json::to_string(answer) {
            let comma = if notes.is_empty() { "" } else { "," };
            let _ = write!(notes, "{comma}{address:?}:{json}");
        }
    }

    fn find(&self, slug: &Slug) -> Result<&Listed, Problem> {
        self.snapshot.listed(slug).ok_or_else(|| Problem::new(Kind::NotFound, format!("no restaurant is called '{slug}'")))
    }
}

impl Backend for InProcess {
    fn restaurants<'a>(&'a self, search: &'a Search) -> Answer<'a, Page<Listed>> {
        Box::pin(async move {
            let page = self.snapshot.page(search);
            self.note(&api::restaurants(search), &page);
            Ok(page)
        })
    }

    fn restaurant<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Listed> {
        Box::pin(async move {
            let listed = self.find(slug)?;
            self.note(&api::restaurant(slug), listed);
            Ok(listed.clone())
        })
    }

    fn menu<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Arc<Menu>> {
        Box::pin(async move {
            let found = self.town.menu(&self.find(slug)?.restaurant).await.map_err(|error| {
                tracing::error!(%error, "the store failed");
                Problem::new(Kind::Broken, "the request is logged under its x-request-id")
            })?;
            let menu = found.ok_or_else(|| Problem::new(Kind::NotFound, format!("'{slug}' has no menu")))?;
            self.note(&api::menu(slug), &menu);
            Ok(menu)
        })
    }

    fn about(&self) -> Answer<'_, Arc<About>> {
        Box::pin(async move {
            self.note(api::ABOUT, &*ABOUT);
            Ok(ABOUT.clone())
        })
    }
}

impl OrderingBackend for InProcess {}
