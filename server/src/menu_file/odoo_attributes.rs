//! The attributes of Odoo's products, which are groups of options here.

use servery_domain::{
    currency::Minor,
    menu_import::{ImportedChoice, ImportedOptionGroup},
};

/// Of one product, as its lines say them.
#[derive(Default)]
pub struct Attributes(Vec<Attribute>);

struct Attribute {
    name: String,
    values: Vec<(String, Minor)>,
}

impl Attributes {
    /// A line without an attribute has more values of the one before.
    pub fn add(&mut self, attribute: &str, values: &str, price: Minor) {
        if !attribute.is_empty() {
            self.0.push(Attribute {
                name: attribute.to_owned(),
                values: Vec::new(),
            });
        }
        if let Some(attribute) = self.0.last_mut() {
            let values: Vec<_> = split(&attribute.name, values)
                .into_iter()
                .map(|value| (value, price))
                .collect();
            attribute.values.extend(values);
        }
    }

    /// One of several values is chosen. A single one is no choice.
    pub fn groups(self) -> impl Iterator<Item = ImportedOptionGroup> {
        let attributes = self.0.into_iter().filter(|attribute| attribute.values.len() > 1);
        attributes.map(|attribute| ImportedOptionGroup {
            name: super::name(&attribute.name),
            min: 1,
            max: 1,
            choices: attribute.values.into_iter().map(choice).collect(),
        })
    }
}

fn choice((name, price): (String, Minor)) -> ImportedChoice {
    ImportedChoice {
        name: super::name(&name),
        price,
        ..ImportedChoice::default()
    }
}

/// `Size: 26 cm,Size: 32 cm`: a comma before the attribute's name is not within a value. Without that name the cell is one value.
fn split(attribute: &str, values: &str) -> Vec<String> {
    let prefix = format!("{attribute}: ");
    let separator = format!(",{prefix}");
    let rest = values.strip_prefix(&prefix);
    let parts: Vec<&str> = rest.map_or(vec![values], |rest| rest.split(&separator).collect());
    let parts = parts.into_iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}
