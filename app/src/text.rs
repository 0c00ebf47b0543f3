//! The texts of the pages, from the catalogues in `app/text`. The server has every language, a browser the one it shows.

use leptos::prelude::use_context;
use servery_domain::{
    lang::{Lang, Plural},
    tax::TaxRate,
};

use crate::routes::Chunk;

include!(concat!(env!("OUT_DIR"), "/keys.rs"));

/// The staff app's texts, which only its program gets.
pub mod staff {
    include!(concat!(env!("OUT_DIR"), "/staff.rs"));

    impl super::TextKey for Key {
        fn find(self, texts: super::Texts) -> &'static str {
            texts.catalogues.staff[self as usize]
        }
    }
}

/// The office's texts, which only its program gets.
pub mod office {
    include!(concat!(env!("OUT_DIR"), "/office.rs"));

    impl super::TextKey for Key {
        fn find(self, texts: super::Texts) -> &'static str {
            texts.catalogues.office[self as usize]
        }
    }
}

/// The texts of the legal pages, which have no program.
pub mod legal {
    include!(concat!(env!("OUT_DIR"), "/legal.rs"));

    impl super::TextKey for Key {
        fn find(self, texts: super::Texts) -> &'static str {
            texts.catalogues.legal[self as usize]
        }
    }
}

/// The key of a text.
pub trait TextKey {
    fn find(self, texts: Texts) -> &'static str;
}

impl TextKey for Key {
    fn find(self, texts: Texts) -> &'static str {
        texts.catalogues.common[self as usize]
    }
}

/// The number of texts that a program gets.
fn count(chunk: Chunk) -> usize {
    match chunk {
        Chunk::Staff => COUNT + staff::COUNT,
        Chunk::Office => COUNT + office::COUNT,
        Chunk::Browse | Chunk::Ordering | Chunk::Account => COUNT,
    }
}

/// The texts of mails, which stay on the server.
#[cfg(feature = "server")]
pub mod mail {
    use super::{Lang, fill, form};

    include!(concat!(env!("OUT_DIR"), "/mail.rs"));

    /// The text with `{name}` replaced by its value, for each name.
    pub fn write(lang: Lang, key: Key, values: &[(&str, &str)]) -> String {
        fill(CATALOGUES[lang as usize][key as usize], values)
    }

    /// The plural form for `n`, with `{n}` replaced.
    pub fn count(lang: Lang, key: Key, n: usize) -> String {
        form(lang, CATALOGUES[lang as usize][key as usize], n)
    }
}

/// The texts of the page with the card provider's form, which stay on the server.
#[cfg(feature = "server")]
pub mod card {
    use super::{Lang, fill as fill_text};

    include!(concat!(env!("OUT_DIR"), "/card.rs"));

    pub fn get(lang: Lang, key: Key) -> &'static str {
        CATALOGUES[lang as usize][key as usize]
    }

    /// The text with `{name}` replaced by its value, for each name.
    pub fn fill(lang: Lang, key: Key, values: &[(&str, &str)]) -> String {
        fill_text(get(lang, key), values)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Texts {
    pub lang: Lang,
    catalogues: &'static Catalogues,
}

/// Behind one reference, because the texts are handed to every component.
#[derive(Debug)]
struct Catalogues {
    common: &'static [&'static str],
    /// Empty in other programs, and so is `office`.
    staff: &'static [&'static str],
    office: &'static [&'static str],
    /// Empty in every program.
    legal: &'static [&'static str],
}

#[cfg(feature = "server")]
static OF_LANGUAGES: [Catalogues; Lang::ALL.len()] = {
    const fn of(lang: usize) -> Catalogues {
        Catalogues {
            common: &CATALOGUES[lang],
            staff: &staff::CATALOGUES[lang],
            office: &office::CATALOGUES[lang],
            legal: &legal::CATALOGUES[lang],
        }
    }
    [of(0), of(1), of(2)]
};

impl Texts {
    #[cfg(feature = "server")]
    pub fn of(lang: Lang) -> Self {
        Self {
            lang,
            catalogues: &OF_LANGUAGES[lang as usize],
        }
    }

    /// The catalogue that was sent with the page. It is never freed; `None` if it belongs to another build.
    pub fn received(chunk: Chunk, lang: Lang, texts: Vec<String>) -> Option<Self> {
        let entries: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
        if entries.len() != count(chunk) {
            return None;
        }
        let (common, own) = entries.leak().split_at(COUNT);
        let only_of = |owner| if chunk == owner { own } else { &[] };
        let catalogues = Catalogues {
            common,
            staff: only_of(Chunk::Staff),
            office: only_of(Chunk::Office),
            legal: &[],
        };
        Some(Self {
            lang,
            catalogues: Box::leak(Box::new(catalogues)),
        })
    }

    /// The texts that the program of a chunk gets.
    #[cfg(feature = "server")]
    pub fn sent(self, chunk: Chunk) -> Vec<&'static str> {
        let own = match chunk {
            Chunk::Staff => self.catalogues.staff,
            Chunk::Office => self.catalogues.office,
            Chunk::Browse | Chunk::Ordering | Chunk::Account => &[],
        };
        [self.catalogues.common, own].concat()
    }

    pub fn get(self, key: impl TextKey) -> &'static str {
        key.find(self)
    }

    /// The text with `{name}` replaced by its value, for each name.
    pub fn fill(self, key: impl TextKey, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }

    /// `8.875`, with the language's decimal point.
    pub fn percent(self, rate: TaxRate) -> String {
        let plain = rate.percent();
        let digits = plain
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len() as u32);
        self.lang
            .decimal(u64::from(rate.0) / 10_u64.pow(4 - digits), digits)
    }

    /// The plural form for `n`, with `{n}` replaced.
    pub fn count(self, key: impl TextKey, n: usize) -> String {
        form(self.lang, self.get(key), n)
    }
}

/// The plural form for `n`, with values filled in.
fn form(lang: Lang, forms: &str, n: usize) -> String {
    let form = match lang.plural(n as u64) {
        Plural::Zero => 0,
        Plural::One => 1,
        Plural::Two => 2,
        Plural::Few => 3,
        Plural::Many => 4,
        Plural::Other => 5,
    };
    let text = forms.split('\u{1e}').nth(form).unwrap_or(forms);
    fill(text, &[("n", &lang.decimal(n as u64, 0))])
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value),
        );
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The texts of the page that is being rendered.
pub fn texts() -> Texts {
    use_context().expect("whoever makes a page provides its texts")
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_choose_their_form() {
        assert_eq!(Texts::of(Lang::English).count(Key::HomeCount, 1), "1 restaurant");
        assert_eq!(
            Texts::of(Lang::English).count(Key::HomeCount, 1_200),
            "1,200 restaurants"
        );
        assert_eq!(Texts::of(Lang::German).count(Key::HomeCount, 2), "2 Restaurants");
    }

    #[test]
    fn values_are_put_in_once_and_as_they_are() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    }

    #[test]
    fn a_catalogue_of_another_build_is_refused() {
        assert!(Texts::received(Chunk::Browse, Lang::German, vec!["one".to_owned()]).is_none());
        let sent = |chunk| {
            Texts::of(Lang::German)
                .sent(chunk)
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        assert!(Texts::received(Chunk::Staff, Lang::German, sent(Chunk::Staff)).is_some());
        assert!(
            Texts::received(Chunk::Staff, Lang::German, sent(Chunk::Account)).is_none(),
            "the staff's words are missing"
        );
        let office = Texts::received(Chunk::Office, Lang::German, sent(Chunk::Office)).unwrap();
        assert_eq!(
            office.get(office::Key::NewTitle),
            Texts::of(Lang::German).get(office::Key::NewTitle)
        );
    }
}
