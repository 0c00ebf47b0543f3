//! The options of a dish before it is rung up.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    id::{DishId, LineId},
    limits,
};

use super::{picker, till_state::TillState};
use crate::{
    components::{form, options},
    line_form::LineForm,
    pages::staff::dialog::Dialog,
    text::{self, staff::Key},
};

#[component]
pub fn Options(till: TillState, dish: DishId) -> impl IntoView {
    let menu = till.premises.menu.clone();
    let Some(dish) = menu.dish(dish).cloned() else {
        return leptos::either::Either::Left(());
    };
    let filled_in = NodeRef::<html::Form>::new();
    let price = RwSignal::new(None);
    let texts = till.texts;
    let recalculate = {
        let (menu, dish) = (menu.clone(), dish.clone());
        move || {
            let Some(form) = filled_in.get() else { return };
            options::keep_within(texts, &form);
            let pairs = form::pairs(&form);
            let form = LineForm::parse(pairs.iter().map(form::borrowed)).ok();
            price.set(form.map(|form| form.price(&menu, &dish)));
        }
    };
    Effect::new({
        let recalculate = recalculate.clone();
        move |_| recalculate()
    });
    let (adding, line) = (till.clone(), LineId(till.client.id()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pairs = filled_in
            .get_untracked()
            .map(|form| form::pairs(&form))
            .unwrap_or_default();
        if let Ok(form) = LineForm::parse(pairs.iter().map(form::borrowed)) {
            picker::add(&adding, form.line(line));
            adding.over.set(None);
        }
    };
    let sum = {
        let till = till.clone();
        move || price.get().map(|price| till.money(price))
    };
    leptos::either::Either::Right(view! {
        <Dialog title=dish.name.clone() close=till.close()>
            <form class="options" node_ref=filled_in on:input=move |_| recalculate() on:submit=submit>
                <input type="hidden" name="dish" value=dish.id.to_string()/>
                {options::groups(texts, &menu, &dish)}
                <label><span>{till.text(Key::LineNote)}</span><input name="note" maxlength=limits::NOTE autocomplete="off"/></label>
                <label class="short"><span>{texts.get(text::Key::DishCount)}</span><input type="number" name="count" value="1" min="1" max=limits::COUNT inputmode="numeric"/></label>
                <button type="submit" class="main">{till.text(Key::DoAdd)}" "<span dir="auto">{sum}</span></button>
            </form>
        </Dialog>
    })
}
