//! Sync of staff devices: applies their ops, each once by the device's own numbers, and returns the records that changed.

pub mod devices;

use serde::Deserialize;
use serde_json::value::RawValue;
use servery_domain::{
    account::Permission,
    id::{CashierId, DeviceId, OpId, RestaurantId},
    order::Event,
    pos::{
        PosState,
        op::{Action, OP_VERSION, Op},
        visibility::PosSnapshot,
    },
    problem::ProblemType,
    revision::Revision,
    sync::{ImportedOps, OPS, SyncProblem, SyncResponse},
};
use servery_store::{
    devices::{Changes, PairedDevice, SentOp, SyncOps, SyncedOps},
    orders::{OrderWrite, WriteOutcome},
};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{restaurant_id, restaurant_now},
    clock,
    http::{error::ApiError, visitor},
    state::AppState,
    sync::devices::CurrentDevice,
};

/// A request whose ops are parsed one by one: an op that this build cannot read must not block the others.
#[derive(Debug, Deserialize)]
pub struct RawSyncRequest {
    device: DeviceId,
    since: Revision,
    #[serde(default)]
    snapshot_start: Option<Revision>,
    ops: Vec<Box<RawValue>>,
}

/// The members of an op that every build writes.
#[derive(Deserialize)]
struct OpHead {
    id: OpId,
    device: DeviceId,
    n: u64,
    op_version: u16,
}

/// An op of a newer build has to wait; an op that this build should know and cannot read is refused, and staff see it.
fn parse_op(raw: &RawValue) -> Result<SentOp, ApiError> {
    let text = raw.get().to_owned();
    let unreadable = |error: serde_json::Error| {
        ApiError::new(
            ProblemType::NotAccepted,
            format!("an op has no head that can be read: {error}"),
        )
    };
    match serde_json::from_str::<Op>(&text) {
        Ok(op) if op.action.is_on_reader() => Err(ApiError::new(
            ProblemType::NotAccepted,
            "what a card reader has charged is booked by the server",
        )),
        Ok(op) => Ok(SentOp {
            op,
            unread: None,
            text,
        }),
        Err(error) => {
            let OpHead {
                id,
                device,
                n,
                op_version,
            } = serde_json::from_str(&text).map_err(unreadable)?;
            let action = Action::Dismiss { op: id };
            let op = Op {
                id,
                device,
                n,
                op_version,
                at: clock::now(),
                by: None,
                approved_by: None,
                action,
            };
            Ok(SentOp {
                op,
                unread: (op_version <= OP_VERSION).then(|| error.to_string()),
                text,
            })
        }
    }
}

fn check(request: &RawSyncRequest, ops: &[SentOp]) -> Result<(), ApiError> {
    if ops.len() > OPS {
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            format!("'ops' are {OPS} at the most"),
        ));
    }
    match ops.iter().all(|sent| sent.op.device == request.device) {
        true => Ok(()),
        false => Err(ApiError::new(
            ProblemType::NotAccepted,
            "an op has another 'device' than the request",
        )),
    }
}

pub async fn sync(
    app: &AppState,
    current_device: &CurrentDevice,
    request: RawSyncRequest,
) -> Result<SyncResponse, ApiError> {
    let ops = request
        .ops
        .iter()
        .map(|raw| parse_op(raw))
        .collect::<Result<Vec<_>, _>>()?;
    check(&request, &ops)?;
    let (done, sync_problem) = apply_ops(app, current_device, &request, ops).await?;
    // After either side was restored from a backup, a revision no longer means the same to both.
    let since = if matches!(sync_problem, Some(SyncProblem::Diverged { .. })) {
        Revision(0)
    } else {
        request.since
    };
    let Changes {
        revision,
        full,
        snapshot_start,
        records,
        more,
    } = app
        .store
        .changes(&current_device.installed, since, request.snapshot_start)
        .await?;
    Ok(SyncResponse {
        done,
        revision,
        full,
        snapshot_start,
        records,
        more,
        sync_problem,
    })
}

/// Applies the ops of a request. Most requests have none, and then no write is queued.
async fn apply_ops(
    app: &AppState,
    current_device: &CurrentDevice,
    request: &RawSyncRequest,
    ops: Vec<SentOp>,
) -> Result<(u64, Option<SyncProblem>), ApiError> {
    if ops.is_empty()
        && let Some(done) = app.store.ops_done(current_device.id(), request.device).await?
    {
        return Ok((done, None));
    }
    let syncing = SyncOps {
        restaurant: current_device.installed.restaurant,
        device: current_device.id(),
        kind: current_device.installed.device.kind,
        stream: Some(request.device),
        new_device: DeviceId(visitor::id()?),
        ops,
        at: clock::now(),
    };
    match app
        .group_commit
        .write(OrderWrite::Sync(Box::new(syncing)))
        .await?
    {
        WriteOutcome::Synced(synced) => {
            let SyncedOps {
                done, sync_problem, ..
            } = *synced;
            Ok((done, sync_problem))
        }
        WriteOutcome::SignedOut => Err(ApiError::new(
            ProblemType::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
        _ => Err(ApiError::new(
            ProblemType::Broken,
            "the store answered something else",
        )),
    }
}

/// All records that a device may see.
async fn all_records(app: &AppState, device: &PairedDevice) -> Result<PosState, ApiError> {
    let (mut pos, mut since, mut snapshot_start) = (PosState::default(), Revision(0), None);
    loop {
        let changes = app.store.changes(device, since, snapshot_start).await?;
        changes.records.into_iter().for_each(|record| pos.put(record));
        if !changes.more {
            return Ok(pos);
        }
        (since, snapshot_start) = (changes.revision, changes.snapshot_start);
    }
}

pub async fn pos_snapshot(
    app: &AppState,
    device: &PairedDevice,
    slug: &str,
) -> Result<PosSnapshot, ApiError> {
    let (at, now) = restaurant_now(app, slug).await?.now;
    let pos = all_records(app, device).await?;
    Ok(PosSnapshot {
        at,
        now,
        records: pos.records().cloned().collect(),
    })
}

/// Submits an action of a page without a script, once, however often the form is sent.
pub async fn submit_action(
    app: &AppState,
    current_device: &CurrentDevice,
    id: OpId,
    action: Action,
) -> Result<(), ApiError> {
    let device = &current_device.installed;
    let ticket = if let Action::Bump { ticket, .. } = action {
        Some(ticket)
    } else {
        None
    };
    apply_ops_for(app, device, vec![op_of_device(device, id, action)?]).await?;
    // Pages have ids in pairs: the second one is for the action that follows.
    let follows = OpId(id.0 ^ 1);
    if let Some(ticket) = ticket
        && let Some(order) = all_records(app, device).await?.made(ticket)
    {
        let ready = Action::Order {
            order,
            event: Event::Ready,
            run: None,
        };
        apply_ops_for(app, device, vec![op_of_device(device, follows, ready)?]).await?;
    }
    Ok(())
}

/// Books what the server has done for a device, once by its id, in the name of the cashier.
pub async fn book(
    app: &AppState,
    device: &PairedDevice,
    id: OpId,
    (by, action): (Option<CashierId>, Action),
) -> Result<(), ApiError> {
    let sent = op_of_device(device, id, action)?;
    let op = Op { by, ..sent.op };
    let text = serde_json::to_string(&op).map_err(|error| ApiError::internal(&error))?;
    apply_ops_for(app, device, vec![SentOp { op, text, ..sent }])
        .await
        .map(drop)
}

fn op_of_device(device: &PairedDevice, id: OpId, action: Action) -> Result<SentOp, ApiError> {
    action.check()?;
    if !device.device.kind.may(&action) {
        return Err(ApiError::new(
            ProblemType::Forbidden,
            "this kind of device may not do this",
        ));
    }
    let op = Op {
        id,
        device: device.device.id,
        n: 1,
        op_version: OP_VERSION,
        at: clock::now(),
        by: None,
        approved_by: None,
        action,
    };
    let text = serde_json::to_string(&op).map_err(|error| ApiError::internal(&error))?;
    Ok(SentOp {
        op,
        unread: None,
        text,
    })
}

/// The restaurant, if the user may import ops into it.
pub async fn import_restaurant(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
) -> Result<RestaurantId, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Devices)?;
    Ok(restaurant)
}

/// Applies the ops that a device saved to a file because it could not send them. All of the file is checked first.
pub async fn import_ops(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    requests: Vec<RawSyncRequest>,
) -> Result<ImportedOps, ApiError> {
    let restaurant = import_restaurant(app, user, slug).await?;
    let mut handover = Vec::new();
    for request in requests {
        let ops = request
            .ops
            .iter()
            .map(|raw| parse_op(raw))
            .collect::<Result<Vec<_>, _>>()?;
        check(&request, &ops)?;
        let device = app
            .store
            .device_of_stream(request.device)
            .await?
            .filter(|device| device.restaurant == restaurant);
        let device = device.ok_or_else(|| {
            ApiError::new(
                ProblemType::NotFound,
                "no device of this restaurant had this name",
            )
        })?;
        handover.push((device, ops));
    }
    let mut worked_in = ImportedOps::default();
    for (device, ops) in handover {
        let all = ops.len() as u64;
        let SyncedOps {
            done, sync_problem, ..
        } = apply_ops_for(app, &device, ops).await?;
        if sync_problem.is_some() {
            return Err(ApiError::new(
                ProblemType::Conflict,
                "an op is of a newer version than this server; update it, then send the file again",
            ));
        }
        worked_in.done += done;
        worked_in.known += all - done;
    }
    Ok(worked_in)
}

/// Applies ops that somebody else sends for a device, each once by its id.
async fn apply_ops_for(
    app: &AppState,
    device: &PairedDevice,
    ops: Vec<SentOp>,
) -> Result<SyncedOps, ApiError> {
    let syncing = SyncOps {
        restaurant: device.restaurant,
        device: device.device.id,
        kind: device.device.kind,
        stream: None,
        new_device: DeviceId(visitor::id()?),
        ops,
        at: clock::now(),
    };
    match app
        .group_commit
        .write(OrderWrite::Sync(Box::new(syncing)))
        .await?
    {
        WriteOutcome::Synced(synced) => Ok(*synced),
        _ => Err(ApiError::new(
            ProblemType::Broken,
            "the store answered something else",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Result<SentOp, ApiError> {
        parse_op(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn an_op_is_read_as_far_as_it_can_be() {
        let id = "0".repeat(31) + "7";
        let op = |op_version: u16, action: &str| {
            format!(
                r#"{{"id":"{id}","device":"{id}","n":3,"op_version":{op_version},"at":1,"action":{action}}}"#
            )
        };
        let known = sent(&op(1, r#"{"dismiss":{"op":"00000000000000000000000000000001"}}"#)).unwrap();
        assert_eq!(
            (known.op.n, known.unread, known.op.action),
            (3, None, Action::Dismiss { op: OpId(1) })
        );
        let newer = sent(&op(OP_VERSION + 1, r#"{"levitate":{}}"#)).unwrap();
        assert_eq!((newer.op.op_version, newer.unread), (OP_VERSION + 1, None));
        let broken = sent(&op(1, r#"{"levitate":{}}"#)).unwrap();
        assert!(broken.unread.unwrap().contains("levitate"));
        assert!(broken.text.contains("levitate"), "the books have its own words");
        for text in ["{}", "7", &op(1, "{}").replace("\"n\":3", "\"n\":-3")] {
            assert!(sent(text).is_err(), "{text}");
        }
    }
}
