//! slowhttptest keeps connections busy with as little as it can: other clients must not notice.

use std::{
    net::{IpAddr, Ipv4Addr},
    process::Command,
    time::{Duration, Instant},
};

use super::{Target, run};

const CONNECTIONS: &str = "400";
const ATTACK: &str = "20";
/// How many requests the other client makes, one after the other.
const REQUESTS: usize = 300;
const PAUSE: Duration = Duration::from_millis(40);

/// The time that 99 of 100 requests of a client with an address of its own stay under, in milliseconds.
async fn p99(client: &reqwest::Client, address: &str) -> f64 {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let started = Instant::now();
        let answer = client.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_by(f64::total_cmp);
    times[REQUESTS * 99 / 100]
}

fn slowhttptest(mode: &str, address: &str) -> Command {
    let mut command = Command::new("slowhttptest");
    command
        .args([
            mode,
            "-c",
            CONNECTIONS,
            "-r",
            "200",
            "-i",
            "5",
            "-l",
            ATTACK,
            "-p",
            "5",
        ])
        .args(["-u", address]);
    command
}

/// New connections each time: a connection that is open already waits for nobody.
fn another_client() -> reqwest::Client {
    reqwest::Client::builder()
        .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)))
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn others_do_not_notice_who_is_slow() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let target = Target::with_limits().await;
    let client = another_client();
    let page = format!("{}/", target.address);
    p99(&client, &page).await;
    for (mode, name) in [
        ("-H", "slow heads"),
        ("-B", "slow bodies"),
        ("-R", "many ranges"),
        ("-X", "slow readers"),
    ] {
        let usual = p99(&client, &page).await;
        let attack = tokio::spawn(run(slowhttptest(mode, &page)));
        let under_attack = p99(&client, &page).await;
        let (_, printed) = attack.await.unwrap();
        assert!(printed.contains("Exit status"), "{printed}");
        let ratio = under_attack / usual;
        let findings = u32::from(ratio >= 2.0);
        println!(
            "audit slowhttptest {name}: {findings} findings, p99 of others {under_attack:.1} ms (ratio {ratio:.2} of usual)"
        );
        assert_eq!(findings, 0);
    }
}
