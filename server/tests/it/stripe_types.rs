//! The types that Stripe publishes for its API, as its npm package has them: the peer in the tests knows less than the provider, and
//! takes what the provider would refuse.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::LazyLock,
};

use serde_json::Value;

/// A request of which the parameters are published: method, path with `{id}`, the type of its parameters and the type of the answer.
const REQUESTS: &[(&str, &str, &str, Answer)] = &[
    (
        "POST",
        "/v1/payment_intents",
        "PaymentIntentCreateParams",
        Answer::One("PaymentIntent"),
    ),
    (
        "GET",
        "/v1/payment_intents/{id}",
        "PaymentIntentRetrieveParams",
        Answer::One("PaymentIntent"),
    ),
    (
        "POST",
        "/v1/payment_intents/{id}/confirm",
        "PaymentIntentConfirmParams",
        Answer::One("PaymentIntent"),
    ),
    (
        "POST",
        "/v1/payment_intents/{id}/cancel",
        "PaymentIntentCancelParams",
        Answer::One("PaymentIntent"),
    ),
    (
        "GET",
        "/v1/payment_intents",
        "PaymentIntentListParams",
        Answer::List("PaymentIntent"),
    ),
    (
        "GET",
        "/v1/terminal/readers",
        "Terminal.ReaderListParams",
        Answer::List("Reader"),
    ),
    (
        "GET",
        "/v1/terminal/readers/{id}",
        "Terminal.ReaderRetrieveParams",
        Answer::One("Reader"),
    ),
    (
        "POST",
        "/v1/terminal/readers/{id}/process_payment_intent",
        "Terminal.ReaderProcessPaymentIntentParams",
        Answer::One("Reader"),
    ),
    (
        "POST",
        "/v1/terminal/readers/{id}/cancel_action",
        "Terminal.ReaderCancelActionParams",
        Answer::One("Reader"),
    ),
    ("GET", "/v1/refunds", "RefundListParams", Answer::List("Refund")),
    ("POST", "/v1/refunds", "RefundCreateParams", Answer::One("Refund")),
];

#[derive(Clone, Copy)]
enum Answer {
    One(&'static str),
    List(&'static str),
}

pub struct StripeTypes {
    /// By `Interface` and `Interface.Nested`: the type of each field.
    interfaces: BTreeMap<String, BTreeMap<String, String>>,
    pub version: String,
    pub major: String,
    pub events: String,
}

pub static TYPES: LazyLock<StripeTypes> = LazyLock::new(StripeTypes::read);

/// Seen from this crate's folder, in which cargo starts its tests.
const PACKAGE: &str = "../end2end/node_modules/stripe/esm";

fn text(name: &str) -> String {
    let file = Path::new(PACKAGE).join(name);
    fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; './dev test' installs it", file.display()))
}

impl StripeTypes {
    fn read() -> Self {
        let mut interfaces = BTreeMap::new();
        // What others inherit from comes first.
        for file in [
            "shared.d.ts",
            "resources/PaymentIntents.d.ts",
            "resources/Refunds.d.ts",
            "resources/Terminal/Readers.d.ts",
        ] {
            read_interfaces(&text(file), &mut interfaces);
        }
        let version = text("apiVersion.js");
        let constant = |name: &str| {
            let (_, rest) = version.split_once(&format!("{name} = '")).unwrap();
            rest.split_once('\'').unwrap().0.to_owned()
        };
        Self {
            interfaces,
            version: constant("ApiVersion"),
            major: constant("ApiMajorVersion"),
            events: text("resources/Events.d.ts"),
        }
    }

    fn request(
        method: &str,
        path: &str,
    ) -> Option<&'static (&'static str, &'static str, &'static str, Answer)> {
        let matches = |known: &str| {
            let (mut known, mut path) = (known.split('/'), path.split('/'));
            loop {
                match (known.next(), path.next()) {
                    (None, None) => return true,
                    (Some("{id}"), Some(id)) if !id.is_empty() => {}
                    (Some(known), Some(part)) if known == part => {}
                    _ => return false,
                }
            }
        };
        REQUESTS
            .iter()
            .find(|(known, address, ..)| *known == method && matches(address))
    }

    /// What Stripe would refuse of a request, if it would.
    pub fn complaint(&self, method: &str, path: &str, parameters: &str) -> Option<String> {
        let Some((.., parameter_type, _)) = Self::request(method, path) else {
            return Some(format!("no published request is {method} {path}"));
        };
        let mut seen = BTreeSet::new();
        for (name, _) in form_urlencoded::parse(parameters.as_bytes()) {
            if let Some(unknown) = self.unknown_part(parameter_type, &name) {
                return Some(format!("{parameter_type} has no '{unknown}' (of '{name}')"));
            }
            seen.insert(name.split('[').next().unwrap_or_default().to_owned());
        }
        let is_required = |(_, published): &(&String, &String)| !published.starts_with('?');
        let missing = self.interfaces[*parameter_type]
            .iter()
            .filter(is_required)
            .find(|(name, _)| !seen.contains(*name));
        missing.map(|(name, _)| format!("{parameter_type} needs '{name}'"))
    }

    /// The part of `payment_method_options[card][mandate]` that no type has.
    fn unknown_part(&self, of: &str, name: &str) -> Option<String> {
        let mut current = Some(of.to_owned());
        for part in name.split('[').map(|part| part.trim_end_matches(']')) {
            // The fields of metadata are anybody's, and an element of an array has no name.
            let interface = current.filter(|_| !part.is_empty())?;
            let Some(published) = self.interfaces[&interface].get(part) else {
                return Some(part.to_owned());
            };
            current = self.resolve(&interface, published);
        }
        None
    }

    /// An answer without the fields that are not published: whoever reads another finds nothing.
    pub fn published(&self, method: &str, path: &str, answer: &Value) -> Value {
        match Self::request(method, path) {
            Some((.., Answer::One(interface))) => self.only_published(interface, answer),
            Some((.., Answer::List(interface))) => {
                let all = answer["data"].as_array().cloned().unwrap_or_default();
                let data: Vec<_> = all
                    .iter()
                    .map(|one| self.only_published(interface, one))
                    .collect();
                serde_json::json!({ "object": "list", "data": data })
            }
            None => answer.clone(),
        }
    }

    fn only_published(&self, interface: &str, value: &Value) -> Value {
        match value {
            Value::Array(all) => all
                .iter()
                .map(|one| self.only_published(interface, one))
                .collect(),
            Value::Object(fields) => {
                let published = &self.interfaces[interface];
                let kept = fields.iter().filter_map(|(name, value)| {
                    let kept = match self.resolve(interface, published.get(name)?) {
                        Some(nested) => self.only_published(&nested, value),
                        None => value.clone(),
                    };
                    Some((name.clone(), kept))
                });
                Value::Object(kept.collect())
            }
            _ => value.clone(),
        }
    }

    /// The interface that a field's type names, seen from the interface that has the field.
    fn resolve(&self, from: &str, published: &str) -> Option<String> {
        let names = published.split(|sign: char| !(sign.is_alphanumeric() || sign == '_' || sign == '.'));
        for name in names.filter(|name| !name.is_empty()) {
            let mut scope = from;
            loop {
                let path = format!("{scope}.{name}");
                if self.interfaces.contains_key(&path) {
                    return Some(path);
                }
                match scope.rsplit_once('.') {
                    Some((outer, _)) => scope = outer,
                    None => break,
                }
            }
            if name != "Metadata" && name != "MetadataParam" && self.interfaces.contains_key(name) {
                return Some(name.to_owned());
            }
        }
        None
    }

    pub fn fields(&self, interface: &str) -> BTreeSet<&str> {
        self.interfaces[interface].keys().map(String::as_str).collect()
    }
}

/// Reads the interfaces of a declaration file as Stripe generates them: a field, a head and a brace stand on a line each.
fn read_interfaces(text: &str, interfaces: &mut BTreeMap<String, BTreeMap<String, String>>) {
    // The names around the line, and whether the innermost is an interface.
    let mut around: Vec<(Option<String>, bool)> = Vec::new();
    let mut bases = Vec::new();
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('*') && !line.starts_with("/*"));
    for line in lines {
        if let Some(head) = line.strip_suffix('{') {
            let head = head.trim();
            let head = head.strip_prefix("export ").unwrap_or(head);
            let head = head.strip_prefix("declare ").unwrap_or(head);
            let named = |kind: &str| {
                head.strip_prefix(kind)
                    .map(|rest| rest.split([' ', '<']).next().unwrap_or_default().to_owned())
            };
            let (interface, namespace) = (named("interface "), named("namespace "));
            let is_interface = interface.is_some();
            around.push((interface.or(namespace), is_interface));
            if is_interface {
                let path = path(&around);
                if let Some((_, base)) = head.split_once(" extends ") {
                    bases.push((path.clone(), base.trim().to_owned()));
                }
                interfaces.entry(path).or_default();
            }
        } else if line.starts_with('}') {
            around.pop();
        } else if let (Some((_, true)), Some((name, published))) =
            (around.last(), line.trim_end_matches(';').split_once(": "))
        {
            let (name, mark) = match name.strip_suffix('?') {
                Some(name) => (name, "?"),
                None => (name, ""),
            };
            let fields = interfaces.entry(path(&around)).or_default();
            fields.insert(name.to_owned(), format!("{mark}{published}"));
        }
    }
    for (interface, base) in bases {
        let inherited = interfaces.get(&base).cloned().unwrap_or_default();
        interfaces.entry(interface).or_default().extend(inherited);
    }
}

fn path(around: &[(Option<String>, bool)]) -> String {
    let names: Vec<_> = around.iter().filter_map(|(name, _)| name.as_deref()).collect();
    names.join(".")
}
