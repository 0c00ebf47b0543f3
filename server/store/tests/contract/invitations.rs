//! Operators, invitations, and the restaurants that are made by them.

use servery_domain::{
    account::Role,
    audit::{Act, Author},
    id::{AccountId, InvitationId},
    invitation::{InstallationInvitation, InvitationKind},
    job::{Job, Lane},
    lang::Lang,
    limits,
    mistake::Mistake,
    time::Timestamp,
};
use servery_store::{
    Store,
    accounts::StoredAccount,
    invitations::{Acceptance, Creation, InvitationOutcome, Invited, OpenInvitation, RenewedInvitation},
};

use crate::{
    accounts::account,
    audit_log::{acts, whole_log},
    builders::{HERE, NOW, THERE, file, import},
    engines::engines,
};

const LATER: Timestamp = Timestamp(NOW.0 + 100);

fn at_a_terminal(kind: InvitationKind) -> OpenInvitation {
    OpenInvitation {
        kind,
        position: None,
        email: None,
        author: Author::Operator,
    }
}

fn invitation(id: u128, kind: InvitationKind) -> InstallationInvitation {
    InstallationInvitation {
        id: InvitationId(id),
        kind,
        email: None,
        expires_at: LATER,
    }
}

/// The id is made of the key.
async fn invite(store: &dyn Store, key: &str, kind: InvitationKind) {
    let id = key.bytes().fold(0, |id, byte| id << 8 | u128::from(byte));
    let put = offer(store, &invitation(id, kind), key, Author::Operator).await;
    assert_eq!(put, InvitationOutcome::Stored);
}

/// Without a mail.
async fn offer(
    store: &dyn Store,
    invitation: &InstallationInvitation,
    key: &str,
    by: Author,
) -> InvitationOutcome {
    store
        .put_installation_invitation(invitation, key, None, (by, NOW))
        .await
        .unwrap()
}

/// An account that has accepted an invitation.
async fn invited(store: &dyn Store, id: u128, kind: InvitationKind) -> AccountId {
    let (key, email) = (format!("key {id}"), format!("{id}@example.org"));
    invite(store, &key, kind).await;
    let new = account(id, &email);
    let accepted = store.accept_invitation(&key, Invited::New(&new), NOW).await;
    assert_eq!(accepted.unwrap(), Acceptance::Accepted);
    new.account.id
}

#[tokio::test]
async fn an_installation_is_new_until_somebody_runs_it() {
    for (engine, store) in engines("an_installation_is_new_until_somebody_runs_it")
        .await
        .stores
    {
        assert!(store.is_new_installation().await.unwrap(), "{engine}");
        invite(store.as_ref(), "a", InvitationKind::Operator).await;
        assert!(store.is_new_installation().await.unwrap(), "{engine}");
        // Any diner may sign up.
        store
            .add_account(&account(9, "diner@example.org"), None)
            .await
            .unwrap();
        assert!(store.is_new_installation().await.unwrap(), "{engine}");
        invited(store.as_ref(), 1, InvitationKind::Operator).await;
        assert!(!store.is_new_installation().await.unwrap(), "{engine}");
    }
    for (engine, store) in engines("an_installation_with_a_restaurant_is_not_new")
        .await
        .stores
    {
        import(store.as_ref(), &file(1, "alte-muehle")).await;
        assert!(!store.is_new_installation().await.unwrap(), "{engine}");
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    for (engine, store) in engines("an_invitation_is_accepted_once").await.stores {
        let store = store.as_ref();
        invite(store, "a", InvitationKind::Owner).await;
        invite(store, "b", InvitationKind::Owner).await;
        let open = |key: &'static str, now| store.open_invitation(key, now);
        assert_eq!(
            open("a", NOW).await.unwrap(),
            Some(at_a_terminal(InvitationKind::Owner)),
            "{engine}"
        );
        assert_eq!(open("a", LATER).await.unwrap(), None, "{engine}");
        assert_eq!(open("c", NOW).await.unwrap(), None, "{engine}");
        let accept = |key: &'static str, new: StoredAccount, now| async move {
            store
                .accept_invitation(key, Invited::New(&new), now)
                .await
                .unwrap()
        };
        let late = accept("a", account(1, "late@example.org"), LATER).await;
        assert_eq!(late, Acceptance::NoSuchInvitation, "{engine}");
        assert_eq!(store.account(AccountId(1)).await.unwrap(), None, "{engine}");
        assert_eq!(
            accept("a", account(2, "ben@example.org"), NOW).await,
            Acceptance::Accepted
        );
        let again = accept("a", account(3, "eve@example.org"), NOW).await;
        assert_eq!(again, Acceptance::NoSuchInvitation, "{engine}");
        assert_eq!(open("a", NOW).await.unwrap(), None, "{engine}");
        // The address has an account, so nothing is used up: its holder signs in, and accepts.
        let taken = accept("b", account(4, "BEN@example.org"), NOW).await;
        assert_eq!(taken, Acceptance::EmailTaken, "{engine}");
        let known = store
            .accept_invitation("b", Invited::Known(AccountId(2)), NOW)
            .await;
        assert_eq!(known.unwrap(), Acceptance::Accepted, "{engine}");
    }
}

#[tokio::test]
async fn the_links_of_the_first_start_end_with_the_first_operator() {
    for (engine, store) in engines("the_links_of_the_first_start_end").await.stores {
        let store = store.as_ref();
        invite(store, "a", InvitationKind::Operator).await;
        invite(store, "b", InvitationKind::Owner).await;
        let operator = invited(store, 1, InvitationKind::Operator).await;
        assert_eq!(store.open_invitation("a", NOW).await.unwrap(), None, "{engine}");
        assert!(
            store.open_invitation("b", NOW).await.unwrap().is_some(),
            "{engine}"
        );
        assert!(store.may_create_restaurant(operator).await.unwrap(), "{engine}");
        // Later ones are each for one person.
        invite(store, "c", InvitationKind::Operator).await;
        invited(store, 2, InvitationKind::Operator).await;
        let kept = store.open_invitation("c", NOW).await.unwrap();
        assert_eq!(kept, Some(at_a_terminal(InvitationKind::Operator)), "{engine}");
        // Expired ones are deleted.
        store
            .delete_expired_sessions_and_tokens(LATER, NOW)
            .await
            .unwrap();
        assert_eq!(store.open_invitation("b", NOW).await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn whoever_is_invited_makes_one_restaurant_and_operators_make_any_number() {
    for (engine, store) in engines("whoever_is_invited_makes_one_restaurant").await.stores {
        let store = store.as_ref();
        let stranger = account(9, "nobody@example.org");
        store.add_account(&stranger, None).await.unwrap();
        let create = |number: u128, slug: &'static str, owner| {
            let file = file(number, slug);
            async move { store.create_restaurant(&file, owner, NOW).await.unwrap() }
        };
        assert_eq!(
            create(1, "alte-muehle", stranger.account.id).await,
            Creation::NotInvited
        );
        assert_eq!(store.restaurants().await.unwrap(), [], "{engine}");
        let owner = invited(store, 1, InvitationKind::Owner).await;
        assert_eq!(
            create(1, "alte-muehle", owner).await,
            Creation::Created,
            "{engine}"
        );
        let roles = store.account_roles(owner).await.unwrap().staff;
        assert_eq!(roles, [(HERE, Role::Owner)], "{engine}");
        assert!(!store.may_create_restaurant(owner).await.unwrap(), "{engine}");
        let renamed = create(1, "umbenannt", owner).await;
        assert_eq!(renamed, Creation::AlreadyMade, "{engine}");
        let before = store.revisions().await.unwrap();
        assert_eq!(
            create(1, "alte-muehle", owner).await,
            Creation::Created,
            "sent twice"
        );
        assert_eq!(store.revisions().await.unwrap(), before, "{engine}");
        assert_eq!(
            create(2, "neue-muehle", owner).await,
            Creation::NotInvited,
            "{engine}"
        );
        let operator = invited(store, 2, InvitationKind::Operator).await;
        assert_eq!(
            create(1, "alte-muehle", operator).await,
            Creation::SlugTaken,
            "{engine}"
        );
        assert_eq!(
            create(2, "alte-muehle", operator).await,
            Creation::SlugTaken,
            "{engine}"
        );
        for (number, slug) in [(2, "neue-muehle"), (3, "dritte-muehle")] {
            assert_eq!(
                create(number, slug, operator).await,
                Creation::Created,
                "{engine}"
            );
        }
        let log = whole_log(store, THERE).await;
        assert_eq!(acts(&log), [Act::RoleGiven], "{engine}");
    }
}

#[tokio::test]
async fn a_restaurant_that_is_refused_uses_no_invitation_up() {
    for (engine, store) in engines("a_restaurant_that_is_refused_uses_no_invitation_up")
        .await
        .stores
    {
        let store = store.as_ref();
        let owner = invited(store, 1, InvitationKind::Owner).await;
        let mut wrong = file(1, "alte-muehle");
        wrong.name.clear();
        let refused = store.create_restaurant(&wrong, owner, NOW).await.unwrap();
        let Creation::Refused(mistakes) = refused else {
            panic!("{engine}: {refused:?}");
        };
        let told: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
        assert!(told[0].starts_with("name:"), "{engine}: {told:?}");
        assert!(store.may_create_restaurant(owner).await.unwrap(), "{engine}");
        assert_eq!(store.restaurants().await.unwrap(), [], "{engine}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_at_once_makes_one_restaurant() {
    for (engine, store) in engines("a_form_that_is_sent_twice_at_once").await.stores {
        let owner = invited(store.as_ref(), 1, InvitationKind::Owner).await;
        let send = |_| {
            let store = store.clone();
            let file = file(1, "alte-muehle");
            tokio::spawn(async move { store.create_restaurant(&file, owner, NOW).await.unwrap() })
        };
        let sent: Vec<_> = (0..8).map(send).collect();
        for answer in sent {
            assert_eq!(answer.await.unwrap(), Creation::Created, "{engine}");
        }
        let entries = whole_log(store.as_ref(), HERE).await;
        assert_eq!(entries.len(), 1, "{engine}: {entries:?}");
    }
}

#[tokio::test]
async fn operators_invite_and_withdraw() {
    for (engine, store) in engines("operators_invite_and_withdraw").await.stores {
        let store = store.as_ref();
        let operator = invited(store, 1, InvitationKind::Operator).await;
        let owner = invited(store, 2, InvitationKind::Owner).await;
        assert!(
            store.account_roles(operator).await.unwrap().is_operator,
            "{engine}"
        );
        assert!(!store.account_roles(owner).await.unwrap().is_operator, "{engine}");
        let (first, second) = (
            invitation(10, InvitationKind::Owner),
            InstallationInvitation {
                expires_at: Timestamp(LATER.0 + 1),
                ..invitation(11, InvitationKind::Operator)
            },
        );
        let by = Author::Account(operator);
        for author in [
            Author::Account(owner),
            Author::Account(AccountId(9)),
            Author::System,
        ] {
            let refused = offer(store, &first, "x", author).await;
            assert_eq!(refused, InvitationOutcome::NotAllowed, "{engine}: {author:?}");
        }
        assert_eq!(offer(store, &first, "a", by).await, InvitationOutcome::Stored);
        assert_eq!(offer(store, &second, "b", by).await, InvitationOutcome::Stored);
        let open = store.installation_invitations(NOW).await.unwrap();
        assert_eq!(
            open,
            [second.clone(), first.clone()],
            "{engine}: the newest first"
        );
        assert_eq!(
            store.open_invitation("a", NOW).await.unwrap(),
            Some(OpenInvitation {
                author: by,
                ..at_a_terminal(InvitationKind::Owner)
            }),
            "{engine}"
        );
        // The answer was lost: the link before does not work any more.
        assert_eq!(offer(store, &first, "c", by).await, InvitationOutcome::Stored);
        assert_eq!(store.open_invitation("a", NOW).await.unwrap(), None, "{engine}");
        let accepted = store
            .accept_invitation("c", Invited::Known(AccountId(2)), NOW)
            .await;
        assert_eq!(accepted.unwrap(), Acceptance::Accepted, "{engine}");
        let late = offer(store, &first, "d", by).await;
        assert_eq!(late, InvitationOutcome::IdTaken, "{engine}: it is accepted");
        assert!(store.may_create_restaurant(owner).await.unwrap(), "{engine}");
        let withdraw = async |id, by| {
            let withdrawn = store.withdraw_installation_invitation(InvitationId(id), (by, NOW));
            withdrawn.await.unwrap()
        };
        assert!(!withdraw(10, by).await, "{engine}: it is accepted");
        assert!(!withdraw(11, Author::Account(owner)).await, "{engine}");
        assert!(withdraw(11, by).await && !withdraw(11, by).await, "{engine}");
        assert_eq!(store.installation_invitations(NOW).await.unwrap(), [], "{engine}");
    }
}

#[tokio::test]
async fn an_invitation_to_the_installation_is_mailed_with_its_last_link() {
    for (engine, store) in engines("an_invitation_to_the_installation_is_mailed")
        .await
        .stores
    {
        let store = store.as_ref();
        let mailed = InstallationInvitation {
            email: Some("zoe@example.org".into()),
            ..invitation(10, InvitationKind::Owner)
        };
        let job = Job::InvitationMail {
            invitation: mailed.id,
            lang: Lang::German,
        };
        let job = ("a mail".to_owned(), job);
        for key in ["a", "b"] {
            let put = store
                .put_installation_invitation(&mailed, key, Some(&job), (Author::Operator, NOW))
                .await;
            assert_eq!(put.unwrap(), InvitationOutcome::Stored, "{engine}");
        }
        let due = store.take_jobs(Lane::Mail, NOW, NOW).await.unwrap();
        assert_eq!(due.len(), 1, "{engine}: the same again is one mail");
        let renewed = store.renew_invitation(mailed.id, "c", NOW).await.unwrap();
        let expected = RenewedInvitation {
            kind: InvitationKind::Owner,
            restaurant: None,
            email: "zoe@example.org".into(),
        };
        assert_eq!(renewed, Some(expected), "{engine}");
        assert!(
            store.open_invitation("c", NOW).await.unwrap().is_some(),
            "{engine}"
        );
        let zoe = account(3, "zoe@example.org");
        let accepted = store.accept_invitation("c", Invited::New(&zoe), NOW).await;
        assert_eq!(accepted.unwrap(), Acceptance::Accepted, "{engine}");
        let renewed = store.renew_invitation(mailed.id, "d", NOW).await.unwrap();
        assert_eq!(renewed, None, "{engine}: it is accepted");
    }
}

#[tokio::test]
async fn an_operator_has_so_many_open_invitations_and_a_terminal_any_number() {
    for (engine, store) in engines("an_operator_has_so_many_open_invitations").await.stores {
        let store = store.as_ref();
        let operator = invited(store, 1, InvitationKind::Operator).await;
        for id in 0..limits::INVITATIONS as u128 {
            let owner = invitation(100 + id, InvitationKind::Owner);
            let put = offer(store, &owner, &format!("key {id}"), Author::Operator).await;
            assert_eq!(put, InvitationOutcome::Stored, "{engine}");
        }
        let more = invitation(99, InvitationKind::Owner);
        let put = offer(store, &more, "more", Author::Account(operator)).await;
        assert_eq!(put, InvitationOutcome::TooMany, "{engine}");
        let put = offer(store, &more, "more", Author::Operator).await;
        assert_eq!(put, InvitationOutcome::Stored, "{engine}");
    }
}
