//! A cashier. The PIN works without a network; it tells colleagues apart and is no protection against attackers.

use serde::{Deserialize, Serialize};

use crate::id::CashierId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cashier {
    pub id: CashierId,
    pub name: String,
    /// A slow hash of the PIN, salted with the id, in hexadecimal digits.
    pub pin: String,
}
