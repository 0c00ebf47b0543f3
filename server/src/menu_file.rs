//! Menus as files: tables of Servery, TastyIgniter and Odoo, GloriaFood's JSON, and what a web page says of a menu.

mod column;
mod gloriafood;
mod odoo_attributes;
mod package;
mod schema_org;
mod table;
#[cfg(test)]
mod tests;
mod words;
pub mod write;

use serde_json::Value;
use servery_domain::{
    currency::Currency,
    limits,
    menu_import::{FilePosition, ImportFault, ImportMistake, ImportedMenu},
};

pub use self::words::Words;

/// Mistakes that are told: who mends these sees the others.
pub const MISTAKES: usize = 10;
/// `limits::MENU_FILE`, as people say it.
pub const MOST_BYTES: &str = "> 8 MB";

/// A line for each mistake.
pub fn told(mistakes: &[ImportMistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// What kind a file is of shows in its content: nobody has to say.
pub fn read(bytes: &[u8], currency: Currency, words: &Words) -> Result<ImportedMenu, Vec<ImportMistake>> {
    let menu = read_any(bytes, currency, words).map_err(|mut mistakes| {
        mistakes.truncate(MISTAKES);
        mistakes
    })?;
    if menu.is_too_large() {
        return Err(vec![of_file(ImportFault::TooMany, "")]);
    }
    match menu.dish_count() {
        0 => Err(vec![of_file(ImportFault::NoDishes, "")]),
        _ => Ok(menu),
    }
}

fn read_any(bytes: &[u8], currency: Currency, words: &Words) -> Result<ImportedMenu, Vec<ImportMistake>> {
    if bytes.len() > limits::MENU_FILE {
        return Err(vec![of_file(ImportFault::TooLarge, MOST_BYTES)]);
    }
    if bytes.starts_with(b"PK") {
        let rows = package::rows(bytes, currency).map_err(|mistake| vec![mistake])?;
        return table::menu(rows, currency, words);
    }
    let text = text(bytes).map_err(|mistake| vec![mistake])?;
    match text.trim_start().chars().next() {
        Some('{' | '[') => {
            let value: Value = serde_json::from_str(&text)
                .map_err(|error| vec![of_file(ImportFault::UnknownFormat, error.to_string())])?;
            match value.get("categories").is_some() {
                true => gloriafood::menu(value, currency, words),
                false => schema_org::menu(&[value], currency, words),
            }
        }
        Some('<') => schema_org::menu(&schema_org::documents(&text)?, currency, words),
        _ => {
            let rows = table::rows(&text).map_err(|mistake| vec![mistake])?;
            table::menu(rows, currency, words)
        }
    }
}

/// Excel writes UTF-16 where it says “Unicode text”; a byte order mark tells.
fn text(bytes: &[u8]) -> Result<String, ImportMistake> {
    let wrong = || of_file(ImportFault::Encoding, "");
    let units = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
        text.ok().filter(|_| odd.is_empty()).ok_or_else(wrong)
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => str::from_utf8(rest).map_err(|_| wrong())?.to_owned(),
    };
    match text.contains('\0') {
        true => Err(wrong()),
        false => Ok(text),
    }
}

/// A name; one that is too long is refused later, and is not carried along whole.
fn name(text: &str) -> String {
    text.trim().chars().take(limits::NAME + 1).collect()
}

fn description(text: &str) -> String {
    text.trim().chars().take(limits::DESCRIPTION + 1).collect()
}

fn of_file(fault: ImportFault, value: impl Into<String>) -> ImportMistake {
    ImportMistake::new(FilePosition::File, fault, value)
}
