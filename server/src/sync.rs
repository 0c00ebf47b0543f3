//! What a device sends, and what it is told. Each op counts once, by the device's own numbers.

pub mod devices;

use serde::Deserialize;
use serde_json::value::RawValue;
use servery_domain::{
    account::Permission,
    id::{DeviceId, OpId},
    order::Event,
    pos::{
        PosState,
        op::{Action, OP_VERSION, Op},
        visibility::PosSnapshot,
    },
    problem::Kind,
    revision::Revision,
    sync::{ImportedOps, OPS, SyncProblem, SyncResponse},
};
use servery_store::{
    devices::{Changes, PairedDevice, SentOp, SyncOps, SyncedOps},
    orders::{OrderWrite, WriteOutcome},
};

use crate::{
    accounts::sessions::CurrentUser,
    clock,
    http::{error::ApiError, visitor},
    orders,
    state::AppState,
    sync::devices::CurrentDevice,
};

/// A request whose ops are read one by one: one that this build does not know must not hold up the others.
#[derive(Debug, Deserialize)]
pub struct RawSyncRequest {
    device: DeviceId,
    since: Revision,
    #[serde(default)]
    snapshot_start: Option<Revision>,
    ops: Vec<Box<RawValue>>,
}

/// What every build writes at the top of an op.
#[derive(Deserialize)]
struct OpHead {
    id: OpId,
    device: DeviceId,
    n: u64,
    op_version: u16,
}

/// An op of a newer build waits; one that ours should know and cannot read is refused, and a person sees it.
fn read(raw: &RawValue) -> Result<SentOp, ApiError> {
    let text = raw.get().to_owned();
    let unreadable = |error: serde_json::Error| {
        ApiError::new(
            Kind::NotAccepted,
            format!("an op has no head that can be read: {error}"),
        )
    };
    match serde_json::from_str::<Op>(&text) {
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
            Kind::NotAccepted,
            format!("'ops' are {OPS} at the most"),
        ));
    }
    match ops.iter().all(|sent| sent.op.device == request.device) {
        true => Ok(()),
        false => Err(ApiError::new(
            Kind::NotAccepted,
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
        .map(|raw| read(raw))
        .collect::<Result<Vec<_>, _>>()?;
    check(&request, &ops)?;
    let (done, sync_problem) = work_in(app, current_device, &request, ops).await?;
    // Whoever was put back, they do not mean the same by a revision.
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

/// Most requests only ask what is new, and nobody who writes is kept waiting by them.
async fn work_in(
    app: &AppState,
    current_device: &CurrentDevice,
    request: &RawSyncRequest,
    ops: Vec<SentOp>,
) -> Result<(u64, Option<SyncProblem>), ApiError> {
    if ops.is_empty()
        && let Some(done) = app.store.done(current_device.id(), request.device).await?
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
            Kind::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
        _ => Err(ApiError::new(Kind::Broken, "the store answered something else")),
    }
}

/// All that a device sees, for a page that knows nothing of it yet.
async fn full(app: &AppState, installed: &PairedDevice) -> Result<PosState, ApiError> {
    let (mut pos, mut since, mut snapshot_start) = (PosState::default(), Revision(0), None);
    loop {
        let changes = app.store.changes(installed, since, snapshot_start).await?;
        changes.records.into_iter().for_each(|record| pos.put(record));
        if !changes.more {
            return Ok(pos);
        }
        (since, snapshot_start) = (changes.revision, changes.snapshot_start);
    }
}

pub async fn look(app: &AppState, installed: &PairedDevice, slug: &str) -> Result<PosSnapshot, ApiError> {
    let (at, now) = orders::restaurant_now(app, slug).await?.now;
    let pos = full(app, installed).await?;
    Ok(PosSnapshot {
        at,
        now,
        records: pos.records().cloned().collect(),
    })
}

/// What a page without a script asks for in its device's name: however often it is sent, it is done once.
pub async fn ask(
    app: &AppState,
    current_device: &CurrentDevice,
    id: OpId,
    action: Action,
) -> Result<(), ApiError> {
    let installed = &current_device.installed;
    let ticket = if let Action::Bump { ticket, .. } = action {
        Some(ticket)
    } else {
        None
    };
    send_for(app, installed, vec![own(installed, id, action)?]).await?;
    // Pages make their ids two by two: this one is of what follows.
    let follows = OpId(id.0 ^ 1);
    if let Some(ticket) = ticket
        && let Some(order) = full(app, installed).await?.made(ticket)
    {
        let ready = Action::Order {
            order,
            event: Event::Ready,
        };
        send_for(app, installed, vec![own(installed, follows, ready)?]).await?;
    }
    Ok(())
}

fn own(installed: &PairedDevice, id: OpId, action: Action) -> Result<SentOp, ApiError> {
    action.check()?;
    if !installed.device.kind.may(&action) {
        return Err(ApiError::new(
            Kind::Forbidden,
            "this kind of device may not do this",
        ));
    }
    let op = Op {
        id,
        device: installed.device.id,
        n: 1,
        op_version: OP_VERSION,
        at: clock::now(),
        by: None,
        action,
    };
    let text = serde_json::to_string(&op).map_err(|error| ApiError::failed(&error))?;
    Ok(SentOp {
        op,
        unread: None,
        text,
    })
}

/// What a device saved because it could not send it, by the authority of whoever signs devices in and out. All of it is looked at first.
pub async fn import_ops(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    requests: Vec<RawSyncRequest>,
) -> Result<ImportedOps, ApiError> {
    let restaurant = orders::restaurant_named(app, slug)?;
    user.check(restaurant, Permission::Devices)?;
    let mut handover = Vec::new();
    for request in requests {
        let ops = request
            .ops
            .iter()
            .map(|raw| read(raw))
            .collect::<Result<Vec<_>, _>>()?;
        check(&request, &ops)?;
        let installed = app
            .store
            .device_named(request.device)
            .await?
            .filter(|installed| installed.restaurant == restaurant);
        let installed = installed
            .ok_or_else(|| ApiError::new(Kind::NotFound, "no device of this restaurant had this name"))?;
        handover.push((installed, ops));
    }
    let mut worked_in = ImportedOps::default();
    for (installed, ops) in handover {
        let all = ops.len() as u64;
        let SyncedOps {
            done, sync_problem, ..
        } = send_for(app, &installed, ops).await?;
        if sync_problem.is_some() {
            return Err(ApiError::new(
                Kind::Conflict,
                "an op is of a newer version than this server; update it, then send the file again",
            ));
        }
        worked_in.done += done;
        worked_in.known += all - done;
    }
    Ok(worked_in)
}

/// Works in what somebody sends for a device, each op once by its id.
async fn send_for(app: &AppState, installed: &PairedDevice, ops: Vec<SentOp>) -> Result<SyncedOps, ApiError> {
    let syncing = SyncOps {
        restaurant: installed.restaurant,
        device: installed.device.id,
        kind: installed.device.kind,
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
        _ => Err(ApiError::new(Kind::Broken, "the store answered something else")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Result<SentOp, ApiError> {
        read(&RawValue::from_string(text.to_owned()).unwrap())
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
