//! Accounts, sessions, mail tokens, roles and passkeys.

use servery_domain::{
    account::{Account, MailPurpose, Role},
    contact::DeliveryAddress,
    currency::Minor,
    id::{AccountId, OrderId, RestaurantId, VisitorId},
    job::{Job, Lane},
    lang::Lang,
    time::Timestamp,
};
use servery_store::{
    accounts::{AccountDeletion, MailToken, RoleHolder, RoleOutcome, Session, StoredAccount},
    orders::PlaceOrder,
    passkeys::Passkey,
};

use crate::{
    builders::{
        BY_OPERATOR, NOW, cancel, deletion_mail, file, import, order, place_order, put_restaurant,
        subscription,
    },
    engines::engines,
    order_checks::{customer, order_with_coupon, place},
};

pub const ADA: AccountId = AccountId(7);

pub fn ada() -> StoredAccount {
    let account = Account {
        id: ADA,
        email: "Ada@Example.org".into(),
        name: "Ada “Byron” 🍜'; drop table accounts; --".into(),
        lang: Lang::Arabic,
        verified_at: None,
        addresses: vec![DeliveryAddress {
            street: "1 Pier".into(),
            postcode: "1".into(),
            city: "Millbrook".into(),
            ..DeliveryAddress::default()
        }],
        created_at: NOW,
    };
    StoredAccount {
        account,
        password: Some("hash".into()),
    }
}

/// Another account than Ada's.
pub fn account(id: u128, email: &str) -> StoredAccount {
    let StoredAccount { account, password } = ada();
    StoredAccount {
        account: Account {
            id: AccountId(id),
            email: email.into(),
            ..account
        },
        password,
    }
}

pub fn session(key: &str) -> Session {
    Session {
        key: key.into(),
        account: ADA,
        created_at: NOW,
        seen_at: NOW,
        expires_at: Timestamp(NOW.0 + 100),
    }
}

pub fn passkey(id: &str, created_at: Timestamp) -> Passkey {
    Passkey {
        id: id.into(),
        account: ADA,
        algorithm: -257,
        public_key: "p".into(),
        counter: u32::MAX,
        backup_eligible: true,
        backed_up: false,
        name: "Phone".into(),
        created_at,
    }
}

pub fn token(key: &str, purpose: MailPurpose) -> MailToken {
    MailToken {
        key: key.into(),
        account: ADA,
        purpose,
        expires_at: Timestamp(NOW.0 + 100),
    }
}

#[tokio::test]
async fn account_email_is_unique_ignoring_case() {
    for (engine, store) in engines("account_email_is_unique_ignoring_case").await.stores {
        let job = (
            "welcome".to_owned(),
            Job::AccountMail {
                email: ada().account.email,
                purpose: MailPurpose::Verify,
            },
        );
        assert!(store.add_account(&ada(), Some(&job)).await.unwrap(), "{engine}");
        let mut other = ada();
        (other.account.id, other.account.email) = (AccountId(8), "ADA@example.ORG".into());
        let unwanted = (
            "unwanted".to_owned(),
            Job::AccountMail {
                email: other.account.email.clone(),
                purpose: MailPurpose::Verify,
            },
        );
        assert!(
            !store.add_account(&other, Some(&unwanted)).await.unwrap(),
            "{engine}"
        );
        assert_eq!(
            store.account_by_email(" ada@EXAMPLE.org").await.unwrap(),
            Some(ada()),
            "{engine}"
        );
        assert_eq!(store.account(ADA).await.unwrap(), Some(ada()), "{engine}");
        assert_eq!(store.account(AccountId(8)).await.unwrap(), None, "{engine}");
        let due = store
            .take_jobs(Lane::Mail, NOW, Timestamp(NOW.0 + 60))
            .await
            .unwrap();
        assert_eq!(
            due.iter().map(|due| (&due.id, &due.job)).collect::<Vec<_>>(),
            [(&job.0, &job.1)],
            "{engine}"
        );
        assert!(
            store.take_jobs(Lane::Mail, NOW, NOW).await.unwrap().is_empty(),
            "{engine}: it is taken"
        );
        store.finish_jobs(&[job.0]).await.unwrap();
        assert!(
            store
                .take_jobs(Lane::Mail, Timestamp(NOW.0 + 99), NOW)
                .await
                .unwrap()
                .is_empty(),
            "{engine}: it is done"
        );
    }
}

#[tokio::test]
async fn changed_account_and_password_are_saved() {
    for (engine, store) in engines("changed_account_and_password_are_saved").await.stores {
        store.add_account(&ada(), None).await.unwrap();
        let changed = Account {
            name: String::new(),
            lang: Lang::German,
            addresses: vec![],
            ..ada().account
        };
        store.change_account(&changed).await.unwrap();
        for key in ["here", "there"] {
            store.start_session(&session(key), None).await.unwrap();
        }
        store.set_password(ADA, "other", "here", NOW).await.unwrap();
        let now = store.account(ADA).await.unwrap().unwrap();
        assert_eq!(
            now,
            StoredAccount {
                account: changed.clone(),
                password: Some("other".into())
            },
            "{engine}"
        );
        assert_eq!(
            store.session("here").await.unwrap(),
            Some((session("here"), changed)),
            "{engine}"
        );
        assert_eq!(store.session("there").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn sessions_start_are_touched_and_end() {
    for (engine, store) in engines("sessions_start_are_touched_and_end").await.stores {
        store.add_account(&ada(), None).await.unwrap();
        store.start_session(&session("first"), None).await.unwrap();
        store
            .start_session(&session("second"), Some("first"))
            .await
            .unwrap();
        assert_eq!(store.session("first").await.unwrap(), None, "{engine}");
        store.touch_session("second", Timestamp(NOW.0 + 9)).await.unwrap();
        assert_eq!(
            store.session("second").await.unwrap().unwrap().0.seen_at,
            Timestamp(NOW.0 + 9),
            "{engine}"
        );
        store.end_session("second").await.unwrap();
        assert_eq!(store.session("second").await.unwrap(), None, "{engine}");
        for key in ["third", "fourth"] {
            store.start_session(&session(key), None).await.unwrap();
        }
        store
            .delete_expired_sessions_and_tokens(Timestamp(NOW.0 + 99), Timestamp(NOW.0 - 1))
            .await
            .unwrap();
        assert!(store.session("third").await.unwrap().is_some(), "{engine}");
        store.end_sessions(ADA).await.unwrap();
        assert_eq!(store.session("fourth").await.unwrap(), None, "{engine}");
        store.start_session(&session("idle"), None).await.unwrap();
        store.delete_expired_sessions_and_tokens(NOW, NOW).await.unwrap();
        assert_eq!(store.session("idle").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn mail_token_is_used_once_and_for_its_purpose() {
    for (engine, store) in engines("mail_token_is_used_once_and_for_its_purpose")
        .await
        .stores
    {
        store.add_account(&ada(), None).await.unwrap();
        store.start_session(&session("old"), None).await.unwrap();
        for (key, purpose) in [
            ("v", MailPurpose::Verify),
            ("v2", MailPurpose::Verify),
            ("r", MailPurpose::Reset),
            ("k", MailPurpose::Known),
        ] {
            store.put_mail_token(&token(key, purpose)).await.unwrap();
        }
        assert_eq!(store.verify_email("r", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(
            store.verify_email("v", Timestamp(NOW.0 + 100)).await.unwrap(),
            None,
            "{engine}: too late"
        );
        assert_eq!(store.verify_email("v", NOW).await.unwrap(), Some(ADA), "{engine}");
        assert_eq!(store.verify_email("v", NOW).await.unwrap(), None, "{engine}");
        assert_eq!(
            store.verify_email("v2", NOW).await.unwrap(),
            None,
            "{engine}: one is enough"
        );
        assert_eq!(
            store.account(ADA).await.unwrap().unwrap().account.verified_at,
            Some(NOW),
            "{engine}"
        );
        assert!(
            store.has_mail_token("k", MailPurpose::Reset, NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.has_mail_token("k", MailPurpose::Verify, NOW).await.unwrap(),
            "{engine}"
        );
        assert_eq!(
            store
                .reset_password("k", "new", Timestamp(NOW.0 + 1))
                .await
                .unwrap(),
            Some(ADA),
            "{engine}"
        );
        assert_eq!(
            store.reset_password("r", "newer", NOW).await.unwrap(),
            None,
            "{engine}"
        );
        let now = store.account(ADA).await.unwrap().unwrap();
        assert_eq!(
            (now.password.as_deref(), now.account.verified_at),
            (Some("new"), Some(NOW)),
            "{engine}"
        );
        assert_eq!(store.session("old").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn staff_have_one_role_per_restaurant() {
    for (engine, store) in engines("staff_have_one_role_per_restaurant").await.stores {
        for (number, slug) in [(1, "a"), (2, "b")] {
            put_restaurant(store.as_ref(), number, slug).await;
        }
        store.add_account(&ada(), None).await.unwrap();
        store
            .put_staff(ADA, RestaurantId(1), Role::Kitchen, BY_OPERATOR)
            .await
            .unwrap();
        store
            .put_staff(ADA, RestaurantId(1), Role::Owner, BY_OPERATOR)
            .await
            .unwrap();
        store
            .put_staff(ADA, RestaurantId(2), Role::Courier, BY_OPERATOR)
            .await
            .unwrap();
        assert_eq!(
            store.account_roles(ADA).await.unwrap().staff,
            [(RestaurantId(1), Role::Owner), (RestaurantId(2), Role::Courier)],
            "{engine}"
        );
        let holder = |number, role| RoleHolder {
            email: "Ada@Example.org".into(),
            restaurant: RestaurantId(number),
            role,
        };
        assert_eq!(
            store.role_holders().await.unwrap(),
            [holder(1, Role::Owner), holder(2, Role::Courier)],
            "{engine}"
        );
        let leave = || store.change_role(ADA, RestaurantId(2), (Role::Courier, None), BY_OPERATOR);
        assert_eq!(leave().await.unwrap(), RoleOutcome::Changed, "{engine}");
        assert_eq!(leave().await.unwrap(), RoleOutcome::NotInRole, "{engine}");
        assert!(
            store
                .put_staff(AccountId(9), RestaurantId(1), Role::Owner, BY_OPERATOR)
                .await
                .is_err(),
            "{engine}: nobody has no post"
        );
    }
}

#[tokio::test]
async fn delete_account_removes_the_diner_from_orders() {
    for (engine, store) in engines("delete_account_removes_the_diner_from_orders")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        store.add_account(&ada(), None).await.unwrap();
        store
            .put_staff(ADA, RestaurantId(1), Role::Manager, BY_OPERATOR)
            .await
            .unwrap();
        store.start_session(&session("here"), None).await.unwrap();
        store
            .put_mail_token(&token("r", MailPurpose::Reset))
            .await
            .unwrap();
        place_order(store.as_ref(), 1, &ADA.customer()).await;
        place_order(store.as_ref(), 2, &AccountId(8).customer()).await;
        assert_eq!(store.account_orders(ADA).await.unwrap().len(), 1, "{engine}");
        assert_eq!(
            store.delete_account(ADA, &deletion_mail(), NOW).await.unwrap(),
            AccountDeletion::OrderUnderWay,
            "{engine}: the kitchen still cooks for her"
        );
        assert!(store.account(ADA).await.unwrap().is_some(), "{engine}");
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        store
            .put_subscription(
                OrderId(1),
                VisitorId(1),
                &subscription("https://push.example/ada"),
                NOW,
            )
            .await
            .unwrap();
        assert_eq!(
            store.delete_account(ADA, &deletion_mail(), NOW).await.unwrap(),
            AccountDeletion::Deleted,
            "{engine}"
        );
        assert_eq!(
            store.subscription(OrderId(1), VisitorId(1)).await.unwrap(),
            None,
            "{engine}"
        );
        assert_eq!(store.account(ADA).await.unwrap(), None, "{engine}");
        assert_eq!(store.session("here").await.unwrap(), None, "{engine}");
        assert!(
            store.account_roles(ADA).await.unwrap().staff.is_empty()
                && store.role_holders().await.unwrap().is_empty(),
            "{engine}"
        );
        assert!(
            !store.has_mail_token("r", MailPurpose::Reset, NOW).await.unwrap(),
            "{engine}"
        );
        let kept = store.order(OrderId(1)).await.unwrap().unwrap();
        assert_eq!(
            (kept.customer, kept.order.ordered.as_ref()),
            (None, &order(1).ordered.without_diner()),
            "{engine}"
        );
        assert_eq!(kept.order.ordered.total, Minor(1_490), "{engine}");
        let text = format!("{:?}", kept.order.ordered);
        assert!(
            ["Ada", "ada@", "+1 555", "Pier", "nuts"]
                .iter()
                .all(|personal| !text.contains(personal)),
            "{engine}: {text}"
        );
        let others = store.order(OrderId(2)).await.unwrap().unwrap();
        assert_eq!(
            others.order.ordered.contact.name, "Ada",
            "{engine}: another's order is as it was"
        );
    }
}

#[tokio::test]
async fn challenge_is_taken_once_by_its_account() {
    for (engine, store) in engines("challenge_is_taken_once_by_its_account").await.stores {
        store.add_account(&ada(), None).await.unwrap();
        let (soon, late) = (Timestamp(NOW.0 + 10), Timestamp(NOW.0 + 10));
        store.put_challenge("mine", Some(ADA), soon).await.unwrap();
        store.put_challenge("anybody's", None, soon).await.unwrap();
        assert!(
            !store.take_challenge("mine", None, NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.take_challenge("mine", Some(ADA), late).await.unwrap(),
            "{engine}"
        );
        assert!(
            store.take_challenge("mine", Some(ADA), NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.take_challenge("mine", Some(ADA), NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.take_challenge("anybody's", Some(ADA), NOW).await.unwrap(),
            "{engine}"
        );
        assert!(
            store.take_challenge("anybody's", None, NOW).await.unwrap(),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn passkeys_are_added_counted_and_removed() {
    for (engine, store) in engines("passkeys_are_added_counted_and_removed").await.stores {
        store.add_account(&ada(), None).await.unwrap();
        let passkey = passkey("k", NOW);
        assert!(store.add_passkey(&passkey).await.unwrap(), "{engine}");
        assert!(
            !store
                .add_passkey(&Passkey {
                    name: "Thief's".into(),
                    ..passkey.clone()
                })
                .await
                .unwrap(),
            "{engine}"
        );
        assert_eq!(
            store.account_passkeys(ADA).await.unwrap(),
            std::slice::from_ref(&passkey),
            "{engine}"
        );
        store.set_passkey_state("k", 7, true).await.unwrap();
        assert_eq!(
            store.passkey("k").await.unwrap(),
            Some(Passkey {
                counter: 7,
                backed_up: true,
                ..passkey
            }),
            "{engine}"
        );
        assert!(
            !store.remove_passkey(AccountId(8), "k", NOW).await.unwrap(),
            "{engine}"
        );
        assert!(store.remove_passkey(ADA, "k", NOW).await.unwrap(), "{engine}");
        assert_eq!(store.passkey("k").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn delete_account_removes_every_name_of_a_coupons_customer() {
    for (engine, store) in engines("delete_account_removes_every_name_of_a_coupons_customer")
        .await
        .stores
    {
        import(store.as_ref(), &file(1, "alte-muehle")).await;
        store.add_account(&ada(), None).await.unwrap();
        let account = ADA.customer();
        let placement = PlaceOrder {
            customer: Some(account.clone()),
            ..order_with_coupon(1, &[&account, "+49301", "ada@example.org"])
        };
        let others = order_with_coupon(2, &["ben@example.org"]);
        store.write(&[place(placement), place(others)]).await.unwrap();
        let names = [account.as_str(), "+49301", "ada@example.org", "ben@example.org"];
        let used = async || {
            let mut used = Vec::new();
            for name in names {
                let found = store.coupon(RestaurantId(1), "PIER", &customer(&[name])).await;
                used.push(found.unwrap().unwrap().1.by_customer);
            }
            used
        };
        assert_eq!(used().await, [1, 1, 1, 1], "{engine}");
        let later = Timestamp(NOW.0 + 7 * 24 * 60 * 60);
        assert_eq!(
            store.delete_account(ADA, &deletion_mail(), later).await.unwrap(),
            AccountDeletion::Deleted,
            "{engine}"
        );
        assert_eq!(used().await, [0, 0, 0, 1], "{engine}");
        assert_eq!(
            store.coupon_uses(RestaurantId(1)).await.unwrap()["PIER"],
            2,
            "{engine}: it stays used"
        );
        let kept = store.order(OrderId(1)).await.unwrap().unwrap();
        assert!(kept.reserved.coupon_customer.is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn secure_account_ends_sessions_and_removes_passkeys() {
    for (engine, store) in engines("secure_account_ends_sessions_and_removes_passkeys")
        .await
        .stores
    {
        store.add_account(&ada(), None).await.unwrap();
        store.start_session(&session("s"), None).await.unwrap();
        store.add_passkey(&passkey("k", NOW)).await.unwrap();
        store.secure_account(ADA, "new", NOW).await.unwrap();
        assert_eq!(store.session("s").await.unwrap(), None, "{engine}");
        assert_eq!(store.passkey("k").await.unwrap(), None, "{engine}");
        let known = store.account(ADA).await.unwrap().unwrap();
        assert_eq!(known.password.as_deref(), Some("new"), "{engine}");
        assert_eq!(known.account.verified_at, Some(NOW), "{engine}");
    }
}

#[tokio::test]
async fn delete_account_leaves_a_restaurant_its_last_owner() {
    for (engine, store) in engines("delete_account_leaves_a_restaurant_its_last_owner")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        for account in [&ada(), &account(8, "ben@example.org")] {
            store.add_account(account, None).await.unwrap();
            store
                .put_staff(account.account.id, RestaurantId(1), Role::Owner, BY_OPERATOR)
                .await
                .unwrap();
        }
        // At the same time: one of them is the last.
        let mail = deletion_mail();
        let (first, second) = tokio::join!(
            store.delete_account(ADA, &mail, NOW),
            store.delete_account(AccountId(8), &mail, NOW)
        );
        let mut outcomes = [first.unwrap(), second.unwrap()];
        outcomes.sort_by_key(|outcome| *outcome == AccountDeletion::LastOwner);
        assert_eq!(
            outcomes,
            [AccountDeletion::Deleted, AccountDeletion::LastOwner],
            "{engine}"
        );
    }
}
