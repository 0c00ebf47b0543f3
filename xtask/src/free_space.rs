//! Whether there is room for what a build and the tests write.

use std::{io, path::Path};

use nix::sys::statvfs::statvfs;

use crate::{
    context::Context,
    failure::{Explain, Result, fail},
};

/// A whole run writes about 20 GB into a target folder that is empty, and half of it when only the checkout is another one; PostgreSQL
/// has up to 4 GB of tests' databases.
const NEEDED: u64 = 15 << 30;

/// A full disk is said before anything is run: PostgreSQL and the tests themselves say it in riddles.
pub fn need(context: &Context) -> Result {
    let free = free_bytes(&context.target)?;
    if free >= NEEDED {
        return Ok(());
    }
    fail(format!(
        "{} GB are free for {}, and a whole run may take {}; remove what is old there, or all of it",
        free >> 30,
        context.target.display(),
        NEEDED >> 30
    ))
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let found = statvfs(folder)
        .map_err(io::Error::from)
        .explain(format!("{} cannot be looked at", folder.display()))?;
    Ok(found.blocks_available() * found.fragment_size())
}
