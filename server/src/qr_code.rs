//! QR codes: a text as black and white modules, and as a picture.

use std::fmt::Write as _;

use qrcode::{EcLevel, Version, bits::Bits};
use thiserror::Error;

/// White modules that a reader needs on each side.
const QUIET_ZONE: usize = 4;

#[derive(Debug, Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

pub struct QrCode {
    /// Row by row; true is dark.
    modules: Vec<bool>,
    /// Modules per side, without the quiet zone.
    width: usize,
}

/// Dark modules side by side in one row. `x` and `y` include the quiet zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub x: usize,
    pub y: usize,
    pub length: usize,
}

impl QrCode {
    /// The smallest code that holds the text with medium error correction.
    ///
    /// The text is written as bytes: the crate, left to choose, takes the UTF-8 of Japanese for Shift JIS, and
    /// readers then show other characters.
    pub fn new(text: &str) -> Result<Self, TooLong> {
        let code = (1..=40)
            .find_map(|version| encode(text, Version::Normal(version)))
            .ok_or(TooLong)?;
        let width = code.width();
        let colors = code.into_colors().into_iter();
        let modules = colors.map(|color| color == qrcode::Color::Dark).collect();
        Ok(Self { modules, width })
    }

    /// Modules per side, with the quiet zone.
    pub fn size(&self) -> usize {
        self.width + 2 * QUIET_ZONE
    }

    pub fn runs(&self) -> impl Iterator<Item = Run> {
        self.modules
            .chunks(self.width)
            .zip(QUIET_ZONE..)
            .flat_map(|(row, y)| runs_of(row, y))
    }

    /// A complete document; one unit is one module.
    pub fn svg(&self) -> String {
        let size = self.size();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
             <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
        );
        for Run { x, y, length } in self.runs() {
            // Writing to a string does not fail.
            let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
        }
        svg.push_str("\"/></svg>\n");
        svg
    }
}

/// `None` if the text does not fit.
fn encode(text: &str, version: Version) -> Option<qrcode::QrCode> {
    let mut bits = Bits::new(version);
    bits.push_byte_data(text.as_bytes()).ok()?;
    bits.push_terminator(EcLevel::M).ok()?;
    qrcode::QrCode::with_bits(bits, EcLevel::M).ok()
}

fn runs_of(row: &[bool], y: usize) -> impl Iterator<Item = Run> {
    let mut end = QUIET_ZONE;
    row.chunk_by(|left, right| left == right).filter_map(move |run| {
        let (x, length) = (end, run.len());
        end += length;
        run[0].then_some(Run { x, y, length })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXELS: usize = 4;

    fn decoded(code: &QrCode) -> String {
        let side = code.size() * PIXELS;
        let mut bitmap = vec![255; side * side];
        for Run { x, y, length } in code.runs() {
            for row in y * PIXELS..(y + 1) * PIXELS {
                bitmap[row * side..][x * PIXELS..(x + length) * PIXELS].fill(0);
            }
        }
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| bitmap[y * side + x]);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        let (meta, text) = grids[0].decode().unwrap();
        assert_eq!(meta.ecc_level, 0, "medium");
        text
    }

    fn address(length: usize) -> String {
        format!("https://{}", "a/B-7".repeat(length))[..length].to_owned()
    }

    #[test]
    fn a_reader_decodes_the_text() {
        for length in [10, 60, 500, 2331] {
            let text = address(length);
            assert_eq!(decoded(&QrCode::new(&text).unwrap()), text);
        }
        for text in [
            "https://café.example/t/Ñ7",
            "https://例え.example/t/卓七",
            "مطعم",
            "中中中中中中中中",
        ] {
            assert_eq!(decoded(&QrCode::new(text).unwrap()), text);
        }
    }

    #[test]
    fn the_code_is_as_small_as_the_text_allows() {
        let sizes = [0, 14, 15, 26, 27, 42].map(|length| QrCode::new(&address(length)).unwrap().size());
        assert_eq!(sizes, [29, 29, 33, 33, 37, 37]);
    }

    #[test]
    fn japanese_is_written_as_bytes() {
        // 126 bytes; as kanji they would fit into a code of 41 modules.
        assert_eq!(QrCode::new(&"あ".repeat(42)).unwrap().width, 49);
    }

    #[test]
    fn too_long_a_text_is_refused() {
        assert!(QrCode::new(&address(2332)).is_err());
        assert!(QrCode::new(&address(10_000)).is_err());
    }

    #[test]
    fn runs_cover_the_dark_modules() {
        let code = QrCode::new("https://example.com/t/K7QX2M").unwrap();
        let dark = code.modules.iter().filter(|dark| **dark).count();
        assert_eq!(code.runs().map(|run| run.length).sum::<usize>(), dark);
        let first = Run {
            x: QUIET_ZONE,
            y: QUIET_ZONE,
            length: 7,
        };
        assert_eq!(code.runs().next(), Some(first));
    }

    #[test]
    fn svg_is_a_rectangle_and_a_path() {
        let svg = QrCode::new("https://example.com/t/K7QX2M").unwrap().svg();
        let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 37 37\" \
                     shape-rendering=\"crispEdges\"><rect width=\"37\" height=\"37\" fill=\"#fff\"/>\
                     <path fill=\"#000\" d=\"M4 4h7v1h-7z";
        assert!(svg.starts_with(start), "{svg}");
        let path = svg
            .trim_end()
            .strip_suffix("\"/></svg>")
            .unwrap()
            .rsplit('"')
            .next()
            .unwrap();
        assert!(path.chars().all(|c| "Mhvz- 0123456789".contains(c)), "{path}");
    }
}
