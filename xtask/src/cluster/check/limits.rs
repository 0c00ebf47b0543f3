//! Rate limits, which all nodes count together.

use serde_json::json;

use crate::{
    cluster::{Cluster, check::fact, client::Client, random::random_id},
    failure::{Result, fail},
};

/// Not the address of the other checks, whose requests would count, too.
const FROM: &str = "127.0.0.3";
/// Pairing codes that one address may guess wrongly within ten minutes, at whichever node.
const ALLOWED: usize = 10;
const TOO_MANY: u16 = 429;

pub fn check(cluster: &mut Cluster<'_>, client: &Client<'_>) -> Result {
    let url = format!("{}/api/v1/devices", cluster.haproxy.site());
    let guess = || {
        let body = json!({ "code": "ABCD-EFGH", "device": random_id()? }).to_string();
        let options = [
            "--interface",
            FROM,
            "--header",
            "Content-Type: application/json",
            "--data",
            &body,
        ];
        match client.ask(&url, &options) {
            Some(answer) => Ok(answer.status),
            None => fail("a wrong pairing code is not answered"),
        }
    };
    let before = cluster.haproxy.servers()?;
    let mut guesses = 0;
    while guess()? != TOO_MANY && guesses <= ALLOWED {
        guesses += 1;
    }
    let asked = cluster.haproxy.servers()?.requests_since(&before, "api");
    let is_so = guesses == ALLOWED && asked.iter().filter(|requests| **requests > 0).count() > 1;
    let what = format!("after {guesses} wrong codes at all nodes together ({asked:?}) one may guess no more");
    fact(what, is_so, format!("{guesses} guesses"))?;
    cluster.redis.kill()?;
    let answered = guess()?;
    let ready = cluster
        .nodes
        .iter()
        .all(|node| client.status(&node.url("/readyz")) == Some(200));
    let what = "Redis is killed: nodes count by themselves, and are ready";
    fact(
        what,
        answered != TOO_MANY && ready,
        format!("{answered}, ready: {ready}"),
    )
}
