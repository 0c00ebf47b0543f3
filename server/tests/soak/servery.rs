//! The server as a program of its own, which can be killed.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::reserved_port::ReservedPort;

pub struct Servery {
    arguments: Vec<String>,
    pub address: String,
    process: Option<Child>,
    _port: ReservedPort,
}

impl Servery {
    pub async fn new(arguments: &[String]) -> Self {
        let port = ReservedPort::new();
        let address = format!("127.0.0.1:{}", port.number());
        let listen = [
            "serve".to_owned(),
            "--listen".into(),
            address.clone(),
            "--log".into(),
            "error".into(),
        ];
        Self {
            arguments: [&listen, arguments].concat(),
            address: format!("http://{address}"),
            process: None,
            _port: port,
        }
    }

    pub async fn start(&mut self, client: &reqwest::Client) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_servery"));
        command
            .args(&self.arguments)
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit());
        self.process = Some(command.spawn().expect("servery starts"));
        let started = Instant::now();
        let ready = format!("{}/readyz", self.address);
        while !client
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 200)
        {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "servery is not ready"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// As a power cut does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for Servery {
    fn drop(&mut self) {
        self.kill();
    }
}
