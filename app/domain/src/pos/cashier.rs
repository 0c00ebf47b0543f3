//! Who stands at a till. A PIN says so without a network; it keeps colleagues apart, not burglars out.

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
