//! The device's side of the protocol, in one tab: it takes events and returns effects, and never waits.

use std::collections::VecDeque;

use super::{SyncProblem, SyncRequest, SyncResponse, next_batch};
use crate::{
    id::{CashierId, DeviceId, OpId},
    pos::{
        PosState, decide,
        op::{Action, Op, OpRefusal},
    },
    revision::Revision,
    time::Timestamp,
};

/// What the tabs of a device share on its disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    pub device: DeviceId,
    /// The number of the device's last op.
    pub last_number: u64,
    pub outbox: VecDeque<Op>,
    pub replica: Replica,
}

/// The device's copy of what the server said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replica {
    /// The version of the program that wrote it: an older version skips records that it does not know.
    pub op_version: u16,
    pub revision: Revision,
    /// The start of a paged snapshot, until its last page has arrived.
    pub snapshot_start: Option<Revision>,
    pub pos: PosState,
}

/// A transaction on the disk: atomic, and durable once it is reported as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageWrite {
    /// The disk assigns its number.
    Op {
        op_version: u16,
        new_op: Box<NewOp>,
    },
    Answer(Box<ReceivedResponse>),
}

/// An op that has no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOp {
    pub id: OpId,
    pub at: Timestamp,
    pub by: Option<CashierId>,
    pub approved_by: Option<CashierId>,
    pub action: Action,
}

impl NewOp {
    pub fn numbered(self, device: DeviceId, n: u64, op_version: u16) -> Op {
        let Self {
            id,
            at,
            by,
            approved_by,
            action,
        } = self;
        Op {
            id,
            device,
            n,
            op_version,
            at,
            by,
            approved_by,
            action,
        }
    }
}

/// A response with the facts of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedResponse {
    pub device: DeviceId,
    pub since: Revision,
    /// The number of the last op that was sent: only ops up to it can be done.
    pub sent: u64,
    pub op_version: u16,
    pub response: SyncResponse,
}

/// The result of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageResult {
    Op(Box<Op>),
    /// Whether the replica changed: not if another tab was faster.
    Answer(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageError {
    /// The disk is full.
    Full,
    /// The connection to the disk is lost; the write may or may not have happened.
    Dead,
}

#[derive(Debug)]
pub enum ClientEvent {
    OpRequested(Box<NewOp>),
    StateRead(StoredState),
    Written(StorageResult),
    WriteFailed(StorageError),
    Response(SyncResponse),
    Unreachable,
    /// Another tab wrote to the disk.
    OtherTabWrote,
    Leader(bool),
    /// The server announced a new revision.
    Announcement,
    /// A timer fired, or the network is back.
    Wake,
}

#[derive(Debug, PartialEq, Eq)]
pub enum ClientEffect {
    /// Read the whole state, with a new connection if needed.
    Read,
    Write(StorageWrite),
    /// Send [`SyncClient::request`], now or very soon; ops that are made until then are included.
    Send,
    /// Notify the other tabs.
    NotifyTabs,
    /// The op is stored and its effect is visible.
    Applied(OpId),
    /// The op is refused.
    Refused(OpId, OpRefusal),
    /// The op could not be stored: the person has to know at once.
    NotStored(OpId, StorageError),
}

#[derive(Debug)]
struct PendingOp {
    new_op: NewOp,
    /// It is on the disk after ops of another tab, and becomes visible when those are read, too.
    stored: bool,
}

pub struct SyncClient {
    op_version: u16,
    stored: Option<StoredState>,
    /// The replica with the ops of the outbox applied.
    pos: PosState,
    /// Ops to store; the first one is being written.
    pending: VecDeque<PendingOp>,
    writing: Option<StorageWrite>,
    reading: bool,
    is_leader: bool,
    /// Other tabs have written since the last read.
    stale: bool,
    /// A request is needed.
    needs_request: bool,
    /// The request in progress, also while its response is being written.
    request: Option<SyncRequest>,
    received: Option<Box<ReceivedResponse>>,
    sync_problem: Option<SyncProblem>,
}

impl SyncClient {
    pub fn start(op_version: u16) -> (Self, Vec<ClientEffect>) {
        let client = Self {
            op_version,
            stored: None,
            pos: PosState::default(),
            pending: VecDeque::new(),
            writing: None,
            reading: true,
            is_leader: false,
            stale: false,
            needs_request: false,
            request: None,
            received: None,
            sync_problem: None,
        };
        (client, vec![ClientEffect::Read])
    }

    pub fn pos(&self) -> &PosState {
        &self.pos
    }

    /// The state that was read last, with this tab's writes since then.
    pub fn stored(&self) -> Option<&StoredState> {
        self.stored.as_ref()
    }

    /// The number of ops in the outbox.
    pub fn unsynced(&self) -> usize {
        self.stored.as_ref().map_or(0, |stored| stored.outbox.len())
    }

    pub fn handle(&mut self, event: ClientEvent) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        match event {
            ClientEvent::OpRequested(new_op) => self.pending.push_back(PendingOp {
                new_op: *new_op,
                stored: false,
            }),
            ClientEvent::StateRead(stored) => self.on_state_read(stored, &mut effects),
            ClientEvent::Written(result) => self.on_written(&result, &mut effects),
            ClientEvent::WriteFailed(error) => self.on_write_failed(error, &mut effects),
            ClientEvent::Response(response) => self.on_response(response),
            ClientEvent::Unreachable => self.request = None,
            ClientEvent::OtherTabWrote => self.stale = true,
            ClientEvent::Leader(is_leader) => {
                self.is_leader = is_leader;
                self.stale |= is_leader;
                self.needs_request |= is_leader;
            }
            ClientEvent::Announcement => self.needs_request = true,
            // A tab that was closed after a write may not have notified the others.
            ClientEvent::Wake => {
                self.stale |= self.is_leader;
                self.needs_request = true;
            }
        }
        self.next_step(&mut effects);
        effects
    }

    fn on_state_read(&mut self, stored: StoredState, effects: &mut Vec<ClientEffect>) {
        self.reading = false;
        self.needs_request |= !stored.outbox.is_empty();
        self.stored = Some(stored);
        self.rebase();
        let Some(stored) = &self.stored else { return };
        // The op may be stored although the disk reported a failure.
        if let Some(pending) = self.pending.pop_front_if(|pending| {
            pending.stored || stored.outbox.iter().any(|op| op.id == pending.new_op.id)
        }) {
            effects.extend([ClientEffect::Applied(pending.new_op.id), ClientEffect::NotifyTabs]);
        }
    }

    fn on_written(&mut self, result: &StorageResult, effects: &mut Vec<ClientEffect>) {
        let (Some(write), Some(stored)) = (self.writing.take(), self.stored.as_mut()) else {
            return;
        };
        // Applies the write to the state in memory, too, so that it need not be read again.
        let others_wrote = stored.write(&write) != *result;
        self.stale |= others_wrote;
        effects.push(ClientEffect::NotifyTabs);
        match result {
            StorageResult::Op(_) if others_wrote => self
                .pending
                .iter_mut()
                .take(1)
                .for_each(|pending| pending.stored = true),
            StorageResult::Op(op) => {
                self.pending.pop_front();
                self.needs_request = true;
                if let Ok(records) = decide(&self.pos, op) {
                    records.into_iter().for_each(|record| self.pos.put(record));
                }
                effects.push(ClientEffect::Applied(op.id));
            }
            StorageResult::Answer(_) => {
                self.request = None;
                self.needs_request |=
                    self.sync_problem != Some(SyncProblem::Newer) && !stored.outbox.is_empty();
                self.rebase();
            }
        }
    }

    fn on_write_failed(&mut self, error: StorageError, effects: &mut Vec<ClientEffect>) {
        match (self.writing.take(), error) {
            (Some(StorageWrite::Op { new_op, .. }), StorageError::Full) => {
                self.pending.pop_front();
                effects.push(ClientEffect::NotStored(new_op.id, error));
            }
            (Some(StorageWrite::Answer(_)), StorageError::Full) => self.request = None,
            // The write may have happened, so the other tabs have to read, too.
            (Some(StorageWrite::Answer(_)), StorageError::Dead) => {
                self.request = None;
                self.stale = true;
                effects.push(ClientEffect::NotifyTabs);
            }
            // It stays first in the queue, and is written again unless it turns out to be stored.
            (Some(StorageWrite::Op { .. }), StorageError::Dead) | (None, _) => self.stale = true,
        }
    }

    fn on_response(&mut self, response: SyncResponse) {
        let Some(request) = &self.request else { return };
        self.sync_problem = response.sync_problem;
        self.needs_request |= response.more;
        if response.is_unchanged(request) {
            self.request = None;
            return;
        }
        let sent = request.ops.last().map_or(0, |op| op.n);
        self.received = Some(Box::new(ReceivedResponse {
            device: request.device,
            since: request.since,
            sent,
            op_version: self.op_version,
            response,
        }));
    }

    fn rebase(&mut self) {
        let Some(stored) = &self.stored else { return };
        self.pos = stored.replica.pos.clone();
        for op in &stored.outbox {
            if let Ok(records) = decide(&self.pos, op) {
                records.into_iter().for_each(|record| self.pos.put(record));
            }
        }
    }

    /// Starts the next step: one disk operation at a time, the network in parallel.
    fn next_step(&mut self, effects: &mut Vec<ClientEffect>) {
        if self.reading || self.writing.is_some() {
            return;
        }
        if std::mem::take(&mut self.stale) {
            self.reading = true;
            effects.push(ClientEffect::Read);
            return;
        }
        // Ops are written before responses, because a person waits for them.
        while let Some(pending) = self.pending.front() {
            let Some(stored) = &self.stored else { return };
            let new_op = pending.new_op.clone();
            let op = new_op
                .clone()
                .numbered(stored.device, stored.last_number + 1, self.op_version);
            match decide(&self.pos, &op) {
                Ok(_) => {
                    return self.write(
                        StorageWrite::Op {
                            op_version: self.op_version,
                            new_op: Box::new(new_op),
                        },
                        effects,
                    );
                }
                Err(refusal) => {
                    self.pending.pop_front();
                    effects.push(ClientEffect::Refused(op.id, refusal));
                }
            }
        }
        if let Some(received) = self.received.take() {
            return self.write(StorageWrite::Answer(received), effects);
        }
        self.send(effects);
    }

    fn write(&mut self, write: StorageWrite, effects: &mut Vec<ClientEffect>) {
        self.writing = Some(write.clone());
        effects.push(ClientEffect::Write(write));
    }

    fn send(&mut self, effects: &mut Vec<ClientEffect>) {
        if self.is_leader && self.needs_request && self.request.is_none() {
            self.request = self.build_request();
            effects.extend(self.request.as_ref().map(|_| ClientEffect::Send));
        }
    }

    fn build_request(&mut self) -> Option<SyncRequest> {
        let stored = self.stored.as_ref()?;
        self.needs_request = false;
        let ops = next_batch(&stored.outbox);
        // An older version may have skipped records, so the snapshot is requested again.
        let since = if stored.replica.op_version < self.op_version {
            Revision(0)
        } else {
            stored.replica.revision
        };
        Some(SyncRequest {
            device: stored.device,
            since,
            snapshot_start: stored.replica.snapshot_start,
            ops,
        })
    }

    /// The request to send, rebuilt with the latest ops; `None` if none is needed any more.
    pub fn request(&mut self) -> Option<SyncRequest> {
        self.request.as_ref()?;
        // Ops of other tabs change the numbers: not rebuilt until they are read.
        if !self.reading && !self.stale {
            self.request = self.build_request();
        }
        self.request.clone()
    }

    /// Whether a request is in progress, or its response is being written.
    pub fn is_requesting(&self) -> bool {
        self.request.is_some()
    }
}

impl StoredState {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            last_number: 0,
            outbox: VecDeque::new(),
            replica: Replica::default(),
        }
    }

    /// Applies a write; every implementation of the disk does the same.
    pub fn write(&mut self, write: &StorageWrite) -> StorageResult {
        match write {
            StorageWrite::Op { op_version, new_op } => {
                self.last_number += 1;
                let op = NewOp::clone(new_op).numbered(self.device, self.last_number, *op_version);
                self.outbox.push_back(op.clone());
                StorageResult::Op(Box::new(op))
            }
            StorageWrite::Answer(received) => StorageResult::Answer(self.apply_response(received)),
        }
    }

    fn apply_response(&mut self, received: &ReceivedResponse) -> bool {
        let response = &received.response;
        if self.device != received.device {
            return false;
        }
        match response.sync_problem {
            Some(SyncProblem::Diverged { new_device }) => self.renumber(new_device),
            _ => self.outbox.retain(|op| op.n > response.done.min(received.sent)),
        }
        if self.replica.revision != received.since && !response.full {
            return false;
        }
        if response.full {
            self.replica = Replica::default();
        }
        self.replica.op_version = received.op_version;
        self.replica.revision = response.revision;
        self.replica.snapshot_start = response.snapshot_start;
        response
            .records
            .iter()
            .for_each(|record| self.replica.pos.put(record.clone()));
        true
    }

    /// Ops keep their ids, by which the server recognizes those that it has applied already.
    fn renumber(&mut self, device: DeviceId) {
        self.device = device;
        for (n, op) in (1..).zip(&mut self.outbox) {
            (op.n, op.device) = (n, device);
        }
        self.last_number = self.outbox.len() as u64;
    }
}
