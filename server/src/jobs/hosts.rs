//! Work for many hosts: one at a time for each, and none waits for another.

use std::collections::{HashMap, VecDeque};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use tokio::sync::mpsc::UnboundedReceiver;

/// Sends what is received, for each host in the order received. `send` returns whether the host is away: then what waits for it is put off.
/// So is what comes while `most` wait for it. Ends when the channel has ended and nothing is left.
pub async fn one_at_a_time<'a, T, S, P>(
    mut received: UnboundedReceiver<(String, T)>,
    most: usize,
    send: impl Fn(T) -> S,
    put_off: impl Fn(T) -> P,
) where
    S: Future<Output = bool> + Send + 'a,
    P: Future<Output = ()> + Send + 'a,
{
    // A host is in it while something is sent to it.
    let mut waiting: HashMap<String, VecDeque<T>> = HashMap::new();
    // What was sent says to which host, and whether that is away.
    let mut running: FuturesUnordered<BoxFuture<'a, Option<(String, bool)>>> = FuturesUnordered::new();
    let sending = |host: String, work: T| send(work).map(|is_away| Some((host, is_away))).boxed();
    let putting_off = |works: VecDeque<T>| join_all(works.into_iter().map(&put_off)).map(|_| None).boxed();
    let mut ended = false;
    while !(ended && running.is_empty()) {
        tokio::select! {
            more = received.recv(), if !ended => match more {
                None => ended = true,
                Some((host, work)) => match waiting.get_mut(&host) {
                    Some(queue) if queue.len() < most => queue.push_back(work),
                    Some(_) => running.push(putting_off(VecDeque::from([work]))),
                    None => {
                        waiting.insert(host.clone(), VecDeque::new());
                        running.push(sending(host, work));
                    }
                },
            },
            Some(done) = running.next(), if !running.is_empty() => {
                let Some((host, is_away)) = done else { continue };
                let Some(mut queue) = waiting.remove(&host) else { continue };
                if is_away {
                    running.push(putting_off(queue));
                } else if let Some(next) = queue.pop_front() {
                    waiting.insert(host.clone(), queue);
                    running.push(sending(host, next));
                }
            }
        }
    }
}
