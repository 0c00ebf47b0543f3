//! Search of restaurants and of dishes on a menu, the same on the server and on a device.

mod similar_word;

use std::fmt;

use self::similar_word::occurs_nearly;
use crate::{
    cursor::{Cursor, Page},
    limits,
    menu::{Diet, Dish},
    restaurant::{Cuisine, Listing, Restaurant},
};

/// A search for restaurants, as query parameters:
/// `?q=noodle&open=1&cuisine=thai&after=1.noodle-bar&limit=20`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub q: String,
    pub open: bool,
    pub cuisine: Option<Cuisine>,
    pub after: Option<Cursor>,
    pub limit: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            q: String::new(),
            open: false,
            cuisine: None,
            after: None,
            limit: limits::PAGE_DEFAULT,
        }
    }
}

/// A parameter with a value that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidParameter {
    pub name: &'static str,
    pub wants: String,
}

impl fmt::Display for InvalidParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' takes {}", self.name, self.wants)
    }
}

impl std::error::Error for InvalidParameter {}

pub(crate) fn malformed<T>(name: &'static str, wants: impl Into<String>) -> Result<T, InvalidParameter> {
    Err(InvalidParameter {
        name,
        wants: wants.into(),
    })
}

pub(crate) fn words(text: &str) -> Result<String, InvalidParameter> {
    let text = text.trim();
    if text.chars().count() > limits::SEARCH {
        return malformed("q", format!("at most {} characters", limits::SEARCH));
    }
    Ok(text.to_owned())
}

impl Search {
    pub fn parse<'a>(pairs: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidParameter> {
        let mut search = Self::default();
        for (name, value) in pairs {
            match name {
                "q" => search.q = words(value)?,
                "open" => {
                    search.open = match value {
                        "1" => true,
                        "0" | "" => false,
                        _ => return malformed("open", "1 or 0"),
                    }
                }
                "cuisine" if value.is_empty() => search.cuisine = None,
                "cuisine" => match Cuisine::from_code(value) {
                    Some(cuisine) => search.cuisine = Some(cuisine),
                    None => {
                        return malformed(
                            "cuisine",
                            Cuisine::ALL
                                .iter()
                                .map(|c| c.code())
                                .collect::<Vec<_>>()
                                .join(", "),
                        );
                    }
                },
                "after" => match value.parse() {
                    Ok(cursor) => search.after = Some(cursor),
                    Err(_) => return malformed("after", "the cursor that the page before ended with"),
                },
                "limit" => match value.parse() {
                    Ok(limit @ 1..=limits::PAGE_MOST) => search.limit = limit,
                    _ => {
                        return malformed("limit", format!("a whole number from 1 to {}", limits::PAGE_MOST));
                    }
                },
                _ => {}
            }
        }
        Ok(search)
    }

    /// The parameters that differ from their defaults.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(("q", self.q.clone()));
        }
        if self.open {
            pairs.push(("open", "1".to_owned()));
        }
        if let Some(cuisine) = self.cuisine {
            pairs.push(("cuisine", cuisine.code().to_owned()));
        }
        if let Some(after) = &self.after {
            pairs.push(("after", after.to_string()));
        }
        if self.limit != limits::PAGE_DEFAULT {
            pairs.push(("limit", self.limit.to_string()));
        }
        pairs
    }

    /// All but the words.
    fn admits(&self, listing: &Listing) -> bool {
        let Listing {
            restaurant, opening, ..
        } = listing;
        (opening.open || !self.open)
            && self.cuisine.is_none_or(|cuisine| cuisine == restaurant.cuisine)
            && self.after.as_ref().is_none_or(|after| restaurant.slug > after.0)
    }

    /// Each must occur in a restaurant's [search text](Restaurant::search_text).
    pub fn words(&self) -> Vec<String> {
        Wanted::new(&self.q).0
    }

    /// Whether it has all words as they were typed. If no restaurant has, a search finds those that [nearly](Self::nearly_finds) do.
    pub fn finds(&self, search_text: &str) -> bool {
        Wanted::new(&self.q).in_text(search_text)
    }

    /// Whether it has all words but for typing errors.
    pub fn nearly_finds(&self, search_text: &str) -> bool {
        Wanted::new(&self.q).nearly_in_text(search_text)
    }

    /// One page of results. `listings` must be sorted by slug.
    pub fn page(&self, town: impl Iterator<Item = Listing>) -> Page<Listing> {
        let admitted: Vec<(Listing, String)> = town
            .filter(|listing| self.admits(listing))
            .map(|listing| {
                let text = listing.restaurant.search_text();
                (listing, text)
            })
            .collect();
        let exact = admitted.iter().any(|(_, text)| self.finds(text));
        let found = admitted
            .into_iter()
            .filter(|(_, text)| self.finds(text) || !exact && self.nearly_finds(text));
        let mut found = found.map(|(listing, _)| listing);
        let items: Vec<Listing> = found.by_ref().take(self.limit).collect();
        let next = found
            .next()
            .and_then(|_| items.last())
            .map(|last| Cursor(last.restaurant.slug.clone()));
        Page { items, next }
    }
}

/// A filter for the dishes of a menu: `?q=lemon&diet=vegan`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DishFilter {
    pub q: String,
    pub diet: Option<Diet>,
}

impl DishFilter {
    pub fn parse<'a>(pairs: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidParameter> {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name {
                "q" => filter.q = words(value)?,
                "diet" if value.is_empty() => filter.diet = None,
                "diet" => match Diet::from_code(value) {
                    Some(diet) => filter.diet = Some(diet),
                    None => {
                        return malformed(
                            "diet",
                            Diet::ALL
                                .iter()
                                .map(|diet| diet.code())
                                .collect::<Vec<_>>()
                                .join(", "),
                        );
                    }
                },
                _ => {}
            }
        }
        Ok(filter)
    }

    /// Which dishes it finds.
    pub fn matcher(&self) -> impl Fn(&Dish) -> bool + use<> {
        self.matcher_of(Wanted::in_text)
    }

    /// Which dishes have its words but for typing errors. They are shown if it finds none.
    pub fn near_matcher(&self) -> impl Fn(&Dish) -> bool + use<> {
        self.matcher_of(Wanted::nearly_in_text)
    }

    fn matcher_of(&self, finds: fn(&Wanted, &str) -> bool) -> impl Fn(&Dish) -> bool + use<> {
        let (wanted, diet) = (Wanted::new(&self.q), self.diet);
        move |dish| {
            diet.is_none_or(|diet| dish.suits(diet))
                && (wanted.0.is_empty() || finds(&wanted, &search_text(&[&dish.name, &dish.description])))
        }
    }
}

impl Dish {
    /// Vegan dishes are vegetarian, even if the restaurant did not mark them as both.
    pub fn suits(&self, diet: Diet) -> bool {
        self.diets.contains(&diet) || diet == Diet::Vegetarian && self.diets.contains(&Diet::Vegan)
    }
}

/// The words of a search: each must occur in one of the texts, without regard to case and accents.
struct Wanted(Vec<String>);

impl Wanted {
    fn new(q: &str) -> Self {
        Self(fold(q).split_whitespace().map(str::to_owned).collect())
    }

    /// The text is folded already.
    fn in_text(&self, text: &str) -> bool {
        self.0.iter().all(|word| text.contains(word.as_str()))
    }

    fn nearly_in_text(&self, text: &str) -> bool {
        let occurs = |word: &String| text.contains(word.as_str()) || occurs_nearly(word, text);
        self.0.iter().all(occurs)
    }
}

/// These texts, folded. No word has a space in it, so none is found where one text ends and the next begins.
fn search_text(texts: &[&str]) -> String {
    fold(&texts.join("\n"))
}

impl Restaurant {
    /// What searches for restaurants read: lower case without accents.
    pub fn search_text(&self) -> String {
        let Self {
            name,
            cuisine,
            description,
            address,
            ..
        } = self;
        search_text(&[name, cuisine.code(), description, &address.street])
    }
}

/// Lower case without accents, so that "cafe" matches "Café" and "doner" matches "Döner".
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' => folded.push('e'),
            'ğ' => folded.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => folded.push('o'),
            'ş' | 'š' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ù' | 'ú' | 'û' | 'ü' | 'ū' => folded.push('u'),
            // Combining marks are accents as separate characters.
            '\u{300}'..='\u{36f}' => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures::listing, time::LocalMinute};

    fn slugs(page: &Page<Listing>) -> Vec<&str> {
        page.items
            .iter()
            .map(|listing| listing.restaurant.slug.as_str())
            .collect()
    }

    fn town() -> impl Iterator<Item = Listing> {
        let noon = LocalMinute::new(2026, 11, 16, 12, 0);
        [
            ("cafe-noir", "Café Noir", "24/7"),
            ("doener-haus", "Döner-Haus", "Mo-Su 18:00-23:00"),
            ("ramen-ya", "Ramen-ya", "24/7"),
        ]
        .map(|(slug, name, hours)| listing(slug, name, hours, noon))
        .into_iter()
    }

    fn search(query: &[(&str, &str)]) -> Search {
        Search::parse(&mut query.iter().copied()).unwrap()
    }

    #[test]
    fn words_are_found_without_case_and_accents() {
        assert_eq!(slugs(&search(&[("q", "CAFE")]).page(town())), ["cafe-noir"]);
        assert_eq!(
            slugs(&search(&[("q", "haus doner")]).page(town())),
            ["doener-haus"]
        );
        assert_eq!(
            slugs(&search(&[("q", "cafe\u{301} noir")]).page(town())),
            ["cafe-noir"]
        );
        assert!(search(&[("q", "pizza")]).page(town()).items.is_empty());
    }

    #[test]
    fn words_with_typing_errors_are_found_if_no_restaurant_has_them_as_typed() {
        assert_eq!(slugs(&search(&[("q", "ramne")]).page(town())), ["ramen-ya"]);
        assert_eq!(
            slugs(&search(&[("q", "donner hasu")]).page(town())),
            ["doener-haus"]
        );
        assert!(
            search(&[("q", "ramne"), ("after", "1.ramen-ya")])
                .page(town())
                .items
                .is_empty()
        );
        let named = |name: &'static str| {
            let noon = LocalMinute::new(2026, 11, 16, 12, 0);
            listing(name, name, "24/7", noon)
        };
        let both = ["ramen", "ramon"].map(named).into_iter();
        assert_eq!(slugs(&search(&[("q", "ramen")]).page(both)), ["ramen"]);
    }

    #[test]
    fn dishes_with_typing_errors_are_near() {
        let filter = DishFilter::parse(&mut [("q", "lemno sorbte")].into_iter()).unwrap();
        let dish = crate::fixtures::dish("Lemon sorbet");
        assert!(!filter.matcher()(&dish) && filter.near_matcher()(&dish));
    }

    #[test]
    fn only_what_is_open() {
        assert_eq!(
            slugs(&search(&[("open", "1")]).page(town())),
            ["cafe-noir", "ramen-ya"]
        );
    }

    #[test]
    fn pages_lead_to_one_another_without_gap_or_repeat() {
        let first = search(&[("limit", "2")]).page(town());
        assert_eq!(slugs(&first), ["cafe-noir", "doener-haus"]);
        let after = first.next.unwrap().to_string();
        let second = search(&[("limit", "2"), ("after", &after)]).page(town());
        assert_eq!((slugs(&second), second.next.is_none()), (vec!["ramen-ya"], true));
    }

    #[test]
    fn a_search_survives_its_address() {
        let search = search(&[
            ("q", " noodle "),
            ("open", "1"),
            ("cuisine", "thai"),
            ("after", "1.a"),
            ("limit", "7"),
        ]);
        let pairs = search.pairs();
        assert_eq!(
            Search::parse(&mut pairs.iter().map(|(name, value)| (*name, value.as_str()))),
            Ok(search)
        );
    }

    #[test]
    fn other_values_are_refused_by_name() {
        let long = "x".repeat(limits::SEARCH + 1);
        for (name, value) in [
            ("q", long.as_str()),
            ("open", "yes"),
            ("cuisine", "martian"),
            ("after", "nonsense"),
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "-1"),
        ] {
            assert_eq!(
                Search::parse(&mut [(name, value)].into_iter()).unwrap_err().name,
                name
            );
        }
    }

    #[test]
    fn vegan_is_vegetarian() {
        let mut dish = crate::fixtures::dish("Lemon sorbet");
        dish.diets = vec![Diet::Vegan];
        assert!(dish.suits(Diet::Vegetarian) && dish.suits(Diet::Vegan) && !dish.suits(Diet::Halal));
        let filter = DishFilter::parse(&mut [("q", "LEMON"), ("diet", "vegetarian")].into_iter()).unwrap();
        assert!(filter.matcher()(&dish));
    }
}
