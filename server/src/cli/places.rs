//! `servery places import`: addresses with their positions, from a file.

pub(crate) mod file;
mod geojson;
mod open_addresses;
mod rows;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use servery_domain::place::ImportedPlace;
use servery_store::{Store, places::PlaceImport};
use tokio::{sync::mpsc, task};

use self::{
    file::PlacesFile,
    rows::{LeftOut, Reading},
};
use super::error::CliError;
use crate::clock;

/// Places that are written in one transaction.
const BATCH: usize = 1_000;
/// Batches that are read ahead.
const AHEAD: usize = 4;

#[derive(Debug, Subcommand)]
pub enum PlacesCommand {
    /// Import addresses with their positions, so that guests find theirs: GeoJSON, or CSV as OpenAddresses has it
    Import {
        file: PathBuf,
        /// Forget all addresses that are not in this file
        #[arg(long)]
        replace: bool,
        /// The city of the addresses that name none
        #[arg(long)]
        city: Option<String>,
    },
}

/// What to tell the person at the terminal.
pub async fn run(store: &dyn Store, command: PlacesCommand) -> Result<String, CliError> {
    let PlacesCommand::Import { file, replace, city } = command;
    let city = city.unwrap_or_default();
    let checking = PlacesFile {
        path: file.clone(),
        city: city.clone(),
    };
    let checked = task::spawn_blocking(move || checking.read(&mut |_| true)).await?;
    let Reading { places, left_out } = checked.map_err(|errors| refusal(&file, &errors))?;
    if places == 0 {
        return Err(format!(
            "{}: no address in it can be used{}; nothing was imported",
            file.display(),
            told(&left_out)
        )
        .into());
    }
    let path = file.display().to_string();
    import(store, PlacesFile { path: file, city }, replace).await?;
    Ok(format!(
        "{places} addresses of {path} are imported{}",
        told(&left_out)
    ))
}

fn refusal(file: &Path, errors: &[String]) -> String {
    format!("{}: nothing was imported\n{}", file.display(), errors.join("\n"))
}

fn told(left_out: &LeftOut) -> String {
    let reasons: Vec<String> = [
        (left_out.without_number, "without a street and a house number"),
        (
            left_out.without_city,
            "without a postcode and a city (--city names one)",
        ),
        (left_out.without_point, "without a point geometry"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, why)| format!("{count} {why}"))
    .collect();
    match reasons.is_empty() {
        true => String::new(),
        false => format!("; left out are {}", reasons.join(", ")),
    }
}

/// The file was found to be without errors, so it is written while it is read again.
async fn import(store: &dyn Store, file: PlacesFile, replaces: bool) -> Result<(), CliError> {
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let reading = task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let mut add = |place: ImportedPlace| {
            batch.push(place);
            batch.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
        };
        let read = file.read(&mut add);
        let _ = sender.blocking_send(batch);
        read
    });
    let import = store.begin_place_import(clock::now()).await?;
    while let Some(batch) = batches.recv().await {
        store.add_places(import, &batch).await?;
    }
    if reading.await?.is_err() {
        return Err("the file has changed while it was read; nothing was imported".into());
    }
    store.finish_place_import(import, replaces).await?;
    store.delete_obsolete_places().await?;
    Ok(())
}

/// Writes these places in place of all others.
pub(super) async fn replace_all(
    store: &dyn Store,
    places: &[ImportedPlace],
) -> Result<PlaceImport, servery_store::StoreError> {
    let import = store.begin_place_import(clock::now()).await?;
    for batch in places.chunks(BATCH) {
        store.add_places(import, batch).await?;
    }
    store.finish_place_import(import, true).await?;
    store.delete_obsolete_places().await?;
    Ok(import)
}
