//! Pages: one request to one document, as thick as `app::render` decides.

pub mod account_forms;
mod backend;
pub mod board_forms;
pub mod document;
pub mod forms;
pub mod page;
pub mod pictures;
mod preferences;
pub mod shell;
pub mod sitemap;
pub mod staff_forms;
pub mod structured_data;
