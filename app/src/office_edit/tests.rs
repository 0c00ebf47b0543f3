use servery_domain::{
    currency::Minor,
    edit::{PartPlace, RestaurantPart},
    id::DishId,
    lang::Lang,
};

use super::*;

const ID: EditId = EditId(7);
const OTHER: EditId = EditId(8);

/// The demo's first restaurant, as a file.
fn file() -> RestaurantFile {
    serde_json::from_str(include_str!("../../../server/demo/01-trattoria-da-lucia.json")).unwrap()
}

fn sent<'a>(file: &'a RestaurantFile, fields: &'a [(String, String)]) -> SentForm<'a> {
    SentForm {
        fields: FormFields(fields),
        file,
        texts: Texts::of(Lang::English),
        id: ID,
    }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn menu_edit(file: &RestaurantFile, pairs: &[(&str, &str)]) -> Result<Option<Edit>, FormFault> {
    sent(file, &fields(pairs)).menu_edit()
}

#[test]
fn only_forms_that_make_an_edit_are_known_by_their_path() {
    for (path, expected) in [
        ("/office/noodles", Some(OfficeForm::Menu)),
        (
            "/office/noodles/parts/opening",
            Some(OfficeForm::Part(PartForm::Part(PartKey::Opening))),
        ),
        (
            "/office/noodles/parts/new-dish",
            Some(OfficeForm::Part(PartForm::New(part_form::NewPart::Dish))),
        ),
        ("/office/noodles/parts/nothing", None),
        ("/office/noodles/parts/opening/holidays", None),
        ("/office/noodles/parts/theme/picture", None),
        ("/office/noodles/changes", None),
        ("/office/noodles/import", None),
        ("/account/sign-out", None),
    ] {
        assert_eq!(OfficeForm::at(path).map(|(_, form)| form), expected, "{path}");
    }
}

#[test]
fn a_button_of_the_menu_makes_an_edit() {
    let file = file();
    let dishes = &file.categories[0].dishes;
    let keys = [&dishes[0], &dishes[1]].map(|dish| PartKey::Dish(dish.id).to_string());
    let up = menu_edit(&file, &[("act", "up"), ("part", &keys[1])])
        .unwrap()
        .unwrap();
    let dragged = [
        ("act", "move"),
        ("part", &keys[1]),
        ("beside", &keys[0]),
        ("side", "before"),
    ];
    assert_eq!(
        menu_edit(&file, &dragged),
        Ok(Some(up.clone())),
        "as if it was dragged there"
    );
    assert_eq!(up.id, ID);
    assert_eq!(file.with(&up).unwrap().categories[0].dishes[0].id, dishes[1].id);
    assert_eq!(
        menu_edit(&file, &[("act", "up"), ("part", &keys[0])]),
        Ok(None),
        "it is the first one"
    );
}

#[test]
fn a_copy_has_the_id_of_its_edit() {
    let file = file();
    let dish = &file.categories[0].dishes[0];
    let key = PartKey::Dish(dish.id).to_string();
    let edit = menu_edit(&file, &[("act", "duplicate"), ("part", &key)])
        .unwrap()
        .unwrap();
    let [
        PartChange::Add {
            part: RestaurantPart::Dish(copy),
            place,
        },
    ] = &edit.changes[..]
    else {
        panic!("{edit:?}");
    };
    assert_eq!(
        (copy.id, copy.name.clone()),
        (DishId(ID.0), format!("{} (copy)", dish.name))
    );
    let after = Some(dish.id);
    assert_eq!(
        *place,
        PartPlace::InCategory {
            category: file.categories[0].id,
            after
        }
    );
}

#[test]
fn what_is_no_number_and_what_no_button_does_is_not_done() {
    let file = file();
    let wrong = Err(FormFault::Wrong(vec!["refused"]));
    assert_eq!(
        menu_edit(&file, &[("act", "reprice"), ("percent", "many")]),
        wrong
    );
    for pairs in [
        &[("act", "explode"), ("part", "theme")][..],
        &[("act", "up"), ("part", "cellar")],
        &[
            ("act", "move"),
            ("part", "theme"),
            ("beside", "theme"),
            ("side", "inside"),
        ],
    ] {
        assert!(
            matches!(menu_edit(&file, pairs), Err(FormFault::NotAccepted(_))),
            "{pairs:?}"
        );
    }
}

#[test]
fn a_zone_that_is_not_known_is_not_saved() {
    let file = file();
    let fields = fields(&[("zone", "Europe/Atlantis")]);
    let form = PartForm::Part(PartKey::Profile);
    let made = sent(&file, &fields).part_edit(&form, OTHER, |zone| zone.0 != "Europe/Atlantis");
    assert_eq!(made, Err(FormFault::Wrong(vec!["zone"])));
}

#[test]
fn a_form_that_has_made_a_part_makes_another_one() {
    let file = file();
    let typed = fields(&[("name", "Sundaes")]);
    let form = PartForm::New(part_form::NewPart::Category);
    let first = sent(&file, &typed)
        .part_edit(&form, OTHER, |_| true)
        .unwrap()
        .unwrap();
    let file = file.with(&first).unwrap();
    let again = sent(&file, &typed).part_edit(&form, OTHER, |_| true);
    assert_eq!(again, Ok(None), "a double click");
    let typed = fields(&[("name", "Shakes")]);
    let second = sent(&file, &typed)
        .part_edit(&form, OTHER, |_| true)
        .unwrap()
        .unwrap();
    assert_eq!((first.id, second.id), (ID, OTHER));
}

#[test]
fn a_form_comes_back_knowing_what_somebody_else_has_changed() {
    let mut file = file();
    let dish = file.categories[0].dishes[0].clone();
    let key = PartKey::Dish(dish.id);
    let before = serde_json::to_string(&file.part(&key)).unwrap();
    file.categories[0].dishes[0].price = Minor(1);
    let typed = fields(&[("name", "Tea"), (part_form::BEFORE, &before)]);
    let again = |refusal| {
        let query = sent(&file, &typed).typed_again(refusal);
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        serde_json::from_str::<RestaurantPart>(FormFields(&pairs).get(part_form::BEFORE)).unwrap()
    };
    assert_eq!(again(None), RestaurantPart::Dish(Box::new(dish)));
    let conflict = EditRefusal::Conflict {
        part: key.clone(),
        fields: vec!["price"],
    };
    assert_eq!(Some(again(Some(&conflict))), file.part(&key));
}
