//! Bills: lines, discounts, splitting and merging.

use super::{Decided, found, live, tables};
use crate::{
    currency::Minor,
    id::{BillId, DiscountId, DishId, LineId},
    limits,
    pos::{
        PosState, Record, RecordId, Stock,
        bill::{Bill, BillLine, Discount, Given, Off, Seat, Void},
        op::{Op, OpRefusal, SplitPart},
        right::{Right, VoidReason},
    },
};

/// The bill, the bills that it was merged into, and its table.
pub fn needs(pos: &PosState, bill: BillId, needs: &mut Vec<RecordId>) {
    let mut next = Some(bill);
    while let Some(id) = next {
        needs.push(RecordId::Bill(id));
        let Some(bill) = pos.bill(id) else { return };
        // A closed bill may be opened again.
        if let Seat::Table(table) = bill.seat {
            needs.push(RecordId::Table(table));
        }
        next = bill.merged;
    }
}

/// The dishes of a line whose stock may be counted: the dish and the included dishes.
pub fn dishes(line: &BillLine) -> impl Iterator<Item = DishId> + '_ {
    std::iter::once(line.dish).chain(line.picks.iter().filter_map(|pick| pick.dish))
}

/// Takes portions from the stock; a negative count gives them back.
fn take(pos: &PosState, line: &BillLine, count: i32) -> Decided {
    let mut stocks: Vec<Stock> = Vec::new();
    for dish in dishes(line) {
        let at = match stocks.iter().position(|stock| stock.dish == dish) {
            Some(at) => at,
            None => {
                let Some(stock) = pos.stock(dish) else { continue };
                stocks.push(stock.clone());
                stocks.len() - 1
            }
        };
        let left = i64::from(stocks[at].left) - i64::from(count);
        stocks[at].left = u32::try_from(left).map_err(|_| OpRefusal::SoldOut {
            left: stocks[at].left,
        })?;
    }
    Ok(stocks.into_iter().map(Record::Stock).collect())
}

fn fits(bill: &Bill) -> Result<(), OpRefusal> {
    match bill.lines.len() <= limits::BILL_LINES {
        true => Ok(()),
        false => Err(OpRefusal::Malformed(format!(
            "a bill has {} lines at the most",
            limits::BILL_LINES
        ))),
    }
}

pub fn change(pos: &PosState, bill: BillId, change: impl FnOnce(&mut Bill)) -> Decided {
    let mut bill = live(pos, bill)?;
    change(&mut bill);
    Ok(vec![Record::Bill(bill)])
}

pub fn open(pos: &PosState, op: &Op, id: BillId, seat: &Seat, plus_tax: bool) -> Decided {
    if pos.bill(id).is_some() {
        return Err(OpRefusal::Taken);
    }
    let merged = tables::bill_at(pos, seat).filter(|there| *there != id);
    Ok(vec![Record::Bill(Bill {
        served_by: op.by,
        plus_tax,
        merged,
        ..Bill::new(id, seat.clone(), op.at)
    })])
}

pub fn add(pos: &PosState, bill: BillId, line: &BillLine) -> Decided {
    let mut bill = live(pos, bill)?;
    if bill.line(line.id).is_some() {
        return Err(OpRefusal::Taken);
    }
    let mut records = take(pos, line, i32::from(line.count))?;
    bill.lines.push(line.clone());
    bill.closed = false;
    fits(&bill)?;
    records.push(Record::Bill(bill));
    Ok(records)
}

pub fn count(pos: &PosState, op: &Op, (bill, line): (BillId, LineId), by: i16) -> Decided {
    let mut bill = live(pos, bill)?;
    let line = bill.line_mut(line).ok_or(OpRefusal::Unknown)?;
    let count = i32::from(line.count) + i32::from(by);
    let count = u16::try_from(count).map_err(|_| OpRefusal::TooFew)?;
    let mut records = take(pos, line, i32::from(by))?;
    // The kitchen has been told, and the device did not know it, or does not ask yet why.
    let told = line.voids(by);
    line.count = count;
    let line = line.clone();
    if told > 0 {
        note_void(pos, op, &mut bill, (&line, told), VoidReason::NotSaid)?;
    }
    bill.closed = false;
    records.push(Record::Bill(bill));
    Ok(records)
}

pub fn void(
    pos: &PosState,
    op: &Op,
    (bill, line): (BillId, LineId),
    count: u16,
    reason: VoidReason,
) -> Decided {
    let mut bill = live(pos, bill)?;
    let of = bill.line_mut(line).ok_or(OpRefusal::Unknown)?;
    let left = of.count.checked_sub(count).ok_or(OpRefusal::TooFew)?;
    let mut records = match reason.gives_back() {
        true => take(pos, of, -i32::from(count))?,
        false => Vec::new(),
    };
    of.count = left;
    let of = of.clone();
    note_void(pos, op, &mut bill, (&of, count), reason)?;
    reopen(&mut bill);
    records.push(Record::Bill(bill));
    Ok(records)
}

fn note_void(
    pos: &PosState,
    op: &Op,
    bill: &mut Bill,
    (line, count): (&BillLine, u16),
    reason: VoidReason,
) -> Result<(), OpRefusal> {
    if bill.voids.len() >= limits::VOIDS {
        return Err(OpRefusal::Malformed(format!(
            "a bill has {} voids at the most",
            limits::VOIDS
        )));
    }
    bill.voids.push(Void {
        op: op.id,
        at: op.at,
        till: op.device,
        name: line.name.clone(),
        count,
        amount: line.price.times(u32::from(count)),
        reason,
        by: op.by,
        allowance: pos.allowance(Right::Void, op.by, op.approved_by),
    });
    Ok(())
}

pub fn note(pos: &PosState, bill: BillId, line: LineId, note: &str, course: u8) -> Decided {
    let mut bill = live(pos, bill)?;
    let line = bill.line_mut(line).ok_or(OpRefusal::Unknown)?;
    if line.sent > 0 {
        return Err(OpRefusal::Begun);
    }
    (line.note, line.course) = (note.to_owned(), course);
    Ok(vec![Record::Bill(bill)])
}

pub fn split(pos: &PosState, op: &Op, (from, into): (BillId, BillId), parts: &[SplitPart]) -> Decided {
    let mut from = live(pos, from)?;
    let beside = || Bill {
        served_by: op.by,
        plus_tax: from.plus_tax,
        ..Bill::new(into, second_seat(&from), op.at)
    };
    let mut into = pos.merged_bill(into).cloned().unwrap_or_else(beside);
    if from.id == into.id {
        return Ok(Vec::new());
    }
    let sums = from.sums();
    let is_paid_elsewhere = from.seat.is_paid_elsewhere();
    if sums.dishes > Minor::ZERO && !is_paid_elsewhere {
        from.seat.fix_fee(sums.fee);
    }
    for part in parts {
        if into.line(part.becomes).is_some() {
            return Err(OpRefusal::Taken);
        }
        // Somebody may have removed some meanwhile. The guest's bill is made anyway: a payment may follow.
        let Some(line) = from.line_mut(part.line) else {
            continue;
        };
        let count = part.count.min(line.count);
        let sent = line.sent.min(count);
        into.lines.extend((count > 0).then(|| BillLine {
            id: part.becomes,
            count,
            sent,
            ..line.clone()
        }));
        (line.count, line.sent) = (line.count - count, line.sent - sent);
        let all = line.count == 0;
        into.discounts.extend(
            from.discounts
                .iter()
                .filter_map(|discount| goes_along(discount, part, all)),
        );
    }
    // Whoever has the dishes pays for their delivery.
    if sums.fee > Minor::ZERO && from.sums().fee == Minor::ZERO && into.seat.is_paid_elsewhere() {
        into.seat.fix_fee(sums.fee);
        from.seat.waive_fee();
    }
    from.lines.retain(|line| line.count > 0 || line.sent > 0);
    let lines: Vec<LineId> = from.lines.iter().map(|line| line.id).collect();
    from.discounts
        .retain(|discount| discount.line.is_none_or(|line| lines.contains(&line)));
    into.closed = false;
    reopen(&mut from);
    fits(&into)?;
    Ok(vec![Record::Bill(from), Record::Bill(into)])
}

/// Of a second bill of the same guests: the delivery is paid once.
fn second_seat(bill: &Bill) -> Seat {
    let mut seat = bill.seat.clone();
    seat.waive_fee();
    seat
}

/// A part keeps its price on the other bill: percentages apply there, too. A fixed amount moves only with
/// its whole line.
fn goes_along(discount: &Discount, part: &SplitPart, all: bool) -> Option<Discount> {
    let goes = match (discount.line, discount.off) {
        (None, off) => matches!(off, Off::Millionths(_)),
        (Some(line), Off::Millionths(_)) => line == part.line,
        (Some(line), Off::Amount(_)) => line == part.line && all,
    };
    // The id is derived, so that a repeated op gives the same one.
    goes.then(|| Discount {
        id: DiscountId(discount.id.0 ^ part.becomes.0),
        line: Some(part.becomes),
        ..discount.clone()
    })
}

/// A changed total opens the bill again unless nothing is due: nobody must overlook an open amount.
pub fn reopen(bill: &mut Bill) {
    bill.closed &= bill.due() == Minor::ZERO;
}

/// Payments move along, so that a receipt leads to the bill that took over.
pub fn merge(pos: &PosState, bill: BillId, into: BillId) -> Decided {
    let (mut bill, mut into) = (live(pos, bill)?, live(pos, into)?);
    if bill.id == into.id {
        return Ok(Vec::new());
    }
    if !into.lines.is_empty() && !bill.lines.is_empty() {
        in_amounts(&mut into);
        in_amounts(&mut bill);
    }
    let fee = bill.sums().fee;
    if into.seat.is_paid_elsewhere() && !bill.seat.is_paid_elsewhere() && fee > Minor::ZERO {
        into.seat.fix_fee(fee);
    }
    into.lines.append(&mut bill.lines);
    into.discounts.append(&mut bill.discounts);
    into.payments.append(&mut bill.payments);
    into.voids.append(&mut bill.voids);
    into.tickets.extend(&bill.tickets);
    into.guests = into.guests.saturating_add(bill.guests).min(limits::GUESTS);
    into.closed &= bill.closed;
    bill.guests = 0;
    bill.merged = Some(into.id);
    fits(&into)?;
    Ok(vec![Record::Bill(bill), Record::Bill(into)])
}

/// Fixes percentage discounts of the whole bill as amounts, so that lines of the other bill do not change
/// them.
fn in_amounts(bill: &mut Bill) {
    let sums = bill.sums();
    let whole = bill
        .discounts
        .iter_mut()
        .zip(sums.off)
        .filter(|(discount, _)| discount.line.is_none());
    whole.for_each(|(discount, off)| discount.off = Off::Amount(off));
}

pub fn discount(pos: &PosState, op: &Op, bill: BillId, discount: &Discount) -> Decided {
    let mut bill = live(pos, bill)?;
    if bill.discounts.iter().any(|known| known.id == discount.id) {
        return Err(OpRefusal::Taken);
    }
    if let Some(line) = discount.line {
        found(bill.line(line))?;
    }
    if bill.discounts.len() >= limits::DISCOUNTS {
        return Err(OpRefusal::Malformed(format!(
            "a bill has {} discounts at the most",
            limits::DISCOUNTS
        )));
    }
    bill.discounts.push(Discount {
        by: op.by,
        given: Some(Given {
            at: op.at,
            till: op.device,
        }),
        allowance: pos.allowance(Right::Discount, op.by, op.approved_by),
        ..discount.clone()
    });
    reopen(&mut bill);
    Ok(vec![Record::Bill(bill)])
}

pub fn take_back(pos: &PosState, bill: BillId, discount: DiscountId) -> Decided {
    change(pos, bill, |bill| {
        bill.discounts.retain(|known| known.id != discount);
        reopen(bill);
    })
}

pub fn close(pos: &PosState, bill: BillId) -> Decided {
    let mut bill = live(pos, bill)?;
    if bill.due() != Minor::ZERO {
        return Err(OpRefusal::InUse);
    }
    bill.closed = true;
    Ok(vec![Record::Bill(bill)])
}
