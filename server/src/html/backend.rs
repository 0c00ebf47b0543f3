//! A page's questions, answered in process. The answers are noted as the API would give them, for a browser that takes over.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use servery_app::{
    api,
    backend::{Answer, Backend, OrderingBackend, SignedBackend, StaffBackend},
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
    pos::visibility::Look,
    problem::{Kind, Problem},
    quote::Quote,
    restaurant::Listed,
    search::Search,
    slots::Times,
    slug::Slug,
};
use servery_store::devices::Installed;

use crate::{
    accounts::{customer::Customer, passkeys, sessions::Signed},
    api::about::ABOUT,
    catalog::Snapshot,
    http::{error::Refusal, rate_limit, visitor},
    orders::{self, board},
    state::App,
    sync::{self, devices},
};

pub struct InProcess {
    app: Arc<App>,
    snapshot: Arc<Snapshot>,
    /// Who asks; nobody, for a page that is the same for everybody.
    customer: Customer,
    notes: Option<Mutex<String>>,
}

impl InProcess {
    /// With `noting`, the answers are there for [`Self::answers`] afterwards.
    pub fn new(app: Arc<App>, snapshot: Arc<Snapshot>, customer: Customer, noting: bool) -> Self {
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
        Some(format!("{{{}}}", notes.replace('<', "\\u003c")))
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

    fn find(&self, slug: &Slug) -> Result<&Listed, Problem> {
        self.snapshot
            .listed(slug)
            .map(AsRef::as_ref)
            .ok_or_else(|| Problem::new(Kind::NotFound, format!("no restaurant is called '{slug}'")))
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
            let found = self
                .app
                .town
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

    fn about(&self) -> Answer<'_, Arc<About>> {
        Box::pin(async move {
            self.note(api::ABOUT, &*ABOUT);
            Ok(ABOUT.clone())
        })
    }
}

impl InProcess {
    /// A refusal is an answer, too: the page was rendered from it.
    fn signed(&self, address: &str) -> Result<&Signed, Problem> {
        self.customer.signed.as_ref().ok_or_else(|| {
            let problem = Problem::new(Kind::SignedOut, "sign in first");
            self.note(address, &problem);
            problem
        })
    }
}

impl SignedBackend for InProcess {
    fn signed_in(&self) -> Answer<'_, SignedIn> {
        Box::pin(async move {
            let signed_in = self.signed(api::ACCOUNT)?.shown(&self.app);
            self.note(api::ACCOUNT, &signed_in);
            Ok(signed_in)
        })
    }

    fn board<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Board> {
        Box::pin(async move {
            let board = board::see(&self.app, self.signed(&api::board(slug))?, slug.as_str()).await?;
            self.note(&api::board(slug), &board);
            Ok(board)
        })
    }

    fn devices<'a>(&'a self, slug: &'a Slug) -> Answer<'a, DeviceList> {
        Box::pin(async move {
            let devices = devices::list(&self.app, self.signed(&api::devices(slug))?, slug.as_str()).await?;
            self.note(&api::devices(slug), &devices);
            Ok(devices)
        })
    }

    fn passkeys(&self) -> Answer<'_, Vec<PasskeyView>> {
        Box::pin(async move {
            let passkeys = passkeys::list(&self.app, self.signed(api::PASSKEYS)?).await?;
            self.note(api::PASSKEYS, &passkeys);
            Ok(passkeys)
        })
    }
}

impl InProcess {
    async fn installed(&self) -> Result<Installed, Refusal> {
        let key = self.customer.device.as_deref().ok_or_else(devices::not_let_in)?;
        devices::of_key(&self.app, key).await
    }
}

impl StaffBackend for InProcess {
    fn device(&self) -> Answer<'_, Paired> {
        Box::pin(async move { Ok(devices::paired(&self.app, &self.installed().await?)?) })
    }

    fn house<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Look> {
        Box::pin(async move {
            let installed = self.installed().await?;
            self.app
                .rates
                .of_device(&rate_limit::SYNCS, installed.device.id, &self.customer.caller)?;
            devices::restaurant(&self.app, &installed, slug.as_str())?;
            devices::note_seen(&self.app, &installed).await?;
            Ok(sync::look(&self.app, &installed, slug.as_str()).await?)
        })
    }

    fn id(&self) -> Answer<'_, u128> {
        Box::pin(async move { Ok(visitor::id().map_err(Refusal::from)?) })
    }
}

impl OrderingBackend for InProcess {
    fn draft<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Draft> {
        Box::pin(async move {
            let draft = orders::draft(&self.app, slug.as_str(), &self.customer).await?;
            self.note(&api::draft(slug), &draft);
            Ok(draft)
        })
    }

    fn times<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Times> {
        Box::pin(async move {
            let times = orders::times(&self.app, slug.as_str()).await?;
            self.note(&api::times(slug), &times);
            Ok(times)
        })
    }

    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> Answer<'a, Quote> {
        Box::pin(async move {
            let quote = orders::quote_basket(&self.app, slug.as_str(), basket, &self.customer).await?;
            self.note(&api::quotes(slug), &quote);
            Ok(quote)
        })
    }

    fn order<'a>(&'a self, token: &'a str) -> Answer<'a, TrackedOrder> {
        Box::pin(async move {
            let order = orders::tracked(&self.app, token).await?;
            self.note(&api::order(token), &order);
            Ok(order)
        })
    }

    fn orders(&self) -> Answer<'_, Vec<TrackedOrder>> {
        Box::pin(async move {
            let orders = orders::orders_of(&self.app, &self.customer).await?;
            self.note(api::ORDERS, &orders);
            Ok(orders)
        })
    }

    fn new_order(&self) -> Answer<'_, OrderId> {
        Box::pin(async move { Ok(OrderId(visitor::id().map_err(Refusal::from)?)) })
    }
}
