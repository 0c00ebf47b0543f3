//! The table of the API. Router and OpenAPI document are both made from it; method, path and schemas stand at each handler.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use servery_domain::limits;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{
    about, accounts, board, devices, drafts, orders, passkeys, payments, push, quotes, restaurants, sessions,
    sync,
};
use crate::{accounts::sessions as account_sessions, state::AppState, sync::devices as paired_devices};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Servery",
        description = "Everything that the pages of a Servery installation do, for programs. Errors are problem+json (RFC 9457). Reads have an ETag; send it back as If-None-Match. \
                       Amounts of money are integers in the currency's minor unit. Times without a zone are on the restaurant's own clock.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later"),
        contact(),
    ),
    tags(
        (name = "restaurants", description = "Restaurants and their menus"),
        (name = "orders", description = "Baskets, quotes, orders and their payment"),
        (name = "staff", description = "A restaurant's board"),
        (name = "devices", description = "Installed staff apps, and how they sync"),
        (name = "accounts", description = "Accounts, sessions and passkeys"),
        (name = "about", description = "This installation"),
    ),
    modifiers(&SecuritySchemes),
)]
struct Info;

/// How generated clients sign in: both are cookies, of an account's session and of a paired device.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        for (name, cookie) in [
            ("session", account_sessions::COOKIE),
            ("device", paired_devices::COOKIE),
        ] {
            let key = ApiKeyValue::new(cookie);
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Cookie(key)));
        }
    }
}

pub fn routes() -> OpenApiRouter<Arc<AppState>> {
    let post_sync = routes!(sync::post_sync).layer(DefaultBodyLimit::max(limits::SYNC));
    let post_op_imports = routes!(sync::post_op_imports).layer(DefaultBodyLimit::max(limits::OP_IMPORT));
    OpenApiRouter::with_openapi(Info::openapi())
        .routes(routes!(restaurants::list_restaurants))
        .routes(routes!(restaurants::get_restaurant))
        .routes(routes!(restaurants::get_menu))
        .routes(routes!(quotes::post_quote))
        .routes(routes!(quotes::get_coupon))
        .routes(routes!(drafts::get_draft, drafts::put_draft))
        .routes(routes!(drafts::get_times))
        .routes(routes!(orders::post_order))
        .routes(routes!(orders::list_orders))
        .routes(routes!(orders::get_order))
        .routes(routes!(orders::get_basket))
        .routes(routes!(orders::get_order_events))
        .routes(routes!(orders::cancel_order))
        .routes(routes!(push::get_push, push::put_push, push::delete_push))
        .routes(routes!(payments::post_payment))
        .routes(routes!(payments::pay_at_door))
        .routes(routes!(payments::post_card_webhook))
        .routes(routes!(board::get_board))
        .routes(routes!(board::get_board_events))
        .routes(routes!(board::post_order_event))
        .routes(routes!(board::put_stock))
        .routes(routes!(devices::post_device))
        .routes(routes!(devices::get_device, devices::delete_device))
        .routes(routes!(devices::list_devices, devices::post_code))
        .routes(routes!(devices::revoke_device))
        .routes(post_sync)
        .routes(post_op_imports)
        .routes(routes!(sync::get_pos))
        .routes(routes!(sync::get_sync_events))
        .routes(routes!(accounts::post_account))
        .routes(routes!(
            accounts::get_account,
            accounts::patch_account,
            accounts::delete_account
        ))
        .routes(routes!(accounts::get_export))
        .routes(routes!(accounts::post_verification))
        .routes(routes!(accounts::post_reset))
        .routes(routes!(accounts::post_new_password))
        .routes(routes!(sessions::post_session, sessions::delete_sessions))
        .routes(routes!(sessions::delete_session))
        .routes(routes!(passkeys::list_passkeys, passkeys::post_passkey))
        .routes(routes!(passkeys::post_creation))
        .routes(routes!(passkeys::delete_passkey))
        .routes(routes!(passkeys::post_request))
        .routes(routes!(passkeys::post_session))
        .routes(routes!(about::get_about))
}
