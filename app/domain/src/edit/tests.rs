use std::collections::BTreeMap;

use super::*;
use crate::{
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    edit::part::CategoryHead,
    fixtures::{choice, dish, listing},
    id::{ChoiceId, TableId},
    lang::Lang,
    legal::LegalNotice,
    menu::{Category, Dish, Menu, OptionGroup},
    pos::{PosState, station::Station, table::TablePlan},
    restaurant_file::{PlannedTable, TableCode},
    revision::Revision,
    time::LocalMinute,
    translation::{PartTranslations, TextField},
};

fn category(number: u128, name: &str, dishes: &[(u128, &str)]) -> Category {
    let dish = |(number, name): &(u128, &str)| Dish {
        id: DishId(*number),
        option_groups: vec![OptionGroupId(30)],
        ..dish(name)
    };
    Category {
        id: CategoryId(number),
        name: name.into(),
        description: String::new(),
        translations: PartTranslations::default(),
        dishes: dishes.iter().map(dish).collect(),
    }
}

fn restaurant() -> RestaurantFile {
    let restaurant = listing("noodles", "Noodles", "Mo-Su 10:00-22:00", LocalMinute(0)).restaurant;
    let mut with_soup = choice(32, "With a soup", 300);
    with_soup.dish = Some(DishId(3));
    with_soup.option_groups = vec![OptionGroupId(33)];
    let group = |number, choices| OptionGroup {
        id: OptionGroupId(number),
        name: "Size".into(),
        translations: PartTranslations::default(),
        min: 0,
        max: 1,
        choices,
    };
    let menu = Menu {
        restaurant: restaurant.id,
        revision: Revision(7),
        currency: restaurant.currency,
        lang: restaurant.lang,
        categories: vec![
            category(10, "Noodles", &[(1, "Ramen"), (2, "Udon")]),
            category(20, "Soups", &[(3, "Miso"), (4, "Dashi"), (5, "Kenchin")]),
        ],
        option_groups: vec![
            group(30, vec![choice(31, "Large", 100), with_soup]),
            group(33, vec![choice(34, "Hot", 0)]),
        ],
    };
    let coupon = Coupon {
        code: "WELCOME".into(),
        effect: CouponEffect::FreeDelivery,
        minimum: Minor(0),
        from: None,
        until: None,
        uses: None,
        per_customer: None,
        paused: false,
    };
    let table_code = TableCode {
        name: "Window".into(),
        code: "w1".into(),
    };
    let mut file = RestaurantFile::new(
        restaurant,
        menu,
        LegalNotice::default(),
        (vec![coupon], vec![table_code]),
        &PosState::default(),
    );
    file.tables = vec![PlannedTable {
        id: TableId(40),
        plan: TablePlan {
            name: "Window".into(),
            ..TablePlan::default()
        },
    }];
    file.stations = vec![Station {
        id: StationId(50),
        name: "Stove".into(),
        categories: vec![CategoryId(10), CategoryId(20)],
    }];
    file.favourites = vec![DishId(4), DishId(1)];
    file
}

/// As its owner sees it before anything was changed.
pub(super) fn office() -> EditedRestaurant {
    EditedRestaurant {
        account: AccountId(60),
        edited: restaurant(),
        published: None,
        edits: Vec::new(),
        schedules: Vec::new(),
        new_id: EditId(61),
        page: "https://noodles.example".into(),
        domain: None,
        public_url: "https://servery.example".into(),
        coupon_uses: BTreeMap::new(),
        stores_pictures: false,
        at: Timestamp(0),
        now: LocalMinute(0),
    }
}

fn edit(changes: Vec<PartChange>) -> Edit {
    Edit {
        id: EditId(7),
        changes,
    }
}

fn made(file: &RestaurantFile, changes: Vec<PartChange>) -> RestaurantFile {
    file.with(&edit(changes)).unwrap()
}

fn changed_dish(file: &RestaurantFile, number: u128, change: impl FnOnce(&mut Dish)) -> PartChange {
    let Some(RestaurantPart::Dish(before)) = file.part(&PartKey::Dish(DishId(number))) else {
        panic!("there is no dish {number}");
    };
    let mut after = before.clone();
    change(&mut after);
    PartChange::Replace {
        before: RestaurantPart::Dish(before),
        after: RestaurantPart::Dish(after),
    }
}

fn new_category(number: u128, after: Option<u128>) -> PartChange {
    PartChange::Add {
        part: RestaurantPart::Category(CategoryHead {
            id: CategoryId(number),
            name: "Desserts".into(),
            description: String::new(),
            translations: PartTranslations::default(),
        }),
        place: PartPlace::AfterCategory(after.map(CategoryId)),
    }
}

fn dish_names(file: &RestaurantFile) -> Vec<&str> {
    let dishes = file.categories.iter().flat_map(|category| &category.dishes);
    dishes.map(|dish| dish.name.as_str()).collect()
}

fn category_names(file: &RestaurantFile) -> Vec<&str> {
    file.categories
        .iter()
        .map(|category| category.name.as_str())
        .collect()
}

/// Every kind of part.
const KEYS: [&str; 6] = [
    "category-0000000000000000000000000000000a",
    "dish-00000000000000000000000000000003",
    "options-00000000000000000000000000000021",
    "station-00000000000000000000000000000032",
    "coupon-WELCOME",
    "table-w1",
];

#[test]
fn a_key_survives_being_written() {
    for text in KEYS
        .iter()
        .chain(&["profile", "opening", "tax", "ordering", "legal", "favourites"])
    {
        let key: PartKey = text.parse().unwrap();
        assert_eq!(key.to_string(), *text);
        assert_eq!(restaurant().part(&key).unwrap().key(), key);
    }
    for text in ["", "dish", "dish-", "dish-7", "coupon-", "profile-1", "menu"] {
        assert_eq!(text.parse::<PartKey>(), Err(UnknownPart), "{text}");
    }
}

#[test]
fn every_edit_is_taken_back_by_its_inverse() {
    let file = restaurant();
    let removals = KEYS.map(|key| file.removal(&key.parse().unwrap()));
    let mut edits: Vec<Edit> = removals.into_iter().map(edit).collect();
    edits.push(edit(vec![new_category(60, Some(10))]));
    edits.push(edit(vec![changed_dish(&file, 1, |dish| {
        dish.price = Minor(1_300)
    })]));
    edits.extend([1, 2, 3, 4, 5].into_iter().flat_map(|number| {
        let key = PartKey::Dish(DishId(number));
        [Direction::Up, Direction::Down]
            .into_iter()
            .filter_map(move |way| restaurant().shift(&key, way).map(|change| edit(vec![change])))
    }));
    for done in edits {
        let after = file.with(&done).unwrap();
        assert_ne!(after, file, "{done:?}");
        let undone = after.with(&done.inverse(EditId(8))).unwrap();
        assert_eq!(undone.sorted(), restaurant().sorted(), "{done:?}");
    }
}

#[test]
fn a_removal_leaves_nothing_that_refers_to_what_is_gone() {
    let file = restaurant();
    for key in KEYS {
        let after = made(&file, file.removal(&key.parse().unwrap()));
        assert_eq!(after.mistakes(), [], "{key}");
        assert_eq!(after.part(&key.parse().unwrap()), None);
    }
    let all: Vec<&str> = dish_names(&file).into_iter().skip(2).collect();
    let noodles = PartKey::Category(CategoryId(10));
    assert_eq!(dish_names(&made(&file, file.removal(&noodles))), all);
}

#[test]
fn edits_of_two_people_are_both_kept_if_they_change_different_fields() {
    let file = restaurant();
    let first = changed_dish(&file, 1, |dish| dish.price = Minor(1_300));
    let second = changed_dish(&file, 1, |dish| dish.name = "Shio ramen".into());
    let both = made(&made(&file, vec![first.clone()]), vec![second]);
    assert_eq!(
        (both.categories[0].dishes[0].price, dish_names(&both)[0]),
        (Minor(1_300), "Shio ramen")
    );
    // The same change again is no conflict.
    assert_eq!(made(&both, vec![first]), both);
}

#[test]
fn nobody_overwrites_unseen_what_somebody_else_has_changed() {
    let file = restaurant();
    let after = made(
        &file,
        vec![changed_dish(&file, 1, |dish| dish.price = Minor(1_300))],
    );
    let conflict = Err(EditRefusal::Conflict {
        part: PartKey::Dish(DishId(1)),
        fields: vec!["price"],
    });
    let other = changed_dish(&file, 1, |dish| {
        dish.price = Minor(1_400);
        dish.name = "Shio ramen".into();
    });
    assert_eq!(after.with(&edit(vec![other])), conflict);
    let removal = file.removal(&PartKey::Dish(DishId(1)));
    assert_eq!(after.with(&edit(removal)), conflict);
    let gone = made(&file, file.removal(&PartKey::Dish(DishId(1))));
    let late = changed_dish(&file, 1, |dish| dish.price = Minor(1_400));
    assert_eq!(
        gone.with(&edit(vec![late])),
        Err(EditRefusal::Gone(PartKey::Dish(DishId(1))))
    );
}

#[test]
fn an_edit_is_made_whole_or_not_at_all() {
    let file = restaurant();
    let good = changed_dish(&file, 1, |dish| dish.price = Minor(1_300));
    let exists = new_category(20, None);
    let refusal = EditRefusal::Exists(PartKey::Category(CategoryId(20)));
    assert_eq!(file.with(&edit(vec![good, exists])), Err(refusal));
    let soups = file.part(&PartKey::Category(CategoryId(20))).unwrap();
    let whole = PartChange::Remove {
        part: soups.clone(),
        place: PartPlace::AfterCategory(None),
    };
    let not_empty = EditRefusal::NotEmpty(PartKey::Category(CategoryId(20)));
    assert_eq!(file.with(&edit(vec![whole])), Err(not_empty));
    let elsewhere = PartChange::Add {
        part: RestaurantPart::Category(CategoryHead {
            id: CategoryId(60),
            name: "Desserts".into(),
            description: String::new(),
            translations: PartTranslations::default(),
        }),
        place: PartPlace::Anywhere,
    };
    let other_key = PartChange::Replace {
        before: soups,
        after: file.part(&PartKey::Category(CategoryId(10))).unwrap(),
    };
    for contradiction in [vec![elsewhere], vec![other_key], vec![]] {
        assert_eq!(file.with(&edit(contradiction)), Err(EditRefusal::Contradiction));
    }
}

#[test]
fn a_part_moves_by_one_and_stops_at_the_end_of_its_list() {
    let file = restaurant();
    let moved = |key: PartKey, direction| {
        file.shift(&key, direction)
            .map(|change| made(&file, vec![change]))
    };
    let dish = |number| PartKey::Dish(DishId(number));
    let up = moved(dish(5), Direction::Up).unwrap();
    assert_eq!(dish_names(&up), ["Ramen", "Udon", "Miso", "Kenchin", "Dashi"]);
    let first = moved(dish(4), Direction::Up).unwrap();
    assert_eq!(dish_names(&first), ["Ramen", "Udon", "Dashi", "Miso", "Kenchin"]);
    let down = moved(dish(3), Direction::Down).unwrap();
    assert_eq!(dish_names(&down), ["Ramen", "Udon", "Dashi", "Miso", "Kenchin"]);
    assert_eq!(moved(dish(3), Direction::Up), None);
    assert_eq!(moved(dish(5), Direction::Down), None);
    assert_eq!(moved(PartKey::Coupon("WELCOME".into()), Direction::Up), None);
    let soups = moved(PartKey::Category(CategoryId(20)), Direction::Up).unwrap();
    assert_eq!(category_names(&soups), ["Soups", "Noodles"]);
}

/// Whoever moves something after a part that is gone by then moves it to the end.
#[test]
fn a_move_after_something_that_is_gone_goes_to_the_end() {
    let file = restaurant();
    let change = file.shift(&PartKey::Dish(DishId(3)), Direction::Down).unwrap();
    let without = made(&file, file.removal(&PartKey::Dish(DishId(4))));
    assert_eq!(
        dish_names(&made(&without, vec![change])),
        ["Ramen", "Udon", "Kenchin", "Miso"]
    );
}

#[test]
fn case_coopcycle_web_1464_and_4705_a_new_section_leaves_what_was_sorted_before() {
    let file = restaurant();
    let sorted = made(
        &file,
        vec![file.shift(&PartKey::Dish(DishId(5)), Direction::Up).unwrap()],
    );
    // Somebody else, who has not seen that, adds a section.
    let added = made(&sorted, vec![new_category(60, Some(20))]);
    assert_eq!(dish_names(&added), ["Ramen", "Udon", "Miso", "Kenchin", "Dashi"]);
    assert_eq!(category_names(&added), ["Noodles", "Soups", "Desserts"]);
}

#[test]
fn a_part_is_dropped_beside_another_one() {
    let file = restaurant();
    let dish = |number| PartKey::Dish(DishId(number));
    let category = |number| PartKey::Category(CategoryId(number));
    let dropped = |key: PartKey, beside: PartKey, side| {
        let change = file.move_beside(&key, &beside, side);
        change.map(|change| made(&file, vec![change]))
    };
    for (key, beside, side, names) in [
        (
            dish(5),
            dish(3),
            Side::Before,
            ["Ramen", "Udon", "Kenchin", "Miso", "Dashi"],
        ),
        (
            dish(3),
            dish(5),
            Side::After,
            ["Ramen", "Udon", "Dashi", "Kenchin", "Miso"],
        ),
        (
            dish(1),
            dish(4),
            Side::Before,
            ["Udon", "Miso", "Ramen", "Dashi", "Kenchin"],
        ),
        (
            dish(1),
            category(20),
            Side::After,
            ["Udon", "Ramen", "Miso", "Dashi", "Kenchin"],
        ),
        (
            category(20),
            category(10),
            Side::Before,
            ["Miso", "Dashi", "Kenchin", "Ramen", "Udon"],
        ),
    ] {
        let moved = dropped(key.clone(), beside, side).unwrap();
        assert_eq!(dish_names(&moved), names, "{key}");
    }
    for (key, beside, side) in [
        (dish(4), dish(3), Side::After),
        (dish(3), dish(4), Side::Before),
        (dish(3), dish(3), Side::Before),
        (category(10), category(10), Side::After),
        (category(10), dish(3), Side::After),
        (dish(99), dish(3), Side::After),
    ] {
        assert_eq!(dropped(key.clone(), beside, side), None, "{key}");
    }
}

#[test]
fn case_quicktill_347_what_is_removed_renumbers_nothing() {
    let file = restaurant();
    let keys = |file: &RestaurantFile| -> Vec<(DishId, String)> {
        let dishes = file.categories.iter().flat_map(|category| &category.dishes);
        dishes.map(|dish| (dish.id, dish.name.clone())).collect()
    };
    let removed = made(&file, file.removal(&PartKey::Dish(DishId(3))));
    let mut left = keys(&file);
    left.retain(|(id, _)| *id != DishId(3));
    assert_eq!(keys(&removed), left);
    assert_eq!(removed.favourites, file.favourites, "they are other dishes");
}

#[test]
fn prices_change_together_and_are_rounded() {
    let file = restaurant();
    let prices = |file: &RestaurantFile| -> Vec<i64> {
        file.categories
            .iter()
            .flat_map(|category| &category.dishes)
            .map(|dish| dish.price.0)
            .collect()
    };
    let mut priced = file.clone();
    for (dish, price) in priced
        .categories
        .iter_mut()
        .flat_map(|category| &mut category.dishes)
        .zip([1_000, 1_234, 0, 5, 999])
    {
        dish.price = Minor(price);
    }
    let change = |portion, amount, step| PriceChange {
        portion,
        amount: Minor(amount),
        step: Minor(step),
    };
    for (changed, expected) in [
        (change(50_000, 0, 10), [1_050, 1_300, 0, 10, 1_050]),
        (change(-100_000, 0, 1), [900, 1_111, 0, 4, 899]),
        (change(0, 50, 0), [1_050, 1_284, 50, 55, 1_049]),
        (change(0, -100, 50), [900, 1_150, 0, 0, 900]),
    ] {
        assert_eq!(
            prices(&made(&priced, priced.reprice(None, changed))),
            expected,
            "{changed:?}"
        );
    }
    let only = made(&priced, priced.reprice(Some(CategoryId(10)), change(0, 1, 1)));
    assert_eq!(prices(&only), [1_001, 1_235, 0, 5, 999]);
    assert_eq!(priced.reprice(None, change(0, 0, 1)), []);
}

#[test]
fn a_copy_of_a_dish_follows_it() {
    let file = restaurant();
    let copy = |key: PartKey| file.duplicate(&key, (EditId(70), "Udon (copy)".to_owned()));
    let change = copy(PartKey::Dish(DishId(2))).unwrap();
    let after = made(&file, vec![change]);
    assert_eq!(
        dish_names(&after),
        ["Ramen", "Udon", "Udon (copy)", "Miso", "Dashi", "Kenchin"]
    );
    assert_eq!(
        after.categories[0].dishes[2].price,
        file.categories[0].dishes[1].price
    );
    assert_eq!(copy(PartKey::Dish(DishId(9))), None);
    assert_eq!(copy(PartKey::Category(CategoryId(10))), None);
}

/// An edit from anybody's program is refused, and never ends the server.
#[test]
fn an_edit_survives_being_written() {
    let file = restaurant();
    let written = edit(file.removal(&PartKey::Category(CategoryId(20))));
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), written);
    assert!(serde_json::from_str::<Edit>(r#"{"id":"7","changes":[]}"#).is_err());
}

#[test]
fn a_text_is_replaced_wherever_the_menu_has_it() {
    let mut file = restaurant();
    file.categories[1].description = "Soups of the day".into();
    file.categories[1].dishes[0].description = "Miso, tofu, Wakame".into();
    let changes = file.replace_text("Miso", "White miso").unwrap();
    let after = made(&file, changes.clone());
    let dish = &after.categories[1].dishes[0];
    assert_eq!(
        (dish.name.as_str(), dish.description.as_str()),
        ("White miso", "White miso, tofu, Wakame")
    );
    assert_eq!(changes.len(), 1, "nothing else has it");
    let edit = Edit {
        id: EditId(1),
        changes,
    };
    let undone = after.with(&edit.inverse(EditId(2)));
    assert_eq!(undone.unwrap(), file);
    let after = made(&file, file.replace_text("Soup", "Broth").unwrap());
    let category = &after.categories[1];
    assert_eq!(
        (category.name.as_str(), category.description.as_str()),
        ("Broths", "Broths of the day")
    );
    let after = made(&file, file.replace_text("Size", "Portion").unwrap());
    assert_eq!(after.option_groups[0].name, "Portion");
    let after = made(&file, file.replace_text("Large", "Big").unwrap());
    assert_eq!(after.option_groups[0].choices[0].name, "Big");
    assert_eq!(
        file.replace_text("o", &"o".repeat(60_000)),
        None,
        "a name would be too long"
    );
    for nothing in ["", "miso,", "Pizza"] {
        assert_eq!(file.replace_text(nothing, "x").unwrap(), []);
    }
}

mod difference {
    use proptest::prelude::*;

    use super::*;

    /// Moves, removes, adds or renames something, as the numbers say.
    fn mutate(file: &mut RestaurantFile, (act, from, to): (u8, usize, usize), number: u128) {
        let categories = file.categories.len();
        if categories == 0 {
            return;
        }
        let (from, to) = (from % categories, to % categories);
        let dishes = file.categories[from].dishes.len();
        match act % 8 {
            0 => file
                .categories
                .push(category(100 + number, "New", &[(200 + number, "New dish")])),
            1 => {
                let moved = file.categories.remove(from);
                file.categories.insert(to, moved);
            }
            2 => {
                file.categories.remove(from);
            }
            3 if dishes > 0 => {
                let moved = file.categories[from].dishes.remove(to % dishes);
                let there = file.categories[to].dishes.len();
                file.categories[to].dishes.insert(from.min(there), moved);
            }
            4 if dishes > 0 => {
                file.categories[from].dishes.remove(to % dishes);
            }
            5 if dishes > 0 => {
                let at = to % dishes;
                file.categories[from].dishes.insert(
                    at,
                    Dish {
                        id: DishId(300 + number),
                        ..dish("Another")
                    },
                );
            }
            6 if dishes > 0 => file.categories[from].dishes[to % dishes].price = Minor(number as i64),
            _ => {
                file.categories[from].name = format!("Name {number}");
                file.favourites = vec![DishId(number)];
                file.coupons.clear();
                file.option_groups.truncate(1);
                file.table_codes[0].name = format!("Table {number}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_changes_make_the_wanted_restaurant_and_are_undone(acts in proptest::collection::vec(any::<(u8, usize, usize)>(), 0..12)) {
            let (before, mut wanted) = (restaurant(), restaurant());
            for (number, act) in acts.into_iter().enumerate() {
                mutate(&mut wanted, act, number as u128);
            }
            let changes = before.changes_to(&wanted);
            if before == wanted {
                prop_assert!(changes.is_empty());
            } else {
                let edit = Edit { id: EditId(1), changes };
                let after = before.with(&edit).unwrap();
                prop_assert_eq!(&after.clone().sorted(), &wanted.sorted());
                let undone = after.with(&edit.inverse(EditId(2))).unwrap();
                let by_id = |mut file: RestaurantFile| {
                    file.option_groups.sort_by_key(|group| group.id);
                    file.sorted()
                };
                prop_assert_eq!(by_id(undone), by_id(before));
            }
        }
    }

    #[test]
    fn one_dish_that_moves_is_one_move() {
        for (from, to) in [
            ((1, 0), (1, 2)),
            ((1, 2), (1, 0)),
            ((1, 0), (0, 0)),
            ((0, 1), (1, 3)),
        ] {
            let (before, mut wanted) = (restaurant(), restaurant());
            let moved = wanted.categories[from.0].dishes.remove(from.1);
            wanted.categories[to.0].dishes.insert(to.1, moved);
            let changes = before.changes_to(&wanted);
            assert_eq!(changes.len(), 1, "{changes:?}");
        }
    }

    #[test]
    fn what_is_in_its_place_is_not_moved() {
        let (before, mut wanted) = (restaurant(), restaurant());
        wanted.categories[1].dishes.remove(0);
        wanted.categories[1].dishes.insert(
            1,
            Dish {
                id: DishId(9),
                ..dish("Kombu")
            },
        );
        wanted.categories.insert(0, category(30, "Starters", &[]));
        let changes = before.changes_to(&wanted);
        let moves = changes
            .iter()
            .filter(|change| matches!(change, PartChange::Move { .. }));
        assert_eq!((changes.len(), moves.count()), (3, 0), "{changes:?}");
    }
}

fn german(file: &RestaurantFile, key: MenuTextKey, text: &str) -> (MenuTextKey, TypedTranslation) {
    let shown = file.menu_texts().find(|shown| shown.key == key).unwrap();
    let typed = TypedTranslation {
        seen: shown.seen(Lang::German),
        text: text.into(),
        is_confirmed: false,
    };
    (key, typed)
}

const fn name_of(of: TextOwner) -> MenuTextKey {
    MenuTextKey {
        of,
        field: TextField::Name,
    }
}

const RAMEN: MenuTextKey = name_of(TextOwner::Dish(DishId(1)));

fn translated(file: &RestaurantFile, typed: &[(MenuTextKey, &str)]) -> RestaurantFile {
    let typed = typed.iter().map(|(key, text)| german(file, *key, text)).collect();
    let made = file.translate(Lang::German, &typed);
    assert_eq!(made.refused, BTreeMap::new());
    self::made(file, made.changes)
}

fn shown<'a>(file: &'a RestaurantFile, key: MenuTextKey) -> MenuText<'a> {
    file.menu_texts().find(|text| text.key == key).unwrap()
}

#[test]
fn a_form_of_translations_is_one_edit_and_is_undone() {
    let file = restaurant();
    let keys = [
        RAMEN,
        name_of(TextOwner::Category(CategoryId(20))),
        name_of(TextOwner::OptionGroup(OptionGroupId(30))),
        name_of(TextOwner::Choice(ChoiceId(31))),
    ];
    let typed = keys
        .iter()
        .map(|key| german(&file, *key, "Auf Deutsch"))
        .collect();
    let changes = file.translate(Lang::German, &typed).changes;
    // The choice is part of its group.
    assert_eq!(changes.len(), 3);
    let edit = edit(changes);
    let after = file.with(&edit).unwrap();
    for text in after.menu_texts() {
        let expected = match keys.contains(&text.key) {
            true => ("Auf Deutsch", TranslationState::Done),
            false => ("", TranslationState::Missing),
        };
        let found = (text.translation(Lang::German), text.state(Lang::German));
        assert_eq!(found, expected, "{}", text.key);
        assert_eq!(text.key.to_string().parse(), Ok(text.key));
    }
    assert_eq!(after.with(&edit.inverse(EditId(8))).unwrap(), file);
}

#[test]
fn a_translation_is_outdated_once_its_text_has_changed_until_somebody_says_that_it_is_right() {
    let file = translated(&restaurant(), &[(RAMEN, "Nudelsuppe")]);
    let renamed = changed_dish(&file, 1, |dish| dish.name = "Ramen with egg".into());
    let renamed = edit(vec![renamed]);
    let file = file.with(&renamed).unwrap();
    let text = shown(&file, RAMEN);
    assert_eq!(text.state(Lang::German), TranslationState::Outdated);
    assert_eq!(text.translated(Lang::German), "Ramen");
    let back = file.with(&renamed.inverse(EditId(8))).unwrap();
    assert_eq!(shown(&back, RAMEN).state(Lang::German), TranslationState::Done);

    let (key, mut typed) = german(&file, RAMEN, "Nudelsuppe");
    let untouched = file.translate(Lang::German, &BTreeMap::from([(key, typed.clone())]));
    assert_eq!(untouched, TranslatedTexts::default());
    typed.is_confirmed = true;
    let confirmed = file.translate(Lang::German, &BTreeMap::from([(key, typed)]));
    let file = made(&file, confirmed.changes);
    assert_eq!(shown(&file, RAMEN).state(Lang::German), TranslationState::Done);
}

#[test]
fn what_somebody_else_has_changed_meanwhile_is_not_translated_over() {
    let udon = name_of(TextOwner::Dish(DishId(2)));
    let seen = restaurant();
    let typed = |text: &str| BTreeMap::from([german(&seen, RAMEN, text), german(&seen, udon, "Udon-Nudeln")]);
    let renamed = changed_dish(&seen, 1, |dish| dish.name = "Shoyu ramen".into());
    for meanwhile in [
        translated(&seen, &[(RAMEN, "Ramen-Suppe")]),
        made(&seen, vec![renamed]),
        made(&seen, seen.removal(&PartKey::Dish(DishId(1)))),
    ] {
        let translated = meanwhile.translate(Lang::German, &typed("Nudelsuppe"));
        let refused = BTreeMap::from([(RAMEN, TranslationRefusal::Changed)]);
        assert_eq!((translated.changes.len(), translated.refused), (1, refused));
        // A text that the form only shows is left alone.
        assert_eq!(
            meanwhile.translate(Lang::German, &typed("")).refused,
            BTreeMap::new()
        );
    }
    let long = seen.translate(Lang::German, &typed(&"x".repeat(limits::NAME + 1)));
    assert_eq!(
        long.refused,
        BTreeMap::from([(RAMEN, TranslationRefusal::NotAccepted)])
    );
}

#[test]
fn two_people_translate_a_dish_at_once() {
    let file = restaurant();
    let into = |lang, text: &str| {
        changed_dish(&file, 1, |dish| {
            dish.translations.set(lang, TextField::Name, [text, "Ramen"])
        })
    };
    let [german, arabic, other] = [
        into(Lang::German, "Nudelsuppe"),
        into(Lang::Arabic, "رامن"),
        into(Lang::German, "Ramen-Suppe"),
    ];
    let priced = changed_dish(&file, 1, |dish| dish.price = Minor(900));
    let after = made(&file, vec![german, arabic, priced]);
    let text = shown(&after, RAMEN);
    assert_eq!(
        (text.translation(Lang::German), text.translation(Lang::Arabic)),
        ("Nudelsuppe", "رامن")
    );
    let conflict = EditRefusal::Conflict {
        part: PartKey::Dish(DishId(1)),
        fields: vec!["translations"],
    };
    assert_eq!(after.with(&edit(vec![other])), Err(conflict));
}

#[test]
fn translations_follow_their_dish_through_copies_replacements_and_differences() {
    let before = restaurant();
    let file = translated(&before, &[(RAMEN, "Ramen mit Ei")]);
    let copy = file.duplicate(&PartKey::Dish(DishId(1)), (EditId(77), "Copy of Ramen".into()));
    let copied = made(&file, copy.into_iter().collect());
    let text = shown(&copied, name_of(TextOwner::Dish(DishId(77))));
    assert_eq!(text.translation(Lang::German), "Ramen mit Ei");
    assert_eq!(text.state(Lang::German), TranslationState::Outdated);

    let replaced = made(&file, file.replace_text("Ramen", "Rāmen").unwrap());
    let text = shown(&replaced, RAMEN);
    assert_eq!(text.translation(Lang::German), "Rāmen mit Ei");
    assert_eq!(text.state(Lang::German), TranslationState::Done);

    assert_eq!(made(&before, before.changes_to(&file)), file);
    assert_eq!(
        made(&file, file.removal(&PartKey::Dish(DishId(1)))).part(&PartKey::Dish(DishId(1))),
        None
    );
}
