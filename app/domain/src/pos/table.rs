//! A table: its place on the floor plan, and its open bills.

use serde::{Deserialize, Serialize};

use crate::id::{BillId, TableId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Table {
    pub id: TableId,
    pub plan: TablePlan,
    /// The oldest first. New guests join the first bill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bills: Vec<BillId>,
}

/// Its entry on the floor plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TablePlan {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub room: String,
    pub seats: u8,
    #[serde(default)]
    pub round: bool,
    /// In hundredths of the room's width and height: the centre, then the size.
    pub x: u8,
    pub y: u8,
    pub width: u8,
    pub height: u8,
}

impl Table {
    pub fn new(id: TableId) -> Self {
        Self {
            id,
            plan: TablePlan::default(),
            bills: Vec::new(),
        }
    }
}
