//! The first sheet of an Excel file (XLSX).

use std::io::{self, Cursor, Read};

use calamine::{Data, DataRef, Reader, Xlsx};
use servery_domain::{
    currency::Currency,
    limits,
    menu_import::{ImportFault, ImportMistake},
};
use zip::ZipArchive;

use super::{
    of_file,
    table::{COLUMNS, ROWS, TableRow},
};

/// `limits::MENU_FILE_UNPACKED`, as people say it.
const MOST_UNPACKED: &str = "> 64 MB";

pub fn rows(bytes: &[u8], currency: Currency) -> Result<Vec<TableRow>, ImportMistake> {
    check_size(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = book.sheet_names().first().cloned().unwrap_or_default();
    // Cell by cell: a sheet as a whole has all cells between its first and its last one, also those that are empty.
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let mut rows: Vec<TableRow> = Vec::new();
    let mut left = limits::MENU_FILE_UNPACKED;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let column = column as usize;
        let text = text(cell.get_value(), currency);
        if text.is_empty() {
            continue;
        }
        // Many cells may refer to one long text.
        left = left
            .checked_sub(text.len() as u64)
            .ok_or_else(|| of_file(ImportFault::TooLarge, MOST_UNPACKED))?;
        if column >= COLUMNS || rows.len() > ROWS {
            return Err(of_file(ImportFault::TooMany, ""));
        }
        let line = row.saturating_add(1);
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(TableRow {
                line,
                cells: Vec::new(),
            });
        }
        if let Some(TableRow { cells, .. }) = rows.last_mut() {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
    }
    Ok(rows)
}

fn unreadable(error: impl std::fmt::Display) -> ImportMistake {
    of_file(ImportFault::UnknownFormat, error.to_string())
}

/// A few kilobytes can unpack to gigabytes. The sizes that a package says of itself may be wrong: everything is unpacked once.
fn check_size(bytes: &[u8]) -> Result<(), ImportMistake> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = limits::MENU_FILE_UNPACKED;
    for position in 0..archive.len() {
        let entry = archive.by_index(position).map_err(unreadable)?;
        let size = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(unreadable)?;
        left = left
            .checked_sub(size)
            .ok_or_else(|| of_file(ImportFault::TooLarge, MOST_UNPACKED))?;
    }
    Ok(())
}

/// Numbers are binary fractions: `8.9` may be stored as 8.9000000000000004.
fn text(value: &DataRef<'_>, currency: Currency) -> String {
    match value {
        DataRef::Float(number) => {
            let digits = currency.digits().max(4) as usize;
            let text = format!("{number:.digits$}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        // Excel takes `9.50` for a date in some languages. What it shows is not in the file.
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => "#DATE".to_owned(),
        DataRef::Error(_) => "#ERROR".to_owned(),
        value => Data::from(value.clone()).to_string(),
    }
}
