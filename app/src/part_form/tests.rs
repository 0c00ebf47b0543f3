use servery_domain::{
    currency::Minor,
    delivery_area::DeliveryArea,
    edit::EditRefusal,
    hours::{
        table::{CLOSURES, HoursTable},
        week::write_time,
    },
    legal::LegalNotice,
};

use super::*;
use crate::week_form::{WEEKDAYS, time_field};

const ID: EditId = EditId(7);

/// The demo's first restaurant, as a file.
fn file() -> RestaurantFile {
    serde_json::from_str(include_str!("../../../server/demo/01-trattoria-da-lucia.json")).unwrap()
}

/// The fields of a dish's form as a browser sends them.
fn dish_form(file: &RestaurantFile, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let category = &file.categories[0];
    let dish = &category.dishes[0];
    let mut fields = vec![
        ("name".to_owned(), dish.name.clone()),
        ("description".to_owned(), dish.description.clone()),
        ("price".to_owned(), file.currency.plain(dish.price)),
        ("category".to_owned(), category.id.to_string()),
        (CATEGORY_BEFORE.to_owned(), category.id.to_string()),
        (
            "served".to_owned(),
            dish.served
                .as_ref()
                .map(|hours| hours.as_str().to_owned())
                .unwrap_or_default(),
        ),
    ];
    let rate = |rate: TaxRate| rate.percent();
    if let Some(tax) = dish.tax {
        fields.push(("tax-eat-in".to_owned(), rate(tax.eat_in)));
        fields.push(("tax-takeaway".to_owned(), rate(tax.takeaway)));
    }
    let ticks = (dish
        .allergens
        .iter()
        .map(|code| format!("allergen-{}", code.code())))
    .chain(dish.diets.iter().map(|code| format!("diet-{}", code.code())))
    .chain(dish.option_groups.iter().map(|group| format!("options-{group}")));
    fields.extend(ticks.map(|tick| (tick, "on".to_owned())));
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

fn dish_edit(file: &RestaurantFile, changes: &[(&str, &str)]) -> Result<Option<Edit>, Vec<&'static str>> {
    let key = PartKey::Dish(file.categories[0].dishes[0].id);
    let fields = dish_form(file, changes);
    edit(
        &PartForm::Part(key),
        FormFields(&fields),
        file,
        (Lang::German, ID),
    )
}

#[test]
fn a_form_that_is_sent_as_it_was_changes_nothing() {
    assert_eq!(dish_edit(&file(), &[]), Ok(None));
}

#[test]
fn a_form_changes_what_was_typed_and_nothing_else() {
    let file = file();
    let typed = [
        ("name", "Bruschetta"),
        ("price", "1.234,50"),
        ("allergen-fish", "on"),
    ];
    let made = dish_edit(&file, &typed).unwrap().unwrap();
    let after = file.with(&made).unwrap();
    let (before, after) = (&file.categories[0].dishes[0], &after.categories[0].dishes[0]);
    assert_eq!((after.name.as_str(), after.price), ("Bruschetta", Minor(123_450)));
    assert_eq!(after.option_groups, before.option_groups);
    assert_eq!(after.picture, before.picture);
    assert_eq!(after.allergens.len(), before.allergens.len() + 1);
}

#[test]
fn a_dish_goes_to_the_end_of_the_category_that_was_chosen() {
    let file = file();
    let other = file.categories[1].id.to_string();
    let made = dish_edit(&file, &[("category", &other)]).unwrap().unwrap();
    let after = file.with(&made).unwrap();
    assert_eq!(
        after.categories[1].dishes.last(),
        file.categories[0].dishes.first()
    );
    assert_eq!(
        after.categories[0].dishes.len(),
        file.categories[0].dishes.len() - 1
    );
}

#[test]
fn what_is_wrong_is_named_by_its_input() {
    let file = file();
    let long = "x".repeat(10_000);
    for (field, typed) in [
        ("name", ""),
        ("name", long.as_str()),
        ("price", ""),
        ("price", "ten"),
        ("price", "1000000000"),
        ("category", "nowhere"),
        ("served", "Mo-Xx 10:00"),
        ("tax-eat-in", "101"),
        ("description", long.as_str()),
    ] {
        assert_eq!(
            dish_edit(&file, &[(field, typed)]),
            Err(vec![field]),
            "{field}: {typed:.20}"
        );
    }
}

#[test]
fn a_form_that_was_filled_before_somebody_else_changed_the_dish_overwrites_nothing() {
    let before = file();
    let key = PartKey::Dish(before.categories[0].dishes[0].id);
    let seen = serde_json::to_string(&before.part(&key).unwrap()).unwrap();
    let theirs = dish_edit(&before, &[("price", "99")]).unwrap().unwrap();
    let now = before.with(&theirs).unwrap();
    // They changed the price, and this form the name.
    let fields = dish_form(&before, &[("name", "Bruschetta"), (BEFORE, &seen)]);
    let made = edit(
        &PartForm::Part(key.clone()),
        FormFields(&fields),
        &now,
        (Lang::German, ID),
    );
    let both = now.with(&made.unwrap().unwrap()).unwrap();
    let dish = &both.categories[0].dishes[0];
    assert_eq!((dish.name.as_str(), dish.price), ("Bruschetta", Minor(9_900)));
    // Both changed the price.
    let fields = dish_form(&before, &[("price", "98"), (BEFORE, &seen)]);
    let made = edit(
        &PartForm::Part(key.clone()),
        FormFields(&fields),
        &now,
        (Lang::German, ID),
    );
    let conflict = EditRefusal::Conflict {
        part: key,
        fields: vec!["price"],
    };
    assert_eq!(now.with(&made.unwrap().unwrap()), Err(conflict));
    // Told so, they save again: it replaces the price, and nothing else that was changed meanwhile.
    let key = PartKey::Dish(before.categories[0].dishes[0].id);
    let renamed = dish_edit(&now, &[("price", "99"), ("name", "Bruschetta")])
        .unwrap()
        .unwrap();
    let now = now.with(&renamed).unwrap();
    let seen = acknowledged(&key, FormFields(&fields), &now, &["price"]).unwrap();
    let fields = dish_form(&before, &[("price", "98"), (BEFORE, &seen)]);
    let made = edit(
        &PartForm::Part(key),
        FormFields(&fields),
        &now,
        (Lang::German, ID),
    );
    let after = now.with(&made.unwrap().unwrap()).unwrap();
    let dish = &after.categories[0].dishes[0];
    assert_eq!((dish.name.as_str(), dish.price), ("Bruschetta", Minor(9_800)));
}

#[test]
fn a_form_that_was_filled_before_somebody_moved_the_dish_leaves_it_where_it_is() {
    let before = file();
    let other = before.categories[1].id.to_string();
    let moved = dish_edit(&before, &[("category", &other)]).unwrap().unwrap();
    let now = before.with(&moved).unwrap();
    let key = PartKey::Dish(before.categories[0].dishes[0].id);
    let fields = dish_form(&before, &[("price", "98")]);
    let made = edit(
        &PartForm::Part(key.clone()),
        FormFields(&fields),
        &now,
        (Lang::German, ID),
    );
    let after = now.with(&made.unwrap().unwrap()).unwrap();
    assert_eq!(after.place(&key), now.place(&key));
}

#[test]
fn another_new_dish_from_the_same_form_takes_no_others_place() {
    let file = file();
    let category = file.categories[0].id.to_string();
    let form = |name: &str| -> Vec<(String, String)> {
        [("name", name), ("price", "5"), ("category", category.as_str())]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    };
    let new = PartForm::New(NewPart::Dish);
    let made = edit(&new, FormFields(&form("Crostini")), &file, (Lang::German, ID));
    let after = file.with(&made.unwrap().unwrap()).unwrap();
    let again = |name: &str| edit(&new, FormFields(&form(name)), &after, (Lang::German, ID));
    assert_eq!(again("Crostini"), Ok(None));
    assert_eq!(again("Focaccia"), Err(vec![ID_TAKEN]));
}

#[test]
fn a_new_part_of_each_kind_can_be_added() {
    let file = file();
    let category = file.categories[0].id.to_string();
    let form: Vec<(String, String)> = [
        ("name", "Neu"),
        ("price", "5"),
        ("category", category.as_str()),
        ("min", "0"),
        ("max", "1"),
        ("choice-1-name", "Klein"),
        ("choice-2-name", "Groß"),
        ("choice-2-price", "-1,50"),
        ("code", "neu-1"),
        ("effect", "portion"),
        ("value", "12,5"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for new in NewPart::ALL {
        let made = edit(&PartForm::New(new), FormFields(&form), &file, (Lang::German, ID));
        let made = made.unwrap().unwrap();
        let after = file.with(&made).unwrap();
        assert_eq!(after.mistakes(), [], "{new:?}");
        assert_eq!(after.removal(&made.changes[0].key()).len(), 1, "{new:?}");
    }
    let added = edit(
        &PartForm::New(NewPart::OptionGroup),
        FormFields(&form),
        &file,
        (Lang::German, ID),
    );
    let after = file.with(&added.unwrap().unwrap()).unwrap();
    let prices: Vec<Minor> = after
        .option_groups
        .last()
        .unwrap()
        .choices
        .iter()
        .map(|choice| choice.price)
        .collect();
    assert_eq!(prices, [Minor(0), Minor(-150)]);
}

#[test]
fn a_code_that_is_there_is_not_taken_twice() {
    let file = file();
    let code = file.coupons[0].code.to_lowercase();
    let form: Vec<(String, String)> = [("code", code.as_str()), ("effect", "free-delivery")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let made = edit(
        &PartForm::New(NewPart::Coupon),
        FormFields(&form),
        &file,
        (Lang::German, ID),
    );
    assert_eq!(made, Err(vec!["taken"]));
}

#[test]
fn many_prices_change_by_what_was_typed() {
    let file = file();
    let typed = |percent: &str, amount: &str, step: &str| {
        let fields = [("percent", percent), ("amount", amount), ("step", step)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        price_change(FormFields(&fields), &file, Lang::German)
    };
    let change = |portion, amount, step| {
        Some(PriceChange {
            portion,
            amount: Minor(amount),
            step: Minor(step),
        })
    };
    assert_eq!(typed("5", "", "0,10"), change(50_000, 0, 10));
    assert_eq!(typed("-2,5 %", "+0,50", ""), change(-25_000, 50, 0));
    assert_eq!(typed("−10", "−1", ""), change(-100_000, -100, 0));
    for (percent, amount) in [("viel", ""), ("", "viel"), ("101", "")] {
        assert_eq!(typed(percent, amount, ""), None);
    }
}

/// The fields of the opening hours' form as a browser sends them.
fn opening_edit(file: &RestaurantFile, changes: &[(&str, &str)]) -> Result<Option<Edit>, Vec<&'static str>> {
    let table = HoursTable::of(&file.hours).unwrap();
    let mut fields = Vec::new();
    for (day, times) in WEEKDAYS.iter().zip(&table.days) {
        for (number, (from, to)) in times.iter().enumerate() {
            fields.push((time_field(day, "from", number + 1), write_time(*from)));
            fields.push((time_field(day, "to", number + 1), write_time(*to)));
        }
    }
    let holidays: Vec<String> = file.holidays.iter().map(ToString::to_string).collect();
    fields.push(("holidays".to_owned(), holidays.join("\r\n")));
    for name in ["hours", HOURS_BEFORE] {
        fields.push((name.to_owned(), file.hours.as_str().to_owned()));
    }
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let form = PartForm::Part(PartKey::Opening);
    edit(&form, FormFields(&fields), file, (Lang::English, ID))
}

fn hours_after(file: &RestaurantFile, changes: &[(&str, &str)]) -> String {
    let made = opening_edit(file, changes).unwrap().unwrap();
    file.with(&made).unwrap().hours.as_str().to_owned()
}

#[test]
fn a_table_that_is_not_changed_leaves_the_hours_as_they_were_written() {
    assert_eq!(opening_edit(&file(), &[]), Ok(None));
}

#[test]
fn a_closure_is_added_and_taken_away() {
    let mut file = file();
    let usual = "Tu-Fr 11:30-14:30,17:30-23:00, Sa-Su 12:00-23:00";
    let closure = [("closure-1-from", "2026-12-24"), ("closure-1-to", "2027-01-06")];
    let closed = hours_after(&file, &closure);
    assert_eq!(closed, format!("{usual}; 2026 Dec 24-2027 Jan 06 off"));
    let day = hours_after(&file, &[("closure-3-to", "2026-12-24")]);
    assert_eq!(day, format!("{usual}; 2026 Dec 24 off"));
    file.hours = closed.parse().unwrap();
    assert_eq!(hours_after(&file, &[]), usual);
    assert_eq!(opening_edit(&file, &closure), Ok(None));
}

#[test]
fn public_holidays_have_times_of_their_own_or_none() {
    let closed = hours_after(&file(), &[("holiday", "closed")]);
    assert!(closed.ends_with("; PH off"), "{closed}");
    let times = [("holiday", "times"), ("ph-from-1", "12:00"), ("ph-to-1", "16:00")];
    let own = hours_after(&file(), &times);
    assert!(own.ends_with("; PH 12:00-16:00"), "{own}");
}

#[test]
fn a_text_replaces_the_table_only_if_that_is_ticked() {
    let typed = ("hours", "Mo-Su 10:00-22:00; Aug off");
    assert_eq!(opening_edit(&file(), &[typed]), Err(vec![AS_TEXT]));
    assert_eq!(hours_after(&file(), &[typed, (AS_TEXT, "on")]), typed.1);
}

#[test]
fn a_table_is_saved_again_after_somebody_else_has_changed_the_hours() {
    let mut now = file();
    let shown = now.hours.as_str().to_owned();
    now.hours = "Tu-Su 10:00-22:00; PH 12:00-16:00".parse().unwrap();
    let typed = [
        ("hours", shown.as_str()),
        (HOURS_BEFORE, shown.as_str()),
        ("holiday", "closed"),
    ];
    let made = hours_after(&now, &typed);
    assert_eq!(made, "Tu-Su 10:00-22:00; PH off");
}

#[test]
fn hours_that_contradict_themselves_are_named() {
    let long: Vec<(String, String)> = (1..=CLOSURES)
        .flat_map(|number| {
            let day = |end: &str, day: &str| (closure_field(number, end), day.to_owned());
            [day("from", "2026-12-24"), day("to", "2027-01-06")]
        })
        .collect();
    let long: Vec<(&str, &str)> = long
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[("tu-to-1", "")], "week"),
        (&[("tu-from-2", "14:00")], "week"),
        (&[("tu-from-1", "half past")], "week"),
        (&[("holiday", "times")], "holiday"),
        (&[("ph-from-1", "12:00"), ("ph-to-1", "16:00")], "holiday"),
        (
            &[("closure-1-from", "2026-12-24"), ("closure-1-to", "2062-12-26")],
            "closures",
        ),
        (
            &[("holiday", "times"), ("ph-from-1", "12:00"), ("ph-to-1", "12:00")],
            "holiday",
        ),
        (
            &[("closure-1-from", "2026-12-24"), ("closure-1-to", "2026-12-23")],
            "closures",
        ),
        (&[("closure-1-from", "24 December")], "closures"),
        (&long, "closures"),
    ];
    for (changes, wrong) in cases {
        assert_eq!(opening_edit(&file(), changes), Err(vec![wrong]), "{changes:?}");
    }
}

#[test]
fn a_legal_notice_is_what_was_typed() {
    let file = RestaurantFile {
        legal: LegalNotice::default(),
        ..file()
    };
    let read = |email: &str| {
        let fields = [
            ("name", "Da Lucia S.r.l."),
            ("email", email),
            ("vat-id", "IT00000000001"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let form = PartForm::Part(PartKey::Legal);
        edit(&form, FormFields(&fields), &file, (Lang::English, ID))
    };
    assert_eq!(read("nobody"), Err(vec!["email"]));
    let after = file.with(&read("").unwrap().unwrap()).unwrap();
    let expected = LegalNotice {
        name: "Da Lucia S.r.l.".into(),
        vat_id: "IT00000000001".into(),
        ..LegalNotice::default()
    };
    assert_eq!(after.legal, expected);
}

/// The zones that a form with these fields makes, or what is wrong with it.
fn zones_after(fields: &[(&str, &str)]) -> Result<Vec<DeliveryArea>, Vec<&'static str>> {
    let file = file();
    let usual = [
        ("preparation", "20"),
        ("slot", "15"),
        ("days-ahead", "7"),
        ("answers-within", "10"),
        ("pay-door", "on"),
        ("zone-1-name", "Old town"),
    ];
    let fields = usual.iter().chain(fields);
    let fields: Vec<_> = fields
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let form = PartForm::Part(PartKey::Ordering);
    let made = edit(&form, FormFields(&fields), &file, (Lang::Arabic, ID))?.expect("the zones are others");
    let after = file.with(&made).unwrap();
    Ok(after.ordering.zones.into_iter().map(|zone| zone.area).collect())
}

#[test]
fn the_area_of_a_zone_is_postcodes_or_what_is_typed_of_a_map() {
    let square = "43.76, 11.24\r\n43.76, 11.26\r\n43.78, 11.26\r\n43.78, 11.24";
    let areas = zones_after(&[("zone-1-postcodes", "50122، ٥٠١٢٣")]).unwrap();
    assert_eq!(
        areas,
        [DeliveryArea::Postcodes(vec!["50122".into(), "50123".into()])]
    );
    let areas = zones_after(&[("zone-1-points", square)]).unwrap();
    assert!(matches!(&areas[0], DeliveryArea::Polygon(corners) if corners.len() == 4));
    // What a form shows of an area is read as the same area.
    let [points, radius] = area_text(&areas[0]);
    let again = zones_after(&[("zone-1-points", &points), ("zone-1-radius", &radius)]);
    assert_eq!(again, Ok(areas));
    let areas = zones_after(&[("zone-1-points", "43.76, 11.24"), ("zone-1-radius", "1500")]).unwrap();
    assert!(matches!(areas[0], DeliveryArea::Circle { metres: 1_500, .. }));
}

#[test]
fn an_area_that_cannot_be_one_is_named() {
    let hourglass = "43.76, 11.24\n43.78, 11.26\n43.76, 11.26\n43.78, 11.24";
    for (fields, code) in [
        (&[][..], "zones"),
        (&[("zone-1-points", "43.76, 11.24")], "zone-points"),
        (&[("zone-1-radius", "1500")], "zone-points"),
        (
            &[("zone-1-points", "43,76"), ("zone-1-postcodes", "50122")],
            "zone-points",
        ),
        (&[("zone-1-points", hourglass)], "zone-crossing"),
        (
            &[("zone-1-postcodes", "50122"), ("zone-2-points", hourglass)],
            "zones",
        ),
    ] {
        assert_eq!(zones_after(fields), Err(vec![code]), "{fields:?}");
    }
}
