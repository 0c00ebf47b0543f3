//! What can be chosen on a dish before it is rung up.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    id::{DishId, LineId},
    limits,
};

use super::{picker, till_state::Counter};
use crate::{
    components::{form, options},
    line_form::Wish,
    pages::staff::dialog::Sheet,
    text::{self, staff::Key},
};

#[component]
pub fn Options(counter: Counter, dish: DishId) -> impl IntoView {
    let menu = counter.premises.menu.clone();
    let Some(dish) = menu.dish(dish).cloned() else {
        return leptos::either::Either::Left(());
    };
    let filled_in = NodeRef::<html::Form>::new();
    let price = RwSignal::new(None);
    let texts = counter.texts;
    let reckon = {
        let (menu, dish) = (menu.clone(), dish.clone());
        move || {
            let Some(form) = filled_in.get() else { return };
            options::keep_within(texts, &form);
            let pairs = form::pairs(&form);
            let wish = Wish::parse(pairs.iter().map(form::borrowed)).ok();
            price.set(wish.map(|wish| wish.price(&menu, &dish)));
        }
    };
    Effect::new({
        let reckon = reckon.clone();
        move |_| reckon()
    });
    let (adding, line) = (counter.clone(), LineId(counter.desk.id()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pairs = filled_in
            .get_untracked()
            .map(|form| form::pairs(&form))
            .unwrap_or_default();
        if let Ok(wish) = Wish::parse(pairs.iter().map(form::borrowed)) {
            picker::add(&adding, wish.line(line));
            adding.over.set(None);
        }
    };
    let sum = {
        let counter = counter.clone();
        move || price.get().map(|price| counter.money(price))
    };
    leptos::either::Either::Right(view! {
        <Sheet title=dish.name.clone() close=counter.close()>
            <form class="options" node_ref=filled_in on:input=move |_| reckon() on:submit=submit>
                <input type="hidden" name="dish" value=dish.id.to_string()/>
                {options::groups(texts, &menu, &dish)}
                <label><span>{counter.word(Key::LineNote)}</span><input name="note" maxlength=limits::NOTE autocomplete="off"/></label>
                <label class="short"><span>{texts.get(text::Key::DishCount)}</span><input type="number" name="count" value="1" min="1" max=limits::COUNT inputmode="numeric"/></label>
                <button type="submit" class="main">{counter.word(Key::DoAdd)}" "<span dir="auto">{sum}</span></button>
            </form>
        </Sheet>
    })
}
