//! Whether there is room for what a build and the tests write.

use std::{env, io, path::Path};

use nix::sys::statvfs::statvfs;

use crate::{
    context::Context,
    failure::{Explain, Result, fail},
};

const GIGABYTE: u64 = 1 << 30;
/// What a whole run writes into a target folder that is empty, and into one that has the dependencies already.
const NEEDED_AT_FIRST: u64 = 20 * GIGABYTE;
const NEEDED_AGAIN: u64 = 8 * GIGABYTE;
/// The databases of the tests.
const NEEDED_FOR_TESTS: u64 = 4 * GIGABYTE;

/// A full disk is said before anything is run: PostgreSQL and the tests themselves say it in riddles.
pub fn need(context: &Context) -> Result {
    let is_built = context.target.join("debug").exists();
    let needed = if is_built { NEEDED_AGAIN } else { NEEDED_AT_FIRST };
    need_in(&context.target, needed)?;
    need_in(&env::temp_dir(), NEEDED_FOR_TESTS)
}

fn need_in(folder: &Path, needed: u64) -> Result {
    let free = free_bytes(folder)?;
    if free >= needed {
        return Ok(());
    }
    fail(format!(
        "{} GB are free for {}, and a whole run may take {}; remove what is old there, or all of it",
        free / GIGABYTE,
        folder.display(),
        needed / GIGABYTE
    ))
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let found = statvfs(folder)
        .map_err(io::Error::from)
        .explain(format!("{} cannot be looked at", folder.display()))?;
    Ok(found.blocks_available() * found.fragment_size())
}
