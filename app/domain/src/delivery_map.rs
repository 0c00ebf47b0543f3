//! The map: diners set the point of an address on it, owners draw delivery zones, and staff see where orders go.

use serde::{Deserialize, Serialize};

/// What a browser needs to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryMap {
    /// The address of the script that shows it to a diner.
    pub script: String,
    /// That of the script with which zones are drawn.
    pub zones_script: String,
    /// That of the script that shows the orders to be delivered.
    pub orders_script: String,
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

impl MapTiles {
    pub fn archive(&self) -> Option<String> {
        match self {
            Self::Archive(address) => Some(address.clone()),
            Self::Template(_) => None,
        }
    }

    pub fn template(&self) -> Option<String> {
        match self {
            Self::Template(address) => Some(address.clone()),
            Self::Archive(_) => None,
        }
    }
}
