//! The PostgreSQL that takes writes dies, and then the whole machine of its successor.

use std::time::{Duration, Instant};

use crate::{
    cluster::{
        Cluster,
        check::{
            fact,
            load::{self, Load},
            orders::Diner,
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
    let (member, shared) = (&mut cluster.members[primary], &cluster.patroni);
    shared
        .context
        .steps
        .several("A machine, again", |log| member.start(shared, log))?;
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
    let before = [diner.order()?, diner.order()?, diner.order()?];
    let name = cluster.members[primary].name.clone();
    let (took, load) = load::during(client, &site, diner, || {
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
    let (token, took) = took;
    fact(
        format!(
            "{what} of {name} is killed, and {:.1} s later an order is accepted",
            took.as_secs_f64()
        ),
        true,
        "",
    )?;
    nodes::wait_until_ready(client, &mut cluster.nodes)?;
    cluster.haproxy.wait_until_up(nodes::NODES)?;
    check_load(&load)?;
    let acknowledged: Vec<&String> = before.iter().chain(&load.orders).chain([&token]).collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|token| !diner.is_known(token))
        .collect();
    let what = format!(
        "all of the {} orders that were acknowledged are there",
        acknowledged.len()
    );
    fact(what, lost.is_empty(), format!("{} are lost", lost.len()))?;
    let after = patroni::wait_until_whole(client, &cluster.members)?;
    let is_so = after.primary.as_ref() != Some(&name);
    fact(
        format!("{:?} takes writes now", after.primary.clone().unwrap_or_default()),
        is_so,
        format!("{after:?}"),
    )?;
    Ok(after)
}

/// Orders are refused meanwhile, in words that a program understands; pages are shown as they were.
fn check_load(load: &Load) -> Result {
    let what = format!("meanwhile {} reads were answered, none failed", load.reads);
    fact(what, load.failed_reads.is_empty(), load.failures())?;
    let (accepted, refused) = (load.orders.len(), load.failed_orders.len());
    let are_problems = load
        .failed_orders
        .iter()
        .all(|answer| answer.contains("status: 503"));
    let what = format!("{accepted} orders were accepted before and after, {refused} refused with 503");
    fact(what, are_problems, load.failures())
}
