//! A restaurant as a file: written, read, and compared with another.

pub mod changes;
mod json_part;
pub mod read;
#[cfg(test)]
mod schema;

use servery_domain::restaurant_file::RestaurantFile;

/// Equal restaurants are equal texts.
pub fn write(file: &RestaurantFile) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(file)? + "\n")
}
