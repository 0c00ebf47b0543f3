//! The plain forms of the ordering pages. Each calls the same service as the page's button does, and redirects to a page.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use servery_app::{
    checkout_form::fill_in, form_fields::FormFields, line_form::LineForm, page_address::PageAddress,
};
use servery_domain::{
    basket::Fulfilment,
    card_decline::CardDecline,
    draft::Draft,
    id::{LineId, OrderId, VisitorId},
    order::State as OrderState,
    problem::ProblemType,
    reorder::basket_from,
};

use super::{page, preferences::Preferences};
use crate::{
    accounts::customer::Customer,
    catalog::restaurant_now::restaurant_now,
    http::{
        error::{ApiError, Raw, Text},
        idempotency, visitor,
    },
    orders::{self, drafts, placement},
    payments::{self, PaymentOutcome},
    places,
    state::AppState,
};

/// The fields of a form in their order.
pub struct Form(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Raw(body) = Raw::from_request(request, state).await?;
        let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        match fields.iter().any(|(_, value)| value.contains('\0')) {
            true => Err(ApiError::new(ProblemType::NotAccepted, "a field contains a NUL")),
            false => Ok(Self(fields)),
        }
    }
}

impl Form {
    pub fn fields(&self) -> FormFields<'_> {
        FormFields(&self.0)
    }

    pub fn get(&self, name: &str) -> &str {
        self.fields().get(name)
    }

    pub fn raw(&self, name: &str) -> &str {
        self.fields().raw(name)
    }

    /// What was filled in, for an address.
    pub fn to_query(&self) -> String {
        self.fields().to_query()
    }

    fn has(&self, name: &str) -> bool {
        self.fields().find(name).is_some()
    }
}

/// A redirect with 303: going back or reloading does not send the form again.
pub fn redirect(path: &str) -> Response {
    // Paths of this server consist of words, digits and slashes.
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The browser that sent a form; it has a visitor cookie from then on.
struct FormVisitor {
    visitor: VisitorId,
    draft: Draft,
    /// With the visitor id also in the answer that sets the cookie.
    customer: Customer,
}

async fn form_visitor(app: &AppState, slug: &str, customer: &Customer) -> Result<FormVisitor, ApiError> {
    let visitor = customer.browser(app).await?;
    let customer = Customer {
        visitor: Some(visitor.to_string()),
        ..customer.clone()
    };
    let draft = drafts::draft(app, slug, &customer).await?;
    Ok(FormVisitor {
        visitor,
        draft,
        customer,
    })
}

/// Stores the draft and redirects.
async fn save_and_redirect(
    app: &AppState,
    slug: &str,
    mut known: FormVisitor,
    path: &str,
) -> Result<Response, ApiError> {
    known.draft.count_change();
    let writer = (known.visitor, &known.customer.client);
    drafts::save_draft(app, slug, writer, &known.draft).await?;
    app.visitor_cookies
        .write(app.store.as_ref(), redirect(path), known.visitor)
        .await
}

pub type FormContext = (State<Arc<AppState>>, Uri, HeaderMap, Customer);

/// The result of a form, or a page that shows its error.
pub async fn respond(
    result: Result<Response, ApiError>,
    (State(app), uri, headers, _): &FormContext,
) -> Response {
    match result {
        Ok(response) => response,
        Err(error) => page::problem_page(app, uri, headers, error.0).await,
    }
}

/// `POST /restaurants/{slug}/basket`: a dish with its choices.
pub async fn post_line(context: FormContext, Text(slug): Text, form: Form) -> Response {
    respond(add_line(&context.0, &context.3, &slug, &form).await, &context).await
}

/// `POST /restaurants/{slug}/basket/lines`: how many of each.
pub async fn post_counts(context: FormContext, Text(slug): Text, form: Form) -> Response {
    respond(set_counts(&context.0, &context.3, &slug, &form).await, &context).await
}

/// `POST /restaurants/{slug}/checkout`: what the diner filled in; with `place`, the order itself.
pub async fn post_checkout(context: FormContext, Text(slug): Text, form: Form) -> Response {
    respond(check_out(&context, &slug, &form).await, &context).await
}

/// `POST /orders/{token}/cancel`
pub async fn post_cancel(context: FormContext, Text(token): Text) -> Response {
    respond(
        orders::cancel(&context.0, &token)
            .await
            .map(|_| redirect(&format!("/orders/{token}"))),
        &context,
    )
    .await
}

/// `POST /orders/{token}/reorder`
pub async fn post_reorder(context: FormContext, Text(token): Text) -> Response {
    respond(reorder(&context.0, &context.3, &token).await, &context).await
}

/// `GET /orders/{token}/paid`: with the card from the page with the provider's form, or back from the bank.
pub async fn get_paid(context: FormContext, Text(token): Text) -> Response {
    let query = form_urlencoded::parse(context.1.query().unwrap_or_default().as_bytes());
    let method = query
        .into_owned()
        .find(|(name, _)| name == "payment_method")
        .map(|(_, method)| method);
    let result = match payments::pay(&context.0, &token, method.as_deref()).await {
        Ok(PaymentOutcome::Paid) => Ok(redirect(&format!("/orders/{token}"))),
        Ok(PaymentOutcome::Elsewhere { address }) => Ok(redirect(&address)),
        Ok(PaymentOutcome::Pending) => Ok(redirect(&format!("/orders/{token}?wrong=pending"))),
        Ok(PaymentOutcome::Declined(decline)) => Ok(declined(&token, decline)),
        Err(error) if error.0.is(ProblemType::Declined) => Ok(declined(&token, CardDecline::Refused)),
        Err(error) if error.0.is(ProblemType::ProviderAway) => {
            Ok(redirect(&format!("/orders/{token}?wrong=provider")))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

fn declined(token: &str, decline: CardDecline) -> Response {
    redirect(&format!("/orders/{token}?wrong={}", decline.code()))
}

/// `POST /orders/{token}/pay-at-door`
pub async fn post_pay_at_door(context: FormContext, Text(token): Text) -> Response {
    respond(
        payments::pay_at_door(&context.0, &token)
            .await
            .map(|_| redirect(&format!("/orders/{token}"))),
        &context,
    )
    .await
}

/// `GET /t/{code}`: the code on a table opens its menu.
pub async fn get_table(context: FormContext, Text(code): Text) -> Response {
    respond(choose_table(&context.0, &context.3, &code).await, &context).await
}

async fn add_line(
    app: &AppState,
    customer: &Customer,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let current = restaurant_now(app, slug).await?;
    let not_accepted = |what: String| ApiError::new(ProblemType::NotAccepted, what);
    let line_form = LineForm::parse(form.0.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let line_form = line_form.map_err(|malformed| not_accepted(malformed.to_string()))?;
    if current.menu.dish(line_form.dish).is_none() {
        return Err(not_accepted("'dish' is not on this menu".into()));
    }
    let mut known = form_visitor(app, slug, customer).await?;
    known.draft.removed = None;
    known.draft.basket.add(line_form.line(LineId(visitor::id()?)));
    save_and_redirect(app, slug, known, &format!("/restaurants/{slug}/basket")).await
}

async fn set_counts(
    app: &AppState,
    customer: &Customer,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let mut known = form_visitor(app, slug, customer).await?;
    for (name, value) in &form.0 {
        let line = name.strip_prefix("count.").and_then(|line| line.parse().ok());
        if let (Some(line), Ok(count)) = (line, value.parse()) {
            known.draft.basket.set_count(line, count);
        }
    }
    match form.get("remove").parse() {
        Ok(line) => known.draft.remove_line(line),
        Err(_) if form.has("put-back") => known.draft.restore_line(),
        Err(_) => known.draft.removed = None,
    }
    let next = if form.has("checkout") {
        "checkout"
    } else {
        "basket"
    };
    save_and_redirect(app, slug, known, &format!("/restaurants/{slug}/{next}")).await
}

async fn check_out(
    (State(app), _, headers, customer): &FormContext,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let mut known = form_visitor(app, slug, customer).await?;
    let path = format!("/restaurants/{slug}/checkout");
    let id: Option<OrderId> = form.get("id").parse().ok();
    if let Some(placed) = placed_before(app, id, &known.customer).await? {
        return Ok(redirect(&placed));
    }
    fill_in(&mut known.draft, form.fields());
    if form.has("forget-location") {
        known.draft.forget_location_by_diner();
    }
    if form.has("find-address") {
        return save_and_redirect(app, slug, known, &format!("{path}?find=1#places")).await;
    }
    if let Ok(chosen) = form.get("address").parse() {
        let next = match places::choose(app, slug, &mut known.draft, chosen).await? {
            true => format!("{path}#street"),
            false => format!("{path}?find=1#places"),
        };
        return save_and_redirect(app, slug, known, &next).await;
    }
    let (Some(id), true) = (id, form.has("place")) else {
        return save_and_redirect(app, slug, known, &path).await;
    };
    let seen = form
        .get("seen")
        .parse()
        .map(servery_domain::currency::Minor)
        .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'seen' is an amount"))?;
    let lang = Preferences::usual_lang(&PageAddress::new(&path, ""), headers);
    let placement = known.draft.placement(id, seen, lang);
    if let Err(malformed) = placement.check() {
        return save_and_redirect(app, slug, known, &format!("{path}?wrong={}", malformed.field)).await;
    }
    let body = serde_json::to_vec(&placement).map_err(|error| ApiError::internal(&error))?;
    // The id comes from the page, so that a second click sends the same one.
    let request = idempotency::of_key(&id.to_string(), &path, &body)?;
    let answer = placement::place(app, slug, placement, request, &known.customer).await?;
    let Some(placed) = answer.placed else {
        return save_and_redirect(app, slug, known, &format!("{path}?wrong=changed&was={}", seen.0)).await;
    };
    known.draft = known.draft.after(&known.draft.basket);
    let next = match placed.state {
        OrderState::Unpaid => "/pay",
        _ => "",
    };
    save_and_redirect(app, slug, known, &format!("/orders/{}{next}", placed.token)).await
}

/// The address of the order that this form has placed before.
async fn placed_before(
    app: &AppState,
    id: Option<OrderId>,
    customer: &Customer,
) -> Result<Option<String>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    let own = app
        .store
        .order(id)
        .await?
        .filter(|tracked| customer.placed(tracked));
    Ok(own.map(|tracked| format!("/orders/{}", tracked.token)))
}

async fn reorder(app: &AppState, customer: &Customer, token: &str) -> Result<Response, ApiError> {
    let tracked = orders::tracked(app, token).await?;
    let slug = tracked.slug.as_str();
    let mut known = form_visitor(app, slug, customer).await?;
    for line in basket_from(&tracked.order.ordered.lines).lines {
        known.draft.basket.add(line);
    }
    save_and_redirect(app, slug, known, &format!("/restaurants/{slug}/basket")).await
}

async fn choose_table(app: &AppState, customer: &Customer, code: &str) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(ProblemType::NotFound, "no table has this code");
    let (restaurant, _) = app.store.table(code).await?.ok_or_else(unknown)?;
    let entry = app.catalog.by_id(restaurant).await?.ok_or_else(unknown)?;
    let slug = &entry.listing().restaurant.slug;
    let mut known = form_visitor(app, slug.as_str(), customer).await?;
    known.draft.set_fulfilment(Fulfilment::Table(code.to_owned()));
    save_and_redirect(app, slug.as_str(), known, &format!("/restaurants/{slug}")).await
}
