//! What differs between two files of a restaurant, a line for each difference. Whatever has an id or a code is compared with what has
//! the same; so the order of a list may change without a word about its items.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
};

use serde_json::{Map, Value};
use servery_domain::restaurant_file::RestaurantFile;

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// `at` is a path with names in place of positions: `categories[Pasta].dishes[Ravioli].price`.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Added {
        at: String,
    },
    Removed {
        at: String,
    },
    Changed {
        at: String,
        from: Value,
        to: Value,
    },
    /// The items of a list are in another order.
    Sorted {
        at: String,
    },
    /// An item is in another list than before.
    Moved {
        from: String,
        to: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { at } => write!(f, "added    {at}"),
            Self::Removed { at } => write!(f, "removed  {at}"),
            Self::Changed { at, from, to } => write!(f, "changed  {at}: {} → {}", shown(from), shown(to)),
            Self::Sorted { at } => write!(f, "sorted   {at}"),
            Self::Moved { from, to } => write!(f, "moved    {from} → {to}"),
        }
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

pub fn changes(before: &RestaurantFile, after: &RestaurantFile) -> serde_json::Result<Vec<Change>> {
    let before = serde_json::to_value(before.clone().sorted())?;
    let after = serde_json::to_value(after.clone().sorted())?;
    let mut comparison = Comparison::default();
    comparison.compare("", &before, &after);
    Ok(comparison.finish())
}

static NOTHING: Value = Value::Null;
static EMPTY: Value = Value::Array(Vec::new());

#[derive(Default)]
struct Comparison<'a> {
    changes: Vec<Change>,
    added: Vec<Item<'a>>,
    removed: Vec<Item<'a>>,
}

/// An item of a list whose items have keys.
#[derive(Clone)]
struct Item<'a> {
    /// The name of the list, such as `dishes`, and the item's key in it.
    id: (String, &'a str),
    at: String,
    value: &'a Value,
}

impl<'a> Comparison<'a> {
    fn compare(&mut self, at: &str, before: &'a Value, after: &'a Value) {
        match (before, after) {
            _ if before == after => {}
            (Value::Object(before), Value::Object(after)) => self.compare_fields(at, before, after),
            (Value::Array(before), Value::Array(after)) if have_keys(before) && have_keys(after) => {
                self.compare_items(at, &items(at, before), &items(at, after));
            }
            _ => self.changes.push(Change::Changed {
                at: at.to_owned(),
                from: before.clone(),
                to: after.clone(),
            }),
        }
    }

    fn compare_fields(&mut self, at: &str, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let at = match at {
                "" => name.clone(),
                at => format!("{at}.{name}"),
            };
            // What is empty is not written.
            let (before, after) = (before.get(name), after.get(name));
            let is_list = before.or(after).is_some_and(Value::is_array);
            let empty = if is_list { &EMPTY } else { &NOTHING };
            self.compare(&at, before.unwrap_or(empty), after.unwrap_or(empty));
        }
    }

    fn compare_items(&mut self, at: &str, before: &[Item<'a>], after: &[Item<'a>]) {
        let old: BTreeMap<&str, &Item<'a>> = before.iter().map(|item| (item.id.1, item)).collect();
        let new: BTreeSet<&str> = after.iter().map(|item| item.id.1).collect();
        let (kept, gone): (Vec<_>, Vec<_>) = before.iter().partition(|item| new.contains(item.id.1));
        let (same, added): (Vec<_>, Vec<_>) = after.iter().partition(|item| old.contains_key(item.id.1));
        self.removed.extend(gone.into_iter().cloned());
        self.added.extend(added.into_iter().cloned());
        if !kept
            .iter()
            .map(|item| item.id.1)
            .eq(same.iter().map(|item| item.id.1))
        {
            self.changes.push(Change::Sorted { at: at.to_owned() });
        }
        for item in same {
            if let Some(before) = old.get(item.id.1) {
                self.compare(&item.at, before.value, item.value);
            }
        }
    }

    /// What was removed from one list and added to another has moved.
    fn finish(mut self) -> Vec<Change> {
        let removed = mem::take(&mut self.removed);
        let mut old: BTreeMap<_, _> = removed.iter().map(|item| (&item.id, item)).collect();
        for item in mem::take(&mut self.added) {
            let at = item.at.clone();
            match old.remove(&item.id) {
                None => self.changes.push(Change::Added { at }),
                Some(before) => {
                    let from = before.at.clone();
                    self.changes.push(Change::Moved { from, to: at });
                    self.compare(&item.at, before.value, item.value);
                }
            }
        }
        let gone = removed.iter().filter(|item| old.contains_key(&item.id));
        self.changes
            .extend(gone.map(|item| Change::Removed { at: item.at.clone() }));
        self.changes
    }
}

/// Whether each item of a list is known by a key of its own.
fn have_keys(items: &[Value]) -> bool {
    let keys: BTreeSet<_> = items.iter().filter_map(key).collect();
    keys.len() == items.len()
}

fn key(item: &Value) -> Option<&str> {
    ["id", "code", "name"]
        .iter()
        .find_map(|field| item.get(field)?.as_str())
}

fn items<'a>(at: &str, values: &'a [Value]) -> Vec<Item<'a>> {
    let list = at.rsplit('.').next().unwrap_or(at);
    let item = |value: &'a Value| {
        let key = key(value)?;
        Some(Item {
            id: (list.to_owned(), key),
            at: format!("{at}[{}]", label(value).unwrap_or(key)),
            value,
        })
    };
    values.iter().filter_map(item).collect()
}

/// What a person knows it by.
fn label(item: &Value) -> Option<&str> {
    let name = item.get("name").or_else(|| item.get("plan")?.get("name"));
    name?.as_str()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use servery_domain::{currency::Minor, menu::Allergen, tax::TaxRate};

    use super::*;
    use crate::cli::demo;

    fn trattoria() -> RestaurantFile {
        demo::catalog().unwrap().swap_remove(0)
    }

    fn told(change: impl FnOnce(&mut RestaurantFile)) -> Vec<String> {
        let mut changed = trattoria();
        change(&mut changed);
        let changes = changes(&trattoria(), &changed).unwrap();
        changes.iter().map(Change::to_string).collect()
    }

    #[test]
    fn a_changed_field_is_told_with_both_values() {
        let told = told(|file| {
            file.phone.clear();
            file.tax.eat_in = TaxRate(50_000);
            file.categories[1].dishes[0].price = Minor(1_300);
            file.categories[1].dishes[5].allergens = vec![Allergen::Gluten, Allergen::Celery];
            file.ordering.zones[0].free_from = None;
            file.ordering.per_slot = None;
            file.option_groups[0].choices[1].price = Minor(400);
        });
        let expected = [
            "changed  categories[Pasta].dishes[Tagliatelle al ragù].price: 1250 → 1300",
            r#"changed  categories[Pasta].dishes[Penne all'arrabbiata].allergens: ["gluten"] → ["gluten","celery"]"#,
            "changed  option_groups[Size].choices[Large, 38 cm].price: 350 → 400",
            "changed  ordering.per_slot: 6 → nothing",
            "changed  ordering.zones[Old town].free_from: 4000 → nothing",
            r#"changed  phone: "+39 055 0100 214" → """#,
            "changed  tax.eat_in: 100000 → 50000",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn items_are_known_by_their_ids_wherever_they_stand() {
        let told = told(|file| {
            file.categories.swap(0, 1);
            let mut moved = file.categories[0].dishes.remove(2);
            moved.name = "Pici".into();
            file.categories[2].dishes.insert(0, moved);
            file.categories[3].dishes.remove(0);
            file.coupons.remove(0);
            file.coupons.push(
                serde_json::from_value(serde_json::json!({"code": "X", "effect": "free_delivery"})).unwrap(),
            );
        });
        let expected = [
            "sorted   categories",
            "added    coupons[X]",
            "moved    categories[Pasta].dishes[Pici cacio e pepe] → categories[Pizza].dishes[Pici]",
            r#"changed  categories[Pizza].dishes[Pici].name: "Pici cacio e pepe" → "Pici""#,
            "removed  categories[Secondi].dishes[Tagliata di manzo]",
            "removed  coupons[BENVENUTI]",
        ];
        assert_eq!(
            told.iter().collect::<BTreeSet<_>>(),
            expected.map(str::to_owned).iter().collect()
        );
    }

    #[test]
    fn equal_files_differ_in_nothing() {
        assert_eq!(told(|file| file.coupons.reverse()), [""; 0]);
        let long = told(|file| file.description = "é".repeat(1_000));
        assert!(long[0].chars().count() < 250, "{long:?}");
    }
}
