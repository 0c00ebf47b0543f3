//! Tickets of the kitchen.

use super::{Decided, found, live};
use crate::{
    id::{BillId, LineId, TicketId},
    pos::{
        PosState, Record,
        bill::Bill,
        op::{Op, OpRefusal},
        ticket::{self, Ticket, TicketChange, TicketSource},
    },
};

pub fn send(
    pos: &PosState,
    op: &Op,
    (bill, ticket): (BillId, TicketId),
    changes: &[TicketChange],
) -> Decided {
    let mut bill = live(pos, bill)?;
    if pos.ticket(ticket).is_some() {
        return Err(OpRefusal::Taken);
    }
    let told = ticket::send(&mut bill, ticket, op.at, changes);
    // Removed lines whose removal the kitchen knows are deleted.
    bill.lines.retain(|line| line.count > 0 || line.sent > 0);
    bill.tickets.extend(told.as_ref().map(|ticket| ticket.id));
    Ok(told.map_or_else(Vec::new, |ticket| {
        vec![Record::Bill(bill), Record::Ticket(ticket)]
    }))
}

/// Adds the open tickets of bills that moved, were renamed or merged: the kitchen sends dishes to where the
/// guests are.
pub fn update_tickets(pos: &PosState, mut records: Vec<Record>) -> Vec<Record> {
    let bills = || {
        records.iter().filter_map(|record| {
            if let Record::Bill(bill) = record {
                Some(bill)
            } else {
                None
            }
        })
    };
    let now_at = |bill: &Bill| {
        bills()
            .find(|other| Some(other.id) == bill.merged)
            .unwrap_or(bill)
            .clone()
    };
    let was_elsewhere = |bill: &&Bill| {
        let was = |before: &Bill| {
            (&before.seat, &before.name, before.merged) != (&bill.seat, &bill.name, bill.merged)
        };
        pos.bill(bill.id).is_some_and(was)
    };
    let mut moved = Vec::new();
    for bill in bills().filter(was_elsewhere) {
        let at = now_at(bill);
        let due_at = at.seat.phone_order().and_then(|order| order.due_at);
        let of = TicketSource::Bill {
            bill: at.id,
            seat: at.seat,
            name: at.name,
        };
        let open = bill
            .tickets
            .iter()
            .filter_map(|ticket| pos.ticket(*ticket))
            .filter(|ticket| !ticket.is_done());
        moved.extend(open.map(|ticket| {
            Record::Ticket(Ticket {
                of: of.clone(),
                due_at,
                ..ticket.clone()
            })
        }));
    }
    records.extend(moved);
    records
}

pub fn set_done(pos: &PosState, ticket: TicketId, lines: &[LineId], done: bool) -> Decided {
    let mut ticket = found(pos.ticket(ticket))?;
    let meant = ticket
        .items
        .iter_mut()
        .filter(|item| lines.is_empty() || lines.contains(&item.line));
    meant.for_each(|item| item.done = done);
    Ok(vec![Record::Ticket(ticket)])
}
