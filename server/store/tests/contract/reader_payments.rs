//! Card readers of tills, and payments on them.

use servery_domain::{
    card_decline::CardDecline,
    currency::Minor,
    device::DeviceKind,
    id::{BillId, DeviceId, PaymentId, RestaurantId, ShiftId},
    pos::{
        Record, RecordId,
        payment::Payable,
        reader_payment::{CardReader, ReaderPaymentRequest, ReaderPaymentState as State},
    },
    time::Timestamp,
};
use servery_store::{
    Store,
    reader_payments::{ChosenReader, StartedReaderPayment as Started, StoredReaderPayment},
};

use crate::{
    builders::{BY_OPERATOR, HERE, NOW, put_restaurant},
    engines::engines,
    fixture::{Fixture, storage_key},
};

const TILL: DeviceId = DeviceId(1);

fn reader(id: &str) -> CardReader {
    CardReader {
        id: id.into(),
        label: format!("Reader {id}"),
        serial: "S1".into(),
    }
}

pub fn payment(id: u128, bill: u128, reader: &str) -> StoredReaderPayment {
    StoredReaderPayment {
        restaurant: HERE,
        device: TILL,
        payable: Payable::Bill(BillId(bill)),
        reader: reader.into(),
        currency: "EUR".parse().unwrap(),
        request: ReaderPaymentRequest {
            id: PaymentId(id),
            payable: Payable::Bill(BillId(bill)),
            shift: ShiftId(1),
            by: None,
            amount: Minor(700),
            tip: Minor(50),
        },
        intent: None,
        state: State::Waiting,
        decline: None,
        asked_at: Timestamp(NOW.0 + id as i64),
    }
}

async fn state(store: &dyn Store, id: u128) -> (State, Option<CardDecline>) {
    let stored = store.reader_payment(PaymentId(id)).await.unwrap().unwrap();
    (stored.state, stored.decline)
}

#[tokio::test]
async fn a_till_gets_a_reader_that_no_other_restaurant_has() {
    for (engine, store) in engines("a_till_gets_a_reader_that_no_other_restaurant_has")
        .await
        .stores
    {
        let here = Fixture::new(store.clone()).await;
        here.pair(1, DeviceKind::Till).await;
        here.pair(2, DeviceKind::Kitchen).await;
        put_restaurant(store.as_ref(), 2, "trattoria").await;
        let choose = async |restaurant, device, id: Option<&str>| {
            let chosen = id.map(reader);
            store
                .choose_reader(restaurant, device, chosen.as_ref(), BY_OPERATOR)
                .await
                .unwrap()
        };
        let before = store.revision(HERE).await.unwrap();
        assert_eq!(
            choose(HERE, TILL, Some("a")).await,
            ChosenReader::Chosen,
            "{engine}"
        );
        assert!(store.revision(HERE).await.unwrap() > before, "{engine}");
        let devices = store.devices(HERE).await.unwrap();
        let till = devices.iter().find(|device| device.id == TILL).unwrap();
        assert_eq!(till.reader, Some(reader("a")), "{engine}");
        let records = store
            .records(HERE, &[RecordId::Device(TILL), RecordId::Bill(BillId(99))])
            .await
            .unwrap();
        assert!(
            matches!(&records[..], [Record::Device(till)] if till.reader.as_deref() == Some("Reader a")),
            "{engine}: {records:?}"
        );
        for (restaurant, device) in [(HERE, DeviceId(2)), (HERE, DeviceId(9)), (RestaurantId(2), TILL)] {
            assert_eq!(
                choose(restaurant, device, None).await,
                ChosenReader::NoSuchTill,
                "{engine}"
            );
        }
        assert_eq!(
            choose(RestaurantId(2), TILL, Some("a")).await,
            ChosenReader::OfAnotherRestaurant,
            "{engine}"
        );
        assert_eq!(choose(HERE, TILL, None).await, ChosenReader::Chosen, "{engine}");
        let devices = store.devices(HERE).await.unwrap();
        assert!(devices.iter().all(|device| device.reader.is_none()), "{engine}");
        // Whoever is let in anew is given a reader anew.
        choose(HERE, TILL, Some("a")).await;
        let code = format!("code 1 at {NOW:?}");
        store
            .pair(&code, TILL, "token", &storage_key(), NOW)
            .await
            .unwrap();
        let devices = store.devices(HERE).await.unwrap();
        assert!(devices.iter().all(|device| device.reader.is_none()), "{engine}");
    }
}

#[tokio::test]
async fn a_payment_waits_once_and_what_was_paid_stays_paid() {
    for (engine, store) in engines("a_payment_waits_once_and_what_was_paid_stays_paid")
        .await
        .stores
    {
        Fixture::new(store.clone()).await.pair(1, DeviceKind::Till).await;
        let store = store.as_ref();
        let start = async |payment: &StoredReaderPayment| store.start_reader_payment(payment).await.unwrap();
        let first = payment(1, 7, "a");
        assert_eq!(start(&first).await, Started::Started, "{engine}");
        assert_eq!(
            start(&first).await,
            Started::Known(Box::new(first.clone())),
            "{engine}"
        );
        assert_eq!(start(&payment(2, 7, "b")).await, Started::PayableBusy, "{engine}");
        assert_eq!(start(&payment(3, 8, "a")).await, Started::ReaderBusy, "{engine}");
        assert_eq!(start(&payment(4, 8, "b")).await, Started::Started, "{engine}");

        let set = async |id, intent: &str| {
            store
                .set_reader_payment_intent(PaymentId(id), intent)
                .await
                .unwrap()
        };
        assert!(
            set(1, "pi_1").await && !set(1, "pi_2").await && !set(9, "pi_9").await,
            "{engine}"
        );
        let found = store.reader_payment_of_intent("pi_1").await.unwrap().unwrap();
        assert_eq!(
            (found.request, found.intent.as_deref()),
            (first.request, Some("pi_1")),
            "{engine}"
        );
        assert!(
            store.reader_payment_of_intent("pi_2").await.unwrap().is_none(),
            "{engine}"
        );

        let waiting = async |before: i64, after| {
            let page = store
                .waiting_reader_payments(Timestamp(NOW.0 + before), after)
                .await
                .unwrap();
            page.iter()
                .map(|payment| payment.request.id.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(waiting(9, None).await, [1, 4], "{engine}");
        assert_eq!(waiting(4, None).await, [1], "{engine}");
        let behind = Some((Timestamp(NOW.0 + 1), PaymentId(1)));
        assert_eq!(waiting(9, behind).await, [4], "{engine}");

        let end = async |id, state, decline| {
            store
                .end_reader_payment(PaymentId(id), state, decline)
                .await
                .unwrap();
        };
        end(1, State::Declined, Some(CardDecline::Funds)).await;
        assert_eq!(
            state(store, 1).await,
            (State::Declined, Some(CardDecline::Funds)),
            "{engine}"
        );
        assert!(!set(1, "pi_3").await, "{engine}: it is over");
        // The bill and the reader are free.
        assert_eq!(start(&payment(5, 7, "a")).await, Started::Started, "{engine}");
        end(5, State::Paid, None).await;
        end(5, State::Cancelled, None).await;
        assert_eq!(state(store, 5).await, (State::Paid, None), "{engine}");
        assert_eq!(waiting(9, None).await, [4], "{engine}");
    }
}
