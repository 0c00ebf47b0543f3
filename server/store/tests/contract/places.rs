//! The imported addresses.

use servery_domain::{
    contact::DeliveryAddress,
    delivery_area::{Bounds, Point},
    id::PlaceId,
    place::{ImportedPlace, PlaceSearch, TypedAddress},
    time::Timestamp,
};
use servery_store::{Store, StoreError};

use crate::engines::engines;

fn place(id: u128, street: &str, number: &str, postcode: &str, city: &str) -> ImportedPlace {
    ImportedPlace {
        id: PlaceId(id),
        street: street.into(),
        number: number.into(),
        postcode: postcode.into(),
        city: city.into(),
        point: Point {
            latitude: id as i32,
            longitude: -(id as i32),
        },
    }
}

async fn import(store: &dyn Store, places: &[ImportedPlace], replaces: bool) {
    let import = store.begin_place_import(Timestamp(1)).await.unwrap();
    store.add_places(import, places).await.unwrap();
    store.finish_place_import(import, replaces).await.unwrap();
}

async fn found(store: &dyn Store, typed: &str, within: Option<Bounds>) -> Vec<u128> {
    let search = PlaceSearch::parse(typed).unwrap();
    let places = store.search_places(&search, within, 8).await.unwrap();
    places.into_iter().map(|place| place.id.0).collect()
}

#[tokio::test]
async fn places_are_found_by_what_was_typed() {
    for (engine, store) in engines("places_are_found_by_what_was_typed").await.stores {
        let store = store.as_ref();
        let mill = place(1, "Mühlengasse", "12a", "10115", "Millbrook");
        let places = [
            mill.clone(),
            place(2, "Mühlengasse", "2", "10115", "Millbrook"),
            place(3, "Mühlenweg", "12", "20099", "Otherville"),
            place(4, "Zoë & Sons Road", "1", "", "Millbrook"),
        ];
        import(store, &places, false).await;
        for (typed, expected) in [
            ("muhlen", vec![1, 2, 3]),
            ("MÜHLENG", vec![1, 2]),
            ("12 Mühl", vec![1, 3]),
            ("mühlengasse 12a", vec![1]),
            ("muhlenweg 12 other", vec![3]),
            ("zoe & s", vec![4]),
            ("gasse", vec![]),
        ] {
            assert_eq!(found(store, typed, None).await, expected, "{engine} {typed}");
        }
        let around = |from: i32, to: i32| Bounds {
            south_west: Point {
                latitude: from,
                longitude: -to,
            },
            north_east: Point {
                latitude: to,
                longitude: -from,
            },
        };
        assert_eq!(
            found(store, "muhlen", Some(around(2, 3))).await,
            [2, 3],
            "{engine}"
        );
        let search = PlaceSearch::parse("muhlen").unwrap();
        assert_eq!(
            store.search_places(&search, None, 2).await.unwrap().len(),
            2,
            "{engine}"
        );
        assert_eq!(store.place(PlaceId(1)).await.unwrap(), Some(mill), "{engine}");
        assert_eq!(store.place(PlaceId(9)).await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn a_search_that_many_streets_match_costs_little_and_finds_more_when_more_is_typed() {
    for (engine, store) in engines("a_search_that_many_streets_match").await.stores {
        let store = store.as_ref();
        let mut places: Vec<_> = (0..10_000)
            .map(|id| place(id, &format!("Station Road {id:05}"), "1", "", "Millbrook"))
            .collect();
        places.push(place(10_000, "Station Street", "7", "", "Millbrook"));
        import(store, &places, false).await;
        assert_eq!(found(store, "7 station", None).await, [0_u128; 0], "{engine}");
        assert_eq!(found(store, "7 station s", None).await, [10_000], "{engine}");
    }
}

#[tokio::test]
async fn an_address_is_looked_up_by_postcode_or_city() {
    for (engine, store) in engines("an_address_is_looked_up_by_postcode_or_city")
        .await
        .stores
    {
        let places = [
            place(1, "Mill Lane", "1", "10115", "Millbrook"),
            place(2, "Mill Lane", "1", "20099", "Millbrook"),
            place(3, "Mill Lane", "1", "", "Millbrook"),
            place(4, "Mill Lane", "1", "", "Otherville"),
        ];
        import(store.as_ref(), &places, false).await;
        let address = DeliveryAddress {
            street: "1 Mill Lane, top floor".into(),
            postcode: "10 115".into(),
            city: "millbrook".into(),
            ..DeliveryAddress::default()
        };
        let mut found: Vec<u128> = store
            .places_of_address(&TypedAddress::from(&address))
            .await
            .unwrap()
            .iter()
            .map(|place| place.id.0)
            .collect();
        found.sort_unstable();
        assert_eq!(found, [1, 3], "{engine}");
    }
}

#[tokio::test]
async fn an_import_counts_as_a_whole_or_not_at_all() {
    for (engine, store) in engines("an_import_counts_as_a_whole_or_not_at_all").await.stores {
        let store = store.as_ref();
        let old = [
            place(1, "Mill Lane", "1", "10115", "Millbrook"),
            place(2, "Mill Lane", "2", "10115", "Millbrook"),
        ];
        import(store, &old, false).await;
        let moved = ImportedPlace {
            point: Point {
                latitude: 7,
                longitude: 7,
            },
            ..old[0].clone()
        };
        let given_up = store.begin_place_import(Timestamp(2)).await.unwrap();
        store
            .add_places(given_up, std::slice::from_ref(&moved))
            .await
            .unwrap();
        assert_eq!(
            store.place(PlaceId(1)).await.unwrap(),
            Some(old[0].clone()),
            "{engine}"
        );
        let begun = store.begin_place_import(Timestamp(3)).await.unwrap();
        let refused = store.add_places(given_up, &old).await.unwrap_err();
        assert!(matches!(refused, StoreError::Refused(_)), "{engine}: {refused}");
        store.delete_obsolete_places().await.unwrap();
        store
            .add_places(begun, &[old[0].clone(), moved.clone()])
            .await
            .unwrap();
        store
            .add_places(begun, std::slice::from_ref(&moved))
            .await
            .unwrap();
        store.finish_place_import(begun, false).await.unwrap();
        for _ in 0..2 {
            assert_eq!(
                store.place(PlaceId(1)).await.unwrap(),
                Some(moved.clone()),
                "{engine}"
            );
            assert_eq!(found(store, "mill lane", None).await, [1, 2], "{engine}");
            store.delete_obsolete_places().await.unwrap();
        }
        import(store, &old[..1], true).await;
        for _ in 0..2 {
            assert_eq!(found(store, "mill lane", None).await, [1], "{engine}");
            assert_eq!(
                store.place(PlaceId(1)).await.unwrap(),
                Some(old[0].clone()),
                "{engine}"
            );
            store.delete_obsolete_places().await.unwrap();
        }
    }
}
