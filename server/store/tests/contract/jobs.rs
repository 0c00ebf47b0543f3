//! Jobs.

use servery_domain::{
    account::MailPurpose,
    currency::Minor,
    id::OrderId,
    job::{Job, Lane},
    time::Timestamp,
};

use crate::{builders::NOW, engines::engines};

fn job(email: &str) -> Job {
    Job::AccountMail {
        email: email.into(),
        purpose: MailPurpose::Reset,
    }
}

#[tokio::test]
async fn jobs_are_taken_postponed_and_finished() {
    for (engine, store) in engines("jobs_are_taken_postponed_and_finished").await.stores {
        let later = |seconds| Timestamp(NOW.0 + seconds);
        store.put_job("a", &job("ada@example.org")).await.unwrap();
        store.put_job("a", &job("ben@example.org")).await.unwrap();
        store.put_job("b", &job("ben@example.org")).await.unwrap();
        let mut taken = store.take_jobs(Lane::Mail, NOW, later(10)).await.unwrap();
        taken.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(
            taken
                .iter()
                .map(|due| (due.id.as_str(), &due.job, due.attempts))
                .collect::<Vec<_>>(),
            [
                ("a", &job("ada@example.org"), 0),
                ("b", &job("ben@example.org"), 0)
            ],
            "{engine}: a job that is queued already is not replaced"
        );
        assert!(
            store
                .take_jobs(Lane::Mail, later(9), later(20))
                .await
                .unwrap()
                .is_empty(),
            "{engine}: both are taken"
        );
        store.postpone_job("a", later(30)).await.unwrap();
        let taken = store.take_jobs(Lane::Mail, later(10), later(40)).await.unwrap();
        assert_eq!(
            taken
                .iter()
                .map(|due| (due.id.as_str(), due.attempts))
                .collect::<Vec<_>>(),
            [("b", 1)],
            "{engine}"
        );
        store.finish_jobs(&["b".into(), "unknown".into()]).await.unwrap();
        let taken = store.take_jobs(Lane::Mail, later(99), later(99)).await.unwrap();
        assert_eq!(
            taken
                .iter()
                .map(|due| (due.id.as_str(), due.attempts))
                .collect::<Vec<_>>(),
            [("a", 1)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn nodes_never_take_the_same_job() {
    for (engine, store) in engines("nodes_never_take_the_same_job").await.stores {
        for number in 0..60 {
            store
                .put_job(&format!("job-{number}"), &job("ada@example.org"))
                .await
                .unwrap();
        }
        let nodes = (0..4).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .take_jobs(Lane::Mail, NOW, Timestamp(NOW.0 + 60))
                    .await
                    .unwrap()
            })
        });
        let mut ids = Vec::new();
        for node in nodes.collect::<Vec<_>>() {
            ids.extend(node.await.unwrap().into_iter().map(|due| due.id));
        }
        let taken = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), taken, "{engine}");
        assert!(taken >= 20, "{engine}: {taken}");
    }
}

#[tokio::test]
async fn a_lane_holds_up_no_other() {
    for (engine, store) in engines("a_lane_holds_up_no_other").await.stores {
        for number in 0..40 {
            store
                .put_job(&format!("mail-{number}"), &job("ada@example.org"))
                .await
                .unwrap();
        }
        let back = Job::RefundExtraCharge {
            order: OrderId(1),
            intent: "pi_1".into(),
            amount: Minor(100),
        };
        store.put_job("back", &back).await.unwrap();
        let taken = store.take_jobs(Lane::Money, NOW, NOW).await.unwrap();
        let ids: Vec<_> = taken.iter().map(|due| due.id.as_str()).collect();
        assert_eq!(ids, ["back"], "{engine}");
        assert!(
            store.take_jobs(Lane::Push, NOW, NOW).await.unwrap().is_empty(),
            "{engine}"
        );
    }
}
