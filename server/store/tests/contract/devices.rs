//! Devices: pairing, tokens and streams.

use servery_domain::{
    device::{DeviceKind, NewDevice, StorageKey},
    id::{DeviceId, RestaurantId},
    pos::{Record, RecordId},
    revision::Revision,
    time::Timestamp,
};
use servery_store::{
    devices::{NewCode, PairedAs},
    orders::WriteOutcome,
};

use crate::{
    builders::{BY_OPERATOR, HERE, NOW, put_restaurant},
    engines::engines,
    fixture::{BILL, Fixture, open_bill, storage_key, sync_write},
};

#[tokio::test]
async fn revoked_device_is_refused_and_may_be_paired_again() {
    for (engine, store) in engines("revoked_device_is_refused_and_may_be_paired_again")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let (mut ada, ben) = (
            fixture.pair(1, DeviceKind::Till).await,
            fixture.pair(2, DeviceKind::Kitchen).await,
        );
        let names = |devices: Vec<servery_domain::device::Device>| {
            devices.into_iter().map(|device| device.name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(fixture.store.devices(HERE).await.unwrap()),
            ["Device 1", "Device 2"],
            "{engine}"
        );
        let known = fixture.changes(&ben, Revision(0)).await;
        assert!(
            known
                .records
                .iter()
                .any(|record| record.id() == RecordId::Device(DeviceId(1))),
            "{engine}"
        );
        assert!(
            fixture
                .store
                .revoke_device(HERE, DeviceId(1), BY_OPERATOR)
                .await
                .unwrap(),
            "{engine}"
        );
        assert!(
            !fixture
                .store
                .revoke_device(HERE, DeviceId(1), BY_OPERATOR)
                .await
                .unwrap(),
            "{engine}: it is already"
        );
        assert!(
            !fixture
                .store
                .revoke_device(RestaurantId(2), DeviceId(2), BY_OPERATOR)
                .await
                .is_ok_and(|revoked| revoked),
            "{engine}"
        );
        let op = ada.op(open_bill(BILL));
        let written = fixture
            .write(sync_write(&ada, std::slice::from_ref(&op), NOW))
            .await;
        assert!(
            matches!(written, WriteOutcome::SignedOut),
            "{engine}: {written:?}"
        );
        assert!(
            fixture.store.device("token 1").await.unwrap().unwrap().revoked,
            "{engine}"
        );
        assert_eq!(
            fixture.changes(&ben, known.revision).await.records,
            [Record::Gone(RecordId::Device(DeviceId(1)))],
            "{engine}"
        );
        let new = NewCode {
            hash: "again".into(),
            restaurant: HERE,
            device: NewDevice {
                name: "Bar".into(),
                kind: DeviceKind::Till,
            },
            expires_at: Timestamp(NOW.0 + 600),
            by: BY_OPERATOR,
        };
        fixture.store.put_code(&new).await.unwrap();
        let unused = async |restaurant, now| {
            let code = fixture.store.unused_code(restaurant, "again", now).await;
            code.unwrap()
        };
        let known = Some((new.device.clone(), new.expires_at));
        assert_eq!(unused(HERE, NOW).await, known, "{engine}");
        assert_eq!(unused(RestaurantId(2), NOW).await, None, "{engine}");
        assert_eq!(unused(HERE, new.expires_at).await, None, "{engine}");
        let late = fixture
            .store
            .pair("again", DeviceId(1), "t", &storage_key(), new.expires_at)
            .await
            .unwrap();
        assert_eq!(late, PairedAs::NoSuchCode, "{engine}");
        for token in ["t", "u"] {
            assert!(
                matches!(
                    fixture
                        .store
                        .pair("again", DeviceId(1), token, &storage_key(), NOW)
                        .await
                        .unwrap(),
                    PairedAs::Device(_)
                ),
                "{engine}"
            );
        }
        assert_eq!(
            fixture
                .store
                .pair("again", DeviceId(3), "v", &storage_key(), NOW)
                .await
                .unwrap(),
            PairedAs::NoSuchCode,
            "{engine}: it has let one in"
        );
        assert_eq!(fixture.store.device("t").await.unwrap(), None, "{engine}");
        assert_eq!(
            fixture.store.device("u").await.unwrap().unwrap().device.name,
            "Bar",
            "{engine}"
        );
        assert_eq!(fixture.sync(&ada, &[op]).await.done, 1, "{engine}");
        let kitchen = NewDevice {
            name: "Pass".into(),
            kind: DeviceKind::Kitchen,
        };
        fixture
            .store
            .put_code(&NewCode {
                hash: "other kind".into(),
                device: kitchen,
                ..new.clone()
            })
            .await
            .unwrap();
        let other = fixture
            .store
            .pair("other kind", DeviceId(1), "x", &storage_key(), NOW)
            .await
            .unwrap();
        assert_eq!(
            other,
            PairedAs::IdTaken,
            "{engine}: its ops were made by what a till may do"
        );
        assert_eq!(
            fixture.store.device("u").await.unwrap().unwrap().device.kind,
            DeviceKind::Till,
            "{engine}"
        );
        let code = NewCode {
            hash: "back".into(),
            ..new.clone()
        };
        fixture.store.put_code(&code).await.unwrap();
        let other_key = StorageKey("6".repeat(64));
        let back = fixture
            .store
            .pair("back", DeviceId(1), "back", &other_key, NOW)
            .await
            .unwrap();
        let PairedAs::Device(back) = back else {
            panic!("{back:?}")
        };
        assert_eq!(
            back.storage_key,
            storage_key(),
            "{engine}: what it has stored can be read again"
        );
        put_restaurant(fixture.store.as_ref(), 2, "neue-muehle").await;
        fixture
            .store
            .put_code(&NewCode {
                hash: "there".into(),
                restaurant: RestaurantId(2),
                ..new
            })
            .await
            .unwrap();
        assert_eq!(
            fixture
                .store
                .pair("there", DeviceId(1), "w", &storage_key(), NOW)
                .await
                .unwrap(),
            PairedAs::IdTaken,
            "{engine}"
        );
        assert!(
            matches!(
                fixture
                    .store
                    .pair("there", DeviceId(4), "w", &storage_key(), NOW)
                    .await
                    .unwrap(),
                PairedAs::Device(_)
            ),
            "{engine}: it is not used up"
        );
    }
}

#[tokio::test]
async fn two_devices_of_a_restaurant_have_different_receipt_prefixes() {
    for (engine, store) in engines("two_devices_of_a_restaurant_have_different_receipt_prefixes")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let ada = fixture.pair(0x1_beef, DeviceKind::Till).await;
        let code = |hash: &str| NewCode {
            hash: hash.into(),
            restaurant: HERE,
            device: NewDevice {
                name: "Bar".into(),
                kind: DeviceKind::Till,
            },
            expires_at: Timestamp(NOW.0 + 600),
            by: BY_OPERATOR,
        };
        for hash in ["a", "b"] {
            fixture.store.put_code(&code(hash)).await.unwrap();
        }
        let pair = async |hash: &str, device| {
            fixture
                .store
                .pair(hash, DeviceId(device), hash, &storage_key(), NOW)
                .await
                .unwrap()
        };
        assert_eq!(
            pair("a", 0x2_beef).await,
            PairedAs::IdTaken,
            "{engine}: both would print BEEF-1"
        );
        assert!(
            matches!(pair("a", 0x2_beee).await, PairedAs::Device(_)),
            "{engine}: the code is not used up"
        );
        assert!(
            matches!(pair("b", ada.stream.0).await, PairedAs::Device(_)),
            "{engine}: a device that is let in again keeps its own"
        );
    }
}

#[tokio::test]
async fn devices_are_found_by_token_and_stream() {
    for (engine, store) in engines("devices_are_found_by_token_and_stream").await.stores {
        let fixture = Fixture::new(store).await;
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let kitchen = fixture.pair(2, DeviceKind::Kitchen).await;
        let store = &fixture.store;
        assert_eq!(
            store.device("token 1").await.unwrap(),
            Some(till.paired.clone()),
            "{engine}"
        );
        assert_eq!(store.device("unknown").await.unwrap(), None, "{engine}");
        assert_eq!(
            store.device_of_stream(kitchen.stream).await.unwrap(),
            Some(kitchen.paired),
            "{engine}"
        );
        assert_eq!(
            store.device_of_stream(DeviceId(9)).await.unwrap(),
            None,
            "{engine}"
        );
        let seen_at = Timestamp(NOW.0 + 60);
        store.touch_device(DeviceId(1), seen_at).await.unwrap();
        let devices = store.devices(HERE).await.unwrap();
        assert_eq!(
            devices.iter().map(|device| device.seen_at).collect::<Vec<_>>(),
            [Some(seen_at), Some(NOW)],
            "{engine}"
        );
        let before = store.revision(HERE).await.unwrap();
        let op = till.op(open_bill(BILL));
        fixture.sync(&till, &[op]).await;
        assert!(store.revision(HERE).await.unwrap() > before, "{engine}");
        assert_eq!(
            store.ops_done(DeviceId(1), till.stream).await.unwrap(),
            Some(1),
            "{engine}"
        );
        assert_eq!(
            store.ops_done(DeviceId(2), till.stream).await.unwrap(),
            None,
            "{engine}: another device's name"
        );
        assert_eq!(
            store.revision(RestaurantId(2)).await.unwrap(),
            Revision(0),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn expired_pairing_codes_are_deleted() {
    for (engine, store) in engines("expired_pairing_codes_are_deleted").await.stores {
        let fixture = Fixture::new(store).await;
        let code = NewCode {
            hash: "code".into(),
            restaurant: HERE,
            device: NewDevice {
                name: "Bar".into(),
                kind: DeviceKind::Till,
            },
            expires_at: Timestamp(NOW.0 + 600),
            by: BY_OPERATOR,
        };
        fixture.store.put_code(&code).await.unwrap();
        fixture
            .store
            .delete_expired_records(Timestamp(0), Timestamp(0), Timestamp(NOW.0 + 601))
            .await
            .unwrap();
        assert_eq!(
            fixture
                .store
                .pair("code", DeviceId(1), "token", &storage_key(), NOW)
                .await
                .unwrap(),
            PairedAs::NoSuchCode,
            "{engine}"
        );
    }
}
