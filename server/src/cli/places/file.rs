//! A file of addresses in one of the formats, row by row: of files with millions of rows no more than one is in memory.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
};

use servery_domain::place::ImportedPlace;

use super::{
    geojson, open_addresses,
    rows::{Reading, Rows},
};

pub(crate) struct PlacesFile {
    pub path: PathBuf,
    /// Of the addresses that name none.
    pub city: String,
}

impl PlacesFile {
    /// Calls `add` for each place until it answers `false`. If there are errors, they name the lines.
    pub(crate) fn read(&self, add: &mut dyn FnMut(ImportedPlace) -> bool) -> Result<Reading, Vec<String>> {
        let file = File::open(&self.path).map_err(|error| vec![error.to_string()])?;
        read(BufReader::new(file), &self.city, add)
    }
}

/// The same of what is in memory.
pub(crate) fn read(
    mut source: impl BufRead,
    city: &str,
    add: &mut dyn FnMut(ImportedPlace) -> bool,
) -> Result<Reading, Vec<String>> {
    let mut rows = Rows::new(city, add);
    let start = source.fill_buf().map_err(|error| vec![error.to_string()])?;
    // Windows programs begin a file with a byte order mark.
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let first = start[mark..]
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .copied();
    source.consume(mark);
    match first {
        Some(b'{') => geojson::read(&mut source, &mut rows),
        _ => open_addresses::read(&mut source, &mut rows),
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use servery_domain::delivery_area::Point;

    use super::{
        super::rows::{ERRORS, LeftOut},
        *,
    };

    fn places(file: &str) -> Result<(Vec<ImportedPlace>, Reading), Vec<String>> {
        let mut places = Vec::new();
        let reading = read(file.as_bytes(), "", &mut |place| {
            places.push(place);
            true
        })?;
        Ok((places, reading))
    }

    const CSV: &str = "LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n\
        -74.0027,40.7336,401,\"Pier  Street\",,Millbrook,,,10014,,a1\n\
        -74.0028,40.7337,401,Pier Street,2b,Millbrook,,,10014,,a2\n";

    #[test]
    fn open_addresses_csv_and_geojson_have_the_same_places() {
        let feature = r#"{"type":"Feature","properties":{"hash":"a1","number":"401","street":"Pier Street","unit":"","city":"Millbrook","postcode":10014},"geometry":{"type":"Point","coordinates":[-74.0027,40.7336]}}"#;
        let osm = r#"{"type":"Feature","id":"node/1","geometry":{"coordinates":[-74.0027,40.7336,12.5],"type":"Point"},"properties":{"addr:housenumber":"401","addr:street":"Pier Street","addr:city":"Millbrook","addr:postcode":"10014","name":null}}"#;
        let building = r#"{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[0,0]]]},"properties":null}"#;
        let (of_csv, reading) = places(CSV).unwrap();
        assert_eq!(reading.places, 2);
        assert_eq!(of_csv[0].id, of_csv[1].id, "flats are at one address");
        let point = Point {
            latitude: 40_733_600,
            longitude: -74_002_700,
        };
        assert_eq!(
            (of_csv[0].point, of_csv[0].street.as_str()),
            (point, "Pier Street")
        );
        let lines = format!("{feature}\n\n{osm}\n{building}\n");
        let collection = format!(
            "\u{feff}{{\n \"name\": [1], \"type\": \"FeatureCollection\", \"features\": [{feature},\n{osm},{building}]}}"
        );
        for file in [lines, collection] {
            let (found, reading) = places(&file).unwrap();
            assert_eq!(found, [of_csv[0].clone(), of_csv[0].clone()], "{file}");
            assert_eq!(reading.left_out.without_point, 1, "{file}");
        }
    }

    #[test]
    fn each_bad_row_is_named_by_its_line() {
        let feature = |number: &str| {
            format!(
                r#"{{"type":"Feature","properties":{{"number":"1","street":"A","city":"B"}},"geometry":{{"type":"Point","coordinates":[{number},1]}}}}"#
            )
        };
        let collection =
            |features: &str| format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
        let long = "x".repeat(200);
        for (file, expected) in [
            (
                format!("{CSV}east,1,1,A,,B,,,,,\n1,91,1,A,,B,,,,,\n"),
                vec![
                    "line 4: the longitude 'east' is not a number",
                    "line 5: the latitude 91 is not between -90 and 90",
                ],
            ),
            (
                format!("{CSV}1,1,1\n"),
                vec!["line 4: 3 columns where the first line has 11"],
            ),
            (
                format!("{CSV}1,NaN,1,A,,B,,,,,\n"),
                vec!["line 4: the latitude NaN"],
            ),
            (
                format!("{CSV}1,1,1,{long},,B,,,,,\n"),
                vec!["line 4: 'street' has at most 120 characters"],
            ),
            (
                "a,b\n1,2\n".into(),
                vec!["line 1: there is no column LON, LAT, NUMBER, STREET"],
            ),
            (String::new(), vec!["line 1: there is no column"]),
            (
                format!("{}\n{}\nnonsense\n", feature("1"), feature("181")),
                vec!["line 2: the longitude 181 is not between", "line 3: "],
            ),
            (
                collection(&format!("{},{}", feature("1"), feature("181"))),
                vec!["feature 2: the longitude 181"],
            ),
            (collection("7"), vec!["line 1: "]),
            (
                collection("").replace("FeatureCollection", "Topology"),
                vec!["line 1: "],
            ),
            (r#"{"features": "#.into(), vec!["line 1: "]),
        ] {
            let errors = places(&file).unwrap_err();
            assert_eq!(errors.len(), expected.len(), "{errors:?}");
            for (error, expected) in errors.iter().zip(expected) {
                assert!(error.starts_with(expected), "{error}");
            }
        }
        let many = format!("{CSV}{}", "x,1,1,A,,B,,,,,\n".repeat(1_000));
        assert_eq!(places(&many).unwrap_err().len(), ERRORS);
    }

    #[test]
    fn rows_without_an_address_are_left_out_and_counted() {
        let rows = "1,1,,A,,B,,,,,\n1,1,1,,,B,,,,,\n1,1,1,A,,,,,,,\n";
        let (found, reading) = places(&format!("{CSV}{rows}")).unwrap();
        assert_eq!((found.len(), reading.places), (2, 2));
        assert_eq!(
            reading.left_out,
            LeftOut {
                without_number: 2,
                without_city: 1,
                without_point: 0
            }
        );
        let mut cities = Vec::new();
        read(format!("{CSV}{rows}").as_bytes(), "Elsewhere", &mut |place| {
            cities.push(place.city);
            true
        })
        .unwrap();
        assert_eq!(cities, ["Millbrook", "Millbrook", "Elsewhere"]);
    }
}
