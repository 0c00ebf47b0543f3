//! Edits that translate.

use super::*;

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
