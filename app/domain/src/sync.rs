//! How a device and its server come to agree, whatever the network, the disk or the person does.
//!
//! A device keeps an op before it shows what it does, sends its ops in order, and forgets them when the server says that they are done.
//! The server does each once. Both sides are here without a network, a disk or a clock: those are asked for, and answer later or never.

pub mod desk;
pub mod tab;

use serde::{Deserialize, Serialize};

use crate::{
    house::{Thing, op::Op},
    id::DeviceId,
    revision::Revision,
};

/// Ops in one request.
pub const OPS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Request {
    pub device: DeviceId,
    /// What the device knows already.
    pub since: Revision,
    pub ops: Vec<Op>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The device's ops up to this one are done, granted or refused.
    pub done: u64,
    /// What the device knows with these things.
    pub revision: Revision,
    /// These are all there are: what the device knew besides is gone.
    #[serde(default)]
    pub whole: bool,
    pub things: Vec<Thing>,
    /// There are more things to ask for.
    pub more: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Trouble {
    /// The op after `done` is of a newer build than the server: it waits for the server's update.
    Newer,
    /// The device, or the server, counted on from an older state of its storage. What is not done yet goes out again, as another device.
    Diverged { anew: DeviceId },
}

impl Answer {
    pub fn says_nothing_new(&self, request: &Request) -> bool {
        let done = request.ops.first().is_some_and(|op| op.n <= self.done);
        !done && !self.whole && self.revision == request.since && !matches!(self.trouble, Some(Trouble::Diverged { .. }))
    }
}
