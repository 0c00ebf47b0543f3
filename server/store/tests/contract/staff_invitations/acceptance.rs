//! Who accepts an invitation, and what they may do then.

use super::*;

#[tokio::test]
async fn whoever_accepts_has_the_role_from_whoever_has_invited_them() {
    for (engine, store) in engines("whoever_accepts_has_the_role_from_whoever_invited_them")
        .await
        .stores
    {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        let boss = employed(store, 1, Role::Owner).await;
        let (new, known) = (account(2, ZOE), account(3, "ben@example.org"));
        store.add_account(&known, None).await.unwrap();
        for (id, key, role) in [(1, "a", Role::Kitchen), (2, "b", Role::Manager)] {
            let by = (Author::Account(boss), NOW);
            store
                .put_staff_invitation(HERE, &colleague(id, role), key, None, by)
                .await
                .unwrap();
        }
        for (key, invited, id, role) in [
            ("a", Invited::New(&new), new.account.id, Role::Kitchen),
            (
                "b",
                Invited::Known(known.account.id),
                known.account.id,
                Role::Manager,
            ),
        ] {
            assert_eq!(
                accept(store, key, invited).await,
                Acceptance::Accepted,
                "{engine}"
            );
            assert_eq!(
                store.account_roles(id).await.unwrap().staff,
                [(HERE, role)],
                "{engine}"
            );
            assert_eq!(store.open_invitation(key, NOW).await.unwrap(), None, "{engine}");
            assert_eq!(
                accept(store, key, Invited::Known(boss)).await,
                Acceptance::NoSuchInvitation,
                "{engine}: it is used up"
            );
        }
        assert_eq!(
            store.account(new.account.id).await.unwrap(),
            Some(new),
            "{engine}"
        );
        assert_eq!(offered(store, HERE).await, [0; 0], "{engine}");
        let given = |subject, role| entry(SOON, Act::RoleGiven, ("1@example.org", subject), Some(role));
        assert_eq!(
            whole_log(store, HERE).await[..2],
            [given("ben@example.org", Role::Manager), given(ZOE, Role::Kitchen)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn of_two_who_accept_at_once_one_gets_the_role() {
    for (engine, store) in engines("of_two_who_accept_at_once_one_gets_the_role")
        .await
        .stores
    {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        offer(store, HERE, &colleague(1, Role::Courier), "a").await;
        let (ben, zoe) = (account(2, "ben@example.org"), account(3, ZOE));
        let (one, other) = tokio::join!(
            accept(store, "a", Invited::New(&ben)),
            accept(store, "a", Invited::New(&zoe))
        );
        let mut outcomes = [one, other];
        outcomes.sort_by_key(|outcome| *outcome == Acceptance::NoSuchInvitation);
        assert_eq!(
            outcomes,
            [Acceptance::Accepted, Acceptance::NoSuchInvitation],
            "{engine}"
        );
        assert_eq!(store.staff(HERE, 0).await.unwrap().len(), 1, "{engine}");
    }
}

#[tokio::test]
async fn whoever_works_there_keeps_their_role() {
    for (engine, store) in engines("whoever_works_there_keeps_their_role").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let boss = employed(store, 1, Role::Owner).await;
        let courier = employed(store, 2, Role::Courier).await;
        let log = whole_log(store, HERE).await;
        for (whom, own, offer_of) in [
            (boss, Role::Owner, Role::Courier),
            (courier, Role::Courier, Role::Manager),
        ] {
            offer(store, HERE, &colleague(1, offer_of), "a").await;
            assert_eq!(
                accept(store, "a", Invited::Known(whom)).await,
                Acceptance::Accepted,
                "{engine}"
            );
            assert_eq!(
                store.account_roles(whom).await.unwrap().staff,
                [(HERE, own)],
                "{engine}"
            );
            assert_eq!(
                offered(store, HERE).await,
                [0; 0],
                "{engine}: it is used up all the same"
            );
        }
        let mut given = whole_log(store, HERE).await;
        given.retain(|entry| entry.act == Act::RoleGiven);
        assert_eq!(given, log, "{engine}: nobody is given a role");
        offer(store, THERE, &colleague(2, Role::Kitchen), "b").await;
        assert_eq!(
            accept(store, "b", Invited::Known(boss)).await,
            Acceptance::Accepted,
            "{engine}"
        );
        assert_eq!(
            store.account_roles(boss).await.unwrap().staff,
            [(HERE, Role::Owner), (THERE, Role::Kitchen)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_colleague_whose_address_has_an_account_accepts_with_that() {
    for (engine, store) in engines("a_colleague_whose_address_has_an_account_accepts_with_that")
        .await
        .stores
    {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        store.add_account(&account(1, ZOE), None).await.unwrap();
        offer(store, HERE, &colleague(1, Role::Kitchen), "a").await;
        let again = account(2, "ZOE@example.org");
        assert_eq!(
            accept(store, "a", Invited::New(&again)).await,
            Acceptance::EmailTaken,
            "{engine}"
        );
        assert_eq!(store.account(AccountId(2)).await.unwrap(), None, "{engine}");
        assert_eq!(store.staff(HERE, 0).await.unwrap(), [], "{engine}");
        assert_eq!(offered(store, HERE).await, [1], "{engine}");
        assert_eq!(
            accept(store, "a", Invited::Known(AccountId(1))).await,
            Acceptance::Accepted,
            "{engine}"
        );
        assert_eq!(store.staff(HERE, 0).await.unwrap().len(), 1, "{engine}");
    }
}
