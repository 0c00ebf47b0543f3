//! Restaurants as files.

use servery_domain::{
    audit::{Act, AuthorName},
    currency::Minor,
    device::DeviceKind,
    id::{BillId, OrderId, RestaurantId},
    legal::LegalNotice,
    menu::Menu,
    mistake::Mistake,
    pos::{bill::Seat, op::Action},
    restaurant::Restaurant,
    restaurant_file::RestaurantFile,
    revision::Revision,
    slug::Slug,
    time::Timestamp,
};
use servery_store::{
    Revisions, Store,
    restaurant_files::{ImportMode, ImportOutcome},
};

use crate::{
    builders::{
        BY_OPERATOR, DISH, HERE, NOW, coupon, file, import, listing, menu, place_order, put_restaurant,
        restaurant,
    },
    engines::engines,
    fixture::Fixture,
};

fn slug() -> Slug {
    "alte-muehle".parse().unwrap()
}

fn muehle() -> RestaurantFile {
    file(1, "alte-muehle")
}

async fn exported(store: &dyn Store) -> Option<RestaurantFile> {
    store.export_restaurant(&slug()).await.unwrap()
}

async fn imported(store: &dyn Store) -> RestaurantFile {
    let file = muehle();
    assert_eq!(import(store, &file).await, ImportOutcome::Created);
    file
}

/// All that an import could change.
async fn state(store: &dyn Store) -> (Option<RestaurantFile>, Vec<Restaurant>, Revisions, Revision) {
    (
        exported(store).await,
        store.restaurants().await.unwrap(),
        store.revisions().await.unwrap(),
        store.revision(HERE).await.unwrap(),
    )
}

#[tokio::test]
async fn a_restaurant_is_exported_as_it_was_imported() {
    for (engine, store) in engines("a_restaurant_is_exported_as_it_was_imported")
        .await
        .stores
    {
        assert_eq!(exported(store.as_ref()).await, None, "{engine}");
        let file = imported(store.as_ref()).await;
        assert_eq!(exported(store.as_ref()).await, Some(file.sorted()), "{engine}");
        let expected = Restaurant {
            revision: Revision(1),
            ..restaurant(1, "alte-muehle")
        };
        assert_eq!(store.restaurants().await.unwrap(), [expected], "{engine}");
        let expected = Menu {
            revision: Revision(1),
            ..menu(1)
        };
        assert_eq!(store.menu(HERE).await.unwrap(), Some(expected), "{engine}");
        assert_eq!(store.menu(RestaurantId(2)).await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn an_import_changes_all_that_differs_under_the_next_revision() {
    for (engine, store) in engines("an_import_changes_all_that_differs_under_the_next_revision")
        .await
        .stores
    {
        let before = imported(store.as_ref()).await;
        let revisions = store.revisions().await.unwrap();
        let mut after = before.clone();
        after.name = "Neue Mühle".into();
        after.coupons[0].uses = None;
        after.table_codes[0].name = "Tür".into();
        after.tables.remove(1);
        after.tables[0].plan.room = "Saal".into();
        after.stations.clear();
        after.favourites.reverse();
        after.categories.remove(1);
        after.categories[0].dishes.swap(0, 1);
        after.option_groups[0].choices[0].price = Minor(50);
        let outcome = import(store.as_ref(), &after).await;
        let before = Box::new(before.sorted());
        assert_eq!(outcome, ImportOutcome::Changed { before }, "{engine}");
        assert_eq!(exported(store.as_ref()).await, Some(after.sorted()), "{engine}");
        assert_eq!(
            store.restaurants().await.unwrap()[0].revision,
            Revision(2),
            "{engine}"
        );
        let changed = store.revisions().await.unwrap();
        assert_eq!(
            (changed.catalog.0, changed.modes),
            (revisions.catalog.0 + 1, revisions.modes),
            "{engine}"
        );
        let (log, _) = store.restaurant_log(HERE, Timestamp(NOW.0 + 1)).await.unwrap();
        let acts: Vec<_> = log.into_iter().map(|entry| (entry.act, entry.author)).collect();
        assert_eq!(
            acts,
            [(Act::RestaurantImported, AuthorName::Operator)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    for (engine, store) in engines("the_same_again_changes_nothing").await.stores {
        let mut file = imported(store.as_ref()).await;
        let before = state(store.as_ref()).await;
        assert_eq!(
            import(store.as_ref(), &file).await,
            ImportOutcome::Unchanged,
            "{engine}"
        );
        file.tables.reverse();
        assert_eq!(
            import(store.as_ref(), &file).await,
            ImportOutcome::Unchanged,
            "{engine}"
        );
        assert_eq!(state(store.as_ref()).await, before, "{engine}");
    }
}

#[tokio::test]
async fn a_dry_run_finds_what_would_change_and_changes_nothing() {
    for (engine, store) in engines("a_dry_run_finds_what_would_change_and_changes_nothing")
        .await
        .stores
    {
        let dry = async |file: &RestaurantFile| {
            let run = store.import_restaurant(file, ImportMode::DryRun, BY_OPERATOR);
            run.await.unwrap()
        };
        assert_eq!(dry(&muehle()).await, ImportOutcome::Created, "{engine}");
        assert_eq!(store.restaurants().await.unwrap(), [], "{engine}");
        let mut file = imported(store.as_ref()).await;
        let before = state(store.as_ref()).await;
        file.categories[0].dishes.remove(0);
        file.option_groups.pop();
        file.favourites.clear();
        file.tables.clear();
        file.categories[0].dishes[0].option_groups.clear();
        assert!(
            matches!(dry(&file).await, ImportOutcome::Changed { .. }),
            "{engine}"
        );
        assert_eq!(state(store.as_ref()).await, before, "{engine}");
    }
}

#[tokio::test]
async fn a_refused_import_changes_nothing_and_names_all_mistakes() {
    for (engine, store) in engines("a_refused_import_changes_nothing_and_names_all_mistakes")
        .await
        .stores
    {
        imported(store.as_ref()).await;
        put_restaurant(store.as_ref(), 2, "neue-muehle").await;
        let before = state(store.as_ref()).await;
        let refused = async |file: &RestaurantFile| match import(store.as_ref(), file).await {
            ImportOutcome::Refused(mistakes) => told(&mistakes),
            other => panic!("{engine}: {other:?}"),
        };
        let mut wrong = muehle();
        wrong.categories[0].dishes[1].price = Minor(-1);
        wrong.coupons[0].code = "pier".into();
        let expected = [
            "coupons[0].code: is written 'PIER'",
            "categories[0].dishes[1].price: is 0 to 100000000",
        ];
        assert_eq!(refused(&wrong).await, expected, "{engine}");
        let mut stolen = file(3, "diebe");
        stolen.categories[0].dishes[1].id = menu(2).categories[0].dishes[1].id;
        stolen.favourites.clear();
        stolen.option_groups[0].choices[0].dish = None;
        stolen.option_groups[1].choices[1].id = menu(1).option_groups[0].choices[0].id;
        stolen.table_codes[0].code = "code1".into();
        let expected = [
            "categories[0].dishes[1].id: belongs to another restaurant",
            "option_groups[1].choices[1].id: belongs to another restaurant",
            "table_codes[0].code: belongs to another restaurant",
        ];
        assert_eq!(refused(&stolen).await, expected, "{engine}");
        let number = |number: u128| format!("{number:032x}");
        let expected = format!(
            "id: is not that of the restaurant 'alte-muehle', which is {}",
            number(1)
        );
        assert_eq!(refused(&file(3, "alte-muehle")).await[0], expected, "{engine}");
        let expected = ["id: is that of the restaurant 'alte-muehle'"];
        assert_eq!(
            refused(&file(1, "dritte-muehle")).await[..1],
            expected,
            "{engine}"
        );
        assert_eq!(state(store.as_ref()).await, before, "{engine}");
    }
}

fn told(mistakes: &[Mistake]) -> Vec<String> {
    mistakes.iter().map(Mistake::to_string).collect()
}

#[tokio::test]
async fn what_belongs_to_guests_stays_through_an_import() {
    for (engine, store) in engines("what_belongs_to_guests_stays_through_an_import")
        .await
        .stores
    {
        let mut file = imported(store.as_ref()).await;
        place_order(store.as_ref(), 7, "ada").await;
        store.set_stock(HERE, DISH, Some(0), NOW).await.unwrap();
        let order = store.order(OrderId(7)).await.unwrap();
        let portions = store.stock(HERE).await.unwrap();
        // The dish that was ordered stands elsewhere, then it is gone, then it is back.
        file.categories[0].dishes.reverse();
        import(store.as_ref(), &file).await;
        assert_eq!(listing(store.as_ref(), HERE).await.sold_out, [DISH], "{engine}");
        let complete = file.clone();
        file.categories[0].dishes.retain(|dish| dish.id != DISH);
        file.favourites.retain(|dish| *dish != DISH);
        file.option_groups[0].choices[0].dish = None;
        import(store.as_ref(), &file).await;
        assert_eq!(
            store.menu(HERE).await.unwrap().unwrap().dish(DISH),
            None,
            "{engine}"
        );
        assert_eq!(store.order(OrderId(7)).await.unwrap(), order, "{engine}");
        import(store.as_ref(), &complete).await;
        assert_eq!(store.stock(HERE).await.unwrap(), portions, "{engine}");
    }
}

#[tokio::test]
async fn devices_get_the_tables_and_an_open_bill_keeps_its_own() {
    for (engine, store) in engines("devices_get_the_tables_and_an_open_bill_keeps_its_own")
        .await
        .stores
    {
        let fixture = Fixture::new(store.clone()).await;
        let mut till = fixture.pair(5, DeviceKind::Till).await;
        let mut file = muehle();
        import(store.as_ref(), &file).await;
        let (window, bill) = (file.tables[0].id, BillId(7));
        let names = async || -> Vec<String> {
            let pos = fixture.pos_state(&till).await;
            pos.tables().map(|table| table.plan.name.clone()).collect()
        };
        assert_eq!(names().await, ["Fenster", "Terrasse"], "{engine}");
        let open = till.op(Action::Open {
            bill,
            seat: Seat::Table(window),
            plus_tax: false,
        });
        fixture.sync(&till, &[open]).await;
        let since = store.revision(HERE).await.unwrap();
        file.tables[0].plan.name = "Erker".into();
        import(store.as_ref(), &file).await;
        let changes = fixture.changes(&till, since).await;
        assert_eq!(changes.records.len(), 1, "{engine}: {changes:?}");
        let pos = fixture.pos_state(&till).await;
        assert_eq!(pos.table(window).unwrap().bills, [bill], "{engine}");
        let before = state(store.as_ref()).await;
        file.tables.clear();
        let ImportOutcome::Refused(mistakes) = import(store.as_ref(), &file).await else {
            panic!("{engine}: the table of a bill is gone")
        };
        let expected = ["tables: lack 'Erker', where a bill is open; close it first"];
        assert_eq!(told(&mistakes), expected, "{engine}");
        assert_eq!(state(store.as_ref()).await, before, "{engine}");
    }
}

#[tokio::test]
async fn a_legal_notice_is_replaced_and_taken_away() {
    for (engine, store) in engines("a_legal_notice_is_replaced_and_taken_away").await.stores {
        let mut file = imported(store.as_ref()).await;
        assert_eq!(store.legal_notice(HERE).await.unwrap(), file.legal, "{engine}");
        for name in ["Neue Mühle GmbH", ""] {
            file.legal = LegalNotice {
                name: name.into(),
                ..LegalNotice::default()
            };
            let outcome = import(store.as_ref(), &file).await;
            assert!(matches!(outcome, ImportOutcome::Changed { .. }), "{engine}");
            assert_eq!(store.legal_notice(HERE).await.unwrap(), file.legal, "{engine}");
        }
    }
}

#[tokio::test]
async fn concurrent_imports_get_different_revisions() {
    for (engine, store) in engines("concurrent_imports_get_different_revisions").await.stores {
        imported(store.as_ref()).await;
        let imports = (0..15).map(|number| {
            let store = store.clone();
            let file = RestaurantFile {
                name: format!("Mühle {number}"),
                ..muehle()
            };
            tokio::spawn(async move { import(store.as_ref(), &file).await })
        });
        for import in imports.collect::<Vec<_>>() {
            let outcome = import.await.unwrap();
            assert!(
                matches!(outcome, ImportOutcome::Changed { .. }),
                "{engine}: {outcome:?}"
            );
        }
        let restaurants = store.restaurants().await.unwrap();
        assert_eq!(restaurants[0].revision, Revision(16), "{engine}");
        assert_eq!(
            store.menu(HERE).await.unwrap().unwrap().dishes().count(),
            2,
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_coupon_that_comes_back_is_as_used_up_as_it_was() {
    for (engine, store) in engines("a_coupon_that_comes_back_is_as_used_up_as_it_was")
        .await
        .stores
    {
        use crate::order_checks::{customer, order_with_coupon, place};
        let mut file = imported(store.as_ref()).await;
        store
            .write(&[place(order_with_coupon(1, &["ada"]))])
            .await
            .unwrap();
        file.coupons.clear();
        import(store.as_ref(), &file).await;
        let nobody = customer(&[]);
        assert_eq!(
            store.coupon(HERE, "PIER", &nobody).await.unwrap(),
            None,
            "{engine}"
        );
        file.coupons = vec![coupon()];
        import(store.as_ref(), &file).await;
        let (_, used) = store.coupon(HERE, "PIER", &nobody).await.unwrap().unwrap();
        assert_eq!(used.by_all, 1, "{engine}");
    }
}
