//! Between the floor and the kitchen.

use super::{Decided, found, live};
use crate::{
    id::{BillId, LineId, TicketId},
    pos::{
        House, Thing,
        bill::Bill,
        op::{Op, Refusal},
        ticket::{self, News, Of, Ticket},
    },
};

pub fn send(house: &House, op: &Op, (bill, ticket): (BillId, TicketId), news: &[News]) -> Decided {
    let mut bill = live(house, bill)?;
    if house.ticket(ticket).is_some() {
        return Err(Refusal::Taken);
    }
    let told = ticket::send(&mut bill, ticket, op.at, news);
    // What was taken off and is known to be off need not be kept.
    bill.lines.retain(|line| line.count > 0 || line.sent > 0);
    bill.tickets.extend(told.as_ref().map(|ticket| ticket.id));
    Ok(told.map_or_else(Vec::new, |ticket| vec![Thing::Bill(bill), Thing::Ticket(ticket)]))
}

/// Adds to the things the tickets of bills that are elsewhere because of them: the kitchen sends the dishes where the guests are.
pub fn keep_tickets(house: &House, mut things: Vec<Thing>) -> Vec<Thing> {
    let bills = || {
        things.iter().filter_map(|thing| {
            if let Thing::Bill(bill) = thing {
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
        house.bill(bill.id).is_some_and(was)
    };
    let mut moved = Vec::new();
    for bill in bills().filter(was_elsewhere) {
        let at = now_at(bill);
        let of = Of::Bill {
            bill: at.id,
            seat: at.seat,
            name: at.name,
        };
        let open = bill
            .tickets
            .iter()
            .filter_map(|ticket| house.ticket(*ticket))
            .filter(|ticket| !ticket.is_done());
        moved.extend(open.map(|ticket| {
            Thing::Ticket(Ticket {
                of: of.clone(),
                ..ticket.clone()
            })
        }));
    }
    things.extend(moved);
    things
}

pub fn set_done(house: &House, ticket: TicketId, lines: &[LineId], done: bool) -> Decided {
    let mut ticket = found(house.ticket(ticket))?;
    let meant = ticket
        .items
        .iter_mut()
        .filter(|item| lines.is_empty() || lines.contains(&item.line));
    meant.for_each(|item| item.done = done);
    Ok(vec![Thing::Ticket(ticket)])
}
