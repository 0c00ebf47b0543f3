//! `servery export`: a restaurant as a file.

use std::path::Path;

use servery_domain::slug::Slug;
use servery_store::Store;

use super::error::CliError;
use crate::restaurant_file;

/// What to tell the person at the terminal: without a file, or with `-`, the restaurant itself.
pub async fn run(store: &dyn Store, slug: &str, file: Option<&Path>) -> Result<String, CliError> {
    let known = slug.parse::<Slug>()?;
    let exported = store.export_restaurant(&known).await?;
    let restaurant = exported.ok_or_else(|| format!("there is no restaurant '{known}'"))?;
    let text = restaurant_file::write(&restaurant)?;
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        return Ok(text);
    };
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} is in {}", restaurant.name, file.display()))
}
