mod build;
mod difference;
mod translations;

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

/// An edit from anybody's program is refused, and never ends the server.
#[test]
fn an_edit_survives_being_written() {
    let file = restaurant();
    let written = edit(file.removal(&PartKey::Category(CategoryId(20))));
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), written);
    assert!(serde_json::from_str::<Edit>(r#"{"id":"7","changes":[]}"#).is_err());
}
