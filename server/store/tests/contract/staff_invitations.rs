//! Invitations to a restaurant's team.

mod acceptance;
mod withdrawal;

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
