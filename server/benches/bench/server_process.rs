//! The server as a program of its own: its memory and its processor time are its own, and two processes may have twice as many
//! connections open.

use std::{
    fs,
    io::Write,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::connection::Connection;

const PROGRAM: &str = env!("CARGO_BIN_EXE_servery");

pub struct ServerProcess {
    process: Child,
    pub address: String,
    pub ready_after: Duration,
    _folder: TempDir,
}

/// `servery ARGUMENTS`; `input` is what it reads.
pub fn command(arguments: &[&str], input: &str) {
    let mut process = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(process.wait().unwrap().success(), "servery {arguments:?}");
}

impl ServerProcess {
    pub fn start(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let started = Instant::now();
        let process = Command::new(PROGRAM)
            .args(["serve", "--database", database, "--listen", &address])
            .args(["--log", "error", "--heavy-at", "600000"])
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let mut server = Self {
            process,
            address,
            ready_after: Duration::ZERO,
            _folder: folder,
        };
        server.wait_until_ready(started);
        server.ready_after = started.elapsed();
        server
    }

    fn wait_until_ready(&mut self, started: Instant) {
        loop {
            assert!(self.process.try_wait().unwrap().is_none(), "servery has ended");
            assert!(
                started.elapsed() < Duration::from_secs(600),
                "servery is not ready"
            );
            let listens = std::net::TcpStream::connect(&self.address).is_ok();
            if listens && Connection::open(&self.address).get("/readyz", "").status == 200 {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// In bytes.
    pub fn memory(&self) -> f64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.process.id())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * 4096.0
    }

    /// What all its threads have used of the processor.
    pub fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: u64 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap())
            .sum();
        Duration::from_millis(ticks * 10)
    }
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
