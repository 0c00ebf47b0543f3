//! What records an op changes, and how. The same on a device, on the server and in a simulator.

mod bills;
mod cashiers;
mod deliveries;
mod payments;
mod tables;
mod tickets;

pub(crate) use self::deliveries::may_courier;
use super::{
    Favourite, PosState, Record, RecordId, Stock,
    bill::Bill,
    op::{Action, Op, OpRefusal},
    payment::Payable,
    table::Table,
};
use crate::{
    id::BillId,
    order::{Actor, Event, apply},
};

type Decided = Result<Vec<Record>, OpRefusal>;

/// The records after the op. A refused op changes nothing.
pub fn decide(pos: &PosState, op: &Op) -> Decided {
    op.action
        .check()
        .map_err(|malformed| OpRefusal::Malformed(malformed.to_string()))?;
    act(pos, op).map(|records| tables::update_tables(pos, tickets::update_tickets(pos, records)))
}

fn act(pos: &PosState, op: &Op) -> Decided {
    match &op.action {
        Action::Open { bill, seat, plus_tax } => bills::open(pos, op, *bill, seat, *plus_tax),
        Action::Add { bill, line } => bills::add(pos, *bill, line),
        Action::Count { bill, line, by } => bills::count(pos, op, (*bill, *line), *by),
        Action::Void {
            bill,
            line,
            count,
            reason,
        } => bills::void(pos, op, (*bill, *line), *count, *reason),
        Action::Note {
            bill,
            line,
            note,
            course,
        } => bills::note(pos, *bill, *line, note, *course),
        Action::Name { bill, name } => bills::change(pos, *bill, |bill| bill.name.clone_from(name)),
        Action::Guests { bill, guests } => bills::change(pos, *bill, |bill| bill.guests = *guests),
        Action::Move { bill, seat } => bills::change(pos, *bill, |bill| {
            bill.seat = seat.clone();
            // A delivery has a fee.
            bills::reopen(bill);
        }),
        Action::Split { bill, into, parts } => bills::split(pos, op, (*bill, *into), parts),
        Action::Merge { bill, into } => bills::merge(pos, *bill, *into),
        Action::Discount { bill, discount } => bills::discount(pos, op, *bill, discount),
        Action::TakeBackDiscount { bill, discount } => bills::take_back(pos, *bill, *discount),
        Action::Close { bill } => bills::close(pos, *bill),
        Action::Pay { bill, shift, tender } => payments::pay(pos, op, *bill, *shift, tender),
        Action::Mail { bill, payment, .. } => {
            // The mail becomes a job on the server; no record changes.
            found(live(pos, *bill)?.payment(*payment)).map(|_| Vec::new())
        }
        Action::Refund {
            payable,
            payment,
            back,
            shift,
        } => payments::refund(pos, op, (*payable, *payment), back, *shift),
        Action::OpenShift { shift, float } => payments::open_shift(pos, op, *shift, *float),
        Action::MoveCash {
            id,
            shift,
            amount,
            reason,
        } => payments::move_cash(pos, op, (*id, *shift), *amount, reason),
        Action::CloseShift { shift, counted } => payments::close_shift(pos, op, *shift, *counted),
        Action::Send {
            bill,
            ticket,
            changes,
        } => tickets::send(pos, op, (*bill, *ticket), changes),
        Action::Bump { ticket, lines } => tickets::set_done(pos, *ticket, lines, true),
        Action::Recall { ticket, lines } => tickets::set_done(pos, *ticket, lines, false),
        Action::Assign { run, courier, orders } => deliveries::assign(pos, op, (*run, *courier), orders),
        Action::HandOver { run, order, handover } => deliveries::hand_over(pos, *run, *order, handover),
        Action::HandIn {
            id,
            run,
            orders,
            shift,
            amount,
        } => payments::hand_in(pos, op, (*id, *run, *shift), orders, *amount),
        Action::Plan { table, plan } => {
            let bills = pos
                .table(*table)
                .map_or_else(Vec::new, |table| table.bills.clone());
            Ok(vec![Record::Table(Table {
                id: *table,
                plan: plan.clone(),
                bills,
            })])
        }
        Action::RemoveTable { table } => match found(pos.table(*table))?.bills.is_empty() {
            true => Ok(vec![Record::Gone(RecordId::Table(*table))]),
            false => Err(OpRefusal::InUse),
        },
        Action::Stock {
            dish,
            left: Some(left),
        } => Ok(vec![Record::Stock(Stock {
            dish: *dish,
            left: *left,
        })]),
        Action::Stock { dish, left: None } => Ok(vec![Record::Gone(RecordId::Stock(*dish))]),
        Action::Favour { dish, on: true } => Ok(vec![Record::Favourite(Favourite {
            dish: *dish,
            since: op.at,
        })]),
        Action::Favour { dish, on: false } => Ok(vec![Record::Gone(RecordId::Favourite(*dish))]),
        Action::Cashier(cashier) => cashiers::put(pos, op, cashier),
        Action::RemoveCashier { cashier } => cashiers::remove(pos, op, *cashier),
        Action::Station(station) => Ok(vec![Record::Station(station.clone())]),
        Action::RemoveStation { station } => Ok(vec![Record::Gone(RecordId::Station(*station))]),
        // Which slot holds the new time depends on hours that no op carries.
        Action::Order {
            event: Event::Rescheduled { .. },
            ..
        } => Err(OpRefusal::Forbidden),
        Action::Order { order, event, .. } => {
            let order = pos.order(*order).ok_or(OpRefusal::Unknown)?;
            let after = apply(order, event, Actor::Staff, op.at)
                .map_err(|refused| OpRefusal::Order(refused.state))?;
            Ok(vec![Record::Order(Box::new(after))])
        }
        Action::TakeOrder { order, shift, tender } => payments::take_order(pos, op, *order, *shift, tender),
        Action::Dismiss { op } => Ok(vec![Record::Gone(RecordId::RefusedOp(*op))]),
    }
}

/// The records that [`decide`] needs, as far as they follow from those in `pos`. Called again with them it may name more.
pub fn needs(op: &Op, pos: &PosState) -> Vec<RecordId> {
    // Whether these need a right depends on what ops before them in the same batch have done.
    let may_need_right = match &op.action {
        Action::Count { by, .. } => *by < 0,
        Action::Cashier(_) => true,
        action => pos.needed_right(action, op.by).is_some(),
    };
    let cashiers = [op.by, op.approved_by].into_iter().flatten();
    let mut needs: Vec<RecordId> = match may_need_right {
        true => cashiers.map(RecordId::Cashier).collect(),
        false => Vec::new(),
    };
    match &op.action {
        Action::Open { bill, seat, .. } | Action::Move { bill, seat } => {
            bills::needs(pos, *bill, &mut needs);
            needs.extend(tickets(pos, *bill));
            tables::needs(pos, seat, &mut needs);
        }
        Action::Add { bill, line } => {
            bills::needs(pos, *bill, &mut needs);
            needs.extend(bills::dishes(line).map(RecordId::Stock));
        }
        Action::Count { bill, line, .. } | Action::Void { bill, line, .. } => {
            bills::needs(pos, *bill, &mut needs);
            let line = pos.merged_bill(*bill).and_then(|bill| bill.line(*line));
            needs.extend(line.into_iter().flat_map(bills::dishes).map(RecordId::Stock));
        }
        Action::Note { bill, .. }
        | Action::Guests { bill, .. }
        | Action::Discount { bill, .. }
        | Action::TakeBackDiscount { bill, .. }
        | Action::Mail { bill, .. }
        | Action::Close { bill } => bills::needs(pos, *bill, &mut needs),
        Action::Name { bill, .. } => {
            bills::needs(pos, *bill, &mut needs);
            needs.extend(tickets(pos, *bill));
        }
        Action::Split { bill, into, .. } | Action::Merge { bill, into } => {
            bills::needs(pos, *bill, &mut needs);
            needs.extend(tickets(pos, *bill));
            bills::needs(pos, *into, &mut needs);
            needs.extend(tickets(pos, *into));
        }
        Action::Send { bill, ticket, .. } => {
            bills::needs(pos, *bill, &mut needs);
            needs.push(RecordId::Ticket(*ticket));
        }
        Action::Pay { bill, shift, .. } => {
            bills::needs(pos, *bill, &mut needs);
            needs.extend([RecordId::Shift(*shift), RecordId::Till(op.device)]);
        }
        Action::Refund { payable, shift, .. } => {
            match payable {
                Payable::Bill(bill) => bills::needs(pos, *bill, &mut needs),
                Payable::Order(order) => needs.push(RecordId::OrderPayment(*order)),
            }
            needs.push(RecordId::Shift(*shift));
        }
        Action::OpenShift { shift, .. } => needs.extend([RecordId::Shift(*shift), RecordId::Till(op.device)]),
        Action::MoveCash { shift, .. } => needs.push(RecordId::Shift(*shift)),
        Action::CloseShift { shift, .. } => {
            needs.push(RecordId::Shift(*shift));
            needs.extend(pos.shift(*shift).map(|shift| RecordId::Till(shift.till)));
        }
        Action::Bump { ticket, .. } | Action::Recall { ticket, .. } => needs.push(RecordId::Ticket(*ticket)),
        Action::Plan { table, .. } | Action::RemoveTable { table } => needs.push(RecordId::Table(*table)),
        Action::Assign { run, orders, .. } => {
            needs.push(RecordId::DeliveryRun(*run));
            needs.extend(orders.iter().map(|order| RecordId::Order(*order)));
        }
        Action::HandOver { run, .. } => needs.push(RecordId::DeliveryRun(*run)),
        Action::HandIn {
            run, orders, shift, ..
        } => {
            needs.extend([RecordId::DeliveryRun(*run), RecordId::Shift(*shift)]);
            needs.push(RecordId::Till(op.device));
            needs.extend(pos.delivery_run(*run).map(|run| RecordId::Device(run.courier)));
            needs.extend(
                orders
                    .iter()
                    .flat_map(|order| [RecordId::Order(*order), RecordId::OrderPayment(*order)]),
            );
        }
        Action::Order { order, run, .. } => {
            needs.push(RecordId::Order(*order));
            needs.extend(run.map(RecordId::DeliveryRun));
        }
        Action::TakeOrder { order, shift, .. } => {
            needs.extend([
                RecordId::Order(*order),
                RecordId::OrderPayment(*order),
                RecordId::Shift(*shift),
                RecordId::Till(op.device),
            ]);
        }
        Action::Cashier(cashier) => needs.push(RecordId::Cashier(cashier.id)),
        Action::Stock { .. }
        | Action::Favour { .. }
        | Action::RemoveCashier { .. }
        | Action::Station(_)
        | Action::RemoveStation { .. }
        | Action::Dismiss { .. } => {}
    }
    needs
}

fn tickets(pos: &PosState, bill: BillId) -> impl Iterator<Item = RecordId> + '_ {
    pos.merged_bill(bill)
        .into_iter()
        .flat_map(|bill| &bill.tickets)
        .map(|ticket| RecordId::Ticket(*ticket))
}

fn found<T: Clone>(record: Option<&T>) -> Result<T, OpRefusal> {
    record.cloned().ok_or(OpRefusal::Unknown)
}

/// The bill itself, or the one that it was merged into.
fn live(pos: &PosState, bill: BillId) -> Result<Bill, OpRefusal> {
    found(pos.merged_bill(bill))
}

impl PosState {
    /// The bill itself, or the one that it was finally merged into.
    pub fn merged_bill(&self, bill: BillId) -> Option<&Bill> {
        let mut bill = self.bill(bill)?;
        // Nothing is merged into a merged bill, so this loop ends.
        while let Some(into) = bill.merged {
            bill = self.bill(into)?;
        }
        Some(bill)
    }
}
