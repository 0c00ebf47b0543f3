//! A printable PDF of cards to cut out, one for each table, with the QR code that leads to its menu.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Settings, Str, TextStr};

use crate::qr_code::{QrCode, Run, TooLong};

pub struct QrCard {
    /// Such as "Table 7".
    pub name: String,
    /// The URL in the code.
    pub address: String,
}

const MM: f32 = 72.0 / 25.4;
const PAGE_WIDTH: f32 = 210.0 * MM;
const PAGE_HEIGHT: f32 = 297.0 * MM;
const COLUMNS: usize = 2;
const ROWS: usize = 4;
const CARD_WIDTH: f32 = PAGE_WIDTH / COLUMNS as f32;
const CARD_HEIGHT: f32 = PAGE_HEIGHT / ROWS as f32;
/// The widest text, between margins of 9 mm.
const TEXT_WIDTH: f32 = CARD_WIDTH - 18.0 * MM;

/// Below the top of the card; the quiet zone separates the code from the texts.
const CODE_TOP: f32 = 11.0 * MM;
const CODE_SIZE: f32 = 41.0 * MM;

/// A line of text, centred on the card. A long text is written smaller, and then cut.
struct Line {
    font: &'static Font,
    size: f32,
    smallest: f32,
    /// Below the top of the card.
    baseline: f32,
}

const HEADING: Line = Line {
    font: &BOLD,
    size: 13.0,
    smallest: 9.0,
    baseline: 10.0 * MM,
};
const NAME: Line = Line {
    font: &BOLD,
    size: 20.0,
    smallest: 12.0,
    baseline: 59.0 * MM,
};
const CALL: Line = Line {
    font: &REGULAR,
    size: 10.0,
    smallest: 7.0,
    baseline: 64.0 * MM,
};
const ADDRESS: Line = Line {
    font: &REGULAR,
    size: 7.5,
    smallest: 5.0,
    baseline: 68.0 * MM,
};

/// A4 pages of eight cards; without cards, a page that has only the heading.
///
/// The fonts are those that every reader has, which write the languages of Western Europe. A text with any
/// character outside Windows-1252 (Arabic, Japanese, "ł") is left out as a whole.
pub fn pdf(heading: &str, call: &str, cards: &[QrCard]) -> Result<Vec<u8>, TooLong> {
    let mut pages = Vec::new();
    for cards in cards.chunks(COLUMNS * ROWS) {
        pages.push(page(heading, call, cards)?);
    }
    if pages.is_empty() {
        pages.push(empty_page(heading));
    }
    Ok(document(heading, pages))
}

fn document(title: &str, pages: Vec<Content>) -> Vec<u8> {
    let mut next = Ref::new(1);
    let [catalog, tree, info, regular, bold] = std::array::from_fn(|_| next.bump());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (next.bump(), next.bump())).collect();

    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info)
        .title(TextStr(title))
        .creator(TextStr("Servery"));
    for (id, font) in [(regular, &REGULAR), (bold, &BOLD)] {
        pdf.type1_font(id)
            .base_font(Name(font.name))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let mut root = pdf.pages(tree);
    root.media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT))
        .count(ids.len() as i32)
        .kids(ids.iter().map(|(page, _)| *page));
    root.resources()
        .fonts()
        .pair(Name(REGULAR.name), regular)
        .pair(Name(BOLD.name), bold);
    root.finish();
    for ((page, stream), content) in ids.into_iter().zip(pages) {
        pdf.page(page).parent(tree).contents(stream);
        pdf.stream(stream, &content.finish());
    }
    pdf.finish()
}

fn new_content() -> Content {
    Content::with_settings(Settings { pretty: false })
}

fn empty_page(heading: &str) -> Content {
    let mut content = new_content();
    write_line(&mut content, &HEADING, heading, PAGE_WIDTH / 2.0, PAGE_HEIGHT);
    content
}

fn page(heading: &str, call: &str, cards: &[QrCard]) -> Result<Content, TooLong> {
    let mut content = new_content();
    draw_cut_lines(&mut content);
    for (index, card) in cards.iter().enumerate() {
        let center = ((index % COLUMNS) as f32 + 0.5) * CARD_WIDTH;
        let top = PAGE_HEIGHT - (index / COLUMNS) as f32 * CARD_HEIGHT;
        let address = card.address.strip_prefix("https://").unwrap_or(&card.address);
        write_line(&mut content, &HEADING, heading, center, top);
        draw_code(&mut content, &QrCode::new(&card.address)?, center, top);
        write_line(&mut content, &NAME, &card.name, center, top);
        write_line(&mut content, &CALL, call, center, top);
        write_line(&mut content, &ADDRESS, address, center, top);
    }
    Ok(content)
}

fn draw_cut_lines(content: &mut Content) {
    content
        .save_state()
        .set_line_width(0.4)
        .set_dash_pattern([3.0, 3.0], 0.0);
    for column in 1..COLUMNS {
        let x = column as f32 * CARD_WIDTH;
        content.move_to(x, 0.0).line_to(x, PAGE_HEIGHT);
    }
    for row in 1..ROWS {
        let y = row as f32 * CARD_HEIGHT;
        content.move_to(0.0, y).line_to(PAGE_WIDTH, y);
    }
    content.stroke().restore_state();
}

fn draw_code(content: &mut Content, code: &QrCode, center: f32, top: f32) {
    let module = CODE_SIZE / code.size() as f32;
    // One unit is one module, downwards.
    let matrix = [
        module,
        0.0,
        0.0,
        -module,
        center - CODE_SIZE / 2.0,
        top - CODE_TOP,
    ];
    content.save_state().transform(matrix);
    for Run { x, y, length } in code.runs() {
        content.rect(x as f32, y as f32, length as f32, 1.0);
    }
    content.fill_nonzero().restore_state();
}

fn write_line(content: &mut Content, line: &Line, text: &str, center: f32, top: f32) {
    let Some(text) = encode(text) else {
        return;
    };
    let (text, size) = line.fit(text);
    let width = line.font.width(&text) * size;
    content
        .begin_text()
        .set_font(Name(line.font.name), size)
        .next_line(center - width / 2.0, top - line.baseline)
        .show(Str(&text))
        .end_text();
}

impl Line {
    /// The text, cut if even the smallest size is too wide, and its size.
    fn fit(&self, mut text: Vec<u8>) -> (Vec<u8>, f32) {
        let size = TEXT_WIDTH / self.font.width(&text);
        if size >= self.smallest {
            return (text, size.min(self.size));
        }
        let room = TEXT_WIDTH / self.smallest - self.font.width(&[ELLIPSIS]);
        let mut width = 0.0;
        let fitting = text.iter().take_while(|byte| {
            width += self.font.width(&[**byte]);
            width <= room
        });
        text.truncate(fitting.count());
        text.truncate(text.trim_ascii_end().len());
        text.push(ELLIPSIS);
        (text, self.smallest)
    }
}

const ELLIPSIS: u8 = 0x85;

/// The characters of Windows-1252 that are not in Latin-1, with the byte of the first.
const BEYOND_LATIN_1: [(u8, &str); 5] = [
    (0x80, "€"),
    (0x82, "‚ƒ„…†‡ˆ‰Š‹Œ"),
    (0x8E, "Ž"),
    (0x91, "‘’“”•–—˜™š›œ"),
    (0x9E, "žŸ"),
];

/// The text in Windows-1252, which PDF calls WinAnsi; `None` with any other character or a control character.
fn encode(text: &str) -> Option<Vec<u8>> {
    text.chars().map(encode_char).collect()
}

fn encode_char(character: char) -> Option<u8> {
    match character {
        ' '..='~' | '\u{A0}'..='\u{FF}' => u8::try_from(character).ok(),
        _ => BEYOND_LATIN_1
            .iter()
            .flat_map(|(first, characters)| characters.chars().zip(*first..))
            .find_map(|(known, byte)| (known == character).then_some(byte)),
    }
}

/// One of the fonts that every PDF reader has.
struct Font {
    name: &'static [u8],
    /// Of the bytes from 0x20, in thousandths of the size; from Adobe's font metrics.
    widths: [u16; 224],
}

impl Font {
    /// At size 1.
    fn width(&self, text: &[u8]) -> f32 {
        let widths = text
            .iter()
            .filter_map(|byte| self.widths.get(usize::from(*byte).checked_sub(0x20)?));
        widths.map(|width| f32::from(*width) / 1000.0).sum()
    }
}

static REGULAR: Font = Font {
    name: b"Helvetica",
    widths: [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556,
        556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778,
        722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278,
        278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
        556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350, 556, 350, 222, 556,
        333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350, 350, 222, 222, 333, 333, 350, 556,
        1000, 333, 1000, 500, 333, 944, 350, 500, 667, 278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370,
        556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834,
        611, 667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778,
        778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556, 889,
        500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556,
        556, 556, 500, 556, 500,
    ],
};

static BOLD: Font = Font {
    name: b"Helvetica-Bold",
    widths: [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556,
        556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778,
        722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333,
        278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
        611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 350, 556, 350, 278, 556,
        500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350, 350, 278, 278, 500, 500, 350, 556,
        1000, 333, 1000, 556, 333, 944, 350, 500, 667, 278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370,
        556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834,
        611, 722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778,
        778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556, 889,
        556, 556, 556, 556, 556, 278, 278, 278, 278, 611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611,
        611, 611, 556, 611, 556,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str) -> QrCard {
        let address = "https://order.example.com/t/K7QX2M".to_owned();
        QrCard {
            name: name.to_owned(),
            address,
        }
    }

    fn has(pdf: &[u8], text: &str) -> bool {
        pdf.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }

    fn sheet(names: &[&str]) -> Vec<u8> {
        let cards: Vec<QrCard> = names.iter().map(|name| card(name)).collect();
        pdf("Trattoria Roma", "Scan to order", &cards).unwrap()
    }

    #[test]
    fn eight_cards_are_on_a_page() {
        for (cards, pages) in [(0, 1), (1, 1), (8, 1), (9, 2), (300, 38)] {
            let pdf = sheet(&vec!["Table 7"; cards]);
            assert!(pdf.starts_with(b"%PDF-"));
            assert!(pdf.trim_ascii_end().ends_with(b"%%EOF"));
            assert!(has(&pdf, &format!("/Count {pages}/")), "{cards} cards");
        }
    }

    #[test]
    fn a_card_has_its_texts() {
        let pdf = sheet(&["Table 7", "Garden 2"]);
        for text in [
            "Trattoria Roma",
            "(Table 7)",
            "(Garden 2)",
            "(Scan to order)",
            "(order.example.com/t/K7QX2M)",
        ] {
            assert!(has(&pdf, text), "{text}");
        }
        assert!(has(&pdf, "/Title(Trattoria Roma)"));
        assert!(has(&sheet(&[]), "(Trattoria Roma)Tj"));
    }

    #[test]
    fn any_text_may_be_in_a_card() {
        let long = "Terrace ".repeat(63);
        for name in [
            "",
            "طاولة ٧",
            "卓七",
            "\0\n\u{7f}\u{81}",
            "Café “Žižkov” €",
            &long,
            &"i".repeat(500),
        ] {
            let pdf = pdf(name, name, &[card(name)]).unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
        }
        let address = "x".repeat(10_000);
        assert!(
            pdf(
                "",
                "",
                &[QrCard {
                    name: String::new(),
                    address
                }]
            )
            .is_err()
        );
    }

    #[test]
    fn a_text_outside_the_fonts_is_left_out() {
        let has_text = |text| encode(text).is_some();
        assert!(has_text("Café “Žižkov” €") && !has_text("Table ٧") && !has_text("a\nb"));
        assert_eq!(
            encode("a€…ž\u{a0}ÿ"),
            Some(vec![b'a', 0x80, 0x85, 0x9E, 0xA0, 0xFF])
        );
        assert!(!has(&sheet(&["Table ٧"]), "(Table"));
    }

    #[test]
    fn delimiters_are_escaped() {
        assert!(has(&sheet(&[r"a) \ (b"]), r"(a\) \\ \(b)"));
    }

    #[test]
    fn a_long_text_shrinks_and_is_then_cut() {
        let fit = |letters: usize| NAME.fit(vec![b'n'; letters]);
        assert_eq!(fit(5), (vec![b'n'; 5], NAME.size));
        let (text, size) = fit(25);
        assert!(text.len() == 25 && size < NAME.size && size > NAME.smallest);
        let (text, size) = fit(500);
        assert!(text.ends_with(&[b'n', ELLIPSIS]) && size == NAME.smallest);
        let width = NAME.font.width(&text) * size;
        assert!(width <= TEXT_WIDTH && width > TEXT_WIDTH - size);
    }
}
