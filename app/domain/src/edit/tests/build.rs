//! Edits that the office makes: parts that move, prices and texts that change together, copies.

use super::*;

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
