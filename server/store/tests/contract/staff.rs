//! Who works in a restaurant, and what ends when somebody does not any more.

use servery_domain::{
    account::{MailPurpose, Role},
    audit::{Act, Author},
    device::DeviceKind,
    id::{AccountId, DeviceId, RestaurantId},
    staff::StaffMember,
    time::Timestamp,
};
use servery_store::{
    Result, Store,
    accounts::{AccountDeletion, RoleOutcome, Session},
};

use crate::{
    accounts::{ADA, account, ada, session, token},
    audit_log::{entry, whole_log},
    builders::{BY_OPERATOR, HERE, NOW, THERE, deletion_mail, put_restaurant, two_restaurants},
    engines::engines,
    fixture::Fixture,
};

/// An account with a role in restaurant 1. Its address begins with its id.
pub async fn employed(store: &dyn Store, id: u128, role: Role) -> AccountId {
    let new = account(id, &format!("{id}@example.org"));
    assert!(store.add_account(&new, None).await.unwrap());
    put(store, new.account.id, HERE, role).await;
    new.account.id
}

async fn put(store: &dyn Store, account: AccountId, restaurant: RestaurantId, role: Role) {
    store
        .put_staff(account, restaurant, role, BY_OPERATOR)
        .await
        .unwrap();
}

/// In restaurant 1, by the operator.
async fn change(store: &dyn Store, account: AccountId, from: Role, to: Option<Role>) -> RoleOutcome {
    store
        .change_role(account, HERE, (from, to), BY_OPERATOR)
        .await
        .unwrap()
}

/// Whether open streams ask again after it whether they may go on.
async fn raises<T>(store: &dyn Store, act: impl Future<Output = Result<T>>) -> bool {
    let before = store.access_revision().await.unwrap();
    act.await.unwrap();
    store.access_revision().await.unwrap() > before
}

#[tokio::test]
async fn a_role_is_changed_from_the_one_that_it_was() {
    for (engine, store) in engines("a_role_is_changed_from_the_one_that_it_was").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let boss = employed(store, 1, Role::Owner).await;
        let cook = employed(store, 2, Role::Kitchen).await;
        put(store, cook, THERE, Role::Courier).await;
        let (roles, log) = (
            store.account_roles(cook).await.unwrap().staff,
            whole_log(store, HERE).await,
        );
        let by_boss = |seconds| (Author::Account(boss), Timestamp(NOW.0 + seconds));
        for (whom, restaurant, change) in [
            (cook, HERE, (Role::Courier, Some(Role::Manager))),
            (cook, HERE, (Role::Courier, None)),
            (cook, HERE, (Role::Owner, None)),
            (AccountId(9), HERE, (Role::Kitchen, Some(Role::Manager))),
        ] {
            let outcome = store.change_role(whom, restaurant, change, by_boss(1)).await;
            assert_eq!(
                outcome.unwrap(),
                RoleOutcome::NotInRole,
                "{engine}: {whom} {change:?}"
            );
        }
        // Whoever asked may have lost their role since, or never had it.
        for (author, whom, restaurant, change) in [
            (boss, cook, THERE, (Role::Courier, None)),
            (cook, boss, HERE, (Role::Owner, None)),
            (cook, cook, HERE, (Role::Kitchen, Some(Role::Owner))),
        ] {
            let by = (Author::Account(author), NOW);
            let outcome = store.change_role(whom, restaurant, change, by).await;
            assert_eq!(
                outcome.unwrap(),
                RoleOutcome::NotAllowed,
                "{engine}: {whom} {change:?}"
            );
        }
        assert_eq!(store.account_roles(cook).await.unwrap().staff, roles, "{engine}");
        assert_eq!(whole_log(store, HERE).await, log, "{engine}");
        for (change, at) in [
            ((Role::Kitchen, Some(Role::Cashier)), 2),
            ((Role::Cashier, None), 3),
        ] {
            let outcome = store.change_role(cook, HERE, change, by_boss(at)).await;
            assert_eq!(outcome.unwrap(), RoleOutcome::Changed, "{engine}: {change:?}");
            let here = store.account_roles(cook).await.unwrap().staff.into_iter();
            let here = here.filter(|(of, _)| *of == HERE).map(|(_, role)| role).next();
            assert_eq!(here, change.1, "{engine}");
        }
        assert_eq!(
            store.account_roles(cook).await.unwrap().staff,
            [(THERE, Role::Courier)],
            "{engine}: elsewhere it is as it was"
        );
        let (names, log) = (("1@example.org", "2@example.org"), whole_log(store, HERE).await);
        assert_eq!(
            log[..2],
            [
                entry(by_boss(3).1, Act::RoleRemoved, names, None),
                entry(by_boss(2).1, Act::RoleGiven, names, Some(Role::Cashier)),
            ],
            "{engine}"
        );
        assert_eq!(
            change(store, cook, Role::Cashier, None).await,
            RoleOutcome::NotInRole,
            "{engine}"
        );
    }
}

#[tokio::test]
async fn the_last_owner_stays() {
    for (engine, store) in engines("the_last_owner_stays").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let boss = employed(store, 1, Role::Owner).await;
        let deputy = employed(store, 2, Role::Manager).await;
        put(store, deputy, THERE, Role::Owner).await;
        let log = whole_log(store, HERE).await;
        for to in [None, Some(Role::Manager)] {
            assert_eq!(
                change(store, boss, Role::Owner, to).await,
                RoleOutcome::LastOwner,
                "{engine}: {to:?}"
            );
        }
        assert_eq!(
            store.account_roles(boss).await.unwrap().staff,
            [(HERE, Role::Owner)],
            "{engine}"
        );
        assert_eq!(whole_log(store, HERE).await, log, "{engine}");
        assert_eq!(
            change(store, deputy, Role::Owner, None).await,
            RoleOutcome::NotInRole,
            "{engine}: an owner of another restaurant"
        );
        assert_eq!(
            change(store, deputy, Role::Manager, Some(Role::Owner)).await,
            RoleOutcome::Changed,
            "{engine}"
        );
        assert_eq!(
            change(store, boss, Role::Owner, Some(Role::Courier)).await,
            RoleOutcome::Changed,
            "{engine}"
        );
        assert_eq!(
            change(store, deputy, Role::Owner, None).await,
            RoleOutcome::LastOwner,
            "{engine}"
        );
    }
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    for (engine, store) in engines("of_two_owners_who_leave_at_once_one_stays").await.stores {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        let first = employed(store, 1, Role::Owner).await;
        let second = employed(store, 2, Role::Owner).await;
        for to in [None, Some(Role::Manager)] {
            for owner in [first, second] {
                put(store, owner, HERE, Role::Owner).await;
            }
            let (one, other) = tokio::join!(
                change(store, first, Role::Owner, to),
                change(store, second, Role::Owner, to)
            );
            let mut outcomes = [one, other];
            outcomes.sort_by_key(|outcome| *outcome == RoleOutcome::LastOwner);
            assert_eq!(
                outcomes,
                [RoleOutcome::Changed, RoleOutcome::LastOwner],
                "{engine}: {to:?}"
            );
        }
        // One of them leaves altogether.
        for owner in [first, second] {
            put(store, owner, HERE, Role::Owner).await;
        }
        let mail = deletion_mail();
        let (left, deleted) = tokio::join!(
            change(store, first, Role::Owner, None),
            store.delete_account(second, &mail, NOW)
        );
        let outcomes = (left, deleted.unwrap());
        assert!(
            matches!(
                outcomes,
                (RoleOutcome::Changed, AccountDeletion::LastOwner)
                    | (RoleOutcome::LastOwner, AccountDeletion::Deleted)
            ),
            "{engine}: {outcomes:?}"
        );
        let owners = store.staff(HERE, 0).await.unwrap();
        assert_eq!(
            owners.iter().map(|owner| owner.role).collect::<Vec<_>>(),
            [Role::Owner],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn staff_are_listed_by_role_and_address_with_their_last_sign_ins() {
    for (engine, store) in engines("staff_are_listed_by_role_and_address").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        for (id, email, role) in [
            (1, "ada@example.org", Role::Courier),
            (2, "Ben@example.org", Role::Owner),
            (3, "Zoe@example.org", Role::Kitchen),
            (4, "eve@example.org", Role::Kitchen),
        ] {
            store.add_account(&account(id, email), None).await.unwrap();
            put(store, AccountId(id), HERE, role).await;
        }
        let stranger = account(5, "a@example.org");
        store.add_account(&stranger, None).await.unwrap();
        put(store, AccountId(5), THERE, Role::Owner).await;
        put(store, AccountId(3), THERE, Role::Courier).await;
        for (id, at) in [(3, 20), (3, 40), (3, 10), (3, 30), (2, 25), (5, 50)] {
            let session = Session {
                account: AccountId(id),
                created_at: Timestamp(at),
                ..session(&format!("{id} at {at}"))
            };
            store.start_session(&session, None).await.unwrap();
        }
        store.end_session("3 at 40").await.unwrap();
        let member = |id, email: &str, role, sign_ins: &[i64]| StaffMember {
            account: AccountId(id),
            email: email.into(),
            name: ada().account.name,
            role,
            sign_ins: sign_ins.iter().copied().map(Timestamp).collect(),
        };
        assert_eq!(
            store.staff(HERE, 2).await.unwrap(),
            [
                member(2, "Ben@example.org", Role::Owner, &[25]),
                member(4, "eve@example.org", Role::Kitchen, &[]),
                member(3, "Zoe@example.org", Role::Kitchen, &[40, 30]),
                member(1, "ada@example.org", Role::Courier, &[]),
            ],
            "{engine}"
        );
        assert_eq!(
            store.staff(THERE, 1).await.unwrap(),
            [
                member(5, "a@example.org", Role::Owner, &[50]),
                member(3, "Zoe@example.org", Role::Courier, &[40]),
            ],
            "{engine}"
        );
        assert_eq!(store.staff(RestaurantId(3), 2).await.unwrap(), [], "{engine}");
    }
}

#[tokio::test]
async fn streams_ask_again_when_somebody_has_lost_a_role_a_session_or_a_device() {
    for (engine, store) in engines("streams_ask_again_when_somebody_has_lost").await.stores {
        let fixture = Fixture::new(store).await;
        let store = fixture.store.as_ref();
        fixture.pair(1, DeviceKind::Till).await;
        let boss = employed(store, 1, Role::Owner).await;
        store.add_account(&ada(), None).await.unwrap();
        put(store, ADA, HERE, Role::Kitchen).await;

        let change = |whom, from, to| store.change_role(whom, HERE, (from, to), BY_OPERATOR);
        let to_courier = change(ADA, Role::Kitchen, Some(Role::Courier));
        assert!(raises(store, to_courier).await, "{engine}");
        assert!(
            !raises(store, change(ADA, Role::Kitchen, None)).await,
            "{engine}: no such role"
        );
        assert!(
            !raises(store, change(boss, Role::Owner, None)).await,
            "{engine}: the last owner"
        );

        let revoke = || store.revoke_device(HERE, DeviceId(1), BY_OPERATOR);
        assert!(raises(store, revoke()).await, "{engine}");
        assert!(!raises(store, revoke()).await, "{engine}: it is already");

        assert!(
            !raises(store, store.start_session(&session("k"), None)).await,
            "{engine}"
        );
        assert!(raises(store, store.end_session("k")).await, "{engine}");
        assert!(
            !raises(store, store.end_session("k")).await,
            "{engine}: it is already"
        );
        assert!(raises(store, store.end_sessions(ADA)).await, "{engine}");

        let set = store.set_password(ADA, "other", "k", NOW);
        assert!(raises(store, set).await, "{engine}");
        let secure = store.secure_account(ADA, "new", NOW);
        assert!(raises(store, secure).await, "{engine}");
        let reset = || store.reset_password("r", "newer", NOW);
        store
            .put_mail_token(&token("r", MailPurpose::Reset))
            .await
            .unwrap();
        assert!(raises(store, reset()).await, "{engine}");
        assert!(!raises(store, reset()).await, "{engine}: it is used up");

        let mail = deletion_mail();
        let delete_boss = store.delete_account(boss, &mail, NOW);
        assert!(!raises(store, delete_boss).await, "{engine}: the last owner");
        let delete = store.delete_account(ADA, &mail, NOW);
        assert!(raises(store, delete).await, "{engine}");
        let last = employed(store, 2, Role::Cashier).await;
        assert!(raises(store, change(last, Role::Cashier, None)).await, "{engine}");
    }
}

#[tokio::test]
async fn no_stream_asks_again_for_a_diner() {
    for (engine, store) in engines("no_stream_asks_again_for_a_diner").await.stores {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        employed(store, 1, Role::Owner).await;
        store.add_account(&ada(), None).await.unwrap();
        store.start_session(&session("k"), None).await.unwrap();
        store
            .put_mail_token(&token("r", MailPurpose::Reset))
            .await
            .unwrap();
        assert!(!raises(store, store.end_session("k")).await, "{engine}");
        assert!(!raises(store, store.end_sessions(ADA)).await, "{engine}");
        let set = store.set_password(ADA, "other", "k", NOW);
        assert!(!raises(store, set).await, "{engine}");
        let secure = store.secure_account(ADA, "new", NOW);
        assert!(!raises(store, secure).await, "{engine}");
        let reset = store.reset_password("r", "newer", NOW);
        assert!(!raises(store, reset).await, "{engine}");
        let mail = deletion_mail();
        let delete = store.delete_account(ADA, &mail, NOW);
        assert!(!raises(store, delete).await, "{engine}");
    }
}
