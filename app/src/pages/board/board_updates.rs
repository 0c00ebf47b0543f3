//! Updates a board from the event stream while it is open.

use std::{any::Any, sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{board::Board, order::Order, slug::Slug};

use crate::{
    api,
    backend::{self, AccountBackend, OrderStreamEvent, backend},
    query::GetBoard,
};

/// The pause before a failed request is repeated.
const AGAIN: Duration = Duration::from_secs(3);

#[derive(Clone, Copy)]
pub struct BoardUpdates {
    pub shown: RwSignal<Board>,
    /// Not connected: changes are not shown.
    pub lost: RwSignal<bool>,
}

#[derive(Default)]
struct BoardConnection {
    connected: bool,
    asking: bool,
    /// The stream broke during a request: its response may be outdated.
    outdated: bool,
    /// Events since the request was sent, which its response may not include.
    heard: Vec<Order>,
}

#[derive(Clone)]
struct Following {
    live: BoardUpdates,
    line: StoredValue<BoardConnection>,
    asked: Arc<dyn AccountBackend>,
    slug: Slug,
}

/// Works in browsers; elsewhere there are no events.
pub fn follow(slug: &Slug, board: Board) -> BoardUpdates {
    let live = BoardUpdates {
        shown: RwSignal::new(board),
        lost: RwSignal::new(false),
    };
    let following = Following {
        live,
        line: StoredValue::default(),
        asked: backend(),
        slug: slug.clone(),
    };
    let watching = StoredValue::new_local(None::<Box<dyn Any>>);
    Effect::new(move |_| {
        let Some(watch) = backend::order_events() else {
            return;
        };
        let following = following.clone();
        let stream = api::board_events(&following.slug);
        watching.set_value(Some(
            watch.watch(&stream, Box::new(move |heard| following.hear(heard))),
        ));
    });
    on_cleanup(move || watching.dispose());
    live
}

impl Following {
    fn hear(&self, heard: OrderStreamEvent) {
        let connected = match heard {
            OrderStreamEvent::Order(order) => return self.put(*order),
            OrderStreamEvent::Connected => true,
            OrderStreamEvent::Lost => false,
        };
        self.line.try_update_value(|line| line.connected = connected);
        match connected {
            true => self.ask(),
            false => self.say_lost(true),
        }
    }

    fn put(&self, order: Order) {
        self.line.try_update_value(|line| {
            if line.asking {
                line.heard.push(order.clone());
            }
        });
        self.live.shown.try_maybe_update(|board| (board.put(order), ()));
    }

    /// Sends one request at a time.
    fn ask(&self) {
        let begin = |line: &mut BoardConnection| {
            line.outdated = line.asking;
            !std::mem::replace(&mut line.asking, true)
        };
        if self.line.try_update_value(begin) == Some(true) {
            let following = self.clone();
            spawn_local(async move {
                let answer = following.asked.ask(GetBoard(following.slug.clone())).await;
                following.answered(answer.ok());
            });
        }
    }

    fn answered(&self, board: Option<Board>) {
        let end = |line: &mut BoardConnection| {
            line.asking = false;
            (line.connected, line.outdated, std::mem::take(&mut line.heard))
        };
        // The page was left.
        let Some((connected, outdated, heard)) = self.line.try_update_value(end) else {
            return;
        };
        let failed = board.is_none();
        if let Some(mut board) = board {
            for order in heard {
                board.put(order);
            }
            self.live.shown.try_set(board);
        }
        self.say_lost(failed || !connected);
        if connected && outdated {
            self.ask();
        } else if connected && failed {
            let again = self.clone();
            set_timeout(move || again.ask(), AGAIN);
        }
    }

    fn say_lost(&self, lost: bool) {
        self.live
            .lost
            .try_maybe_update(|said| (std::mem::replace(said, lost) != lost, ()));
    }
}
