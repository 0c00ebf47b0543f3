//! The stations of the kitchen and their categories.

use std::collections::BTreeSet;

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    device::DeviceKind,
    id::{CategoryId, StationId},
    limits,
    pos::{op::Action, station::Station},
};

use super::{all_stations, pass::Pass};
use crate::{pos_client::hold_updates, text::staff::Key};

#[component]
pub fn Stations(pass: Pass) -> impl IntoView {
    let pos = pass.pos;
    let may = pass.kind().get_untracked() == Some(Some(DeviceKind::Till));
    let rows = {
        let pass = pass.clone();
        move || {
            let stations = pos.with(|pos| all_stations(pos));
            let none = stations
                .is_empty()
                .then(|| view! { <p class="empty">{pass.text(Key::StationsNone)}</p> });
            let rows: Vec<_> = stations
                .into_iter()
                .map(|station| form(&pass, Some(station), may))
                .collect();
            view! { {none}{rows} }
        }
    };
    if may {
        hold_updates();
    }
    let new = may.then(|| form(&pass, None, may));
    let hint = (!may).then(|| view! { <p class="hint">{pass.text(Key::StationsAtTill)}</p> });
    view! { <section class="stations">{hint}{rows}{new}</section> }
}

fn form(pass: &Pass, station: Option<Station>, may: bool) -> impl IntoView + use<> {
    let title = station.as_ref().map_or_else(
        || pass.text(Key::StationsNew).to_owned(),
        |station| station.name.clone(),
    );
    let name = NodeRef::<html::Input>::new();
    let known = station.as_ref().map(|station| station.id);
    let makes: RwSignal<BTreeSet<CategoryId>> =
        RwSignal::new(station.as_ref().map_or_else(BTreeSet::new, |station| {
            station.categories.iter().copied().collect()
        }));
    let boxes = pass.premises.menu.categories.iter().map(|category| {
        let id = category.id;
        let here = move || makes.with(|makes| makes.contains(&id)).to_string();
        let turn = move |_| {
            makes.update(|makes| {
                if !makes.remove(&id) {
                    makes.insert(id);
                }
            });
        };
        view! { <button type="button" aria-pressed=here disabled=!may on:click=turn dir="auto">{category.name.clone()}</button> }
    });
    let boxes: Vec<_> = boxes.collect();
    let keeping = pass.clone();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = name.get_untracked() else { return };
        let id = known.unwrap_or_else(|| StationId(keeping.client.id()));
        let categories = makes.get_untracked().into_iter().collect();
        keeping.submit_once(
            Action::Station(Station {
                id,
                name: field.value(),
                categories,
            }),
            move || {
                if known.is_none() {
                    field.set_value("");
                    makes.set(BTreeSet::new());
                }
            },
        );
    };
    let (removing, word) = (pass.clone(), pass.text(Key::StationsRemove));
    let remove = known.filter(|_| may).map(|station| {
        view! { <button type="button" on:click=move |_| removing.submit(Action::RemoveStation { station })>{word}</button> }
    });
    let value = station.map_or_else(String::new, |station| station.name);
    view! {
        <form class="fields station" on:submit=keep>
            <h2 dir="auto">{title}</h2>
            <label><span>{pass.text(Key::StationsName)}</span><input node_ref=name value=value required disabled=!may maxlength=limits::NAME autocomplete="off"/></label>
            <fieldset class="choices"><legend>{pass.text(Key::StationsMakes)}</legend>{boxes}</fieldset>
            {may.then(|| view! { <div class="beside">{remove}<button type="submit" class="main">{pass.text(Key::DoKeep)}</button></div> })}
        </form>
    }
}
