//! Jobs: work that follows from an event, stored until it is done.

use async_trait::async_trait;
use servery_domain::{
    job::{Job, Lane},
    time::Timestamp,
};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueJob {
    pub id: String,
    pub job: Job,
    pub attempts: u32,
}

#[async_trait]
pub trait Jobs: Send + Sync {
    /// Queues a job that is due now. A job that waits under the same id is the same job.
    async fn put_job(&self, id: &str, job: &Job) -> Result<()>;
    /// Takes jobs of the lane that are due. They become due again at `until`, unless they are finished by then.
    async fn take_jobs(&self, lane: Lane, now: Timestamp, until: Timestamp) -> Result<Vec<DueJob>>;
    async fn finish_jobs(&self, ids: &[String]) -> Result<()>;
    async fn postpone_job(&self, id: &str, due_at: Timestamp) -> Result<()>;
}
