//! Schemas of fields with limits, for the API's document: it names the limits that the checks use.

use utoipa::openapi::{
    ObjectBuilder, Type,
    schema::{Object, SchemaType},
};

/// What `check_text` accepts.
const TEXT: &str = r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// What `check_name` accepts: there is something besides white space.
const NAME: &str = concat!(
    r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*",
    r"[^\s\u0000-\u001f\u007f-\u009f]",
    r"[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
);
/// What `check_email` accepts.
const EMAIL: &str = concat!(
    r#"^[^\s@<>,;"()\u0000-\u001f\u007f-\u009f]+@"#,
    r#"[^\s@<>,;"().\u0000-\u001f\u007f-\u009f]+(\.[^\s@<>,;"().\u0000-\u001f\u007f-\u009f]+)+$"#
);

fn of_pattern(pattern: &str, most: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .max_length(Some(most))
}

fn or_null(text: ObjectBuilder) -> Object {
    let types = SchemaType::from_iter([Type::String, Type::Null]);
    text.schema_type(types).build()
}

pub fn text<const MOST: usize>() -> Object {
    of_pattern(TEXT, MOST).build()
}

pub fn optional_text<const MOST: usize>() -> Object {
    or_null(of_pattern(TEXT, MOST))
}

pub fn name<const MOST: usize>() -> Object {
    of_pattern(NAME, MOST).min_length(Some(1)).build()
}

pub fn email() -> Object {
    of_pattern(EMAIL, crate::limits::EMAIL).build()
}

pub fn optional_email() -> Object {
    or_null(of_pattern(EMAIL, crate::limits::EMAIL))
}

/// Of a list of orders.
pub fn order_cursor() -> Object {
    of_pattern("^[0-9]{1,12}-[0-9]{1,9}$", 22).build()
}

pub fn digits<const LEAST: usize, const MOST: usize>() -> Object {
    of_pattern(&format!("^[0-9]{{{LEAST},{MOST}}}$"), MOST).build()
}

pub fn amount<const LEAST: i64, const MOST: i64>() -> Object {
    let amount = ObjectBuilder::new().schema_type(Type::Integer);
    amount.minimum(Some(LEAST)).maximum(Some(MOST)).build()
}
