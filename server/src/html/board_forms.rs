//! The board's plain forms.

use axum::{
    extract::{
        Multipart,
        multipart::{MultipartError, MultipartRejection},
    },
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use servery_app::page_address::address;
use servery_domain::{
    currency::Minor,
    device::{DeviceKind, NewDevice},
    id::OrderId,
    order::Event,
    order_intake::{BusyKitchen, IntakeChange, OrderPause},
    problem::ProblemType,
    sync::ImportedOps,
    time::{LocalMinute, Timestamp},
};

use super::order_forms::{Form, FormContext, redirect, respond};
use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::restaurant_now,
    clock,
    http::error::{ApiError, Segments, Text, parse_json},
    orders::board,
    payments::readers,
    state::AppState,
    sync::{self, devices},
};

/// `POST /board/{slug}/orders/{id}`: adds an event to an order.
pub async fn post_event(
    context: FormContext,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    form: Form,
) -> Response {
    respond(advance(&context.0, &user, &slug, &id, &form).await, &context).await
}

async fn advance(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    id: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let order: OrderId = id
        .parse()
        .map_err(|_| ApiError::new(ProblemType::NotFound, "there is no such order"))?;
    let event = event(app, slug, form).await?;
    let advanced = board::advance(app, user, slug, order, event).await;
    let is_record = form.get("page") == "order";
    let page = match is_record {
        true => format!("/board/{slug}/orders/{order}"),
        false => format!("/board/{slug}"),
    };
    match advanced {
        // Another person was faster: the page shows the current state.
        Err(error) if error.0.is(ProblemType::Conflict) && is_record && form.get("event") == "refund" => {
            Ok(redirect(&address(&page, [("wrong", "refund")])))
        }
        Err(error) if error.0.is(ProblemType::Conflict) => Ok(redirect(&page)),
        advanced => advanced.map(|_| redirect(&page)),
    }
}

async fn event(app: &AppState, slug: &str, form: &Form) -> Result<Event, ApiError> {
    let reason = form.get("reason").to_owned();
    Ok(match form.get("event") {
        "accepted" => {
            let minutes = form
                .get("minutes")
                .parse()
                .ok()
                .filter(|minutes| (0..=600).contains(minutes));
            let minutes: i64 =
                minutes.ok_or_else(|| ApiError::new(ProblemType::NotAccepted, "'minutes' is 0 to 600"))?;
            Event::Accepted {
                ready_at: LocalMinute(restaurant_now(app, slug).await?.now.1.0 + minutes),
            }
        }
        "rejected" => Event::Rejected { reason },
        "rescheduled" => {
            let to = form.get("to").parse();
            let to =
                to.map_err(|_| ApiError::new(ProblemType::NotAccepted, "'to' is such as 2026-11-21T18:30"))?;
            Event::Rescheduled { to }
        }
        "preparing" => Event::Preparing,
        "ready" => Event::Ready,
        "out_for_delivery" => Event::OutForDelivery,
        "collected" => Event::Collected,
        "delivered" => Event::Delivered,
        "cancelled" => Event::Cancelled { reason },
        "refund" => {
            let currency = restaurant_now(app, slug).await?.menu.currency;
            let amount = |name| {
                let amount = currency.read(form.get(name));
                amount.ok_or_else(|| {
                    ApiError::new(
                        ProblemType::NotAccepted,
                        format!("'{name}' is an amount, such as {}", currency.plain(Minor(950))),
                    )
                })
            };
            Event::Refund {
                amount: amount("amount")?,
                left: amount("left")?,
                reason,
            }
        }
        _ => {
            return Err(ApiError::new(
                ProblemType::NotAccepted,
                "'event' is not something that staff do",
            ));
        }
    })
}

/// `POST /board/{slug}/stock`: sets how many portions of a dish are left.
pub async fn post_stock(context: FormContext, user: CurrentUser, Text(slug): Text, form: Form) -> Response {
    respond(set_stock(&context.0, &user, &slug, &form).await, &context).await
}

async fn set_stock(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let dish = form
        .get("dish")
        .parse()
        .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'dish' is not the id of a dish"))?;
    let portions = match form.get("portions") {
        "" => None,
        portions => Some(
            portions
                .parse()
                .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'portions' is a number"))?,
        ),
    };
    board::set_stock(app, user, slug, dish, portions).await?;
    Ok(redirect(&format!("/board/{slug}?stock=open#stock")))
}

/// `POST /board/{slug}/intake`: pauses orders, takes them again, or says that the kitchen is busy.
pub async fn post_intake(context: FormContext, user: CurrentUser, Text(slug): Text, form: Form) -> Response {
    let result = change_intake(&context.0, &user, &slug, &form).await;
    respond(result.map(|()| redirect(&format!("/board/{slug}"))), &context).await
}

/// How long a kitchen stays busy unless somebody says otherwise, in seconds.
const BUSY_FOR: i64 = 2 * 3600;

async fn change_intake(app: &AppState, user: &CurrentUser, slug: &str, form: &Form) -> Result<(), ApiError> {
    let not_accepted = || {
        ApiError::new(
            ProblemType::NotAccepted,
            "'act' is such as 'pause 20', 'close', 'resume', 'busy 15' or 'as-usual'",
        )
    };
    let act = form.get("act");
    let (act, minutes) = act.split_once(' ').unwrap_or((act, "0"));
    let minutes: u16 = minutes.parse().map_err(|_| not_accepted())?;
    let later = |seconds: i64| Timestamp(clock::now().0 + seconds);
    let change = match act {
        "pause" => IntakeChange::Pause(Some(OrderPause {
            until: Some(later(i64::from(minutes) * 60)),
        })),
        "close" => IntakeChange::Pause(Some(OrderPause { until: None })),
        "resume" => IntakeChange::Pause(None),
        "busy" => IntakeChange::Busy(Some(BusyKitchen {
            minutes,
            until: later(BUSY_FOR),
        })),
        "as-usual" => IntakeChange::Busy(None),
        _ => return Err(not_accepted()),
    };
    board::change_intake(app, user, slug, change).await
}

/// `POST /board/{slug}/devices`: makes a pairing code, or revokes a device.
pub async fn post_devices(context: FormContext, user: CurrentUser, Text(slug): Text, form: Form) -> Response {
    let here = format!("/board/{slug}/devices");
    let result = match change_devices(&context.0, &user, (&slug, &here), &form).await {
        Ok(response) => Ok(response),
        Err(error) if error.0.is(ProblemType::NotAccepted) => {
            Ok(redirect(&address(&here, [("wrong", error.0.detail.as_str())])))
        }
        // Another person was faster: the list shows the current state.
        Err(error) if error.0.is(ProblemType::NotFound) && form.get("change") == "sign-out" => {
            Ok(redirect(&here))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

async fn change_devices(
    app: &AppState,
    user: &CurrentUser,
    (slug, here): (&str, &str),
    form: &Form,
) -> Result<Response, ApiError> {
    match form.get("change") {
        "sign-out" => {
            let device = form
                .get("device")
                .parse()
                .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'device' is not the id of a device"))?;
            devices::revoke(app, user, slug, device).await?;
            Ok(redirect(&address(here, [("done", "signed-out")])))
        }
        "reader" => {
            let device = form
                .get("device")
                .parse()
                .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'device' is not the id of a device"))?;
            let reader = Some(form.get("reader")).filter(|reader| !reader.is_empty());
            let wrong = match readers::choose(app, user, slug, (device, reader)).await {
                Ok(()) => return Ok(redirect(&address(here, [("done", "reader")]))),
                Err(error) if error.0.is(ProblemType::NotAccepted) => "reader",
                Err(error) if error.0.is(ProblemType::ProviderAway) => "reader-away",
                Err(error) => return Err(error),
            };
            Ok(redirect(&address(here, [("wrong", wrong)])))
        }
        "code" => {
            let kind = DeviceKind::from_code(form.get("kind"));
            let kind = kind
                .ok_or_else(|| ApiError::new(ProblemType::NotAccepted, "'kind' is not a kind of device"))?;
            let made = devices::make_code(
                app,
                user,
                slug,
                NewDevice {
                    name: form.get("name").to_owned(),
                    kind,
                },
            )
            .await?;
            let mut response = redirect(here);
            response
                .headers_mut()
                .append(SET_COOKIE, devices::code_cookie(&made)?);
            Ok(response)
        }
        _ => Err(ApiError::new(
            ProblemType::NotAccepted,
            "'change' is not something that can be changed",
        )),
    }
}

/// `POST /board/{slug}/devices/op-imports`: the file in which a device saved its unsent ops.
pub async fn post_op_imports(
    context: FormContext,
    user: CurrentUser,
    Text(slug): Text,
    file: Result<Multipart, MultipartRejection>,
) -> Response {
    let here = format!("/board/{slug}/devices");
    let result = match import_ops(&context.0, &user, &slug, file).await {
        Ok(ImportedOps { done, known }) => {
            let said = [
                ("done", "handed-over".to_owned()),
                ("was", done.to_string()),
                ("still", known.to_string()),
            ];
            Ok(redirect(&address(&here, said)))
        }
        Err(error) => {
            let said = [
                (ProblemType::NotAccepted, "file"),
                (ProblemType::TooLarge, "file-large"),
                (ProblemType::NotFound, "file-device"),
                (ProblemType::Conflict, "file-newer"),
            ];
            match said.iter().find(|(kind, _)| error.0.is(*kind)) {
                Some((_, wrong)) => Ok(redirect(&address(&here, [("wrong", wrong)]))),
                None => Err(error),
            }
        }
    };
    respond(result, &context).await
}

async fn import_ops(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    file: Result<Multipart, MultipartRejection>,
) -> Result<ImportedOps, ApiError> {
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(ProblemType::TooLarge, "the file is larger than is accepted here")
        }
        _ => ApiError::new(ProblemType::NotAccepted, error.body_text()),
    };
    // Before the file is read.
    sync::import_restaurant(app, user, slug).await?;
    let mut file = file.map_err(|error| ApiError::new(ProblemType::NotAccepted, error.body_text()))?;
    let field = file.next_field().await.map_err(unreadable)?;
    let field = field.ok_or_else(|| ApiError::new(ProblemType::NotAccepted, "there is no file"))?;
    let text = field.bytes().await.map_err(unreadable)?;
    let requests =
        parse_json(&text).map_err(|error| ApiError::new(ProblemType::NotAccepted, error.to_string()))?;
    sync::import_ops(app, user, slug, requests).await
}
