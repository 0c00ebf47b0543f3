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

/// What the device's tabs keep together, on its disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    pub device: DeviceId,
    /// The number of the last op that was made.
    pub made: u64,
    pub outbox: VecDeque<Op>,
    pub copy: Replica,
}

/// What the server said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replica {
    /// What a build must know to read all of it: an older one skips what it does not know.
    pub op_version: u16,
    pub revision: Revision,
    /// When it began to be told all there is, until it has the last page.
    pub snapshot_start: Option<Revision>,
    pub pos: PosState,
}

/// One transaction on the disk. It is all there or not at all, and once it is said to be there it outlives a loss of power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageWrite {
    /// The disk gives it its number.
    Op {
        op_version: u16,
        new_op: Box<NewOp>,
    },
    Answer(Box<ReceivedResponse>),
}

/// What a person wants to be done.
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

/// An answer, and what it was an answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedResponse {
    pub device: DeviceId,
    pub since: Revision,
    /// The last op that was sent: only those are done that were asked for.
    pub sent: u64,
    pub op_version: u16,
    pub answer: SyncResponse,
}

/// What the disk made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageResult {
    Op(Box<Op>),
    /// Whether the things were written: not if another tab was faster.
    Answer(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageError {
    /// There is no room for it.
    Full,
    /// The handle is dead; it may be there or not.
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
    /// Another tab wrote something.
    Told,
    Leads(bool),
    /// The server has news.
    News,
    /// Some time has passed, or the network is back.
    Woke,
}

#[derive(Debug, PartialEq, Eq)]
pub enum ClientEffect {
    /// All that is kept, through a handle that works.
    Read,
    Write(StorageWrite),
    /// What [`SyncClient::request`] says once it goes out: now or very soon, so that what is done meanwhile goes along.
    Send,
    /// The other tabs.
    Tell,
    /// It is kept, and its effect can be seen.
    Shown(OpId),
    /// It will not be done, and here is why.
    Refused(OpId, OpRefusal),
    /// It is not kept: whoever asked must know at once.
    Lost(OpId, StorageError),
}

#[derive(Debug)]
struct PendingOp {
    new_op: NewOp,
    /// It is on the disk, behind what another tab wrote: it is shown when that is known too.
    kept: bool,
}

pub struct SyncClient {
    op_version: u16,
    kept: Option<StoredState>,
    /// The server's copy with what is still in the outbox.
    shown: PosState,
    /// The first of them is being written.
    asked: VecDeque<PendingOp>,
    writing: Option<StorageWrite>,
    reading: bool,
    leads: bool,
    /// Others have written since.
    stale: bool,
    /// There is something to send or to ask for.
    wants: bool,
    /// The request that is under way, or whose answer is being written.
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

    /// What was read last, with what was written since.
    pub fn kept(&self) -> Option<&StoredState> {
        self.kept.as_ref()
    }

    /// Ops that the server has not confirmed.
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
            // A tab that was killed after it wrote has told nobody.
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
        // It may be there although the disk failed in saying so.
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
        // What was read is written to as well, so that it need not be read again.
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
            // It may be there, and then the other tabs have to look, too.
            (Some(StorageWrite::Answer(_)), StorageError::Dead) => {
                self.request = None;
                self.stale = true;
                effects.push(ClientEffect::Tell);
            }
            // It stays the first, and is written again unless it turns out to be there.
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

    /// One thing at a time with the disk; the network besides.
    fn go_on(&mut self, effects: &mut Vec<ClientEffect>) {
        if self.reading || self.writing.is_some() {
            return;
        }
        if std::mem::take(&mut self.stale) {
            self.reading = true;
            effects.push(ClientEffect::Read);
            return;
        }
        // Somebody waits for what they asked for; an answer waits for nobody.
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
        // What an older build skipped is asked for again.
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

    /// The request that is to be sent, as it is by now; `None` if there is none any more.
    pub fn request(&mut self) -> Option<SyncRequest> {
        self.request.as_ref()?;
        // What other tabs wrote has other numbers than this one thinks, until it has read them.
        if !self.reading && !self.stale {
            self.request = self.asking();
        }
        self.request.clone()
    }

    /// A request is under way, or what came of it is being written.
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

    /// What every disk does with a write.
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

    /// Ops keep their ids, by which the server knows those that it has done already.
    fn renew(&mut self, device: DeviceId) {
        self.device = device;
        for (n, op) in (1..).zip(&mut self.outbox) {
            (op.n, op.device) = (n, device);
        }
        self.made = self.outbox.len() as u64;
    }
}
