//! Payments, refunds, shifts and cash movements.

use super::{Decided, found, live};
use crate::{
    currency::Minor,
    id::{BillId, DeliveryRunId, MoveId, OrderId, PaymentId, ShiftId},
    pos::{
        PosState, Record, Till,
        bill::{Bill, Seat},
        op::{Op, OpRefusal},
        order_payment::OrderPayment,
        payment::{Payable, ReceiptNumber, RefundRequest, Tender, TenderMethod, TillPayment, TillRefund},
        right::{Allowance, Right},
        shift::{CashMovement, Shift, ShiftClosing},
    },
};

fn till(pos: &PosState, op: &Op) -> Till {
    pos.till(op.device)
        .cloned()
        .unwrap_or_else(|| Till::new(op.device))
}

/// Takes a payment into the drawer, with the till's next receipt number. `due`: what the guest had to pay, without a tip.
fn put_in(op: &Op, till: &mut Till, shift: &mut Shift, tender: &Tender, due: Minor) -> TillPayment {
    till.receipts += 1;
    let receipt = ReceiptNumber {
        till: op.device,
        number: till.receipts,
    };
    shift.take(tender.method, tender.taken());
    TillPayment {
        tender: tender.clone(),
        at: op.at,
        shift: shift.id,
        receipt,
        by: op.by,
        excess: (tender.amount - due.max(Minor::ZERO)).max(Minor::ZERO),
        refunds: Vec::new(),
    }
}

pub fn pay(pos: &PosState, op: &Op, bill: BillId, shift: ShiftId, tender: &Tender) -> Decided {
    let mut shift = found(pos.shift(shift))?;
    // The op that opened the bill may have been refused; the money was taken anyway.
    let mut bill = live(pos, bill).unwrap_or_else(|_| Bill::new(bill, Seat::Counter, op.at));
    if bill.payments.iter().any(|paid| paid.id == tender.id) {
        return Err(OpRefusal::Taken);
    }
    let mut till = till(pos, op);
    let due = bill.due();
    bill.payments.push(put_in(op, &mut till, &mut shift, tender, due));
    bill.closed = bill.due() == Minor::ZERO;
    Ok(vec![Record::Bill(bill), Record::Shift(shift), Record::Till(till)])
}

/// Accepted in every state of the order, because the money was taken.
pub fn take_order(pos: &PosState, op: &Op, order: OrderId, shift: ShiftId, tender: &Tender) -> Decided {
    let (mut shift, mut till) = (found(pos.shift(shift))?, till(pos, op));
    let taken = take(pos, op, order, (&mut till, &mut shift), tender)?;
    Ok(vec![
        Record::OrderPayment(taken),
        Record::Shift(shift),
        Record::Till(till),
    ])
}

fn take(
    pos: &PosState,
    op: &Op,
    order: OrderId,
    (till, shift): (&mut Till, &mut Shift),
    tender: &Tender,
) -> Result<OrderPayment, OpRefusal> {
    let known = pos.order(order);
    let due = known.map_or(Minor::ZERO, |order| pos.due_without_tip(order));
    let first = || OrderPayment {
        order,
        payable: due,
        taxes: known.map_or_else(Vec::new, |order| order.ordered.taxes.clone()),
        payments: Vec::new(),
    };
    let mut taken = pos.order_payment(order).cloned().unwrap_or_else(first);
    if taken.payments.iter().any(|paid| paid.id == tender.id) {
        return Err(OpRefusal::Taken);
    }
    taken.payments.push(put_in(op, till, shift, tender, due));
    Ok(taken)
}

/// The collected cash pays for the orders; a difference is recorded as a cash movement with the courier's
/// name.
pub fn hand_in(
    pos: &PosState,
    op: &Op,
    (id, run, shift): (MoveId, DeliveryRunId, ShiftId),
    orders: &[OrderId],
    amount: Minor,
) -> Decided {
    let (mut run, mut shift, mut till) = (
        found(pos.delivery_run(run))?,
        found(pos.shift(shift))?,
        till(pos, op),
    );
    // The id is derived, so that a repeated op gives the same one.
    let name = |order: OrderId| PaymentId(id.0 ^ order.0);
    if orders
        .iter()
        .any(|order| pos.payment(Payable::Order(*order), name(*order)).is_some())
    {
        return Err(OpRefusal::Taken);
    }
    let mut records = Vec::new();
    let mut rest = amount;
    for order in orders.iter().filter_map(|order| pos.order(*order)) {
        let tender = pos.tender(order, name(order.id), TenderMethod::Cash);
        if tender.taken() > Minor::ZERO && tender.taken() <= rest {
            rest = rest - tender.taken();
            records.push(Record::OrderPayment(take(
                pos,
                op,
                order.id,
                (&mut till, &mut shift),
                &tender,
            )?));
        }
    }
    if rest != Minor::ZERO || records.is_empty() {
        let courier = pos.device(run.courier).map(|courier| courier.name.clone());
        shift.put(CashMovement {
            id,
            at: op.at,
            amount: rest,
            reason: courier.unwrap_or_default(),
            by: op.by,
            allowance: Allowance::Own,
        })?;
    }
    run.handed_in = Some(run.handed_in.unwrap_or_default() + amount);
    records.extend([Record::DeliveryRun(run), Record::Shift(shift), Record::Till(till)]);
    Ok(records)
}

/// Refunds from the drawer, by the method of the payment.
pub fn refund(
    pos: &PosState,
    op: &Op,
    (payable, payment): (Payable, PaymentId),
    back: &RefundRequest,
    shift: ShiftId,
) -> Decided {
    let mut shift = found(pos.shift(shift))?;
    let (record, method) = match payable {
        Payable::Bill(bill) => {
            let mut bill = live(pos, bill)?;
            let method = refund_payment((pos, op), &mut bill.payments, payment, back, shift.id)?;
            (Record::Bill(bill), method)
        }
        Payable::Order(order) => {
            let mut taken = found(pos.order_payment(order))?;
            let method = refund_payment((pos, op), &mut taken.payments, payment, back, shift.id)?;
            (Record::OrderPayment(taken), method)
        }
    };
    shift.take(method, -(back.amount + back.rounding));
    Ok(vec![record, Record::Shift(shift)])
}

fn refund_payment(
    (pos, op): (&PosState, &Op),
    payments: &mut [TillPayment],
    payment: PaymentId,
    back: &RefundRequest,
    shift: ShiftId,
) -> Result<TenderMethod, OpRefusal> {
    let payment = payments
        .iter_mut()
        .find(|paid| paid.id == payment)
        .ok_or(OpRefusal::Unknown)?;
    if payment.refunds.iter().any(|known| known.back.id == back.id) {
        return Err(OpRefusal::Taken);
    }
    let excess = (back.amount - payment.left()).max(Minor::ZERO);
    payment.refunds.push(TillRefund {
        back: back.clone(),
        at: op.at,
        shift,
        by: op.by,
        allowance: pos.allowance(Right::Refund, op.by, op.approved_by),
        excess,
    });
    Ok(payment.method)
}

pub fn open_shift(pos: &PosState, op: &Op, shift: ShiftId, float: Minor) -> Decided {
    if pos.shift(shift).is_some() {
        return Err(OpRefusal::Taken);
    }
    // Allowed also while another shift is open, because the float is in the drawer; pages offer it only
    // without an open shift.
    let till = Till {
        shift: Some(shift),
        ..till(pos, op)
    };
    let shift = Shift {
        opened_by: op.by,
        ..Shift::new(shift, op.device, op.at, float)
    };
    Ok(vec![Record::Shift(shift), Record::Till(till)])
}

pub fn move_cash(
    pos: &PosState,
    op: &Op,
    (id, shift): (MoveId, ShiftId),
    amount: Minor,
    reason: &str,
) -> Decided {
    let mut shift = found(pos.shift(shift))?;
    shift.put(CashMovement {
        id,
        at: op.at,
        amount,
        reason: reason.to_owned(),
        by: op.by,
        allowance: match amount < Minor::ZERO {
            true => pos.allowance(Right::CashOut, op.by, op.approved_by),
            false => Allowance::Own,
        },
    })?;
    Ok(vec![Record::Shift(shift)])
}

pub fn close_shift(pos: &PosState, op: &Op, shift: ShiftId, counted: Minor) -> Decided {
    let mut shift = found(pos.shift(shift))?;
    if shift.closed.is_some() {
        return Err(OpRefusal::Closed);
    }
    let mut till = pos
        .till(shift.till)
        .cloned()
        .unwrap_or_else(|| Till::new(shift.till));
    till.closings += 1;
    till.shift = till.shift.filter(|open| *open != shift.id);
    let (expected, cards) = (shift.expected(), shift.taken_in(TenderMethod::Card));
    shift.closed = Some(ShiftClosing {
        number: till.closings,
        at: op.at,
        counted,
        expected,
        cards,
    });
    Ok(vec![Record::Shift(shift), Record::Till(till)])
}
