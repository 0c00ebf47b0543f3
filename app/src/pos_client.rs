//! What the staff app works at: a restaurant's house as this device knows it, also without a network.

use std::{pin::Pin, sync::Arc};

use leptos::{
    prelude::{ReadSignal, RwSignal, Update, on_cleanup, use_context},
    web_sys::HtmlInputElement,
};
use serde::{Deserialize, Serialize};
use servery_domain::{
    device::Paired,
    id::{BillId, CashierId, DeviceId, OpId, StationId},
    pos::{
        PosState,
        op::{Action, OpRefusal},
    },
    problem::Problem,
    time::Timestamp,
};

use crate::backend::Backend;

/// There is one in a browser; the tabs of a browser are one device.
pub trait PosClient: Send + Sync {
    fn pairing(&self) -> ReadSignal<PairingState>;
    /// What the server said last, with what this device did since.
    fn pos(&self) -> ReadSignal<Arc<PosState>>;
    fn unsynced(&self) -> ReadSignal<Unsynced>;
    fn connectivity(&self) -> ReadSignal<Connectivity>;
    /// How often the server began to tell what is new: before that, anything may have been missed.
    fn opened(&self) -> ReadSignal<u32>;
    /// When the server last answered.
    fn last_contact(&self) -> ReadSignal<Option<Timestamp>>;
    /// Who stands at the device: what is asked for is asked for by them.
    fn by(&self) -> RwSignal<Option<CashierId>>;
    /// The hash of a cashier's PIN; `None` where the browser can make none.
    fn pin(&self, cashier: CashierId, pin: &str) -> LocalFuture<Option<String>>;
    /// Done once it is kept on the disk and shown. What is asked for first is done first.
    fn ask(&self, action: Action) -> LocalFuture<Result<OpId, ActionError>>;
    /// The picture that somebody chose in this field, small enough to be kept, as base64; `None` if it is none.
    fn photo(&self, field: &HtmlInputElement) -> LocalFuture<Option<String>>;
    /// A name for something that is made here.
    fn id(&self) -> u128;
    fn now(&self) -> Timestamp;
    /// The name under which what is done here counts, once the disk has been read.
    fn name(&self) -> Option<DeviceId>;
    /// The device that this browser is, once it has been let in.
    fn paired(&self) -> Option<Paired>;

    /// Lets this browser in as a device.
    fn pair(&self, code: &str) -> LocalFuture<Result<(), Problem>>;
    /// Nothing of the restaurant is left on this device.
    fn sign_out(&self) -> LocalFuture<()>;
    /// Has the browser keep what is here for good; asks it once only, and says what it answered.
    fn storage(&self) -> LocalFuture<Option<StorageUsage>>;
    /// What is unsynced, as a file for somebody who can send it from elsewhere. Whether there is such a file.
    fn hand_over(&self) -> LocalFuture<bool>;
    /// Whether another version is there to be taken.
    fn update(&self) -> ReadSignal<bool>;
    fn take_update(&self);
    /// Something new is heard.
    fn chime(&self);
    /// The bill that somebody is in the middle of, on whatever screen: until it is put aside nothing is updated by itself.
    fn in_hand(&self) -> RwSignal<Option<BillId>>;
    /// How much of a screen somebody is in the middle of besides: until it is none nothing is updated by itself either.
    fn busy(&self) -> RwSignal<u32>;
    /// Whether the screen is bright.
    fn bright(&self) -> RwSignal<bool>;
    fn set_bright(&self, bright: bool);
    /// Whose work the kitchen's screen shows; otherwise everybody's.
    fn station(&self) -> ReadSignal<Option<StationId>>;
    fn set_station(&self, station: Option<StationId>);
}

pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairingState {
    /// It is being looked up.
    Unknown,
    /// This browser cannot be a device.
    Impossible(UnsupportedReason),
    Unpaired,
    Paired(Box<Paired>),
    /// Somebody has signed it out. What is unsynced is still here.
    Revoked(Box<Paired>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedReason {
    /// The page did not come over an encrypted line.
    Insecure,
    /// It keeps nothing, or has no room.
    NoStorage,
    /// It cannot open the app without a network.
    NoWorker,
}

/// How this device and the server get on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connectivity {
    /// Nothing is known yet.
    Unknown,
    Online,
    Offline,
    /// The server answers, but does not take what is sent.
    Trouble,
    /// The device's own storage does not answer.
    Storage,
}

/// What the server has not confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsynced {
    pub count: usize,
    /// When the oldest was done.
    pub since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionError {
    /// A rule is against it.
    Refused(OpRefusal),
    /// The device has no room for it.
    NoRoom,
    /// The device could not keep it, or is none.
    NotKept,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StorageUsage {
    /// Whether the browser has promised not to clear it by itself.
    pub kept: bool,
    /// In bytes.
    pub used: f64,
    pub left: f64,
}

/// What a browser is asked for a desk.
pub trait PosClientProvider: Send + Sync {
    fn pos_client(&self) -> Arc<dyn PosClient>;
    /// What asks the server first, for pages that are shown from what is kept.
    fn network_first(&self) -> Arc<dyn Backend>;
}

/// `None` where a page is made on the server.
pub fn pos_client() -> Option<Arc<dyn PosClient>> {
    use_context()
}

/// For as long as whoever calls it is shown, somebody is in the middle of something.
pub fn undisturbed() {
    let Some(busy) = pos_client().map(|client| client.busy()) else {
        return;
    };
    busy.update(|busy| *busy += 1);
    on_cleanup(move || busy.update(|busy| *busy -= 1));
}
