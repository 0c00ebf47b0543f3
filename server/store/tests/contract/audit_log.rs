//! Who did what: written with the act, and read by page.

use servery_domain::{
    account::Role,
    audit::{Act, AuditEntry, Author, AuthorName},
    device::DeviceKind,
    id::{CashierId, DeviceId, RestaurantId},
    order::Event,
    pos::{
        cashier::Cashier,
        op::{Action, Op},
        right::TillRole,
    },
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    Store,
    accounts::RoleOutcome,
    orders::{Advance, OrderWrite},
};

use crate::{
    accounts::{ADA, ada, passkey, session},
    builders::{BY_OPERATOR, HERE, NOW, deletion_mail},
    engines::engines,
    fixture::{Fixture, ORDER},
};

const ACCEPTED: Event = Event::Accepted {
    ready_at: LocalMinute(40),
};

/// What an account did to somebody who has, had or gets this role.
pub fn entry(at: Timestamp, act: Act, (by, subject): (&str, &str), role: Option<Role>) -> AuditEntry {
    AuditEntry {
        at,
        act,
        author: AuthorName::Account {
            email: Some(by.into()),
        },
        subject: Some(subject.into()),
        role,
        order: None,
        amount: None,
    }
}

pub async fn whole_log(store: &dyn Store, restaurant: RestaurantId) -> Vec<AuditEntry> {
    let (entries, more) = store
        .restaurant_log(restaurant, Timestamp(i64::MAX))
        .await
        .unwrap();
    assert!(!more);
    entries
}

pub fn acts(entries: &[AuditEntry]) -> Vec<Act> {
    entries.iter().map(|entry| entry.act).collect()
}

#[tokio::test]
async fn every_act_of_staff_names_its_author() {
    for (engine, store) in engines("every_act_of_staff_names_its_author").await.stores {
        let fixture = Fixture::new(store).await;
        let store = &fixture.store;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        let by_ada = |at| (Author::Account(ADA), Timestamp(at));
        store
            .put_staff(ADA, HERE, Role::Manager, BY_OPERATOR)
            .await
            .unwrap();
        let mut till = fixture.pair(1, DeviceKind::Till).await;
        fixture.place(ORDER, 1).await;
        fixture
            .write(OrderWrite::Advance(Advance {
                order: ORDER,
                event: ACCEPTED,
                author: Author::Account(ADA),
                at: Timestamp(NOW.0 + 1),
                slot: None,
            }))
            .await;
        let cashier = Cashier {
            id: CashierId(5),
            name: "Grace".into(),
            pin: "0".repeat(64),
            role: TillRole::Cashier,
        };
        let added = till.op(Action::Cashier(cashier));
        let ready = Op {
            by: Some(CashierId(5)),
            ..till.op(Action::Order {
                order: ORDER,
                event: Event::Preparing,
                run: None,
            })
        };
        fixture.sync(&till, &[added, ready]).await;
        let revoked = store.revoke_device(HERE, DeviceId(1), by_ada(NOW.0 + 2)).await;
        assert!(revoked.unwrap(), "{engine}");
        let left = store
            .change_role(ADA, HERE, (Role::Manager, None), by_ada(NOW.0 + 3))
            .await;
        assert_eq!(left.unwrap(), RoleOutcome::Changed, "{engine}");

        let (log, more) = store.restaurant_log(HERE, Timestamp(i64::MAX)).await.unwrap();
        assert!(!more, "{engine}");
        let named_ada = || AuthorName::Account {
            email: Some(ada().account.email),
        };
        let till = |cashier: Option<&str>| AuthorName::Device {
            name: Some("Device 1".into()),
            cashier: cashier.map(str::to_owned),
        };
        let mut authors: Vec<_> = log
            .iter()
            .map(|entry| (entry.act, entry.author.clone()))
            .collect();
        authors.sort_by_key(|(act, _)| *act);
        assert_eq!(
            authors,
            [
                (Act::RoleGiven, AuthorName::Operator),
                (Act::RoleRemoved, named_ada()),
                (Act::CodeMade, AuthorName::Operator),
                (Act::DevicePaired, till(None)),
                (Act::DeviceRevoked, named_ada()),
                (Act::OrderAccepted, named_ada()),
                (Act::OrderPreparing, till(Some("Grace"))),
            ],
            "{engine}"
        );
        assert_eq!(
            acts(&log[..2]),
            [Act::RoleRemoved, Act::DeviceRevoked],
            "{engine}: the newest first"
        );
        let accepted = log.iter().find(|entry| entry.act == Act::OrderAccepted).unwrap();
        assert_eq!(accepted.order, Some(1), "{engine}");
        let given = log.iter().find(|entry| entry.act == Act::RoleGiven).unwrap();
        assert_eq!(
            (given.role, given.subject.as_deref()),
            (Some(Role::Manager), Some(ada().account.email.as_str())),
            "{engine}"
        );
        let elsewhere = store.restaurant_log(RestaurantId(2), Timestamp(i64::MAX)).await;
        assert_eq!(elsewhere.unwrap(), (Vec::new(), false), "{engine}");
    }
}

#[tokio::test]
async fn a_page_of_the_log_ends_between_two_seconds() {
    for (engine, store) in engines("a_page_of_the_log_ends_between_two_seconds").await.stores {
        let fixture = Fixture::new(store).await;
        let store = &fixture.store;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        for at in 0..75 {
            for _ in 0..3 {
                store
                    .put_staff(ADA, HERE, Role::Kitchen, (Author::Operator, Timestamp(at)))
                    .await
                    .unwrap();
            }
        }
        let (mut before, mut seen) = (Timestamp(i64::MAX), Vec::new());
        loop {
            let (page, more) = store.restaurant_log(HERE, before).await.unwrap();
            before = page.last().unwrap().at;
            seen.extend(page);
            if !more {
                break;
            }
        }
        let expected: Vec<i64> = (0..75).rev().flat_map(|at| [at; 3]).collect();
        assert_eq!(
            seen.iter().map(|entry| entry.at.0).collect::<Vec<_>>(),
            expected,
            "{engine}"
        );
        store.delete_audit_log(Timestamp(70)).await.unwrap();
        let (left, _) = store.restaurant_log(HERE, Timestamp(i64::MAX)).await.unwrap();
        assert_eq!(left.len(), 15, "{engine}");
    }
}

#[tokio::test]
async fn an_account_sees_sign_ins_and_changes_until_it_is_deleted() {
    for (engine, store) in engines("an_account_sees_sign_ins_and_changes_until_it_is_deleted")
        .await
        .stores
    {
        let fixture = Fixture::new(store).await;
        let store = &fixture.store;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        store.start_session(&session("k"), None).await.unwrap();
        let later = |seconds| Timestamp(NOW.0 + seconds);
        store.set_password(ADA, "other", "k", later(1)).await.unwrap();
        let passkey = passkey("p", later(2));
        assert!(store.add_passkey(&passkey).await.unwrap(), "{engine}");
        assert!(
            !store.add_passkey(&passkey).await.unwrap(),
            "{engine}: it is there"
        );
        assert!(
            store.remove_passkey(ADA, "p", later(3)).await.unwrap(),
            "{engine}"
        );
        store
            .put_staff(ADA, HERE, Role::Courier, (Author::Operator, later(4)))
            .await
            .unwrap();
        assert_eq!(
            acts(&store.account_log(ADA).await.unwrap()),
            [
                Act::RoleGiven,
                Act::PasskeyRemoved,
                Act::PasskeyAdded,
                Act::PasswordChanged,
                Act::SignedIn
            ],
            "{engine}"
        );
        store
            .delete_account(ADA, &deletion_mail(), later(5))
            .await
            .unwrap();
        assert_eq!(store.account_log(ADA).await.unwrap(), [], "{engine}");
        let (log, _) = store.restaurant_log(HERE, Timestamp(i64::MAX)).await.unwrap();
        assert_eq!(
            (log.len(), &log[0].subject),
            (1, &None),
            "{engine}: the restaurant keeps that somebody had a role"
        );
    }
}
