//! Devices of a restaurant, and the records that they share.

use async_trait::async_trait;
use servery_domain::{
    audit::Author,
    device::{Device, DeviceKind, NewDevice, StorageKey},
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

/// Ops that a device sends, with what applying them depends on.
#[derive(Debug, Clone)]
pub struct SyncOps {
    pub restaurant: RestaurantId,
    pub device: DeviceId,
    pub kind: DeviceKind,
    /// The name under which the device numbers its ops. `None` if somebody else sends them for the device: then an
    /// op is known by its id alone, and is applied also if the device was revoked.
    pub stream: Option<DeviceId>,
    /// A new name, under which the device continues if its numbers have come to mean two things, and under which ops
    /// are stored that somebody else sends.
    pub new_device: DeviceId,
    pub ops: Vec<SentOp>,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct SentOp {
    pub op: Op,
    /// Why its action could not be read. The action in `op` is a placeholder then.
    pub unread: Option<String>,
    /// The op as the device sent it.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncedOps {
    /// The number of the last op that was applied; without a stream, how many of the ops were new.
    pub done: u64,
    pub sync_problem: Option<SyncProblem>,
    /// The restaurant's revision before and after.
    pub revisions: (Revision, Revision),
    /// Diners' orders that the ops have changed, in the order of the changes.
    pub orders: Vec<Order>,
}

/// A page of what has changed for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    pub revision: Revision,
    pub full: bool,
    pub snapshot_start: Option<Revision>,
    pub records: Vec<Record>,
    pub more: bool,
}

/// A pairing code, by its hash, and the device that it pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    pub hash: String,
    pub restaurant: RestaurantId,
    pub device: NewDevice,
    pub expires_at: Timestamp,
    /// Who made it, and when.
    pub by: (Author, Timestamp),
}

/// A device with its restaurant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedDevice {
    pub restaurant: RestaurantId,
    pub device: Device,
    pub storage_key: StorageKey,
    pub revoked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairedAs {
    Device(Box<PairedDevice>),
    /// There is no such code, or it has expired or was used.
    NoSuchCode,
    /// The id belongs to a device of another restaurant, or of another kind.
    IdTaken,
}

#[async_trait]
pub trait Devices: Send + Sync {
    async fn put_code(&self, code: &NewCode) -> Result<()>;
    /// The device that a code would pair now, and when the code expires; `None` if the restaurant has no such code, or it was used.
    async fn unused_code(
        &self,
        restaurant: RestaurantId,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<(NewDevice, Timestamp)>>;
    /// Pairs a device. If it repeats the request with the same code, the new token replaces the old one. A device that was
    /// paired before keeps its storage key.
    async fn pair(
        &self,
        code: &str,
        device: DeviceId,
        token: &str,
        storage_key: &StorageKey,
        now: Timestamp,
    ) -> Result<PairedAs>;
    /// The device whose token has this hash.
    async fn device(&self, token: &str) -> Result<Option<PairedDevice>>;
    /// Those that are paired and not revoked, the newest last.
    async fn devices(&self, restaurant: RestaurantId) -> Result<Vec<Device>>;
    async fn touch_device(&self, device: DeviceId, at: Timestamp) -> Result<()>;
    /// `false` if the restaurant has no such device, or it was revoked before.
    async fn revoke_device(
        &self,
        restaurant: RestaurantId,
        device: DeviceId,
        by: (Author, Timestamp),
    ) -> Result<bool>;

    /// The number of the last op that was applied under this name, if it is one of the device's names.
    async fn ops_done(&self, device: DeviceId, stream: DeviceId) -> Result<Option<u64>>;
    /// The device that has this name, also if it was revoked.
    async fn device_of_stream(&self, stream: DeviceId) -> Result<Option<PairedDevice>>;
    /// The changes since a revision that this device may see. `snapshot_start` is that of the page before.
    async fn changes(
        &self,
        device: &PairedDevice,
        since: Revision,
        snapshot_start: Option<Revision>,
    ) -> Result<Changes>;
    async fn revision(&self, restaurant: RestaurantId) -> Result<Revision>;

    /// Removes records from the devices that were over before the one moment, and deletes those that were removed
    /// before the other, and pairing codes that have expired.
    async fn delete_expired_records(
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
