//! Pages: one request to one document, as thick as `app::render` decides.

pub mod account_forms;
mod backend;
pub mod board_forms;
pub mod card_page;
pub mod card_script;
pub mod document;
pub mod escape;
pub mod map_file;
pub mod menu_files;
pub mod office_forms;
pub mod operator_forms;
pub mod order_forms;
pub mod page;
mod page_headers;
pub mod pictures;
mod preferences;
pub mod qr_files;
pub mod release_files;
mod render;
pub mod rendered;
pub mod shell;
pub mod sitemap;
pub mod staff_forms;
pub mod staff_manifest;
pub mod structured_data;
pub mod view_cache;
