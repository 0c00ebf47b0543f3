//! Where the device is.

use js_sys::Promise;
use leptos::prelude::window;
use servery_app::backend::LocationFailure;
use servery_domain::delivery_area::Point;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Position, PositionError, PositionOptions};

/// Milliseconds that the device may look for it, and that an answer counts.
const TIMEOUT: u32 = 10_000;
const MAX_AGE: u32 = 60_000;
/// Metres by which it may be wrong: some devices know no more than their city.
const MAX_ERROR: f64 = 1_000.0;

pub async fn locate() -> Result<Point, LocationFailure> {
    let asked = Promise::new(&mut |resolve, reject| {
        let options = PositionOptions::new();
        options.set_enable_high_accuracy(true);
        options.set_timeout(TIMEOUT);
        options.set_maximum_age(MAX_AGE);
        let asked = window().navigator().geolocation().and_then(|device| {
            device.get_current_position_with_error_callback_and_options(&resolve, Some(&reject), &options)
        });
        if asked.is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let position = JsFuture::from(asked).await.map_err(|error| failure(&error))?;
    let coordinates = position.unchecked_into::<Position>().coords();
    if coordinates.accuracy() > MAX_ERROR {
        return Err(LocationFailure::Unknown);
    }
    Point::from_degrees(coordinates.latitude(), coordinates.longitude()).ok_or(LocationFailure::Unknown)
}

fn failure(error: &JsValue) -> LocationFailure {
    // A browser without such a device rejects with nothing.
    let is_told = error.is_object();
    match is_told && error.unchecked_ref::<PositionError>().code() == PositionError::PERMISSION_DENIED {
        true => LocationFailure::Refused,
        false => LocationFailure::Unknown,
    }
}
