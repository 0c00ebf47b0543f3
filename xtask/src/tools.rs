//! Programs that are not part of the repository: found, or installed where that is possible.

pub mod cargo_tools;
pub mod debian;
pub mod node;
pub mod python;

use crate::{
    context::Context,
    failure::{Result, fail},
    process,
};

/// What any build needs beside the compiler and `wasm-bindgen`.
pub fn for_building(context: &Context) -> Result {
    debian::need(context, "pkg-config", "pkg-config", &["pkg-config"])?;
    // The server's build script lists the dependencies of the browser's programs, without a network.
    let fetch = &mut context.cargo(&["fetch", "--locked", "--quiet"]);
    match process::run(fetch, Some(process::STEP_LIMIT))?.success() {
        true => Ok(()),
        false => fail("the crates of Cargo.lock cannot be fetched"),
    }
}

/// What builds the browser's programs as they are shipped.
pub fn for_shipping(context: &Context) -> Result {
    for_building(context)?;
    node::need_map(context)?;
    for_finishing(context)
}

/// What makes of compiled programs what a browser loads.
pub fn for_finishing(context: &Context) -> Result {
    node::need_wasm_opt(context)?;
    cargo_tools::need_wasm_bindgen(context)?;
    cargo_tools::need_cargo_leptos(context)
}
