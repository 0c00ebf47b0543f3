//! etcd, where Patroni's members agree who is the primary. One is enough where nothing has to outlive this machine.

use std::path::Path;

use crate::{context::Context, failure::Result, free_ports::free_ports, process::Running, steps::Log};

pub struct Etcd {
    _running: Running,
    pub port: u16,
}

impl Etcd {
    pub fn start(context: &Context, log: &Log, folder: &Path) -> Result<Self> {
        let ports @ [port, _] = free_ports()?;
        let [clients, peers] = ports.map(|port: u16| format!("http://127.0.0.1:{port}"));
        let mut etcd = context.command("etcd");
        etcd.args(["--name", "one", "--logger", "zap", "--log-level", "warn"])
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            .args([
                "--listen-client-urls",
                &clients,
                "--advertise-client-urls",
                &clients,
            ])
            .args([
                "--listen-peer-urls",
                &peers,
                "--initial-advertise-peer-urls",
                &peers,
            ])
            .args(["--initial-cluster", &format!("one={peers}")]);
        log.write_to(&mut etcd)?;
        Ok(Self {
            _running: Running::start(&mut etcd)?,
            port,
        })
    }
}
