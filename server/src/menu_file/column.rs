//! The columns of a table, by what they are called in the first line.

use std::collections::BTreeMap;

/// What a column of a menu's table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
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
}

/// The columns that Servery writes, in their order.
pub const WRITTEN: &[(Column, &str)] = &[
    (Column::Category, "category"),
    (Column::Name, "dish"),
    (Column::Description, "description"),
    (Column::Price, "price"),
    (Column::Diets, "diets"),
    (Column::Allergens, "allergens"),
    (Column::Options, "options"),
    (Column::Served, "served"),
    (Column::TaxEatIn, "tax_eat_in"),
    (Column::TaxTakeaway, "tax_takeaway"),
    (Column::Id, "dish_id"),
];

/// What they are called elsewhere: by people, by TastyIgniter, and by Odoo in its fields and in its lists. Of several columns that
/// say the same the first of these counts.
const OTHERS: &[(Column, &str)] = &[
    (Column::Category, "categories"),
    (Column::Category, "section"),
    (Column::Category, "kategorie"),
    (Column::Category, "الفئة"),
    (Column::Category, "pos_categ_ids"),
    (Column::Category, "pos_categ_ids/name"),
    (Column::Category, "pos_categ_id"),
    (Column::Category, "pos_categ_id/name"),
    (Column::Category, "point of sale category"),
    (Column::Category, "point of sale category/category name"),
    (Column::Category, "categ_id"),
    (Column::Category, "product category"),
    (Column::Name, "name"),
    (Column::Name, "item"),
    (Column::Name, "gericht"),
    (Column::Name, "الطبق"),
    (Column::Description, "beschreibung"),
    (Column::Description, "الوصف"),
    (Column::Description, "description_sale"),
    (Column::Description, "sales description"),
    (Column::Price, "preis"),
    (Column::Price, "السعر"),
    (Column::Price, "list_price"),
    (Column::Price, "sales price"),
    (Column::Offered, "status"),
    (Column::Offered, "available_in_pos"),
    (Column::Offered, "available in pos"),
];

pub struct Columns {
    at: BTreeMap<Column, usize>,
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
        for (column, name) in [(Column::Name, "dish"), (Column::Price, "price")] {
            if !at.contains_key(&column) {
                return Err(name);
            }
        }
        let price = at.get(&Column::Price).and_then(|at| names.get(*at));
        let category = at.get(&Column::Category).and_then(|at| names.get(*at));
        Ok(Self {
            is_odoo: price.is_some_and(|name| name == "list_price" || name == "sales price"),
            joins_categories: category.is_some_and(|name| name.starts_with("pos_categ_ids")),
            at,
        })
    }

    /// `None` if the table has no such column.
    pub fn cell<'a>(&self, cells: &'a [String], column: Column) -> Option<&'a str> {
        let at = self.at.get(&column)?;
        Some(cells.get(*at).map_or("", |cell| cell.trim()))
    }
}
