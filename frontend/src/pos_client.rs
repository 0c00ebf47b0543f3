//! Drives `domain`'s `SyncClient`: gives it a disk, a network, other tabs and the time.

mod database;
mod encryption;
mod installer;
mod pairing;
mod photo;
mod pin;
mod platform;
mod revision_events;
mod storage;
mod transport;
mod wake_lock;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use js_sys::{Date, Function, Promise};
use leptos::prelude::{
    GetUntracked, ReadSignal, RwSignal, Set, TimeoutHandle, Update, WithUntracked, document,
    set_timeout_with_handle, window,
};
use send_wrapper::SendWrapper;
use servery_app::{
    api,
    pos_client::{
        ActionError, Connectivity, Installation, LocalFuture, PairingState, PosClient, StorageUsage, Unsynced,
    },
    routes::Chunk,
};
use servery_domain::{
    device::Paired,
    id::{BillId, CashierId, DeviceId, OpId, PaymentId, StationId},
    pos::{
        PosState,
        op::{Action, OP_VERSION},
        reader_payment::{ReaderPayment, ReaderPaymentRequest},
    },
    problem::{Problem, ProblemType},
    revision::Revision,
    sync::{
        SyncProblem,
        client::{ClientEffect, ClientEvent, NewOp, StorageError, StorageResult, StorageWrite, SyncClient},
    },
    time::Timestamp,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, HtmlInputElement, MessageEvent};

use self::{
    installer::Installer,
    revision_events::{RevisionEvent, RevisionEvents},
    storage::Storage,
    transport::{TabMessage, Unsent},
    wake_lock::WakeLock,
};
use crate::{
    device::{self, listen, pause},
    http::send,
    json::{json, read},
    local_storage,
};

/// Delay before a request: the effect is painted first, and further ops are included.
const BREATH: Duration = Duration::from_millis(80);
const CHANNEL: &str = "staff";
/// The storage key of this device's station.
const STATION: &str = "station";
/// Short pauses, so that a server that is back is noticed soon.
const SOON: Duration = Duration::from_secs(3);
const LATE: Duration = Duration::from_secs(60);
/// The pause before a failed disk is read again.
const DISK_AGAIN: Duration = Duration::from_millis(500);

/// Callers that wait for the result of an op.
struct WaitingAction {
    tell: Function,
    done: Rc<RefCell<Option<Result<OpId, ActionError>>>>,
}

struct Tabs {
    disk: Storage,
    tab: RefCell<Option<SyncClient>>,
    /// The generation of the client: tasks of an earlier one are ignored.
    turn: Cell<u32>,
    asked: RefCell<BTreeMap<OpId, WaitingAction>>,
    channel: Option<BroadcastChannel>,
    leads: Cell<bool>,
    news: RefCell<Option<RevisionEvents>>,
    timer: RefCell<Option<TimeoutHandle>>,
    pause: Cell<Duration>,
    pairing: RwSignal<PairingState>,
    pos: RwSignal<Arc<PosState>>,
    unsynced: RwSignal<Unsynced>,
    line: RwSignal<Connectivity>,
    /// The latest revision that the server announced.
    told: Cell<Revision>,
    published: RwSignal<u32>,
    heard: RwSignal<Option<Timestamp>>,
    by: RwSignal<Option<CashierId>>,
    update: RwSignal<bool>,
    in_hand: RwSignal<Option<BillId>>,
    busy: RwSignal<u32>,
    bright: RwSignal<bool>,
    station: RwSignal<Option<StationId>>,
    wake_lock: Rc<WakeLock>,
    installer: Rc<Installer>,
}

pub struct BrowserPosClient(SendWrapper<Rc<Tabs>>);

pub fn open() -> Arc<dyn PosClient> {
    let tabs = Rc::new(Tabs {
        disk: Storage::default(),
        tab: RefCell::default(),
        turn: Cell::new(0),
        asked: RefCell::default(),
        channel: BroadcastChannel::new(CHANNEL).ok(),
        leads: Cell::new(false),
        news: RefCell::default(),
        timer: RefCell::default(),
        pause: Cell::new(SOON),
        pairing: RwSignal::new(PairingState::Unknown),
        pos: RwSignal::default(),
        unsynced: RwSignal::default(),
        line: RwSignal::new(Connectivity::Unknown),
        told: Cell::default(),
        published: RwSignal::new(0),
        heard: RwSignal::new(None),
        by: RwSignal::new(None),
        update: RwSignal::new(false),
        in_hand: RwSignal::new(None),
        busy: RwSignal::new(0),
        bright: RwSignal::new(platform::is_bright()),
        station: RwSignal::new(local_storage::get(STATION)),
        wake_lock: Rc::default(),
        installer: Installer::new(),
    });
    tabs.listen();
    tabs.clone().look();
    platform::watch_updates(tabs.update);
    device::keep_program(Chunk::Staff.name());
    Arc::new(BrowserPosClient(SendWrapper::new(tabs)))
}

fn now() -> Timestamp {
    Timestamp((Date::now() / 1_000.0) as i64)
}

impl Tabs {
    fn listen(self: &Rc<Self>) {
        let tabs = self.clone();
        listen(&window(), "online", move |_| {
            tabs.pause.set(SOON);
            tabs.wake();
        });
        let tabs = self.clone();
        listen(&window(), "offline", move |_| tabs.say(Connectivity::Offline));
        let tabs = self.clone();
        listen(&document(), "visibilitychange", move |_| {
            if !document().hidden() {
                tabs.handle(ClientEvent::OtherTabWrote);
                tabs.wake();
                // The browser has taken it away from a page that was hidden.
                tabs.wake_lock.clone().update();
            }
        });
        if let Some(channel) = &self.channel {
            let tabs = self.clone();
            let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let word = event
                    .data()
                    .as_string()
                    .and_then(|text| serde_json::from_str(&text).ok());
                // Ignores messages of other versions.
                word.into_iter().for_each(|word| tabs.hear(word));
            });
            channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            hear.forget();
        }
        let tabs = self.clone();
        platform::lead(move || {
            tabs.leads.set(true);
            tabs.handle(ClientEvent::Leader(true));
            tabs.follow_news();
            tabs.wake_in(SOON);
        });
    }

    fn set_notifications(&self, word: &TabMessage) {
        if let (Some(channel), Ok(text)) = (&self.channel, serde_json::to_string(word)) {
            // Fails only if the channel is closed.
            let _ = channel.post_message(&text.into());
        }
    }

    fn hear(self: &Rc<Self>, word: TabMessage) {
        match word {
            TabMessage::Wrote => self.handle(ClientEvent::OtherTabWrote),
            TabMessage::Standing => self.clone().look(),
            TabMessage::Asks if self.leads.get() => self.set_notifications(&TabMessage::Line {
                line: self.line.get_untracked(),
                heard: self.heard.get_untracked(),
            }),
            TabMessage::Line { line, heard } if !self.leads.get() => {
                self.line.set(line);
                self.heard.set(heard);
            }
            TabMessage::Asks | TabMessage::Line { .. } => {}
        }
    }

    fn say(&self, line: Connectivity) {
        if self.line.get_untracked() != line {
            self.line.set(line);
        }
        if self.leads.get() {
            self.set_notifications(&TabMessage::Line {
                line,
                heard: self.heard.get_untracked(),
            });
        }
    }

    fn stand(self: &Rc<Self>, pairing: PairingState) {
        let before = self.working();
        self.pairing.set(pairing);
        let after = self.working();
        if before == after {
            return self.wake();
        }
        self.turn.set(self.turn.get() + 1);
        self.news.take();
        self.drop_asked();
        self.pos.set(Arc::default());
        if after.is_none() {
            self.tab.take();
            self.clone().count_unsent();
            return self.line.set(Connectivity::Unknown);
        }
        let (tab, effects) = SyncClient::start(OP_VERSION);
        *self.tab.borrow_mut() = Some(tab);
        self.act(effects);
        if self.leads.get() {
            self.handle(ClientEvent::Leader(true));
            self.follow_news();
            self.wake_in(SOON);
        } else {
            self.set_notifications(&TabMessage::Asks);
        }
    }

    /// Without its key a device cannot read its outbox, but says how much is in it.
    fn count_unsent(self: Rc<Self>) {
        self.for_now(async |tabs| {
            let count = tabs.disk.unsent().await.unwrap_or_default();
            tabs.unsynced.set(Unsynced { count, since: None });
            None
        });
    }

    fn handle(self: &Rc<Self>, happened: ClientEvent) {
        let shows = matches!(happened, ClientEvent::StateRead(_) | ClientEvent::Written(_));
        let answered = matches!(
            happened,
            ClientEvent::Response(_) | ClientEvent::Written(StorageResult::Answer(_))
        );
        let effects = self.tab.borrow_mut().as_mut().map(|tab| tab.handle(happened));
        if shows {
            self.show();
        }
        self.act(effects.unwrap_or_default());
        if answered {
            self.catch_up();
        }
    }

    fn show(&self) {
        let tab = self.tab.borrow();
        let Some(tab) = tab.as_ref() else { return };
        let since = tab.stored().and_then(|kept| kept.outbox.front()).map(|op| op.at);
        let unsynced = Unsynced {
            count: tab.unsynced(),
            since,
        };
        if self.unsynced.get_untracked() != unsynced {
            self.unsynced.set(unsynced);
        }
        // Most responses change nothing that is shown.
        if self.pos.with_untracked(|pos| **pos != *tab.pos()) {
            self.pos.set(Arc::new(tab.pos().clone()));
        }
    }

    fn act(self: &Rc<Self>, effects: Vec<ClientEffect>) {
        for effect in effects {
            match effect {
                ClientEffect::Read => self.clone().read(),
                ClientEffect::Write(write) => self.clone().write(write),
                ClientEffect::Send => self.clone().send(),
                ClientEffect::NotifyTabs => self.set_notifications(&TabMessage::Wrote),
                ClientEffect::Applied(op) => self.answer(op, Ok(op)),
                ClientEffect::Refused(op, why) => self.answer(op, Err(ActionError::Refused(why))),
                ClientEffect::NotStored(op, StorageError::Full) => self.answer(op, Err(ActionError::NoRoom)),
                ClientEffect::NotStored(op, StorageError::Dead) => self.answer(op, Err(ActionError::NotKept)),
            }
        }
    }

    fn answer(&self, op: OpId, answer: Result<OpId, ActionError>) {
        let Some(asked) = self.asked.borrow_mut().remove(&op) else {
            return;
        };
        *asked.done.borrow_mut() = Some(answer);
        // Resolving a promise does not fail.
        let _ = asked.tell.call0(&JsValue::NULL);
    }

    fn drop_asked(&self) {
        let asked: Vec<OpId> = self.asked.borrow().keys().copied().collect();
        asked
            .into_iter()
            .for_each(|op| self.answer(op, Err(ActionError::NotKept)));
    }

    /// Runs until the client is replaced.
    fn for_now(self: Rc<Self>, work: impl AsyncFnOnce(&Rc<Self>) -> Option<ClientEvent> + 'static) {
        let turn = self.turn.get();
        spawn_local(async move {
            let happened = work(&self).await;
            if let Some(happened) = happened.filter(|_| self.turn.get() == turn) {
                self.handle(happened);
            }
        });
    }

    fn read(self: Rc<Self>) {
        let turn = self.turn.get();
        self.for_now(async move |tabs| {
            let known = tabs.tab.borrow().as_ref().and_then(|tab| tab.stored().cloned());
            match tabs.disk.read(known.as_ref()).await {
                Ok(Some(kept)) => {
                    if tabs.line.get_untracked() == Connectivity::Storage {
                        tabs.line.set(Connectivity::Unknown);
                    }
                    Some(ClientEvent::StateRead(kept))
                }
                // The browser's storage was cleared.
                Ok(None) => {
                    tabs.stand(PairingState::Unpaired);
                    None
                }
                Err(_) => {
                    tabs.line.set(Connectivity::Storage);
                    pause(DISK_AGAIN).await;
                    if tabs.turn.get() == turn {
                        tabs.clone().read();
                    }
                    None
                }
            }
        });
    }

    fn write(self: Rc<Self>, write: StorageWrite) {
        self.for_now(async move |tabs| {
            let wrote = tabs.disk.write(&write).await;
            if wrote == Err(StorageError::Dead) {
                // A failed write is retried after a read; the pause prevents an endless loop on a read-only
                // disk.
                tabs.line.set(Connectivity::Storage);
                pause(DISK_AGAIN).await;
            }
            Some(wrote.map_or_else(ClientEvent::WriteFailed, ClientEvent::Written))
        });
    }

    fn send(self: Rc<Self>) {
        self.for_now(async move |tabs| {
            pause(BREATH).await;
            let slug = tabs.paired()?.slug;
            let request = tabs.tab.borrow_mut().as_mut()?.request()?;
            match transport::send(&slug, &request).await {
                Ok(answer) => {
                    tabs.heard.set(Some(now()));
                    tabs.say(if answer.sync_problem == Some(SyncProblem::Newer) {
                        Connectivity::Trouble
                    } else {
                        Connectivity::Online
                    });
                    tabs.pause.set(SOON);
                    tabs.wake_in(LATE);
                    tabs.follow_news();
                    Some(ClientEvent::Response(answer))
                }
                Err(unsent) => {
                    let away = matches!(unsent, Unsent::Away);
                    tabs.say(if away {
                        Connectivity::Offline
                    } else {
                        Connectivity::Trouble
                    });
                    tabs.wake_in(if away {
                        SOON
                    } else {
                        tabs.pause.replace((tabs.pause.get() * 2).min(LATE))
                    });
                    if matches!(unsent, Unsent::Revoked) {
                        tabs.clone().revoke();
                    }
                    Some(ClientEvent::Unreachable)
                }
            }
        });
    }

    fn wake(self: &Rc<Self>) {
        if !self.leads.get() {
            return;
        }
        self.wake_in(LATE);
        self.handle(ClientEvent::Wake);
    }

    /// The latest value wins.
    fn wake_in(self: &Rc<Self>, pause: Duration) {
        let tabs = self.clone();
        let timer = set_timeout_with_handle(move || tabs.wake(), pause).ok();
        self.timer.replace(timer).iter().for_each(TimeoutHandle::clear);
    }

    /// The leader is notified of other tabs' writes.
    fn follow_news(self: &Rc<Self>) {
        let over = self.news.borrow().as_ref().is_none_or(RevisionEvents::is_over);
        let Some(paired) = self.paired().filter(|_| over && self.leads.get()) else {
            return;
        };
        let tabs = Rc::downgrade(self);
        let news = RevisionEvents::new(&api::sync_events(&paired.slug), move |said| {
            let Some(tabs) = tabs.upgrade() else { return };
            match said {
                RevisionEvent::Open => {
                    tabs.published.update(|published| *published += 1);
                    tabs.wake();
                }
                RevisionEvent::Restaurant => tabs.published.update(|published| *published += 1),
                RevisionEvent::Revision(revision) => {
                    tabs.told.set(tabs.told.get().max(revision));
                    tabs.catch_up();
                }
                // A request shows whether the server is reachable; while it is not, there are pauses.
                RevisionEvent::Lost if tabs.line.get_untracked() == Connectivity::Online => tabs.wake(),
                RevisionEvent::Lost => {}
            }
        });
        *self.news.borrow_mut() = news;
    }

    /// Ignores revisions of this device's own ops: their response contains them.
    fn catch_up(self: &Rc<Self>) {
        let is_behind = self.tab.borrow().as_ref().is_some_and(|tab| {
            let known = tab.stored().map(|kept| kept.replica.revision);
            !tab.is_requesting() && known.is_some_and(|known| known < self.told.get())
        });
        if is_behind && self.leads.get() {
            self.handle(ClientEvent::Announcement);
        }
    }

    fn submit(
        self: &Rc<Self>,
        action: Action,
        approved_by: Option<CashierId>,
    ) -> LocalFuture<Result<OpId, ActionError>> {
        if self.tab.borrow().is_none() {
            return Box::pin(std::future::ready(Err(ActionError::NotKept)));
        }
        let id = OpId(local_storage::id());
        let done = Rc::new(RefCell::new(None));
        let promise = Promise::new(&mut |tell, _| {
            self.asked.borrow_mut().insert(
                id,
                WaitingAction {
                    tell,
                    done: done.clone(),
                },
            );
        });
        self.handle(ClientEvent::OpRequested(Box::new(NewOp {
            id,
            at: now(),
            by: self.by.get_untracked(),
            approved_by,
            action,
        })));
        Box::pin(async move {
            // The promise never rejects.
            let _ = JsFuture::from(promise).await;
            done.take().unwrap_or(Err(ActionError::NotKept))
        })
    }
}

fn not_paired() -> Problem {
    Problem::new(ProblemType::SignedOut, "this browser is no device")
}

impl PosClient for BrowserPosClient {
    fn pairing(&self) -> ReadSignal<PairingState> {
        self.0.pairing.read_only()
    }

    fn pos(&self) -> ReadSignal<Arc<PosState>> {
        self.0.pos.read_only()
    }

    fn unsynced(&self) -> ReadSignal<Unsynced> {
        self.0.unsynced.read_only()
    }

    fn connectivity(&self) -> ReadSignal<Connectivity> {
        self.0.line.read_only()
    }

    fn published(&self) -> ReadSignal<u32> {
        self.0.published.read_only()
    }

    fn last_contact(&self) -> ReadSignal<Option<Timestamp>> {
        self.0.heard.read_only()
    }

    fn current_cashier(&self) -> RwSignal<Option<CashierId>> {
        self.0.by
    }

    fn submit(
        &self,
        action: Action,
        approved_by: Option<CashierId>,
    ) -> LocalFuture<Result<OpId, ActionError>> {
        self.0.submit(action, approved_by)
    }

    fn id(&self) -> u128 {
        local_storage::id()
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn name(&self) -> Option<DeviceId> {
        self.0.tab.borrow().as_ref()?.stored().map(|kept| kept.device)
    }

    fn paired(&self) -> Option<Paired> {
        self.0.paired()
    }

    fn pair(&self, code: &str) -> LocalFuture<Result<(), Problem>> {
        Box::pin(Rc::clone(&self.0).pair(code.trim().to_owned()))
    }

    fn sign_out(&self) -> LocalFuture<()> {
        Box::pin(Rc::clone(&self.0).sign_out())
    }

    fn storage(&self) -> LocalFuture<Option<StorageUsage>> {
        Box::pin(platform::storage())
    }

    fn save_unsent_ops(&self) -> LocalFuture<bool> {
        let tabs = Rc::clone(&self.0);
        Box::pin(async move {
            let unsynced = tabs.disk.unsynced().await;
            unsynced.is_ok_and(|text| platform::save("servery-unsynced.json", &text).is_some())
        })
    }

    fn update(&self) -> ReadSignal<bool> {
        self.0.update.read_only()
    }

    fn install_update(&self) {
        platform::install_update();
    }

    fn pin(&self, cashier: CashierId, pin: &str) -> LocalFuture<Option<String>> {
        let pin = pin.to_owned();
        Box::pin(async move { pin::hash(cashier, &pin).await.ok() })
    }

    fn put_on_reader(&self, request: &ReaderPaymentRequest) -> LocalFuture<Result<ReaderPayment, Problem>> {
        let (paired, body) = (self.0.paired(), json(request));
        Box::pin(async move {
            let slug = paired.ok_or_else(not_paired)?.slug;
            read(send("POST", &api::reader_payments(&slug), &body?, None).await?)
        })
    }

    fn take_from_reader(&self, payment: PaymentId) -> LocalFuture<Result<ReaderPayment, Problem>> {
        let paired = self.0.paired();
        Box::pin(async move {
            let slug = paired.ok_or_else(not_paired)?.slug;
            let address = api::cancel_reader_payment(&slug, payment);
            read(send("POST", &address, "{}", None).await?)
        })
    }

    fn photo(&self, field: &HtmlInputElement) -> LocalFuture<Option<String>> {
        Box::pin(photo::small(field.clone()))
    }

    fn play_sound(&self) {
        platform::play_sound();
    }

    fn set_badge(&self, count: usize) {
        platform::set_badge(count);
    }

    fn keep_awake(&self, awake: bool) {
        self.0.wake_lock.clone().want(awake);
    }

    fn installation(&self) -> ReadSignal<Installation> {
        self.0.installer.state.read_only()
    }

    fn install(&self) {
        self.0.installer.install();
    }

    fn current_bill(&self) -> RwSignal<Option<BillId>> {
        self.0.in_hand
    }

    fn busy(&self) -> RwSignal<u32> {
        self.0.busy
    }

    fn bright(&self) -> RwSignal<bool> {
        self.0.bright
    }

    fn set_bright(&self, bright: bool) {
        platform::set_bright(bright);
        self.0.bright.set(bright);
    }

    fn station(&self) -> ReadSignal<Option<StationId>> {
        self.0.station.read_only()
    }

    fn set_station(&self, station: Option<StationId>) {
        local_storage::put(STATION, &station);
        self.0.station.set(station);
    }
}
