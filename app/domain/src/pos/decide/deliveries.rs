//! Delivery runs and handovers.

use super::{Decided, found};
use crate::{
    id::{DeliveryRunId, DeviceId, OrderId},
    pos::{
        PosState, Record,
        delivery_run::{DeliveryRun, Handover, Stop},
        op::{Action, Op, OpRefusal},
    },
};

/// A courier may reorder its own run, and bring what is or was on a run that it has or had.
pub fn may_courier(pos: &PosState, courier: DeviceId, action: &Action) -> bool {
    let brings = |run: DeliveryRunId, order: OrderId| {
        pos.delivery_run(run)
            .is_some_and(|run| run.was_with(courier) && run.orders().any(|known| known == order))
    };
    match action {
        Action::Assign {
            run,
            courier: to,
            orders,
        } => pos.delivery_run(*run).is_some_and(|run| {
            let is_stop = |order: &OrderId| run.stops.iter().any(|stop| stop.order == *order);
            [run.courier, *to] == [courier; 2] && orders.iter().all(is_stop)
        }),
        Action::HandOver { run, order, .. } => brings(*run, *order),
        Action::Order { order, run, .. } => run.is_some_and(|run| brings(run, *order)),
        _ => true,
    }
}

pub fn assign(
    pos: &PosState,
    op: &Op,
    (id, courier): (DeliveryRunId, DeviceId),
    orders: &[OrderId],
) -> Decided {
    let known = pos.delivery_run(id);
    let stops = |run: &DeliveryRun| {
        run.stops
            .iter()
            .map(|stop| (stop.order, stop.clone()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let mut before = known.map(stops).unwrap_or_default();
    let mut after = Vec::new();
    for order in orders {
        found(pos.order(*order))?;
        after.push(before.remove(order).unwrap_or(Stop {
            order: *order,
            handover: None,
        }));
    }
    // Completed handovers stay, even if their orders were removed from the list.
    after.splice(0..0, before.into_values().filter(|stop| stop.handover.is_some()));
    let mut had = known.map(|run| run.had.clone()).unwrap_or_default();
    had.extend(known.map(|run| run.courier).filter(|before| *before != courier));
    let was = known.into_iter().flat_map(DeliveryRun::orders);
    let removed = was
        .filter(|order| after.iter().all(|stop| stop.order != *order))
        .collect();
    let assigned_at = known.map_or(op.at, |run| run.assigned_at);
    let handed_in = known.and_then(|run| run.handed_in);
    Ok(vec![Record::DeliveryRun(DeliveryRun {
        id,
        courier,
        had,
        assigned_at,
        stops: after,
        removed,
        handed_in,
    })])
}

pub fn hand_over(pos: &PosState, run: DeliveryRunId, order: OrderId, handover: &Handover) -> Decided {
    let mut run = found(pos.delivery_run(run))?;
    match run.stops.iter_mut().find(|stop| stop.order == order) {
        Some(stop) if stop.handover.is_some() => return Err(OpRefusal::Taken),
        Some(stop) => stop.handover = Some(handover.clone()),
        // The stop was removed while the courier was at the door.
        None => run.stops.push(Stop {
            order,
            handover: Some(handover.clone()),
        }),
    }
    Ok(vec![Record::DeliveryRun(run)])
}
