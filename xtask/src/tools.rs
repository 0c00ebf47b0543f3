//! Programs that are not part of the repository: found, or installed where that is possible.

pub mod cargo_tools;
pub mod debian;
pub mod node;
pub mod python;

use crate::{
    failure::{Result, fail},
    process,
    side_by_side::side_by_side,
    workshop::Workshop,
};

/// What any build needs beside the compiler and `wasm-bindgen`.
pub fn for_building(workshop: &Workshop) -> Result {
    debian::need(workshop, "pkg-config", "pkg-config", &["pkg-config"])?;
    // The server's build script lists the dependencies of the browser's programs, without a network.
    let fetch = &mut workshop.cargo(&["fetch", "--locked", "--quiet"]);
    match process::run(fetch, Some(process::STEP_LIMIT))?.success() {
        true => Ok(()),
        false => fail("the crates of Cargo.lock cannot be fetched"),
    }
}

/// What builds the browser's programs as they are shipped.
pub fn for_shipping(workshop: &Workshop) -> Result {
    for_building(workshop)?;
    side_by_side(
        || cargo_tools::need_cargo_leptos(workshop),
        || {
            node::need_wasm_opt(workshop)?;
            cargo_tools::need_wasm_bindgen(workshop)
        },
    )?;
    Ok(())
}
