//! CSV as spreadsheets of a language's countries read it: with a byte order mark, and where the comma is the decimal sign, `;` between
//! the cells.

use csv::{Writer, WriterBuilder};
use servery_domain::lang::Lang;

fn has_decimal_comma(lang: Lang) -> bool {
    lang == Lang::German
}

pub fn writer(lang: Lang) -> Writer<Vec<u8>> {
    let separator = if has_decimal_comma(lang) { b';' } else { b',' };
    WriterBuilder::new()
        .delimiter(separator)
        .from_writer("\u{feff}".as_bytes().to_vec())
}

/// A number that was written with a point.
pub fn decimal(number: String, lang: Lang) -> String {
    match has_decimal_comma(lang) {
        true => number.replace('.', ","),
        false => number,
    }
}

pub fn bytes(writer: Writer<Vec<u8>>) -> csv::Result<Vec<u8>> {
    writer.into_inner().map_err(|error| error.into_error().into())
}
