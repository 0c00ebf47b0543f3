//! What several of these pages show.

pub mod again;
pub mod coupon;
pub mod dropped;
pub mod lines;
pub mod sums;
pub mod when;
pub mod wrong;
