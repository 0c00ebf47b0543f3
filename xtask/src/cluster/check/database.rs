//! The PostgreSQL that takes writes dies, and then the whole machine of its successor.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::{
    cluster::{
        Cluster,
        check::{
            fact,
            load::{self, Load},
            orders::Diner,
            report,
            stream::{EVENT, Stream},
        },
        client::Client,
        nodes,
        patroni::{self, Member, Roles},
    },
    failure::{Result, fail},
    stop,
};

/// A crashed PostgreSQL is noticed at once.
const CRASH_LIMIT: Duration = Duration::from_secs(30);
/// A machine is given up after 20 seconds (`ttl`).
const MACHINE_LIMIT: Duration = Duration::from_secs(60);
/// Of the orders that were refused.
const TRIED_AGAIN: usize = 20;
const SOON: Duration = Duration::from_millis(100);

pub fn check(cluster: &mut Cluster<'_>, client: &Client<'_>) -> Result {
    let site = cluster.haproxy.site();
    let diner = Diner::come(client, &site)?;
    let before = patroni::wait_until_whole(client, &cluster.members)?;
    let primary = primary(cluster, &before)?;
    let after = check_failover(
        cluster,
        client,
        &diner,
        ("PostgreSQL", primary, CRASH_LIMIT),
        |member| member.kill_postgres(),
    )?;
    let primary = self::primary(cluster, &after)?;
    let name = cluster.members[primary].name.clone();
    check_failover(
        cluster,
        client,
        &diner,
        ("the machine", primary, MACHINE_LIMIT),
        Member::kill_machine,
    )?;
    cluster.start_member(primary)?;
    let whole = patroni::wait_until_whole(client, &cluster.members)?;
    let is_so = whole.primary.as_ref() != Some(&name);
    fact(
        format!("{name} starts again as a replica"),
        is_so,
        format!("{whole:?}"),
    )
}

fn primary(cluster: &Cluster<'_>, roles: &Roles) -> Result<usize> {
    let mut members = cluster.members.iter();
    match members.position(|member| Some(&member.name) == roles.primary.as_ref()) {
        Some(number) => Ok(number),
        None => fail("PostgreSQL has no primary"),
    }
}

fn check_failover(
    cluster: &mut Cluster<'_>,
    client: &Client<'_>,
    diner: &Diner<'_>,
    (what, primary, limit): (&str, usize, Duration),
    kill: impl FnOnce(&mut Member) -> Result,
) -> Result<Roles> {
    let site = cluster.haproxy.site();
    let name = cluster.members[primary].name.clone();
    let watched = diner.order()?;
    let url = format!("{site}/api/v1/orders/{watched}/events");
    let file = cluster.folder.path().join(format!("stream-{name}"));
    let stream = Stream::open(client, &url, file)?;
    let ((token, took), load) = load::during(client, &site, diner, || {
        let wanted = diner.want()?;
        kill(&mut cluster.members[primary])?;
        let killed = Instant::now();
        let mut said = String::new();
        let accepted = stop::poll(SOON, Some(limit), || match diner.place(&wanted) {
            Ok(token) => Ok(Some((token, killed.elapsed()))),
            Err(answer) => {
                said = answer;
                Ok(None)
            }
        })?;
        match accepted {
            Some(accepted) => Ok(accepted),
            None => fail(format!(
                "no order is accepted after {what} of {name} was killed: {said}"
            )),
        }
    })?;
    let seconds = took.as_secs_f64();
    report(format!(
        "{what} of {name} is killed, and {seconds:.1} s later an order is accepted"
    ));
    nodes::wait_until_ready(client, &mut cluster.nodes)?;
    cluster.haproxy.wait_for_nodes()?;
    check_load(&load)?;
    check_orders(diner, &load, token)?;
    let is_so =
        stream.receives(EVENT, 1)? && diner.cancel(&watched) == Some(200) && stream.receives(EVENT, 2)?;
    fact(
        "a stream that was open all the time has what happens afterwards",
        is_so,
        stream.received(),
    )?;
    let after = patroni::wait_until_whole(client, &cluster.members)?;
    let is_so = after.primary.as_ref() != Some(&name);
    fact(
        format!("{:?} takes writes now", after.primary.clone().unwrap_or_default()),
        is_so,
        format!("{after:?}"),
    )?;
    Ok(after)
}

fn check_orders(diner: &Diner<'_>, load: &Load, token: String) -> Result {
    let mut acknowledged = load.orders.clone();
    acknowledged.push(token);
    let mut again = 0;
    for (wanted, _) in load.failed_orders.iter().take(TRIED_AGAIN) {
        match diner.place(wanted) {
            Ok(token) => acknowledged.push(token),
            Err(answer) => return fail(format!("an order that is sent again is answered with {answer}")),
        }
        again += 1;
    }
    report(format!(
        "{again} of those that were refused are accepted when they are sent again"
    ));
    let lost = acknowledged.iter().filter(|token| !diner.is_known(token)).count();
    let different = acknowledged.iter().collect::<BTreeSet<_>>().len();
    let what = format!("all of the {different} orders that were acknowledged are there");
    let is_so = lost == 0 && different == acknowledged.len();
    fact(what, is_so, format!("{lost} are lost"))
}

/// Orders are refused meanwhile, in words that a program understands; pages are shown as they were.
fn check_load(load: &Load) -> Result {
    let what = format!("meanwhile {} reads were answered, none failed", load.reads);
    fact(what, load.failed_reads.is_empty(), load.failures())?;
    let (accepted, refused) = (load.orders.len(), load.failed_orders.len());
    let are_problems = load
        .failed_orders
        .iter()
        .all(|(_, answer)| answer.contains("status: 503"));
    let what = format!("meanwhile {accepted} orders were accepted, and {refused} refused with 503");
    fact(what, are_problems, load.failures())
}
