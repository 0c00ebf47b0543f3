//! Where addresses are: suggestions while somebody types, and the point of an order's address.

use servery_domain::{
    basket::Fulfilment,
    contact::DeliveryAddress,
    draft::Draft,
    id::PlaceId,
    limits,
    order_settings::OrderSettings,
    place::{ImportedPlace, PlaceSearch, PlaceSuggestion, TypedAddress, find_place},
    problem::ProblemType,
    restaurant::Restaurant,
};

use crate::{catalog::restaurant_now::restaurant_now, http::error::ApiError, state::AppState};

/// Places that are looked at for a few suggestions: those to which a restaurant delivers come first.
const CANDIDATES: usize = 50;

/// Suggestions for what was typed so far. Too little of it has none.
pub async fn suggestions(
    app: &AppState,
    typed: &str,
    near: Option<&Restaurant>,
) -> Result<Vec<PlaceSuggestion>, ApiError> {
    if typed.chars().count() > limits::ADDRESS {
        return Err(ApiError::new(
            ProblemType::Malformed,
            format!("'q' takes at most {} characters", limits::ADDRESS),
        ));
    }
    let Some(search) = PlaceSearch::parse(typed) else {
        return Ok(Vec::new());
    };
    let mut found = match near.and_then(|restaurant| restaurant.ordering.bounds()) {
        Some(bounds) => app.store.search_places(&search, Some(bounds), CANDIDATES).await?,
        None => Vec::new(),
    };
    for other in app.store.search_places(&search, None, CANDIDATES).await? {
        if !found.contains(&other) {
            found.push(other);
        }
    }
    found.sort_by_key(|place| {
        let is_delivered_to = near.is_some_and(|restaurant| is_delivered_to(&restaurant.ordering, place));
        (!is_delivered_to, !search.has_number_of(place))
    });
    let country = near.map_or("", |restaurant| &restaurant.address.country);
    found.truncate(limits::PLACES);
    Ok(found.iter().map(|place| place.suggestion(country)).collect())
}

fn is_delivered_to(ordering: &OrderSettings, place: &ImportedPlace) -> bool {
    ordering.zone(&place.postcode, Some(place.point)).is_some()
}

/// Sets the location of an address from the list. What a client says is taken only of a device or of a point on the map, only for an
/// address that the list has not, and only where areas are drawn.
pub async fn locate(
    app: &AppState,
    ordering: &OrderSettings,
    fulfilment: &mut Fulfilment,
) -> Result<(), ApiError> {
    let Fulfilment::Delivery(door) = fulfilment else {
        return Ok(());
    };
    if !ordering.needs_point(&door.postcode) {
        door.location = None;
        return Ok(());
    }
    let places = app.store.places_of_address(&TypedAddress::from(&*door)).await?;
    door.locate(find_place(door, &places));
    Ok(())
}

/// Fills in the address that was chosen from the list. `false` if it is there no more.
pub async fn choose(app: &AppState, slug: &str, draft: &mut Draft, id: PlaceId) -> Result<bool, ApiError> {
    let Some(place) = app.store.place(id).await? else {
        return Ok(false);
    };
    let country = restaurant_now(app, slug)
        .await?
        .listing
        .restaurant
        .address
        .country
        .clone();
    let PlaceSuggestion {
        street,
        postcode,
        city,
        ..
    } = place.suggestion(&country);
    let before = draft.delivery_address();
    draft.set_fulfilment(Fulfilment::Delivery(DeliveryAddress {
        street,
        // What the list leaves out was typed.
        postcode: if postcode.is_empty() {
            before.postcode
        } else {
            postcode
        },
        city: if city.is_empty() { before.city } else { city },
        hint: before.hint,
        location: None,
    }));
    Ok(true)
}
