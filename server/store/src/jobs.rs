//! Jobs: work that follows from an event, stored until it is done.

use async_trait::async_trait;
use servery_domain::{job::Job, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueJob {
    pub id: String,
    pub job: Job,
    pub attempts: u32,
}

#[async_trait]
pub trait Jobs: Send + Sync {
    /// Has a job done as soon as may be; one that is waiting under the same id is the same job.
    async fn put_job(&self, id: &str, job: &Job) -> Result<()>;
    /// Takes jobs that are due; they are due again after `until`, unless they are done by then.
    async fn take_jobs(&self, now: Timestamp, until: Timestamp) -> Result<Vec<DueJob>>;
    async fn finish_jobs(&self, ids: &[String]) -> Result<()>;
    async fn put_off_job(&self, id: &str, due_at: Timestamp) -> Result<()>;
}
