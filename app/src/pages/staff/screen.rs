//! What every screen of the staff app uses: client, menu, texts, and a notice of failed actions.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{
    currency::Minor,
    device::DeviceKind,
    id::{CashierId, TableId, TicketId},
    pos::{
        PosState,
        bill::{Bill, Seat},
        op::{Action, OpRefusal},
        payment::TenderMethod,
        ticket::TicketItem,
    },
    time::Timestamp,
    typed_amount,
};

use super::{
    clock::time_of_day,
    pending_approval::{PendingApproval, Then},
    premises::Premises,
};
use crate::{
    pos_client::{ActionError, PairingState, PosClient, pos_client},
    text::{Texts, staff::Key, texts},
};

#[derive(Clone)]
pub struct Screen {
    pub texts: Texts,
    pub premises: Premises,
    pub client: Arc<dyn PosClient>,
    pub pos: ReadSignal<Arc<PosState>>,
    /// Why the last action failed.
    pub wrong: RwSignal<Option<String>>,
    /// An action that must not be repeated is in progress.
    under_way: RwSignal<bool>,
    /// What waits for the approval of somebody who may.
    pub pending: RwSignal<Option<PendingApproval>, LocalStorage>,
}

/// The last failed action, for dialogs over the screen.
#[derive(Clone, Copy)]
pub struct FailedAction(pub RwSignal<Option<String>>);

impl Screen {
    /// `None` on the server.
    pub fn new(premises: Premises) -> Option<Self> {
        let (client, wrong) = (pos_client()?, RwSignal::new(None));
        provide_context(FailedAction(wrong));
        Some(Self {
            texts: texts(),
            premises,
            pos: client.pos(),
            client,
            wrong,
            under_way: RwSignal::new(false),
            pending: RwSignal::new_local(None),
        })
    }

    /// The kind of this device, once known; `Some(None)` if it is not paired here.
    pub fn kind(&self) -> Memo<Option<Option<DeviceKind>>> {
        let pairing = self.client.pairing();
        Memo::new(move |_| {
            pairing.with(|pairing| match pairing {
                PairingState::Unknown => None,
                PairingState::Paired(paired) => Some(Some(paired.kind)),
                _ => Some(None),
            })
        })
    }

    pub fn text(&self, key: Key) -> &'static str {
        self.texts.get(key)
    }

    pub fn money(&self, amount: Minor) -> String {
        self.texts.lang.money(amount, self.premises.menu.currency)
    }

    /// The name of this till's card reader, if one is chosen.
    pub fn reader(&self) -> Option<String> {
        let device = self.client.paired()?.device;
        self.pos.with(|pos| pos.device(device)?.reader.clone())
    }

    pub fn method(&self, method: TenderMethod) -> &'static str {
        self.text(match method {
            TenderMethod::Cash => Key::PayCash,
            TenderMethod::Card => Key::PayCard,
        })
    }

    /// Reads a typed amount.
    pub fn amount(&self, typed: &str) -> Option<Minor> {
        typed_amount::read(self.texts.lang, self.premises.menu.currency, typed)
    }

    /// Submits an action; a failure is shown.
    pub fn submit(&self, action: Action) {
        self.submit_then(action, || ());
    }

    pub fn submit_then(&self, action: Action, then: impl FnOnce() + 'static) {
        self.submit_with(action, move |done| {
            if done {
                then();
            }
        });
    }

    /// Calls `then` with whether the action succeeded.
    pub fn submit_with(&self, action: Action, then: impl FnOnce(bool) + 'static) {
        self.ask_and_run(vec![action], Box::new(then));
    }

    pub fn submit_once(&self, action: Action, then: impl FnOnce() + 'static) {
        self.submit_all_once([action], then);
    }

    /// Ignores further calls until all actions are decided, so that a double tap counts once. `then` runs
    /// if the last one succeeded.
    pub fn submit_all_once(&self, actions: impl IntoIterator<Item = Action>, then: impl FnOnce() + 'static) {
        let under_way = self.under_way;
        // The screen may have been left while a PIN was requested.
        if under_way.try_get_untracked() == Some(true) {
            return;
        }
        under_way.set(true);
        let then = move |done| {
            under_way.set(false);
            if done {
                then();
            }
        };
        self.ask_and_run(actions.into_iter().collect(), Box::new(then));
    }

    /// Asks for approval first if the cashier may not do all of it.
    fn ask_and_run(&self, actions: Vec<Action>, then: Then) {
        let by = self.client.current_cashier().get_untracked();
        let missing = self.pos.with_untracked(|pos| {
            let mut actions = actions.iter();
            actions.find_map(|action| pos.missing_right(action, by))
        });
        match missing {
            Some(right) => {
                self.end_approval();
                self.wrong.set(None);
                self.pending.set(Some(PendingApproval {
                    id: self.client.id(),
                    right,
                    actions,
                    then,
                }));
            }
            None => self.run(actions, None, then),
        }
    }

    /// Does what was waiting for it, unless something else does by now.
    pub fn approve(&self, id: u128, lead: CashierId) {
        let take = |pending: &mut Option<PendingApproval>| pending.take_if(|pending| pending.id == id);
        if let Some(pending) = self.pending.try_update(take).flatten() {
            self.run(pending.actions, Some(lead), pending.then);
        }
    }

    /// Nobody approves what waits: it is not done.
    pub fn end_approval(&self) {
        if let Some(pending) = self.pending.try_update(Option::take).flatten() {
            (pending.then)(false);
        }
    }

    fn run(&self, actions: Vec<Action>, approved_by: Option<CashierId>, then: Then) {
        let (texts, wrong) = (self.texts, self.wrong);
        wrong.set(None);
        let answers: Vec<_> = actions
            .into_iter()
            .map(|action| self.client.submit(action, approved_by))
            .collect();
        spawn_local(async move {
            let mut done = false;
            for answer in answers {
                let answer = answer.await;
                done = answer.is_ok();
                if let Err(why) = answer {
                    wrong.set(Some(not_done(texts, &why)));
                }
            }
            then(done);
        });
    }

    /// The seat and the name of a bill, and when a guest on the phone wants it.
    pub fn seat(&self, at: &Seat, name: &str) -> String {
        let seat = self.pos.with(|pos| seat(self.texts, pos, at, name));
        match at.phone_order().and_then(|order| order.due_at) {
            Some(due_at) => format!("{seat} · {}", time_of_day(due_at)),
            None => seat,
        }
    }

    pub fn label(&self, bill: &Bill) -> String {
        self.seat(&bill.seat, &bill.name)
    }
}

fn table_name(pos: &PosState, table: TableId) -> String {
    let name = pos.table(table).map(|table| table.plan.name.clone());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "?".to_owned())
}

/// `Table 7`; a table whose name begins with a letter is shown as it is.
pub fn at_table(texts: Texts, name: &str) -> String {
    match name.starts_with(char::is_alphabetic) {
        true => name.to_owned(),
        false => texts.fill(Key::SeatTable, &[("name", name)]),
    }
}

/// The seat and the name of a bill.
pub fn seat(texts: Texts, pos: &PosState, seat: &Seat, name: &str) -> String {
    let seat = match seat {
        Seat::Counter => texts.get(Key::SeatCounter).to_owned(),
        Seat::Away => texts.get(Key::SeatAway).to_owned(),
        Seat::Table(table) => at_table(texts, &table_name(pos, *table)),
        Seat::Phone(order) => texts.fill(Key::SeatPhone, &[("name", &order.name)]),
    };
    if name.is_empty() {
        seat
    } else {
        format!("{seat} · {name}")
    }
}

/// How a page submits actions: by a tap, or by a form without a script.
pub trait Ask: Clone + 'static {
    /// `asked` makes the action at the time of the tap; without a script, at rendering.
    fn button(
        self,
        face: Face,
        asked: impl Fn(&Self) -> Action + 'static,
        words: impl IntoView + 'static,
    ) -> impl IntoView + 'static;
    fn now(&self) -> Timestamp;

    /// Whether an item is done, updated while its ticket is shown.
    fn is_done(&self, _ticket: TicketId, item: &TicketItem) -> Signal<bool> {
        Signal::stored(item.done)
    }
}

/// The appearance of a button.
#[derive(Debug, Clone, Copy, Default)]
pub struct Face {
    pub class: &'static str,
    pub pressed: Option<Signal<bool>>,
}

impl Ask for Screen {
    fn button(
        self,
        face: Face,
        asked: impl Fn(&Self) -> Action + 'static,
        words: impl IntoView + 'static,
    ) -> impl IntoView + 'static {
        tapped(face, move || self.submit(asked(&self)), words)
    }

    fn now(&self) -> Timestamp {
        self.client.now()
    }
}

pub fn tapped(
    face: Face,
    tap: impl Fn() + 'static,
    words: impl IntoView + 'static,
) -> impl IntoView + 'static {
    let Face { class, pressed } = face;
    view! { <button type="button" class=class aria-pressed=pressed.map(|pressed| move || pressed.get().to_string()) on:click=move |_| tap()>{words}</button> }
}

pub fn said(texts: Texts, wrong: RwSignal<Option<String>>) -> impl IntoView {
    let away = texts.get(Key::SheetClose);
    move || {
        wrong.get().map(|words| {
            view! { <p class="wrong" role="alert"><span>{words}</span><button type="button" on:click=move |_| wrong.set(None)>{away}</button></p> }
        })
    }
}

/// The page for a browser that is not paired, or is another kind of device.
pub fn not_here(screen: &Screen, title: Key) -> impl IntoView + use<> {
    view! {
        <article class="none">
            <h1>{screen.text(title)}</h1>
            <p>{screen.text(Key::NotHere)}</p>
            <p><a class="button" href=format!("/staff/{}", screen.premises.slug)>{screen.text(Key::DeviceTitle)}</a></p>
        </article>
    }
}

fn not_done(texts: Texts, why: &ActionError) -> String {
    match why {
        ActionError::Refused(refusal) => refused(texts, refusal),
        ActionError::NoRoom => texts.get(Key::NotDoneNoRoom).to_owned(),
        ActionError::NotKept => texts.get(Key::NotDoneNotKept).to_owned(),
    }
}

/// A refusal in words.
pub fn refused(texts: Texts, refusal: &OpRefusal) -> String {
    let key = match refusal {
        OpRefusal::SoldOut { left: 0 } => Key::RefusedSoldOut,
        OpRefusal::SoldOut { left } => return texts.count(Key::RefusedFewLeft, *left as usize),
        OpRefusal::Unknown => Key::RefusedUnknown,
        OpRefusal::Taken => Key::RefusedTaken,
        OpRefusal::TooFew => Key::RefusedTooFew,
        OpRefusal::Closed => Key::RefusedClosed,
        OpRefusal::Begun => Key::RefusedBegun,
        OpRefusal::InUse => Key::RefusedInUse,
        OpRefusal::Order(_) => Key::RefusedOrder,
        OpRefusal::Forbidden => Key::RefusedForbidden,
        OpRefusal::Malformed(_) => Key::RefusedMalformed,
    };
    texts.get(key).to_owned()
}
