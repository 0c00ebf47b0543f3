//! The address of a page: path and parameters.

use std::borrow::Cow;

use form_urlencoded::Serializer;
use leptos::prelude::{RwSignal, use_context};

/// Parameters that the platform reads.
const OF_THE_PLATFORM: [&str; 3] = ["render", "lang", "browser"];
/// Parameters that pages read. Others, such as a newsletter's tracking parameters, are dropped, because
/// they do not change the page.
const OF_PAGES: [&str; 22] = [
    "q", "open", "cuisine", "diet", "after", "before", "limit", "done", "wrong", "was", "still", "stock",
    "station", "confirm", "find", "form", "category", "picture", "holidays", "from", "to", "show",
];
/// The maximum number of parameters.
const MOST_PAIRS: usize = 16;

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PageAddress {
    /// Percent-encoded, as received.
    pub path: String,
    pairs: Vec<(String, String)>,
}

impl PageAddress {
    pub fn new(path: &str, query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).take(MOST_PAIRS);
        let known = pairs.filter(|(name, _)| {
            OF_THE_PLATFORM.contains(&name.as_ref()) || OF_PAGES.contains(&name.as_ref())
        });
        // The server uses this private character for placeholders; addresses must not contain it.
        let clean = |value: Cow<'_, str>| value.replace('\u{e000}', "");
        Self {
            path: path.to_owned(),
            pairs: known
                .map(|(name, value)| (name.into_owned(), clean(value)))
                .collect(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The parameters of the page, without the platform's.
    pub fn page_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs().filter(|(name, _)| !OF_THE_PLATFORM.contains(name))
    }

    pub fn address(&self) -> String {
        address(&self.path, self.page_pairs())
    }
}

/// `/path?name=value`, encoded.
pub fn address<N: AsRef<str>, V: AsRef<str>>(path: &str, pairs: impl IntoIterator<Item = (N, V)>) -> String {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if query.is_empty() {
        Cow::Borrowed("")
    } else {
        Cow::Owned(format!("?{query}"))
    };
    format!("{path}{mark}")
}

/// The current address: the requested one at first, later also after typing a search or navigating inside
/// the app.
pub fn visit() -> RwSignal<PageAddress> {
    use_context().expect("whoever makes a page says what was asked for")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_its_parameters_and_the_platform_its_own() {
        let visit = PageAddress::new("/", "?q=a%26b&render=thin&lang=de&open=1");
        assert_eq!(visit.get("render"), Some("thin"));
        assert_eq!(visit.address(), "/?q=a%26b&open=1");
        assert_eq!(PageAddress::new("/about", "render=thin").address(), "/about");
        assert_eq!(
            PageAddress::new("/", "utm_source=x&q=%EE%80%80tea").address(),
            "/?q=tea"
        );
        assert_eq!(
            PageAddress::new("/", &"q=a&".repeat(10_000)).pairs().count(),
            MOST_PAIRS
        );
    }
}
