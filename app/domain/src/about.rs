//! Version and third-party components of this installation.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    pub version: String,
    /// What it was built from; empty for a build that is no release.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
    /// Where the source of this version is, if the operator says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub components: Vec<Component>,
}

/// A third-party component that is built into the server or the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Component {
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub licence: String,
}
