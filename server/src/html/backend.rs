//! A page's questions, answered in process. The answers are noted as the API would give them, for a browser that takes over.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use servery_app::{
    api,
    backend::{AccountBackend, Backend, BackendFuture, OrderingBackend, StaffBackend},
};
use servery_domain::{
    about::About,
    account::SignedIn,
    basket::Basket,
    board::Board,
    cursor::Page,
    device::{DeviceList, Paired},
    draft::Draft,
    id::OrderId,
    menu::Menu,
    order::TrackedOrder,
    passkey::PasskeyView,
    pos::visibility::PosSnapshot,
    problem::{Kind, Problem},
    quote::Quote,
    restaurant::Listing,
    search::Search,
    slots::Times,
    slug::Slug,
};
use servery_store::devices::PairedDevice;

use super::escape::escape_json;
use crate::{
    accounts::{customer::Customer, passkeys, sessions::CurrentUser},
    api::about::ABOUT,
    catalog::CatalogSnapshot,
    http::{error::ApiError, rate_limit, visitor},
    orders::{self, board},
    state::AppState,
    sync::{self, devices},
};

pub struct ServerBackend {
    app: Arc<AppState>,
    snapshot: Arc<CatalogSnapshot>,
    /// Who asks; nobody, for a page that is the same for everybody.
    customer: Customer,
    notes: Option<Mutex<String>>,
}

impl ServerBackend {
    /// With `noting`, the answers are there for [`Self::answers`] afterwards.
    pub fn new(app: Arc<AppState>, snapshot: Arc<CatalogSnapshot>, customer: Customer, noting: bool) -> Self {
        Self {
            app,
            snapshot,
            customer,
            notes: noting.then(Mutex::default),
        }
    }

    /// `{"/api/v1/…": …}`, safe inside a script element.
    pub fn answers(&self) -> Option<String> {
        let notes = self.notes.as_ref()?.lock().ok()?;
        Some(format!("{{{}}}", escape_json(&notes)))
    }

    fn note<T: Serialize>(&self, address: &str, answer: &T) {
        let Some(mut notes) = self.notes.as_ref().and_then(|notes| notes.lock().ok()) else {
            return;
        };
        // An answer that is no JSON is left out, and the browser asks for it.
        if let Ok(json) = serde_json::to_string(answer) {
            let comma = if notes.is_empty() { "" } else { "," };
            let _ = write!(notes, "{comma}{address:?}:{json}");
        }
    }

    fn find(&self, slug: &Slug) -> Result<&Listing, Problem> {
        self.snapshot
            .listing(slug)
            .map(AsRef::as_ref)
            .ok_or_else(|| Problem::new(Kind::NotFound, format!("no restaurant is called '{slug}'")))
    }
}

impl Backend for ServerBackend {
    fn restaurants<'a>(&'a self, search: &'a Search) -> BackendFuture<'a, Page<Listing>> {
        Box::pin(async move {
            let page = self.snapshot.page(search);
            self.note(&api::restaurants(search), &page);
            Ok(page)
        })
    }

    fn restaurant<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Listing> {
        Box::pin(async move {
            let listing = self.find(slug)?;
            self.note(&api::restaurant(slug), listing);
            Ok(listing.clone())
        })
    }

    fn menu<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Arc<Menu>> {
        Box::pin(async move {
            let found = self
                .app
                .catalog
                .menu(&self.find(slug)?.restaurant)
                .await
                .map_err(|error| {
                    tracing::error!(%error, "the store failed");
                    Problem::new(Kind::Broken, "the request is logged under its x-request-id")
                })?;
            let menu = found.ok_or_else(|| Problem::new(Kind::NotFound, format!("'{slug}' has no menu")))?;
            self.note(&api::menu(slug), &menu);
            Ok(menu)
        })
    }

    fn about(&self) -> BackendFuture<'_, Arc<About>> {
        Box::pin(async move {
            self.note(api::ABOUT, &*ABOUT);
            Ok(ABOUT.clone())
        })
    }
}

impl ServerBackend {
    /// A refusal is an answer, too: the page was rendered from it.
    fn user(&self, address: &str) -> Result<&CurrentUser, Problem> {
        self.customer.user.as_ref().ok_or_else(|| {
            let problem = Problem::new(Kind::SignedOut, "sign in first");
            self.note(address, &problem);
            problem
        })
    }
}

impl AccountBackend for ServerBackend {
    fn signed_in(&self) -> BackendFuture<'_, SignedIn> {
        Box::pin(async move {
            let signed_in = self.user(api::ACCOUNT)?.signed_in(&self.app);
            self.note(api::ACCOUNT, &signed_in);
            Ok(signed_in)
        })
    }

    fn board<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Board> {
        Box::pin(async move {
            let board = board::board(&self.app, self.user(&api::board(slug))?, slug.as_str()).await?;
            self.note(&api::board(slug), &board);
            Ok(board)
        })
    }

    fn devices<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, DeviceList> {
        Box::pin(async move {
            let devices = devices::list(&self.app, self.user(&api::devices(slug))?, slug.as_str()).await?;
            self.note(&api::devices(slug), &devices);
            Ok(devices)
        })
    }

    fn passkeys(&self) -> BackendFuture<'_, Vec<PasskeyView>> {
        Box::pin(async move {
            let passkeys = passkeys::list(&self.app, self.user(api::PASSKEYS)?).await?;
            self.note(api::PASSKEYS, &passkeys);
            Ok(passkeys)
        })
    }
}

impl ServerBackend {
    async fn installed(&self) -> Result<PairedDevice, ApiError> {
        let key = self.customer.device.as_deref().ok_or_else(devices::not_paired)?;
        devices::device_by_key(&self.app, key).await
    }
}

impl StaffBackend for ServerBackend {
    fn device(&self) -> BackendFuture<'_, Paired> {
        Box::pin(async move { Ok(devices::paired(&self.app, &self.installed().await?)?) })
    }

    fn pos<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, PosSnapshot> {
        Box::pin(async move {
            let installed = self.installed().await?;
            self.app.rate_limiter.take_for_device(
                &rate_limit::SYNCS,
                installed.device.id,
                &self.customer.client,
            )?;
            devices::restaurant(&self.app, &installed, slug.as_str())?;
            devices::touch(&self.app, &installed).await?;
            Ok(sync::pos_snapshot(&self.app, &installed, slug.as_str()).await?)
        })
    }

    fn id(&self) -> BackendFuture<'_, u128> {
        Box::pin(async move { Ok(visitor::id().map_err(ApiError::from)?) })
    }
}

impl OrderingBackend for ServerBackend {
    fn draft<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft> {
        Box::pin(async move {
            let draft = orders::draft(&self.app, slug.as_str(), &self.customer).await?;
            self.note(&api::draft(slug), &draft);
            Ok(draft)
        })
    }

    fn times<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Times> {
        Box::pin(async move {
            let times = orders::times(&self.app, slug.as_str()).await?;
            self.note(&api::times(slug), &times);
            Ok(times)
        })
    }

    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> BackendFuture<'a, Quote> {
        Box::pin(async move {
            let quote = orders::quote_basket(&self.app, slug.as_str(), basket, &self.customer).await?;
            self.note(&api::quotes(slug), &quote);
            Ok(quote)
        })
    }

    fn order<'a>(&'a self, token: &'a str) -> BackendFuture<'a, TrackedOrder> {
        Box::pin(async move {
            let order = orders::tracked(&self.app, token).await?;
            self.note(&api::order(token), &order);
            Ok(order)
        })
    }

    fn orders(&self) -> BackendFuture<'_, Vec<TrackedOrder>> {
        Box::pin(async move {
            let orders = orders::customer_orders(&self.app, &self.customer).await?;
            self.note(api::ORDERS, &orders);
            Ok(orders)
        })
    }

    fn new_order(&self) -> BackendFuture<'_, OrderId> {
        Box::pin(async move { Ok(OrderId(visitor::id().map_err(ApiError::from)?)) })
    }
}
