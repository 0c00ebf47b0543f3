//! Where clients arrive: TLS, versions of HTTP, who they are, and which node gets them.

use serde_json::Value;

use crate::{
    cluster::{Cluster, check::fact, client::Client},
    failure::Result,
    process,
};

/// Of this machine, and not the one that everybody has.
const FROM: &str = "127.0.0.2";
const MADE_UP: [&str; 3] = [
    "X-Forwarded-For: 203.0.113.9",
    "Forwarded: for=203.0.113.9",
    "X-Real-IP: 203.0.113.9",
];
/// Enough for each node to get some, also while HAProxy still spares one that has just come.
const REQUESTS: u64 = 30;

pub fn check(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    check_tls(cluster)?;
    check_versions(cluster, client)?;
    check_who_is_believed(cluster, client)?;
    check_metrics(cluster, client)?;
    check_balance(cluster, client)
}

fn check_tls(cluster: &Cluster<'_>) -> Result {
    let connect = |version: &str| {
        let mut openssl = cluster.settings.context.command("openssl");
        openssl
            .args([
                "s_client",
                "-connect",
                &format!("localhost:{}", cluster.haproxy.ports.https),
            ])
            // This machine's own openssl refuses old versions, too, if it is not told otherwise.
            .args([version, "-cipher", "ALL:@SECLEVEL=0"]);
        process::whole_answer(&mut openssl).unwrap_or_default()
    };
    let (accepted, said) = connect("-tls1_1");
    let is_refused = !accepted && said.contains("alert protocol version");
    fact("TLS 1.1 is refused", is_refused, said)?;
    for (version, name) in [("-tls1_2", "TLS 1.2"), ("-tls1_3", "TLS 1.3")] {
        let (accepted, said) = connect(version);
        fact(format!("{name} is accepted"), accepted, said)?;
    }
    Ok(())
}

fn check_versions(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    let site = cluster.haproxy.site();
    for (option, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let answer = client.ask(&format!("{site}/livez"), &[option]);
        let is_so = answer.as_ref().is_some_and(|answer| answer.version == version);
        fact(
            format!("HTTP/{version} is negotiated"),
            is_so,
            format!("{answer:?}"),
        )?;
    }
    let plain = format!("http://localhost:{}/about?n=1", cluster.haproxy.ports.http);
    let answer = client.get(&plain);
    let leads_to = answer.as_ref().and_then(|answer| answer.header("location"));
    let is_so = leads_to == Some(&format!("{site}/about?n=1"));
    fact(
        "plain HTTP leads to the same address with TLS",
        is_so,
        format!("{answer:?}"),
    )
}

fn check_who_is_believed(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    let mut options = vec!["--interface", FROM];
    options.extend(MADE_UP.iter().flat_map(|header| ["--header", header]));
    let answer = client.ask(&format!("{}/whoami", cluster.haproxy.site()), &options);
    let body = answer.map(|answer| answer.body).unwrap_or_default();
    let seen: Value = serde_json::from_str(&body).unwrap_or_default();
    let is_so = seen["address"] == FROM && seen["behind_proxy"] == true;
    let what = "a node sees where a client comes from, and not what it says in X-Forwarded-For and Forwarded";
    fact(what, is_so, body)
}

fn check_metrics(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    let outside = client.status(&format!("{}/metrics", cluster.haproxy.site()));
    let inside = client.status(&cluster.nodes[0].url("/metrics"));
    let is_so = (outside, inside) == (Some(404), Some(200));
    fact(
        "figures are had from a node, and not from outside",
        is_so,
        format!("{outside:?} {inside:?}"),
    )
}

fn check_balance(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    for (path, backend) in [("/about", "pages"), ("/api/v1/restaurants", "api")] {
        let before = cluster.haproxy.servers()?;
        let url = format!("{}{path}", cluster.haproxy.site());
        // With a cookie nothing is answered from a cache.
        let statuses: Vec<u16> = (0..REQUESTS)
            .filter_map(|_| Some(client.ask(&url, &["--cookie", "any=1"])?.status))
            .collect();
        let all_answered = statuses.len() as u64 == REQUESTS && statuses.iter().all(|status| *status == 200);
        let got = cluster.haproxy.servers()?.requests_since(&before, backend);
        let is_so = all_answered && got.iter().sum::<u64>() == REQUESTS && got.iter().all(|count| *count > 0);
        let what = format!("each node answers {path} for the backend '{backend}': {got:?} of {REQUESTS}");
        fact(what, is_so, format!("{statuses:?}"))?;
    }
    Ok(())
}
