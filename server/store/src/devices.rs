//! Devices, and the house that they have in common.

use async_trait::async_trait;
use servery_domain::{
    device::{Device, DeviceKind, NewDevice},
    id::{DeviceId, OrderId, RestaurantId},
    order::Order,
    pos::{
        Record,
        op::{Action, Op},
    },
    revision::Revision,
    sync::SyncProblem,
    time::Timestamp,
};

use crate::Result;

/// What a device sends, with all that its working in depends on.
#[derive(Debug, Clone)]
pub struct SyncOps {
    pub restaurant: RestaurantId,
    pub device: DeviceId,
    pub kind: DeviceKind,
    /// The name under which it counts. Without one somebody else sends for it: each op counts by its id alone, also if the device was signed out.
    pub stream: Option<DeviceId>,
    /// A name that means nothing yet: under it the device goes on if its own has come to mean two things, and what others send for it is kept.
    pub new_device: DeviceId,
    pub ops: Vec<SentOp>,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct SentOp {
    pub op: Op,
    /// Why its action could not be read. The one in `op` stands in for it.
    pub unread: Option<String>,
    /// The op in the device's own words.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncedOps {
    /// How far the device has come; without a stream, how many of the ops were not done before.
    pub done: u64,
    pub sync_problem: Option<SyncProblem>,
    /// The restaurant's revision before and after.
    pub revisions: (Revision, Revision),
    /// What became of diners' orders, in turn.
    pub orders: Vec<Order>,
}

/// What a device is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    pub revision: Revision,
    pub full: bool,
    pub snapshot_start: Option<Revision>,
    pub records: Vec<Record>,
    pub more: bool,
}

/// A code by its hash, and what it lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    pub hash: String,
    pub restaurant: RestaurantId,
    pub device: NewDevice,
    pub expires_at: Timestamp,
}

/// A device as the cookie names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedDevice {
    pub restaurant: RestaurantId,
    pub device: Device,
    pub revoked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairedAs {
    Device(Box<PairedDevice>),
    /// There is no such code, or not any more.
    NoSuchCode,
    /// The id is a device's of another restaurant, or of another kind.
    IdTaken,
}

#[async_trait]
pub trait Devices: Send + Sync {
    async fn put_code(&self, code: &NewCode) -> Result<()>;
    /// Lets a device in. Asking again with the code that let it in, it gets another token.
    async fn pair(&self, code: &str, device: DeviceId, token: &str, now: Timestamp) -> Result<PairedAs>;
    /// Whose token this is the hash of.
    async fn device(&self, token: &str) -> Result<Option<PairedDevice>>;
    /// Those that are let in, the newest last.
    async fn devices(&self, restaurant: RestaurantId) -> Result<Vec<Device>>;
    async fn see_device(&self, device: DeviceId, at: Timestamp) -> Result<()>;
    /// `false` if there is none of this id that is let in.
    async fn revoke_device(&self, restaurant: RestaurantId, device: DeviceId, at: Timestamp) -> Result<bool>;

    /// How far the device's ops have come under this name, if it is its name.
    async fn done(&self, device: DeviceId, stream: DeviceId) -> Result<Option<u64>>;
    /// Whose name this is, also if it was signed out.
    async fn device_named(&self, stream: DeviceId) -> Result<Option<PairedDevice>>;
    /// What changed after a revision, for this device to see. `began` as the page before said it.
    async fn changes(
        &self,
        device: &PairedDevice,
        since: Revision,
        snapshot_start: Option<Revision>,
    ) -> Result<Changes>;
    async fn revision(&self, restaurant: RestaurantId) -> Result<Revision>;

    /// Takes off the devices what was over before the one moment, and forgets what was gone before the other, and codes that have run out.
    async fn sweep_records(
        &self,
        over_before: Timestamp,
        gone_before: Timestamp,
        now: Timestamp,
    ) -> Result<()>;
}

impl SyncOps {
    pub(crate) fn name(&self) -> DeviceId {
        self.stream.unwrap_or(self.new_device)
    }

    pub(crate) fn advanced(&self) -> impl Iterator<Item = OrderId> + '_ {
        self.ops.iter().filter_map(|sent| match &sent.op.action {
            Action::Order { order, .. } => Some(*order),
            _ => None,
        })
    }
}
