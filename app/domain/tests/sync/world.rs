//! Devices, their tabs, a network and a server, and the faults that can occur between any two of their steps.

use std::collections::VecDeque;

use servery_domain::{
    id::{DeviceId, DishId, OpId, PaymentId},
    pos::{
        PosState, Record, RecordId, Stock,
        op::{Action, OP_VERSION, Op},
        payment::ReceiptNumber,
    },
    sync::{
        SyncRequest, SyncResponse,
        client::{ClientEffect, ClientEvent, NewOp, StorageResult, StorageWrite, StoredState, SyncClient},
    },
    time::Timestamp,
};

use crate::{
    dice::Dice,
    disk::{Disk, Luck},
    people,
    server::Server,
};

/// Rules that are left out, to see that it is noticed.
#[derive(Clone, Copy, Default)]
pub struct Broken {
    pub dedupe: bool,
    pub relaxed: bool,
    pub leaderless: bool,
    pub blocking: bool,
    /// The server forgets who approved an act.
    pub unapproved: bool,
}

crate::faults! {
    Crash, PowerLoss, Lost, Repeated, Timeout, ServerCrash, Full, DeadHandle, Cut, Update, Restore
}

pub struct Device {
    pub disk: Disk,
    pub tabs: Vec<Page>,
    leader: Option<u64>,
    /// Its clock is off by so many seconds.
    skew: i64,
    cut: bool,
    backup: StoredState,
    /// Ops as its disk committed them.
    pub committed: Vec<Op>,
    /// Those that a person saw done.
    pub shown: Vec<OpId>,
    pub receipts: Vec<(PaymentId, ReceiptNumber)>,
    pub restored: bool,
    /// A tab asked while another of the same device did.
    pub crowded: usize,
}

pub struct Page {
    id: u64,
    pub tab: SyncClient,
    disk: VecDeque<Job>,
    told: usize,
    /// Its request that is under way.
    asking: Option<u64>,
    /// It has one that is not under way yet.
    sends: bool,
}

enum Job {
    Read,
    Write(StorageWrite),
}

struct Message {
    id: u64,
    device: usize,
    page: u64,
    request: SyncRequest,
    answer: Option<SyncResponse>,
}

pub struct World {
    pub dice: Dice,
    pub server: Server,
    pub devices: Vec<Device>,
    net: Vec<Message>,
    faults: Faults,
    broken: Broken,
    healing: bool,
    now: i64,
    next: u64,
    /// What happened, for who has to find out why.
    pub story: Option<Vec<String>>,
}

macro_rules! say {
    ($world:expr, $($what:tt)*) => {
        if let Some(story) = &mut $world.story {
            story.push(format!($($what)*));
        }
    };
}

impl World {
    pub fn new(seed: u64, faults: Faults, broken: Broken, told: bool) -> Self {
        let mut dice = Dice::new(seed);
        let stock = people::COUNTED.map(|(dish, left)| {
            Record::Stock(Stock {
                dish: DishId(dish),
                left,
            })
        });
        let cashiers = people::cashiers().map(Record::Cashier);
        let records = stock.into_iter().chain(cashiers);
        let server = Server::new(PosState::from_iter(records), OP_VERSION, broken);
        let mut world = Self {
            server,
            devices: Vec::new(),
            net: Vec::new(),
            faults,
            broken,
            healing: false,
            now: 1_700_000_000,
            next: 0,
            story: told.then(Vec::new),
            dice: Dice::new(seed ^ 0xabcd),
        };
        for _ in 0..1 + dice.below(3) {
            let kept = StoredState::new(DeviceId(dice.id()));
            let skew = dice.below(2 * 86_400) as i64 - 86_400;
            world.devices.push(Device {
                disk: Disk::new(kept.clone(), broken.relaxed),
                tabs: Vec::new(),
                leader: None,
                skew,
                cut: false,
                backup: kept,
                committed: Vec::new(),
                shown: Vec::new(),
                receipts: Vec::new(),
                restored: false,
                crowded: 0,
            });
            let device = world.devices.len() - 1;
            (0..1 + dice.below(2)).for_each(|_| world.open_tab(device));
        }
        world
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn unlucky(&mut self, fault: Fault, times: u64) -> bool {
        !self.healing && self.faults.has(fault) && self.dice.one_in(times)
    }

    fn open_tab(&mut self, device: usize) {
        let newer = self.server.op_version > OP_VERSION || self.unlucky(Fault::Update, 4);
        let (tab, effects) = SyncClient::start(if newer { OP_VERSION + 1 } else { OP_VERSION });
        let id = self.id();
        self.devices[device].tabs.push(Page {
            id,
            tab,
            disk: VecDeque::new(),
            told: 0,
            asking: None,
            sends: false,
        });
        say!(
            self,
            "device {device} opens tab {id}{}",
            if newer { " of the newer build" } else { "" }
        );
        self.effects(device, id, effects);
    }

    fn close_tab(&mut self, device: usize, at: usize) {
        let of = &mut self.devices[device];
        let page = of.tabs.remove(at);
        if of.leader == Some(page.id) {
            of.leader = None;
        }
        say!(self, "device {device}: tab {} is killed", page.id);
    }

    fn page(&mut self, device: usize, id: u64) -> Option<&mut Page> {
        self.devices[device].tabs.iter_mut().find(|page| page.id == id)
    }

    fn tell(&mut self, device: usize, id: u64, happened: ClientEvent) {
        let Some(page) = self.page(device, id) else { return };
        let effects = page.tab.handle(happened);
        self.effects(device, id, effects);
    }

    fn effects(&mut self, device: usize, id: u64, effects: Vec<ClientEffect>) {
        for effect in effects {
            match effect {
                ClientEffect::Read => self
                    .page(device, id)
                    .into_iter()
                    .for_each(|page| page.disk.push_back(Job::Read)),
                ClientEffect::Write(write) => self
                    .page(device, id)
                    .into_iter()
                    .for_each(|page| page.disk.push_back(Job::Write(write.clone()))),
                ClientEffect::Send => self
                    .page(device, id)
                    .into_iter()
                    .for_each(|page| page.sends = true),
                ClientEffect::NotifyTabs => self.devices[device]
                    .tabs
                    .iter_mut()
                    .filter(|page| page.id != id)
                    .for_each(|page| page.told += 1),
                ClientEffect::Applied(op) => self.shown(device, id, op),
                ClientEffect::Refused(_, why) => say!(self, "device {device}: tab {id} refuses: {why:?}"),
                ClientEffect::NotStored(_, why) => say!(
                    self,
                    "device {device}: tab {id} says that it could not keep it: {why:?}"
                ),
            }
        }
    }

    fn shown(&mut self, device: usize, id: u64, op: OpId) {
        say!(self, "device {device}: tab {id} shows {op}");
        let of = &mut self.devices[device];
        of.shown.push(op);
        let paid = of
            .committed
            .iter()
            .find(|made| made.id == op)
            .and_then(|made| match &made.action {
                Action::Pay { bill, tender, .. } => Some((RecordId::Bill(*bill), tender.id)),
                Action::TakeOrder { order, tender, .. } => Some((RecordId::OrderPayment(*order), tender.id)),
                _ => None,
            });
        let Some((record, payment)) = paid else { return };
        let Some(pos) = of
            .tabs
            .iter()
            .find(|page| page.id == id)
            .map(|page| page.tab.pos())
        else {
            return;
        };
        let payments = match record {
            RecordId::Bill(bill) => pos.merged_bill(bill).map(|bill| &bill.payments),
            RecordId::OrderPayment(order) => pos.order_payment(order).map(|taken| &taken.payments),
            _ => None,
        };
        let receipt = payments
            .into_iter()
            .flatten()
            .find(|paid| paid.id == payment)
            .map(|paid| paid.receipt);
        of.receipts.extend(receipt.map(|receipt| (payment, receipt)));
    }

    /// What was to be sent goes out, sooner or later.
    fn post(&mut self, device: usize) {
        let ready = |page: &mut Page| {
            Some((
                page.id,
                std::mem::take(&mut page.sends).then(|| page.tab.request())??,
            ))
        };
        let ready: Vec<_> = self.devices[device].tabs.iter_mut().filter_map(ready).collect();
        ready
            .into_iter()
            .for_each(|(page, request)| self.send(device, page, request));
    }

    fn send(&mut self, device: usize, page: u64, request: SyncRequest) {
        let of = &mut self.devices[device];
        of.crowded += usize::from(
            of.tabs
                .iter()
                .any(|other| other.id != page && other.asking.is_some()),
        );
        let id = self.id();
        let numbers = || {
            request
                .ops
                .first()
                .map(|first| format!("{} to {}", first.n, request.ops.last().map_or(0, |last| last.n)))
        };
        say!(
            self,
            "device {device}: tab {page} sends {} since {}",
            numbers().unwrap_or("nothing".into()),
            request.since.0
        );
        if let Some(page) = self.page(device, page) {
            page.asking = Some(id);
        }
        if self.unlucky(Fault::Repeated, 10) {
            self.net.push(Message {
                id: 0,
                device,
                page,
                request: request.clone(),
                answer: None,
            });
        }
        self.net.push(Message {
            id,
            device,
            page,
            request,
            answer: None,
        });
    }

    /// One thing happens.
    pub fn step(&mut self) {
        self.now += 1;
        let device = self.dice.below(self.devices.len());
        self.lead(device);
        match self.dice.below(16) {
            0..3 if !self.healing => self.person(device),
            0..7 => self.disk(device),
            7..10 => self.network(),
            10 => self.post(device),
            11 => self.hear(device),
            12 => self.wake(device),
            13 => self.give_up(device),
            14 => self.mishap(device),
            _ => self.disk(device),
        }
    }

    fn lead(&mut self, device: usize) {
        let of = &self.devices[device];
        let heirs: Vec<u64> = match (self.broken.leaderless, of.leader) {
            (false, Some(_)) => return,
            (false, None) => of.tabs.first().map(|page| page.id).into_iter().collect(),
            (true, _) => of.tabs.iter().map(|page| page.id).collect(),
        };
        self.devices[device].leader = heirs.first().copied();
        for id in heirs {
            self.tell(device, id, ClientEvent::Leader(true));
        }
    }

    fn person(&mut self, device: usize) {
        if self.devices[device].tabs.is_empty() {
            return self.open_tab(device);
        }
        let at = self.dice.below(self.devices[device].tabs.len());
        let (own, of) = (self.devices[device].disk.kept.device, &self.devices[device]);
        let Some(action) = people::new_op(&mut self.dice, own, of.tabs[at].tab.pos()) else {
            return;
        };
        let (id, page, at) = (
            OpId(self.dice.id()),
            of.tabs[at].id,
            Timestamp(self.now + of.skew),
        );
        let (by, approved_by) = people::signed_in(&mut self.dice);
        say!(self, "device {device}: tab {page} is asked {id}: {action:?}");
        self.tell(
            device,
            page,
            ClientEvent::OpRequested(Box::new(NewOp {
                id,
                at,
                by,
                approved_by,
                action,
            })),
        );
    }

    fn disk(&mut self, device: usize) {
        let at = self.dice.below(self.devices[device].tabs.len());
        let Some(page) = self.devices[device].tabs.get_mut(at) else {
            return;
        };
        let (id, Some(job)) = (page.id, page.disk.pop_front()) else {
            return;
        };
        let happened = match job {
            Job::Read => ClientEvent::StateRead(self.devices[device].disk.kept.clone()),
            Job::Write(write) => self.write(device, id, &write),
        };
        // The page may be killed after the disk has it and before it hears so.
        if self.unlucky(Fault::Crash, 40) {
            let at = self.devices[device].tabs.iter().position(|page| page.id == id);
            return at.into_iter().for_each(|at| self.close_tab(device, at));
        }
        self.tell(device, id, happened);
    }

    fn write(&mut self, device: usize, page: u64, write: &StorageWrite) -> ClientEvent {
        let luck = match () {
            () if self.unlucky(Fault::Full, 60) => Luck::Full,
            () if self.unlucky(Fault::DeadHandle, 40) => Luck::Dead {
                after: self.dice.one_in(2),
            },
            () => Luck::Good,
        };
        let (told, wrote) = self.devices[device].disk.write(write, luck);
        if let Some(StorageResult::Op(op)) = wrote {
            say!(self, "device {device}: the disk has {} as {}", op.id, op.n);
            self.devices[device].committed.push(*op);
        } else {
            say!(
                self,
                "device {device}: the disk took an answer from tab {page}: {told:?}"
            );
        }
        told.map_or_else(ClientEvent::WriteFailed, ClientEvent::Written)
    }

    fn network(&mut self) {
        if self.net.is_empty() {
            return;
        }
        let at = self.dice.below(self.net.len());
        let mut message = self.net.swap_remove(at);
        let device = message.device;
        if self.devices[device].cut && !self.healing || self.unlucky(Fault::Lost, 12) {
            return say!(self, "the network loses a message of device {device}");
        }
        if message.answer.is_some() {
            return self.arrive(message);
        }
        if self.unlucky(Fault::ServerCrash, 30) {
            return say!(self, "the server dies before it commits");
        }
        let new_device = DeviceId(self.dice.id());
        let known = self.server.log.len();
        let answer = self.server.answer(&message.request, || new_device);
        for decided in self.server.log[known..].iter().filter(|decided| !decided.granted) {
            say!(
                self,
                "the server refuses {} of device {device}: {:?}",
                decided.op.n,
                decided.op.action
            );
        }
        say!(
            self,
            "the server has done up to {} of device {device} (revision {}, {:?})",
            answer.done,
            answer.revision.0,
            answer.sync_problem
        );
        if self.unlucky(Fault::ServerCrash, 30) {
            return say!(self, "the server dies after it committed");
        }
        message.answer = Some(answer);
        self.net.push(message);
    }

    fn arrive(&mut self, message: Message) {
        let Message {
            id,
            device,
            page,
            answer: Some(answer),
            ..
        } = message
        else {
            return;
        };
        let Some(waiting) = self.page(device, page).filter(|page| page.asking == Some(id)) else {
            return;
        };
        waiting.asking = None;
        self.tell(device, page, ClientEvent::Response(answer));
    }

    fn hear(&mut self, device: usize) {
        let Some(page) = self.devices[device].tabs.iter_mut().find(|page| page.told > 0) else {
            return;
        };
        page.told = 0;
        let id = page.id;
        self.tell(device, id, ClientEvent::OtherTabWrote);
    }

    fn wake(&mut self, device: usize) {
        let pages: Vec<u64> = self.devices[device].tabs.iter().map(|page| page.id).collect();
        pages
            .into_iter()
            .for_each(|page| self.tell(device, page, ClientEvent::Wake));
    }

    /// A request that got lost is given up; one that is still under way only if there is a reason.
    fn give_up(&mut self, device: usize) {
        let early = self.unlucky(Fault::Timeout, 6);
        let lost = |page: &&mut Page, net: &[Message]| {
            page.asking
                .is_some_and(|id| early || !net.iter().any(|message| message.id == id))
        };
        let Some(page) = self.devices[device]
            .tabs
            .iter_mut()
            .find(|page| lost(page, &self.net))
        else {
            return;
        };
        page.asking = None;
        let id = page.id;
        say!(self, "device {device}: tab {id} waits no longer");
        self.tell(device, id, ClientEvent::Unreachable);
    }

    fn mishap(&mut self, device: usize) {
        let tabs = self.devices[device].tabs.len();
        if tabs == 0 || tabs < 3 && !self.healing && self.dice.one_in(6) {
            return self.open_tab(device);
        }
        if self.unlucky(Fault::Crash, 3) {
            let at = self.dice.below(tabs);
            return self.close_tab(device, at);
        }
        if self.unlucky(Fault::Cut, 5) {
            self.devices[device].cut = !self.devices[device].cut;
            return say!(
                self,
                "device {device}: the network is {}",
                if self.devices[device].cut { "cut" } else { "back" }
            );
        }
        if self.unlucky(Fault::PowerLoss, 12) {
            (0..tabs).for_each(|_| self.close_tab(device, 0));
            self.devices[device].disk.lose_power();
            return say!(self, "device {device} loses power");
        }
        if self.unlucky(Fault::Update, 40) {
            self.server.op_version = OP_VERSION + 1;
            return say!(self, "the server is updated");
        }
        if self.unlucky(Fault::Restore, 60) {
            return self.restore(device);
        }
        if self.dice.one_in(4) {
            self.devices[device].disk.flush();
            self.devices[device].backup = self.devices[device].disk.kept.clone();
        }
    }

    /// The device's storage is what it was some time ago. What it had not sent by then is gone with it.
    fn restore(&mut self, device: usize) {
        let tabs = self.devices[device].tabs.len();
        (0..tabs).for_each(|_| self.close_tab(device, 0));
        let of = &mut self.devices[device];
        let backup = of.backup.clone();
        let unsent = of.disk.kept.outbox.iter().map(|op| op.id);
        let gone: Vec<OpId> = unsent
            .filter(|id| !backup.outbox.iter().any(|op| op.id == *id))
            .collect();
        of.shown.retain(|op| !gone.contains(op));
        of.restored = true;
        of.disk.restore(backup);
        say!(self, "device {device}: an older copy of its storage is put back");
    }

    /// Nothing goes wrong any more. Whether everything came to rest.
    pub fn heal(&mut self) -> bool {
        self.healing = true;
        say!(self, "from here on nothing goes wrong");
        if self.faults.has(Fault::Update) {
            self.server.op_version = OP_VERSION + 1;
        }
        for device in 0..self.devices.len() {
            self.devices[device].cut = false;
            if self.devices[device].tabs.is_empty() {
                self.open_tab(device);
            }
        }
        for _ in 0..60 {
            (0..self.devices.len()).for_each(|device| self.wake(device));
            (0..400).for_each(|_| self.step());
            if self.is_at_rest() {
                return true;
            }
        }
        false
    }

    fn is_at_rest(&self) -> bool {
        let rests = |page: &Page| page.disk.is_empty() && page.told == 0 && page.tab.unsynced() == 0;
        let knows = |device: &Device| {
            device.disk.kept.outbox.is_empty() && device.disk.kept.replica.revision == self.server.revision
        };
        self.devices
            .iter()
            .all(|device| device.tabs.iter().all(rests) && knows(device))
    }
}
