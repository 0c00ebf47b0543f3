//! Between the floor and the kitchen.

use super::{Decided, found, live};
use crate::{
    house::{
        House, Thing,
        op::{Op, Refusal},
        ticket::{self, News},
    },
    id::{BillId, LineId, TicketId},
};

pub fn send(house: &House, op: &Op, (bill, ticket): (BillId, TicketId), news: &[News]) -> Decided {
    let mut bill = live(house, bill)?;
    if house.ticket(ticket).is_some() {
        return Err(Refusal::Taken);
    }
    let told = ticket::send(&mut bill, ticket, op.at, news);
    // What was taken off and is known to be off need not be kept.
    bill.lines.retain(|line| line.count > 0 || line.sent > 0);
    Ok(told.map_or_else(Vec::new, |ticket| vec![Thing::Bill(bill), Thing::Ticket(ticket)]))
}

pub fn set_done(house: &House, ticket: TicketId, lines: &[LineId], done: bool) -> Decided {
    let mut ticket = found(house.ticket(ticket))?;
    let meant = ticket.items.iter_mut().filter(|item| lines.is_empty() || lines.contains(&item.line));
    meant.for_each(|item| item.done = done);
    Ok(vec![Thing::Ticket(ticket)])
}
