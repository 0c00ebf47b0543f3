//! Couriers and what they carry.

use super::{Decided, found};
use crate::{
    id::{DeviceId, OrderId, RunId},
    pos::{
        House, Thing,
        delivery_run::{HandedOver, Run, Stop},
        op::{Action, Op, Refusal},
    },
};

/// A courier arranges its own run, and says what was handed over on it, also if somebody gave it to another meanwhile.
pub fn is_couriers(house: &House, courier: DeviceId, action: &Action) -> bool {
    match action {
        Action::Assign {
            run,
            courier: to,
            orders,
        } => house.run(*run).is_some_and(|run| {
            let brings = |order: &OrderId| run.stops.iter().any(|stop| stop.order == *order);
            [run.courier, *to] == [courier; 2] && orders.iter().all(brings)
        }),
        Action::HandOver { run, .. } => house
            .run(*run)
            .is_none_or(|run| run.courier == courier || run.had.contains(&courier)),
        _ => true,
    }
}

pub fn assign(house: &House, op: &Op, (id, courier): (RunId, DeviceId), orders: &[OrderId]) -> Decided {
    let known = house.run(id);
    let stops = |run: &Run| {
        run.stops
            .iter()
            .map(|stop| (stop.order, stop.clone()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let mut before = known.map(stops).unwrap_or_default();
    let mut after = Vec::new();
    for order in orders {
        found(house.order(*order))?;
        after.push(before.remove(order).unwrap_or(Stop {
            order: *order,
            handed_over: None,
        }));
    }
    // What was handed over stays so, whoever takes it off the list.
    after.splice(
        0..0,
        before.into_values().filter(|stop| stop.handed_over.is_some()),
    );
    let mut had = known.map(|run| run.had.clone()).unwrap_or_default();
    had.extend(known.map(|run| run.courier).filter(|before| *before != courier));
    let assigned_at = known.map_or(op.at, |run| run.assigned_at);
    let handed_in = known.and_then(|run| run.handed_in);
    Ok(vec![Thing::Run(Run {
        id,
        courier,
        had,
        assigned_at,
        stops: after,
        handed_in,
    })])
}

pub fn hand_over(house: &House, run: RunId, order: OrderId, handed_over: &HandedOver) -> Decided {
    let mut run = found(house.run(run))?;
    match run.stops.iter_mut().find(|stop| stop.order == order) {
        Some(stop) if stop.handed_over.is_some() => return Err(Refusal::Taken),
        Some(stop) => stop.handed_over = Some(handed_over.clone()),
        // It was taken off the list while the courier was at the door.
        None => run.stops.push(Stop {
            order,
            handed_over: Some(handed_over.clone()),
        }),
    }
    Ok(vec![Thing::Run(run)])
}
