//! The basket with its total.

mod line;

use leptos::{
    either::Either,
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use servery_domain::draft::Draft;

use self::line::row;
use super::{
    components::{
        coupon::CouponField,
        removed_lines::removed_lines,
        sums::{Totals, sums},
        validation_text::blockers,
    },
    draft_editor::DraftEditor,
    priced_draft::PricedDraft,
};
use crate::{
    components::{dish_badges::isolated, render_info::RenderInfo},
    mode::Mode,
    pages::remount_on_change,
    text::{Key, texts},
};

#[component]
pub fn BasketPage(priced: PricedDraft) -> impl IntoView {
    let texts = texts();
    let editor = DraftEditor::new(priced);
    let slug = editor.slug();
    let (name, menu) = editor
        .priced
        .with_value(|priced| (isolated(&priced.listing.restaurant.name), priced.menu.clone()));
    let undo = move |event: SubmitEvent| {
        if editor.actions().is_some() {
            event.prevent_default();
            editor.change(Draft::restore_line);
        }
    };
    let removed = Memo::new(move |_| {
        editor
            .draft
            .with(|draft| draft.removed.as_ref().map(|removed| removed.line.dish))
    });
    let action = format!("/restaurants/{slug}/basket/lines");
    let taken_out = move || {
        removed.get().map(|dish| {
            let dish = menu.dish(dish).map_or_else(|| texts.get(Key::RemovedADish).to_owned(), |dish| isolated(&dish.name));
            view! {
                <p>{texts.fill(Key::BasketRemoved, &[("dish", &dish)])}</p>
                <form method="post" action=action.clone() on:submit=undo><button name="put-back" value="1">{texts.get(Key::BasketUndo)}</button></form>
            }
        })
    };
    let empty = Memo::new(move |_| editor.draft.with(|draft| draft.basket.lines.is_empty()));
    let path = format!("/restaurants/{slug}");
    let inside = remount_on_change(move || {
        editor.adopted.track();
        if empty.get() {
            Either::Left(nothing_yet(path.clone()))
        } else {
            Either::Right(view! { <Chosen editor/> })
        }
    });
    view! {
        <article class="basket">
            <h1>{texts.fill(Key::BasketTitle, &[("name", &name)])}</h1>
            <div class="undo" role="status">{taken_out}</div>
            {inside}
        </article>
    }
}

fn nothing_yet(menu: String) -> impl IntoView {
    let texts = texts();
    view! {
        <div class="empty">
            <p>{texts.get(Key::BasketEmpty)}</p>
            <p><a class="button" href=menu>{texts.get(Key::BasketToMenu)}</a></p>
        </div>
    }
}

#[component]
fn Chosen(editor: DraftEditor) -> impl IntoView {
    let texts = texts();
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let plain = decision.mode == Mode::Thin;
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let slug = editor.slug();
    let checkout = format!("/restaurants/{slug}/checkout");
    let to_checkout = move |event: MouseEvent| {
        let Some(actions) = editor.actions() else { return };
        event.prevent_default();
        let (keeping, checkout) = (editor.keep(), checkout.clone());
        spawn_local(async move {
            keeping.await;
            actions.navigate(&checkout);
        });
    };
    // The buttons work without sending the form.
    let submit = move |event: SubmitEvent| {
        if editor.actions().is_some() {
            event.prevent_default();
        }
    };
    let rows = move || {
        let lines = editor.draft.with(|draft| draft.basket.lines.clone());
        lines
            .iter()
            .map(|line| row(editor, alive, plain, line))
            .collect::<Vec<_>>()
    };
    let left_out = move || {
        editor
            .quote
            .with(|quote| removed_lines(texts, &quote.removed_lines))
    };
    let wrong = move || {
        let all = editor.quote.with(|quote| {
            editor.priced.with_value(|priced| {
                let ordering = &priced.listing.restaurant.ordering;
                blockers(texts, quote, &priced.menu, ordering, false)
            })
        });
        all.into_iter()
            .filter(|wrong| wrong.field == "lines")
            .map(|wrong| view! { <p class="wrong">{wrong.words}</p> })
            .collect::<Vec<_>>()
    };
    let bill = move || {
        editor.quote.with(|quote| {
            editor
                .priced
                .with_value(|priced| sums(texts, Totals::of(quote, &priced.listing.restaurant.tax)))
        })
    };
    view! {
        <form method="post" action=format!("/restaurants/{slug}/basket/lines") on:submit=submit>
            // Enter presses the first button.
            <button class="update" class:gone=!plain type="submit">{texts.get(Key::BasketUpdate)}</button>
            <ul class="lines">{rows}</ul>
            <p class="more"><a href=format!("/restaurants/{slug}")>{texts.get(Key::BasketAddMore)}</a></p>
            {left_out}
            <div role="status">{wrong}</div>
            <CouponField editor/>
            <div class="bill">{bill}</div>
            <div class="order"><button type="submit" name="checkout" value="1" on:click=to_checkout>{texts.get(Key::BasketCheckout)}</button></div>
        </form>
    }
}
