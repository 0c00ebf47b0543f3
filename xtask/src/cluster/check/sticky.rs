//! The two ways to send a visitor to the same node always, each with a HAProxy of its own before the same nodes.

use crate::{
    cluster::{
        Cluster,
        check::fact,
        client::Client,
        haproxy::{Behind, Haproxy, Ports},
        options::Sticky,
    },
    failure::Result,
};

const REQUESTS: u64 = 9;

pub fn check(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    let context = cluster.settings.context;
    let start = |sticky: Sticky| {
        let behind = Behind {
            certificate: &cluster.certificate,
            nodes: &cluster.nodes,
            members: &cluster.members,
        };
        let what = format!("HAProxy by {}", sticky.name());
        context.steps.several(&what, |log| {
            let mut haproxy = Haproxy::start(
                context,
                log,
                cluster.folder.path(),
                (Ports::find()?, sticky),
                behind,
            )?;
            haproxy.wait_for_nodes()?;
            Ok(haproxy)
        })
    };
    check_cookie(&start(Sticky::ByCookie)?, client)?;
    check_source(&start(Sticky::BySource)?, client)
}

fn check_cookie(haproxy: &Haproxy, client: &Client<'_>) -> Result {
    let url = format!("{}/about", haproxy.site());
    let first = client.get(&url);
    let set = first.as_ref().and_then(|answer| answer.header("set-cookie"));
    let cookie = set
        .and_then(|cookie| cookie.split(';').next())
        .unwrap_or_default();
    let before = haproxy.servers()?;
    for _ in 0..REQUESTS {
        client.ask(&url, &["--cookie", cookie]);
    }
    let mut got = haproxy.servers()?.requests_since(&before, "pages");
    got.sort_unstable();
    let is_so = cookie.starts_with("servery_node=") && got == [0, 0, REQUESTS];
    fact(
        "--cookie: one node gets all requests with its cookie",
        is_so,
        format!("{first:?} {got:?}"),
    )
}

fn check_source(haproxy: &Haproxy, client: &Client<'_>) -> Result {
    let url = format!("{}/api/v1/restaurants", haproxy.site());
    let requests = |from: &dyn Fn(u64) -> u64| {
        let before = haproxy.servers()?;
        for number in 0..REQUESTS {
            client.ask(&url, &["--interface", &format!("127.0.0.{}", from(number))]);
        }
        let mut got = haproxy.servers()?.requests_since(&before, "api");
        got.sort_unstable();
        Ok(got)
    };
    let (one, many) = (requests(&|_| 2)?, requests(&|number| 2 + number)?);
    let is_so = one == [0, 0, REQUESTS] && many.iter().sum::<u64>() == REQUESTS && many != one;
    fact(
        "--balance source: one address is always at one node, many are not",
        is_so,
        format!("{one:?} {many:?}"),
    )
}
