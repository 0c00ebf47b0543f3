//! How much a first visit costs over the network, after brotli. Growth by more than 3 % fails `./dev check`.

use servery_app::routes::Chunk;
use servery_domain::lang::Lang;

use crate::{assets::Assets, http::cached_body::compress};

/// `(name, bytes)`; `fetch` gets a page by its path and header lines.
pub fn measure(assets: &Assets, fetch: impl Fn(&str, &str) -> Vec<u8>) -> [(&'static str, usize); 9] {
    let page = |path: &str, mode: &str| {
        compress(&fetch(path, &format!("cookie: servery_render={mode}\r\n")), 5).len()
    };
    let file = |path: &str| assets.compressed_len(path).unwrap_or_default();
    let program = assets.program(Chunk::Browse);
    let style = file(&assets.style);
    let program =
        file(&program.script) + file(&program.wasm) + file(assets.texts(Chunk::Browse, Lang::English));
    [
        ("size_thin_home", page("/", "thin") + style),
        (
            "size_thin_menu_500",
            page("/restaurants/jade-lantern", "thin") + style,
        ),
        ("size_hydrated_home", page("/", "hydrated") + style + program),
        ("size_thick_shell", page("/", "thick") + style + program),
        ("size_wasm_reading", file(&assets.program(Chunk::Browse).wasm)),
        ("size_wasm_ordering", file(&assets.program(Chunk::Ordering).wasm)),
        ("size_wasm_signed", file(&assets.program(Chunk::Account).wasm)),
        ("size_wasm_staff", file(&assets.program(Chunk::Staff).wasm)),
        ("size_wasm_office", file(&assets.program(Chunk::Office).wasm)),
    ]
}
