//! A server of buckets to test with, a program of its own that speaks S3's protocol.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::reserved_port::ReservedPort;

const START_LIMIT: Duration = Duration::from_secs(30);

pub struct BucketServer {
    process: Child,
    port: ReservedPort,
    client: reqwest::Client,
}

impl Drop for BucketServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl BucketServer {
    /// With one empty bucket.
    pub async fn start(bucket: &str) -> Self {
        let python = std::env::var("SERVERY_TEST_PEERS")
            .expect("SERVERY_TEST_PEERS names a Python that has 'moto'; './dev test' installs one");
        let port = ReservedPort::new();
        let process = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p"])
            .arg(port.number().to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Self {
            process,
            port,
            client: reqwest::Client::new(),
        };
        let started = Instant::now();
        let address = format!("{}/{bucket}", server.address());
        while server.client.put(&address).send().await.is_err() {
            assert!(started.elapsed() < START_LIMIT, "moto does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number())
    }

    /// The names of the objects in a bucket, sorted.
    pub async fn names(&self, bucket: &str) -> Vec<String> {
        let list = format!("{}/{bucket}?list-type=2", self.address());
        let list = self.client.get(list).send().await.unwrap();
        let list = list.text().await.unwrap();
        let names = list.split("<Key>").skip(1);
        let mut names: Vec<String> = names
            .filter_map(|rest| Some(rest.split_once("</Key>")?.0.to_owned()))
            .collect();
        names.sort();
        names
    }
}
