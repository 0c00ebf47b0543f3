//! Reduces a picture, which is sent over a mobile network and stored for years.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlInputElement, ImageBitmap};

/// Pixels of the longer side.
const LONG_SIDE: f64 = 640.0;
/// Bytes.
const MOST: usize = 40_000;
const KIND: &str = "image/jpeg";
/// JPEG qualities, tried until the size fits.
const QUALITIES: [f64; 6] = [0.8, 0.65, 0.5, 0.35, 0.2, 0.1];

pub async fn small(field: HtmlInputElement) -> Option<String> {
    let file = field.files()?.get(0)?;
    let canvas = drawn(
        JsFuture::from(window().create_image_bitmap_with_blob(&file).ok()?)
            .await
            .ok()?
            .dyn_into()
            .ok()?,
    )
    .ok()?;
    QUALITIES.iter().find_map(|quality| {
        let address = canvas
            .to_data_url_with_type_and_encoder_options(KIND, &(*quality).into())
            .ok()?;
        // A browser without JPEG encoding returns PNG.
        let base64 = address.strip_prefix("data:image/jpeg;base64,")?;
        (base64.len() / 4 * 3 <= MOST).then(|| base64.to_owned())
    })
}

fn drawn(picture: ImageBitmap) -> Result<HtmlCanvasElement, JsValue> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (LONG_SIDE / width.max(height)).min(1.0);
    let (width, height) = (
        (width * scale).round().max(1.0),
        (height * scale).round().max(1.0),
    );
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let brush: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into()?;
    brush.draw_image_with_image_bitmap_and_dw_and_dh(&picture, 0.0, 0.0, width, height)?;
    picture.close();
    Ok(canvas)
}
