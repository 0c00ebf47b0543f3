//! Servery's nodes, all alike.

use std::{env, path::PathBuf, process::Command, time::Duration};

use nix::sys::signal::Signal;

use crate::{
    cluster::client::Client,
    context::Context,
    failure::{Result, fail},
    process::Running,
    steps::Log,
    stop,
};

pub const NODES: usize = 3;
/// Seconds. HAProxy notices within two.
const DRAIN: &str = "3";
const START_LIMIT: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_millis(100);

/// What all nodes are told.
pub struct Settings<'a> {
    pub context: &'a Context,
    /// With its password: it is handed over where other users of this machine do not see it.
    pub database: String,
    pub redis: String,
    pub public_url: String,
    pub folder: PathBuf,
}

impl Settings<'_> {
    /// On one machine a folder does what a bucket does for many.
    pub fn pictures(&self) -> PathBuf {
        self.folder.join("pictures")
    }

    pub fn command(&self) -> Command {
        let mut servery = self.context.servery();
        servery
            .env("SERVERY_DATABASE", &self.database)
            .env("SERVERY_REDIS", &self.redis)
            .env("SERVERY_PUBLIC_URL", &self.public_url)
            .env("SERVERY_BEHIND_PROXY", "true")
            .env("SERVERY_DRAIN", DRAIN)
            .env("SERVERY_PICTURES", self.pictures());
        if env::var_os("SERVERY_LOG").is_none() {
            servery.env("SERVERY_LOG", "warn");
        }
        servery
    }
}

pub struct Node {
    pub name: String,
    pub port: u16,
    running: Option<Running>,
}

impl Node {
    pub fn new(number: usize, port: u16) -> Self {
        Self {
            name: format!("node{number}"),
            port,
            running: None,
        }
    }

    pub fn start(&mut self, settings: &Settings<'_>, log: &Log) -> Result {
        let mut serve = settings.command();
        serve
            .arg("serve")
            .env("SERVERY_LISTEN", format!("127.0.0.1:{}", self.port));
        log.write_to(&mut serve)?;
        // At the end nobody is left whom it would have to answer.
        self.running = Some(Running::start(&mut serve)?.ends_with(Signal::SIGKILL));
        Ok(())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(Running::id)
    }

    pub fn kill(&mut self) -> Result {
        match self.running.take() {
            Some(mut running) => running.kill(),
            None => fail(format!("{} does not run", self.name)),
        }
    }

    /// How a service manager stops it.
    pub fn tell_to_end(&self) {
        self.signal(Signal::SIGTERM);
    }

    /// Its connections stay open, and no answer comes.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(running) = &self.running {
            running.signal(signal);
        }
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        match &mut self.running {
            Some(running) => Ok(running.has_ended()?.is_some()),
            None => Ok(true),
        }
    }
}

/// All of those that run.
pub fn wait_until_ready(client: &Client<'_>, nodes: &mut [Node]) -> Result {
    for node in nodes {
        let ready = stop::poll(SOON, Some(START_LIMIT), || {
            if node.has_ended()? {
                return fail(format!("{} has ended", node.name));
            }
            Ok((client.status(&node.url("/readyz")) == Some(200)).then_some(()))
        })?;
        if ready.is_none() {
            return fail(format!("{} is not ready in time", node.name));
        }
    }
    Ok(())
}
