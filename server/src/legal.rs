//! What a restaurant's legal page is made from. The service behind the API and the page.

use servery_domain::{legal::LegalFacts, order_settings::PaymentMethod, restaurant::Restaurant};

use crate::{delivery_map::ServedMap, http::error::ApiError, state::AppState};

pub async fn legal_facts(app: &AppState, restaurant: &Restaurant) -> Result<LegalFacts, ApiError> {
    let map = app.assets.map();
    Ok(LegalFacts {
        notice: app.store.legal_notice(restaurant.id).await?,
        guest_days: app.settings.guest_days(),
        takes_cards: restaurant.ordering.payments.contains(&PaymentMethod::Card),
        map_origin: map.and_then(ServedMap::foreign_origin).map(str::to_owned),
        sends_mail: app.settings.smtp.is_some(),
    })
}
