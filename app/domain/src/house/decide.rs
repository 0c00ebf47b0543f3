//! What an op makes of the things it names. The same on a device, on the server and in a simulator.

use super::{
    House, Stock, Thing, ThingId, Till,
    bill::{Bill, BillLine, Payment, Receipt},
    op::{Action, Op, Refusal},
    shift::{Closed, Shift},
    ticket::{self, Ticket},
};
use crate::{
    currency::Minor,
    id::{BillId, DishId, LineId, ShiftId, TicketId},
    limits,
    order::{Actor, apply},
};

type Decided = Result<Vec<Thing>, Refusal>;

/// The things as they are after the op. On a refusal nothing is changed.
pub fn decide(house: &House, op: &Op) -> Decided {
    op.action.check().map_err(|malformed| Refusal::Malformed(malformed.to_string()))?;
    match &op.action {
        Action::Open { bill, seat } => match house.bill(*bill) {
            Some(_) => Err(Refusal::Taken),
            None => Ok(vec![Thing::Bill(Bill::new(*bill, seat.clone(), op.at))]),
        },
        Action::Add { bill, line } => add(house, *bill, line),
        Action::Count { bill, line, by } => count(house, *bill, *line, *by),
        Action::Send { bill, ticket, news } => {
            let mut bill = found(house.bill(*bill))?;
            if house.ticket(*ticket).is_some() {
                return Err(Refusal::Taken);
            }
            let told = ticket::send(&mut bill, *ticket, op.at, news);
            Ok(told.map_or_else(Vec::new, |ticket| vec![Thing::Bill(bill), Thing::Ticket(ticket)]))
        }
        Action::Pay { .. } => pay(house, op),
        Action::Refund { bill, payment, amount, shift, .. } => {
            let (mut bill, mut shift) = (found(house.bill(*bill))?, found(house.shift(*shift))?);
            let payment = bill.payments.iter_mut().find(|paid| paid.id == *payment).ok_or(Refusal::Unknown)?;
            payment.refunded = payment.refunded + *amount;
            shift.take(payment.way, -*amount);
            Ok(vec![Thing::Bill(bill), Thing::Shift(shift)])
        }
        Action::OpenShift { shift, float } => open_shift(house, op, *shift, *float),
        Action::MoveCash { shift, amount, .. } => {
            let mut shift = found(house.shift(*shift))?;
            shift.moved = shift.moved + *amount;
            Ok(vec![Thing::Shift(shift)])
        }
        Action::CloseShift { shift, counted } => close_shift(house, op, *shift, *counted),
        Action::Bump { ticket } => bump(house, *ticket, true),
        Action::Recall { ticket } => bump(house, *ticket, false),
        Action::Stock { dish, left: Some(left) } => Ok(vec![Thing::Stock(Stock { dish: *dish, left: *left })]),
        Action::Stock { dish, left: None } => Ok(vec![Thing::Gone(ThingId::Stock(*dish))]),
        Action::Order { order, event } => {
            let order = house.order(*order).ok_or(Refusal::Unknown)?;
            let after = apply(order, event, Actor::Staff, op.at).map_err(|refused| Refusal::Order(refused.state))?;
            Ok(vec![Thing::Order(Box::new(after))])
        }
        Action::Dismiss { op } => Ok(vec![Thing::Gone(ThingId::Refused(*op))]),
    }
}

/// The things that have to be there for [`decide`], as far as there are any.
pub fn needs(op: &Op, house: &House) -> Vec<ThingId> {
    let till = ThingId::Till(op.device);
    match &op.action {
        Action::Open { bill, .. } => vec![ThingId::Bill(*bill)],
        Action::Add { bill, line } => {
            let dishes = dishes(line).map(ThingId::Stock);
            std::iter::once(ThingId::Bill(*bill)).chain(dishes).collect()
        }
        Action::Count { bill, line, .. } => {
            let line = house.bill(*bill).and_then(|bill| bill.line(*line));
            std::iter::once(ThingId::Bill(*bill)).chain(line.into_iter().flat_map(|line| dishes(line).map(ThingId::Stock))).collect()
        }
        Action::Send { bill, ticket, .. } => vec![ThingId::Bill(*bill), ThingId::Ticket(*ticket)],
        Action::Pay { bill, shift, .. } => vec![ThingId::Bill(*bill), ThingId::Shift(*shift), till],
        Action::Refund { bill, shift, .. } => vec![ThingId::Bill(*bill), ThingId::Shift(*shift)],
        Action::OpenShift { shift, .. } => vec![ThingId::Shift(*shift), till],
        Action::MoveCash { shift, .. } => vec![ThingId::Shift(*shift)],
        Action::CloseShift { shift, .. } => {
            let till = house.shift(*shift).map(|shift| ThingId::Till(shift.till));
            std::iter::once(ThingId::Shift(*shift)).chain(till).collect()
        }
        Action::Bump { ticket } | Action::Recall { ticket } => vec![ThingId::Ticket(*ticket)],
        Action::Order { order, .. } => vec![ThingId::Order(*order)],
        Action::Stock { .. } | Action::Dismiss { .. } => Vec::new(),
    }
}

fn found<T: Clone>(thing: Option<&T>) -> Result<T, Refusal> {
    thing.cloned().ok_or(Refusal::Unknown)
}

/// Those of a line that may be counted: the dish, and what comes with it.
fn dishes(line: &BillLine) -> impl Iterator<Item = DishId> + '_ {
    std::iter::once(line.dish).chain(line.picks.iter().filter_map(|pick| pick.dish))
}

/// Takes portions of what is counted; below zero, gives them back.
fn take(house: &House, line: &BillLine, count: i32) -> Decided {
    let mut stocks: Vec<Stock> = Vec::new();
    for dish in dishes(line) {
        let at = match stocks.iter().position(|stock| stock.dish == dish) {
            Some(at) => at,
            None => {
                let Some(stock) = house.stock(dish) else { continue };
                stocks.push(stock.clone());
                stocks.len() - 1
            }
        };
        let left = i64::from(stocks[at].left) - i64::from(count);
        stocks[at].left = u32::try_from(left).map_err(|_| Refusal::SoldOut { left: stocks[at].left })?;
    }
    Ok(stocks.into_iter().map(Thing::Stock).collect())
}

fn add(house: &House, bill: BillId, line: &BillLine) -> Decided {
    let mut bill = found(house.bill(bill))?;
    if bill.line(line.id).is_some() {
        return Err(Refusal::Taken);
    }
    if bill.lines.len() >= limits::BILL_LINES {
        return Err(Refusal::Malformed(format!("a bill has {} lines at the most", limits::BILL_LINES)));
    }
    let mut things = take(house, line, i32::from(line.count))?;
    bill.lines.push(line.clone());
    things.push(Thing::Bill(bill));
    Ok(things)
}

fn count(house: &House, bill: BillId, line: LineId, by: i16) -> Decided {
    let mut bill = found(house.bill(bill))?;
    let line = bill.line_mut(line).ok_or(Refusal::Unknown)?;
    let count = i32::from(line.count) + i32::from(by);
    let count = u16::try_from(count).map_err(|_| Refusal::TooFew)?;
    let mut things = take(house, line, i32::from(by))?;
    line.count = count;
    things.push(Thing::Bill(bill));
    Ok(things)
}

fn pay(house: &House, op: &Op) -> Decided {
    let Action::Pay { bill, payment, way, amount, tip, shift } = &op.action else { return Err(Refusal::Unknown) };
    let (mut bill, mut shift) = (found(house.bill(*bill))?, found(house.shift(*shift))?);
    if bill.payments.iter().any(|paid| paid.id == *payment) {
        return Err(Refusal::Taken);
    }
    let mut till = house.till(op.device).cloned().unwrap_or(Till { device: op.device, receipts: 0, shift: None });
    till.receipts += 1;
    let receipt = Receipt { till: op.device, number: till.receipts };
    bill.payments.push(Payment { id: *payment, way: *way, amount: *amount, tip: *tip, shift: shift.id, receipt, refunded: Minor::ZERO });
    shift.take(*way, *amount + *tip);
    Ok(vec![Thing::Bill(bill), Thing::Shift(shift), Thing::Till(till)])
}

fn open_shift(house: &House, op: &Op, shift: ShiftId, float: Minor) -> Decided {
    if house.shift(shift).is_some() {
        return Err(Refusal::Taken);
    }
    // The float is in the drawer, whatever else is open: a page offers it only where no shift is.
    let receipts = house.till(op.device).map_or(0, |till| till.receipts);
    let till = Till { device: op.device, receipts, shift: Some(shift) };
    Ok(vec![Thing::Shift(Shift::new(shift, op.device, op.at, float)), Thing::Till(till)])
}

fn close_shift(house: &House, op: &Op, shift: ShiftId, counted: Minor) -> Decided {
    let mut shift = found(house.shift(shift))?;
    if shift.closed.is_some() {
        return Err(Refusal::Closed);
    }
    shift.closed = Some(Closed { at: op.at, counted, expected: shift.expected() });
    let till = house.till(shift.till).filter(|till| till.shift == Some(shift.id));
    let till = till.map(|till| Thing::Till(Till { shift: None, ..till.clone() }));
    Ok(till.into_iter().chain([Thing::Shift(shift)]).collect())
}

fn bump(house: &House, ticket: TicketId, bumped: bool) -> Decided {
    let ticket = Ticket { bumped, ..found(house.ticket(ticket))? };
    Ok(vec![Thing::Ticket(ticket)])
}
