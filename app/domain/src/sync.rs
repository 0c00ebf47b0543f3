//! The sync protocol between a device and the server.
//!
//! A device stores an op before it shows the result, sends its ops in order, and deletes them when the server has applied them.
//! The server applies each once. Both sides are here without a network, a disk or a clock: they return effects, whose results arrive later or never.

pub mod client;
pub mod server;

use serde::{Deserialize, Serialize};

use crate::{
    id::DeviceId,
    limits,
    pos::{Record, op::Op},
    revision::Revision,
};

/// Ops in one request.
pub const OPS: usize = 200;
/// Their approximate size in bytes. A request that exceeds the server's limit would block the queue for
/// ever.
const BYTES: usize = limits::SYNC / 2;

/// The ops of the next request: the first one whatever its size, then as many as fit.
pub fn next_batch<'a>(outbox: impl IntoIterator<Item = &'a Op>) -> Vec<Op> {
    let mut bytes = 0;
    let fits = |op: &&Op| {
        let first = bytes == 0;
        bytes += op.action.estimated_bytes();
        first || bytes <= BYTES
    };
    outbox.into_iter().take(OPS).take_while(fits).cloned().collect()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncRequest {
    pub device: DeviceId,
    /// The revision of the device's replica.
    pub since: Revision,
    /// As in the last response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_start: Option<Revision>,
    pub ops: Vec<Op>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncResponse {
    /// The number up to which the device's ops are decided, granted or refused.
    pub done: u64,
    /// The revision of the replica after these records.
    pub revision: Revision,
    /// The records are a full snapshot: the device discards what it had.
    #[serde(default)]
    pub full: bool,
    /// The restaurant's revision when a paged snapshot began, until its last page: later requests need no
    /// removals from before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_start: Option<Revision>,
    pub records: Vec<Record>,
    /// More pages follow.
    pub more: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_problem: Option<SyncProblem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SyncProblem {
    /// The op after `done` was made by a newer version than the server's: it waits until the server is
    /// updated.
    Newer,
    /// The storage of the device or of the server was reset to an older state. Pending ops are sent again
    /// under a new device id.
    Diverged { new_device: DeviceId },
}

/// The result of importing a device's exported ops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedOps {
    /// Decided now, granted or refused.
    pub done: u64,
    /// Decided before.
    pub known: u64,
}

impl SyncResponse {
    pub fn is_unchanged(&self, request: &SyncRequest) -> bool {
        let done = request.ops.first().is_some_and(|op| op.n <= self.done);
        !done
            && !self.full
            && self.revision == request.since
            && !matches!(self.sync_problem, Some(SyncProblem::Diverged { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        currency::Minor,
        id::{DeliveryRunId, OpId, OrderId},
        pos::{
            delivery_run::{Handover, Proof},
            op::{Action, OP_VERSION},
        },
        time::Timestamp,
    };

    fn op(n: u64, photo: usize) -> Op {
        let handover = Handover {
            at: Timestamp(0),
            cash: Minor(0),
            proof: Proof::Photo("x".repeat(photo)),
        };
        let action = Action::HandOver {
            run: DeliveryRunId(1),
            order: OrderId(1),
            handover,
        };
        Op {
            id: OpId(u128::from(n)),
            device: DeviceId(1),
            n,
            op_version: OP_VERSION,
            at: Timestamp(0),
            by: None,
            approved_by: None,
            action,
        }
    }

    #[test]
    fn a_days_pictures_go_in_several_requests_that_the_server_takes() {
        let outbox: Vec<Op> = (1..=30).map(|n| op(n, limits::PHOTO)).collect();
        let first = next_batch(&outbox);
        assert!((2..30).contains(&first.len()), "{}", first.len());
        assert!(serde_json::to_string(&first).unwrap().len() < limits::SYNC);
        assert_eq!(first[..], outbox[..first.len()]);
        assert_eq!(next_batch(&[op(1, 2 * limits::SYNC), op(2, 1)]).len(), 1);
        let small: Vec<Op> = (1..=300).map(|n| op(n, 1)).collect();
        assert_eq!(next_batch(&small).len(), OPS);
    }
}
