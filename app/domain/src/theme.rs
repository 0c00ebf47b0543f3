//! How a restaurant's pages look: its colour and its typefaces.

use crate::{
    brand_color::{BrandColor, NIGHT, PAPER},
    codes::codes,
};

codes! {
    /// The typefaces of headings and of the text below. Each is one that the device has: nothing is loaded.
    #[derive(Default)]
    TypePair {
        /// Headings with serifs, text without.
        #[default]
        Classic = "classic",
        /// Everything without serifs.
        Modern = "modern",
        /// Everything with serifs.
        Book = "book",
    }
}

impl TypePair {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a page takes from its restaurant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageTheme {
    pub brand_color: BrandColor,
    pub type_pair: TypePair,
}

/// The custom properties that a theme sets; `style/tokens.css` has their usual values.
const PROPERTIES: [&str; 5] = [
    "--accent-light",
    "--accent-dark",
    "--heading-font",
    "--heading-weight",
    "--body-font",
];

impl PageTheme {
    /// The custom properties with their values. `None` leaves the usual one.
    pub fn properties(theme: Option<Self>) -> [(&'static str, Option<String>); 5] {
        let color = |ground| theme.map(|theme| theme.brand_color.readable_on(ground).to_string());
        let (heading, weight, body) = match theme.map(|theme| theme.type_pair).unwrap_or_default() {
            TypePair::Classic => (None, None, None),
            TypePair::Modern => (Some("var(--sans)"), Some("600"), None),
            TypePair::Book => (None, None, Some("var(--serif)")),
        };
        let text = |value: Option<&str>| value.map(str::to_owned);
        let values = [
            color(PAPER),
            color(NIGHT),
            text(heading),
            text(weight),
            text(body),
        ];
        let mut values = values.into_iter();
        PROPERTIES.map(|name| (name, values.next().flatten()))
    }

    /// The same as a style sheet.
    pub fn style_sheet(self) -> String {
        let set = Self::properties(Some(self)).into_iter();
        let set: Vec<String> = set
            .filter_map(|(name, value)| Some(format!("{name}:{}", value?)))
            .collect();
        format!(":root{{{}}}", set.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_has_what_differs_from_the_usual() {
        let theme = |type_pair| PageTheme {
            brand_color: "#8c2f23".parse().unwrap(),
            type_pair,
        };
        let classic = theme(TypePair::Classic).style_sheet();
        assert!(
            classic.starts_with(":root{--accent-light:#8c2f23;--accent-dark:#"),
            "{classic}"
        );
        assert!(!classic.contains("font"), "{classic}");
        let modern = theme(TypePair::Modern).style_sheet();
        assert!(
            modern.ends_with(";--heading-font:var(--sans);--heading-weight:600}"),
            "{modern}"
        );
        let book = theme(TypePair::Book).style_sheet();
        assert!(book.ends_with(";--body-font:var(--serif)}"), "{book}");
    }

    #[test]
    fn without_a_theme_nothing_is_set() {
        assert!(
            PageTheme::properties(None)
                .iter()
                .all(|(_, value)| value.is_none())
        );
    }
}
