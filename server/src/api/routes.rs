//! The table of the API. Router and OpenAPI document are both made from it; method, path and schemas stand at each handler.

use std::sync::Arc;

use servery_domain::{
    limits, menu_import::Unlisted, order_search::OrderFilter, picture_shape::PictureShape, problem::Problem,
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{
    about, accounts, audit_log, board, cashiers, devices, domains, drafts, edits, holidays, installation,
    map, menu_import, office, order_search, orders, passkeys, payments, pictures, places, push, quotes,
    reader_payments, restaurants, sessions, staff, sync,
};
use crate::{
    accounts::sessions as account_sessions,
    http::{error::body_limit, visitor},
    state::AppState,
    sync::devices as paired_devices,
};

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
        (name = "office", description = "What owners change, invitations, and what a restaurant is made from"),
        (name = "installation", description = "What operators do with this installation"),
        (name = "about", description = "The version of this server, and the licences of what is in it"),
    ),
    modifiers(&SecuritySchemes),
    // What only a parameter names is not collected.
    components(schemas(Problem, restaurants::CuisineFilter, OrderFilter, PictureShape, Unlisted)),
    security(()),
)]
struct Info;

/// Who is asking: cookies of an account's session, of a paired device, and of a browser that has a basket or an order.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        for (name, cookie) in [
            ("session", account_sessions::COOKIE),
            ("device", paired_devices::COOKIE),
            ("visitor", visitor::VISITOR),
        ] {
            let key = ApiKeyValue::new(cookie);
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Cookie(key)));
        }
    }
}

pub fn routes() -> OpenApiRouter<Arc<AppState>> {
    let empty = OpenApiRouter::with_openapi(Info::openapi());
    table().into_iter().fold(empty, OpenApiRouter::routes)
}

pub(super) fn table() -> Vec<UtoipaMethodRouter<Arc<AppState>>> {
    let post_sync = routes!(sync::post_sync).layer(body_limit(limits::SYNC));
    let put_edit = routes!(edits::put_edit, edits::delete_edit).layer(body_limit(limits::EDIT));
    let put_menu_import = routes!(menu_import::put_menu_import).layer(body_limit(limits::MENU_FILE));
    let post_picture = routes!(pictures::post_picture).layer(body_limit(limits::PICTURE_FILE));
    let post_op_imports = routes!(sync::post_op_imports).layer(body_limit(limits::OP_IMPORT));
    vec![
        routes!(restaurants::list_restaurants),
        routes!(restaurants::get_restaurant),
        routes!(restaurants::get_menu),
        routes!(restaurants::get_legal_facts),
        routes!(quotes::post_quote),
        routes!(quotes::get_coupon),
        routes!(places::list_places),
        routes!(map::get_map),
        routes!(holidays::get_holidays),
        routes!(drafts::get_draft, drafts::put_draft),
        routes!(drafts::get_times),
        routes!(orders::post_order, order_search::search_orders),
        routes!(order_search::get_order_record),
        routes!(orders::list_orders),
        routes!(orders::get_order),
        routes!(orders::get_basket),
        routes!(orders::get_order_events),
        routes!(orders::cancel_order),
        routes!(push::get_push, push::put_push, push::delete_push),
        routes!(push::put_renewed_push),
        routes!(payments::post_payment),
        routes!(payments::pay_at_door),
        routes!(payments::post_card_webhook),
        routes!(payments::post_restaurant_card_webhook),
        routes!(board::get_board),
        routes!(board::get_board_events),
        routes!(board::post_order_event),
        routes!(board::put_stock),
        routes!(board::put_intake),
        routes!(audit_log::get_restaurant_log),
        routes!(devices::post_device),
        routes!(devices::get_device, devices::delete_device),
        routes!(devices::list_devices, devices::post_code),
        routes!(devices::revoke_device),
        routes!(reader_payments::put_reader),
        routes!(reader_payments::post_reader_payment),
        routes!(reader_payments::get_reader_payment),
        routes!(reader_payments::cancel_reader_payment),
        post_sync,
        post_op_imports,
        routes!(sync::get_pos),
        routes!(sync::get_sync_events),
        routes!(office::get_invitation),
        routes!(office::get_new_restaurant),
        routes!(installation::get_installation),
        routes!(
            installation::put_installation_invitation,
            installation::delete_installation_invitation
        ),
        routes!(installation::delete_demo),
        routes!(staff::list_staff),
        routes!(staff::put_role, staff::delete_staff),
        routes!(cashiers::put_cashier, cashiers::delete_cashier),
        routes!(domains::put_domain, domains::delete_domain),
        routes!(domains::get_domain),
        routes!(staff::put_invitation, staff::delete_invitation),
        routes!(edits::get_edits),
        put_edit,
        routes!(edits::put_publication),
        routes!(edits::put_schedule, edits::delete_schedule),
        routes!(edits::list_publications),
        put_menu_import,
        post_picture,
        routes!(accounts::post_account),
        routes!(
            accounts::get_account,
            accounts::patch_account,
            accounts::delete_account
        ),
        routes!(accounts::get_export),
        routes!(audit_log::get_account_log),
        routes!(accounts::post_verification),
        routes!(accounts::post_reset),
        routes!(accounts::post_new_password),
        routes!(sessions::post_session, sessions::delete_sessions),
        routes!(sessions::delete_session),
        routes!(passkeys::list_passkeys, passkeys::post_passkey),
        routes!(passkeys::post_passkey_challenge),
        routes!(passkeys::delete_passkey),
        routes!(passkeys::post_session_challenge),
        routes!(passkeys::post_passkey_session),
        routes!(about::get_about),
    ]
}
