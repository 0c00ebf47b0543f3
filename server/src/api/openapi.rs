//! The OpenAPI document as it is served: made from the table of routes, and completed with what all operations have in common.

use std::sync::LazyLock;

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use servery_domain::problem::{Problem, ProblemType};
use utoipa::{
    Number, ToSchema,
    openapi::{
        Content, OpenApi, PathItem, Ref, RefOr, Response as Documented, Schema, Type,
        path::Operation,
        schema::{AdditionalProperties, Array, ArrayItems, KnownFormat, Object, SchemaFormat, SchemaType},
        security::SecurityRequirement,
    },
};

use super::routes::routes;
use crate::http::csrf;

/// A document of plain structs is always JSON.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().unwrap_or_default());

pub async fn get_openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

fn document() -> OpenApi {
    let mut document = routes().into_openapi();
    for (path, item) in &mut document.paths.paths {
        for (changes, operation) in operations(item) {
            add_common_problems(path, changes, operation);
            describe_responses(operation);
        }
    }
    let components = document.components.get_or_insert_default();
    components.schemas.values_mut().for_each(complete);
    let named: Vec<_> = components.schemas.iter_mut().flat_map(name_payloads).collect();
    components.schemas.extend(named);
    document
}

/// The operations of an address, and whether each changes something.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let reads = item.get.iter_mut().map(|operation| (false, operation));
    let changes = [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
    reads.chain(changes.into_iter().flatten().map(|operation| (true, operation)))
}

/// What extractors and middleware refuse, whatever the handler does.
fn add_common_problems(path: &str, changes: bool, operation: &mut Operation) {
    let mut kinds = vec![ProblemType::HeadersTooLarge, ProblemType::Broken];
    let is_webhook = path.starts_with(csrf::WEBHOOKS);
    let has_query = operation.parameters.iter().flatten().any(is_query);
    if path.contains('{') || has_query {
        kinds.push(ProblemType::Malformed);
    }
    if operation.request_body.is_some() {
        kinds.push(ProblemType::TooLarge);
    }
    if operation.request_body.is_some() && !is_webhook {
        kinds.extend([
            ProblemType::Malformed,
            ProblemType::WrongMedia,
            ProblemType::NotAccepted,
        ]);
    }
    if changes {
        kinds.push(ProblemType::Unavailable);
    }
    if changes && !is_webhook {
        kinds.push(ProblemType::Forbidden);
    }
    if requires(operation, "session") || requires(operation, "device") {
        kinds.push(ProblemType::SignedOut);
    }
    if requires(operation, "device") {
        kinds.push(ProblemType::DeviceSignedOut);
    }
    if answers_in_json(operation) {
        kinds.push(ProblemType::NotAcceptable);
    }
    for kind in kinds {
        let status = kind.status().to_string();
        operation
            .responses
            .responses
            .entry(status)
            .or_insert_with(|| RefOr::T(Documented::default()));
    }
}

fn is_query(parameter: &RefOr<utoipa::openapi::path::Parameter>) -> bool {
    use utoipa::openapi::path::ParameterIn;
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

/// Whether nobody may ask without this cookie.
fn requires(operation: &Operation, scheme: &str) -> bool {
    let wanted = SecurityRequirement::new(scheme, [] as [&str; 0]);
    operation
        .security
        .as_deref()
        .is_some_and(|security| security == [wanted])
}

fn answers_in_json(operation: &Operation) -> bool {
    let succeeds = |status: &str| status.starts_with('2');
    operation.responses.responses.iter().any(|(status, response)| {
        succeeds(status)
            && matches!(response, RefOr::T(response) if response.content.contains_key("application/json"))
    })
}

/// Every refusal is a problem. A handler says only what is special about its own.
fn describe_responses(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let kind = ProblemType::ALL
            .iter()
            .find(|kind| kind.status().to_string() == *status);
        if response.description.is_empty() {
            let status: Option<StatusCode> = status.parse().ok();
            let usual = status.and_then(|status| status.canonical_reason());
            let title = kind.map(|kind| kind.title()).or(usual);
            response.description = title.unwrap_or_default().to_owned();
        }
        if kind.is_some() {
            let special = response.content.swap_remove("application/json");
            let usual = || RefOr::T(Content::new(Some(Ref::from_schema_name(Problem::name()))));
            let media = "application/problem+json".to_owned();
            response.content.insert(media, special.unwrap_or_else(usual));
        }
    }
}

/// Says what serde accepts where utoipa leaves it open: a tagged value has its tag only, and an integer fits its type.
pub(crate) fn complete(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::OneOf(one)) => {
            one.items.iter_mut().for_each(close_tagged);
            one.items.iter_mut().for_each(complete);
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(complete),
        RefOr::T(Schema::AnyOf(any)) => any.items.iter_mut().for_each(complete),
        RefOr::T(Schema::Object(object)) => {
            object.properties.values_mut().for_each(complete);
            bound(object);
        }
        RefOr::T(Schema::Array(array)) => match &mut array.items {
            ArrayItems::RefOrSchema(items) => complete(items),
            ArrayItems::False => fix_length(array),
        },
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// Takes the objects out of tagged values and names them by type and tag, because generated clients need a name for each object.
fn name_payloads((name, schema): (&String, &mut RefOr<Schema>)) -> Vec<(String, RefOr<Schema>)> {
    let RefOr::T(Schema::OneOf(one)) = schema else {
        return Vec::new();
    };
    let mut named = Vec::new();
    for variant in &mut one.items {
        let RefOr::T(Schema::Object(variant)) = variant else {
            continue;
        };
        for (tag, payload) in &mut variant.properties {
            if matches!(payload, RefOr::T(Schema::Object(payload)) if !payload.properties.is_empty()) {
                let name = format!("{name}{}", pascal_case(tag));
                let payload = std::mem::replace(payload, Ref::from_schema_name(&name).into());
                named.push((name, payload));
            }
        }
    }
    named
}

fn pascal_case(tag: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_uppercase() + rest
    };
    tag.split('_').map(word).collect()
}

fn close_tagged(variant: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = variant
        && !object.properties.is_empty()
    {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// A tuple has all of its members. Its length says so to programs that do not read `items: false`.
fn fix_length(tuple: &mut Array) {
    let length = tuple.prefix_items.len();
    (tuple.min_items, tuple.max_items) = (Some(length), Some(length));
    let any = Object::with_type(SchemaType::AnyValue);
    tuple.items = ArrayItems::RefOrSchema(Box::new(RefOr::T(Schema::Object(any))));
}

fn bound(object: &mut Object) {
    let is_size = object.schema_type == Type::Integer.into() && object.minimum.is_some();
    let most: Number = match object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::UInt8)) => u8::MAX.into(),
        Some(SchemaFormat::KnownFormat(KnownFormat::UInt16)) => u16::MAX.into(),
        Some(SchemaFormat::KnownFormat(KnownFormat::UInt32)) => u32::MAX.into(),
        Some(SchemaFormat::KnownFormat(KnownFormat::UInt64)) => u64::MAX.into(),
        // utoipa gives `usize` no format.
        None if is_size => u64::MAX.into(),
        _ => return,
    };
    object.maximum.get_or_insert(most);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::{Value, json};
    use servery_domain::{
        account::{MailPurpose, Role},
        audit::{Act, AuthorName},
        basket::Fulfilment,
        board::Column,
        card_decline::CardDecline,
        contact::LocationSource,
        coupon::{CouponEffect, CouponRefusal},
        device::{DeviceKind, ReaderList},
        edit::PartPlace,
        invitation::InvitationKind,
        lang::Lang,
        menu::{Allergen, Diet, PictureFormat},
        menu_import::Unlisted,
        order::{Actor, CommonReason, Event, State},
        order_search::OrderFilter,
        order_settings::PaymentMethod,
        picture_shape::PictureShape,
        pos::reader_payment::ReaderPaymentState,
        pos::{
            bill::Seat,
            op::OpRefusal,
            payment::TenderMethod,
            right::{Allowance, TillRole, VoidReason},
        },
        quote::{DropReason, OrderBlocker},
        restaurant::Cuisine,
        restaurant_file::FileFormat,
        slots::SlotRefusal,
        sync::SyncProblem,
        theme::TypePair,
    };

    use super::{super::routes, *};

    fn document() -> Value {
        serde_json::from_str(&DOCUMENT).unwrap()
    }

    fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
        value.as_object().into_iter().flatten()
    }

    fn operations(document: &Value) -> impl Iterator<Item = &Value> {
        entries(&document["paths"]).flat_map(|(_, methods)| entries(methods).map(|(_, operation)| operation))
    }

    /// The names of schemas that a part of the document refers to.
    fn references<'a>(part: &'a Value, found: &mut BTreeSet<&'a str>) {
        if let Some(name) = part["$ref"].as_str() {
            found.insert(name);
        }
        entries(part).for_each(|(_, part)| references(part, found));
        let list = part.as_array().into_iter().flatten();
        list.for_each(|part| references(part, found));
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 50, "{found:?}");
        let lost: Vec<_> = found
            .into_iter()
            .filter(|name| document.pointer(name.trim_start_matches('#')).is_none())
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn a_schema_name_means_one_type() {
        let (document, mut known) = (document(), BTreeMap::new());
        for (schemas, _, _) in routes::table() {
            for (name, schema) in schemas {
                let schema = serde_json::to_value(schema).unwrap();
                let first = known.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*first, schema, "{name}");
                let documented = &document["components"]["schemas"][&name];
                assert_eq!(documented["required"], schema["required"], "{name}");
            }
        }
    }

    #[test]
    fn an_operation_id_means_one_operation() {
        let mut known = BTreeSet::new();
        for operation in operations(&document()) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(known.insert(id.to_owned()), "{id}");
        }
    }

    #[test]
    fn every_answer_is_described_and_every_refusal_is_a_problem() {
        for operation in operations(&document()) {
            for (status, response) in entries(&operation["responses"]) {
                let media: Vec<_> = entries(&response["content"])
                    .map(|(media, _)| media.as_str())
                    .collect();
                let refused = status.as_str() >= "400";
                let id = &operation["operationId"];
                assert_eq!(
                    media == ["application/problem+json"],
                    refused,
                    "{id} {status}: {media:?}"
                );
                assert_ne!(response["description"], "", "{id} {status}");
            }
        }
    }

    #[test]
    fn whoever_must_be_signed_in_may_be_refused() {
        let document = document();
        let schemes = &document["components"]["securitySchemes"];
        assert_eq!(
            document["security"],
            json!([{}]),
            "everybody may ask, unless an operation says otherwise"
        );
        for operation in operations(&document) {
            let security = operation["security"].as_array().map_or(&[][..], Vec::as_slice);
            for (scheme, _) in security.iter().flat_map(entries) {
                assert!(schemes[scheme].is_object(), "{scheme}");
            }
            let required = !security.is_empty() && !security.contains(&json!({}));
            let refused = operation["responses"]["401"].is_object() && !security.is_empty();
            assert_eq!(required, refused, "{}", operation["operationId"]);
        }
    }

    /// The texts of a schema that are values of an enum.
    fn values(schema: &Value) -> Vec<&Value> {
        let variants = schema["oneOf"].as_array().into_iter().flatten();
        let values = [schema].into_iter().chain(variants);
        values
            .filter_map(|schema| schema["enum"].as_array())
            .flatten()
            .collect()
    }

    /// Whether serde reads every documented text as this type.
    fn reads<T: ToSchema + DeserializeOwned>() -> (String, Value) {
        let schema = serde_json::to_value(T::schema()).unwrap();
        for value in values(&schema) {
            let read = serde_json::from_value::<T>(value.clone());
            assert!(read.is_ok(), "{} is not a {}", value, T::name());
        }
        (T::name().into_owned(), schema)
    }

    /// Whether serde reads and writes the documented texts, and no others.
    fn round_trip<T: ToSchema + Serialize + DeserializeOwned>(all: &[T]) -> (String, Value) {
        let (name, schema) = reads::<T>();
        let written: Vec<_> = all
            .iter()
            .map(|value| serde_json::to_value(value).unwrap())
            .collect();
        assert_eq!(values(&schema), written.iter().collect::<Vec<_>>(), "{name}");
        (name, schema)
    }

    #[test]
    fn every_code_is_documented_as_it_is_sent() {
        let checked: BTreeMap<String, Value> = [
            round_trip(Allergen::ALL),
            round_trip(Diet::ALL),
            round_trip(PictureFormat::ALL),
            round_trip(Cuisine::ALL),
            round_trip(LocationSource::ALL),
            round_trip(CardDecline::ALL),
            round_trip(InvitationKind::ALL),
            round_trip(ReaderPaymentState::ALL),
            round_trip(PaymentMethod::ALL),
            round_trip(TenderMethod::ALL),
            round_trip(DeviceKind::ALL),
            round_trip(DropReason::ALL),
            round_trip(CouponRefusal::ALL),
            round_trip(SlotRefusal::ALL),
            round_trip(State::ALL),
            round_trip(Actor::ALL),
            round_trip(OrderFilter::ALL),
            round_trip(Role::ALL),
            round_trip(Column::ALL),
            round_trip(CommonReason::ALL),
            round_trip(MailPurpose::ALL),
            round_trip(Act::ALL),
            round_trip(FileFormat::ALL),
            round_trip(PictureShape::ALL),
            round_trip(TypePair::ALL),
            round_trip(TillRole::ALL),
            round_trip(VoidReason::ALL),
            round_trip(Unlisted::ALL),
            reads::<AuthorName>(),
            reads::<Allowance>(),
            round_trip(&Lang::ALL),
            reads::<Event>(),
            reads::<Fulfilment>(),
            reads::<Seat>(),
            reads::<OrderBlocker>(),
            reads::<OpRefusal>(),
            reads::<SyncProblem>(),
            reads::<CouponEffect>(),
            reads::<ReaderList>(),
            reads::<PartPlace>(),
        ]
        .into();
        // The server only writes it.
        let unread = "PaymentState";
        for (name, schema) in entries(&document()["components"]["schemas"]) {
            let is_checked = values(schema).is_empty() || checked.contains_key(name) || name == unread;
            assert!(is_checked, "{name} is read as documented");
        }
    }

    #[test]
    fn an_integer_fits_its_type_and_a_tagged_value_has_one_tag() {
        let document = document();
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["BasketLine"]["properties"]["count"]["maximum"], 99);
        assert_eq!(schemas["Stock"]["properties"]["left"]["maximum"], u32::MAX);
        assert_eq!(schemas["Fulfilment"]["oneOf"][1]["additionalProperties"], false);
    }
}
