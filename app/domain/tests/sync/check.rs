//! The invariants that hold when every device has synced.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    currency::Minor,
    id::{DishId, OpId, ShiftId},
    pos::{
        bill::Void,
        op::{Action, Op},
        payment::TenderMethod,
    },
};

use crate::{
    people,
    world::{Device, World},
};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    pub lost: usize,
    pub doubled: usize,
    pub reordered: usize,
    pub stuck: usize,
    pub unequal: usize,
}

impl Found {
    pub fn is_good(self) -> bool {
        self == Self::default()
    }

    pub fn plus(self, other: Self) -> Self {
        Self {
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
            reordered: self.reordered + other.reordered,
            stuck: self.stuck + other.stuck,
            unequal: self.unequal + other.unequal,
        }
    }
}

pub fn check(world: &World, rests: bool) -> Found {
    let decided: Vec<OpId> = world.server.log.iter().map(|decided| decided.op.id).collect();
    let once: BTreeSet<OpId> = decided.iter().copied().collect();
    let lost = world
        .devices
        .iter()
        .flat_map(|device| &device.shown)
        .filter(|op| !once.contains(op))
        .count();
    let crowded: usize = world.devices.iter().map(|device| device.crowded).sum();
    Found {
        lost: lost + unpaid(world),
        doubled: decided.len() - once.len() + crowded,
        reordered: world
            .devices
            .iter()
            .filter(|device| is_reordered(device, &decided))
            .count(),
        stuck: usize::from(!rests),
        unequal: usize::from(
            rests
                && (!is_equal(world)
                    || !books_agree(world)
                    || !receipts_agree(world)
                    || !rights_agree(world)
                    || owes_unseen(world)),
        ),
    }
}

/// Money that somebody saw taken is in the books, whatever else became of the bill.
fn unpaid(world: &World) -> usize {
    let refused = world.server.log.iter().filter(|decided| {
        !decided.granted && matches!(decided.op.action, Action::Pay { .. } | Action::TakeOrder { .. })
    });
    refused
        .filter(|decided| {
            world
                .devices
                .iter()
                .any(|device| !device.restored && device.shown.contains(&decided.op.id))
        })
        .count()
}

fn is_reordered(device: &Device, decided: &[OpId]) -> bool {
    let place = |op: &Op| decided.iter().position(|other| *other == op.id);
    let mut seen = BTreeSet::new();
    let places: Vec<usize> = device
        .committed
        .iter()
        .filter(|op| seen.insert(op.id))
        .filter_map(place)
        .collect();
    !places.is_sorted()
}

fn is_equal(world: &World) -> bool {
    world.devices.iter().all(|device| {
        device.disk.kept.replica.pos == world.server.pos
            && device.tabs.iter().all(|page| *page.tab.pos() == world.server.pos)
    })
}

/// The same books, kept by adding up what was granted.
fn books_agree(world: &World) -> bool {
    let mut drawers: BTreeMap<ShiftId, Minor> = BTreeMap::new();
    let mut left: BTreeMap<DishId, i64> = people::COUNTED
        .iter()
        .map(|(dish, left)| (DishId(*dish), i64::from(*left)))
        .collect();
    let mut lines = BTreeMap::new();
    let mut paid = BTreeMap::new();
    let mut take = |dish: DishId, count: i64| {
        if let Some(left) = left.get_mut(&dish) {
            *left -= count;
        }
    };
    for decided in world.server.log.iter().filter(|decided| decided.granted) {
        match &decided.op.action {
            Action::OpenShift { shift, float } => drop(drawers.insert(*shift, *float)),
            Action::MoveCash { shift, amount, .. } => add(&mut drawers, *shift, *amount),
            Action::Pay { shift, tender, .. } | Action::TakeOrder { shift, tender, .. } => {
                paid.insert(tender.id, tender.method);
                if tender.method == TenderMethod::Cash {
                    add(&mut drawers, *shift, tender.taken());
                }
            }
            Action::Refund {
                payment, back, shift, ..
            } if paid.get(payment) == Some(&TenderMethod::Cash) => add(&mut drawers, *shift, -back.amount),
            Action::Add { line, .. } => {
                lines.insert(line.id, line.dish);
                take(line.dish, i64::from(line.count));
            }
            Action::Split { parts, .. } => {
                let moved: Vec<_> = parts
                    .iter()
                    .filter_map(|part| Some((part.becomes, *lines.get(&part.line)?)))
                    .collect();
                lines.extend(moved);
            }
            Action::Void {
                line, count, reason, ..
            } if reason.gives_back() => lines
                .get(line)
                .into_iter()
                .for_each(|dish| take(*dish, -i64::from(*count))),
            Action::Count { line, by, .. } => lines
                .get(line)
                .into_iter()
                .for_each(|dish| take(*dish, i64::from(*by))),
            _ => {}
        }
    }
    let pos = &world.server.pos;
    drawers
        .iter()
        .all(|(shift, cash)| pos.shift(*shift).is_some_and(|shift| shift.expected() == *cash))
        && left.iter().all(|(dish, left)| {
            *left >= 0
                && pos
                    .stock(*dish)
                    .is_some_and(|stock| i64::from(stock.left) == *left)
        })
}

fn add(drawers: &mut BTreeMap<ShiftId, Minor>, shift: ShiftId, amount: Minor) {
    if let Some(cash) = drawers.get_mut(&shift) {
        *cash += amount;
    }
}

/// Nobody overlooks an open amount: a closed bill of which nothing was given back has nothing due.
fn owes_unseen(world: &World) -> bool {
    world.server.pos.bills().any(|bill| {
        let refunds = bill.payments.iter().any(|payment| !payment.refunds.is_empty());
        bill.closed && bill.merged.is_none() && !refunds && bill.due() > Minor::ZERO
    })
}

/// The books say by what right something was done: as the op has it that the device stored, once for each.
fn rights_agree(world: &World) -> bool {
    let granted: BTreeSet<OpId> = world
        .server
        .log
        .iter()
        .filter(|decided| decided.granted)
        .map(|decided| decided.op.id)
        .collect();
    let pos = &world.server.pos;
    let ops: BTreeMap<OpId, &Op> = world
        .devices
        .iter()
        .flat_map(|device| &device.committed)
        .filter(|op| granted.contains(&op.id))
        .map(|op| (op.id, op))
        .collect();
    ops.values().all(|op| {
        let expected = people::allowance((op.by, op.approved_by));
        match &op.action {
            Action::Void { .. } => {
                let voids: Vec<&Void> = pos
                    .bills()
                    .flat_map(|bill| &bill.voids)
                    .filter(|void| void.op == op.id)
                    .collect();
                matches!(voids[..], [void] if void.allowance == expected && void.by == op.by)
            }
            Action::Refund { back, .. } => pos
                .payments()
                .flat_map(|(_, payment)| &payment.refunds)
                .filter(|refund| refund.back.id == back.id)
                .all(|refund| refund.allowance == expected),
            _ => true,
        }
    })
}

/// Each till's receipts count from one without a gap, and say what was printed.
fn receipts_agree(world: &World) -> bool {
    let mut numbers: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    let all: BTreeMap<_, _> = world
        .server
        .pos
        .payments()
        .map(|(_, payment)| (payment.id, payment.receipt))
        .collect();
    let each_once = all
        .values()
        .all(|receipt| numbers.entry(receipt.till).or_default().insert(receipt.number));
    let no_gap = numbers
        .values()
        .all(|numbers| numbers.last() == Some(&(numbers.len() as u32)));
    let as_printed = |device: &Device| {
        device.restored
            || device
                .receipts
                .iter()
                .all(|(payment, receipt)| all.get(payment) == Some(receipt))
    };
    each_once && no_gap && world.devices.iter().all(as_printed)
}
