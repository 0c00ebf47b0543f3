//! Cashiers that the office makes, changes and removes.

use servery_domain::{
    account::Role,
    audit::{Act, Author, AuthorName},
    device::DeviceKind,
    id::CashierId,
    pos::{PosState, cashier::Cashier, op::Action, right::TillRole},
    revision::Revision,
    time::Timestamp,
};

use servery_store::{
    Store,
    cashiers::{CashierChange, CashierOutcome},
};

use crate::{
    accounts::{ADA, ada},
    audit_log::whole_log,
    builders::{BY_OPERATOR, HERE, NOW, THERE, put_restaurant},
    engines::engines,
    fixture::Fixture,
};

fn cashier(id: u128, name: &str, digit: char) -> Cashier {
    Cashier {
        id: CashierId(id),
        name: name.to_owned(),
        pin: digit.to_string().repeat(64),
        role: TillRole::Cashier,
    }
}

/// Whether it was accepted.
async fn put(store: &dyn Store, cashier: &Cashier, by: (Author, Timestamp)) -> bool {
    let change = CashierChange {
        id: cashier.id,
        name: cashier.name.clone(),
        pin: Some(cashier.pin.clone()),
        role: Some(cashier.role),
    };
    store.put_cashier(HERE, &change, by).await.unwrap() == CashierOutcome::Done
}

fn of_till(pos: &PosState) -> Vec<Cashier> {
    let mut cashiers: Vec<_> = pos.cashiers().cloned().collect();
    cashiers.sort_by_key(|cashier| cashier.name.clone());
    cashiers
}

#[tokio::test]
async fn the_office_and_a_till_change_the_same_cashiers() {
    for (engine, store) in engines("the_office_and_a_till_change_the_same_cashiers")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let store = &fixture.store;
        put_restaurant(store.as_ref(), 2, "neue-muehle").await;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        store
            .put_staff(ADA, HERE, Role::Owner, BY_OPERATOR)
            .await
            .unwrap();
        let by_ada = |seconds| (Author::Account(ADA), Timestamp(NOW.0 + seconds));
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        let (ben, grace) = (cashier(6, "Ben", '1'), cashier(5, "Grace", '0'));

        let added = till.op(Action::Cashier(grace.clone()));
        assert_eq!(fixture.sync(&till, &[added]).await.done, 1, "{engine}");
        assert!(put(store.as_ref(), &ben, by_ada(1)).await, "{engine}");
        let both = [ben.clone(), grace.clone()];
        assert_eq!(store.cashiers(HERE).await.unwrap(), both, "{engine}");
        assert_eq!(of_till(&fixture.pos_state(&till).await), both, "{engine}");
        assert_eq!(store.cashiers(THERE).await.unwrap(), [], "{engine}");

        let before = fixture.changes(&till, Revision(0)).await.revision;
        let new_pin = cashier(5, "Grace H.", '2');
        for _ in 0..2 {
            assert!(put(store.as_ref(), &new_pin, by_ada(2)).await, "{engine}");
        }
        assert!(
            store.remove_cashier(HERE, ben.id, by_ada(3)).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.remove_cashier(HERE, ben.id, by_ada(4)).await.unwrap(),
            "{engine}: removed before"
        );
        assert!(
            !store.remove_cashier(THERE, grace.id, by_ada(4)).await.unwrap(),
            "{engine}: works elsewhere"
        );
        assert_eq!(
            store.cashiers(HERE).await.unwrap(),
            std::slice::from_ref(&new_pin),
            "{engine}"
        );
        let news = fixture.changes(&till, before).await;
        assert_eq!(news.records.len(), 2, "{engine}: {news:?}");
        assert_eq!(of_till(&fixture.pos_state(&till).await), [new_pin], "{engine}");
    }
}

#[tokio::test]
async fn the_log_says_who_set_a_pin() {
    for (engine, store) in engines("the_log_says_who_set_a_pin").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let by = |seconds| (Author::Operator, Timestamp(NOW.0 + seconds));
        let grace = cashier(5, "Grace", '0');
        for _ in 0..2 {
            put(store.as_ref(), &grace, by(1)).await;
        }
        let lead = Cashier {
            role: TillRole::Lead,
            ..grace.clone()
        };
        put(store.as_ref(), &lead, by(2)).await;
        store.remove_cashier(HERE, grace.id, by(3)).await.unwrap();
        let log = whole_log(store.as_ref(), HERE).await;
        let said: Vec<_> = log
            .iter()
            .map(|entry| (entry.act, entry.subject.as_deref(), &entry.author))
            .collect();
        let grace = Some("Grace");
        assert_eq!(
            said,
            [
                (Act::CashierRemoved, grace, &AuthorName::Operator),
                (Act::TillRoleSet, grace, &AuthorName::Operator),
                (Act::TillRoleSet, grace, &AuthorName::Operator),
                (Act::PinSet, grace, &AuthorName::Operator),
            ],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn what_is_not_said_of_a_cashier_stays() {
    for (engine, store) in engines("what_is_not_said_of_a_cashier_stays").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let by = (Author::Operator, NOW);
        let change = |pin: Option<&str>, role| CashierChange {
            id: CashierId(5),
            name: "Grace".to_owned(),
            pin: pin.map(str::to_owned),
            role,
        };
        let nobody = store.put_cashier(HERE, &change(None, None), by).await.unwrap();
        assert_eq!(nobody, CashierOutcome::NoPin, "{engine}");
        let role = async || store.cashiers(HERE).await.unwrap()[0].role;
        for (pin, given, expected) in [
            (Some("1"), None, TillRole::Cashier),
            (None, Some(TillRole::Lead), TillRole::Lead),
            (Some("2"), None, TillRole::Lead),
            (None, None, TillRole::Lead),
        ] {
            store.put_cashier(HERE, &change(pin, given), by).await.unwrap();
            assert_eq!(role().await, expected, "{engine}: {pin:?} {given:?}");
        }
        assert_eq!(store.cashiers(HERE).await.unwrap()[0].pin, "2", "{engine}");
    }
}
