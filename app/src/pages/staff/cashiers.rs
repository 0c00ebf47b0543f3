//! Who stands at the till. A PIN changes it, also without a network.

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
    pos::{House, cashier::Cashier, op::Action},
};

use super::{dialog::Sheet, screen::Post};
use crate::text::staff::Key;

/// Digits of a PIN, at least and at most.
const PIN: (usize, usize) = (4, 8);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Choose,
    /// Somebody says who they are.
    Enter(CashierId),
    New,
    /// Whoever stands here takes another PIN, or leaves for good.
    Change(CashierId),
}

pub fn cashiers(house: &House) -> Vec<Cashier> {
    let mut cashiers: Vec<Cashier> = house.cashiers().cloned().collect();
    cashiers.sort_by(|a, b| a.name.cmp(&b.name));
    cashiers
}

/// The key in the bar that says who it is.
#[component]
pub fn Who(post: Post) -> impl IntoView {
    let open = RwSignal::new(false);
    let (house, by) = (post.house, post.desk.by());
    let name = {
        let nobody = post.word(Key::CashierNobody);
        move || {
            let name = by
                .get()
                .and_then(|by| house.with(|house| house.cashier(by).map(|cashier| cashier.name.clone())));
            name.unwrap_or_else(|| nobody.to_owned())
        }
    };
    let sheet = move || open.get().then(|| choose(&post, open));
    view! { <button type="button" class="who" on:click=move |_| open.set(true) dir="auto">{name}</button>{sheet} }
}

fn choose(post: &Post, open: RwSignal<bool>) -> impl IntoView + use<> {
    let step = RwSignal::new(Step::Choose);
    let body = {
        let post = post.clone();
        move || match step.get() {
            Step::Choose => EitherOf4::A(list(&post, step, open)),
            Step::Enter(cashier) => EitherOf4::B(enter(&post, cashier, open)),
            Step::New => EitherOf4::C(set(&post, None, step)),
            Step::Change(cashier) => EitherOf4::D(set(&post, Some(cashier), step)),
        }
    };
    view! {
        <Sheet title=post.word(Key::CashierTitle) close=Callback::new(move |()| open.set(false))>
            {body}
        </Sheet>
    }
}

fn list(post: &Post, step: RwSignal<Step>, open: RwSignal<bool>) -> impl IntoView + use<> {
    let (house, by) = (post.house, post.desk.by());
    let all = house.with(|house| cashiers(house));
    let none = all
        .is_empty()
        .then(|| view! { <p class="hint">{post.word(Key::CashierNone)}</p> });
    let own = by.get();
    let may_add = own.is_some() || all.is_empty();
    let key = |cashier: Cashier| {
        let here = (own == Some(cashier.id)).to_string();
        view! { <li><button type="button" aria-pressed=here on:click=move |_| step.set(Step::Enter(cashier.id)) dir="auto">{cashier.name}</button></li> }
    };
    let keys: Vec<_> = all.into_iter().map(key).collect();
    let new = may_add.then(|| view! { <button type="button" on:click=move |_| step.set(Step::New)>{post.word(Key::CashierNew)}</button> });
    let leave = own.map(|own| {
        let leave = move |_| {
            by.set(None);
            open.set(false);
        };
        view! {
            <button type="button" on:click=move |_| step.set(Step::Change(own))>{post.word(Key::CashierChange)}</button>
            <button type="button" on:click=leave>{post.word(Key::CashierLeave)}</button>
        }
    });
    view! { {none}<ul class="table-keys wide">{keys}</ul><div class="beside">{new}{leave}</div> }
}

fn pin_field(post: &Post, key: Key, pin: NodeRef<html::Input>) -> impl IntoView + use<> {
    // A sheet that is open already gives nothing the focus by itself.
    Effect::new(move |_| {
        if let Some(field) = pin.get() {
            let _ = field.focus();
        }
    });
    view! {
        <label>
            <span>{post.word(key)}</span>
            <input node_ref=pin type="password" inputmode="numeric" pattern="[0-9]*" required minlength=PIN.0 maxlength=PIN.1 autocomplete="off"/>
        </label>
    }
}

fn value(field: NodeRef<html::Input>) -> String {
    field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

fn enter(post: &Post, cashier: CashierId, open: RwSignal<bool>) -> impl IntoView + use<> {
    let pin = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let asking = post.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (post, typed) = (asking.clone(), value(pin));
        busy.set(true);
        spawn_local(async move {
            let hash = post.desk.pin(cashier, &typed).await;
            busy.set(false);
            let known = post
                .house
                .with_untracked(|house| house.cashier(cashier).map(|cashier| cashier.pin.clone()));
            match hash.is_some() && hash == known {
                true => {
                    post.wrong.set(None);
                    post.desk.by().set(Some(cashier));
                    open.set(false);
                }
                false => {
                    post.wrong.set(Some(post.word(Key::CashierWrongPin).to_owned()));
                    if let Some(field) = pin.try_get_untracked().flatten() {
                        field.set_value("");
                    }
                }
            }
        });
    };
    let name = post
        .house
        .with_untracked(|house| house.cashier(cashier).map(|cashier| cashier.name.clone()));
    view! {
        <form class="fields" on:submit=submit>
            <h3 dir="auto">{name}</h3>
            {pin_field(post, Key::CashierPin, pin)}
            <button type="submit" class="main" disabled=busy>{post.word(Key::CashierEnter)}</button>
        </form>
    }
}

/// Somebody new, or another PIN for who stands here.
fn set(post: &Post, known: Option<CashierId>, step: RwSignal<Step>) -> impl IntoView + use<> {
    let [name, pin] = [(); 2].map(|()| NodeRef::<html::Input>::new());
    let before = known.and_then(|id| post.house.with_untracked(|house| house.cashier(id).cloned()));
    let (keeping, id) = (post.clone(), known.unwrap_or_else(|| CashierId(post.desk.id())));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (post, typed, name) = (keeping.clone(), value(pin), value(name).trim().to_owned());
        spawn_local(async move {
            match post.desk.pin(id, &typed).await {
                // Whoever takes a PIN where nobody stands, stands there.
                Some(pin) => {
                    let by = post.desk.by();
                    post.ask_once(Action::Cashier(Cashier { id, name, pin }), move || {
                        by.update(|by| *by = by.or(Some(id)));
                        step.set(Step::Choose);
                    });
                }
                None => post.wrong.set(Some(post.word(Key::NotDoneNotKept).to_owned())),
            }
        });
    };
    let removing = post.clone();
    let remove = known.map(|cashier| {
        let word = post.word(Key::StationsRemove);
        let by = post.desk.by();
        let remove = move |_| {
            removing.ask_once(Action::RemoveCashier { cashier }, move || {
                by.set(None);
                step.set(Step::Choose);
            });
        };
        view! { <button type="button" class="less" on:click=remove>{word}</button> }
    });
    let value = before.map_or_else(String::new, |cashier| cashier.name);
    let pin = pin_field(post, Key::CashierNewPin, pin);
    view! {
        <form class="fields" on:submit=submit>
            <label><span>{post.word(Key::PhoneName)}</span><input node_ref=name value=value required maxlength=limits::NAME autocomplete="off"/></label>
            {pin}
            <div class="beside">{remove}<button type="submit" class="main">{post.word(Key::DoKeep)}</button></div>
        </form>
    }
}

/// Until somebody has said who they are, where there is somebody to be.
pub fn guarded<V, F>(post: &Post, view: F) -> impl IntoView + use<V, F>
where
    V: IntoView + 'static,
    F: Fn() -> V + Send + Sync + 'static,
{
    let (house, by) = (post.house, post.desk.by());
    let free = Memo::new(move |_| by.get().is_some() || house.with(|house| cashiers(house).is_empty()));
    let words = post.word(Key::CashierFirst);
    let who = post.clone();
    move || match free.get() {
        true => Either::Left(view()),
        false => {
            Either::Right(view! { <article class="none"><p>{words}</p><Who post=who.clone()/></article> })
        }
    }
}
