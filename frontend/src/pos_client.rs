//! Drives `domain`'s `Tab`: gives it a disk, a network, other tabs and the time.

mod database;
mod photo;
mod pin;
mod platform;
mod revision_events;
mod storage;
mod transport;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use js_sys::{Date, Function, Promise};
use leptos::prelude::{
    GetUntracked, ReadSignal, RwSignal, Set, TimeoutHandle, Update, WithUntracked, document, set_timeout,
    set_timeout_with_handle, window,
};
use send_wrapper::SendWrapper;
use servery_app::{
    api,
    pos_client::{Desk, Hurdle, Line, NotDone, Soon, Standing, Storage, Unsynced},
};
use servery_domain::{
    device::{Paired, Pairing},
    id::{BillId, CashierId, DeviceId, OpId, StationId},
    pos::{
        House,
        op::{Action, SPEAKS},
    },
    problem::{Kind, Problem},
    revision::Revision,
    sync::{
        Trouble,
        client::{Effect, Failed, Happened, Tab, Wish, Write, Wrote},
    },
    time::Timestamp,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, EventTarget, HtmlInputElement, MessageEvent};

use self::{
    revision_events::{News, Said},
    storage::Disk,
    transport::{Unsent, Word},
};
use crate::{
    http::{json, read, send},
    local_storage,
};

/// Before a request goes out: what was asked for is painted first, and what comes right after it goes along.
const BREATH: Duration = Duration::from_millis(80);
const CHANNEL: &str = "staff";
/// Under which this device keeps which station it stands at.
const STATION: &str = "station";
/// A server that is back is noticed soon; asking costs next to nothing while it is away.
const SOON: Duration = Duration::from_secs(3);
const LATE: Duration = Duration::from_secs(60);
/// Until the disk is asked again that did not answer.
const DISK_AGAIN: Duration = Duration::from_millis(500);

/// Who asked for something, and what became of it.
struct Asked {
    tell: Function,
    done: Rc<RefCell<Option<Result<OpId, NotDone>>>>,
}

struct Tabs {
    disk: Disk,
    tab: RefCell<Option<Tab>>,
    /// Which tab of this page it is: what was begun for one before it is nobody's.
    turn: Cell<u32>,
    asked: RefCell<BTreeMap<OpId, Asked>>,
    channel: Option<BroadcastChannel>,
    leads: Cell<bool>,
    news: RefCell<Option<News>>,
    timer: RefCell<Option<TimeoutHandle>>,
    pause: Cell<Duration>,
    standing: RwSignal<Standing>,
    house: RwSignal<Arc<House>>,
    unsynced: RwSignal<Unsynced>,
    line: RwSignal<Line>,
    /// The newest revision that the server has told of.
    told: Cell<Revision>,
    opened: RwSignal<u32>,
    heard: RwSignal<Option<Timestamp>>,
    by: RwSignal<Option<CashierId>>,
    update: RwSignal<bool>,
    in_hand: RwSignal<Option<BillId>>,
    busy: RwSignal<u32>,
    bright: RwSignal<bool>,
    station: RwSignal<Option<StationId>>,
}

pub struct Browser(SendWrapper<Rc<Tabs>>);

pub fn open() -> Arc<dyn Desk> {
    let tabs = Rc::new(Tabs {
        disk: Disk::default(),
        tab: RefCell::default(),
        turn: Cell::new(0),
        asked: RefCell::default(),
        channel: BroadcastChannel::new(CHANNEL).ok(),
        leads: Cell::new(false),
        news: RefCell::default(),
        timer: RefCell::default(),
        pause: Cell::new(SOON),
        standing: RwSignal::new(Standing::Unknown),
        house: RwSignal::default(),
        unsynced: RwSignal::default(),
        line: RwSignal::new(Line::Unknown),
        told: Cell::default(),
        opened: RwSignal::new(0),
        heard: RwSignal::new(None),
        by: RwSignal::new(None),
        update: RwSignal::new(false),
        in_hand: RwSignal::new(None),
        busy: RwSignal::new(0),
        bright: RwSignal::new(platform::is_bright()),
        station: RwSignal::new(local_storage::get(STATION)),
    });
    tabs.listen();
    tabs.clone().look();
    platform::watch_updates(tabs.update);
    platform::keep_app();
    Arc::new(Browser(SendWrapper::new(tabs)))
}

fn on(target: &EventTarget, name: &str, act: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(act);
    // Fails for a name that is no text only.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

async fn pause(long: Duration) {
    let promise = Promise::new(&mut |over, _| set_timeout(move || drop(over.call0(&JsValue::NULL)), long));
    // A clock does not refuse.
    let _ = JsFuture::from(promise).await;
}

fn now() -> Timestamp {
    Timestamp((Date::now() / 1_000.0) as i64)
}

impl Tabs {
    fn listen(self: &Rc<Self>) {
        let tabs = self.clone();
        on(&window(), "online", move || {
            tabs.pause.set(SOON);
            tabs.wake();
        });
        let tabs = self.clone();
        on(&window(), "offline", move || tabs.say(Line::Offline));
        let tabs = self.clone();
        on(&document(), "visibilitychange", move || {
            if !document().hidden() {
                tabs.happened(Happened::Told);
                tabs.wake();
            }
        });
        if let Some(channel) = &self.channel {
            let tabs = self.clone();
            let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let word = event
                    .data()
                    .as_string()
                    .and_then(|text| serde_json::from_str(&text).ok());
                // A word of another version is none of ours.
                word.into_iter().for_each(|word| tabs.hear(word));
            });
            channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            hear.forget();
        }
        let tabs = self.clone();
        platform::lead(move || {
            tabs.leads.set(true);
            tabs.happened(Happened::Leads(true));
            tabs.follow_news();
            tabs.wake_in(SOON);
        });
    }

    fn tell(&self, word: &Word) {
        if let (Some(channel), Ok(text)) = (&self.channel, serde_json::to_string(word)) {
            // Refused only when it is closed.
            let _ = channel.post_message(&text.into());
        }
    }

    fn hear(self: &Rc<Self>, word: Word) {
        match word {
            Word::Wrote => self.happened(Happened::Told),
            Word::Standing => self.clone().look(),
            Word::Asks if self.leads.get() => self.tell(&Word::Line {
                line: self.line.get_untracked(),
                heard: self.heard.get_untracked(),
            }),
            Word::Line { line, heard } if !self.leads.get() => {
                self.line.set(line);
                self.heard.set(heard);
            }
            Word::Asks | Word::Line { .. } => {}
        }
    }

    fn say(&self, line: Line) {
        if self.line.get_untracked() != line {
            self.line.set(line);
        }
        if self.leads.get() {
            self.tell(&Word::Line {
                line,
                heard: self.heard.get_untracked(),
            });
        }
    }

    /// Finds out what this browser is.
    fn look(self: Rc<Self>) {
        spawn_local(async move {
            let hurdle = platform::hurdle().await;
            let standing = match self.disk.paired().await {
                Ok(Some((paired, true))) => Standing::Revoked(Box::new(paired)),
                Ok(Some((paired, false))) => Standing::Paired(Box::new(paired)),
                Ok(None) => hurdle.map_or(Standing::Unpaired, Standing::Impossible),
                Err(_) => Standing::Impossible(hurdle.unwrap_or(Hurdle::NoStorage)),
            };
            self.stand(standing);
        });
    }

    fn stand(self: &Rc<Self>, standing: Standing) {
        let before = self.paired().map(|paired| paired.device);
        self.standing.set(standing);
        let after = self.paired().map(|paired| paired.device);
        if before == after {
            return self.wake();
        }
        self.turn.set(self.turn.get() + 1);
        self.news.take();
        self.drop_asked();
        self.house.set(Arc::default());
        self.unsynced.set(Unsynced::default());
        if after.is_none() {
            self.tab.take();
            return self.line.set(Line::Unknown);
        }
        let (tab, effects) = Tab::start(SPEAKS);
        *self.tab.borrow_mut() = Some(tab);
        self.act(effects);
        if self.leads.get() {
            self.happened(Happened::Leads(true));
            self.follow_news();
            self.wake_in(SOON);
        } else {
            self.tell(&Word::Asks);
        }
    }

    fn paired(&self) -> Option<Paired> {
        self.standing.with_untracked(|standing| match standing {
            Standing::Paired(paired) | Standing::Revoked(paired) => Some(Paired::clone(paired)),
            Standing::Unknown | Standing::Impossible(_) | Standing::Unpaired => None,
        })
    }

    fn happened(self: &Rc<Self>, happened: Happened) {
        let shows = matches!(happened, Happened::Read(_) | Happened::Wrote(_));
        let answered = matches!(
            happened,
            Happened::Answered(_) | Happened::Wrote(Wrote::Answer(_))
        );
        let effects = self.tab.borrow_mut().as_mut().map(|tab| tab.happened(happened));
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
        let since = tab.kept().and_then(|kept| kept.outbox.front()).map(|op| op.at);
        let unsynced = Unsynced {
            count: tab.unsynced(),
            since,
        };
        if self.unsynced.get_untracked() != unsynced {
            self.unsynced.set(unsynced);
        }
        // Most answers say what this device has shown already.
        if self.house.with_untracked(|house| **house != *tab.shown()) {
            self.house.set(Arc::new(tab.shown().clone()));
        }
    }

    fn act(self: &Rc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Read => self.clone().read(),
                Effect::Write(write) => self.clone().write(write),
                Effect::Send => self.clone().send(),
                Effect::Tell => self.tell(&Word::Wrote),
                Effect::Shown(op) => self.answer(op, Ok(op)),
                Effect::Refused(op, why) => self.answer(op, Err(NotDone::Refused(why))),
                Effect::Lost(op, Failed::Full) => self.answer(op, Err(NotDone::NoRoom)),
                Effect::Lost(op, Failed::Dead) => self.answer(op, Err(NotDone::NotKept)),
            }
        }
    }

    fn answer(&self, op: OpId, answer: Result<OpId, NotDone>) {
        let Some(asked) = self.asked.borrow_mut().remove(&op) else {
            return;
        };
        *asked.done.borrow_mut() = Some(answer);
        // A promise's own function does not fail.
        let _ = asked.tell.call0(&JsValue::NULL);
    }

    fn drop_asked(&self) {
        let asked: Vec<OpId> = self.asked.borrow().keys().copied().collect();
        asked
            .into_iter()
            .for_each(|op| self.answer(op, Err(NotDone::NotKept)));
    }

    /// Runs for as long as the tab that it was begun for is there.
    fn for_now(self: Rc<Self>, work: impl AsyncFnOnce(&Rc<Self>) -> Option<Happened> + 'static) {
        let turn = self.turn.get();
        spawn_local(async move {
            let happened = work(&self).await;
            if let Some(happened) = happened.filter(|_| self.turn.get() == turn) {
                self.happened(happened);
            }
        });
    }

    fn read(self: Rc<Self>) {
        let turn = self.turn.get();
        self.for_now(async move |tabs| {
            let known = tabs.tab.borrow().as_ref().and_then(|tab| tab.kept().cloned());
            match tabs.disk.read(known.as_ref()).await {
                Ok(Some(kept)) => {
                    if tabs.line.get_untracked() == Line::Storage {
                        tabs.line.set(Line::Unknown);
                    }
                    Some(Happened::Read(kept))
                }
                // Somebody has cleared the browser's storage.
                Ok(None) => {
                    tabs.stand(Standing::Unpaired);
                    None
                }
                Err(_) => {
                    tabs.line.set(Line::Storage);
                    pause(DISK_AGAIN).await;
                    if tabs.turn.get() == turn {
                        tabs.clone().read();
                    }
                    None
                }
            }
        });
    }

    fn write(self: Rc<Self>, write: Write) {
        self.for_now(async move |tabs| {
            let wrote = tabs.disk.write(&write).await;
            if wrote == Err(Failed::Dead) {
                // What is not written is read and written again at once, and a disk that can be read only would never rest.
                tabs.line.set(Line::Storage);
                pause(DISK_AGAIN).await;
            }
            Some(wrote.map_or_else(Happened::NotWritten, Happened::Wrote))
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
                    tabs.say(if answer.trouble == Some(Trouble::Newer) {
                        Line::Trouble
                    } else {
                        Line::Online
                    });
                    tabs.pause.set(SOON);
                    tabs.wake_in(LATE);
                    tabs.follow_news();
                    tabs.revoked(false);
                    Some(Happened::Answered(answer))
                }
                Err(unsent) => {
                    let away = matches!(unsent, Unsent::Away);
                    tabs.say(if away { Line::Offline } else { Line::Trouble });
                    tabs.wake_in(if away {
                        SOON
                    } else {
                        tabs.pause.replace((tabs.pause.get() * 2).min(LATE))
                    });
                    tabs.revoked(matches!(unsent, Unsent::Revoked));
                    Some(Happened::Unreachable)
                }
            }
        });
    }

    /// It goes on working, so that nothing that happens meanwhile is lost; it is sent nowhere.
    fn revoked(self: &Rc<Self>, revoked: bool) {
        let Some(paired) = self.paired().map(Box::new) else {
            return;
        };
        let standing = if revoked {
            Standing::Revoked(paired)
        } else {
            Standing::Paired(paired)
        };
        if self.standing.with_untracked(|known| *known == standing) {
            return;
        }
        self.standing.set(standing);
        let tabs = self.clone();
        spawn_local(async move {
            // It is asked, and told so, again.
            let _ = tabs.disk.revoked(revoked).await;
            tabs.tell(&Word::Standing);
        });
    }

    fn wake(self: &Rc<Self>) {
        if !self.leads.get() {
            return;
        }
        self.wake_in(LATE);
        self.happened(Happened::Woke);
    }

    /// The latest that is said counts.
    fn wake_in(self: &Rc<Self>, pause: Duration) {
        let tabs = self.clone();
        let timer = set_timeout_with_handle(move || tabs.wake(), pause).ok();
        self.timer.replace(timer).iter().for_each(TimeoutHandle::clear);
    }

    /// The one that leads hears of what others do.
    fn follow_news(self: &Rc<Self>) {
        let over = self.news.borrow().as_ref().is_none_or(News::is_over);
        let Some(paired) = self.paired().filter(|_| over && self.leads.get()) else {
            return;
        };
        let tabs = Rc::downgrade(self);
        let news = News::new(&api::sync_events(&paired.slug), move |said| {
            let Some(tabs) = tabs.upgrade() else { return };
            match said {
                Said::Open => {
                    tabs.opened.update(|opened| *opened += 1);
                    tabs.wake();
                }
                Said::Revision(revision) => {
                    tabs.told.set(tabs.told.get().max(revision));
                    tabs.catch_up();
                }
                // Asking finds out whether the server is away; while it is, there are pauses in between.
                Said::Lost if tabs.line.get_untracked() == Line::Online => tabs.wake(),
                Said::Lost => {}
            }
        });
        *self.news.borrow_mut() = news;
    }

    /// What this device has just done itself is no news: the answer to it comes with the revision.
    fn catch_up(self: &Rc<Self>) {
        let is_behind = self.tab.borrow().as_ref().is_some_and(|tab| {
            let known = tab.kept().map(|kept| kept.copy.revision);
            !tab.is_asking() && known.is_some_and(|known| known < self.told.get())
        });
        if is_behind && self.leads.get() {
            self.happened(Happened::News);
        }
    }

    async fn pair(self: Rc<Self>, code: String) -> Result<(), Problem> {
        let no_room = |_| Problem::new(Kind::Broken, "this device could not keep who it is");
        let known = self.paired().map(|paired| paired.device);
        let device = match known {
            Some(device) => device,
            None => self
                .disk
                .name(DeviceId(local_storage::id()))
                .await
                .map_err(no_room)?,
        };
        let let_in = async |device| {
            send(
                "POST",
                api::DEVICES,
                &json(&Pairing {
                    code: code.clone(),
                    device,
                })?,
                None,
            )
            .await
        };
        let paired: Paired = read(match let_in(device).await {
            // Its name is of another restaurant, or of another kind; what it has not sent yet is so, too.
            Err(problem)
                if problem.is(Kind::Conflict)
                    && self.unsynced.with_untracked(|unsynced| unsynced.count == 0) =>
            {
                let_in(DeviceId(local_storage::id())).await?
            }
            answer => answer?,
        })?;
        let kept = if known == Some(paired.device) {
            self.disk.welcome_back(&paired).await
        } else {
            self.disk.adopt(&paired).await
        };
        kept.map_err(no_room)?;
        self.stand(Standing::Paired(Box::new(paired)));
        self.tell(&Word::Standing);
        Ok(())
    }

    async fn sign_out(self: Rc<Self>) {
        if self.paired().is_none() {
            return;
        }
        self.stand(Standing::Unknown);
        // Without a network the cookie stays, and the server knows of this device until an owner removes it.
        let _ = send("DELETE", api::DEVICE, "", None).await;
        let _ = self.disk.delete().await;
        platform::forget_app().await;
        self.tell(&Word::Standing);
        self.look();
    }

    fn ask(self: &Rc<Self>, action: Action) -> Soon<Result<OpId, NotDone>> {
        if self.tab.borrow().is_none() {
            return Box::pin(std::future::ready(Err(NotDone::NotKept)));
        }
        let id = OpId(local_storage::id());
        let done = Rc::new(RefCell::new(None));
        let promise = Promise::new(&mut |tell, _| {
            self.asked.borrow_mut().insert(
                id,
                Asked {
                    tell,
                    done: done.clone(),
                },
            );
        });
        self.happened(Happened::Asked(Wish {
            id,
            at: now(),
            by: self.by.get_untracked(),
            action,
        }));
        Box::pin(async move {
            // It is only ever fulfilled.
            let _ = JsFuture::from(promise).await;
            done.take().unwrap_or(Err(NotDone::NotKept))
        })
    }
}

impl Desk for Browser {
    fn standing(&self) -> ReadSignal<Standing> {
        self.0.standing.read_only()
    }

    fn house(&self) -> ReadSignal<Arc<House>> {
        self.0.house.read_only()
    }

    fn unsynced(&self) -> ReadSignal<Unsynced> {
        self.0.unsynced.read_only()
    }

    fn line(&self) -> ReadSignal<Line> {
        self.0.line.read_only()
    }

    fn opened(&self) -> ReadSignal<u32> {
        self.0.opened.read_only()
    }

    fn heard(&self) -> ReadSignal<Option<Timestamp>> {
        self.0.heard.read_only()
    }

    fn by(&self) -> RwSignal<Option<CashierId>> {
        self.0.by
    }

    fn ask(&self, action: Action) -> Soon<Result<OpId, NotDone>> {
        self.0.ask(action)
    }

    fn id(&self) -> u128 {
        local_storage::id()
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn name(&self) -> Option<DeviceId> {
        self.0.tab.borrow().as_ref()?.kept().map(|kept| kept.device)
    }

    fn paired(&self) -> Option<Paired> {
        self.0.paired()
    }

    fn pair(&self, code: &str) -> Soon<Result<(), Problem>> {
        Box::pin(Rc::clone(&self.0).pair(code.trim().to_owned()))
    }

    fn sign_out(&self) -> Soon<()> {
        Box::pin(Rc::clone(&self.0).sign_out())
    }

    fn storage(&self) -> Soon<Option<Storage>> {
        Box::pin(platform::storage())
    }

    fn hand_over(&self) -> Soon<bool> {
        let tabs = Rc::clone(&self.0);
        Box::pin(async move {
            let unsynced = tabs.disk.unsynced().await;
            unsynced.is_ok_and(|text| platform::save("servery-unsynced.json", &text).is_some())
        })
    }

    fn update(&self) -> ReadSignal<bool> {
        self.0.update.read_only()
    }

    fn take_update(&self) {
        platform::take_update();
    }

    fn pin(&self, cashier: CashierId, pin: &str) -> Soon<Option<String>> {
        let pin = pin.to_owned();
        Box::pin(async move { pin::hash(cashier, &pin).await.ok() })
    }

    fn photo(&self, field: &HtmlInputElement) -> Soon<Option<String>> {
        Box::pin(photo::small(field.clone()))
    }

    fn chime(&self) {
        platform::chime();
    }

    fn in_hand(&self) -> RwSignal<Option<BillId>> {
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
