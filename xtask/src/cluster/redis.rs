//! Redis, in which the nodes share what may be lost.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use crate::{
    context::Context,
    failure::{Result, fail},
    free_ports::free_port,
    process::Running,
    steps::Log,
};

pub struct Redis {
    running: Option<Running>,
    port: u16,
    folder: PathBuf,
}

impl Redis {
    pub fn new(folder: &Path) -> Result<Self> {
        Ok(Self {
            running: None,
            port: free_port()?,
            folder: folder.to_owned(),
        })
    }

    pub fn start(&mut self, context: &Context, log: &Log) -> Result {
        let mut redis = context.command("redis-server");
        redis
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(&self.folder);
        log.write_to(&mut redis)?;
        self.running = Some(Running::start(&mut redis)?.ends_with(Signal::SIGKILL));
        Ok(())
    }

    pub fn kill(&mut self) -> Result {
        match self.running.take() {
            Some(mut running) => running.kill(),
            None => fail("Redis does not run"),
        }
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}
