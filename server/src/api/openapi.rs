use std::sync::LazyLock;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Servery",
        description = "Everything that the pages of a Servery installation do, for programs. Errors are problem+json (RFC 9457). Reads have an ETag; send it back as If-None-Match. \
                       Amounts of money are integers in the currency's minor unit. Times without a zone are on the restaurant's own clock.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later"),
        contact(),
    ),
    tags((name = "restaurants", description = "Who cooks, and what"), (name = "orders", description = "From a basket to a dish"), (name = "staff", description = "Behind the counter"), (name = "devices", description = "Installed staff apps"), (name = "accounts", description = "Who signs in"), (name = "about", description = "This installation")),
    paths(super::restaurants::list_restaurants, super::restaurants::get_restaurant, super::restaurants::get_menu, super::quotes::post_quote, super::quotes::get_coupon,
        super::orders::post_order, super::orders::get_order, super::orders::get_basket, super::orders::list_orders, super::payments::post_payment, super::payments::pay_at_door, super::payments::hear_provider, super::board::get_board, super::board::get_events, super::board::post_event, super::board::put_stock, super::devices::post_device, super::devices::get_device, super::devices::delete_device, super::devices::list_devices, super::devices::post_code, super::devices::revoke_device,
        super::sync::post_sync, super::sync::get_pos, super::sync::post_handed_over, super::sync::get_events, super::drafts::get_draft, super::drafts::put_draft, super::drafts::get_times, super::orders::get_events, super::orders::cancel_order, super::push::get_push, super::push::put_push, super::push::delete_push, super::about::get_about,
        super::accounts::post_account, super::accounts::get_account, super::accounts::patch_account, super::accounts::delete_account, super::accounts::get_export,
        super::accounts::post_verification, super::accounts::post_reset, super::accounts::post_new_password,
        super::sessions::post_session, super::sessions::delete_session, super::sessions::delete_sessions,
        super::passkeys::post_creation, super::passkeys::post_passkey, super::passkeys::list_passkeys, super::passkeys::delete_passkey, super::passkeys::post_request, super::passkeys::post_session),
)]
struct Api;

/// The document, made from the handlers.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    // A document made of plain structs is always JSON.
    Api::openapi().to_pretty_json().unwrap_or_default()
});

pub async fn get_openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
