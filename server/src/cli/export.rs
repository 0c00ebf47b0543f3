//! `servery export`: a restaurant, or its menu, as a file.

use std::path::Path;

use servery_domain::slug::Slug;
use servery_store::Store;

use super::error::CliError;
use crate::{menu_file, restaurant_file};

/// What to tell the person at the terminal: without a file, or with `-`, the restaurant itself.
pub async fn run(store: &dyn Store, slug: &str, file: Option<&Path>) -> Result<String, CliError> {
    let known = slug.parse::<Slug>()?;
    let exported = store.export_restaurant(&known).await?;
    let restaurant = exported.ok_or_else(|| format!("there is no restaurant '{known}'"))?;
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        return Ok(restaurant_file::write(&restaurant)?);
    };
    let bytes = match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => {
            menu_file::write::csv(&restaurant, restaurant.lang).map_err(|error| error.to_string())?
        }
        Some("xlsx") => menu_file::write::xlsx(&restaurant).map_err(|error| error.to_string())?,
        _ => restaurant_file::write(&restaurant)?.into_bytes(),
    };
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} is in {}", restaurant.name, file.display()))
}
