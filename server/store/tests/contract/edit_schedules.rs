//! Edits that are published together at a later time.

use servery_domain::{
    audit::{Author, AuthorName},
    currency::Minor,
    edit::EditRefusal,
    id::EditId,
    time::Timestamp,
};
use servery_store::{
    Store,
    edits::{PublishOutcome, ScheduleOutcome},
};

use crate::{
    builders::{DISH, HERE, NOW},
    edits::{dumplings, dumplings_at, imported, priced, publish, put, renamed, slug, unpublished},
    engines::engines,
};

const TOMORROW: Timestamp = Timestamp(NOW.0 + 86_400);

async fn schedule(store: &dyn Store, up_to: u128, publish_at: Timestamp) -> ScheduleOutcome {
    let by = Author::Operator;
    let outcome = store.schedule_edits(&slug(), EditId(up_to), publish_at, by).await;
    outcome.unwrap()
}

/// The moments at which edits are published, with their ids.
async fn schedules(store: &dyn Store) -> Vec<(Timestamp, Vec<u128>)> {
    let schedules = unpublished(store).await.schedules.into_iter();
    schedules
        .map(|schedule| {
            let ids = schedule.edits.iter().map(|entry| entry.edit.id.0);
            (schedule.publish_at, ids.collect())
        })
        .collect()
}

async fn price_of_dumplings(store: &dyn Store) -> i64 {
    store
        .menu(HERE)
        .await
        .unwrap()
        .unwrap()
        .dish(DISH)
        .unwrap()
        .price
        .0
}

#[tokio::test]
async fn scheduled_edits_are_published_at_their_time_and_others_wait() {
    for (engine, store) in engines("scheduled_edits_are_published_at_their_time_and_others_wait")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        assert_eq!(
            schedule(store, 1, TOMORROW).await,
            ScheduleOutcome::Scheduled,
            "{engine}"
        );
        put(store, &renamed(2)).await;
        let stored = unpublished(store).await;
        assert_eq!(stored.edits.len(), 1, "{engine}: the other waits");
        assert_eq!(
            stored.edited.menu().dish(DISH).unwrap().price,
            dumplings().price,
            "{engine}"
        );
        assert_eq!(schedules(store).await, [(TOMORROW, vec![1])], "{engine}");
        assert_eq!(publish(store, 1).await, PublishOutcome::NoSuchEdit, "{engine}");

        store.publish_due_edits(Timestamp(TOMORROW.0 - 1)).await.unwrap();
        assert_eq!(price_of_dumplings(store).await, dumplings().price.0, "{engine}");
        for _ in 0..2 {
            store.publish_due_edits(TOMORROW).await.unwrap();
            assert_eq!(price_of_dumplings(store).await, 1_590, "{engine}");
        }
        assert_eq!(schedules(store).await, [], "{engine}");
        let publications = store.publications(HERE, None).await.unwrap();
        assert_eq!(publications.len(), 1, "{engine}");
        assert_eq!(
            (
                publications[0].at,
                publications[0].edits.len(),
                &publications[0].by
            ),
            (TOMORROW, 1, &AuthorName::Operator),
            "{engine}"
        );
        assert_eq!(unpublished(store).await.edits[0].refusal, None, "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(2), "{engine}");
        let dish = store
            .menu(HERE)
            .await
            .unwrap()
            .unwrap()
            .dish(DISH)
            .unwrap()
            .clone();
        assert_eq!(
            (&*dish.name, dish.price),
            ("Semmelknödel", Minor(1_590)),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn scheduled_edits_that_are_taken_back_wait_behind_the_others() {
    for (engine, store) in engines("scheduled_edits_that_are_taken_back_wait_behind_the_others")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        put(store, &priced(2, &dumplings_at(1_590), 1_690)).await;
        for _ in 0..2 {
            assert_eq!(
                schedule(store, 2, TOMORROW).await,
                ScheduleOutcome::Scheduled,
                "{engine}"
            );
        }
        let later = Timestamp(TOMORROW.0 + 60);
        assert_eq!(
            schedule(store, 2, later).await,
            ScheduleOutcome::OtherTime,
            "{engine}"
        );
        assert_eq!(schedules(store).await, [(TOMORROW, vec![1, 2])], "{engine}");
        put(store, &renamed(3)).await;
        assert!(
            store.unschedule_edits(&slug(), EditId(1)).await.unwrap(),
            "{engine}"
        );
        assert!(
            !store.unschedule_edits(&slug(), EditId(1)).await.unwrap(),
            "{engine}: it waits"
        );
        let waiting: Vec<_> = unpublished(store).await.edits;
        let waiting: Vec<_> = waiting
            .iter()
            .map(|entry| (entry.edit.id.0, entry.missed_at))
            .collect();
        assert_eq!(waiting, [(3, None), (1, None), (2, None)], "{engine}");
        assert_eq!(publish(store, 2).await, PublishOutcome::Published(1), "{engine}");
        for edit in [2, 9] {
            assert_eq!(
                schedule(store, edit, later).await,
                ScheduleOutcome::NoSuchEdit,
                "{engine}"
            );
        }
        store.publish_due_edits(later).await.unwrap();
        assert_eq!(price_of_dumplings(store).await, 1_690, "{engine}");
    }
}

#[tokio::test]
async fn what_contradicts_another_schedule_or_what_waits_is_not_scheduled() {
    for (engine, store) in engines("what_contradicts_another_schedule_or_what_waits_is_not_scheduled")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        assert_eq!(
            schedule(store, 1, TOMORROW).await,
            ScheduleOutcome::Scheduled,
            "{engine}"
        );
        // Nobody knew the price of tomorrow.
        put(store, &priced(2, &dumplings(), 1_690)).await;
        for at in [Timestamp(TOMORROW.0 - 60), TOMORROW, Timestamp(TOMORROW.0 + 60)] {
            let outcome = schedule(store, 2, at).await;
            assert!(
                matches!(outcome, ScheduleOutcome::Refused(EditRefusal::Conflict { .. })),
                "{engine}: {outcome:?}"
            );
        }
        // The third edit is made on top of the second, and cannot stay without it.
        put(store, &priced(3, &dumplings_at(1_690), 1_790)).await;
        store.unschedule_edits(&slug(), EditId(1)).await.unwrap();
        store.discard_edit(&slug(), EditId(1)).await.unwrap();
        let outcome = schedule(store, 2, TOMORROW).await;
        assert!(
            matches!(outcome, ScheduleOutcome::Refused(_)),
            "{engine}: {outcome:?}"
        );
        assert_eq!(
            schedule(store, 3, TOMORROW).await,
            ScheduleOutcome::Scheduled,
            "{engine}"
        );
    }
}

#[tokio::test]
async fn schedules_of_one_minute_are_published_each_by_itself() {
    for (engine, store) in engines("schedules_of_one_minute_are_published_each_by_itself")
        .await
        .stores
    {
        let store = store.as_ref();
        imported(store).await;
        put(store, &priced(1, &dumplings(), 1_590)).await;
        schedule(store, 1, TOMORROW).await;
        put(store, &renamed(2)).await;
        schedule(store, 2, TOMORROW).await;
        assert_eq!(
            schedules(store).await,
            [(TOMORROW, vec![1]), (TOMORROW, vec![2])],
            "{engine}"
        );
        // The first cannot be made any more, and the second is published all the same.
        put(store, &priced(3, &dumplings(), 1_290)).await;
        publish(store, 3).await;
        store.publish_due_edits(TOMORROW).await.unwrap();
        let dish = store
            .menu(HERE)
            .await
            .unwrap()
            .unwrap()
            .dish(DISH)
            .unwrap()
            .clone();
        assert_eq!(
            (&*dish.name, dish.price),
            ("Semmelknödel", Minor(1_290)),
            "{engine}"
        );
        let edits = unpublished(store).await.edits;
        assert_eq!(
            (edits.len(), edits[0].edit.id, edits[0].missed_at),
            (1, EditId(1), Some(TOMORROW)),
            "{engine}"
        );
        assert!(edits[0].refusal.is_some(), "{engine}");
        assert!(store.discard_edit(&slug(), EditId(1)).await.unwrap(), "{engine}");
    }
}
