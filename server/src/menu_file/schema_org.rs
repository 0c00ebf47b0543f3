//! What a web page says of its menu for search engines: schema.org's `Menu`, as JSON-LD.

use std::{
    collections::{BTreeMap, BTreeSet},
    ptr,
};

use serde_json::{Map, Value};
use servery_domain::{
    currency::{Currency, Minor},
    limits,
    menu::Diet,
    menu_import::{
        FilePosition, ImportFault, ImportMistake, ImportedChoice, ImportedDish, ImportedMenu, ImportedOffers,
        amount, decimal_amount,
    },
};

use super::{MISTAKES, of_file, words::Words};

/// How deep sections are nested at most.
const DEPTH: usize = 12;

/// Where menus and their sections are found.
const WITHIN: [&str; 8] = [
    "@graph",
    "hasMenu",
    "menu",
    "hasMenuSection",
    "mainEntity",
    "about",
    "itemListElement",
    "item",
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
        reader.visit(document, None, 0);
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

    /// `category` is that of the section around it.
    fn visit(&mut self, value: &'a Value, category: Option<&str>, depth: usize) {
        if self.menu.is_too_large() || self.mistakes.len() >= MISTAKES {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit(item, category, depth)),
            Value::Object(node) if depth < DEPTH => {
                let node = self.node(node);
                if !self.seen.insert(ptr::from_ref(node)) {
                    return;
                }
                let name = node.contains_key("hasMenuItem").then(|| name(node));
                let name = name.filter(|name| !name.is_empty());
                let here = name.as_deref().or(category);
                let before = self.menu.dish_count();
                for item in list(node.get("hasMenuItem")).filter_map(Value::as_object) {
                    let item = self.node(item);
                    if self.seen.insert(ptr::from_ref(item)) {
                        self.dish(item, here);
                    }
                }
                let description = node.get("description").and_then(Value::as_str);
                if name.is_some() && self.menu.dish_count() > before && description.is_some() {
                    let other = &self.words.other_dishes;
                    self.menu.category(here, other).description =
                        description.map(|text| super::description(&plain(text)));
                }
                for field in WITHIN {
                    if let Some(value) = node.get(field) {
                        self.visit(value, here, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// One whose price is not certain is left out: it has none, is offered from a price on, or at several without saying for what.
    fn dish(&mut self, item: &'a Map<String, Value>, category: Option<&str>) {
        let name = name(item);
        let offers: Vec<&Map<String, Value>> =
            list(item.get("offers")).filter_map(Value::as_object).collect();
        let mut prices = Vec::new();
        for offer in offers.into_iter().take(limits::CHOICES + 1) {
            if self.mistakes.len() >= MISTAKES {
                return;
            }
            if let Some(price) = self.price(offer, &name) {
                prices.push((self::name(offer), price));
            }
        }
        let is_sized = prices.len() > 1 && prices.iter().all(|(size, _)| !size.is_empty());
        let lowest = prices.iter().map(|(_, price)| *price).min();
        let Some(lowest) = lowest.filter(|_| prices.len() == 1 || is_sized) else {
            self.menu.leave_out(category, &name);
            return;
        };
        if name.is_empty() {
            let at = FilePosition::Item(category.unwrap_or_default().to_owned());
            self.mistakes
                .push(ImportMistake::new(at, ImportFault::NoName, ""));
        }
        let offers = is_sized.then(|| self.sizes(lowest, prices));
        let diets = item.get("suitableForDiet").map(|diets| {
            let mut diets: Vec<Diet> = list(Some(diets)).filter_map(diet).collect();
            diets.sort();
            diets.dedup();
            diets
        });
        let description = item.get("description").and_then(Value::as_str);
        let dish = ImportedDish {
            at: FilePosition::Item(name.clone()),
            id: None,
            name,
            price: lowest,
            description: description.map(|text| super::description(&plain(text))),
            allergens: None,
            diets,
            offers: offers.map(|group| ImportedOffers::Imported(vec![group])),
            served: None,
            tax: None,
        };
        self.menu.add_dish(category, &self.words.other_dishes, dish);
    }

    fn sizes(&mut self, lowest: Minor, prices: Vec<(String, Minor)>) -> usize {
        let choices = prices.into_iter().map(|(name, price)| ImportedChoice {
            name,
            price: price - lowest,
            ..ImportedChoice::default()
        });
        let choices = choices.collect();
        self.menu.add_option_group(self.words.sizes(choices))
    }

    /// `None` if the offer has no price.
    fn price(&mut self, offer: &Map<String, Value>, dish: &str) -> Option<Minor> {
        let specification = list(offer.get("priceSpecification")).find_map(Value::as_object);
        let field = |name: &str| offer.get(name).or_else(|| specification?.get(name));
        let (price, read) = match field("price")? {
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => (text.clone(), amount(self.currency, text)),
            Value::Number(number) => {
                let price = number.to_string();
                let read = decimal_amount(self.currency, &price).ok_or(ImportFault::NoAmount);
                (price, read)
            }
            _ => return None,
        };
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

fn name(node: &Map<String, Value>) -> String {
    let name = node.get("name").and_then(Value::as_str);
    super::name(&name.map(plain).unwrap_or_default())
}

/// Without the tags and the entities of HTML, which texts have in the pages of many.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let is_tag = after.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '/');
        let tag = if is_tag { after.split_once('>') } else { None };
        match tag {
            Some((_, after)) => {
                plain.push(' ');
                rest = after;
            }
            // No tag ends any more.
            None if is_tag => {
                rest = "";
            }
            None => {
                plain.push('<');
                rest = after;
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
