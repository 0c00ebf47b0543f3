//! What a form without a script sends: each does what the page's button does, through the same service, and leads on to a page.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use servery_app::{
    checkout_form::{FormFields, fill_in},
    line_form::LineForm,
    page_address::PageAddress,
};
use servery_domain::{
    basket::Service,
    draft::Draft,
    id::{LineId, OrderId, VisitorId},
    order::{PlacedOrder, State as OrderState},
    problem::Kind,
    reorder::basket_from,
};

use super::{page, preferences::Preferences};
use crate::{
    accounts::customer::Customer,
    http::{
        error::{ApiError, Raw, Text},
        idempotency, visitor,
    },
    orders,
    payments::{self, Paying},
    state::AppState,
};

/// The fields of a form in their order.
pub struct Form(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Raw(body) = Raw::from_request(request, state).await?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

impl Form {
    fn fields(&self) -> FormFields<'_> {
        FormFields(&self.0)
    }

    pub fn get(&self, name: &str) -> &str {
        self.fields().get(name)
    }

    /// As it was typed, spaces included.
    pub fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.fields().find(name).is_some()
    }
}

/// Where a form leads, after which going back and reloading send nothing again.
pub fn see(path: &str) -> Response {
    // Our own paths are made of words, digits and slashes.
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// A browser that sends a form is known from then on.
struct FormVisitor {
    visitor: VisitorId,
    draft: Draft,
    /// Under this name also in the answer that makes it known, when its cookie is not among the headers yet.
    customer: Customer,
}

async fn known(app: &AppState, slug: &str, customer: &Customer) -> Result<FormVisitor, ApiError> {
    let visitor = customer.browser(app)?;
    let customer = Customer {
        visitor: Some(visitor.to_string()),
        ..customer.clone()
    };
    let draft = orders::draft(app, slug, &customer).await?;
    Ok(FormVisitor {
        visitor,
        draft,
        customer,
    })
}

/// Keeps the draft, and leads on.
async fn keep(app: &AppState, slug: &str, mut known: FormVisitor, path: &str) -> Result<Response, ApiError> {
    known.draft.changes += 1;
    orders::keep_draft(app, slug, known.visitor, &known.draft).await?;
    Ok(visitor::remembered(see(path), known.visitor))
}

pub type FormContext = (State<Arc<AppState>>, Uri, HeaderMap, Customer);

/// What a form led to, or a page that says why it led nowhere.
pub async fn lead(led: Result<Response, ApiError>, (State(app), uri, headers, _): &FormContext) -> Response {
    match led {
        Ok(response) => response,
        Err(error) => page::problem_page(app, uri, headers, error.0).await,
    }
}

/// `POST /restaurants/{slug}/basket`: a dish with its choices.
pub async fn post_line(sent: FormContext, Text(slug): Text, form: Form) -> Response {
    lead(add_line(&sent.0, &sent.3, &slug, &form).await, &sent).await
}

/// `POST /restaurants/{slug}/basket/lines`: how many of each.
pub async fn post_counts(sent: FormContext, Text(slug): Text, form: Form) -> Response {
    lead(set_counts(&sent.0, &sent.3, &slug, &form).await, &sent).await
}

/// `POST /restaurants/{slug}/checkout`: what the diner filled in; with `place`, the order itself.
pub async fn post_checkout(sent: FormContext, Text(slug): Text, form: Form) -> Response {
    lead(check_out(&sent, &slug, &form).await, &sent).await
}

/// `POST /orders/{token}/cancel`
pub async fn post_cancel(sent: FormContext, Text(token): Text) -> Response {
    lead(
        orders::cancel(&sent.0, &token)
            .await
            .map(|_| see(&format!("/orders/{token}"))),
        &sent,
    )
    .await
}

/// `POST /orders/{token}/reorder`
pub async fn post_reorder(sent: FormContext, Text(token): Text) -> Response {
    lead(reorder(&sent.0, &sent.3, &token).await, &sent).await
}

/// `GET /orders/{token}/pay`: to where the card is typed.
pub async fn get_pay(sent: FormContext, Text(token): Text) -> Response {
    lead(
        payments::card_page(&sent.0, &token)
            .await
            .map(|address| see(&address)),
        &sent,
    )
    .await
}

/// `GET /orders/{token}/paid`: back from there.
pub async fn get_paid(sent: FormContext, Text(token): Text) -> Response {
    let query = form_urlencoded::parse(sent.1.query().unwrap_or_default().as_bytes());
    let method = query
        .into_owned()
        .find(|(name, _)| name == "payment_method")
        .map(|(_, method)| method);
    let led = match payments::pay(&sent.0, &token, method.as_deref()).await {
        Ok(Paying::Paid) => Ok(see(&format!("/orders/{token}"))),
        Ok(Paying::Elsewhere { address }) => Ok(see(&address)),
        Ok(Paying::Pending) => Ok(see(&format!("/orders/{token}?wrong=pending"))),
        Ok(Paying::Declined) => Ok(see(&format!("/orders/{token}?wrong=declined"))),
        Err(error) if error.0.is(Kind::Declined) => Ok(see(&format!("/orders/{token}?wrong=declined"))),
        Err(error) if error.0.is(Kind::ProviderAway) => Ok(see(&format!("/orders/{token}?wrong=provider"))),
        Err(error) => Err(error),
    };
    lead(led, &sent).await
}

/// `POST /orders/{token}/pay-at-door`
pub async fn post_pay_at_door(sent: FormContext, Text(token): Text) -> Response {
    lead(
        payments::pay_at_door(&sent.0, &token)
            .await
            .map(|_| see(&format!("/orders/{token}"))),
        &sent,
    )
    .await
}

/// `GET /t/{code}`: the code on a table opens its menu.
pub async fn get_table(sent: FormContext, Text(code): Text) -> Response {
    lead(sit_down(&sent.0, &sent.3, &code).await, &sent).await
}

async fn add_line(
    app: &AppState,
    customer: &Customer,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let counter = orders::restaurant_now(app, slug).await?;
    let not_accepted = |what: String| ApiError::new(Kind::NotAccepted, what);
    let line_form = LineForm::parse(form.0.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let line_form = line_form.map_err(|malformed| not_accepted(malformed.to_string()))?;
    if counter.menu.dish(line_form.dish).is_none() {
        return Err(not_accepted("'dish' is not on this menu".into()));
    }
    let mut known = known(app, slug, customer).await?;
    known.draft.removed = None;
    known.draft.basket.add(line_form.line(LineId(visitor::id()?)));
    keep(app, slug, known, &format!("/restaurants/{slug}/basket")).await
}

async fn set_counts(
    app: &AppState,
    customer: &Customer,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let mut known = known(app, slug, customer).await?;
    for (name, value) in &form.0 {
        let line = name.strip_prefix("count.").and_then(|line| line.parse().ok());
        if let (Some(line), Ok(count)) = (line, value.parse()) {
            known.draft.basket.set_count(line, count);
        }
    }
    match form.get("remove").parse() {
        Ok(line) => known.draft.take_out(line),
        Err(_) if form.has("put-back") => known.draft.put_back(),
        Err(_) => known.draft.removed = None,
    }
    let next = if form.has("checkout") {
        "checkout"
    } else {
        "basket"
    };
    keep(app, slug, known, &format!("/restaurants/{slug}/{next}")).await
}

async fn check_out(
    (State(app), _, headers, customer): &FormContext,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let mut known = known(app, slug, customer).await?;
    let path = format!("/restaurants/{slug}/checkout");
    let id: Option<OrderId> = form.get("id").parse().ok();
    if let Some(placed) = placed_before(app, id, &known.customer).await? {
        return Ok(see(&placed));
    }
    fill_in(&mut known.draft, form.fields());
    let (Some(id), true) = (id, form.has("place")) else {
        return keep(app, slug, known, &path).await;
    };
    let seen = form
        .get("seen")
        .parse()
        .map(servery_domain::currency::Minor)
        .map_err(|_| ApiError::new(Kind::NotAccepted, "'seen' is an amount"))?;
    let lang = Preferences::usual_lang(&PageAddress::new(&path, ""), headers);
    let placement = known.draft.placement(id, seen, lang);
    if let Err(malformed) = placement.check() {
        return keep(app, slug, known, &format!("{path}?wrong={}", malformed.field)).await;
    }
    let body = serde_json::to_vec(&placement).map_err(|error| ApiError::failed(&error))?;
    // The id is made with the page, so a second click sends the same one.
    let request = idempotency::of_key(&id.to_string(), &path, &body)?;
    let answered = orders::place(app, slug, placement, request, &known.customer).await?;
    if answered.status != StatusCode::CREATED {
        return keep(app, slug, known, &format!("{path}?wrong=changed&was={}", seen.0)).await;
    }
    let receipt: PlacedOrder =
        serde_json::from_str(&answered.body).map_err(|error| ApiError::failed(&error))?;
    known.draft = known.draft.after(&known.draft.basket);
    let next = if receipt.state == OrderState::Unpaid {
        "/pay"
    } else {
        ""
    };
    keep(app, slug, known, &format!("/orders/{}{next}", receipt.token)).await
}

/// Where the order is that this form has placed already.
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
    let mut known = known(app, slug, customer).await?;
    for line in basket_from(&tracked.order.ordered.lines).lines {
        known.draft.basket.add(line);
    }
    keep(app, slug, known, &format!("/restaurants/{slug}/basket")).await
}

async fn sit_down(app: &AppState, customer: &Customer, code: &str) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(Kind::NotFound, "no table has this code");
    let (restaurant, _) = app.store.table(code).await?.ok_or_else(unknown)?;
    let slug = app
        .catalog
        .now()
        .by_id(restaurant)
        .map(|listing| listing.restaurant.slug.clone())
        .ok_or_else(unknown)?;
    let mut known = known(app, slug.as_str(), customer).await?;
    known.draft.choose(Service::Table(code.to_owned()));
    keep(app, slug.as_str(), known, &format!("/restaurants/{slug}")).await
}
