//! Money and drawers.

use super::{Decided, found, live};
use crate::{
    currency::Minor,
    id::{BillId, MoveId, OrderId, PaymentId, RunId, ShiftId},
    pos::{
        House, Thing, Till,
        bill::{Bill, Seat},
        op::{Op, Refusal},
        order_payment::Taken,
        payment::{Back, Owed, Payment, Receipt, Refund, Tender, Way},
        shift::{Closed, Move, Shift},
    },
};

fn till(house: &House, op: &Op) -> Till {
    house
        .till(op.device)
        .cloned()
        .unwrap_or_else(|| Till::new(op.device))
}

/// Into the drawer, under the till's next number.
fn put_in(op: &Op, till: &mut Till, shift: &mut Shift, tender: &Tender) -> Payment {
    till.receipts += 1;
    let receipt = Receipt {
        till: op.device,
        number: till.receipts,
    };
    shift.take(tender.way, tender.taken());
    Payment {
        tender: tender.clone(),
        at: op.at,
        shift: shift.id,
        receipt,
        by: op.by,
        refunds: Vec::new(),
    }
}

pub fn pay(house: &House, op: &Op, bill: BillId, shift: ShiftId, tender: &Tender) -> Decided {
    let mut shift = found(house.shift(shift))?;
    // What made the bill may have been refused. The money is there.
    let mut bill = live(house, bill).unwrap_or_else(|_| Bill::new(bill, Seat::Counter, op.at));
    if bill.payments.iter().any(|paid| paid.id == tender.id) {
        return Err(Refusal::Taken);
    }
    let mut till = till(house, op);
    bill.payments.push(put_in(op, &mut till, &mut shift, tender));
    bill.closed = bill.due() == Minor::ZERO;
    Ok(vec![Thing::Bill(bill), Thing::Shift(shift), Thing::Till(till)])
}

/// Whatever has become of the order, the money is there.
pub fn take_order(house: &House, op: &Op, order: OrderId, shift: ShiftId, tender: &Tender) -> Decided {
    let (mut shift, mut till) = (found(house.shift(shift))?, till(house, op));
    let taken = take(house, op, order, (&mut till, &mut shift), tender)?;
    Ok(vec![Thing::Taken(taken), Thing::Shift(shift), Thing::Till(till)])
}

fn take(
    house: &House,
    op: &Op,
    order: OrderId,
    (till, shift): (&mut Till, &mut Shift),
    tender: &Tender,
) -> Result<Taken, Refusal> {
    let taxes = || {
        house
            .order(order)
            .map_or_else(Vec::new, |order| order.ordered.taxes.clone())
    };
    let first = || Taken {
        order,
        owed: tender.amount,
        taxes: taxes(),
        payments: Vec::new(),
    };
    let mut taken = house.taken(order).cloned().unwrap_or_else(first);
    if taken.payments.iter().any(|paid| paid.id == tender.id) {
        return Err(Refusal::Taken);
    }
    taken.payments.push(put_in(op, till, shift, tender));
    Ok(taken)
}

/// What the courier collected at the doors pays for those orders; what is more or less than they cost is a move of cash under the courier's name.
pub fn hand_in(
    house: &House,
    op: &Op,
    (id, run, shift): (MoveId, RunId, ShiftId),
    orders: &[OrderId],
    amount: Minor,
) -> Decided {
    let (mut run, mut shift, mut till) = (
        found(house.run(run))?,
        found(house.shift(shift))?,
        till(house, op),
    );
    // Said again, it has the same name.
    let name = |order: OrderId| PaymentId(id.0 ^ order.0);
    if orders
        .iter()
        .any(|order| house.payment(Owed::Order(*order), name(*order)).is_some())
    {
        return Err(Refusal::Taken);
    }
    let mut things = Vec::new();
    let mut rest = amount;
    for order in orders.iter().filter_map(|order| house.order(*order)) {
        let tender = house.tender(order, name(order.id), Way::Cash);
        if tender.taken() > Minor::ZERO && tender.taken() <= rest {
            rest = rest - tender.taken();
            things.push(Thing::Taken(take(
                house,
                op,
                order.id,
                (&mut till, &mut shift),
                &tender,
            )?));
        }
    }
    if rest != Minor::ZERO || things.is_empty() {
        let courier = house.device(run.courier).map(|courier| courier.name.clone());
        shift.put(Move {
            id,
            at: op.at,
            amount: rest,
            reason: courier.unwrap_or_default(),
        })?;
    }
    run.handed_in = Some(run.handed_in.unwrap_or_default() + amount);
    things.extend([Thing::Run(run), Thing::Shift(shift), Thing::Till(till)]);
    Ok(things)
}

/// Out of the drawer, by the way it came.
pub fn refund(
    house: &House,
    op: &Op,
    (owed, payment): (Owed, PaymentId),
    back: &Back,
    shift: ShiftId,
) -> Decided {
    let mut shift = found(house.shift(shift))?;
    let (thing, way) = match owed {
        Owed::Bill(bill) => {
            let mut bill = live(house, bill)?;
            let way = give_back(op, &mut bill.payments, payment, back, shift.id)?;
            (Thing::Bill(bill), way)
        }
        Owed::Order(order) => {
            let mut taken = found(house.taken(order))?;
            let way = give_back(op, &mut taken.payments, payment, back, shift.id)?;
            (Thing::Taken(taken), way)
        }
    };
    shift.take(way, -(back.amount + back.rounding));
    Ok(vec![thing, Thing::Shift(shift)])
}

fn give_back(
    op: &Op,
    payments: &mut [Payment],
    payment: PaymentId,
    back: &Back,
    shift: ShiftId,
) -> Result<Way, Refusal> {
    let payment = payments
        .iter_mut()
        .find(|paid| paid.id == payment)
        .ok_or(Refusal::Unknown)?;
    if payment.refunds.iter().any(|known| known.back.id == back.id) {
        return Err(Refusal::Taken);
    }
    payment.refunds.push(Refund {
        back: back.clone(),
        at: op.at,
        shift,
        by: op.by,
    });
    Ok(payment.way)
}

pub fn open_shift(house: &House, op: &Op, shift: ShiftId, float: Minor) -> Decided {
    if house.shift(shift).is_some() {
        return Err(Refusal::Taken);
    }
    // The float is in the drawer, whatever else is open: a page offers it only where no shift is.
    let till = Till {
        shift: Some(shift),
        ..till(house, op)
    };
    let shift = Shift {
        opened_by: op.by,
        ..Shift::new(shift, op.device, op.at, float)
    };
    Ok(vec![Thing::Shift(shift), Thing::Till(till)])
}

pub fn move_cash(
    house: &House,
    op: &Op,
    (id, shift): (MoveId, ShiftId),
    amount: Minor,
    reason: &str,
) -> Decided {
    let mut shift = found(house.shift(shift))?;
    shift.put(Move {
        id,
        at: op.at,
        amount,
        reason: reason.to_owned(),
    })?;
    Ok(vec![Thing::Shift(shift)])
}

pub fn close_shift(house: &House, op: &Op, shift: ShiftId, counted: Minor) -> Decided {
    let mut shift = found(house.shift(shift))?;
    if shift.closed.is_some() {
        return Err(Refusal::Closed);
    }
    let mut till = house
        .till(shift.till)
        .cloned()
        .unwrap_or_else(|| Till::new(shift.till));
    till.closings += 1;
    till.shift = till.shift.filter(|open| *open != shift.id);
    let (expected, cards) = (shift.expected(), shift.taken_in(Way::Card));
    shift.closed = Some(Closed {
        number: till.closings,
        at: op.at,
        counted,
        expected,
        cards,
    });
    Ok(vec![Thing::Shift(shift), Thing::Till(till)])
}
