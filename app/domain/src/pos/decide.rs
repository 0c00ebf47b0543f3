//! What an op makes of the things it names. The same on a device, on the server and in a simulator.

mod bills;
mod deliveries;
mod payments;
mod tables;
mod tickets;

pub(crate) use self::deliveries::is_couriers;
use super::{
    Favourite, House, Stock, Thing, ThingId,
    bill::Bill,
    op::{Action, Op, Refusal},
    payment::Owed,
    table::Table,
};
use crate::{
    id::BillId,
    order::{Actor, apply},
};

type Decided = Result<Vec<Thing>, Refusal>;

/// The things as they are after the op. On a refusal nothing is changed.
pub fn decide(house: &House, op: &Op) -> Decided {
    op.action
        .check()
        .map_err(|malformed| Refusal::Malformed(malformed.to_string()))?;
    act(house, op).map(|things| tables::keep_tables(house, tickets::keep_tickets(house, things)))
}

fn act(house: &House, op: &Op) -> Decided {
    match &op.action {
        Action::Open { bill, seat, plus_tax } => bills::open(house, op, *bill, seat, *plus_tax),
        Action::Add { bill, line } => bills::add(house, *bill, line),
        Action::Count { bill, line, by } => bills::count(house, *bill, *line, *by),
        Action::Note {
            bill,
            line,
            note,
            course,
        } => bills::note(house, *bill, *line, note, *course),
        Action::Name { bill, name } => bills::change(house, *bill, |bill| bill.name.clone_from(name)),
        Action::Guests { bill, guests } => bills::change(house, *bill, |bill| bill.guests = *guests),
        Action::Move { bill, seat } => bills::change(house, *bill, |bill| bill.seat = seat.clone()),
        Action::Split { bill, into, parts } => bills::split(house, op, (*bill, *into), parts),
        Action::Merge { bill, into } => bills::merge(house, *bill, *into),
        Action::Discount { bill, discount } => bills::discount(house, op, *bill, discount),
        Action::TakeBackDiscount { bill, discount } => bills::take_back(house, *bill, *discount),
        Action::Close { bill } => bills::close(house, *bill),
        Action::Pay { bill, shift, tender } => payments::pay(house, op, *bill, *shift, tender),
        Action::Mail { bill, payment, .. } => {
            // The mail is a job of whoever has a mail server; no thing is another one for it.
            found(live(house, *bill)?.payment(*payment)).map(|_| Vec::new())
        }
        Action::Refund {
            owed,
            payment,
            back,
            shift,
        } => payments::refund(house, op, (*owed, *payment), back, *shift),
        Action::OpenShift { shift, float } => payments::open_shift(house, op, *shift, *float),
        Action::MoveCash {
            id,
            shift,
            amount,
            reason,
        } => payments::move_cash(house, op, (*id, *shift), *amount, reason),
        Action::CloseShift { shift, counted } => payments::close_shift(house, op, *shift, *counted),
        Action::Send { bill, ticket, news } => tickets::send(house, op, (*bill, *ticket), news),
        Action::Bump { ticket, lines } => tickets::set_done(house, *ticket, lines, true),
        Action::Recall { ticket, lines } => tickets::set_done(house, *ticket, lines, false),
        Action::Assign { run, courier, orders } => deliveries::assign(house, op, (*run, *courier), orders),
        Action::HandOver {
            run,
            order,
            handed_over,
        } => deliveries::hand_over(house, *run, *order, handed_over),
        Action::HandIn {
            id,
            run,
            orders,
            shift,
            amount,
        } => payments::hand_in(house, op, (*id, *run, *shift), orders, *amount),
        Action::Plan { table, plan } => {
            let bills = house
                .table(*table)
                .map_or_else(Vec::new, |table| table.bills.clone());
            Ok(vec![Thing::Table(Table {
                id: *table,
                plan: plan.clone(),
                bills,
            })])
        }
        Action::RemoveTable { table } => match found(house.table(*table))?.bills.is_empty() {
            true => Ok(vec![Thing::Gone(ThingId::Table(*table))]),
            false => Err(Refusal::InUse),
        },
        Action::Stock {
            dish,
            left: Some(left),
        } => Ok(vec![Thing::Stock(Stock {
            dish: *dish,
            left: *left,
        })]),
        Action::Stock { dish, left: None } => Ok(vec![Thing::Gone(ThingId::Stock(*dish))]),
        Action::Favour { dish, on: true } => Ok(vec![Thing::Favourite(Favourite {
            dish: *dish,
            since: op.at,
        })]),
        Action::Favour { dish, on: false } => Ok(vec![Thing::Gone(ThingId::Favourite(*dish))]),
        Action::Cashier(cashier) => Ok(vec![Thing::Cashier(cashier.clone())]),
        Action::RemoveCashier { cashier } => Ok(vec![Thing::Gone(ThingId::Cashier(*cashier))]),
        Action::Station(station) => Ok(vec![Thing::Station(station.clone())]),
        Action::RemoveStation { station } => Ok(vec![Thing::Gone(ThingId::Station(*station))]),
        Action::Order { order, event } => {
            let order = house.order(*order).ok_or(Refusal::Unknown)?;
            let after =
                apply(order, event, Actor::Staff, op.at).map_err(|refused| Refusal::Order(refused.state))?;
            Ok(vec![Thing::Order(Box::new(after))])
        }
        Action::TakeOrder { order, shift, tender } => payments::take_order(house, op, *order, *shift, tender),
        Action::Dismiss { op } => Ok(vec![Thing::Gone(ThingId::Refused(*op))]),
    }
}

/// The things that have to be there for [`decide`], as far as they can be told from those that are. Asked again with them, it may name more.
pub fn needs(op: &Op, house: &House) -> Vec<ThingId> {
    let mut needs = Vec::new();
    match &op.action {
        Action::Open { bill, seat, .. } | Action::Move { bill, seat } => {
            bills::needs(house, *bill, &mut needs);
            needs.extend(tickets(house, *bill));
            tables::needs(house, seat, &mut needs);
        }
        Action::Add { bill, line } => {
            bills::needs(house, *bill, &mut needs);
            needs.extend(bills::dishes(line).map(ThingId::Stock));
        }
        Action::Count { bill, line, .. } => {
            bills::needs(house, *bill, &mut needs);
            let line = house.live(*bill).and_then(|bill| bill.line(*line));
            needs.extend(line.into_iter().flat_map(bills::dishes).map(ThingId::Stock));
        }
        Action::Note { bill, .. }
        | Action::Guests { bill, .. }
        | Action::Discount { bill, .. }
        | Action::TakeBackDiscount { bill, .. }
        | Action::Mail { bill, .. }
        | Action::Close { bill } => bills::needs(house, *bill, &mut needs),
        Action::Name { bill, .. } => {
            bills::needs(house, *bill, &mut needs);
            needs.extend(tickets(house, *bill));
        }
        Action::Split { bill, into, .. } | Action::Merge { bill, into } => {
            bills::needs(house, *bill, &mut needs);
            needs.extend(tickets(house, *bill));
            bills::needs(house, *into, &mut needs);
        }
        Action::Send { bill, ticket, .. } => {
            bills::needs(house, *bill, &mut needs);
            needs.push(ThingId::Ticket(*ticket));
        }
        Action::Pay { bill, shift, .. } => {
            bills::needs(house, *bill, &mut needs);
            needs.extend([ThingId::Shift(*shift), ThingId::Till(op.device)]);
        }
        Action::Refund { owed, shift, .. } => {
            match owed {
                Owed::Bill(bill) => bills::needs(house, *bill, &mut needs),
                Owed::Order(order) => needs.push(ThingId::Taken(*order)),
            }
            needs.push(ThingId::Shift(*shift));
        }
        Action::OpenShift { shift, .. } => needs.extend([ThingId::Shift(*shift), ThingId::Till(op.device)]),
        Action::MoveCash { shift, .. } => needs.push(ThingId::Shift(*shift)),
        Action::CloseShift { shift, .. } => {
            needs.push(ThingId::Shift(*shift));
            needs.extend(house.shift(*shift).map(|shift| ThingId::Till(shift.till)));
        }
        Action::Bump { ticket, .. } | Action::Recall { ticket, .. } => needs.push(ThingId::Ticket(*ticket)),
        Action::Plan { table, .. } | Action::RemoveTable { table } => needs.push(ThingId::Table(*table)),
        Action::Assign { run, orders, .. } => {
            needs.push(ThingId::Run(*run));
            needs.extend(orders.iter().map(|order| ThingId::Order(*order)));
        }
        Action::HandOver { run, .. } => needs.push(ThingId::Run(*run)),
        Action::HandIn {
            run, orders, shift, ..
        } => {
            needs.extend([ThingId::Run(*run), ThingId::Shift(*shift)]);
            needs.push(ThingId::Till(op.device));
            needs.extend(house.run(*run).map(|run| ThingId::Device(run.courier)));
            needs.extend(
                orders
                    .iter()
                    .flat_map(|order| [ThingId::Order(*order), ThingId::Taken(*order)]),
            );
        }
        Action::Order { order, .. } => needs.push(ThingId::Order(*order)),
        Action::TakeOrder { order, shift, .. } => {
            needs.extend([
                ThingId::Order(*order),
                ThingId::Taken(*order),
                ThingId::Shift(*shift),
                ThingId::Till(op.device),
            ]);
        }
        Action::Stock { .. }
        | Action::Favour { .. }
        | Action::Cashier(_)
        | Action::RemoveCashier { .. }
        | Action::Station(_)
        | Action::RemoveStation { .. }
        | Action::Dismiss { .. } => {}
    }
    needs
}

fn tickets(house: &House, bill: BillId) -> impl Iterator<Item = ThingId> + '_ {
    house
        .live(bill)
        .into_iter()
        .flat_map(|bill| &bill.tickets)
        .map(|ticket| ThingId::Ticket(*ticket))
}

fn found<T: Clone>(thing: Option<&T>) -> Result<T, Refusal> {
    thing.cloned().ok_or(Refusal::Unknown)
}

/// The bill that has this one's guests now.
fn live(house: &House, bill: BillId) -> Result<Bill, Refusal> {
    found(house.live(bill))
}

impl House {
    /// The bill itself, or the one that it was merged into in the end.
    pub fn live(&self, bill: BillId) -> Option<&Bill> {
        let mut bill = self.bill(bill)?;
        // A bill that was merged never takes over another, so that this has an end.
        while let Some(into) = bill.merged {
            bill = self.bill(into)?;
        }
        Some(bill)
    }
}
