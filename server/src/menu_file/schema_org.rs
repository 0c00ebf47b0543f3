//! What a web page says of its menu for search engines: schema.org's `Menu`, as JSON-LD.

use std::{
    collections::{BTreeMap, BTreeSet},
    ptr,
};

use serde_json::{Map, Value};
use servery_domain::{
    currency::{Currency, Minor},
    menu::Diet,
    menu_import::{
        FilePosition, ImportFault, ImportMistake, ImportedChoice, ImportedDish, ImportedMenu, ImportedOffers,
        ImportedOptionGroup, amount,
    },
};

use super::{of_file, words::Words};

/// How deep sections are nested at most.
const DEPTH: usize = 12;

/// Where menus, their sections and their dishes are found.
const WITHIN: [&str; 9] = [
    "@graph",
    "hasMenu",
    "menu",
    "hasMenuSection",
    "mainEntity",
    "about",
    "itemListElement",
    "item",
    "hasMenuItem",
];

/// The JSON-LD of a page. Blocks that are no JSON are passed over if others are.
pub fn documents(html: &str) -> Result<Vec<Value>, Vec<ImportMistake>> {
    let mut documents = Vec::new();
    let mut first_error = None;
    for block in blocks(html) {
        match serde_json::from_str(&cleaned(block)) {
            Ok(value) => documents.push(value),
            Err(error) => first_error = first_error.or(Some(error.to_string())),
        }
    }
    match documents.is_empty() {
        false => Ok(documents),
        true => {
            let why = first_error.unwrap_or_else(|| "the page has no JSON-LD".to_owned());
            Err(vec![of_file(ImportFault::UnknownFormat, why)])
        }
    }
}

/// The contents of `<script type="application/ld+json">`.
fn blocks(html: &str) -> Vec<&str> {
    let lower = html.to_ascii_lowercase();
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = lower.get(from..).and_then(|rest| rest.find("<script")) {
        let tag = from + start;
        let Some(body) = lower[tag..].find('>').map(|end| tag + end + 1) else {
            break;
        };
        let Some(end) = lower[body..].find("</script").map(|end| body + end) else {
            break;
        };
        if lower[tag..body].contains("application/ld+json") {
            blocks.push(&html[body..end]);
        }
        from = end;
    }
    blocks
}

/// What pages put around JSON, and line breaks within its texts.
fn cleaned(block: &str) -> String {
    let mut text = block.trim();
    for wrapped in ["//<![CDATA[", "<![CDATA[", "<!--"] {
        text = text.strip_prefix(wrapped).unwrap_or(text).trim_start();
    }
    for wrapped in ["//]]>", "]]>", "-->", ";"] {
        text = text.strip_suffix(wrapped).unwrap_or(text).trim_end();
    }
    text.chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .collect()
}

pub fn menu(
    documents: &[Value],
    currency: Currency,
    words: &Words,
) -> Result<ImportedMenu, Vec<ImportMistake>> {
    let mut known = BTreeMap::new();
    for document in documents {
        index(document, &mut known, 0);
    }
    let mut reader = SchemaOrgReader {
        currency,
        words,
        known,
        seen: BTreeSet::new(),
        menu: ImportedMenu::default(),
        mistakes: Vec::new(),
    };
    for document in documents {
        reader.visit(document, &words.other_dishes, 0);
    }
    match reader.mistakes.is_empty() {
        true => Ok(reader.menu),
        false => Err(reader.mistakes),
    }
}

/// What is named by an `@id`, also from another block. A mere reference is no definition.
fn index<'a>(value: &'a Value, known: &mut BTreeMap<&'a str, &'a Map<String, Value>>, depth: usize) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| index(item, known, depth)),
        Value::Object(node) if depth < DEPTH => {
            if let Some(id) = node.get("@id").and_then(Value::as_str)
                && node.len() > 1
            {
                known.entry(id).or_insert(node);
            }
            node.values().for_each(|value| index(value, known, depth + 1));
        }
        _ => {}
    }
}

struct SchemaOrgReader<'a> {
    currency: Currency,
    words: &'a Words,
    known: BTreeMap<&'a str, &'a Map<String, Value>>,
    /// A node may be reached in several ways.
    seen: BTreeSet<*const Map<String, Value>>,
    menu: ImportedMenu,
    mistakes: Vec<ImportMistake>,
}

impl<'a> SchemaOrgReader<'a> {
    fn node(&self, node: &'a Map<String, Value>) -> &'a Map<String, Value> {
        let id = node
            .get("@id")
            .and_then(Value::as_str)
            .filter(|_| node.len() == 1);
        id.and_then(|id| self.known.get(id).copied()).unwrap_or(node)
    }

    fn visit(&mut self, value: &'a Value, category: &str, depth: usize) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit(item, category, depth)),
            Value::Object(node) if depth < DEPTH => {
                let node = self.node(node);
                if !self.seen.insert(ptr::from_ref(node)) {
                    return;
                }
                let is_section = node.contains_key("hasMenuItem");
                let name = text(node.get("name"));
                let here = if is_section && !name.is_empty() {
                    name
                } else {
                    category.to_owned()
                };
                if is_section && let Some(description) = node.get("description").and_then(Value::as_str) {
                    self.menu.category(&here).description = Some(plain(description));
                }
                for item in list(node.get("hasMenuItem")).filter_map(Value::as_object) {
                    let item = self.node(item);
                    if self.seen.insert(ptr::from_ref(item)) {
                        self.dish(item, &here);
                    }
                }
                for field in WITHIN {
                    if let Some(value) = node.get(field) {
                        self.visit(value, &here, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn dish(&mut self, item: &'a Map<String, Value>, category: &str) {
        let name = text(item.get("name"));
        let offers: Vec<&Map<String, Value>> =
            list(item.get("offers")).filter_map(Value::as_object).collect();
        let mut prices = Vec::new();
        for offer in offers {
            if let Some(price) = self.price(offer, &name) {
                prices.push((text(offer.get("name")), price));
            }
        }
        let Some(lowest) = prices.iter().map(|(_, price)| *price).min() else {
            self.menu.left_out.push(name);
            return;
        };
        if name.is_empty() {
            let at = FilePosition::Item(category.to_owned());
            self.mistakes
                .push(ImportMistake::new(at, ImportFault::NoName, ""));
        }
        let is_sized = prices.len() > 1 && prices.iter().all(|(size, _)| !size.is_empty());
        let offers = is_sized.then(|| self.sizes(lowest, prices));
        let dish = ImportedDish {
            at: FilePosition::Item(name.clone()),
            id: None,
            name,
            price: lowest,
            description: item.get("description").map(|description| text(Some(description))),
            allergens: None,
            diets: item
                .get("suitableForDiet")
                .map(|diets| list(Some(diets)).filter_map(diet).collect()),
            offers: offers.map(|group| ImportedOffers::Imported(vec![group])),
            served: None,
            tax: None,
        };
        self.menu.category(category).dishes.push(dish);
    }

    fn sizes(&mut self, lowest: Minor, prices: Vec<(String, Minor)>) -> usize {
        let choices = prices.into_iter().map(|(name, price)| ImportedChoice {
            name,
            price: price - lowest,
            ..ImportedChoice::default()
        });
        let choices = choices.collect();
        self.menu.add_option_group(ImportedOptionGroup {
            name: self.words.size.clone(),
            min: 1,
            max: 1,
            choices,
        })
    }

    /// `None` if the offer has no price.
    fn price(&mut self, offer: &Map<String, Value>, dish: &str) -> Option<Minor> {
        let specification = list(offer.get("priceSpecification")).find_map(Value::as_object);
        let field = |name: &str| offer.get(name).or_else(|| specification?.get(name));
        let price = field("price").or_else(|| field("lowPrice"))?;
        let price = match price {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        if price.is_empty() {
            return None;
        }
        let mut wrong = |fault, value: &str| {
            let at = FilePosition::Item(dish.to_owned());
            self.mistakes.push(ImportMistake::new(at, fault, value));
        };
        let code = field("priceCurrency")
            .and_then(Value::as_str)
            .map(str::to_uppercase);
        let other = code.filter(|code| code.len() == 3 && code.is_ascii() && code != self.currency.code());
        if let Some(other) = other {
            wrong(ImportFault::OtherCurrency, &other);
        }
        let read = amount(self.currency, &price);
        if let Err(fault) = read {
            wrong(fault, &price);
        }
        // A mistake is told; the dish is there, so that nothing else is.
        Some(read.unwrap_or(Minor::ZERO))
    }
}

/// Where schema.org has a list, pages have single values, too.
fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
    .iter()
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).map(plain).unwrap_or_default()
}

/// Without the tags and the entities of HTML, which texts have in the pages of many.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        match tag.split_once('>') {
            Some((tag, after)) if tag.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '/') => {
                plain.push(' ');
                rest = after;
            }
            _ => {
                plain.push('<');
                rest = tag;
            }
        }
    }
    plain.push_str(rest);
    let decoded = html_escape::decode_html_entities(&plain);
    let words: Vec<&str> = decoded.split_whitespace().collect();
    words.join(" ")
}

fn diet(value: &Value) -> Option<Diet> {
    let name = value.as_str()?.rsplit('/').next()?;
    match name {
        "VegetarianDiet" => Some(Diet::Vegetarian),
        "VeganDiet" => Some(Diet::Vegan),
        "HalalDiet" => Some(Diet::Halal),
        _ => None,
    }
}
