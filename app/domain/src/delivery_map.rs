//! The map on which a diner sets the point of an address.

use serde::{Deserialize, Serialize};

/// What a browser needs to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryMap {
    /// The address of the script that shows it.
    pub script: String,
    pub tiles: MapTiles,
    /// Whose map it is, in the words that its licence asks for.
    pub attribution: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MapTiles {
    /// The address of a PMTiles file.
    Archive(String),
    /// An address with `{z}`, `{x}` and `{y}` in it.
    Template(String),
}
