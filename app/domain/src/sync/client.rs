//! The device's side, in one tab of it. It is told what happened and says what is to be done; it waits for nothing itself.

use std::collections::VecDeque;

use super::{Answer, Request, Trouble, together};
use crate::{
    id::{CashierId, DeviceId, OpId},
    pos::{
        House, decide,
        op::{Action, Op, Refusal},
    },
    revision::Revision,
    time::Timestamp,
};

/// What the device's tabs keep together, on its disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub device: DeviceId,
    /// The number of the last op that was made.
    pub made: u64,
    pub outbox: VecDeque<Op>,
    pub copy: Copy,
}

/// What the server said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copy {
    /// What a build must know to read all of it: an older one skips what it does not know.
    pub speaks: u16,
    pub revision: Revision,
    /// When it began to be told all there is, until it has the last page.
    pub began: Option<Revision>,
    pub house: House,
}

/// One transaction on the disk. It is all there or not at all, and once it is said to be there it outlives a loss of power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The disk gives it its number.
    Op {
        speaks: u16,
        wish: Box<Wish>,
    },
    Answer(Box<Answered>),
}

/// What a person wants to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub id: OpId,
    pub at: Timestamp,
    pub by: Option<CashierId>,
    pub action: Action,
}

impl Wish {
    pub fn numbered(self, device: DeviceId, n: u64, speaks: u16) -> Op {
        let Self { id, at, by, action } = self;
        Op {
            id,
            device,
            n,
            speaks,
            at,
            by,
            action,
        }
    }
}

/// An answer, and what it was an answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub device: DeviceId,
    pub since: Revision,
    /// The last op that was sent: only those are done that were asked for.
    pub sent: u64,
    pub speaks: u16,
    pub answer: Answer,
}

/// What the disk made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrote {
    Op(Box<Op>),
    /// Whether the things were written: not if another tab was faster.
    Answer(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// There is no room for it.
    Full,
    /// The handle is dead; it may be there or not.
    Dead,
}

#[derive(Debug)]
pub enum Happened {
    Asked(Wish),
    Read(Kept),
    Wrote(Wrote),
    NotWritten(Failed),
    Answered(Answer),
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
pub enum Effect {
    /// All that is kept, through a handle that works.
    Read,
    Write(Write),
    /// What [`Tab::request`] says once it goes out: now or very soon, so that what is done meanwhile goes along.
    Send,
    /// The other tabs.
    Tell,
    /// It is kept, and its effect can be seen.
    Shown(OpId),
    /// It will not be done, and here is why.
    Refused(OpId, Refusal),
    /// It is not kept: whoever asked must know at once.
    Lost(OpId, Failed),
}

#[derive(Debug)]
struct Asked {
    wish: Wish,
    /// It is on the disk, behind what another tab wrote: it is shown when that is known too.
    kept: bool,
}

pub struct Tab {
    speaks: u16,
    kept: Option<Kept>,
    /// The server's copy with what is still in the outbox.
    shown: House,
    /// The first of them is being written.
    asked: VecDeque<Asked>,
    writing: Option<Write>,
    reading: bool,
    leads: bool,
    /// Others have written since.
    stale: bool,
    /// There is something to send or to ask for.
    wants: bool,
    /// The request that is under way, or whose answer is being written.
    request: Option<Request>,
    answered: Option<Box<Answered>>,
    trouble: Option<Trouble>,
}

impl Tab {
    pub fn start(speaks: u16) -> (Self, Vec<Effect>) {
        let tab = Self {
            speaks,
            kept: None,
            shown: House::default(),
            asked: VecDeque::new(),
            writing: None,
            reading: true,
            leads: false,
            stale: false,
            wants: false,
            request: None,
            answered: None,
            trouble: None,
        };
        (tab, vec![Effect::Read])
    }

    pub fn shown(&self) -> &House {
        &self.shown
    }

    /// What was read last, with what was written since.
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Ops that the server has not confirmed.
    pub fn unsynced(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.outbox.len())
    }

    pub fn happened(&mut self, happened: Happened) -> Vec<Effect> {
        let mut effects = Vec::new();
        match happened {
            Happened::Asked(wish) => self.asked.push_back(Asked { wish, kept: false }),
            Happened::Read(kept) => self.read(kept, &mut effects),
            Happened::Wrote(wrote) => self.wrote(&wrote, &mut effects),
            Happened::NotWritten(failed) => self.not_written(failed, &mut effects),
            Happened::Answered(answer) => self.answered(answer),
            Happened::Unreachable => self.request = None,
            Happened::Told => self.stale = true,
            Happened::Leads(leads) => {
                self.leads = leads;
                self.stale |= leads;
                self.wants |= leads;
            }
            Happened::News => self.wants = true,
            // A tab that was killed after it wrote has told nobody.
            Happened::Woke => {
                self.stale |= self.leads;
                self.wants = true;
            }
        }
        self.go_on(&mut effects);
        effects
    }

    fn read(&mut self, kept: Kept, effects: &mut Vec<Effect>) {
        self.reading = false;
        self.wants |= !kept.outbox.is_empty();
        self.kept = Some(kept);
        self.rebase();
        let Some(kept) = &self.kept else { return };
        // It may be there although the disk failed in saying so.
        if let Some(asked) = self
            .asked
            .pop_front_if(|asked| asked.kept || kept.outbox.iter().any(|op| op.id == asked.wish.id))
        {
            effects.extend([Effect::Shown(asked.wish.id), Effect::Tell]);
        }
    }

    fn wrote(&mut self, wrote: &Wrote, effects: &mut Vec<Effect>) {
        let (Some(write), Some(kept)) = (self.writing.take(), self.kept.as_mut()) else {
            return;
        };
        // What was read is written to as well, so that it need not be read again.
        let others_wrote = kept.write(&write) != *wrote;
        self.stale |= others_wrote;
        effects.push(Effect::Tell);
        match wrote {
            Wrote::Op(_) if others_wrote => self.asked.iter_mut().take(1).for_each(|asked| asked.kept = true),
            Wrote::Op(op) => {
                self.asked.pop_front();
                self.wants = true;
                if let Ok(things) = decide(&self.shown, op) {
                    things.into_iter().for_each(|thing| self.shown.put(thing));
                }
                effects.push(Effect::Shown(op.id));
            }
            Wrote::Answer(_) => {
                self.request = None;
                self.wants |= self.trouble != Some(Trouble::Newer) && !kept.outbox.is_empty();
                self.rebase();
            }
        }
    }

    fn not_written(&mut self, failed: Failed, effects: &mut Vec<Effect>) {
        match (self.writing.take(), failed) {
            (Some(Write::Op { wish, .. }), Failed::Full) => {
                self.asked.pop_front();
                effects.push(Effect::Lost(wish.id, failed));
            }
            (Some(Write::Answer(_)), Failed::Full) => self.request = None,
            // It may be there, and then the other tabs have to look, too.
            (Some(Write::Answer(_)), Failed::Dead) => {
                self.request = None;
                self.stale = true;
                effects.push(Effect::Tell);
            }
            // It stays the first, and is written again unless it turns out to be there.
            (Some(Write::Op { .. }), Failed::Dead) | (None, _) => self.stale = true,
        }
    }

    fn answered(&mut self, answer: Answer) {
        let Some(request) = &self.request else { return };
        self.trouble = answer.trouble;
        self.wants |= answer.more;
        if answer.says_nothing_new(request) {
            self.request = None;
            return;
        }
        let sent = request.ops.last().map_or(0, |op| op.n);
        self.answered = Some(Box::new(Answered {
            device: request.device,
            since: request.since,
            sent,
            speaks: self.speaks,
            answer,
        }));
    }

    fn rebase(&mut self) {
        let Some(kept) = &self.kept else { return };
        self.shown = kept.copy.house.clone();
        for op in &kept.outbox {
            if let Ok(things) = decide(&self.shown, op) {
                things.into_iter().for_each(|thing| self.shown.put(thing));
            }
        }
    }

    /// One thing at a time with the disk; the network besides.
    fn go_on(&mut self, effects: &mut Vec<Effect>) {
        if self.reading || self.writing.is_some() {
            return;
        }
        if std::mem::take(&mut self.stale) {
            self.reading = true;
            effects.push(Effect::Read);
            return;
        }
        // Somebody waits for what they asked for; an answer waits for nobody.
        while let Some(asked) = self.asked.front() {
            let Some(kept) = &self.kept else { return };
            let wish = asked.wish.clone();
            let op = wish.clone().numbered(kept.device, kept.made + 1, self.speaks);
            match decide(&self.shown, &op) {
                Ok(_) => {
                    return self.write(
                        Write::Op {
                            speaks: self.speaks,
                            wish: Box::new(wish),
                        },
                        effects,
                    );
                }
                Err(refusal) => {
                    self.asked.pop_front();
                    effects.push(Effect::Refused(op.id, refusal));
                }
            }
        }
        if let Some(answered) = self.answered.take() {
            return self.write(Write::Answer(answered), effects);
        }
        self.send(effects);
    }

    fn write(&mut self, write: Write, effects: &mut Vec<Effect>) {
        self.writing = Some(write.clone());
        effects.push(Effect::Write(write));
    }

    fn send(&mut self, effects: &mut Vec<Effect>) {
        if self.leads && self.wants && self.request.is_none() {
            self.request = self.asking();
            effects.extend(self.request.as_ref().map(|_| Effect::Send));
        }
    }

    fn asking(&mut self) -> Option<Request> {
        let kept = self.kept.as_ref()?;
        self.wants = false;
        let ops = together(&kept.outbox);
        // What an older build skipped is asked for again.
        let since = if kept.copy.speaks < self.speaks {
            Revision(0)
        } else {
            kept.copy.revision
        };
        Some(Request {
            device: kept.device,
            since,
            began: kept.copy.began,
            ops,
        })
    }

    /// The request that is to be sent, as it is by now; `None` if there is none any more.
    pub fn request(&mut self) -> Option<Request> {
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

impl Kept {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            made: 0,
            outbox: VecDeque::new(),
            copy: Copy::default(),
        }
    }

    /// What every disk does with a write.
    pub fn write(&mut self, write: &Write) -> Wrote {
        match write {
            Write::Op { speaks, wish } => {
                self.made += 1;
                let op = Wish::clone(wish).numbered(self.device, self.made, *speaks);
                self.outbox.push_back(op.clone());
                Wrote::Op(Box::new(op))
            }
            Write::Answer(answered) => Wrote::Answer(self.settle(answered)),
        }
    }

    fn settle(&mut self, answered: &Answered) -> bool {
        let answer = &answered.answer;
        if self.device != answered.device {
            return false;
        }
        match answer.trouble {
            Some(Trouble::Diverged { anew }) => self.renew(anew),
            _ => self.outbox.retain(|op| op.n > answer.done.min(answered.sent)),
        }
        if self.copy.revision != answered.since && !answer.whole {
            return false;
        }
        if answer.whole {
            self.copy = Copy::default();
        }
        self.copy.speaks = answered.speaks;
        self.copy.revision = answer.revision;
        self.copy.began = answer.began;
        answer
            .things
            .iter()
            .for_each(|thing| self.copy.house.put(thing.clone()));
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
