//! The current cashier. A PIN changes it, also without a network.

use leptos::{
    either::{Either, EitherOf4},
    ev::SubmitEvent,
    html,
    prelude::*,
    task::spawn_local,
};
use servery_domain::{
    id::CashierId,
    limits,
    pos::{
        PosState,
        cashier::{Cashier, PIN},
        op::Action,
        right::{Right, TillRole},
    },
};

use super::{dialog::Dialog, screen::Screen};
use crate::text::staff::Key;

#[derive(Clone, Copy, PartialEq, Eq)]
enum CashierStep {
    Choose,
    /// A cashier signs in.
    Enter(CashierId),
    New,
    /// The current cashier changes the PIN or is removed.
    Change(CashierId),
}

pub fn cashiers(pos: &PosState) -> Vec<Cashier> {
    let mut cashiers: Vec<Cashier> = pos.cashiers().cloned().collect();
    cashiers.sort_by(|a, b| a.name.cmp(&b.name));
    cashiers
}

/// The button that shows the current cashier.
#[component]
pub fn Who(screen: Screen) -> impl IntoView {
    let open = RwSignal::new(false);
    let (pos, by) = (screen.pos, screen.client.current_cashier());
    let name = {
        let nobody = screen.text(Key::CashierNobody);
        move || {
            let name = by
                .get()
                .and_then(|by| pos.with(|pos| pos.cashier(by).map(|cashier| cashier.name.clone())));
            name.unwrap_or_else(|| nobody.to_owned())
        }
    };
    let sheet = move || open.get().then(|| choose(&screen, open));
    view! { <button type="button" class="who" on:click=move |_| open.set(true) dir="auto">{name}</button>{sheet} }
}

fn choose(screen: &Screen, open: RwSignal<bool>) -> impl IntoView + use<> {
    let step = RwSignal::new(CashierStep::Choose);
    let body = {
        let screen = screen.clone();
        move || match step.get() {
            CashierStep::Choose => EitherOf4::A(list(&screen, step, open)),
            CashierStep::Enter(cashier) => EitherOf4::B(enter(&screen, cashier, open)),
            CashierStep::New => EitherOf4::C(set(&screen, None, step)),
            CashierStep::Change(cashier) => EitherOf4::D(set(&screen, Some(cashier), step)),
        }
    };
    view! {
        <Dialog title=screen.text(Key::CashierTitle) close=Callback::new(move |()| open.set(false))>
            {body}
        </Dialog>
    }
}

fn list(screen: &Screen, step: RwSignal<CashierStep>, open: RwSignal<bool>) -> impl IntoView + use<> {
    let (pos, by) = (screen.pos, screen.client.current_cashier());
    let all = pos.with(|pos| cashiers(pos));
    let none = all
        .is_empty()
        .then(|| view! { <p class="hint">{screen.text(Key::CashierNone)}</p> });
    let own = by.get();
    let may_add = own.is_some() || all.is_empty();
    let key = |cashier: Cashier| {
        let here = (own == Some(cashier.id)).to_string();
        view! { <li><button type="button" aria-pressed=here on:click=move |_| step.set(CashierStep::Enter(cashier.id)) dir="auto">{cashier.name}</button></li> }
    };
    let keys: Vec<_> = all.into_iter().map(key).collect();
    let new = may_add.then(|| view! { <button type="button" on:click=move |_| step.set(CashierStep::New)>{screen.text(Key::CashierNew)}</button> });
    let leave = own.map(|own| {
        let leave = move |_| {
            by.set(None);
            open.set(false);
        };
        view! {
            <button type="button" on:click=move |_| step.set(CashierStep::Change(own))>{screen.text(Key::CashierChange)}</button>
            <button type="button" on:click=leave>{screen.text(Key::CashierLeave)}</button>
        }
    });
    view! { {none}<ul class="table-keys wide">{keys}</ul><div class="beside">{new}{leave}</div> }
}

pub fn pin_field(screen: &Screen, key: Key, pin: NodeRef<html::Input>) -> impl IntoView + use<> {
    // An open dialog does not move the focus by itself.
    Effect::new(move |_| {
        if let Some(field) = pin.get() {
            let _ = field.focus();
        }
    });
    view! {
        <label>
            <span>{screen.text(key)}</span>
            <input node_ref=pin type="password" inputmode="numeric" pattern="[0-9]*" required minlength=PIN.0 maxlength=PIN.1 autocomplete="off" autofocus/>
        </label>
    }
}

pub fn value(field: NodeRef<html::Input>) -> String {
    field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

fn enter(screen: &Screen, cashier: CashierId, open: RwSignal<bool>) -> impl IntoView + use<> {
    let pin = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let asking = screen.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let screen = asking.clone();
        spawn_local(async move {
            if has_typed_pin(&screen, cashier, pin, busy).await {
                screen.wrong.set(None);
                screen.client.current_cashier().set(Some(cashier));
                open.set(false);
            }
        });
    };
    let name = screen
        .pos
        .with_untracked(|pos| pos.cashier(cashier).map(|cashier| cashier.name.clone()));
    view! {
        <form class="fields" on:submit=submit>
            <h3 dir="auto">{name}</h3>
            {pin_field(screen, Key::CashierPin, pin)}
            <button type="submit" class="main" disabled=busy>{screen.text(Key::CashierEnter)}</button>
        </form>
    }
}

/// Compares the hashes. A wrong PIN is said, and to be typed again.
pub async fn has_typed_pin(
    screen: &Screen,
    cashier: CashierId,
    pin: NodeRef<html::Input>,
    busy: RwSignal<bool>,
) -> bool {
    let typed = value(pin);
    busy.set(true);
    let hash = screen.client.pin(cashier, &typed).await;
    busy.set(false);
    let known = screen
        .pos
        .with_untracked(|pos| pos.cashier(cashier).map(|cashier| cashier.pin.clone()));
    let is_right = hash.is_some() && hash == known;
    if !is_right {
        screen
            .wrong
            .set(Some(screen.text(Key::CashierWrongPin).to_owned()));
        if let Some(field) = pin.try_get_untracked().flatten() {
            field.set_value("");
        }
    }
    is_right
}

/// What people call a cashier, or that it was nobody.
pub fn cashier_name(screen: &Screen, cashier: Option<CashierId>) -> String {
    let name = cashier.and_then(|cashier| {
        screen
            .pos
            .with_untracked(|pos| pos.cashier(cashier).map(|cashier| cashier.name.clone()))
    });
    name.unwrap_or_else(|| screen.text(Key::CashierNobody).to_owned())
}

/// A new cashier, or a new PIN of the current one.
fn set(screen: &Screen, known: Option<CashierId>, step: RwSignal<CashierStep>) -> impl IntoView + use<> {
    let [name, pin] = [(); 2].map(|()| NodeRef::<html::Input>::new());
    let before = known.and_then(|id| screen.pos.with_untracked(|pos| pos.cashier(id).cloned()));
    // Who is first may everything.
    let is_first = screen.pos.with_untracked(|pos| cashiers(pos).is_empty());
    let role = RwSignal::new(match &before {
        Some(known) => known.role,
        None if is_first => TillRole::Lead,
        None => TillRole::Cashier,
    });
    let (keeping, id) = (
        screen.clone(),
        known.unwrap_or_else(|| CashierId(screen.client.id())),
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (screen, typed, name) = (keeping.clone(), value(pin), value(name).trim().to_owned());
        spawn_local(async move {
            match screen.client.pin(id, &typed).await {
                // A new cashier becomes the current one if there is none.
                Some(pin) => {
                    let by = screen.client.current_cashier();
                    let role = role.get_untracked();
                    let cashier = Cashier { id, name, pin, role };
                    screen.submit_once(Action::Cashier(cashier), move || {
                        by.update(|by| *by = by.or(Some(id)));
                        step.set(CashierStep::Choose);
                    });
                }
                None => screen
                    .wrong
                    .set(Some(screen.text(Key::NotDoneNotKept).to_owned())),
            }
        });
    };
    let removing = screen.clone();
    let remove = known.map(|cashier| {
        let word = screen.text(Key::StationsRemove);
        let by = screen.client.current_cashier();
        let remove = move |_| {
            removing.submit_once(Action::RemoveCashier { cashier }, move || {
                by.set(None);
                step.set(CashierStep::Choose);
            });
        };
        view! { <button type="button" class="less" on:click=remove>{word}</button> }
    });
    let leads = leads_field(screen, before.as_ref(), role);
    let value = before.map_or_else(String::new, |cashier| cashier.name);
    let pin = pin_field(screen, Key::CashierNewPin, pin);
    view! {
        <form class="fields" on:submit=submit>
            <label><span>{screen.text(Key::PhoneName)}</span><input node_ref=name value=value required maxlength=limits::NAME autocomplete="off"/></label>
            {pin}
            {leads}
            <div class="beside">{remove}<button type="submit" class="main">{screen.text(Key::DoKeep)}</button></div>
        </form>
    }
}

/// Whether somebody leads the shift: chosen by whoever does, and never for oneself.
fn leads_field(screen: &Screen, known: Option<&Cashier>, role: RwSignal<TillRole>) -> impl IntoView + use<> {
    let by = screen.client.current_cashier().get_untracked();
    let may_choose =
        known.is_none() && by.is_some_and(|by| screen.pos.with_untracked(|pos| pos.may(by, Right::Cashiers)));
    let choose = move |event| {
        role.set(match event_target_checked(&event) {
            true => TillRole::Lead,
            false => TillRole::Cashier,
        });
    };
    may_choose.then(|| {
        view! {
            <label class="option"><input type="checkbox" on:change=choose/><span>{screen.text(Key::CashierLead)}</span></label>
        }
    })
}

/// Asks for a PIN before the page is shown, if there are cashiers.
pub fn guarded<V, F>(screen: &Screen, view: F) -> impl IntoView + use<V, F>
where
    V: IntoView + 'static,
    F: Fn() -> V + Send + Sync + 'static,
{
    let (pos, by) = (screen.pos, screen.client.current_cashier());
    // The office may have removed who is signed in.
    Effect::new(move |_| {
        if by
            .get()
            .is_some_and(|by| pos.with(|pos| pos.cashier(by).is_none()))
        {
            by.set(None);
        }
    });
    let free = Memo::new(move |_| by.get().is_some() || pos.with(|pos| cashiers(pos).is_empty()));
    let words = screen.text(Key::CashierFirst);
    let who = screen.clone();
    move || match free.get() {
        true => Either::Left(view()),
        false => {
            Either::Right(view! { <article class="none"><p>{words}</p><Who screen=who.clone()/></article> })
        }
    }
}
