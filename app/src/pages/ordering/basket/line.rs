//! A row of the basket.

use leptos::{prelude::*, web_sys::MouseEvent};
use servery_domain::{basket::BasketLine, limits, quote::QuotedLine};

use crate::{
    components::dish_badges::isolated,
    pages::ordering::{components::lines::details, draft_editor::DraftEditor},
    text::{Key, Texts, texts},
};

/// `alive`: a script runs, so its buttons work.
pub fn row(
    editor: DraftEditor,
    alive: RwSignal<bool>,
    plain: bool,
    line: &BasketLine,
) -> impl IntoView + use<> {
    let texts = texts();
    let (id, count) = (line.id, line.count);
    let quoted = editor.quote.with(|quote| {
        quote
            .lines
            .iter()
            .find(|quoted| quoted.id == id)
            .map(|quoted| (quoted.clone(), quote.currency))
    });
    let name = editor
        .priced
        .with_value(|priced| priced.menu.dish(line.dish).map(|dish| dish.name.clone()));
    let gone = name.is_none();
    let name = name.unwrap_or_else(|| texts.get(Key::RemovedADish).to_owned());
    let named = |key| texts.fill(key, &[("dish", &isolated(&name))]);
    let set = move |count: u8| editor.change(|draft| draft.basket.set_count(id, count.max(1)));
    let button = |sign: &'static str, label: String, count: u8| {
        (!plain).then(
            || view! { <button type="button" aria-label=label disabled=move || !alive.get() on:click=move |_| set(count)>{sign}</button> },
        )
    };
    let fewer = button("−", named(Key::BasketFewerOf), count.saturating_sub(1));
    let more = button("+", named(Key::BasketMoreOf), count.saturating_add(1));
    let typed = move |event| {
        if let Ok(count) = event_target_value(&event).parse() {
            set(count);
        }
    };
    let remove = move |event: MouseEvent| {
        if editor.actions().is_some() {
            event.prevent_default();
            editor.change(|draft| draft.remove_line(id));
        }
    };
    let href = format!("/restaurants/{}/dishes/{}", editor.slug(), line.dish);
    let title = if gone { name.clone() } else { String::new() };
    let link = (!gone).then(|| view! { <a href=href>{name.clone()}</a> });
    view! {
        <li class:gone=quoted.is_none()>
            <div>
                <p class="name" dir="auto">{link}{title}</p>
                {quoted.as_ref().map(|(quoted, _)| details(&quoted.picks, &quoted.note))}
                {quoted.as_ref().filter(|_| count > 1).map(|(quoted, currency)| each(texts, quoted, *currency))}
            </div>
            <span class="price" dir="auto">{quoted.as_ref().map(|(quoted, currency)| texts.lang.money(quoted.sum, *currency))}</span>
            <div class="how-many">
                {fewer}
                <input type="number" name=format!("count.{id}") value=count.to_string() prop:value=count.to_string() min="1" max=limits::COUNT
                    inputmode="numeric" autocomplete="off" aria-label=named(Key::BasketCountOf) on:change=typed/>
                {more}
                <button class="quiet" type="submit" name="remove" value=id.to_string() aria-label=named(Key::BasketRemoveDish) on:click=remove>{texts.get(Key::BasketRemove)}</button>
            </div>
        </li>
    }
}

fn each(
    texts: Texts,
    quoted: &QuotedLine,
    currency: servery_domain::currency::Currency,
) -> impl IntoView + use<> {
    view! { <p class="facts">{texts.fill(Key::BasketEach, &[("price", &texts.lang.money(quoted.price, currency))])}</p> }
}
