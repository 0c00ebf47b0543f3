//! CSV with the columns of OpenAddresses.

use std::io::Read;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::rows::{RawPlace, Rows};

const NEEDED: [&str; 4] = ["LON", "LAT", "NUMBER", "STREET"];

pub(super) fn read(source: impl Read, rows: &mut Rows<'_>) {
    let mut reader = ReaderBuilder::new().from_reader(source);
    let columns = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            rows.error("line 1", error);
            return;
        }
    };
    let column = |name: &str| {
        columns
            .iter()
            .position(|known| known.trim().eq_ignore_ascii_case(name))
    };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| column(name).is_none()).collect();
    if !missing.is_empty() {
        rows.error("line 1", format!("there is no column {}", missing.join(", ")));
        return;
    }
    let at = ["LON", "LAT", "NUMBER", "STREET", "POSTCODE", "CITY"].map(column);
    for record in reader.records() {
        let goes_on = match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                rows.row(&format!("line {line}"), raw(&record, at))
            }
            Err(error) => failed(rows, &error),
        };
        if !goes_on {
            return;
        }
    }
}

fn raw(record: &StringRecord, at: [Option<usize>; 6]) -> RawPlace {
    let [longitude, latitude, number, street, postcode, city] = at.map(|column| {
        column
            .and_then(|column| record.get(column))
            .unwrap_or_default()
            .to_owned()
    });
    RawPlace {
        street,
        number,
        postcode,
        city,
        position: Some((longitude, latitude)),
    }
}

fn failed(rows: &mut Rows<'_>, error: &csv::Error) -> bool {
    let line = error.position().map_or(0, csv::Position::line);
    let at = format!("line {line}");
    match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => rows.error(
            &at,
            format!("{len} columns where the first line has {expected_len}"),
        ),
        ErrorKind::Utf8 { .. } => rows.error(&at, "this is not UTF-8"),
        _ => rows.last_error(&at, error),
    }
}
