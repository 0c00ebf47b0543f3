//! What a device sends, and what it is told. Each op counts once, by the device's own numbers.

pub mod devices;

use serde::Deserialize;
use serde_json::value::RawValue;
use servery_domain::{
    account::Act,
    id::{DeviceId, OpId},
    order::Event,
    pos::{
        House,
        op::{Action, Op, SPEAKS},
        visibility::Look,
    },
    problem::Kind,
    revision::Revision,
    sync::{Answer, OPS, Trouble, WorkedIn},
};
use servery_store::{
    devices::{Changes, Installed, Sent, Synced, Syncing},
    orders::{Write, Written},
};

use crate::{
    accounts::sessions::Signed,
    clock,
    http::{error::Refusal, visitor},
    orders,
    state::App,
    sync::devices::LetIn,
};

/// A request whose ops are read one by one: one that this build does not know must not hold up the others.
#[derive(Debug, Deserialize)]
pub struct Request {
    device: DeviceId,
    since: Revision,
    #[serde(default)]
    began: Option<Revision>,
    ops: Vec<Box<RawValue>>,
}

/// What every build writes at the top of an op.
#[derive(Deserialize)]
struct Head {
    id: OpId,
    device: DeviceId,
    n: u64,
    speaks: u16,
}

/// An op of a newer build waits; one that ours should know and cannot read is refused, and a person sees it.
fn read(raw: &RawValue) -> Result<Sent, Refusal> {
    let text = raw.get().to_owned();
    let unreadable = |error: serde_json::Error| {
        Refusal::new(
            Kind::NotAccepted,
            format!("an op has no head that can be read: {error}"),
        )
    };
    match serde_json::from_str::<Op>(&text) {
        Ok(op) => Ok(Sent {
            op,
            unread: None,
            text,
        }),
        Err(error) => {
            let Head {
                id,
                device,
                n,
                speaks,
            } = serde_json::from_str(&text).map_err(unreadable)?;
            let action = Action::Dismiss { op: id };
            let op = Op {
                id,
                device,
                n,
                speaks,
                at: clock::now(),
                by: None,
                action,
            };
            Ok(Sent {
                op,
                unread: (speaks <= SPEAKS).then(|| error.to_string()),
                text,
            })
        }
    }
}

fn check(request: &Request, ops: &[Sent]) -> Result<(), Refusal> {
    if ops.len() > OPS {
        return Err(Refusal::new(
            Kind::NotAccepted,
            format!("'ops' are {OPS} at the most"),
        ));
    }
    match ops.iter().all(|sent| sent.op.device == request.device) {
        true => Ok(()),
        false => Err(Refusal::new(
            Kind::NotAccepted,
            "an op has another 'device' than the request",
        )),
    }
}

pub async fn sync(app: &App, let_in: &LetIn, request: Request) -> Result<Answer, Refusal> {
    let ops = request
        .ops
        .iter()
        .map(|raw| read(raw))
        .collect::<Result<Vec<_>, _>>()?;
    check(&request, &ops)?;
    let (done, trouble) = work_in(app, let_in, &request, ops).await?;
    // Whoever was put back, they do not mean the same by a revision.
    let since = if matches!(trouble, Some(Trouble::Diverged { .. })) {
        Revision(0)
    } else {
        request.since
    };
    let Changes {
        revision,
        whole,
        began,
        things,
        more,
    } = app.store.changes(&let_in.installed, since, request.began).await?;
    Ok(Answer {
        done,
        revision,
        whole,
        began,
        things,
        more,
        trouble,
    })
}

/// Most requests only ask what is new, and nobody who writes is kept waiting by them.
async fn work_in(
    app: &App,
    let_in: &LetIn,
    request: &Request,
    ops: Vec<Sent>,
) -> Result<(u64, Option<Trouble>), Refusal> {
    if ops.is_empty()
        && let Some(done) = app.store.done(let_in.id(), request.device).await?
    {
        return Ok((done, None));
    }
    let syncing = Syncing {
        restaurant: let_in.installed.restaurant,
        device: let_in.id(),
        kind: let_in.installed.device.kind,
        stream: Some(request.device),
        anew: DeviceId(visitor::id()?),
        ops,
        at: clock::now(),
    };
    match app.writer.write(Write::Sync(Box::new(syncing))).await? {
        Written::Synced(synced) => {
            let Synced { done, trouble, .. } = *synced;
            Ok((done, trouble))
        }
        Written::SignedOut => Err(Refusal::new(
            Kind::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
        _ => Err(Refusal::new(Kind::Broken, "the store answered something else")),
    }
}

/// All that a device sees, for a page that knows nothing of it yet.
async fn whole(app: &App, installed: &Installed) -> Result<House, Refusal> {
    let (mut house, mut since, mut began) = (House::default(), Revision(0), None);
    loop {
        let changes = app.store.changes(installed, since, began).await?;
        changes.things.into_iter().for_each(|thing| house.put(thing));
        if !changes.more {
            return Ok(house);
        }
        (since, began) = (changes.revision, changes.began);
    }
}

pub async fn look(app: &App, installed: &Installed, slug: &str) -> Result<Look, Refusal> {
    let (at, now) = orders::counter(app, slug).await?.now;
    let house = whole(app, installed).await?;
    Ok(Look {
        at,
        now,
        things: house.things().cloned().collect(),
    })
}

/// What a page without a script asks for in its device's name: however often it is sent, it is done once.
pub async fn ask(app: &App, let_in: &LetIn, id: OpId, action: Action) -> Result<(), Refusal> {
    let installed = &let_in.installed;
    let ticket = if let Action::Bump { ticket, .. } = action {
        Some(ticket)
    } else {
        None
    };
    send_for(app, installed, vec![own(installed, id, action)?]).await?;
    // Pages make their ids two by two: this one is of what follows.
    let follows = OpId(id.0 ^ 1);
    if let Some(ticket) = ticket
        && let Some(order) = whole(app, installed).await?.made(ticket)
    {
        let ready = Action::Order {
            order,
            event: Event::Ready,
        };
        send_for(app, installed, vec![own(installed, follows, ready)?]).await?;
    }
    Ok(())
}

fn own(installed: &Installed, id: OpId, action: Action) -> Result<Sent, Refusal> {
    action.check()?;
    if !installed.device.kind.may(&action) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "this kind of device may not do this",
        ));
    }
    let op = Op {
        id,
        device: installed.device.id,
        n: 1,
        speaks: SPEAKS,
        at: clock::now(),
        by: None,
        action,
    };
    let text = serde_json::to_string(&op).map_err(|error| Refusal::failed(&error))?;
    Ok(Sent {
        op,
        unread: None,
        text,
    })
}

/// What a device saved because it could not send it, by the authority of whoever signs devices in and out. All of it is looked at first.
pub async fn hand_over(
    app: &App,
    signed: &Signed,
    slug: &str,
    requests: Vec<Request>,
) -> Result<WorkedIn, Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    signed.check(restaurant, Act::Devices)?;
    let mut handed_over = Vec::new();
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
            .ok_or_else(|| Refusal::new(Kind::NotFound, "no device of this restaurant had this name"))?;
        handed_over.push((installed, ops));
    }
    let mut worked_in = WorkedIn::default();
    for (installed, ops) in handed_over {
        let all = ops.len() as u64;
        let Synced { done, trouble, .. } = send_for(app, &installed, ops).await?;
        if trouble.is_some() {
            return Err(Refusal::new(
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
async fn send_for(app: &App, installed: &Installed, ops: Vec<Sent>) -> Result<Synced, Refusal> {
    let syncing = Syncing {
        restaurant: installed.restaurant,
        device: installed.device.id,
        kind: installed.device.kind,
        stream: None,
        anew: DeviceId(visitor::id()?),
        ops,
        at: clock::now(),
    };
    match app.writer.write(Write::Sync(Box::new(syncing))).await? {
        Written::Synced(synced) => Ok(*synced),
        _ => Err(Refusal::new(Kind::Broken, "the store answered something else")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Result<Sent, Refusal> {
        read(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn an_op_is_read_as_far_as_it_can_be() {
        let id = "0".repeat(31) + "7";
        let op = |speaks: u16, action: &str| {
            format!(r#"{{"id":"{id}","device":"{id}","n":3,"speaks":{speaks},"at":1,"action":{action}}}"#)
        };
        let known = sent(&op(1, r#"{"dismiss":{"op":"00000000000000000000000000000001"}}"#)).unwrap();
        assert_eq!(
            (known.op.n, known.unread, known.op.action),
            (3, None, Action::Dismiss { op: OpId(1) })
        );
        let newer = sent(&op(SPEAKS + 1, r#"{"levitate":{}}"#)).unwrap();
        assert_eq!((newer.op.speaks, newer.unread), (SPEAKS + 1, None));
        let broken = sent(&op(1, r#"{"levitate":{}}"#)).unwrap();
        assert!(broken.unread.unwrap().contains("levitate"));
        assert!(broken.text.contains("levitate"), "the books have its own words");
        for text in ["{}", "7", &op(1, "{}").replace("\"n\":3", "\"n\":-3")] {
            assert!(sent(text).is_err(), "{text}");
        }
    }
}
