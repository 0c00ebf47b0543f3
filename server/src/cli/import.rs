//! `servery import`: makes or changes a restaurant as a file says, all of it or nothing.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use servery_domain::{
    audit::Author, limits, mistake::Mistake, restaurant_file::RestaurantFile, time::Timestamp,
};
use servery_store::{
    Store,
    restaurant_files::{ImportMode, ImportOutcome},
};

use super::error::CliError;
use crate::restaurant_file::{
    changes::changes,
    read::{read, text, told},
};

/// What to tell the person at the terminal.
pub async fn run(
    store: &dyn Store,
    path: &Path,
    mode: ImportMode,
    now: Timestamp,
) -> Result<String, CliError> {
    let bytes = bytes_of(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let refused = |text: &str, mistakes: &[Mistake]| {
        format!(
            "{}: nothing was imported\n{}",
            path.display(),
            told(text, mistakes)
        )
    };
    let text = text(&bytes).map_err(|mistake| refused("", &[mistake]))?;
    let file = read(text).map_err(|mistakes| refused(text, &mistakes))?;
    match store
        .import_restaurant(&file, mode, (Author::Operator, now))
        .await?
    {
        ImportOutcome::Refused(mistakes) => Err(refused(text, &mistakes).into()),
        ImportOutcome::Unchanged => Ok(format!("{} is as the file says; nothing changes", file.slug)),
        ImportOutcome::Created => Ok(created(&file, mode)),
        ImportOutcome::Changed { before } => changed(&before, &file, mode),
    }
}

/// No more than shows that there are too many.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limits::RESTAURANT_FILE as u64 + 1;
    match path == Path::new("-") {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn created(file: &RestaurantFile, mode: ImportMode) -> String {
    let dishes: usize = file.categories.iter().map(|category| category.dishes.len()).sum();
    let verb = match mode {
        ImportMode::Write => "is",
        ImportMode::DryRun => "would be",
    };
    format!("{} {verb} new, with {dishes} dishes", file.slug)
}

fn changed(before: &RestaurantFile, after: &RestaurantFile, mode: ImportMode) -> Result<String, CliError> {
    let mut lines: Vec<String> = changes(before, after)?.iter().map(ToString::to_string).collect();
    let verb = match mode {
        ImportMode::Write => "is changed",
        ImportMode::DryRun => "would be changed",
    };
    lines.push(format!("{} {verb}", after.slug));
    Ok(lines.join("\n"))
}
