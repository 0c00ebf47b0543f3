//! A station of the kitchen, which may have a screen of its own.

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, StationId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Station {
    pub id: StationId,
    pub name: String,
    /// The categories that it prepares.
    pub categories: Vec<CategoryId>,
}
