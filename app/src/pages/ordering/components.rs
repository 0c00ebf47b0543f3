//! Components that several of these pages use.

pub mod coupon;
pub mod due_time;
pub mod lines;
pub mod removed_lines;
pub mod reorder;
pub mod sums;
pub mod validation_text;
