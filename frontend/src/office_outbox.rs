//! Sends what was changed in the office, in order and from one tab at a time; which edit is next, and what an answer means, is `domain`'s.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use js_sys::{Array, Promise};
use leptos::prelude::{
    GetUntracked, ReadSignal, RwSignal, Set, TimeoutHandle, set_timeout_with_handle, window,
};
use send_wrapper::SendWrapper;
use servery_app::{
    api,
    office_outbox::OfficeOutbox,
    query::{Fetch, GetEdits},
    routes::Chunk,
};
use servery_domain::{
    account::SignedIn,
    edit::{EditAnswer, EditOutbox, EditedRestaurant, UnsentEdit, UnsentState, pause_after},
    id::{AccountId, EditId},
    problem::Problem,
    slug::Slug,
    time::TimeZoneName,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::{
    device,
    http::{HttpBackend, send},
    json::{json, read},
    local_storage, navigate, unsent_edits,
};

const LOCK: &str = "office";
/// How long a form waits for the server before it is shown that its edit waits.
const SETTLING: Duration = Duration::from_secs(1);

/// Whose edits are sent, and of which restaurant.
#[derive(Clone, PartialEq)]
struct Opened {
    slug: Slug,
    account: AccountId,
}

struct Sender {
    opened: RefCell<Option<Opened>>,
    unsent: RwSignal<EditOutbox>,
    news: RwSignal<Option<Arc<EditedRestaurant>>>,
    is_locked: RwSignal<bool>,
    /// The round that is under way or waits for its turn.
    sending: RefCell<Option<Promise>>,
    /// Something was stored since the round began.
    is_outdated: Cell<bool>,
    failures: Cell<u32>,
    again: RefCell<Option<TimeoutHandle>>,
    /// A form waits for the server.
    is_settling: Cell<bool>,
    /// The link that was followed meanwhile: the next page has to know of the edit.
    followed: RefCell<Option<String>>,
}

pub struct BrowserOfficeOutbox(SendWrapper<Rc<Sender>>);

pub fn open() -> Arc<dyn OfficeOutbox> {
    let sender = Rc::new(Sender {
        opened: RefCell::default(),
        unsent: RwSignal::default(),
        news: RwSignal::default(),
        is_locked: RwSignal::new(false),
        sending: RefCell::default(),
        is_outdated: Cell::new(false),
        failures: Cell::new(0),
        again: RefCell::default(),
        is_settling: Cell::new(false),
        followed: RefCell::default(),
    });
    sender.hold_links();
    let online = sender.clone();
    device::listen(&window(), "online", move |_| {
        online.failures.set(0);
        online.send();
    });
    // Another tab has stored, sent or thrown something away.
    let heard = sender.clone();
    device::listen(&window(), "storage", move |_| heard.read());
    Arc::new(BrowserOfficeOutbox(SendWrapper::new(sender)))
}

impl Sender {
    /// The next page is to have what a form waits for.
    fn hold_links(self: &Rc<Self>) {
        let sender = self.clone();
        device::listen_first(&window(), "click", move |event| {
            let link = navigate::followed_link(event).filter(|_| sender.is_settling.get());
            if let Some(link) = link {
                event.prevent_default();
                event.stop_propagation();
                sender.followed.replace(Some(link.href()));
            }
        });
    }

    /// Until everything is answered, or for a while.
    async fn settle(&self) {
        let Some(sending) = self.sending.borrow().clone() else {
            return;
        };
        self.is_settling.set(true);
        let either = Array::of2(&sending, &device::timer(SETTLING));
        // Neither of them is ever rejected.
        let _ = JsFuture::from(Promise::race(&either)).await;
        self.is_settling.set(false);
        if let Some(link) = self.followed.take() {
            // Fails only for an address that is none.
            let _ = window().location().assign(&link);
        }
    }

    fn opened(&self) -> Option<Opened> {
        self.opened.borrow().clone()
    }

    fn read(&self) {
        let Some(Opened { slug, account }) = self.opened() else {
            return;
        };
        let stored = unsent_edits::read(&slug, account);
        if self.unsent.get_untracked() != stored {
            self.unsent.set(stored);
        }
    }

    /// Begins a round, unless one is under way, which then looks once more.
    fn send(self: &Rc<Self>) {
        self.read();
        let is_settled = self.unsent.get_untracked().is_settled();
        if is_settled || !window().navigator().on_line() {
            return;
        }
        self.is_outdated.set(true);
        if self.sending.borrow().is_some() {
            return;
        }
        let sender = self.clone();
        let round = move || -> Promise {
            future_to_promise(async move {
                while sender.is_outdated.take() {
                    sender.round().await;
                }
                sender.sending.take();
                Ok(JsValue::UNDEFINED)
            })
        };
        let sending = match device::locks() {
            Some(locks) => device::with_lock(&locks, LOCK, round),
            // The server takes an edit that comes from two tabs once.
            None => Some(round()),
        };
        self.sending.replace(sending);
    }

    async fn round(self: &Rc<Self>) {
        let Some(opened) = self.opened() else { return };
        match self.send_all(&opened).await {
            Ok(()) => {
                self.failures.set(0);
                self.is_locked.set(false);
            }
            Err(EditAnswer::NotAllowed) => self.is_locked.set(true),
            Err(_) => self.send_later(),
        }
        self.read();
    }

    fn send_later(self: &Rc<Self>) {
        let failures = self.failures.get();
        self.failures.set(failures.saturating_add(1));
        let sender = self.clone();
        let again = set_timeout_with_handle(move || sender.send(), pause_after(failures)).ok();
        if let Some(earlier) = self.again.replace(again) {
            earlier.clear();
        }
    }

    /// An error is why the rest cannot be sent now.
    async fn send_all(&self, opened: &Opened) -> Result<(), EditAnswer> {
        let Opened { slug, account } = opened;
        check_account(*account).await?;
        while let Some(next) = unsent_edits::read(slug, *account).next() {
            let id = next.edit.id;
            let body = json(&next.edit.changes).map_err(|_| EditAnswer::Later)?;
            let sent = send("PUT", &api::edit(slug, id), &body, None).await;
            let state = match EditAnswer::of(sent.map(drop)) {
                EditAnswer::Confirmed => UnsentState::Confirmed,
                EditAnswer::Refused(problem) => UnsentState::Refused(problem),
                other => return Err(other),
            };
            unsent_edits::set_state(slug, *account, id, state);
            self.read();
        }
        self.ask(opened).await
    }

    /// How the restaurant is now: what was confirmed before is in the answer.
    async fn ask(&self, opened: &Opened) -> Result<(), EditAnswer> {
        let Opened { slug, account } = opened;
        let confirmed: Vec<EditId> = unsent_edits::read(slug, *account).confirmed().collect();
        let backend = HttpBackend::new(None, RwSignal::new(false), false);
        let found = backend.get(&GetEdits(slug.clone())).await;
        let found = found.map_err(|problem| EditAnswer::of(Err(problem)))?;
        if found.is_stored() {
            return Err(EditAnswer::Later);
        }
        for id in confirmed {
            unsent_edits::remove(slug, *account, id);
        }
        self.read();
        self.news.set(Some(found.answer));
        Ok(())
    }
}

/// Somebody else may have signed in meanwhile, in whose name nothing is sent that they have not changed.
async fn check_account(account: AccountId) -> Result<(), EditAnswer> {
    let answer = send("GET", api::ACCOUNT, "", None).await;
    let signed_in: Result<SignedIn, Problem> = answer.and_then(read);
    match signed_in {
        Ok(signed_in) if signed_in.account.id == account => Ok(()),
        Ok(_) => Err(EditAnswer::NotAllowed),
        Err(problem) => Err(EditAnswer::of(Err(problem))),
    }
}

impl OfficeOutbox for BrowserOfficeOutbox {
    fn open(&self, slug: &Slug, account: AccountId) {
        let opened = Opened {
            slug: slug.clone(),
            account,
        };
        if self.0.opened().as_ref() == Some(&opened) {
            return;
        }
        self.0.opened.replace(Some(opened));
        self.0.news.set(None);
        device::keep_program(Chunk::Office.name());
        self.0.send();
    }

    fn unsent(&self) -> ReadSignal<EditOutbox> {
        self.0.unsent.read_only()
    }

    fn news(&self) -> ReadSignal<Option<Arc<EditedRestaurant>>> {
        self.0.news.read_only()
    }

    fn is_locked(&self) -> ReadSignal<bool> {
        self.0.is_locked.read_only()
    }

    fn put(&self, unsent: UnsentEdit) -> Pin<Box<dyn Future<Output = ()>>> {
        let sender = Rc::clone(&self.0);
        if let Some(Opened { slug, account }) = sender.opened() {
            unsent_edits::put(&slug, account, &unsent);
        }
        sender.send();
        Box::pin(async move { sender.settle().await })
    }

    fn discard(&self, id: EditId) {
        if let Some(Opened { slug, account }) = self.0.opened() {
            unsent_edits::remove(&slug, account, id);
        }
        self.0.read();
    }

    fn id(&self) -> EditId {
        EditId(local_storage::id())
    }

    fn is_zone(&self, zone: &TimeZoneName) -> bool {
        device::local_now(zone).is_some()
    }
}
