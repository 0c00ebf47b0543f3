//! Components that pages of several chunks use.

pub mod allergen;
pub mod area_points;
pub mod audit_entry;
pub mod availability;
pub mod cuisine;
pub mod demo_badge;
pub mod diet;
pub mod dish_badges;
pub mod footer;
pub mod form;
pub mod header;
pub mod list_view;
pub mod located_by;
pub mod map_opener;
pub mod map_points;
pub mod menu_text;
pub mod notice;
pub mod offline;
pub mod opening;
pub mod options;
pub mod picture;
pub mod refusal_text;
pub mod render_info;
pub mod sum;
