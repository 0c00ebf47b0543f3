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
/// Bytes of them, about. A request that were larger than the server takes would hold up the queue for ever.
const BYTES: usize = limits::SYNC / 2;

/// The ops that go together into the next request: the first, whatever it weighs.
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
    /// What the device knows already.
    pub since: Revision,
    /// As the last answer said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_start: Option<Revision>,
    pub ops: Vec<Op>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncResponse {
    /// The device's ops up to this one are done, granted or refused.
    pub done: u64,
    /// What the device knows with these things.
    pub revision: Revision,
    /// These are all there are: what the device knew besides is gone.
    #[serde(default)]
    pub full: bool,
    /// The restaurant's revision when the pages of all there is began, until the device has them: what was gone by then it never knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_start: Option<Revision>,
    pub records: Vec<Record>,
    /// There are more things to ask for.
    pub more: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_problem: Option<SyncProblem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SyncProblem {
    /// The op after `done` is of a newer build than the server: it waits for the server's update.
    Newer,
    /// The device, or the server, counted on from an older state of its storage. What is not done yet goes out again, as another device.
    Diverged { new_device: DeviceId },
}

/// What became of the ops that somebody sent for a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedOps {
    /// Granted or refused.
    pub done: u64,
    /// They were done before.
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
