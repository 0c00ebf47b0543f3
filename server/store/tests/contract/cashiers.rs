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
        assert!(
            store.put_cashier(HERE, &ben, by_ada(1)).await.unwrap(),
            "{engine}"
        );
        let both = [ben.clone(), grace.clone()];
        assert_eq!(store.cashiers(HERE).await.unwrap(), both, "{engine}");
        assert_eq!(of_till(&fixture.pos_state(&till).await), both, "{engine}");
        assert_eq!(store.cashiers(THERE).await.unwrap(), [], "{engine}");

        let before = fixture.changes(&till, Revision(0)).await.revision;
        let new_pin = cashier(5, "Grace H.", '2');
        for _ in 0..2 {
            assert!(
                store.put_cashier(HERE, &new_pin, by_ada(2)).await.unwrap(),
                "{engine}"
            );
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
            store.put_cashier(HERE, &grace, by(1)).await.unwrap();
        }
        let lead = Cashier {
            role: TillRole::Lead,
            ..grace.clone()
        };
        store.put_cashier(HERE, &lead, by(2)).await.unwrap();
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
