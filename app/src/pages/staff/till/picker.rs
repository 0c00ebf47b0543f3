//! The dishes: favourites, by category, or by search. The number keys ring up the first nine.

use std::collections::BTreeMap;

use leptos::{html, prelude::*};
use servery_domain::{
    basket::BasketLine,
    id::{CategoryId, DishId, LineId},
    menu::Dish,
    pos::{op::Action, ring_up::ring_up},
};

use super::till_state::{TillDialog, TillState};
use crate::{pos_client::hold_updates, text::staff::Key};

/// Dishes shown at once; more are found faster by search.
const SHOWN: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shelf {
    AtHand,
    Category(CategoryId),
}

/// What a tap on a dish does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tap {
    Ring,
    /// Adds it to the favourites, or removes it.
    Arrange,
    /// Sets its stock.
    Count,
}

/// The state of the picker.
#[derive(Clone, Copy)]
struct Looking {
    /// The chosen tab; favourites by default, if there are any.
    chosen: RwSignal<Option<Shelf>>,
    first: Option<CategoryId>,
    word: RwSignal<String>,
    tap: RwSignal<Tap>,
    at_hand: Memo<Vec<DishId>>,
}

impl Looking {
    fn shelf(self) -> Shelf {
        let usual = || match self.first {
            Some(first) if self.at_hand.with(Vec::is_empty) => Shelf::Category(first),
            _ => Shelf::AtHand,
        };
        self.chosen.get().unwrap_or_else(usual)
    }
}

/// Rings up one, or opens its options first.
pub fn ring(till: &TillState, dish: &Dish) {
    if till
        .pos
        .with_untracked(|pos| pos.stock(dish.id).is_some_and(|stock| stock.left == 0))
    {
        return till
            .wrong
            .set(Some(format!("{}: {}", dish.name, till.text(Key::RefusedSoldOut))));
    }
    match dish.option_groups.is_empty() {
        true => add(
            till,
            BasketLine {
                id: LineId(till.client.id()),
                dish: dish.id,
                count: 1,
                picks: Vec::new(),
                note: String::new(),
            },
        ),
        false => till.over.set(Some(TillDialog::Options(dish.id))),
    }
}

/// Raises the count of an unsent line, or adds a line.
pub fn add(till: &TillState, line: BasketLine) {
    let bill = till.bill_for_new_line();
    let (menu, tax) = (&till.premises.menu, &till.premises.listing.restaurant.tax);
    let Ok(line) = ring_up(menu, tax, line, 0) else {
        return till.wrong.set(Some(till.text(Key::RefusedUnknown).to_owned()));
    };
    let same = till.pos.with_untracked(|pos| {
        let known = pos.merged_bill(bill)?.lines.iter().rev().find(|known| {
            known.dish == line.dish
                && known.picks == line.picks
                && known.note == line.note
                && known.price == line.price
                && known.sent == 0
        });
        known.filter(|known| known.count > 0).map(|known| known.id)
    });
    till.submit(match (same, i16::try_from(line.count)) {
        (Some(line), Ok(by)) => Action::Count { bill, line, by },
        _ => Action::Add {
            bill,
            line: Box::new(line),
        },
    });
}

#[component]
pub fn Picker(till: TillState) -> impl IntoView {
    let at_hand = favourites(&till);
    let first = till.premises.menu.categories.first().map(|category| category.id);
    let looking = Looking {
        chosen: RwSignal::new(None),
        first,
        word: RwSignal::new(String::new()),
        tap: RwSignal::new(Tap::Ring),
        at_hand,
    };
    Effect::new(move |_| {
        if looking.tap.get() != Tap::Ring {
            hold_updates();
        }
    });
    let shown = shown(&till, looking);
    let nothing = {
        let till = till.clone();
        move || {
            let key = if looking.word.with(String::is_empty) {
                Key::PickerNothingAtHand
            } else {
                Key::PickerNothingFound
            };
            shown
                .with(Vec::is_empty)
                .then(|| view! { <p class="empty">{till.text(key)}</p> })
        }
    };
    let dishes = {
        let till = till.clone();
        let stock = stock(&till);
        view! {
            <ol class="dishes" class:arranging=move || looking.tap.get() != Tap::Ring>
                <For each=move || shown.get().into_iter().enumerate() key=|(at, dish)| (*at, dish.id) let:((at, dish))>
                    {dish_button(&till, looking, stock, at, dish)}
                </For>
            </ol>
        }
    };
    let search = search(&till, looking, shown);
    let shelves = shelves(&till, looking);
    view! {
        <section class="picker" aria-label=till.text(Key::PickerTitle)>
            {search}
            {shelves}
            {nothing}
            {dishes}
        </section>
    }
}

fn favourites(till: &TillState) -> Memo<Vec<DishId>> {
    let pos = till.pos;
    Memo::new(move |_| {
        pos.with(|pos| {
            let mut all: Vec<_> = pos.favourites().collect();
            all.sort_by_key(|favourite| (favourite.since, favourite.dish));
            all.into_iter().map(|favourite| favourite.dish).collect()
        })
    })
}

fn shown(till: &TillState, looking: Looking) -> Memo<Vec<Dish>> {
    let menu = till.premises.menu.clone();
    let folded: Vec<String> = menu.dishes().map(|dish| dish.name.to_lowercase()).collect();
    Memo::new(move |_| {
        let word = looking.word.get().trim().to_lowercase();
        if !word.is_empty() {
            let found = menu
                .dishes()
                .zip(&folded)
                .filter(|(_, name)| name.contains(&word));
            let mut found: Vec<_> = found
                .map(|(dish, name)| (!name.starts_with(&word), dish))
                .collect();
            found.sort_by_key(|(within, _)| *within);
            return found
                .into_iter()
                .map(|(_, dish)| dish.clone())
                .take(SHOWN)
                .collect();
        }
        match looking.shelf() {
            Shelf::AtHand => looking
                .at_hand
                .get()
                .into_iter()
                .filter_map(|id| menu.dish(id).cloned())
                .collect(),
            Shelf::Category(id) => {
                let category = menu.categories.iter().find(|category| category.id == id);
                category.map_or_else(Vec::new, |category| category.dishes.clone())
            }
        }
    })
}

/// The stock of a counted dish.
fn stock(till: &TillState) -> Memo<BTreeMap<DishId, u32>> {
    let pos = till.pos;
    Memo::new(move |_| pos.with(|pos| pos.stocks().map(|stock| (stock.dish, stock.left)).collect()))
}

fn search(till: &TillState, looking: Looking, shown: Memo<Vec<Dish>>) -> impl IntoView + use<> {
    let input = NodeRef::<html::Input>::new();
    let found = till.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if looking.word.with_untracked(|word| word.trim().is_empty()) {
            return;
        }
        if let Some(dish) = shown.with_untracked(|shown| shown.first().cloned()) {
            ring(&found, &dish);
            looking.word.set(String::new());
        }
    };
    let keys = till.clone();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !super::shortcuts::are_the_tills(&event) {
            return;
        }
        let digit = event
            .key()
            .parse::<usize>()
            .ok()
            .filter(|digit| (1..=9).contains(digit));
        match (event.key().as_str(), digit) {
            ("/", _) => {
                event.prevent_default();
                let _ = input.get_untracked().map(|input| input.focus());
            }
            (_, Some(digit)) => {
                if let Some(dish) = shown.with_untracked(|shown| shown.get(digit - 1).cloned()) {
                    ring(&keys, &dish);
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    let mode = |tap: Tap, key: Key| {
        let here = move || (looking.tap.get() == tap).to_string();
        let turn = move |_| {
            looking
                .tap
                .update(|now| *now = if *now == tap { Tap::Ring } else { tap })
        };
        view! { <button type="button" aria-pressed=here on:click=turn>{till.text(key)}</button> }
    };
    view! {
        <form class="search" role="search" on:submit=submit>
            <label>
                <span class="unseen">{till.text(Key::PickerSearch)}</span>
                <input type="search" node_ref=input placeholder=till.text(Key::PickerSearch) autocomplete="off" maxlength=servery_domain::limits::SEARCH
                    prop:value=looking.word on:input:target=move |event| looking.word.set(event.target().value())/>
            </label>
            {mode(Tap::Arrange, Key::PickerArrange)}
            {mode(Tap::Count, Key::StockNone)}
        </form>
    }
}

fn shelves(till: &TillState, looking: Looking) -> impl IntoView + use<> {
    let tab = |shelf: Shelf, name: String| {
        let here =
            move || (looking.shelf() == shelf && looking.word.with(String::is_empty)).then_some("true");
        let choose = move |_| {
            looking.word.set(String::new());
            looking.chosen.set(Some(shelf));
        };
        view! { <li><button type="button" aria-current=here on:click=choose dir="auto">{name}</button></li> }
    };
    let categories = till.premises.menu.categories.iter();
    let tabs: Vec<_> = std::iter::once(tab(Shelf::AtHand, till.text(Key::PickerAtHand).to_owned()))
        .chain(categories.map(|category| tab(Shelf::Category(category.id), category.name.clone())))
        .collect();
    view! { <ul class="shelves">{tabs}</ul> }
}

fn dish_button(
    till: &TillState,
    looking: Looking,
    stock: Memo<BTreeMap<DishId, u32>>,
    at: usize,
    dish: Dish,
) -> impl IntoView + use<> {
    let id = dish.id;
    let left = Memo::new(move |_| stock.with(|stock| stock.get(&id).copied()));
    let texts = till.texts;
    let badge = move || {
        left.get().map(|left| match left {
            0 => view! { <small class="gone">{texts.get(Key::PickerSoldOut).to_owned()}</small> },
            left => view! { <small class="left">{texts.count(Key::PickerLeft, left as usize)}</small> },
        })
    };
    let number = (at < 9).then(|| view! { <kbd aria-hidden="true">{at + 1}</kbd> });
    let (name, price) = (dish.name.clone(), till.money(dish.price));
    let till = till.clone();
    let at_hand = looking.at_hand;
    let chosen = move || at_hand.with(|all| all.contains(&id));
    let tap = move |_| match looking.tap.get_untracked() {
        Tap::Ring => ring(&till, &dish),
        Tap::Arrange => till.submit(Action::Favour {
            dish: id,
            on: !untrack(chosen),
        }),
        Tap::Count => till.over.set(Some(TillDialog::Stock(id))),
    };
    let gone = move || (left.get() == Some(0)).to_string();
    view! {
        <li>
            <button type="button" class="dish-key" class:chosen=chosen data-gone=gone on:click=tap>
                <b dir="auto">{name}</b>
                <span><span class="price" dir="auto">{price}</span>{badge}{number}</span>
            </button>
        </li>
    }
}
