//! Couriers and what they carry.

use super::{Decided, found};
use crate::{
    currency::Minor,
    house::{
        House, Thing,
        op::{Op, Refusal},
        run::{HandedOver, Run, Stop},
        shift::Move,
    },
    id::{DeviceId, MoveId, OrderId, RunId, ShiftId},
};

pub fn assign(house: &House, op: &Op, (id, courier): (RunId, DeviceId), orders: &[OrderId]) -> Decided {
    let known = house.run(id);
    let stops = |run: &Run| run.stops.iter().map(|stop| (stop.order, stop.clone())).collect::<std::collections::BTreeMap<_, _>>();
    let mut before = known.map(stops).unwrap_or_default();
    let mut after = Vec::new();
    for order in orders {
        found(house.order(*order))?;
        after.push(before.remove(order).unwrap_or(Stop { order: *order, handed_over: None }));
    }
    // What was handed over stays so, whoever takes it off the list.
    after.splice(0..0, before.into_values().filter(|stop| stop.handed_over.is_some()));
    let assigned_at = known.map_or(op.at, |run| run.assigned_at);
    let handed_in = known.and_then(|run| run.handed_in);
    Ok(vec![Thing::Run(Run { id, courier, assigned_at, stops: after, handed_in })])
}

pub fn hand_over(house: &House, run: RunId, order: OrderId, handed_over: &HandedOver) -> Decided {
    let mut run = found(house.run(run))?;
    match run.stops.iter_mut().find(|stop| stop.order == order) {
        Some(stop) if stop.handed_over.is_some() => return Err(Refusal::Taken),
        Some(stop) => stop.handed_over = Some(handed_over.clone()),
        // It was taken off the list while the courier was at the door.
        None => run.stops.push(Stop { order, handed_over: Some(handed_over.clone()) }),
    }
    Ok(vec![Thing::Run(run)])
}

pub fn hand_in(house: &House, op: &Op, (id, run, shift): (MoveId, RunId, ShiftId), amount: Minor) -> Decided {
    let (mut run, mut shift) = (found(house.run(run))?, found(house.shift(shift))?);
    let courier = house.device(run.courier).map(|courier| courier.name.clone());
    shift.put(Move { id, at: op.at, amount, reason: courier.unwrap_or_default() })?;
    run.handed_in = Some(run.handed_in.unwrap_or_default() + amount);
    Ok(vec![Thing::Run(run), Thing::Shift(shift)])
}
