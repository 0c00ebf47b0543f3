//! Jobs.

use std::{collections::HashSet, slice};

use async_trait::async_trait;
use servery_domain::{
    job::{Job, Lane},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    Result, SqlStore,
    accounts::NewJob,
    jobs::{DueJob, Jobs},
    json, parse,
    sql::{
        engine::{Engine, SqlTransaction},
        rows::{MOST_ROWS, insert, push_list, row, select},
    },
};

/// Jobs that one node takes at once.
const BATCH: i64 = 20;

pub(crate) const UNLESS_QUEUED: &str = " on conflict (id) do nothing";

row! {
    struct JobRow in jobs {
        id: String,
        kind: String,
        payload: String,
        due_at: i64,
        attempts: i64,
    }
}

impl JobRow {
    /// Due at once.
    pub(crate) fn write((id, job): &(String, Job)) -> Result<Self> {
        Ok(Self {
            id: id.clone(),
            kind: job.kind().to_owned(),
            payload: json(job)?,
            due_at: 0,
            attempts: 0,
        })
    }

    /// A job that only another version can read becomes due again, and hinders no other.
    pub(crate) fn read_or_skip(self) -> Option<DueJob> {
        let id = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(id, %error, "cannot read this job"))
            .ok()
    }

    /// Whether it is about one of these: an order, a restaurant, a payment.
    pub(crate) fn names_any(&self, ids: &HashSet<String>) -> bool {
        self.payload.split('"').any(|word| ids.contains(word))
    }

    pub(crate) fn owes_money(&self) -> bool {
        Lane::Money.kinds().contains(&self.kind.as_str())
    }

    fn read(self) -> Result<DueJob> {
        Ok(DueJob {
            id: self.id,
            job: parse(&self.payload)?,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
        })
    }
}

/// In the transaction that the job follows from.
pub(crate) async fn queue<E: Engine>(transaction: &mut SqlTransaction<E>, job: &NewJob) -> Result<()> {
    insert(&[JobRow::write(job)?], UNLESS_QUEUED)
        .build()
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[async_trait]
impl<E: Engine> Jobs for SqlStore<E> {
    async fn put_job(&self, id: &str, job: &Job) -> Result<()> {
        let row = JobRow::write(&(id.to_owned(), job.clone()))?;
        insert(slice::from_ref(&row), UNLESS_QUEUED)
            .build()
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn take_jobs(&self, lane: Lane, now: Timestamp, until: Timestamp) -> Result<Vec<DueJob>> {
        // The kinds are literals of this program.
        let kinds = lane.kinds().join("', '");
        let due = format!("where kind in ('{kinds}') and due_at <= $1");
        // Mostly there is none, and finding that out keeps no writer waiting.
        let any: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("select id from jobs {due} limit 1")))
                .bind(now.0)
                .fetch_optional(&self.pool)
                .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin_write().await?;
        let skip = E::SKIP_LOCKED;
        let rows = select::<E, JobRow>(&format!("{due} order by due_at limit $2{skip}"))
            .bind(now.0)
            .bind(BATCH)
            .fetch_all(&mut *transaction)
            .await?;
        for row in &rows {
            sqlx::query("update jobs set due_at = $2, attempts = attempts + 1 where id = $1")
                .bind(&row.id)
                .bind(until.0)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(rows.into_iter().filter_map(JobRow::read_or_skip).collect())
    }

    async fn finish_jobs(&self, ids: &[String]) -> Result<()> {
        for chunk in ids.chunks(MOST_ROWS) {
            let mut query = QueryBuilder::<E>::new("delete from jobs where id");
            push_list(&mut query, chunk);
            query.build().execute(&self.writer).await?;
        }
        Ok(())
    }

    async fn postpone_job(&self, id: &str, due_at: Timestamp) -> Result<()> {
        sqlx::query("update jobs set due_at = $2 where id = $1")
            .bind(id)
            .bind(due_at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
