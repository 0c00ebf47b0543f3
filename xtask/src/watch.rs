//! Builds and starts again whenever a source file has changed. What does not build leaves the old server running.

use std::time::SystemTime;

use crate::{
    failure::{Failure, Result},
    server, sources,
    steps::print_error,
    stop,
    workshop::Workshop,
};

pub fn watch(workshop: &Workshop) -> Result {
    let mut running = None;
    loop {
        let built_from = SystemTime::now();
        match server::build_light(workshop) {
            Ok(()) => {
                // The port has to be free before the next one starts.
                drop(running.take());
                running = Some(server::start(workshop)?);
            }
            Err(Failure::Said(sentence)) => print_error(&format!("\n✗ {sentence}")),
            Err(Failure::Stopped) => return Err(Failure::Stopped),
        }
        wait_for_change(workshop, built_from)?;
    }
}

fn wait_for_change(workshop: &Workshop, since: SystemTime) -> Result {
    let sources = [&sources::OF_SITE[..], &sources::OF_SERVER].concat();
    let changed = || Ok(sources::any_newer(workshop, &sources, since).then_some(()));
    stop::poll(None, changed).map(|_| ())
}
