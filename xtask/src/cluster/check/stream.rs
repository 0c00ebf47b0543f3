//! An order's stream of events, which stays open.

use std::{
    fs::{self, File},
    path::PathBuf,
    time::Duration,
};

use crate::{
    cluster::client::Client,
    failure::{Explain, Result},
    process::Running,
    stop,
};

/// Longer than a stream is ever silent.
const LIMIT: Duration = Duration::from_secs(30);

/// How a frame begins that has an order.
pub const EVENT: &str = "event: order";

pub struct Stream {
    curl: Running,
    received: PathBuf,
}

impl Stream {
    pub fn open(client: &Client<'_>, url: &str, received: PathBuf) -> Result<Self> {
        let file = File::create(&received).explain(format!("{} cannot be written", received.display()))?;
        let mut curl = client.command();
        curl.args(["--no-buffer", "--header", "Accept: text/event-stream", url])
            .stdout(file);
        Ok(Self {
            curl: Running::start(&mut curl)?,
            received,
        })
    }

    /// Whether so many of these lines arrive in time.
    pub fn receives(&self, text: &str, count: usize) -> Result<bool> {
        let arrived = stop::poll(stop::OFTEN, Some(LIMIT), || {
            Ok((self.received().matches(text).count() >= count).then_some(()))
        })?;
        Ok(arrived.is_some())
    }

    pub fn received(&self) -> String {
        fs::read_to_string(&self.received).unwrap_or_default()
    }

    /// Whether the server ends it in time as streams end: it is not cut off.
    pub fn ends_well(&mut self) -> Result<bool> {
        let status = stop::poll(stop::OFTEN, Some(LIMIT), || self.curl.has_ended())?;
        Ok(status.is_some_and(|status| status.success()))
    }
}
