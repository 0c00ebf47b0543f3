//! Messages to the server and to the other tabs.

use gloo_net::http::Request as Post;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use servery_app::{api, pos_client::Connectivity};
use servery_domain::{
    pos::Record,
    revision::Revision,
    slug::Slug,
    sync::{SyncProblem, SyncRequest, SyncResponse},
    time::Timestamp,
};
use web_sys::AbortSignal;

/// Timeout in milliseconds: the server commits a whole batch before it answers.
const REQUEST_TIMEOUT: u32 = 20_000;
/// Bytes of ops in one request; the server accepts 1 MB.
const MOST: usize = 900_000;

/// The problem that a revoked device gets.
const REVOKED: &str = "problem-device-signed-out";

/// A message between tabs.
#[derive(Serialize, Deserialize)]
pub enum TabMessage {
    Wrote,
    /// The device was paired or signed out.
    Standing,
    /// A request for the leader's connectivity.
    Asks,
    Line {
        line: Connectivity,
        heard: Option<Timestamp>,
    },
}

pub enum Unsent {
    Away,
    /// The device was revoked.
    Revoked,
    Refused,
}

/// The response with raw records: a newer server may send records that this version does not know.
#[derive(Deserialize)]
struct ResponseEnvelope<'a> {
    done: u64,
    revision: Revision,
    #[serde(default)]
    full: bool,
    #[serde(default)]
    snapshot_start: Option<Revision>,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
    more: bool,
    #[serde(borrow, default)]
    sync_problem: Option<&'a RawValue>,
}

fn read(text: &str, sent: u64) -> Option<SyncResponse> {
    let ResponseEnvelope {
        done,
        revision,
        full,
        snapshot_start,
        records,
        more,
        sync_problem,
    } = serde_json::from_str(text).ok()?;
    let records = records
        .into_iter()
        .filter_map(|record| serde_json::from_str::<Record>(record.get()).ok())
        .collect();
    let sync_problem =
        sync_problem.and_then(|sync_problem| serde_json::from_str::<SyncProblem>(sync_problem.get()).ok());
    Some(SyncResponse {
        done: done.min(sent),
        revision,
        full,
        snapshot_start,
        records,
        more,
        sync_problem,
    })
}

/// The ops that fit into a request, and the number of the last.
fn body(request: &SyncRequest) -> Option<(String, u64)> {
    let snapshot_start = request.snapshot_start.map_or_else(String::new, |snapshot_start| {
        format!("\"snapshot_start\":{},", snapshot_start.0)
    });
    let mut body = format!(
        "{{\"device\":\"{}\",\"since\":{},{snapshot_start}\"ops\":[",
        request.device, request.since.0
    );
    let mut sent = 0;
    for op in &request.ops {
        let text = serde_json::to_string(op).ok()?;
        if sent > 0 && body.len() + text.len() > MOST {
            break;
        }
        if sent > 0 {
            body.push(',');
        }
        body.push_str(&text);
        sent = op.n;
    }
    body.push_str("]}");
    Some((body, sent))
}

pub async fn send(slug: &Slug, request: &SyncRequest) -> Result<SyncResponse, Unsent> {
    let (body, sent) = body(request).ok_or(Unsent::Refused)?;
    let signal = AbortSignal::timeout_with_u32(REQUEST_TIMEOUT);
    let post = Post::post(&api::sync(slug))
        .header("content-type", "application/json")
        .abort_signal(Some(&signal))
        .body(body);
    let answer = post
        .map_err(|_| Unsent::Refused)?
        .send()
        .await
        .map_err(|_| Unsent::Away)?;
    match answer.status() {
        200 => {
            let text = answer.text().await.map_err(|_| Unsent::Away)?;
            read(&text, sent).ok_or(Unsent::Refused)
        }
        401 => Err(Unsent::Revoked),
        403 if answer.text().await.is_ok_and(|problem| problem.contains(REVOKED)) => Err(Unsent::Revoked),
        // A gateway's answer for an unavailable server, or a server that is starting.
        502..=504 => Err(Unsent::Away),
        _ => Err(Unsent::Refused),
    }
}
