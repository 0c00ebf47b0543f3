//! Edits of a restaurant, and their publications.

use servery_domain::{
    audit::{Act, Author, AuthorName},
    currency::Minor,
    edit::{
        Direction, Edit, EditEntry, EditRefusal, PartChange, PartKey, PartPlace, Publication, RestaurantPart,
    },
    id::{CategoryId, DishId, EditId, RestaurantId, StationId},
    menu::{Dish, Menu},
    pos::station::Station,
    restaurant::Restaurant,
    restaurant_file::{RestaurantFile, TableCode},
    revision::Revision,
    slug::Slug,
    time::Timestamp,
};
use servery_store::{
    Revisions, Store,
    edits::{EditOutcome, PublishOutcome, StoredEdits},
    restaurant_files::ImportOutcome,
};

use crate::{
    accounts::ada,
    builders::{BY_OPERATOR, DISH, HERE, NOW, file, import, listing, menu, put_restaurant},
    engines::engines,
};

const LATER: Timestamp = Timestamp(NOW.0 + 1);

pub fn slug() -> Slug {
    "alte-muehle".parse().unwrap()
}

pub async fn imported(store: &dyn Store) -> RestaurantFile {
    let file = file(1, "alte-muehle");
    assert_eq!(import(store, &file).await, ImportOutcome::Created);
    file
}

/// The dish that is edited, as everybody saw it first.
pub fn dumplings() -> Dish {
    menu(1).dish(DISH).unwrap().clone()
}

pub fn dumplings_at(price: i64) -> Dish {
    Dish {
        price: Minor(price),
        ..dumplings()
    }
}

/// An edit of a dish, made by somebody who saw it so.
fn edit(id: u128, seen: &Dish, change: impl FnOnce(&mut Dish)) -> Edit {
    let mut after = seen.clone();
    change(&mut after);
    let replace = PartChange::Replace {
        before: RestaurantPart::Dish(Box::new(seen.clone())),
        after: RestaurantPart::Dish(Box::new(after)),
    };
    Edit {
        id: EditId(id),
        changes: vec![replace],
    }
}

pub fn priced(id: u128, seen: &Dish, price: i64) -> Edit {
    edit(id, seen, |dish| dish.price = Minor(price))
}

pub fn renamed(id: u128) -> Edit {
    edit(id, &dumplings(), |dish| dish.name = "Semmelknödel".into())
}

pub async fn put(store: &dyn Store, edit: &Edit) -> EditOutcome {
    store.put_edit(&slug(), edit, BY_OPERATOR).await.unwrap()
}

pub async fn publish(store: &dyn Store, up_to: u128) -> PublishOutcome {
    let up_to = EditId(up_to);
    store.publish(&slug(), up_to, BY_OPERATOR).await.unwrap()
}

pub async fn unpublished(store: &dyn Store) -> StoredEdits {
    let stored = store.unpublished_edits(&slug()).await;
    stored.unwrap().unwrap()
}

/// What everybody gets who is not in the office.
async fn state(store: &dyn Store) -> (Option<RestaurantFile>, Vec<Restaurant>, Option<Menu>, Revisions) {
    (
        store.export_restaurant(&slug()).await.unwrap(),
        store.restaurants().await.unwrap(),
        store.menu(HERE).await.unwrap(),
        store.revisions().await.unwrap(),
    )
}

#[tokio::test]
async fn an_edit_is_seen_in_the_office_and_nowhere_else() {
    for (engine, store) in engines("an_edit_is_seen_in_the_office_and_nowhere_else")
        .await
        .stores
    {
        let store = store.as_ref();
        let published = imported(store).await;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        let before = state(store).await;
        let edit = priced(1, &dumplings(), 1_590);
        let by_ada = (Author::Account(ada().account.id), LATER);
        let stored = store.put_edit(&slug(), &edit, by_ada).await.unwrap();
        assert_eq!(stored, EditOutcome::Stored, "{engine}");
        let mut edited = published.clone();
        edited.categories[0].dishes[1].price = Minor(1_590);
        let by = AuthorName::Account {
            email: Some(ada().account.email),
        };
        let entry = EditEntry {
            edit,
            at: LATER,
            by,
            refusal: None,
            missed_at: None,
        };
        let expected = StoredEdits {
            published: published.sorted(),
            edited: edited.sorted(),
            edits: vec![entry],
            schedules: Vec::new(),
        };
        assert_eq!(unpublished(store).await, expected, "{engine}");
        assert_eq!(state(store).await, before, "{engine}");
    }
}

#[tokio::test]
async fn an_edit_that_is_sent_twice_is_stored_once() {
    for (engine, store) in engines("an_edit_that_is_sent_twice_is_stored_once").await.stores {
        let store = store.as_ref();
        imported(store).await;
        let (edit, other) = (priced(1, &dumplings(), 1_590), priced(1, &dumplings(), 1_690));
        for _ in 0..2 {
            assert_eq!(put(store, &edit).await, EditOutcome::Stored, "{engine}");
        }
        assert_eq!(put(store, &other).await, EditOutcome::IdTaken, "{engine}");
        let edits = unpublished(store).await.edits;
        let edits: Vec<Edit> = edits.into_iter().map(|entry| entry.edit).collect();
        assert_eq!(edits, std::slice::from_ref(&edit), "{engine}");
        // Also once it is published.
        publish(store, 1).await;
        assert_eq!(put(store, &edit).await, EditOutcome::Stored, "{engine}");
        assert_eq!(put(store, &other).await, EditOutcome::IdTaken, "{engine}");
        assert_eq!(unpublished(store).await.edits, [], "{engine}");
    }
}

#[tokio::test]
async fn what_is_sent_many_times_at_once_is_done_once() {
    for (engine, store) in engines("what_is_sent_many_times_at_once_is_done_once")
        .await
        .stores
    {
        imported(store.as_ref()).await;
        let send = |_| {
            let store = store.clone();
            tokio::spawn(async move {
                let edit = priced(1, &dumplings(), 1_590);
                let stored = put(store.as_ref(), &edit).await;
                (stored, publish(store.as_ref(), 1).await)
            })
        };
        let sent: Vec<_> = (0..8).map(send).collect();
        for answer in sent {
            let done = (EditOutcome::Stored, PublishOutcome::Published(1));
            assert_eq!(answer.await.unwrap(), done, "{engine}");
        }
        let (log, _) = store.restaurant_log(HERE, LATER).await.unwrap();
        assert_eq!(log.len(), 1, "{engine}: {log:?}");
    }
}

#[tokio::test]
async fn a_restaurant_that_is_not_there_has_no_edits() {
    for (engine, store) in engines("a_restaurant_that_is_not_there_has_no_edits")
        .await
        .stores
    {
        let store = store.as_ref();
        let edit = priced(1, &dumplings(), 1_590);
        assert_eq!(put(store, &edit).await, EditOutcome::NoSuchRestaurant, "{engine}");
        assert_eq!(publish(store, 1).await, PublishOutcome::NoSuchEdit, "{engine}");
        let office = store.unpublished_edits(&slug()).await.unwrap();
        assert_eq!(office, None, "{engine}");
        assert_eq!(store.publications(HERE, None).await.unwrap(), [], "{engine}");
    }
}

#[tokio::test]
async fn a_refused_edit_stores_nothing() {
    for (engine, store) in engines("a_refused_edit_stores_nothing").await.stores {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        let (before, office) = (state(store).await, unpublished(store).await);
        let unknown = Dish {
            id: DishId(9),
            ..dumplings()
        };
        let nothing = Edit {
            id: EditId(4),
            changes: Vec::new(),
        };
        let gone = EditRefusal::Gone(PartKey::Dish(unknown.id));
        let conflict = EditRefusal::Conflict {
            part: PartKey::Dish(DISH),
            fields: vec!["price"],
        };
        for (edit, refusal) in [
            (priced(2, &unknown, 1_590), gone),
            (priced(3, &dumplings(), 1_690), conflict),
            (nothing, EditRefusal::Contradiction),
        ] {
            let refused = EditOutcome::Refused(refusal);
            assert_eq!(put(store, &edit).await, refused, "{engine}");
        }
        let nameless = edit(5, &dumplings(), |dish| dish.name.clear());
        let EditOutcome::Refused(EditRefusal::Mistakes(mistakes)) = put(store, &nameless).await else {
            panic!("{engine}: a dish has no name")
        };
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["categories[0].dishes[1].name: is missing"], "{engine}");
        assert_eq!(state(store).await, before, "{engine}");
        assert_eq!(unpublished(store).await, office, "{engine}");
    }
}

#[tokio::test]
async fn edits_up_to_one_are_published_under_the_next_revision() {
    for (engine, store) in engines("edits_up_to_one_are_published_under_the_next_revision")
        .await
        .stores
    {
        let store = store.as_ref();
        let mut published = imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        put(store, &renamed(2)).await;
        let revisions = store.revisions().await.unwrap();
        assert_eq!(publish(store, 1).await, PublishOutcome::Published(1), "{engine}");
        published.categories[0].dishes[1].price = Minor(1_590);
        let mut edited = published.clone();
        edited.categories[0].dishes[1].name = "Semmelknödel".into();
        let (exported, restaurants, served, changed) = state(store).await;
        assert_eq!(exported, Some(published.clone().sorted()), "{engine}");
        assert_eq!(restaurants[0].revision, Revision(2), "{engine}");
        let expected = Menu {
            revision: Revision(2),
            ..published.menu()
        };
        assert_eq!(served, Some(expected), "{engine}");
        assert_eq!(
            (changed.catalog.0, changed.modes),
            (revisions.catalog.0 + 1, revisions.modes),
            "{engine}"
        );
        let (log, _) = store.restaurant_log(HERE, LATER).await.unwrap();
        let acts: Vec<_> = log.into_iter().map(|entry| (entry.act, entry.author)).collect();
        assert_eq!(acts, [(Act::EditsPublished, AuthorName::Operator)], "{engine}");
        let left = unpublished(store).await;
        assert_eq!(left.published, published.sorted(), "{engine}");
        assert_eq!(left.edited, edited.clone().sorted(), "{engine}");
        let left: Vec<_> = left
            .edits
            .into_iter()
            .map(|entry| (entry.edit, entry.refusal))
            .collect();
        assert_eq!(left, [(renamed(2), None)], "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(2), "{engine}");
        let (exported, restaurants, ..) = state(store).await;
        assert_eq!(exported, Some(edited.sorted()), "{engine}");
        assert_eq!(restaurants[0].revision, Revision(3), "{engine}");
        assert_eq!(unpublished(store).await.edits, [], "{engine}");
    }
}

#[tokio::test]
async fn the_same_publication_again_changes_nothing() {
    for (engine, store) in engines("the_same_publication_again_changes_nothing").await.stores {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        put(store, &renamed(2)).await;
        publish(store, 1).await;
        let (before, office) = (state(store).await, unpublished(store).await);
        assert_eq!(publish(store, 1).await, PublishOutcome::Published(1), "{engine}");
        assert_eq!(publish(store, 3).await, PublishOutcome::NoSuchEdit, "{engine}");
        assert_eq!(state(store).await, before, "{engine}");
        assert_eq!(unpublished(store).await, office, "{engine}");
        let publications = store.publications(HERE, None).await.unwrap();
        assert_eq!(publications.len(), 1, "{engine}: {publications:?}");
    }
}

#[tokio::test]
async fn publications_come_by_page_the_newest_first() {
    for (engine, store) in engines("publications_come_by_page_the_newest_first").await.stores {
        let store = store.as_ref();
        imported(store).await;
        put(store, &renamed(100)).await;
        let mut dish = dumplings();
        for number in 1..=22 {
            let price = dish.price.0 + 10;
            put(store, &priced(number, &dish, price)).await;
            publish(store, number).await;
            dish.price = Minor(price);
        }
        let page = store.publications(HERE, None).await.unwrap();
        let numbers: Vec<u32> = page.iter().map(|publication| publication.number).collect();
        let expected: Vec<u32> = (3..=22).rev().collect();
        assert_eq!(numbers, expected, "{engine}");
        let made = |edit| EditEntry {
            edit,
            at: NOW,
            by: AuthorName::Operator,
            refusal: None,
            missed_at: None,
        };
        let publication = |number, edits| Publication {
            number,
            at: NOW,
            by: AuthorName::Operator,
            edits,
        };
        let raised = Dish {
            price: Minor(1_500),
            ..dumplings()
        };
        let older = store.publications(HERE, Some(3)).await.unwrap();
        let first = vec![made(renamed(100)), made(priced(1, &dumplings(), 1_500))];
        let second = vec![made(priced(2, &raised, 1_510))];
        let expected = [publication(2, second), publication(1, first)];
        assert_eq!(older, expected, "{engine}");
        let oldest = store.publications(HERE, Some(1)).await.unwrap();
        assert_eq!(oldest, [], "{engine}");
    }
}

#[tokio::test]
async fn an_edit_that_an_import_made_impossible_says_why() {
    for (engine, store) in engines("an_edit_that_an_import_made_impossible_says_why")
        .await
        .stores
    {
        let store = store.as_ref();
        let file = imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        let mut dearer = file.clone();
        dearer.categories[0].dishes[1].price = Minor(1_690);
        let conflict = EditRefusal::Conflict {
            part: PartKey::Dish(DISH),
            fields: vec!["price"],
        };
        let mut without = file.clone();
        without.categories[0].dishes.retain(|dish| dish.id != DISH);
        without.favourites.retain(|dish| *dish != DISH);
        without.option_groups[0].choices[0].dish = None;
        let gone = EditRefusal::Gone(PartKey::Dish(DISH));
        for (changed, refusal) in [(dearer, conflict), (without, gone)] {
            import(store, &changed).await;
            let (before, office) = (state(store).await, unpublished(store).await);
            assert_eq!(office.edits[0].refusal, Some(refusal.to_string()), "{engine}");
            assert_eq!(office.edited, office.published, "{engine}");
            let refused = PublishOutcome::Refused(refusal);
            assert_eq!(publish(store, 1).await, refused, "{engine}");
            assert_eq!(state(store).await, before, "{engine}");
            assert_eq!(unpublished(store).await, office, "{engine}");
        }
        // The dish is back as it was, and an edit that can be made is taken back by its inverse only.
        import(store, &file).await;
        assert!(!store.discard_edit(&slug(), EditId(1)).await.unwrap(), "{engine}");
        assert_eq!(unpublished(store).await.edits[0].refusal, None, "{engine}");
        assert_eq!(publish(store, 1).await, PublishOutcome::Published(1), "{engine}");
        put(store, &priced(2, &dumplings_at(1_590), 1_790)).await;
        import(store, &file).await;
        assert!(store.discard_edit(&slug(), EditId(2)).await.unwrap(), "{engine}");
        assert!(!store.discard_edit(&slug(), EditId(2)).await.unwrap(), "{engine}");
        assert_eq!(unpublished(store).await.edits, [], "{engine}");
    }
}

#[tokio::test]
async fn an_edit_is_refused_whose_category_an_import_has_removed() {
    for (engine, store) in engines("an_edit_is_refused_whose_category_an_import_has_removed")
        .await
        .stores
    {
        let store = store.as_ref();
        let mut file = imported(store).await;
        let station = Station {
            id: StationId(77),
            name: "Ofen".into(),
            categories: vec![file.categories[1].id],
        };
        let add = PartChange::Add {
            part: RestaurantPart::Station(station),
            place: PartPlace::Anywhere,
        };
        let edit = Edit {
            id: EditId(1),
            changes: vec![add],
        };
        assert_eq!(put(store, &edit).await, EditOutcome::Stored, "{engine}");
        file.categories.remove(1);
        file.stations.clear();
        import(store, &file).await;
        let office = unpublished(store).await;
        assert!(office.edits[0].refusal.is_some(), "{engine}");
        assert_eq!(office.edited, office.published, "{engine}");
        // Others can be made meanwhile.
        assert_eq!(put(store, &renamed(2)).await, EditOutcome::Stored, "{engine}");
        assert!(store.discard_edit(&slug(), EditId(1)).await.unwrap(), "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(1), "{engine}");
    }
}

#[tokio::test]
async fn a_code_of_a_table_that_another_restaurant_has_is_refused_at_once() {
    for (engine, store) in engines("a_code_of_a_table_that_another_restaurant_has_is_refused_at_once")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        let mut there = file(2, "neue-muehle");
        let table = TableCode {
            code: "t1".into(),
            name: "Terrace".into(),
        };
        there.table_codes = vec![table.clone()];
        import(store, &there).await;
        let key = PartKey::TableCode("t1".into());
        let edit = Edit {
            id: EditId(1),
            changes: vec![PartChange::Add {
                part: RestaurantPart::TableCode(table),
                place: PartPlace::Anywhere,
            }],
        };
        let refused = EditOutcome::Refused(EditRefusal::Exists(key));
        assert_eq!(put(store, &edit).await, refused, "{engine}");
    }
}

#[tokio::test]
async fn an_edit_that_cannot_be_published_is_taken_back() {
    for (engine, store) in engines("an_edit_that_cannot_be_published_is_taken_back")
        .await
        .stores
    {
        let store = store.as_ref();
        let file = imported(store).await;
        put_restaurant(store, 2, "neue-muehle").await;
        let before = state(store).await;
        // Only the database knows that another restaurant has this id.
        let stolen = menu(2).categories[0].dishes[1].clone();
        let place = PartPlace::InCategory {
            category: file.categories[0].id,
            after: None,
        };
        let theft = Edit {
            id: EditId(1),
            changes: vec![PartChange::Add {
                part: RestaurantPart::Dish(Box::new(stolen)),
                place,
            }],
        };
        assert_eq!(put(store, &theft).await, EditOutcome::Stored, "{engine}");
        let PublishOutcome::Refused(refusal) = publish(store, 1).await else {
            panic!("{engine}: a dish is in two restaurants")
        };
        let expected = "categories[0].dishes[0].id: belongs to another restaurant";
        assert_eq!(refusal.to_string(), expected, "{engine}");
        let back = theft.inverse(EditId(2));
        assert_eq!(put(store, &back).await, EditOutcome::Stored, "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(1), "{engine}");
        // Together they change nothing.
        assert_eq!(state(store).await, before, "{engine}");
        let (log, _) = store.restaurant_log(HERE, LATER).await.unwrap();
        assert_eq!(log, [], "{engine}");
        let publications = store.publications(HERE, None).await.unwrap();
        assert_eq!(publications[0].edits.len(), 2, "{engine}: {publications:?}");
    }
}

#[tokio::test]
async fn edits_of_two_restaurants_do_not_mix() {
    for (engine, store) in engines("edits_of_two_restaurants_do_not_mix").await.stores {
        let store = store.as_ref();
        imported(store).await;
        put_restaurant(store, 2, "neue-muehle").await;
        let (there, theirs) = (RestaurantId(2), menu(2).categories[0].dishes[1].clone());
        let neue_muehle: Slug = "neue-muehle".parse().unwrap();
        put(store, &priced(1, &dumplings(), 1_590)).await;
        // The same id is another edit elsewhere.
        let same_id = priced(1, &theirs, 1_690);
        let stored = store.put_edit(&neue_muehle, &same_id, BY_OPERATOR).await;
        assert_eq!(stored.unwrap(), EditOutcome::Stored, "{engine}");
        let gone = EditRefusal::Gone(PartKey::Dish(theirs.id));
        let foreign = put(store, &priced(2, &theirs, 1_690)).await;
        assert_eq!(foreign, EditOutcome::Refused(gone), "{engine}");
        let before = store.menu(there).await.unwrap();
        assert_eq!(publish(store, 1).await, PublishOutcome::Published(1), "{engine}");
        assert_eq!(store.menu(there).await.unwrap(), before, "{engine}");
        assert_eq!(store.publications(there, None).await.unwrap(), [], "{engine}");
        let office = store.unpublished_edits(&neue_muehle).await.unwrap();
        assert_eq!(office.unwrap().edits[0].edit, same_id, "{engine}");
    }
}

#[tokio::test]
async fn case_tastyigniter_748_a_published_order_of_dishes_brings_back_none_that_has_run_out() {
    for (engine, store) in engines("case_tastyigniter_748_a_published_order_of_dishes")
        .await
        .stores
    {
        let store = store.as_ref();
        let file = imported(store).await;
        store.set_stock(HERE, DISH, Some(0), NOW).await.unwrap();
        let portions = store.stock(HERE).await.unwrap();
        let up = file.shift(&PartKey::Dish(DISH), Direction::Up).unwrap();
        let category = CategoryId(1 << 64 | 31);
        let elsewhere = PartChange::Move {
            part: PartKey::Dish(DISH),
            from: file.place(&PartKey::Dish(DISH)).unwrap(),
            to: PartPlace::InCategory {
                category,
                after: None,
            },
        };
        for (number, change, place) in [(1, up, (0, 0)), (2, elsewhere, (1, 0))] {
            let edit = Edit {
                id: EditId(number),
                changes: vec![change],
            };
            assert_eq!(put(store, &edit).await, EditOutcome::Stored, "{engine}");
            publish(store, number).await;
            let served = store.menu(HERE).await.unwrap().unwrap();
            let (category, position) = place;
            assert_eq!(served.categories[category].dishes[position].id, DISH, "{engine}");
            assert_eq!(store.stock(HERE).await.unwrap(), portions, "{engine}");
            assert_eq!(listing(store, HERE).await.sold_out, [DISH], "{engine}");
        }
    }
}

#[tokio::test]
async fn two_edits_of_different_fields_of_a_dish_are_both_kept() {
    for (engine, store) in engines("two_edits_of_different_fields_of_a_dish_are_both_kept")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        assert_eq!(put(store, &renamed(2)).await, EditOutcome::Stored, "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(1), "{engine}");
        // Somebody began this one before the others were published.
        let described = edit(3, &dumplings(), |dish| dish.description = "mit Kraut".into());
        assert_eq!(put(store, &described).await, EditOutcome::Stored, "{engine}");
        assert_eq!(publish(store, 3).await, PublishOutcome::Published(2), "{engine}");
        let served = store.menu(HERE).await.unwrap().unwrap();
        let expected = Dish {
            name: "Semmelknödel".into(),
            description: "mit Kraut".into(),
            price: Minor(1_590),
            ..dumplings()
        };
        assert_eq!(served.dish(DISH), Some(&expected), "{engine}");
    }
}
