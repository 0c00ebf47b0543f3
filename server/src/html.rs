//! Pages: one request to one document, as thick as `app::render` decides.

mod backend;
pub mod document;
pub mod forms;
pub mod page;
pub mod pictures;
pub mod shell;
mod wishes;
