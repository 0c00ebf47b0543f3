//! Invitations to a restaurant's team.

use servery_domain::{
    account::Role,
    audit::{Act, AuditEntry, Author},
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InvitationKind, StaffInvitation},
    job::{Job, Lane},
    lang::Lang,
    limits,
    time::Timestamp,
};
use servery_store::{
    Store,
    accounts::{AccountDeletion, NewJob, RoleOutcome},
    invitations::{Acceptance, InvitationOutcome, Invited, RenewedInvitation},
};

use crate::{
    accounts::account,
    audit_log::{acts, entry, whole_log},
    builders::{BY_OPERATOR, HERE, NOW, THERE, deletion_mail, put_restaurant, two_restaurants},
    engines::engines,
    staff::employed,
};

const LATER: Timestamp = Timestamp(NOW.0 + 100);
/// Before any invitation expires.
const SOON: Timestamp = Timestamp(NOW.0 + 1);
const ZOE: &str = "zoe@example.org";

/// A colleague's, without a mail.
fn colleague(id: u128, role: Role) -> StaffInvitation {
    StaffInvitation {
        id: InvitationId(id),
        role,
        email: None,
        expires_at: LATER,
    }
}

/// Where and as what an open invitation is for.
async fn position(store: &dyn Store, key: &str, now: Timestamp) -> Option<(RestaurantId, Role)> {
    let open = store.open_invitation(key, now).await.unwrap()?;
    assert_eq!(open.kind, InvitationKind::Staff);
    open.position
}

fn mail(id: u128) -> NewJob {
    let job = Job::InvitationMail {
        invitation: InvitationId(id),
        lang: Lang::German,
    };
    (format!("{}-{id}", job.kind()), job)
}

/// By the operator, without a job.
/// The log does not say who was invited: whoever never comes has not asked to be in it.
fn about_nobody(entry: AuditEntry) -> AuditEntry {
    AuditEntry {
        subject: None,
        ..entry
    }
}

async fn offer(
    store: &dyn Store,
    restaurant: RestaurantId,
    invitation: &StaffInvitation,
    key: &str,
) -> InvitationOutcome {
    store
        .put_staff_invitation(restaurant, invitation, key, None, BY_OPERATOR)
        .await
        .unwrap()
}

/// The key is the id.
async fn offer_by(store: &dyn Store, by: AccountId, id: u128, restaurant: RestaurantId) {
    let (invitation, by) = (colleague(id, Role::Courier), (Author::Account(by), NOW));
    let stored = store
        .put_staff_invitation(restaurant, &invitation, &id.to_string(), None, by)
        .await;
    assert_eq!(stored.unwrap(), InvitationOutcome::Stored);
}

/// The ids of a restaurant's, the lowest first.
async fn offered(store: &dyn Store, restaurant: RestaurantId) -> Vec<u128> {
    let open = store.staff_invitations(restaurant, NOW).await.unwrap();
    let mut ids: Vec<_> = open.into_iter().map(|invitation| invitation.id.0).collect();
    ids.sort_unstable();
    ids
}

async fn accept(store: &dyn Store, key: &str, invited: Invited<'_>) -> Acceptance {
    store.accept_invitation(key, invited, SOON).await.unwrap()
}

async fn mails(store: &dyn Store) -> Vec<NewJob> {
    let due = store.take_jobs(Lane::Mail, NOW, NOW).await.unwrap();
    due.into_iter().map(|due| (due.id, due.job)).collect()
}

#[tokio::test]
async fn a_colleagues_invitation_is_open_until_it_expires() {
    for (engine, store) in engines("a_colleagues_invitation_is_open_until_it_expires")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let first = colleague(2, Role::Manager);
        let second = StaffInvitation {
            email: Some(ZOE.into()),
            expires_at: Timestamp(LATER.0 + 1),
            ..colleague(1, Role::Courier)
        };
        for (invitation, key) in [(&first, "a"), (&second, "b")] {
            assert_eq!(
                offer(store, HERE, invitation, key).await,
                InvitationOutcome::Stored,
                "{engine}"
            );
        }
        let listed = |restaurant, now| store.staff_invitations(restaurant, now);
        assert_eq!(
            listed(HERE, NOW).await.unwrap(),
            [second.clone(), first],
            "{engine}"
        );
        assert_eq!(listed(HERE, LATER).await.unwrap(), [second], "{engine}");
        assert_eq!(listed(THERE, NOW).await.unwrap(), [], "{engine}");
        let open = |key: &'static str, now| store.open_invitation(key, now);
        assert_eq!(
            position(store, "a", NOW).await,
            Some((HERE, Role::Manager)),
            "{engine}"
        );
        assert_eq!(
            position(store, "b", LATER).await,
            Some((HERE, Role::Courier)),
            "{engine}"
        );
        assert_eq!(open("a", LATER).await.unwrap(), None, "{engine}");
        let late = account(3, ZOE);
        assert_eq!(
            store
                .accept_invitation("a", Invited::New(&late), LATER)
                .await
                .unwrap(),
            Acceptance::NoSuchInvitation,
            "{engine}"
        );
        assert_eq!(store.account(late.account.id).await.unwrap(), None, "{engine}");
        store
            .delete_expired_sessions_and_tokens(LATER, NOW)
            .await
            .unwrap();
        assert_eq!(offered(store, HERE).await, [1], "{engine}: the other is deleted");
    }
}

#[tokio::test]
async fn the_same_invitation_again_replaces_its_link() {
    for (engine, store) in engines("the_same_invitation_again_replaces_its_link")
        .await
        .stores
    {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        let boss = employed(store, 1, Role::Owner).await;
        let first = StaffInvitation {
            email: Some(ZOE.into()),
            ..colleague(1, Role::Kitchen)
        };
        let second = StaffInvitation {
            email: Some("zora@example.org".into()),
            expires_at: Timestamp(LATER.0 + 9),
            ..colleague(1, Role::Cashier)
        };
        for (invitation, key, at) in [(&first, "a", NOW), (&second, "b", SOON)] {
            let by = (Author::Account(boss), at);
            let stored = store
                .put_staff_invitation(HERE, invitation, key, Some(&mail(1)), by)
                .await;
            assert_eq!(stored.unwrap(), InvitationOutcome::Stored, "{engine}");
        }
        assert_eq!(
            store.staff_invitations(HERE, NOW).await.unwrap(),
            std::slice::from_ref(&second),
            "{engine}"
        );
        assert_eq!(store.open_invitation("a", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(
            position(store, "b", NOW).await,
            Some((HERE, Role::Cashier)),
            "{engine}"
        );
        assert_eq!(mails(store).await, [mail(1)], "{engine}");
        let log = whole_log(store, HERE).await;
        assert_eq!(
            acts(&log),
            [Act::StaffInvited, Act::StaffInvited, Act::RoleGiven],
            "{engine}: another role is told of"
        );
        for (logged, at, role) in [(&log[1], NOW, Role::Kitchen), (&log[0], SOON, Role::Cashier)] {
            let told = about_nobody(entry(at, Act::StaffInvited, ("1@example.org", ""), Some(role)));
            assert_eq!(*logged, told, "{engine}");
        }
        // Its mail may be on its way: the same again leaves the link as it is.
        let by = (Author::Account(boss), SOON);
        let again = store
            .put_staff_invitation(HERE, &second, "c", Some(&mail(1)), by)
            .await;
        assert_eq!(again.unwrap(), InvitationOutcome::Stored, "{engine}");
        assert_eq!(
            position(store, "b", NOW).await,
            Some((HERE, Role::Cashier)),
            "{engine}"
        );
        assert_eq!(store.open_invitation("c", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(whole_log(store, HERE).await, log, "{engine}");
        // A manager replaces no invitation that they could not make.
        let deputy = employed(store, 2, Role::Manager).await;
        let theirs = store
            .put_staff_invitation(HERE, &colleague(7, Role::Manager), "d", None, by)
            .await;
        assert_eq!(theirs.unwrap(), InvitationOutcome::Stored, "{engine}");
        let by_deputy = (Author::Account(deputy), SOON);
        let replaced = store
            .put_staff_invitation(HERE, &colleague(7, Role::Courier), "e", None, by_deputy)
            .await;
        assert_eq!(replaced.unwrap(), InvitationOutcome::NotAllowed, "{engine}");
        assert!(
            !store
                .withdraw_staff_invitation(HERE, InvitationId(7), by_deputy)
                .await
                .unwrap(),
            "{engine}"
        );
        assert_eq!(
            position(store, "d", NOW).await,
            Some((HERE, Role::Manager)),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn an_invitation_that_is_sent_twice_at_once_is_one() {
    for (engine, store) in engines("an_invitation_that_is_sent_twice_at_once_is_one")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let send = |id: u128, key: &str| {
            let (store, key) = (store.clone(), key.to_owned());
            let invitation = colleague(id, Role::Courier);
            tokio::spawn(async move { offer(store.as_ref(), HERE, &invitation, &key).await })
        };
        let store = store.as_ref();
        for id in 1..=10 {
            let keys = ["a", "b", "c", "d"].map(|key| format!("{key}{id}"));
            let sent: Vec<_> = keys.iter().map(|key| send(id, key)).collect();
            for answer in sent {
                assert_eq!(answer.await.unwrap(), InvitationOutcome::Stored, "{engine}");
            }
            let mut opened = 0;
            for key in &keys {
                let open = store.open_invitation(key, NOW).await.unwrap();
                opened += usize::from(open.is_some());
            }
            assert_eq!(opened, 1, "{engine}: one link");
            assert_eq!(offered(store, HERE).await, [id], "{engine}");
            let withdrawn = store.withdraw_staff_invitation(HERE, InvitationId(id), BY_OPERATOR);
            assert!(withdrawn.await.unwrap(), "{engine}");
        }
        let mut log = whole_log(store, HERE).await;
        log.retain(|entry| entry.act == Act::StaffInvited);
        assert_eq!(log.len(), 10, "{engine}: each is told of once");
    }
}

#[tokio::test]
async fn the_id_of_another_restaurants_invitation_is_taken() {
    for (engine, store) in engines("the_id_of_another_restaurants_invitation_is_taken")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let theirs = colleague(1, Role::Courier);
        offer(store, HERE, &theirs, "a").await;
        let taken = store
            .put_staff_invitation(
                THERE,
                &colleague(1, Role::Owner),
                "b",
                Some(&mail(1)),
                BY_OPERATOR,
            )
            .await;
        assert_eq!(taken.unwrap(), InvitationOutcome::IdTaken, "{engine}");
        assert_eq!(
            store.staff_invitations(HERE, NOW).await.unwrap(),
            [theirs],
            "{engine}"
        );
        assert_eq!(
            position(store, "a", NOW).await,
            Some((HERE, Role::Courier)),
            "{engine}"
        );
        assert_eq!(store.open_invitation("b", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(offered(store, THERE).await, [0; 0], "{engine}");
        assert_eq!(whole_log(store, THERE).await, [], "{engine}");
        assert_eq!(mails(store).await, [], "{engine}");
    }
}

#[tokio::test]
async fn a_restaurant_has_a_limited_number_of_open_invitations() {
    for (engine, store) in engines("a_restaurant_has_a_limited_number_of_open_invitations")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let most = limits::INVITATIONS as u128;
        let offer = async |restaurant, id: u128, key: &str| {
            offer(store, restaurant, &colleague(id, Role::Courier), key).await
        };
        for id in 2..=most {
            let stored = offer(HERE, id, &id.to_string()).await;
            assert_eq!(stored, InvitationOutcome::Stored, "{engine}: {id}");
        }
        // There is room for one more, and two come at the same time.
        let (one, other) = tokio::join!(offer(HERE, 1, "1"), offer(HERE, 1_001, "1001"));
        let mut outcomes = [one, other];
        outcomes.sort_by_key(|outcome| *outcome == InvitationOutcome::TooMany);
        assert_eq!(
            outcomes,
            [InvitationOutcome::Stored, InvitationOutcome::TooMany],
            "{engine}"
        );
        let full = offered(store, HERE).await;
        let refused = store
            .put_staff_invitation(
                HERE,
                &colleague(1_002, Role::Courier),
                "1002",
                Some(&mail(1_002)),
                BY_OPERATOR,
            )
            .await;
        assert_eq!(refused.unwrap(), InvitationOutcome::TooMany, "{engine}");
        assert_eq!(offered(store, HERE).await, full, "{engine}");
        assert_eq!(mails(store).await, [], "{engine}");
        assert_eq!(whole_log(store, HERE).await.len(), full.len(), "{engine}");
        assert_eq!(
            offer(HERE, 2, "again").await,
            InvitationOutcome::Stored,
            "{engine}: a known one is replaced"
        );
        assert_eq!(
            offer(THERE, 1_003, "there").await,
            InvitationOutcome::Stored,
            "{engine}"
        );
        let withdrawn = store.withdraw_staff_invitation(HERE, InvitationId(2), BY_OPERATOR);
        assert!(withdrawn.await.unwrap(), "{engine}");
        assert_eq!(
            offer(HERE, 1_004, "1004").await,
            InvitationOutcome::Stored,
            "{engine}"
        );
        let fresh = StaffInvitation {
            expires_at: Timestamp(LATER.0 + 1),
            ..colleague(1_005, Role::Courier)
        };
        let stored = store
            .put_staff_invitation(HERE, &fresh, "1005", None, (Author::Operator, LATER))
            .await;
        assert_eq!(
            stored.unwrap(),
            InvitationOutcome::Stored,
            "{engine}: all others have expired"
        );
    }
}

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
