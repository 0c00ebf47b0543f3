use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use servery_domain::{card_decline::CardDecline, order::Order, problem::ProblemType};
use utoipa::ToSchema;

use crate::{
    http::error::{AcceptsJson, ApiError, JsonBody, Raw, Text},
    payments::{self, PaymentOutcome},
    state::AppState,
};

#[derive(Deserialize, ToSchema)]
pub struct CardPayment {
    /// The provider's id of the diner's card: `pm_…`. The card number never reaches this server.
    #[schema(pattern = "^[A-Za-z0-9_]{1,100}$")]
    payment_method: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    Paid,
    /// The diner's bank asks for a confirmation at this address first.
    Elsewhere {
        address: String,
    },
    /// The diner's bank has not decided yet; the order changes when it is paid.
    Pending,
}

/// Pay for an order by card. A repeated request charges once
#[utoipa::path(
    post, path = "/api/v1/orders/{token}/payment", tag = "orders", params(("token" = String, Path)), request_body = CardPayment,
    responses(
        (status = 200, body = PaymentState), (status = 402), (status = 404), (status = 409),
        (status = 503, description = "The provider does not answer; the order can be paid at the door"),
    ),
)]
pub async fn post_payment(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    JsonBody(card): JsonBody<CardPayment>,
) -> Result<Json<PaymentState>, ApiError> {
    match payments::pay(&app, &token, Some(&card.payment_method)).await? {
        PaymentOutcome::Paid => Ok(Json(PaymentState::Paid)),
        PaymentOutcome::Elsewhere { address } => Ok(Json(PaymentState::Elsewhere { address })),
        PaymentOutcome::Pending => Ok(Json(PaymentState::Pending)),
        PaymentOutcome::Declined(decline) => Err(ApiError::new(ProblemType::Declined, words(decline))),
    }
}

/// For programs; pages say it in the diner's language.
fn words(decline: CardDecline) -> &'static str {
    match decline {
        CardDecline::Refused => "the card was declined; try another one",
        CardDecline::Funds => "there is not enough money on the card; try another one",
        CardDecline::Expired => "the card has expired; try another one",
        CardDecline::Typed => "the number, the date or the security code of the card is wrong",
        CardDecline::Unconfirmed => "the payment was not confirmed to the bank; try again",
        CardDecline::TryAgain => "the bank could not be asked; try again in a moment",
    }
}

/// Change an unpaid order to payment at the door
#[utoipa::path(
    post, path = "/api/v1/orders/{token}/pay-at-door", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Order), (status = 404), (status = 409), (status = 422)),
)]
pub async fn pay_at_door(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
) -> Result<Json<Order>, ApiError> {
    Ok(Json(payments::pay_at_door(&app, &token).await?))
}

/// For the card provider: events of the installation's account, with a Stripe-Signature
#[utoipa::path(
    post, path = "/api/v1/webhooks/cards", tag = "orders", params(("Stripe-Signature" = String, Header)),
    request_body(content = Object, description = "An event as the provider signed it"),
    responses((status = 200, description = "Received"), (status = 403), (status = 422, description = "There is no such account")),
)]
pub async fn post_card_webhook(
    State(app): State<Arc<AppState>>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<(), ApiError> {
    payments::handle_webhook(&app, None, signature(&headers), &body).await
}

/// For the card provider: events of a restaurant's own account, with a Stripe-Signature
#[utoipa::path(
    post, path = "/api/v1/webhooks/cards/{slug}", tag = "orders",
    params(("slug" = String, Path), ("Stripe-Signature" = String, Header)),
    request_body(content = Object, description = "An event as the provider signed it"),
    responses((status = 200, description = "Received"), (status = 403), (status = 422, description = "There is no such account")),
)]
pub async fn post_restaurant_card_webhook(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<(), ApiError> {
    payments::handle_webhook(&app, Some(&slug), signature(&headers), &body).await
}

fn signature(headers: &HeaderMap) -> &str {
    headers
        .get("stripe-signature")
        .and_then(|signature| signature.to_str().ok())
        .unwrap_or_default()
}
