//! A menu as a table: a line for each dish.

use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord, Trim};
use servery_domain::{
    currency::{Currency, Minor},
    limits,
    menu_import::{
        FilePosition, ImportFault, ImportMistake, ImportedDish, ImportedMenu, ImportedOffers, amount,
    },
    tax::{TaxRate, TaxRates},
};

use super::{
    MISTAKES,
    column::{Columns, MenuColumn},
    odoo_attributes::Attributes,
    of_file,
    words::{self, Words},
};

/// A line of a table; the first one is 1.
pub struct TableRow {
    pub line: u32,
    pub cells: Vec<String>,
}

const ONE_PERCENT: TaxRate = TaxRate(10_000);

/// Columns of a table, and lines: every dish, and as many that continue one.
pub const COLUMNS: usize = 200;
pub const ROWS: usize = 2 * limits::DISHES;

/// Excel separates by what the country uses for lists.
pub fn rows(text: &str) -> Result<Vec<TableRow>, ImportMistake> {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator: &char| header.matches(*separator).count();
    let separator = [',', ';', '\t'].into_iter().max_by_key(count).unwrap_or(',');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .trim(Trim::None)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| of_file(ImportFault::UnknownFormat, error.to_string()))?;
        if record.len() > COLUMNS || rows.len() >= ROWS {
            return Err(of_file(ImportFault::TooMany, ""));
        }
        rows.push(TableRow {
            line: line(text, &record),
            cells: StringRecord::iter(&record).map(unguarded).collect(),
        });
    }
    Ok(rows)
}

/// The reader's position of a record is before the empty lines above it.
fn line(text: &str, record: &StringRecord) -> u32 {
    let (line, byte) = record
        .position()
        .map_or((0, 0), |position| (position.line(), position.byte()));
    let rest = usize::try_from(byte).ok().and_then(|byte| text.get(byte..));
    let empty = rest
        .unwrap_or_default()
        .bytes()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let empty = empty.filter(|byte| *byte == b'\n').count() as u64;
    u32::try_from(line + empty).unwrap_or(u32::MAX)
}

/// Before a text that a spreadsheet would take for a formula stands an apostrophe; also before one that begins with an apostrophe.
pub fn needs_guard(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\''])
}

fn unguarded(cell: &str) -> String {
    let text = cell.strip_prefix('\'').filter(|text| needs_guard(text));
    text.unwrap_or(cell).to_owned()
}

pub fn menu(
    rows: Vec<TableRow>,
    currency: Currency,
    words: &Words,
) -> Result<ImportedMenu, Vec<ImportMistake>> {
    let mut rows = rows
        .into_iter()
        .filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
    let header = rows
        .next()
        .ok_or_else(|| vec![of_file(ImportFault::NoDishes, "")])?;
    let columns =
        Columns::read(&header.cells).map_err(|missing| vec![of_file(ImportFault::NoColumns, missing)])?;
    let mut table = TableReader {
        columns: &columns,
        currency,
        words,
        open: None,
        menu: ImportedMenu::default(),
        mistakes: Vec::new(),
    };
    for row in rows {
        table.read(&row);
        if table.mistakes.len() >= MISTAKES || table.menu.is_too_large() {
            break;
        }
    }
    table.close();
    match table.mistakes.is_empty() {
        true => Ok(table.menu),
        false => Err(table.mistakes),
    }
}

struct TableReader<'a> {
    columns: &'a Columns,
    currency: Currency,
    words: &'a Words,
    /// A product of Odoo, whose attributes may go on in the next line.
    open: Option<OpenProduct>,
    menu: ImportedMenu,
    mistakes: Vec<ImportMistake>,
}

struct OpenProduct {
    category: Option<String>,
    dish: ImportedDish,
    attributes: Attributes,
}

impl TableReader<'_> {
    fn read(&mut self, TableRow { line, cells }: &TableRow) {
        let columns = self.columns;
        let cell = |column| columns.cell(cells, column);
        let (name, price) = (
            cell(MenuColumn::Name).unwrap_or_default(),
            cell(MenuColumn::Price).unwrap_or_default(),
        );
        // In Odoo's lists more values of a dish follow on lines without one.
        if columns.is_odoo && name.is_empty() && price.is_empty() {
            return self.read_attribute(*line, cells);
        }
        self.close();
        if cell(MenuColumn::Offered).is_some_and(|offered| !is_true(offered)) {
            let category = self.category(cell(MenuColumn::Category).unwrap_or_default());
            self.menu.leave_out(category.as_deref(), &super::name(name));
            return;
        }
        if let Some(dish) = self.dish(*line, (name, price), cells) {
            let category = self.category(cell(MenuColumn::Category).unwrap_or_default());
            self.open = Some(OpenProduct {
                category,
                dish,
                attributes: Attributes::default(),
            });
            self.read_attribute(*line, cells);
        }
    }

    fn read_attribute(&mut self, line: u32, cells: &[String]) {
        let (columns, currency) = (self.columns, self.currency);
        let cell = |column| columns.cell(cells, column).unwrap_or_default();
        let Some(product) = &mut self.open else { return };
        let price = match cell(MenuColumn::AttributePrice) {
            "" => Ok(Minor::ZERO),
            text => amount(currency, text).map_err(|fault| (fault, text)),
        };
        let (attribute, values) = (cell(MenuColumn::Attribute), cell(MenuColumn::AttributeValues));
        match price {
            Ok(price) => product.attributes.add(attribute, values, price),
            Err((fault, text)) => self.wrong(line, fault, text),
        }
    }

    /// The dish whose lines are read is complete.
    fn close(&mut self) {
        let Some(OpenProduct {
            category,
            mut dish,
            attributes,
        }) = self.open.take()
        else {
            return;
        };
        if self.columns.has_attributes() {
            let groups = attributes.groups();
            let groups = groups.map(|group| self.menu.add_option_group(group)).collect();
            dish.offers = Some(ImportedOffers::Imported(groups));
        }
        self.menu
            .add_dish(category.as_deref(), &self.words.other_dishes, dish);
    }

    fn wrong(&mut self, line: u32, fault: ImportFault, value: &str) {
        self.mistakes
            .push(ImportMistake::new(FilePosition::Line(line), fault, value));
    }

    /// `None` if something is wrong with it.
    fn dish(&mut self, line: u32, (name, price): (&str, &str), cells: &[String]) -> Option<ImportedDish> {
        let before = self.mistakes.len();
        if name.is_empty() {
            self.wrong(line, ImportFault::NoName, "");
        }
        let amount = match price {
            "" => Err(ImportFault::NoPrice),
            text => amount(self.currency, text),
        };
        if let Err(fault) = amount {
            self.wrong(line, fault, price);
        }
        let columns = self.columns;
        let cell = |column| columns.cell(cells, column);
        let id = cell(MenuColumn::Id).filter(|id| !id.is_empty());
        let id = id.and_then(|id| self.parsed(line, id, ImportFault::NoId));
        let dish = ImportedDish {
            at: FilePosition::Line(line),
            id,
            name: super::name(name),
            price: amount.unwrap_or(Minor::ZERO),
            description: cell(MenuColumn::Description).map(super::description),
            allergens: self.listed(
                line,
                cells,
                (MenuColumn::Allergens, ImportFault::UnknownAllergen),
                words::allergen,
            ),
            diets: self.listed(
                line,
                cells,
                (MenuColumn::Diets, ImportFault::UnknownDiet),
                words::diet,
            ),
            offers: cell(MenuColumn::Options).map(|options| ImportedOffers::Named(split(options))),
            served: cell(MenuColumn::Served).map(|served| match served {
                "" => None,
                hours => self.parsed(line, hours, ImportFault::NoHours),
            }),
            tax: self.tax(line, cells),
        };
        (self.mistakes.len() == before).then_some(dish)
    }

    fn parsed<T: FromStr>(&mut self, line: u32, text: &str, fault: ImportFault) -> Option<T> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(line, fault, text);
        }
        parsed
    }

    fn listed<T: PartialEq>(
        &mut self,
        line: u32,
        cells: &[String],
        (column, fault): (MenuColumn, ImportFault),
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let cell = self.columns.cell(cells, column)?;
        let texts = cell.split([',', ';', '،', '\n']).map(str::trim);
        let mut found = Vec::new();
        for text in texts.filter(|text| !text.is_empty()) {
            match read(text) {
                Some(value) if found.contains(&value) => {}
                Some(value) => found.push(value),
                None => self.wrong(line, fault, text),
            }
            if self.mistakes.len() >= MISTAKES {
                break;
            }
        }
        Some(found)
    }

    /// Both rates, or none of them: then the restaurant's apply.
    fn tax(&mut self, line: u32, cells: &[String]) -> Option<Option<TaxRates>> {
        let eat_in = self.columns.cell(cells, MenuColumn::TaxEatIn)?;
        let takeaway = self.columns.cell(cells, MenuColumn::TaxTakeaway)?;
        if eat_in.is_empty() && takeaway.is_empty() {
            return Some(None);
        }
        let mut rate = |text: &str| {
            // A spreadsheet has 19 % as 0.19.
            let rate = TaxRate::read_percent(text).filter(|rate| rate.0 == 0 || *rate >= ONE_PERCENT);
            if rate.is_none() {
                self.wrong(line, ImportFault::NoTaxRate, text);
            }
            rate
        };
        let (eat_in, takeaway) = (rate(eat_in), rate(takeaway));
        Some(
            eat_in
                .zip(takeaway)
                .map(|(eat_in, takeaway)| TaxRates { eat_in, takeaway }),
        )
    }

    /// The first of several; of Odoo's path of categories the last part. `None` if the cell is empty.
    fn category(&self, cell: &str) -> Option<String> {
        let first = match self.columns.joins_categories {
            true => cell.split(',').next()?.to_owned(),
            false => split(cell).into_iter().next()?,
        };
        let name = match self.columns.is_odoo {
            true => first.rsplit(" / ").next()?,
            false => &first,
        };
        Some(super::name(name)).filter(|name| !name.is_empty())
    }
}

fn is_true(cell: &str) -> bool {
    !matches!(cell.to_lowercase().as_str(), "" | "0" | "false" | "no" | "nein")
}

/// Names with `|` between them; within a name that is written `\|`, and `\` is written `\\`.
fn split(cell: &str) -> Vec<String> {
    let (mut names, mut name) = (Vec::new(), String::new());
    let mut signs = cell.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => name.push(signs.next_if(|next| matches!(next, '|' | '\\')).unwrap_or('\\')),
            '|' => names.push(std::mem::take(&mut name)),
            sign => name.push(sign),
        }
    }
    names.push(name);
    let names = names.iter().map(|name| super::name(name));
    let names = names.filter(|name| !name.is_empty());
    names.take(limits::OFFERED_GROUPS + 1).collect()
}

pub fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names
        .map(|name| name.replace('\\', "\\\\").replace('|', "\\|"))
        .collect();
    names.join("|")
}
