//! The changes between two versions of a restaurant.

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
