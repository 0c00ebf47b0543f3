use super::*;
use crate::{
    coupon::CouponEffect,
    currency::Minor,
    fixtures::{choice, dish, listing},
    id::{BillId, CategoryId, ChoiceId, OptionGroupId, StationId},
    limits,
    menu::{Dish, PictureFormat},
    mistake::Mistake,
    pos::{Favourite, Record, RecordId, table::Table},
    time::{LocalMinute, Timestamp},
};

const NOW: Timestamp = Timestamp(1_790_000_000);
const WINDOW: TableId = TableId(21);

fn category() -> Category {
    let dish = |number| Dish {
        id: DishId(number),
        option_groups: vec![OptionGroupId(11)],
        ..dish("Ramen")
    };
    Category {
        id: CategoryId(10),
        name: "Noodles".into(),
        description: String::new(),
        translations: Default::default(),
        dishes: vec![dish(1), dish(2)],
    }
}

fn table(number: u128, name: &str) -> PlannedTable {
    PlannedTable {
        id: TableId(number),
        plan: TablePlan {
            name: name.into(),
            seats: 4,
            ..TablePlan::default()
        },
    }
}

fn file() -> RestaurantFile {
    let restaurant = listing("noodles", "Noodles", "Mo-Su 10:00-22:00", LocalMinute(0)).restaurant;
    let menu = Menu {
        restaurant: restaurant.id,
        revision: Revision(7),
        currency: restaurant.currency,
        lang: restaurant.lang,
        categories: vec![category()],
        option_groups: vec![OptionGroup {
            id: OptionGroupId(11),
            name: "Size".into(),
            translations: Default::default(),
            min: 0,
            max: 1,
            choices: vec![choice(12, "Large", 100)],
        }],
    };
    let coupon = |code: &str| Coupon {
        code: code.into(),
        effect: CouponEffect::FreeDelivery,
        minimum: Minor::ZERO,
        from: None,
        until: None,
        uses: None,
        per_customer: None,
        paused: false,
    };
    RestaurantFile {
        legal: LegalNotice {
            name: "Window Ltd".into(),
            ..LegalNotice::default()
        },
        coupons: vec![coupon("A"), coupon("B")],
        table_codes: vec![TableCode {
            name: "Window".into(),
            code: "k7f3".into(),
        }],
        tables: vec![table(WINDOW.0, "Window"), table(22, "Bar")],
        stations: vec![Station {
            id: StationId(31),
            name: "Kitchen".into(),
            categories: vec![CategoryId(10)],
        }],
        favourites: vec![DishId(2), DishId(1)],
        ..RestaurantFile::new(
            restaurant,
            menu,
            LegalNotice::default(),
            Default::default(),
            &PosState::default(),
        )
    }
}

fn told(mistakes: &[Mistake]) -> Vec<String> {
    mistakes.iter().map(Mistake::to_string).collect()
}

/// The records after an import.
fn imported(file: &RestaurantFile, mut pos: PosState) -> PosState {
    for record in file.changed_records(&pos, NOW).unwrap() {
        pos.put(record);
    }
    pos
}

fn again(file: &RestaurantFile, pos: &PosState) -> RestaurantFile {
    let (coupons, codes) = (file.coupons.clone(), file.table_codes.clone());
    RestaurantFile::new(
        file.restaurant(),
        file.menu(),
        file.legal.clone(),
        (coupons, codes),
        pos,
    )
}

#[test]
fn a_file_is_what_its_parts_are_put_together_to() {
    let pos = imported(&file(), PosState::default());
    assert_eq!(again(&file(), &pos), file());
    assert_eq!(file().mistakes(), []);
    let text = serde_json::to_string(&file()).unwrap();
    assert!(text.starts_with(r#"{"format":"servery/1","id":"#), "{text}");
    assert_eq!(serde_json::from_str::<RestaurantFile>(&text).unwrap(), file());
}

#[test]
fn what_has_no_order_of_its_own_is_sorted() {
    let mut other = file();
    other.coupons.reverse();
    other.tables.reverse();
    assert_ne!(other, file());
    assert_eq!(other.sorted(), file());
    let mut other = file();
    other.favourites.reverse();
    assert_ne!(other.sorted(), file());
}

#[test]
fn each_mistake_is_named_by_its_path() {
    type Break = fn(&mut RestaurantFile);
    let broken: [(Break, &str); 21] = [
        (|it| it.name = " ".into(), "name: is missing"),
        (
            |it| it.description = "x".repeat(1_001),
            "description: has at most 1000 characters",
        ),
        (|it| it.address.city.clear(), "address.city: is missing"),
        (
            |it| it.address.country = "uk".into(),
            "address.country: is a code of two capital letters",
        ),
        (|it| it.phone = "1".repeat(31), "phone: has at most 30 characters"),
        (|it| it.zone.0.clear(), "zone: is missing"),
        (
            |it| it.tax.takeaway.0 = 1_000_001,
            "tax.takeaway: is 0 to 1000000",
        ),
        (
            |it| it.holidays = vec![Day(0); limits::HOLIDAYS + 1],
            "holidays: are 500 at the most",
        ),
        (
            |it| {
                it.picture = Some(Picture {
                    path: "door".into(),
                    formats: Vec::<PictureFormat>::new(),
                    widths: Vec::new(),
                });
            },
            "picture.formats: is empty",
        ),
        (|it| it.ordering.slot = 1, "ordering.slot: is 5 to 240"),
        (
            |it| it.coupons[1].code = "A".into(),
            "coupons[1].code: is there twice",
        ),
        (
            |it| it.coupons[1].code = "b".into(),
            "coupons[1].code: is written 'B'",
        ),
        (
            |it| it.table_codes[0].code = "a/b".into(),
            "table_codes[0].code: has 1 to 64 letters",
        ),
        (|it| it.tables[1].id = WINDOW, "tables[1].id: is there twice"),
        (
            |it| it.tables[0].plan.name.clear(),
            "tables[0].plan.name: is missing",
        ),
        (|it| it.tables[0].plan.x = 101, "tables[0].plan.x: is 0 to 100"),
        (|it| it.stations[0].name.clear(), "stations[0].name: is missing"),
        (
            |it| it.stations[0].categories[0] = CategoryId(9),
            "stations[0].categories[0]: is no category",
        ),
        (
            |it| it.favourites[1] = DishId(9),
            "favourites[1]: is no dish of this menu",
        ),
        (|it| it.favourites[1] = DishId(2), "favourites[1]: is there twice"),
        (
            |it| it.categories[0].dishes[1].price = Minor(-1),
            "categories[0].dishes[1].price: is 0 to",
        ),
    ];
    for (breaks, says) in broken {
        let mut file = file();
        breaks(&mut file);
        let told = told(&file.mistakes());
        assert!(told.len() == 1 && told[0].starts_with(says), "{says}: {told:?}");
    }
}

#[test]
fn mistakes_of_values_are_told_without_what_does_not_fit_together() {
    let mut file = file();
    file.name.clear();
    file.favourites = vec![DishId(9)];
    file.categories[0].dishes[0].option_groups = vec![OptionGroupId(9)];
    assert_eq!(told(&file.value_mistakes()), ["name: is missing"]);
    assert_eq!(file.mistakes().len(), 3);
}

#[test]
fn ids_of_other_restaurants_are_mistakes() {
    let taken = TakenIds {
        dishes: [DishId(2)].into(),
        choices: [ChoiceId(12)].into(),
        table_codes: ["k7f3".to_owned()].into(),
        ..TakenIds::default()
    };
    let expected = [
        "categories[0].dishes[1].id: belongs to another restaurant",
        "option_groups[0].choices[0].id: belongs to another restaurant",
        "table_codes[0].code: belongs to another restaurant",
    ];
    assert_eq!(told(&file().id_mistakes(&taken)), expected);
    assert_eq!(file().id_mistakes(&TakenIds::default()), []);
}

#[test]
fn only_records_that_differ_are_changed() {
    let pos = imported(&file(), PosState::default());
    assert_eq!(file().changed_records(&pos, Timestamp(NOW.0 + 9)), Ok(Vec::new()));
    let mut changed = file();
    changed.tables[0].plan.room = "Upstairs".into();
    changed.tables.remove(1);
    changed.stations.clear();
    let records = changed.changed_records(&pos, NOW).unwrap();
    let ids: Vec<RecordId> = records.iter().map(Record::id).collect();
    let gone = [RecordId::Table(TableId(22)), RecordId::Station(StationId(31))];
    assert_eq!(ids, [RecordId::Table(WINDOW), gone[0], gone[1]]);
    assert_eq!(records[1..], gone.map(Record::Gone));
    assert_eq!(again(&changed, &imported(&changed, pos)), changed);
}

#[test]
fn favourites_keep_the_order_of_the_file() {
    let mut pos = imported(&file(), PosState::default());
    pos.put(Record::Favourite(Favourite {
        dish: DishId(9),
        since: NOW,
    }));
    assert_eq!(
        again(&file(), &pos).favourites,
        file().favourites,
        "the menu has no dish 9"
    );
    let mut changed = file();
    changed.favourites.reverse();
    let pos = imported(&changed, pos);
    assert_eq!(again(&changed, &pos), changed);
    assert_eq!(pos.favourites().count(), 2);
}

#[test]
fn a_table_keeps_its_bills_and_stays_as_long_as_it_has_one() {
    let mut pos = imported(&file(), PosState::default());
    let mut window = pos.table(WINDOW).unwrap().clone();
    window.bills.push(BillId(7));
    pos.put(Record::Table(window));
    // A bill at a table that is on no plan.
    let unplanned = Table {
        bills: vec![BillId(8)],
        ..Table::new(TableId(23))
    };
    pos.put(Record::Table(unplanned));
    let mut changed = file();
    changed.tables[0].plan.name = "Bay window".into();
    let records = changed.changed_records(&pos, NOW).unwrap();
    assert!(
        matches!(&records[..], [Record::Table(table)] if table.bills == [BillId(7)]),
        "{records:?}"
    );
    changed.tables.clear();
    let refused = changed.changed_records(&pos, NOW).unwrap_err();
    assert_eq!(
        told(&refused),
        ["tables: lack 'Window', where a bill is open; close it first"]
    );
}
