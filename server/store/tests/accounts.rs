//! Accounts, sessions, tokens and staff, on both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod engines;

use std::sync::Arc;

use engines::{engines, menu, restaurant};
use servery_domain::{
    account::{Account, MailPurpose, Role},
    basket::{Basket, Service},
    contact::{Contact, DeliveryAddress},
    currency::Minor,
    id::{AccountId, DishId, LineId, OrderId, RestaurantId, VisitorId},
    job::Job,
    lang::Lang,
    order::{Actor, Event, Order, Ordered, Progress},
    order_settings::PaymentMethod,
    push::{Subscription, SubscriptionKeys},
    quote::{Due, QuotedLine},
    revision::Revision,
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    Store,
    accounts::{MailToken, Session, StaffMember, StoredAccount},
    orders::{Advance, IdempotentRequest, OrderWrite, PlaceOrder, WriteOutcome},
    passkeys::Passkey,
    payments::Named,
};

const NOW: Timestamp = Timestamp(1_790_000_000);
const ADA: AccountId = AccountId(7);

fn ada() -> StoredAccount {
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

fn session(key: &str) -> Session {
    Session {
        key: key.into(),
        account: ADA,
        created_at: NOW,
        seen_at: NOW,
        expires_at: Timestamp(NOW.0 + 100),
    }
}

fn token(key: &str, purpose: MailPurpose) -> MailToken {
    MailToken {
        key: key.into(),
        account: ADA,
        purpose,
        expires_at: Timestamp(NOW.0 + 100),
    }
}

#[tokio::test]
async fn an_account_is_one_however_its_address_is_written() {
    for (engine, store) in engines("accounts_one").await.stores {
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
        let due = store.take_jobs(NOW, Timestamp(NOW.0 + 60)).await.unwrap();
        assert_eq!(
            due.iter().map(|due| (&due.id, &due.job)).collect::<Vec<_>>(),
            [(&job.0, &job.1)],
            "{engine}"
        );
        assert!(
            store.take_jobs(NOW, NOW).await.unwrap().is_empty(),
            "{engine}: it is taken"
        );
        store.finish_jobs(&[job.0]).await.unwrap();
        assert!(
            store
                .take_jobs(Timestamp(NOW.0 + 99), NOW)
                .await
                .unwrap()
                .is_empty(),
            "{engine}: it is done"
        );
    }
}

#[tokio::test]
async fn what_is_changed_stays_changed() {
    for (engine, store) in engines("accounts_changed").await.stores {
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
        store.set_password(ADA, "other", "here").await.unwrap();
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
async fn sessions_begin_are_seen_and_end() {
    for (engine, store) in engines("accounts_sessions").await.stores {
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
async fn a_link_works_once_and_for_its_purpose() {
    for (engine, store) in engines("accounts_tokens").await.stores {
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
async fn staff_have_one_role_in_each_restaurant() {
    for (engine, store) in engines("accounts_staff").await.stores {
        for (number, slug) in [(1, "a"), (2, "b")] {
            store
                .put_restaurant(&restaurant(number, slug), &menu(number))
                .await
                .unwrap();
        }
        store.add_account(&ada(), None).await.unwrap();
        store
            .put_staff(ADA, RestaurantId(1), Role::Kitchen)
            .await
            .unwrap();
        store.put_staff(ADA, RestaurantId(1), Role::Owner).await.unwrap();
        store
            .put_staff(ADA, RestaurantId(2), Role::Courier)
            .await
            .unwrap();
        assert_eq!(
            store.account_roles(ADA).await.unwrap(),
            [(RestaurantId(1), Role::Owner), (RestaurantId(2), Role::Courier)],
            "{engine}"
        );
        let member = |number, role| StaffMember {
            email: "Ada@Example.org".into(),
            restaurant: RestaurantId(number),
            role,
        };
        assert_eq!(
            store.staff().await.unwrap(),
            [member(1, Role::Owner), member(2, Role::Courier)],
            "{engine}"
        );
        assert!(
            store.remove_staff(ADA, RestaurantId(2)).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.remove_staff(ADA, RestaurantId(2)).await.unwrap(),
            "{engine}"
        );
        assert!(
            store
                .put_staff(AccountId(9), RestaurantId(1), Role::Owner)
                .await
                .is_err(),
            "{engine}: nobody has no post"
        );
    }
}

fn order(number: u128) -> Order {
    let line = QuotedLine {
        id: LineId(number),
        dish: DishId(1 << 64 | 40),
        name: "Knödel".into(),
        count: 1,
        price: Minor(1_490),
        sum: Minor(1_490),
        picks: Vec::new(),
        note: "for Ada".into(),
    };
    let quote = servery_domain::quote::Quote {
        currency: "EUR".parse().unwrap(),
        lines: vec![line],
        removed_lines: Vec::new(),
        sums: Vec::new(),
        taxes: Vec::new(),
        total: Minor(1_490),
        in_cash: Minor(1_490),
        due: Some(Due {
            from: LocalMinute(NOW.0 / 60),
            to: LocalMinute(NOW.0 / 60),
        }),
        blockers: Vec::new(),
    };
    let door = DeliveryAddress {
        street: "1 Pier".into(),
        postcode: "1".into(),
        city: "Millbrook".into(),
        ..DeliveryAddress::default()
    };
    let placement = servery_domain::order::Placement {
        id: OrderId(number),
        basket: Basket {
            service: Service::Delivery(door),
            ..Basket::default()
        },
        contact: Contact {
            name: "Ada".into(),
            phone: "+1 555".into(),
            email: "ada@example.org".into(),
        },
        note: "Ada's".into(),
        allergies: "nuts".into(),
        payment: PaymentMethod::Door,
        seen: Minor(1_490),
        lang: Lang::English,
    };
    let ordered = Ordered::new(RestaurantId(1), (NOW, LocalMinute(NOW.0 / 60)), placement, quote).unwrap();
    Order {
        id: OrderId(number),
        number: 0,
        revision: Revision(0),
        ordered: ordered.into(),
        progress: Progress::new(PaymentMethod::Door, Minor(1_490), NOW),
    }
}

fn placing(order: Order, customer: String) -> PlaceOrder {
    let number = order.id.0;
    PlaceOrder {
        request: IdempotentRequest {
            key: format!("key-{number:012}"),
            fingerprint: String::new(),
            at: NOW,
        },
        order,
        token: format!("{number:032x}"),
        customer: Some(customer),
        priced_at: Revision(1),
        coupon: None,
        per_slot: None,
    }
}

async fn place(store: &dyn Store, number: u128, customer: String) {
    let placing = placing(order(number), customer);
    let written = store
        .write(&[OrderWrite::Place(Box::new(placing))])
        .await
        .unwrap();
    assert!(matches!(written[0], WriteOutcome::Placed { .. }), "{written:?}");
}

#[tokio::test]
async fn a_history_goes_by_time_whatever_number_a_restaurant_has_come_to() {
    for (engine, store) in engines("accounts_history").await.stores {
        let here = |number: u128, restaurant: u128, minutes: i64| {
            let mut order = order(number);
            let ordered = Arc::make_mut(&mut order.ordered);
            (ordered.restaurant, ordered.placed_at) =
                (RestaurantId(restaurant), Timestamp(NOW.0 + 60 * minutes));
            OrderWrite::Place(Box::new(placing(order, "ada".into())))
        };
        for (number, slug) in [(1, "alte-muehle"), (2, "jade-lantern")] {
            store
                .put_restaurant(&restaurant(number, slug), &menu(number))
                .await
                .unwrap();
        }
        // Fifty at a busy place, then one at a place that opened today.
        let busy: Vec<OrderWrite> = (1..=50).map(|number| here(number, 1, number as i64)).collect();
        store.write(&busy).await.unwrap();
        store.write(&[here(99, 2, 99)]).await.unwrap();
        let history = store.customer_orders("ada").await.unwrap();
        assert_eq!(
            (history.len(), history[0].order.id, history[0].order.number),
            (50, OrderId(99), 1),
            "{engine}"
        );
        assert_eq!(
            history[49].order.id,
            OrderId(2),
            "{engine}: the oldest is left out"
        );
    }
}

#[tokio::test]
async fn a_key_is_kept_until_no_device_can_still_come_back_with_it() {
    for (engine, store) in engines("accounts_keys").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        place(store.as_ref(), 1, "ada".into()).await;
        let again = [OrderWrite::Place(Box::new(placing(order(1), "ada".into())))];
        store.delete_expired_requests_and_drafts(NOW, NOW).await.unwrap();
        assert!(
            matches!(store.write(&again).await.unwrap()[0], WriteOutcome::Again { .. }),
            "{engine}"
        );
        store
            .delete_expired_requests_and_drafts(Timestamp(NOW.0 + 1), NOW)
            .await
            .unwrap();
        assert!(
            matches!(store.write(&again).await.unwrap()[0], WriteOutcome::IdTaken),
            "{engine}: the order is there all the same"
        );
    }
}

#[tokio::test]
async fn who_is_forgotten_leaves_only_the_books() {
    for (engine, store) in engines("accounts_forgotten").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        store.add_account(&ada(), None).await.unwrap();
        store.put_staff(ADA, RestaurantId(1), Role::Owner).await.unwrap();
        store.start_session(&session("here"), None).await.unwrap();
        store
            .put_mail_token(&token("r", MailPurpose::Reset))
            .await
            .unwrap();
        place(store.as_ref(), 1, ADA.customer()).await;
        place(store.as_ref(), 2, AccountId(8).customer()).await;
        assert_eq!(store.account_orders(ADA).await.unwrap().len(), 1, "{engine}");
        assert!(
            !store.delete_account(ADA, NOW).await.unwrap(),
            "{engine}: the kitchen still cooks for her"
        );
        assert!(store.account(ADA).await.unwrap().is_some(), "{engine}");
        let advance = Advance {
            order: OrderId(1),
            event: Event::Cancelled {
                reason: String::new(),
            },
            actor: Actor::Diner,
            at: NOW,
        };
        store.write(&[OrderWrite::Advance(advance)]).await.unwrap();
        let keys = SubscriptionKeys {
            p256dh: "p".into(),
            auth: "a".into(),
        };
        let subscription = Subscription {
            endpoint: "https://push.example/ada".into(),
            keys,
            lang: Lang::English,
        };
        store
            .put_subscription(OrderId(1), VisitorId(1), &subscription, NOW)
            .await
            .unwrap();
        assert!(store.delete_account(ADA, NOW).await.unwrap(), "{engine}");
        assert_eq!(
            store.subscription(OrderId(1), VisitorId(1)).await.unwrap(),
            None,
            "{engine}"
        );
        assert_eq!(store.account(ADA).await.unwrap(), None, "{engine}");
        assert_eq!(store.session("here").await.unwrap(), None, "{engine}");
        assert!(
            store.account_roles(ADA).await.unwrap().is_empty() && store.staff().await.unwrap().is_empty(),
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
async fn a_challenge_is_answered_once_and_by_whom_it_was_made_for() {
    for (engine, store) in engines("accounts_passkeys").await.stores {
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
        let passkey = Passkey {
            id: "k".into(),
            account: ADA,
            public_key: "p".into(),
            counter: u32::MAX,
            name: "Phone".into(),
            created_at: NOW,
        };
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
        store.set_passkey_counter("k", 7).await.unwrap();
        assert_eq!(
            store.passkey("k").await.unwrap(),
            Some(Passkey {
                counter: 7,
                ..passkey
            }),
            "{engine}"
        );
        assert!(
            !store.remove_passkey(AccountId(8), "k").await.unwrap(),
            "{engine}"
        );
        assert!(store.remove_passkey(ADA, "k").await.unwrap(), "{engine}");
        assert_eq!(store.passkey("k").await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn of_two_names_a_payment_keeps_the_first() {
    for (engine, store) in engines("accounts_payments").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        place(store.as_ref(), 1, "ada".into()).await;
        let name = async |had: Option<&str>, intent: &str| {
            let named = Named {
                intent: intent.into(),
                method: "pm_1".into(),
            };
            store
                .set_payment_intent(OrderId(1), had, &named, NOW)
                .await
                .unwrap()
        };
        let known = async || {
            store
                .payment(OrderId(1))
                .await
                .unwrap()
                .map(|asked| (asked.named.map(|named| named.intent), asked.open))
                .unwrap()
        };
        store.request_payment(OrderId(1), 1_490, NOW).await.unwrap();
        assert_eq!(known().await, (None, true), "{engine}");
        assert!(name(None, "pi_1").await && !name(None, "pi_2").await, "{engine}");
        store.close_payment(OrderId(1), None).await.unwrap();
        assert_eq!(
            known().await,
            (Some("pi_1".into()), true),
            "{engine}: another payment's end is not this one's"
        );
        assert!(
            name(Some("pi_1"), "pi_2").await && !name(Some("pi_1"), "pi_3").await,
            "{engine}"
        );
        // Another intent brings the money first: it is the payment, and what comes second goes back.
        for (intent, jobs) in [("pi_1", 0), ("pi_1", 0), ("pi_2", 1), ("pi_2", 1)] {
            let settle = OrderWrite::Settle {
                order: OrderId(1),
                intent: intent.into(),
                webhook: Some("evt_1".into()),
                at: NOW,
            };
            store.write(&[settle]).await.unwrap();
            let due = store.take_jobs(NOW, NOW).await.unwrap();
            let back = due.iter().filter(|due| {
                due.job
                    == Job::GiveBack {
                        intent: "pi_2".into(),
                        amount: Minor(1_490),
                    }
            });
            assert_eq!(back.count(), jobs, "{engine}");
        }
        assert!(
            !name(Some("pi_1"), "pi_4").await,
            "{engine}: what is settled is not asked for again"
        );
        store.request_payment(OrderId(1), 1_490, NOW).await.unwrap();
        assert_eq!(known().await, (Some("pi_1".into()), false), "{engine}");
        assert_eq!(
            store
                .order(OrderId(1))
                .await
                .unwrap()
                .unwrap()
                .order
                .progress
                .payment
                .paid,
            Minor(1_490),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn who_was_away_for_long_catches_up_with_every_order_though_one_changed_again() {
    for (engine, store) in engines("accounts_changed").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let many: Vec<OrderWrite> = (1..=501)
            .map(|number| OrderWrite::Place(Box::new(placing(order(number), "ada".into()))))
            .collect();
        store.write(&many).await.unwrap();
        let again = Advance {
            order: OrderId(1),
            event: Event::Cancelled {
                reason: String::new(),
            },
            actor: Actor::Diner,
            at: NOW,
        };
        store.write(&[OrderWrite::Advance(again)]).await.unwrap();
        let (first, upto) = store.changed_orders(RestaurantId(1), Revision(0)).await.unwrap();
        assert_eq!((first.len(), upto), (500, Revision(500)), "{engine}");
        let (rest, upto) = store.changed_orders(RestaurantId(1), upto).await.unwrap();
        assert_eq!(
            rest.iter().map(|tracked| tracked.order.id.0).collect::<Vec<_>>(),
            [501, 1],
            "{engine}"
        );
        assert_eq!(
            (upto, store.changed_orders(RestaurantId(1), upto).await.unwrap()),
            (Revision(502), (Vec::new(), upto)),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn what_a_provider_told_is_forgotten_with_the_keys() {
    let engines = engines("accounts_told").await;
    let (_, store) = &engines.stores[1];
    let server = std::env::var("SERVERY_TEST_POSTGRES").unwrap();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&format!("{server}/accounts_told"))
        .await
        .unwrap();
    let mut told = async || {
        let ids: Vec<String> = sqlx::query_scalar("select id from webhook_events order by id")
            .fetch_all(&mut database)
            .await
            .unwrap();
        ids
    };
    store
        .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
        .await
        .unwrap();
    place(store.as_ref(), 1, "ada".into()).await;
    for webhook in ["evt_1", "evt_1", "evt_2"] {
        let settle = OrderWrite::Settle {
            order: OrderId(1),
            intent: "pi_1".into(),
            webhook: Some(webhook.into()),
            at: NOW,
        };
        store.write(&[settle]).await.unwrap();
    }
    store.delete_expired_requests_and_drafts(NOW, NOW).await.unwrap();
    assert_eq!(told().await, ["evt_1", "evt_2"]);
    store
        .delete_expired_requests_and_drafts(Timestamp(NOW.0 + 1), NOW)
        .await
        .unwrap();
    assert!(told().await.is_empty());
}

#[tokio::test]
async fn those_that_wait_for_long_hide_no_others() {
    for (engine, store) in engines("accounts_waiting").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let all: Vec<OrderWrite> = (1..=501)
            .map(|number| OrderWrite::Place(Box::new(placing(order(number), "ada".into()))))
            .collect();
        store.write(&all).await.unwrap();
        for number in 1..=501 {
            store.request_payment(OrderId(number), 1_490, NOW).await.unwrap();
        }
        let first = store.waiting_orders(NOW, None).await.unwrap();
        let rest = store
            .waiting_orders(
                NOW,
                first.last().map(|order| (order.progress.changed_at, order.id)),
            )
            .await
            .unwrap();
        assert_eq!(
            (first.len(), rest.iter().map(|order| order.id).collect::<Vec<_>>()),
            (500, vec![OrderId(501)]),
            "{engine}"
        );
        let later = Timestamp(NOW.0 + 1);
        let first = store.open_payments(later, None).await.unwrap();
        let rest = store
            .open_payments(later, first.last().map(|asked| (asked.asked_at, asked.order)))
            .await
            .unwrap();
        assert_eq!(
            (
                first.len(),
                rest.iter().map(|asked| asked.order).collect::<Vec<_>>()
            ),
            (500, vec![OrderId(501)]),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn what_was_left_open_is_found_page_by_page() {
    for (engine, store) in engines("accounts_old").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let many: Vec<OrderWrite> = (1..=502)
            .map(|number| OrderWrite::Place(Box::new(placing(order(number), "ada".into()))))
            .collect();
        store.write(&many).await.unwrap();
        let over = Advance {
            order: OrderId(502),
            event: Event::Cancelled {
                reason: String::new(),
            },
            actor: Actor::Diner,
            at: NOW,
        };
        store.write(&[OrderWrite::Advance(over)]).await.unwrap();
        assert_eq!(
            store.old_orders(NOW, OrderId(0)).await.unwrap(),
            [],
            "{engine}: placed in this moment"
        );
        let first = store.old_orders(Timestamp(NOW.0 + 1), OrderId(0)).await.unwrap();
        assert_eq!((first.len(), first[499].id), (500, OrderId(500)), "{engine}");
        let rest = store
            .old_orders(Timestamp(NOW.0 + 1), OrderId(500))
            .await
            .unwrap();
        assert_eq!(
            rest.iter().map(|order| order.id).collect::<Vec<_>>(),
            [OrderId(501)],
            "{engine}"
        );
    }
}
