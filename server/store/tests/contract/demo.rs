//! Restaurants of the demo, which are deleted at once.

use servery_domain::{
    account::Role,
    currency::Minor,
    delivery_area::Point,
    device::DeviceKind,
    id::{AccountId, InvitationId, PaymentId, PlaceId, RestaurantId, VisitorId},
    invitation::StaffInvitation,
    job::{Job, Lane},
    lang::Lang,
    order::Event,
    place::{ImportedPlace, PlaceSearch},
    pos::reader_payment::ReaderPaymentState,
    time::Timestamp,
};
use servery_store::{
    Store, demo::DemoRemoval, invitations::InvitationOutcome, reader_payments::StoredReaderPayment,
};

use crate::{
    accounts::account,
    builders::{BY_OPERATOR, HERE, NOW, THERE, listing, put_restaurant, subscription},
    engines::engines,
    fixture::{BILL, Fixture, ORDER, add_line, open_bill},
    reader_payments::payment,
};

const LATER: Timestamp = Timestamp(NOW.0 + 100);

async fn employ(store: &dyn Store, id: u128, email: &str, restaurants: &[RestaurantId]) -> AccountId {
    let new = account(id, email);
    if store.account(new.account.id).await.unwrap().is_none() {
        assert!(store.add_account(&new, None).await.unwrap());
    }
    for restaurant in restaurants {
        store
            .put_staff(new.account.id, *restaurant, Role::Owner, BY_OPERATOR)
            .await
            .unwrap();
    }
    new.account.id
}

/// One of each kind, of the demo.
fn refunds() -> [Job; 3] {
    [
        Job::Refund {
            order: ORDER,
            number: 0,
            amount: Minor(1),
        },
        Job::RefundExtraCharge {
            order: ORDER,
            intent: "pi".into(),
            amount: Minor(1),
        },
        Job::RefundReaderPayment {
            payment: PaymentId(1),
            amount: Minor(1),
        },
    ]
}

async fn import_place(store: &dyn Store, id: u128, is_demo: bool) {
    let place = ImportedPlace {
        id: PlaceId(id),
        street: format!("Mill Lane {id}"),
        number: "1".into(),
        postcode: "10115".into(),
        city: "Millbrook".into(),
        point: Point {
            latitude: 1,
            longitude: 1,
        },
    };
    let import = store.begin_place_import(NOW).await.unwrap();
    store.add_places(import, &[place]).await.unwrap();
    store.finish_place_import(import, false).await.unwrap();
    if is_demo {
        store.mark_places_as_demo(import).await.unwrap();
    }
}

async fn places(store: &dyn Store) -> Vec<u128> {
    let search = PlaceSearch::parse("mill lane").unwrap();
    let found = store.search_places(&search, None, 8).await.unwrap();
    found.into_iter().map(|place| place.id.0).collect()
}

#[tokio::test]
async fn the_demo_goes_with_all_that_happened_in_it_and_nothing_else_does() {
    for (engine, store) in engines("the_demo_goes_with_all_that_happened_in_it").await.stores {
        let fixture = Fixture::new(store).await;
        let store = fixture.store.as_ref();
        put_restaurant(store, 2, "neue-muehle").await;
        let before = store.revisions().await.unwrap();
        assert!(!store.has_demo().await.unwrap(), "{engine}");
        for _ in 0..2 {
            store.mark_as_demo(HERE).await.unwrap();
        }
        assert!(store.has_demo().await.unwrap(), "{engine}");
        assert!(listing(store, HERE).await.is_demo, "{engine}");
        assert_ne!(
            store.revisions().await.unwrap().catalog,
            before.catalog,
            "{engine}"
        );

        let owner = employ(store, 1, "owner@alte-muehle.example", &[HERE]).await;
        let both = employ(store, 2, "both@muehlen.example", &[HERE, THERE]).await;
        let ada = employ(store, 3, "ada@example.org", &[HERE]).await;
        let guest = employ(store, 4, "guest@muehlen.example", &[]).await;
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let ops = [till.op(open_bill(BILL)), till.op(add_line(1, 1))];
        fixture.sync(&till, &ops).await;
        fixture.place(ORDER, 1).await;
        let browser = VisitorId(1);
        let push = subscription("https://push.example/1");
        let subscribed = store.put_subscription(ORDER, browser, &push, NOW).await;
        assert!(subscribed.unwrap(), "{engine}");
        let cancelled = Event::Cancelled {
            reason: String::new(),
        };
        fixture.advance(ORDER, cancelled).await;
        let invitation = StaffInvitation {
            id: InvitationId(1),
            role: Role::Courier,
            email: Some("zoe@example.org".into()),
            expires_at: LATER,
        };
        let mail = Job::InvitationMail {
            invitation: InvitationId(1),
            lang: Lang::English,
        };
        let mail = ("mail".to_owned(), mail);
        let put = store.put_staff_invitation(HERE, &invitation, "key", Some(&mail), BY_OPERATOR);
        assert_eq!(put.await.unwrap(), InvitationOutcome::Stored, "{engine}");
        let till_id = till.paired.device.id;
        let paid = StoredReaderPayment {
            device: till_id,
            ..payment(1, 1, "a")
        };
        store.start_reader_payment(&paid).await.unwrap();
        store.request_payment(ORDER, 1_490, NOW).await.unwrap();
        import_place(store, 1, true).await;
        import_place(store, 2, false).await;
        let access = store.access_revision().await.unwrap();

        let remove = async || store.remove_demo().await.unwrap();
        assert_eq!(remove().await, DemoRemoval::MoneyUnderWay, "{engine}");
        store.close_payment(ORDER, None).await.unwrap();
        assert_eq!(remove().await, DemoRemoval::MoneyUnderWay, "{engine}: a reader");
        let ended = store.end_reader_payment(PaymentId(1), ReaderPaymentState::Cancelled, None);
        ended.await.unwrap();
        for refund in refunds() {
            store.put_job("refund", &refund).await.unwrap();
            assert_eq!(remove().await, DemoRemoval::MoneyUnderWay, "{engine}: {refund:?}");
            store.finish_jobs(&["refund".into()]).await.unwrap();
        }
        assert!(store.order(ORDER).await.unwrap().is_some(), "{engine}");
        assert!(store.device("token 1").await.unwrap().is_some(), "{engine}");

        for _ in 0..2 {
            assert_eq!(
                store.remove_demo().await.unwrap(),
                DemoRemoval::Removed,
                "{engine}"
            );
        }
        let left: Vec<_> = store.restaurants().await.unwrap();
        let left: Vec<_> = left.into_iter().map(|restaurant| restaurant.id).collect();
        assert_eq!(left, [THERE], "{engine}");
        assert!(!listing(store, THERE).await.is_demo, "{engine}");
        assert!(store.menu(HERE).await.unwrap().is_none(), "{engine}");
        assert!(store.menu(THERE).await.unwrap().is_some(), "{engine}");
        assert!(store.order(ORDER).await.unwrap().is_none(), "{engine}");
        assert!(
            store.subscription(ORDER, browser).await.unwrap().is_none(),
            "{engine}"
        );
        assert!(
            store.open_invitation("key", NOW).await.unwrap().is_none(),
            "{engine}"
        );
        assert!(store.device("token 1").await.unwrap().is_none(), "{engine}");
        let accounts = [(owner, false), (both, true), (ada, true), (guest, true)];
        for (id, stays) in accounts {
            let known = store.account(id).await.unwrap();
            assert_eq!(known.is_some(), stays, "{engine}: {id}");
        }
        let roles = store.account_roles(both).await.unwrap().staff;
        assert_eq!(roles, [(THERE, Role::Owner)], "{engine}");
        assert_eq!(places(store).await, [2], "{engine}");
        assert_ne!(store.access_revision().await.unwrap(), access, "{engine}");
        store.request_payment(ORDER, 1_490, NOW).await.unwrap();
        let payment = store.payment(ORDER).await.unwrap();
        assert_eq!(payment, None, "{engine}: its order is gone");
        let payment = store.reader_payment(PaymentId(1)).await.unwrap();
        assert!(payment.is_none(), "{engine}");
        let done = store.ops_done(till_id, till.stream).await.unwrap();
        assert_eq!(done, None, "{engine}");
        let push = store.take_jobs(Lane::Push, LATER, LATER).await.unwrap();
        assert_eq!(push, [], "{engine}");
    }
}
