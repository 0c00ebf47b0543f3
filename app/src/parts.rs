//! What several pages share.

pub mod allergen;
pub mod cuisine;
pub mod diet;
pub mod footer;
pub mod form;
pub mod header;
pub mod made;
pub mod notes;
pub mod offline;
pub mod opening;
pub mod options;
pub mod picture;
pub mod reason;
pub mod said;
pub mod served;
pub mod sum;
