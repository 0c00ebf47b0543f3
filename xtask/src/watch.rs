//! Builds and starts again whenever a source file has changed. What does not build leaves the old server running.

use std::time::{Duration, SystemTime};

use crate::{
    context::Context,
    failure::{Failure, Result},
    server, sources,
    steps::print_error,
    stop,
};

/// Between two walks through all source files.
const PAUSE: Duration = Duration::from_millis(300);

pub fn watch(context: &Context) -> Result {
    let mut running = None;
    loop {
        let built_from = SystemTime::now();
        match server::build_light(context) {
            Ok(()) => {
                // The port has to be free before the next one starts.
                drop(running.take());
                running = Some(server::start(context)?);
            }
            Err(Failure::Said(sentence)) => print_error(&format!("\n✗ {sentence}")),
            Err(Failure::Stopped) => return Err(Failure::Stopped),
        }
        wait_for_change(context, built_from)?;
    }
}

fn wait_for_change(context: &Context, since: SystemTime) -> Result {
    let sources = [&sources::OF_SITE[..], &sources::OF_SERVER].concat();
    let changed = || Ok(sources::any_newer(context, &sources, since).then_some(()));
    stop::poll(PAUSE, None, changed).map(|_| ())
}
