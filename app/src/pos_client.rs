//! What the pages of the staff app use: the restaurant's records on this device, and actions on them, with or without a network.

use std::{pin::Pin, sync::Arc};

use leptos::{
    prelude::{ReadSignal, RwSignal, Update, on_cleanup, use_context},
    web_sys::HtmlInputElement,
};
use serde::{Deserialize, Serialize};
use servery_domain::{
    device::Paired,
    id::{BillId, CashierId, DeviceId, OpId, PaymentId, StationId},
    pos::{
        PosState,
        op::{Action, OpRefusal},
        reader_payment::{ReaderPayment, ReaderPaymentRequest},
    },
    problem::Problem,
    time::Timestamp,
};

use crate::backend::Backend;

/// One per browser: its tabs are one device.
pub trait PosClient: Send + Sync {
    fn pairing(&self) -> ReadSignal<PairingState>;
    /// The replica with the unconfirmed ops applied.
    fn pos(&self) -> ReadSignal<Arc<PosState>>;
    fn unsynced(&self) -> ReadSignal<Unsynced>;
    fn connectivity(&self) -> ReadSignal<Connectivity>;
    /// How often the restaurant or its menu may have become another one: it was published, or the stream that says so was opened.
    fn published(&self) -> ReadSignal<u32>;
    /// When the server last answered.
    fn last_contact(&self) -> ReadSignal<Option<Timestamp>>;
    /// The cashier at this device, in whose name actions are submitted.
    fn current_cashier(&self) -> RwSignal<Option<CashierId>>;
    /// The hash of a cashier's PIN; `None` if the browser cannot calculate one.
    fn pin(&self, cashier: CashierId, pin: &str) -> LocalFuture<Option<String>>;
    /// Resolves once the op is stored and applied. Actions are applied in the order of the calls.
    fn submit(
        &self,
        action: Action,
        approved_by: Option<CashierId>,
    ) -> LocalFuture<Result<OpId, ActionError>>;
    /// Puts an amount on this till's card reader. Asked again with the same id, it tells what became of it.
    fn put_on_reader(&self, request: &ReaderPaymentRequest) -> LocalFuture<Result<ReaderPayment, Problem>>;
    /// Takes a payment from the card reader, unless a card was charged.
    fn take_from_reader(&self, payment: PaymentId) -> LocalFuture<Result<ReaderPayment, Problem>>;
    /// The picture chosen in this field, reduced, as base64; `None` if it is not a picture.
    fn photo(&self, field: &HtmlInputElement) -> LocalFuture<Option<String>>;
    /// A new id.
    fn id(&self) -> u128;
    fn now(&self) -> Timestamp;
    /// The name under which this device's ops count, once the storage has been read.
    fn name(&self) -> Option<DeviceId>;
    /// The paired device that this browser is.
    fn paired(&self) -> Option<Paired>;

    /// Pairs this browser.
    fn pair(&self, code: &str) -> LocalFuture<Result<(), Problem>>;
    /// Signs out and deletes everything of the restaurant on this device.
    fn sign_out(&self) -> LocalFuture<()>;
    /// Asks the browser once for persistent storage, and returns its answer.
    fn storage(&self) -> LocalFuture<Option<StorageUsage>>;
    /// Saves the unsent ops as a file that can be imported elsewhere; returns whether there were any.
    fn save_unsent_ops(&self) -> LocalFuture<bool>;
    /// Whether a new version is ready to be installed.
    fn update(&self) -> ReadSignal<bool>;
    fn install_update(&self);
    /// Plays the sound of a new order or ticket.
    fn play_sound(&self);
    /// The number beside the installed app's icon; zero takes it away.
    fn set_badge(&self, count: usize);
    /// Whether the screen stays on although nobody touches it. Each caller takes back what it asked for.
    fn keep_awake(&self, awake: bool);
    /// Whether and how the app can be installed on this device.
    fn installation(&self) -> ReadSignal<Installation>;
    /// Asks whoever uses the device whether to install it.
    fn install(&self);
    /// The bill that somebody is working on; while there is one the app does not update itself.
    fn current_bill(&self) -> RwSignal<Option<BillId>>;
    /// How many other edits are open; while there are any the app does not update itself.
    fn busy(&self) -> RwSignal<u32>;
    /// Whether the screen is bright.
    fn bright(&self) -> RwSignal<bool>;
    fn set_bright(&self, bright: bool);
    /// The station of this kitchen screen; without one it shows all.
    fn station(&self) -> ReadSignal<Option<StationId>>;
    fn set_station(&self, station: Option<StationId>);
}

pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairingState {
    /// Not known yet.
    Unknown,
    /// This browser cannot be a device.
    Impossible(UnsupportedReason),
    Unpaired,
    Paired(Box<Paired>),
    /// The device was revoked. Its unsynced ops are still here.
    Revoked(Box<Paired>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedReason {
    /// The page was not loaded over HTTPS.
    Insecure,
    /// The browser stores nothing, or has no space.
    NoStorage,
    /// The browser cannot open the app offline.
    NoWorker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// The browser offers nothing, or has not yet.
    Unavailable,
    /// The browser asks when it is told to.
    Offered,
    /// In Safari on phones and tablets, by its menu.
    ByMenu,
    Installed,
}

/// The connection between this device and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connectivity {
    /// Nothing is known yet.
    Unknown,
    Online,
    Offline,
    /// The server answers, but does not accept the ops.
    Trouble,
    /// The device's own storage does not answer.
    Storage,
}

/// The number of unconfirmed ops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsynced {
    pub count: usize,
    /// When the oldest unconfirmed op was made.
    pub since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionError {
    /// A rule refuses it.
    Refused(OpRefusal),
    /// The device's storage is full.
    NoRoom,
    /// The op could not be stored, or this browser is not paired.
    NotKept,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StorageUsage {
    /// Whether the browser has granted persistent storage.
    pub kept: bool,
    /// In bytes.
    pub used: f64,
    pub left: f64,
}

/// Gives the pages of the staff app their client.
pub trait PosClientProvider: Send + Sync {
    fn pos_client(&self) -> Arc<dyn PosClient>;
    /// A backend that asks the server before it uses stored answers.
    fn network_first(&self) -> Arc<dyn Backend>;
}

/// `None` on the server.
pub fn pos_client() -> Option<Arc<dyn PosClient>> {
    use_context()
}

/// Keeps the screen on as long as the calling component is shown.
pub fn keep_awake() {
    let Some(client) = pos_client() else { return };
    client.keep_awake(true);
    on_cleanup(move || client.keep_awake(false));
}

/// Prevents updates as long as the calling component is shown.
pub fn hold_updates() {
    let Some(busy) = pos_client().map(|client| client.busy()) else {
        return;
    };
    busy.update(|busy| *busy += 1);
    on_cleanup(move || busy.update(|busy| *busy -= 1));
}
