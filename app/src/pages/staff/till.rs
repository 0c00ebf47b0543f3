//! The till: dishes on one side, the bill in hand on the other, and what is done with it over both.

mod bill;
mod bills;
mod counter;
mod discount;
mod divide;
mod keys;
mod line;
mod options;
mod pay;
mod payments;
mod picker;
mod receipt;
mod seats;
mod shift;

use leptos::{
    either::{Either, EitherOf16},
    prelude::*,
};
use servery_domain::device::DeviceKind;

use self::counter::{Counter, Over};
use super::Premises;
use crate::{
    desk::{Standing, desk},
    text::{staff::Key, texts},
};

#[component]
pub fn Till(premises: Premises) -> impl IntoView {
    let texts = texts();
    let Some(desk) = desk() else { return Either::Left(()) };
    let standing = desk.standing();
    let is_till =
        Memo::new(move |_| standing.with(|standing| matches!(standing, Standing::Paired(paired) if paired.kind == DeviceKind::Till)));
    let unknown = Memo::new(move |_| standing.with(|standing| *standing == Standing::Unknown));
    let slug = premises.slug.clone();
    let counter = Counter {
        texts,
        premises,
        house: desk.house(),
        desk,
        at: RwSignal::new(None),
        over: RwSignal::new(None),
        wrong: RwSignal::new(None),
    };
    Either::Right(move || match is_till.get() {
        true => Either::Left(till(&counter)),
        false => Either::Right((!unknown.get()).then(|| {
            view! {
                <article class="till none">
                    <h1>{texts.get(Key::TillTitle)}</h1>
                    <p>{texts.get(Key::TillNotPaired)}</p>
                    <p><a class="button" href=format!("/staff/{slug}")>{texts.get(Key::DeviceTitle)}</a></p>
                </article>
            }
        })),
    })
}

fn till(counter: &Counter) -> impl IntoView + use<> {
    let wrong = counter.wrong;
    let said = {
        let away = counter.word(Key::SheetClose);
        move || {
            wrong.get().map(|words| {
                view! { <p class="wrong" role="alert"><span>{words}</span><button type="button" on:click=move |_| wrong.set(None)>{away}</button></p> }
            })
        }
    };
    let over = over(counter);
    let in_hand = counter.at;
    let holding = move || in_hand.get().is_some();
    view! {
        <article class="till" class:holding=holding>
            <h1 class="unseen">{counter.word(Key::TillTitle)}</h1>
            <shift::ShiftLine counter=counter.clone()/>
            {said}
            <bills::Bills counter=counter.clone()/>
            <picker::Picker counter=counter.clone()/>
            <bill::BillInHand counter=counter.clone()/>
            {over}
        </article>
    }
}

fn over(counter: &Counter) -> impl IntoView + use<> {
    let counter = counter.clone();
    move || {
        let counter = counter.clone();
        counter.over.get().map(|over| match over {
            Over::Options(dish) => EitherOf16::A(view! { <options::Options counter dish/> }),
            Over::Line(line) => EitherOf16::B(view! { <line::Line counter line/> }),
            Over::Discount(line) => EitherOf16::C(view! { <discount::Discount counter line/> }),
            Over::Name => EitherOf16::D(view! { <seats::Name counter/> }),
            Over::Guests => EitherOf16::E(view! { <seats::Guests counter/> }),
            Over::Move => EitherOf16::F(view! { <seats::Move counter/> }),
            Over::Merge => EitherOf16::G(view! { <seats::Merge counter/> }),
            Over::Split => EitherOf16::H(view! { <divide::Divide counter/> }),
            Over::Pay => EitherOf16::I(view! { <pay::Pay counter/> }),
            Over::Payments => EitherOf16::J(view! { <payments::Payments counter/> }),
            Over::Receipt(bill, payment) => EitherOf16::K(view! { <receipt::Receipt counter bill payment/> }),
            Over::Phone => EitherOf16::L(view! { <seats::Phone counter/> }),
            Over::Tables => EitherOf16::M(view! { <seats::Tables counter/> }),
            Over::OpenShift => EitherOf16::N(view! { <shift::OpenShift counter/> }),
            Over::MoveCash => EitherOf16::O(view! { <shift::MoveCash counter/> }),
            Over::CloseShift => EitherOf16::P(Either::Left(view! { <shift::CloseShift counter/> })),
            Over::Report => EitherOf16::P(Either::Right(view! { <shift::Report counter/> })),
        })
    }
}
