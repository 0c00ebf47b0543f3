//! A menu as a table, which the same reader reads.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use servery_domain::{
    id::OptionGroupId,
    lang::Lang,
    menu::{Category, Dish},
    restaurant_file::RestaurantFile,
    tax::TaxRate,
};

use super::{
    column::{MenuColumn, WRITTEN},
    table::{joined, needs_guard},
};
use crate::csv_file;

pub fn csv(file: &RestaurantFile, lang: Lang) -> csv::Result<Vec<u8>> {
    let mut writer = csv_file::writer(lang);
    writer.write_record(WRITTEN.iter().map(|(_, name)| *name))?;
    for (category, dish) in dishes(file) {
        let cells = WRITTEN.iter().map(|(column, _)| {
            let text = cell(file, (category, dish), *column);
            let text = match column {
                MenuColumn::Price | MenuColumn::TaxEatIn | MenuColumn::TaxTakeaway => {
                    csv_file::decimal(text, lang)
                }
                _ => text,
            };
            match needs_guard(&text) {
                true => format!("'{text}"),
                false => text,
            }
        });
        writer.write_record(cells)?;
    }
    csv_file::bytes(writer)
}

/// Prices and tax rates are numbers.
pub fn xlsx(file: &RestaurantFile) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let price = Format::new().set_num_format(match file.currency.digits() {
        0 => "0".to_owned(),
        digits => format!("0.{}", "0".repeat(digits as usize)),
    });
    let head = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name("Menu")?.set_freeze_panes(1, 0)?;
    for (position, (column, name)) in (0..).zip(WRITTEN) {
        let width = match column {
            MenuColumn::Description => 50,
            MenuColumn::Category | MenuColumn::Name | MenuColumn::Id => 28,
            _ => 14,
        };
        sheet.write_string_with_format(0, position, *name, &head)?;
        sheet.set_column_width(position, width)?;
    }
    for (row, dish) in (1..).zip(dishes(file)) {
        for (position, (column, _)) in (0..).zip(WRITTEN) {
            let text = cell(file, dish, *column);
            match (column, text.parse::<f64>()) {
                (MenuColumn::Price, Ok(number)) => {
                    sheet.write_number_with_format(row, position, number, &price)?
                }
                (MenuColumn::TaxEatIn | MenuColumn::TaxTakeaway, Ok(number)) => {
                    sheet.write_number(row, position, number)?
                }
                _ => sheet.write_string(row, position, text)?,
            };
        }
    }
    book.save_to_buffer()
}

fn dishes(file: &RestaurantFile) -> impl Iterator<Item = (&Category, &Dish)> {
    let categories = file.categories.iter();
    categories.flat_map(|category| category.dishes.iter().map(move |dish| (category, dish)))
}

fn cell(file: &RestaurantFile, (category, dish): (&Category, &Dish), column: MenuColumn) -> String {
    let rate = |rate: Option<TaxRate>| rate.map(TaxRate::percent).unwrap_or_default();
    match column {
        MenuColumn::Id => dish.id.to_string(),
        MenuColumn::Category => joined(std::iter::once(category.name.as_str())),
        MenuColumn::Name => dish.name.clone(),
        MenuColumn::Description => dish.description.clone(),
        MenuColumn::Price => file.currency.plain(dish.price),
        MenuColumn::Diets => codes(dish.diets.iter().map(|diet| diet.code())),
        MenuColumn::Allergens => codes(dish.allergens.iter().map(|allergen| allergen.code())),
        MenuColumn::Options => joined(dish.option_groups.iter().filter_map(|id| group_name(file, *id))),
        MenuColumn::Served => dish.served.as_ref().map_or("", |hours| hours.as_str()).to_owned(),
        MenuColumn::TaxEatIn => rate(dish.tax.map(|tax| tax.eat_in)),
        MenuColumn::TaxTakeaway => rate(dish.tax.map(|tax| tax.takeaway)),
        MenuColumn::Offered => "1".to_owned(),
        MenuColumn::Attribute | MenuColumn::AttributeValues | MenuColumn::AttributePrice => String::new(),
    }
}

fn codes<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(", ")
}

fn group_name(file: &RestaurantFile, id: OptionGroupId) -> Option<&str> {
    let mut groups = file.option_groups.iter();
    groups
        .find(|group| group.id == id)
        .map(|group| group.name.as_str())
}
