//! Invitations that count no more.

use super::*;

#[tokio::test]
async fn a_renewed_link_replaces_the_one_before() {
    for (engine, store) in engines("a_renewed_link_replaces_the_one_before").await.stores {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        let invitation = StaffInvitation {
            email: Some(ZOE.into()),
            ..colleague(1, Role::Kitchen)
        };
        offer(store, HERE, &invitation, "old").await;
        let log = whole_log(store, HERE).await;
        let renew = async |id, key: &str, now| {
            let renewed = store.renew_invitation(InvitationId(id), key, now).await;
            renewed.unwrap()
        };
        assert_eq!(
            renew(1, "new", SOON).await,
            Some(RenewedInvitation {
                kind: InvitationKind::Staff,
                restaurant: Some(HERE),
                email: ZOE.into(),
            }),
            "{engine}"
        );
        assert_eq!(store.open_invitation("old", NOW).await.unwrap(), None, "{engine}");
        let zoe = account(2, ZOE);
        assert_eq!(
            accept(store, "old", Invited::New(&zoe)).await,
            Acceptance::NoSuchInvitation,
            "{engine}"
        );
        assert_eq!(
            position(store, "new", NOW).await,
            Some((HERE, Role::Kitchen)),
            "{engine}"
        );
        assert_eq!(
            store.staff_invitations(HERE, NOW).await.unwrap(),
            [invitation],
            "{engine}: and it expires when it would have"
        );
        assert_eq!(whole_log(store, HERE).await, log, "{engine}");

        assert_eq!(renew(1, "late", LATER).await, None, "{engine}: it has expired");
        assert_eq!(renew(2, "unknown", SOON).await, None, "{engine}");
        offer(store, HERE, &colleague(3, Role::Kitchen), "withdrawn").await;
        let withdrawn = store.withdraw_staff_invitation(HERE, InvitationId(3), BY_OPERATOR);
        assert!(withdrawn.await.unwrap(), "{engine}");
        assert_eq!(renew(3, "back", SOON).await, None, "{engine}");
        assert_eq!(
            accept(store, "new", Invited::New(&zoe)).await,
            Acceptance::Accepted,
            "{engine}"
        );
        assert_eq!(renew(1, "once more", SOON).await, None, "{engine}");
        for key in ["late", "unknown", "back", "once more"] {
            assert_eq!(
                store.open_invitation(key, NOW).await.unwrap(),
                None,
                "{engine}: {key}"
            );
        }
    }
}

#[tokio::test]
async fn an_invitation_is_withdrawn_once_and_by_its_restaurant() {
    for (engine, store) in engines("an_invitation_is_withdrawn_once_and_by_its_restaurant")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let boss = employed(store, 1, Role::Owner).await;
        let invitation = StaffInvitation {
            email: Some(ZOE.into()),
            ..colleague(1, Role::Kitchen)
        };
        offer(store, HERE, &invitation, "a").await;
        offer(store, HERE, &colleague(2, Role::Kitchen), "b").await;
        let log = whole_log(store, HERE).await;
        let withdraw = async |restaurant, id, now| {
            let by = (Author::Account(boss), now);
            store
                .withdraw_staff_invitation(restaurant, InvitationId(id), by)
                .await
                .unwrap()
        };
        assert!(!withdraw(THERE, 1, SOON).await, "{engine}: another restaurant's");
        assert!(!withdraw(HERE, 1, LATER).await, "{engine}: it has expired");
        assert!(!withdraw(HERE, 3, SOON).await, "{engine}: there is none");
        assert_eq!(offered(store, HERE).await, [1, 2], "{engine}");
        assert_eq!(whole_log(store, HERE).await, log, "{engine}");
        assert!(withdraw(HERE, 1, SOON).await, "{engine}");
        assert!(!withdraw(HERE, 1, SOON).await, "{engine}: it is already");
        assert_eq!(offered(store, HERE).await, [2], "{engine}");
        assert_eq!(store.open_invitation("a", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(
            accept(store, "a", Invited::Known(boss)).await,
            Acceptance::NoSuchInvitation,
            "{engine}"
        );
        let now = whole_log(store, HERE).await;
        let names = ("1@example.org", "");
        let told = about_nobody(entry(SOON, Act::InvitationWithdrawn, names, Some(Role::Kitchen)));
        assert_eq!((&now[0], &now[1..]), (&told, log.as_slice()), "{engine}");
        assert_eq!(whole_log(store, THERE).await, [], "{engine}");
    }
}

#[tokio::test]
async fn whoever_has_another_role_or_none_invites_nobody_any_more() {
    for (engine, store) in engines("whoever_has_another_role_or_none_invites_nobody_any_more")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let boss = employed(store, 1, Role::Owner).await;
        let deputy = employed(store, 2, Role::Manager).await;
        offer_by(store, boss, 1, HERE).await;
        offer(store, HERE, &colleague(2, Role::Courier), "2").await;
        store
            .put_staff(deputy, THERE, Role::Manager, BY_OPERATOR)
            .await
            .unwrap();
        offer_by(store, deputy, 3, THERE).await;
        let change = async |whom, from, to| {
            let outcome = store.change_role(whom, HERE, (from, to), BY_OPERATOR).await;
            outcome.unwrap()
        };
        for to in [Some(Role::Cashier), None] {
            store
                .put_staff(deputy, HERE, Role::Manager, BY_OPERATOR)
                .await
                .unwrap();
            offer_by(store, deputy, 4, HERE).await;
            assert_eq!(
                change(deputy, Role::Kitchen, to).await,
                RoleOutcome::NotInRole,
                "{engine}"
            );
            assert_eq!(
                change(boss, Role::Owner, to).await,
                RoleOutcome::LastOwner,
                "{engine}"
            );
            assert_eq!(
                offered(store, HERE).await,
                [1, 2, 4],
                "{engine}: nothing has changed"
            );
            assert_eq!(
                change(deputy, Role::Manager, to).await,
                RoleOutcome::Changed,
                "{engine}"
            );
            assert_eq!(
                accept(store, "4", Invited::New(&account(3, ZOE))).await,
                Acceptance::NoSuchInvitation,
                "{engine}: {to:?}"
            );
            assert_eq!(
                offered(store, HERE).await,
                [1, 2],
                "{engine}: those of others stay"
            );
        }
        assert_eq!(
            offered(store, THERE).await,
            [3],
            "{engine}: and those to another restaurant"
        );
        // A request that was on its way when the role was taken.
        let by = (Author::Account(deputy), NOW);
        let late = store
            .put_staff_invitation(HERE, &colleague(5, Role::Courier), "5", None, by)
            .await;
        assert_eq!(late.unwrap(), InvitationOutcome::NotAllowed, "{engine}");
    }
}

/// The owner makes the invitation 1, a manager the invitation 2: the manager.
async fn boss_and_deputy_invite(store: &dyn Store) -> AccountId {
    put_restaurant(store, 1, "alte-muehle").await;
    let boss = employed(store, 1, Role::Owner).await;
    let deputy = employed(store, 2, Role::Manager).await;
    offer_by(store, boss, 1, HERE).await;
    offer_by(store, deputy, 2, HERE).await;
    deputy
}

async fn expect_invitation_of_boss_only(store: &dyn Store, engine: &str) {
    assert_eq!(
        accept(store, "2", Invited::New(&account(3, ZOE))).await,
        Acceptance::NoSuchInvitation,
        "{engine}"
    );
    assert_eq!(offered(store, HERE).await, [1], "{engine}");
}

#[tokio::test]
async fn whoever_deletes_their_account_invites_nobody_any_more() {
    for (engine, store) in engines("whoever_deletes_their_account_invites_nobody_any_more")
        .await
        .stores
    {
        let store = store.as_ref();
        let deputy = boss_and_deputy_invite(store).await;
        let deleted = store.delete_account(deputy, &deletion_mail(), SOON).await;
        assert_eq!(deleted.unwrap(), AccountDeletion::Deleted, "{engine}");
        expect_invitation_of_boss_only(store, engine).await;
    }
}

#[tokio::test]
async fn whoever_gets_another_role_from_the_operator_invites_nobody_any_more() {
    for (engine, store) in engines("whoever_gets_another_role_from_the_operator")
        .await
        .stores
    {
        let store = store.as_ref();
        let deputy = boss_and_deputy_invite(store).await;
        store
            .put_staff(deputy, HERE, Role::Courier, BY_OPERATOR)
            .await
            .unwrap();
        expect_invitation_of_boss_only(store, engine).await;
    }
}

#[tokio::test]
async fn a_link_that_was_handed_over_is_not_mailed_anew() {
    for (engine, store) in engines("a_link_that_was_handed_over_is_not_mailed_anew")
        .await
        .stores
    {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        offer(store, HERE, &colleague(1, Role::Courier), "a").await;
        let renewed = store.renew_invitation(InvitationId(1), "b", SOON).await;
        assert_eq!(renewed.unwrap(), None, "{engine}");
        let open = position(store, "a", NOW).await;
        assert_eq!(open, Some((HERE, Role::Courier)), "{engine}");
    }
}
