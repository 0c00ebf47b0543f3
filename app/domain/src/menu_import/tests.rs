use super::*;
use crate::{
    fixtures::{choice, dish, listing},
    id::{CategoryId, ChoiceId, EditId, OptionGroupId, StationId},
    legal::LegalNotice,
    menu::{Category, Dish, Menu, OptionGroup},
    pos::{PosState, station::Station},
    restaurant_file::RestaurantFile,
    revision::Revision,
    time::LocalMinute,
};

const IDS: EditId = EditId(1 << 64);

/// Soups: Miso with a size, and Dashi. Noodles: Ramen with another size.
fn restaurant() -> RestaurantFile {
    let restaurant = listing("noodles", "Noodles", "Mo-Su 10:00-22:00", LocalMinute(0)).restaurant;
    let with = |number, name: &str, groups: &[u128]| Dish {
        id: DishId(number),
        option_groups: groups.iter().map(|id| OptionGroupId(*id)).collect(),
        ..dish(name)
    };
    let size = |number, price| OptionGroup {
        id: OptionGroupId(number),
        name: "Size".into(),
        translations: Default::default(),
        min: 1,
        max: 1,
        choices: vec![choice(number + 1, "Small", 0), choice(number + 2, "Large", price)],
    };
    let category = |number, name: &str, dishes| Category {
        id: CategoryId(number),
        name: name.into(),
        description: String::new(),
        translations: Default::default(),
        dishes,
    };
    let menu = Menu {
        restaurant: restaurant.id,
        revision: Revision(1),
        currency: restaurant.currency,
        lang: restaurant.lang,
        categories: vec![
            category(10, "Soups", vec![with(1, "Miso", &[30]), with(2, "Dashi", &[])]),
            category(20, "Noodles", vec![with(3, "Ramen", &[40])]),
        ],
        option_groups: vec![size(30, 100), size(40, 250)],
    };
    let mut file = RestaurantFile::new(
        restaurant,
        menu,
        LegalNotice::default(),
        Default::default(),
        &PosState::default(),
    );
    file.favourites = vec![DishId(2), DishId(3)];
    file.stations = vec![Station {
        id: StationId(50),
        name: "Kitchen".into(),
        categories: vec![CategoryId(10), CategoryId(20)],
    }];
    file
}

fn listed(name: &str, price: i64) -> ImportedDish {
    ImportedDish {
        at: FilePosition::Item(name.to_owned()),
        id: None,
        name: name.to_owned(),
        price: Minor(price),
        description: None,
        allergens: None,
        diets: None,
        offers: None,
        served: None,
        tax: None,
    }
}

fn menu(categories: &[(&str, &[ImportedDish])]) -> ImportedMenu {
    let mut menu = ImportedMenu::default();
    for (name, dishes) in categories {
        for dish in *dishes {
            menu.add_dish(Some(name), "", dish.clone());
        }
    }
    menu
}

fn names(file: &RestaurantFile) -> Vec<(&str, Vec<&str>)> {
    file.categories
        .iter()
        .map(|category| {
            let dishes = category.dishes.iter().map(|dish| dish.name.as_str());
            (category.name.as_str(), dishes.collect())
        })
        .collect()
}

#[test]
fn what_the_file_does_not_say_stays() {
    let before = restaurant();
    let file = menu(&[("soups", &[listed("MISO", 450), listed("Kenchin", 500)])]);
    let after = before.with_menu(&file, IDS, Unlisted::Keep).unwrap();
    assert_eq!(
        names(&after),
        [
            ("soups", vec!["MISO", "Dashi", "Kenchin"]),
            ("Noodles", vec!["Ramen"])
        ]
    );
    let miso = &after.categories[0].dishes[0];
    assert_eq!(
        (miso.id, miso.price, &miso.option_groups),
        (DishId(1), Minor(450), &vec![OptionGroupId(30)])
    );
    assert_eq!(
        (&after.favourites, &after.stations),
        (&before.favourites, &before.stations)
    );
}

#[test]
fn the_same_import_again_changes_nothing() {
    let mut file = menu(&[
        (
            "Soups",
            &[
                listed("Miso", 450),
                listed("Kenchin", 500),
                listed("Kenchin", 700),
            ],
        ),
        ("Desserts", &[listed("Mochi", 300)]),
    ]);
    let topping = file.add_option_group(ImportedOptionGroup {
        name: "Topping".into(),
        min: 0,
        max: 2,
        choices: vec![ImportedChoice {
            name: "Egg".into(),
            price: Minor(120),
            ..ImportedChoice::default()
        }],
    });
    let size = file.add_option_group(ImportedOptionGroup {
        name: "Size".into(),
        min: 1,
        max: 1,
        choices: vec![
            ImportedChoice {
                name: "Small".into(),
                ..ImportedChoice::default()
            },
            ImportedChoice {
                name: "Large".into(),
                price: Minor(300),
                option_groups: Some(vec![topping]),
                ..ImportedChoice::default()
            },
        ],
    });
    for position in [0, 1] {
        file.categories[0].dishes[position].offers = Some(ImportedOffers::Imported(vec![size]));
    }
    for unlisted in [Unlisted::Keep, Unlisted::Remove] {
        let once = restaurant().with_menu(&file, IDS, unlisted).unwrap();
        let twice = once.with_menu(&file, EditId(7), unlisted).unwrap();
        assert_eq!(once, twice);
        assert!(once.mistakes().is_empty(), "{:?}", once.mistakes());
        // The size of the miso has got another price; its id and those of its choices are the same.
        let size = &once.option_groups[0];
        assert_eq!((size.id, size.choices[1].id), (OptionGroupId(30), ChoiceId(32)));
        assert_eq!(size.choices[1].price, Minor(300));
        let opened = &size.choices[1].option_groups;
        let topping = once
            .option_groups
            .iter()
            .find(|group| group.name == "Topping")
            .unwrap();
        assert_eq!(opened, &[topping.id]);
    }
}

#[test]
fn with_removal_the_menu_is_what_the_file_says() {
    let file = menu(&[
        ("Noodles", &[listed("Soba", 900), listed("Ramen", 950)]),
        ("Soups", &[listed("Dashi", 300)]),
    ]);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Remove).unwrap();
    assert_eq!(
        names(&after),
        [("Noodles", vec!["Soba", "Ramen"]), ("Soups", vec!["Dashi"])]
    );
    let groups: Vec<_> = after.option_groups.iter().map(|group| group.id).collect();
    assert_eq!(
        groups,
        [OptionGroupId(40)],
        "nobody offers the other one any more"
    );
    assert_eq!(after.favourites, [DishId(2), DishId(3)]);
    let without_soups = menu(&[("Noodles", &[listed("Ramen", 950)])]);
    let after = after.with_menu(&without_soups, IDS, Unlisted::Remove).unwrap();
    assert_eq!(after.favourites, [DishId(3)]);
    assert_eq!(after.stations[0].categories, [CategoryId(20)]);
    assert!(after.mistakes().is_empty(), "{:?}", after.mistakes());
}

#[test]
fn a_dish_that_is_listed_elsewhere_moves() {
    let file = menu(&[("Starters", &[listed("Dashi", 300)])]);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Keep).unwrap();
    assert_eq!(
        names(&after),
        [
            ("Soups", vec!["Miso"]),
            ("Noodles", vec!["Ramen"]),
            ("Starters", vec!["Dashi"])
        ]
    );
    assert_eq!(after.categories[2].dishes[0].id, DishId(2));
}

#[test]
fn an_id_counts_before_a_name() {
    let with_id = ImportedDish {
        id: Some(DishId(2)),
        ..listed("Miso", 500)
    };
    let file = menu(&[("Soups", &[listed("Miso", 450), with_id.clone()])]);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Keep).unwrap();
    let found: Vec<_> = after.categories[0]
        .dishes
        .iter()
        .map(|dish| (dish.id.0, dish.price.0))
        .collect();
    assert_eq!(found, [(1, 450), (2, 500)]);
    let twice = menu(&[("Soups", &[with_id.clone(), with_id])]);
    let mistakes = restaurant().with_menu(&twice, IDS, Unlisted::Keep).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].fault, ImportFault::SameId);
}

#[test]
fn groups_are_found_by_name_first_among_those_of_the_dish() {
    let sized = |name: &str| ImportedDish {
        offers: Some(ImportedOffers::Named(vec!["size".into()])),
        ..listed(name, 500)
    };
    let file = menu(&[("Noodles", &[sized("Ramen"), sized("Udon")])]);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Keep).unwrap();
    let groups: Vec<_> = after.categories[1]
        .dishes
        .iter()
        .map(|dish| dish.option_groups.clone())
        .collect();
    assert_eq!(groups, [[OptionGroupId(40)], [OptionGroupId(30)]]);
    let mut unknown = sized("Udon");
    unknown.offers = Some(ImportedOffers::Named(vec!["Sauce".into()]));
    let mistakes = restaurant()
        .with_menu(&menu(&[("Noodles", &[unknown])]), IDS, Unlisted::Keep)
        .unwrap_err();
    assert_eq!(
        mistakes,
        [ImportMistake::new(
            FilePosition::Item("Udon".into()),
            ImportFault::UnknownOptionGroup,
            "Sauce"
        )]
    );
}

#[test]
fn what_a_menu_does_not_accept_is_said_with_its_place() {
    let long = ImportedDish {
        at: FilePosition::Line(4),
        ..listed(&"x".repeat(10_000), 500)
    };
    let dear = ImportedDish {
        at: FilePosition::Line(5),
        ..listed("Caviar", 100_000_000_000)
    };
    let mistakes = restaurant()
        .with_menu(&menu(&[("Soups", &[long, dear])]), IDS, Unlisted::Keep)
        .unwrap_err();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("line 4: name: "), "{told:?}");
    assert!(told[1].starts_with("line 5: price: "), "{told:?}");
}

fn with_group(dish: ImportedDish, group: usize) -> ImportedDish {
    ImportedDish {
        offers: Some(ImportedOffers::Imported(vec![group])),
        ..dish
    }
}

fn size(large: i64) -> ImportedOptionGroup {
    let choice = |name: &str, price| ImportedChoice {
        name: name.into(),
        price: Minor(price),
        ..ImportedChoice::default()
    };
    ImportedOptionGroup {
        name: "Size".into(),
        min: 1,
        max: 1,
        choices: vec![choice("Small", 0), choice("Large", large)],
    }
}

#[test]
fn a_group_that_a_dish_outside_the_file_offers_stays_for_it() {
    let mut before = restaurant();
    before.categories[0].dishes[1].option_groups = vec![OptionGroupId(30)];
    let mut file = ImportedMenu::default();
    let group = file.add_option_group(size(300));
    file.add_dish(Some("Soups"), "", with_group(listed("Miso", 450), group));
    let after = before.with_menu(&file, IDS, Unlisted::Keep).unwrap();
    let [miso, dashi] = &after.categories[0].dishes[..] else {
        panic!("{:?}", after.categories)
    };
    assert_eq!(dashi.option_groups, [OptionGroupId(30)]);
    assert_eq!(after.option_groups[0], before.option_groups[0]);
    assert_ne!(miso.option_groups, dashi.option_groups);
    assert_eq!(after.with_menu(&file, EditId(7), Unlisted::Keep).unwrap(), after);
    // The same group may be shared.
    let mut file = ImportedMenu::default();
    let group = file.add_option_group(size(100));
    file.add_dish(Some("Soups"), "", with_group(listed("Miso", 100), group));
    assert_eq!(
        before
            .with_menu(&file, IDS, Unlisted::Keep)
            .unwrap()
            .option_groups,
        before.option_groups
    );
}

#[test]
fn two_groups_of_one_name_keep_their_places() {
    let mut before = restaurant();
    before.categories[0].dishes[0].option_groups = vec![OptionGroupId(40), OptionGroupId(30)];
    let mut file = ImportedMenu::default();
    let groups = vec![file.add_option_group(size(270)), file.add_option_group(size(110))];
    let miso = ImportedDish {
        offers: Some(ImportedOffers::Imported(groups)),
        ..listed("Miso", 450)
    };
    file.add_dish(Some("Soups"), "", miso);
    let after = before.with_menu(&file, IDS, Unlisted::Remove).unwrap();
    assert_eq!(
        after.categories[0].dishes[0].option_groups,
        [OptionGroupId(40), OptionGroupId(30)]
    );
    let large = |group: &OptionGroup| group.choices[1].price.0;
    assert_eq!(
        after.option_groups.iter().map(large).collect::<Vec<_>>(),
        [110, 270]
    );
}

#[test]
fn choices_of_one_name_are_kept_apart() {
    let mut before = restaurant();
    before.option_groups[0].choices[1].name = "Small".into();
    let mut file = ImportedMenu::default();
    let mut twice = size(120);
    twice.choices[1].name = "Small".into();
    let group = file.add_option_group(twice);
    file.add_dish(Some("Soups"), "", with_group(listed("Miso", 450), group));
    let after = before.with_menu(&file, IDS, Unlisted::Keep).unwrap();
    let ids = |file: &RestaurantFile| -> Vec<ChoiceId> {
        file.option_groups[0]
            .choices
            .iter()
            .map(|choice| choice.id)
            .collect()
    };
    assert_eq!(ids(&after), ids(&before));
}

#[test]
fn without_a_category_known_dishes_stay_in_theirs() {
    let mut file = ImportedMenu::default();
    for dish in [listed("Ramen", 990), listed("Udon", 900), listed("Miso", 470)] {
        file.add_dish(None, "Other dishes", dish);
    }
    let after = restaurant().with_menu(&file, IDS, Unlisted::Keep).unwrap();
    let expected = [
        ("Soups", vec!["Miso", "Dashi"]),
        ("Noodles", vec!["Ramen"]),
        ("Other dishes", vec!["Udon"]),
    ];
    assert_eq!(names(&after), expected);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Remove).unwrap();
    let expected = [
        ("Noodles", vec!["Ramen"]),
        ("Other dishes", vec!["Udon"]),
        ("Soups", vec!["Miso"]),
    ];
    assert_eq!(names(&after), expected);
    assert_eq!(after.stations[0].categories, [CategoryId(10), CategoryId(20)]);
}

#[test]
fn a_category_whose_dishes_all_come_under_a_new_name_is_renamed() {
    let file = menu(&[("Broths", &[listed("Dashi", 300), listed("Miso", 450)])]);
    let after = restaurant().with_menu(&file, IDS, Unlisted::Keep).unwrap();
    assert_eq!(
        names(&after),
        [("Broths", vec!["Miso", "Dashi"]), ("Noodles", vec!["Ramen"])]
    );
    assert_eq!(
        after.categories[0].id,
        CategoryId(10),
        "its station still cooks it"
    );
}

#[test]
fn categories_of_one_name_and_empty_ones_stay() {
    let mut before = restaurant();
    before.categories[1].name = "Soups".into();
    before.categories.insert(
        1,
        Category {
            id: CategoryId(15),
            name: "Soon".into(),
            description: String::new(),
            translations: Default::default(),
            dishes: Vec::new(),
        },
    );
    let file = menu(&[(
        "soups",
        &[listed("Miso", 100), listed("Dashi", 100), listed("Ramen", 100)],
    )]);
    for unlisted in [Unlisted::Keep, Unlisted::Remove] {
        let after = before.with_menu(&file, IDS, unlisted).unwrap();
        let ids = |file: &RestaurantFile| -> Vec<(u128, usize)> {
            file.categories
                .iter()
                .map(|category| (category.id.0, category.dishes.len()))
                .collect()
        };
        assert_eq!(ids(&after), ids(&before), "{unlisted:?}");
    }
}

fn topping(price: i64) -> ImportedOptionGroup {
    ImportedOptionGroup {
        name: "Topping".into(),
        min: 0,
        max: 1,
        choices: vec![ImportedChoice {
            name: "Egg".into(),
            price: Minor(price),
            ..ImportedChoice::default()
        }],
    }
}

#[test]
fn what_a_shared_group_opens_stays_for_other_dishes() {
    let mut before = restaurant();
    before.categories[0].dishes[1].option_groups = vec![OptionGroupId(30)];
    before.option_groups[0].choices[1].option_groups = vec![OptionGroupId(60)];
    before.option_groups.push(OptionGroup {
        id: OptionGroupId(60),
        name: "Topping".into(),
        translations: Default::default(),
        min: 0,
        max: 1,
        choices: vec![choice(61, "Egg", 100)],
    });
    let file_with = |egg| {
        let mut file = ImportedMenu::default();
        let opened = file.add_option_group(topping(egg));
        let mut group = size(100);
        group.choices[1].option_groups = Some(vec![opened]);
        let group = file.add_option_group(group);
        file.add_dish(Some("Soups"), "", with_group(listed("Miso", 100), group));
        file
    };
    let same = before.with_menu(&file_with(100), IDS, Unlisted::Keep).unwrap();
    assert_eq!(same, before);
    let after = before.with_menu(&file_with(150), IDS, Unlisted::Keep).unwrap();
    assert_eq!(after.option_groups[..3], before.option_groups[..]);
    assert_eq!(after.categories[0].dishes[1], before.categories[0].dishes[1]);
    assert_eq!(after.option_groups.len(), 5);
    assert!(after.mistakes().is_empty(), "{:?}", after.mistakes());
    assert_eq!(
        after
            .with_menu(&file_with(150), EditId(7), Unlisted::Keep)
            .unwrap(),
        after
    );
}

#[test]
fn with_removal_a_group_of_a_listed_dish_without_groups_stays() {
    let mut before = restaurant();
    before.categories[0].dishes[1].option_groups = vec![OptionGroupId(30)];
    let mut file = ImportedMenu::default();
    let group = file.add_option_group(size(300));
    file.add_dish(Some("Soups"), "", with_group(listed("Miso", 100), group));
    file.add_dish(Some("Soups"), "", listed("Dashi", 100));
    let after = before.with_menu(&file, IDS, Unlisted::Remove).unwrap();
    let dashi = &after.categories[0].dishes[1];
    assert_eq!(dashi.option_groups, [OptionGroupId(30)]);
    assert_eq!(after.option_groups[0], before.option_groups[0]);
}

#[test]
fn dishes_of_one_name_without_a_category_are_made_once() {
    let mut file = ImportedMenu::default();
    for price in [200, 300] {
        file.add_dish(None, "Other dishes", listed("Cola", price));
    }
    for unlisted in [Unlisted::Keep, Unlisted::Remove] {
        let once = restaurant().with_menu(&file, IDS, unlisted).unwrap();
        assert_eq!(once.with_menu(&file, EditId(7), unlisted).unwrap(), once);
    }
    let mut before = restaurant();
    before.categories[1].dishes[0].name = "Miso".into();
    let mut file = ImportedMenu::default();
    file.add_dish(None, "Other dishes", listed("Miso", 400));
    let once = before.with_menu(&file, IDS, Unlisted::Keep).unwrap();
    assert_eq!(once.with_menu(&file, EditId(7), Unlisted::Keep).unwrap(), once);
}

#[test]
fn what_the_file_leaves_out_is_not_removed() {
    let before = restaurant();
    let mut file = menu(&[("Noodles", &[listed("Ramen", 990)])]);
    file.leave_out(Some("Soups"), "Miso");
    let after = before.with_menu(&file, IDS, Unlisted::Remove).unwrap();
    assert_eq!(
        names(&after),
        [("Noodles", vec!["Ramen"]), ("Soups", vec!["Miso"])]
    );
    assert_eq!(after.categories[1].dishes[0], before.categories[0].dishes[0]);
}

#[test]
fn a_group_that_nobody_offers_keeps_what_it_opens() {
    let mut before = restaurant();
    before.categories[1].dishes[0].option_groups.clear();
    before.option_groups[1].choices[0].option_groups = vec![OptionGroupId(30)];
    let file = menu(&[("Noodles", &[listed("Ramen", 990)])]);
    let after = before.with_menu(&file, IDS, Unlisted::Remove).unwrap();
    assert_eq!(after.option_groups, before.option_groups);
    assert!(after.mistakes().is_empty(), "{:?}", after.mistakes());
}
