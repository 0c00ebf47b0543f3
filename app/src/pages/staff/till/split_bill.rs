//! Splits a bill by item: tapped lines move to another bill.

use std::collections::BTreeMap;

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::{BillId, LineId},
    pos::{
        bill::BillLine,
        op::{Action, SplitPart},
    },
};

use super::till_state::{TillDialog, TillState};
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

#[component]
pub fn SplitBill(till: TillState) -> impl IntoView {
    let bill = till.bill().get_untracked()?;
    let taken = RwSignal::new(BTreeMap::<LineId, u16>::new());
    let lines: Vec<BillLine> = bill.lines.iter().filter(|line| line.count > 0).cloned().collect();
    let rows: Vec<_> = lines.iter().map(|line| row(&till, line, taken)).collect();
    let sum = {
        let till = till.clone();
        move || {
            let of = |line: &BillLine| {
                line.price.times(
                    taken
                        .with(|taken| taken.get(&line.id).copied().unwrap_or(0))
                        .into(),
                )
            };
            till.money(lines.iter().map(of).sum::<Minor>())
        }
    };
    let (from, into) = (bill.id, BillId(till.client.id()));
    let becomes: BTreeMap<LineId, LineId> = bill
        .lines
        .iter()
        .map(|line| (line.id, LineId(till.client.id())))
        .collect();
    let splitting = till.clone();
    let (at, over) = (till.at, till.over);
    let split = move |pay: bool| {
        let part = |(line, count)| {
            Some(SplitPart {
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
        splitting.submit_once(
            Action::Split {
                bill: from,
                into,
                parts,
            },
            move || {
                at.set(Some(into));
                over.set(pay.then_some(TillDialog::Pay));
            },
        );
    };
    let nothing = move || taken.with(|taken| taken.values().all(|count| *count == 0));
    let splitting_only = split.clone();
    Some(view! {
        <Dialog title=till.text(Key::DoSplit) close=till.close()>
            <p class="hint">{till.text(Key::SplitHint)}</p>
            <ul class="rows split">{rows}</ul>
            <p class="due">{till.text(Key::SplitOther)}" "<b dir="auto">{sum}</b></p>
            <div class="beside">
                <button type="button" disabled=nothing on:click=move |_| splitting_only(false)>{till.text(Key::SplitOnly)}</button>
                <button type="button" class="main" disabled=nothing on:click=move |_| split(true)>{till.text(Key::SplitAndPay)}</button>
            </div>
        </Dialog>
    })
}

fn row(till: &TillState, line: &BillLine, taken: RwSignal<BTreeMap<LineId, u16>>) -> impl IntoView + use<> {
    let (id, count) = (line.id, line.count);
    let own = move || taken.with(|taken| taken.get(&id).copied().unwrap_or(0));
    let put = move |count: u16| {
        taken.update(|taken| {
            taken.insert(id, count);
        })
    };
    let label = |key: Key| till.texts.fill(key, &[("name", &line.name)]);
    view! {
        <li>
            <button type="button" class="step" aria-label=label(Key::LineLess) disabled=move || own() == 0 on:click=move |_| put(own() - 1)>"−"</button>
            <output>{own}" / "{count}</output>
            <button type="button" class="step" aria-label=label(Key::LineMore) disabled={move || own() >= count} on:click=move |_| put(own() + 1)>"+"</button>
            <span class="name" dir="auto">{line.name.clone()}</span>
            <span class="price" dir="auto">{till.money(line.price)}</span>
        </li>
    }
}
