//! A Redis of a test's own, which is ended, stopped for a while, and started again.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::reserved_port::ReservedPort;

pub struct RedisServer {
    port: ReservedPort,
    folder: tempfile::TempDir,
    server: Child,
}

impl RedisServer {
    pub async fn start() -> Self {
        let (port, folder) = (ReservedPort::new(), tempfile::tempdir().unwrap());
        let server = spawn(port.number(), &folder).await;
        Self { port, folder, server }
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port.number())
    }

    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// With nothing in it, at the same address.
    pub async fn start_again(&mut self) {
        self.server = spawn(self.port.number(), &self.folder).await;
    }

    /// Its connections stay open, and no answer comes.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.server), signal).unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

async fn spawn(port: u16, folder: &tempfile::TempDir) -> Child {
    let server = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed by ./dev");
    let started = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "Redis does not start"
        );
        tokio::task::yield_now().await;
    }
    server
}
