//! The columns of a table, by what they are called in the first line.

use std::collections::BTreeMap;

/// What a column of a menu's table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MenuColumn {
    Id,
    Category,
    Name,
    Description,
    Price,
    Diets,
    Allergens,
    Options,
    Served,
    TaxEatIn,
    TaxTakeaway,
    /// Whether it is offered at all.
    Offered,
    /// Of Odoo's products.
    Attribute,
    AttributeValues,
    AttributePrice,
}

/// The columns that Servery writes, in their order.
pub const WRITTEN: &[(MenuColumn, &str)] = &[
    (MenuColumn::Category, "category"),
    (MenuColumn::Name, "dish"),
    (MenuColumn::Description, "description"),
    (MenuColumn::Price, "price"),
    (MenuColumn::Diets, "diets"),
    (MenuColumn::Allergens, "allergens"),
    (MenuColumn::Options, "options"),
    (MenuColumn::Served, "served"),
    (MenuColumn::TaxEatIn, "tax_eat_in"),
    (MenuColumn::TaxTakeaway, "tax_takeaway"),
    (MenuColumn::Id, "dish_id"),
];

/// What they are called elsewhere: by people, by TastyIgniter, and by Odoo in its fields and in its lists. Of several columns that
/// say the same the first of these counts.
const OTHERS: &[(MenuColumn, &str)] = &[
    (MenuColumn::Category, "categories"),
    (MenuColumn::Category, "section"),
    (MenuColumn::Category, "kategorie"),
    (MenuColumn::Category, "الفئة"),
    (MenuColumn::Category, "pos_categ_ids"),
    (MenuColumn::Category, "pos_categ_ids/name"),
    (MenuColumn::Category, "pos_categ_id"),
    (MenuColumn::Category, "pos_categ_id/name"),
    (MenuColumn::Category, "point of sale category"),
    (MenuColumn::Category, "point of sale category/category name"),
    (MenuColumn::Category, "categ_id"),
    (MenuColumn::Category, "product category"),
    (MenuColumn::Name, "name"),
    (MenuColumn::Name, "item"),
    (MenuColumn::Name, "gericht"),
    (MenuColumn::Name, "الطبق"),
    (MenuColumn::Description, "beschreibung"),
    (MenuColumn::Description, "الوصف"),
    (MenuColumn::Description, "description_sale"),
    (MenuColumn::Description, "sales description"),
    (MenuColumn::Price, "preis"),
    (MenuColumn::Price, "السعر"),
    (MenuColumn::Price, "list_price"),
    (MenuColumn::Price, "sales price"),
    (MenuColumn::Offered, "status"),
    (MenuColumn::Offered, "available_in_pos"),
    (MenuColumn::Offered, "available in pos"),
    (MenuColumn::Attribute, "attribute_line_ids/attribute_id"),
    (MenuColumn::Attribute, "product attributes/attribute"),
    (
        MenuColumn::AttributeValues,
        "attribute_line_ids/product_template_value_ids/name",
    ),
    (
        MenuColumn::AttributeValues,
        "product attributes/product attribute values/value",
    ),
    (MenuColumn::AttributeValues, "attribute_line_ids/value_ids"),
    (MenuColumn::AttributeValues, "product attributes/values"),
    (
        MenuColumn::AttributePrice,
        "attribute_line_ids/product_template_value_ids/price_extra",
    ),
    (
        MenuColumn::AttributePrice,
        "product attributes/product attribute values/extra price",
    ),
];

pub struct Columns {
    at: BTreeMap<MenuColumn, usize>,
    pub is_odoo: bool,
    /// Several categories stand in one cell, with commas between them.
    pub joins_categories: bool,
}

impl Columns {
    /// The column that is missing, if one is that a menu needs.
    pub fn read(header: &[String]) -> Result<Self, &'static str> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let mut at = BTreeMap::new();
        for (column, name) in WRITTEN.iter().chain(OTHERS) {
            if let Some(found) = position(name) {
                at.entry(*column).or_insert(found);
            }
        }
        for (column, name) in [(MenuColumn::Name, "dish"), (MenuColumn::Price, "price")] {
            if !at.contains_key(&column) {
                return Err(name);
            }
        }
        let price = at.get(&MenuColumn::Price).and_then(|at| names.get(*at));
        let category = at.get(&MenuColumn::Category).and_then(|at| names.get(*at));
        Ok(Self {
            is_odoo: price.is_some_and(|name| name == "list_price" || name == "sales price"),
            joins_categories: category.is_some_and(|name| name.starts_with("pos_categ_ids")),
            at,
        })
    }

    /// Whether its dishes have choices of their own, in Odoo's columns.
    pub fn has_attributes(&self) -> bool {
        let columns = [MenuColumn::Attribute, MenuColumn::AttributeValues];
        columns.iter().all(|column| self.at.contains_key(column))
    }

    /// `None` if the table has no such column.
    pub fn cell<'a>(&self, cells: &'a [String], column: MenuColumn) -> Option<&'a str> {
        let at = self.at.get(&column)?;
        Some(cells.get(*at).map_or("", |cell| cell.trim()))
    }
}
