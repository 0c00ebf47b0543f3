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
    pub made: u64,
    pub outbox: VecDeque<Op>,
    pub copy: Replica,
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
    pub action: Action,
}

impl NewOp {
    pub fn numbered(self, device: DeviceId, n: u64, op_version: u16) -> Op {
        let Self { id, at, by, action } = self;
        Op {
            id,
            device,
            n,
            op_version,
            at,
            by,
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
    pub answer: SyncResponse,
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
    Asked(NewOp),
    Read(StoredState),
    Wrote(StorageResult),
    NotWritten(StorageError),
    Answered(SyncResponse),
    Unreachable,
    /// Another tab wrote to the disk.
    Told,
    Leads(bool),
    /// The server announced a new revision.
    News,
    /// A timer fired, or the network is back.
    Woke,
}

#[derive(Debug, PartialEq, Eq)]
pub enum ClientEffect {
    /// Read the whole state, with a new connection if needed.
    Read,
    Write(StorageWrite),
    /// Send [`SyncClient::request`], now or very soon; ops that are made until then are included.
    Send,
    /// Notify the other tabs.
    Tell,
    /// The op is stored and its effect is visible.
    Shown(OpId),
    /// The op is refused.
    Refused(OpId, OpRefusal),
    /// The op could not be stored: the person has to know at once.
    Lost(OpId, StorageError),
}

#[derive(Debug)]
struct PendingOp {
    new_op: NewOp,
    /// It is on the disk after ops of another tab, and becomes visible when those are read, too.
    kept: bool,
}

pub struct SyncClient {
    op_version: u16,
    kept: Option<StoredState>,
    /// The replica with the ops of the outbox applied.
    shown: PosState,
    /// Ops to store; the first one is being written.
    asked: VecDeque<PendingOp>,
    writing: Option<StorageWrite>,
    reading: bool,
    leads: bool,
    /// Other tabs have written since the last read.
    stale: bool,
    /// A request is needed.
    wants: bool,
    /// The request in progress, also while its response is being written.
    request: Option<SyncRequest>,
    answered: Option<Box<ReceivedResponse>>,
    sync_problem: Option<SyncProblem>,
}

impl SyncClient {
    pub fn start(op_version: u16) -> (Self, Vec<ClientEffect>) {
        let tab = Self {
            op_version,
            kept: None,
            shown: PosState::default(),
            asked: VecDeque::new(),
            writing: None,
            reading: true,
            leads: false,
            stale: false,
            wants: false,
            request: None,
            answered: None,
            sync_problem: None,
        };
        (tab, vec![ClientEffect::Read])
    }

    pub fn shown(&self) -> &PosState {
        &self.shown
    }

    /// The state that was read last, with this tab's writes since then.
    pub fn kept(&self) -> Option<&StoredState> {
        self.kept.as_ref()
    }

    /// The number of ops in the outbox.
    pub fn unsynced(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.outbox.len())
    }

    pub fn handle(&mut self, happened: ClientEvent) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        match happened {
            ClientEvent::Asked(new_op) => self.asked.push_back(PendingOp { new_op, kept: false }),
            ClientEvent::Read(kept) => self.read(kept, &mut effects),
            ClientEvent::Wrote(wrote) => self.wrote(&wrote, &mut effects),
            ClientEvent::NotWritten(failed) => self.not_written(failed, &mut effects),
            ClientEvent::Answered(answer) => self.answered(answer),
            ClientEvent::Unreachable => self.request = None,
            ClientEvent::Told => self.stale = true,
            ClientEvent::Leads(leads) => {
                self.leads = leads;
                self.stale |= leads;
                self.wants |= leads;
            }
            ClientEvent::News => self.wants = true,
            // A tab that was closed after a write may not have notified the others.
            ClientEvent::Woke => {
                self.stale |= self.leads;
                self.wants = true;
            }
        }
        self.go_on(&mut effects);
        effects
    }

    fn read(&mut self, kept: StoredState, effects: &mut Vec<ClientEffect>) {
        self.reading = false;
        self.wants |= !kept.outbox.is_empty();
        self.kept = Some(kept);
        self.rebase();
        let Some(kept) = &self.kept else { return };
        // The op may be stored although the disk reported a failure.
        if let Some(asked) = self
            .asked
            .pop_front_if(|asked| asked.kept || kept.outbox.iter().any(|op| op.id == asked.new_op.id))
        {
            effects.extend([ClientEffect::Shown(asked.new_op.id), ClientEffect::Tell]);
        }
    }

    fn wrote(&mut self, wrote: &StorageResult, effects: &mut Vec<ClientEffect>) {
        let (Some(write), Some(kept)) = (self.writing.take(), self.kept.as_mut()) else {
            return;
        };
        // Applies the write to the state in memory, too, so that it need not be read again.
        let others_wrote = kept.write(&write) != *wrote;
        self.stale |= others_wrote;
        effects.push(ClientEffect::Tell);
        match wrote {
            StorageResult::Op(_) if others_wrote => {
                self.asked.iter_mut().take(1).for_each(|asked| asked.kept = true)
            }
            StorageResult::Op(op) => {
                self.asked.pop_front();
                self.wants = true;
                if let Ok(records) = decide(&self.shown, op) {
                    records.into_iter().for_each(|record| self.shown.put(record));
                }
                effects.push(ClientEffect::Shown(op.id));
            }
            StorageResult::Answer(_) => {
                self.request = None;
                self.wants |= self.sync_problem != Some(SyncProblem::Newer) && !kept.outbox.is_empty();
                self.rebase();
            }
        }
    }

    fn not_written(&mut self, failed: StorageError, effects: &mut Vec<ClientEffect>) {
        match (self.writing.take(), failed) {
            (Some(StorageWrite::Op { new_op, .. }), StorageError::Full) => {
                self.asked.pop_front();
                effects.push(ClientEffect::Lost(new_op.id, failed));
            }
            (Some(StorageWrite::Answer(_)), StorageError::Full) => self.request = None,
            // The write may have happened, so the other tabs have to read, too.
            (Some(StorageWrite::Answer(_)), StorageError::Dead) => {
                self.request = None;
                self.stale = true;
                effects.push(ClientEffect::Tell);
            }
            // It stays first in the queue, and is written again unless it turns out to be stored.
            (Some(StorageWrite::Op { .. }), StorageError::Dead) | (None, _) => self.stale = true,
        }
    }

    fn answered(&mut self, answer: SyncResponse) {
        let Some(request) = &self.request else { return };
        self.sync_problem = answer.sync_problem;
        self.wants |= answer.more;
        if answer.is_unchanged(request) {
            self.request = None;
            return;
        }
        let sent = request.ops.last().map_or(0, |op| op.n);
        self.answered = Some(Box::new(ReceivedResponse {
            device: request.device,
            since: request.since,
            sent,
            op_version: self.op_version,
            answer,
        }));
    }

    fn rebase(&mut self) {
        let Some(kept) = &self.kept else { return };
        self.shown = kept.copy.pos.clone();
        for op in &kept.outbox {
            if let Ok(records) = decide(&self.shown, op) {
                records.into_iter().for_each(|record| self.shown.put(record));
            }
        }
    }

    /// Starts the next step: one disk operation at a time, the network in parallel.
    fn go_on(&mut self, effects: &mut Vec<ClientEffect>) {
        if self.reading || self.writing.is_some() {
            return;
        }
        if std::mem::take(&mut self.stale) {
            self.reading = true;
            effects.push(ClientEffect::Read);
            return;
        }
        // Ops are written before responses, because a person waits for them.
        while let Some(asked) = self.asked.front() {
            let Some(kept) = &self.kept else { return };
            let new_op = asked.new_op.clone();
            let op = new_op
                .clone()
                .numbered(kept.device, kept.made + 1, self.op_version);
            match decide(&self.shown, &op) {
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
                    self.asked.pop_front();
                    effects.push(ClientEffect::Refused(op.id, refusal));
                }
            }
        }
        if let Some(answered) = self.answered.take() {
            return self.write(StorageWrite::Answer(answered), effects);
        }
        self.send(effects);
    }

    fn write(&mut self, write: StorageWrite, effects: &mut Vec<ClientEffect>) {
        self.writing = Some(write.clone());
        effects.push(ClientEffect::Write(write));
    }

    fn send(&mut self, effects: &mut Vec<ClientEffect>) {
        if self.leads && self.wants && self.request.is_none() {
            self.request = self.asking();
            effects.extend(self.request.as_ref().map(|_| ClientEffect::Send));
        }
    }

    fn asking(&mut self) -> Option<SyncRequest> {
        let kept = self.kept.as_ref()?;
        self.wants = false;
        let ops = next_batch(&kept.outbox);
        // An older version may have skipped records, so the snapshot is requested again.
        let since = if kept.copy.op_version < self.op_version {
            Revision(0)
        } else {
            kept.copy.revision
        };
        Some(SyncRequest {
            device: kept.device,
            since,
            snapshot_start: kept.copy.snapshot_start,
            ops,
        })
    }

    /// The request to send, rebuilt with the latest ops; `None` if none is needed any more.
    pub fn request(&mut self) -> Option<SyncRequest> {
        self.request.as_ref()?;
        // Ops of other tabs change the numbers: not rebuilt until they are read.
        if !self.reading && !self.stale {
            self.request = self.asking();
        }
        self.request.clone()
    }

    /// Whether a request is in progress, or its response is being written.
    pub fn is_asking(&self) -> bool {
        self.request.is_some()
    }
}

impl StoredState {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            made: 0,
            outbox: VecDeque::new(),
            copy: Replica::default(),
        }
    }

    /// Applies a write; every implementation of the disk does the same.
    pub fn write(&mut self, write: &StorageWrite) -> StorageResult {
        match write {
            StorageWrite::Op { op_version, new_op } => {
                self.made += 1;
                let op = NewOp::clone(new_op).numbered(self.device, self.made, *op_version);
                self.outbox.push_back(op.clone());
                StorageResult::Op(Box::new(op))
            }
            StorageWrite::Answer(answered) => StorageResult::Answer(self.settle(answered)),
        }
    }

    fn settle(&mut self, answered: &ReceivedResponse) -> bool {
        let answer = &answered.answer;
        if self.device != answered.device {
            return false;
        }
        match answer.sync_problem {
            Some(SyncProblem::Diverged { new_device }) => self.renew(new_device),
            _ => self.outbox.retain(|op| op.n > answer.done.min(answered.sent)),
        }
        if self.copy.revision != answered.since && !answer.full {
            return false;
        }
        if answer.full {
            self.copy = Replica::default();
        }
        self.copy.op_version = answered.op_version;
        self.copy.revision = answer.revision;
        self.copy.snapshot_start = answer.snapshot_start;
        answer
            .records
            .iter()
            .for_each(|record| self.copy.pos.put(record.clone()));
        true
    }

    /// Ops keep their ids, by which the server recognizes those that it has applied already.
    fn renew(&mut self, device: DeviceId) {
        self.device = device;
        for (n, op) in (1..).zip(&mut self.outbox) {
            (op.n, op.device) = (n, device);
        }
        self.made = self.outbox.len() as u64;
    }
}
