//! The orders that are under way, for who cooks and hands them over. Without a script it looks again by itself.

mod card;
mod stock;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{
    board::{Board, Column},
    slug::Slug,
};

use crate::{
    api,
    backend::{SignedBackend, backend},
    parts::{follow::follow, made::HowMade},
    render::Mode,
    text::{Key, Texts, texts},
};

#[component]
pub fn BoardPage(slug: Slug, board: Board) -> impl IntoView {
    let texts = texts();
    let HowMade { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let asked: Arc<dyn SignedBackend> = backend();
    let shown = RwSignal::new(board.clone());
    let stream = api::board_events(&slug);
    let here = slug.clone();
    Effect::new(move |_| {
        let (asked, here) = (asked.clone(), here.clone());
        follow(&stream, move || {
            let (asked, here) = (asked.clone(), here.clone());
            spawn_local(async move {
                // The line was cut between the event and the question: the stream begins anew with all there is.
                if let Ok(board) = asked.board(&here).await {
                    shown.set(board);
                }
            });
        });
    });
    let how = if decision.mode == Mode::Thin { Key::BoardRefreshes } else { Key::BoardLive };
    let stock = stock::stock(texts, &slug, &board);
    view! {
        <article class="board">
            <h1>{texts.fill(Key::BoardTitle, &[("name", &board.name)])}</h1>
            <p class="small-print">{texts.get(how)}</p>
            <div class="columns" aria-live="polite">{columns(texts, &slug, shown)}</div>
            {stock}
        </article>
    }
}

fn columns(texts: Texts, slug: &Slug, shown: RwSignal<Board>) -> impl IntoView + use<> {
    let column = |column: Column| {
        let (title, empty) = match column {
            Column::New => (Key::BoardNew, Key::BoardNothingNew),
            Column::Kitchen => (Key::BoardKitchen, Key::BoardNothing),
            Column::Pass => (Key::BoardPass, Key::BoardNothing),
        };
        let orders = move || shown.with(|board| board.column(column).cloned().collect::<Vec<_>>());
        let count = Memo::new(move |_| shown.with(|board| board.column(column).count()));
        let nothing = move || (count.get() == 0).then(|| view! { <p class="empty">{texts.get(empty)}</p> });
        let slug = slug.clone();
        // What somebody fills in on a ticket stays while others change.
        view! {
            <section class=column.code()>
                <h2>{texts.get(title)}" "<b>{count}</b></h2>
                {nothing}
                <ol>
                    <For each=orders key=|order| (order.id, order.revision) let:order>
                        {shown.with_untracked(|board| card::card(texts, &slug, board, &order))}
                    </For>
                </ol>
            </section>
        }
    };
    Column::ALL.iter().map(|each| column(*each)).collect::<Vec<_>>()
}
