//! Splits a bill by item: what is tapped goes onto another bill.

use std::collections::BTreeMap;

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::{BillId, LineId},
    pos::{
        bill::BillLine,
        op::{Action, Part},
    },
};

use super::till_state::{Counter, Over};
use crate::{pages::staff::dialog::Sheet, text::staff::Key};

#[component]
pub fn Divide(counter: Counter) -> impl IntoView {
    let bill = counter.bill().get_untracked()?;
    let taken = RwSignal::new(BTreeMap::<LineId, u16>::new());
    let lines: Vec<BillLine> = bill.lines.iter().filter(|line| line.count > 0).cloned().collect();
    let rows: Vec<_> = lines.iter().map(|line| row(&counter, line, taken)).collect();
    let sum = {
        let counter = counter.clone();
        move || {
            let of = |line: &BillLine| {
                line.price.times(
                    taken
                        .with(|taken| taken.get(&line.id).copied().unwrap_or(0))
                        .into(),
                )
            };
            counter.money(lines.iter().map(of).sum::<Minor>())
        }
    };
    let (from, into) = (bill.id, BillId(counter.desk.id()));
    let becomes: BTreeMap<LineId, LineId> = bill
        .lines
        .iter()
        .map(|line| (line.id, LineId(counter.desk.id())))
        .collect();
    let splitting = counter.clone();
    let (at, over) = (counter.at, counter.over);
    let split = move |pay: bool| {
        let part = |(line, count)| {
            Some(Part {
                line,
                count,
                becomes: *becomes.get(&line)?,
            })
        };
        let parts = taken
            .get_untracked()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .filter_map(part)
            .collect();
        splitting.ask_once(
            Action::Split {
                bill: from,
                into,
                parts,
            },
            move || {
                at.set(Some(into));
                over.set(pay.then_some(Over::Pay));
            },
        );
    };
    let nothing = move || taken.with(|taken| taken.values().all(|count| *count == 0));
    let splitting_only = split.clone();
    Some(view! {
        <Sheet title=counter.word(Key::DoSplit) close=counter.close()>
            <p class="hint">{counter.word(Key::SplitHint)}</p>
            <ul class="rows split">{rows}</ul>
            <p class="due">{counter.word(Key::SplitOther)}" "<b dir="auto">{sum}</b></p>
            <div class="beside">
                <button type="button" disabled=nothing on:click=move |_| splitting_only(false)>{counter.word(Key::SplitOnly)}</button>
                <button type="button" class="main" disabled=nothing on:click=move |_| split(true)>{counter.word(Key::SplitAndPay)}</button>
            </div>
        </Sheet>
    })
}

fn row(counter: &Counter, line: &BillLine, taken: RwSignal<BTreeMap<LineId, u16>>) -> impl IntoView + use<> {
    let (id, count) = (line.id, line.count);
    let own = move || taken.with(|taken| taken.get(&id).copied().unwrap_or(0));
    let put = move |count: u16| {
        taken.update(|taken| {
            taken.insert(id, count);
        })
    };
    let label = |key: Key| counter.texts.fill(key, &[("name", &line.name)]);
    view! {
        <li>
            <button type="button" class="step" aria-label=label(Key::LineLess) disabled=move || own() == 0 on:click=move |_| put(own() - 1)>"−"</button>
            <output>{own}" / "{count}</output>
            <button type="button" class="step" aria-label=label(Key::LineMore) disabled={move || own() >= count} on:click=move |_| put(own() + 1)>"+"</button>
            <span class="name" dir="auto">{line.name.clone()}</span>
            <span class="price" dir="auto">{counter.money(line.price)}</span>
        </li>
    }
}
