//! The till: dishes on one side, the bill in hand on the other, and what is done with it over both.

mod bill;
mod bills;
mod counter;
mod discount;
mod divide;
mod give_back;
mod keys;
mod line;
mod options;
mod pay;
mod payments;
mod picker;
mod receipt;
mod report;
mod seats;
mod shift;
mod stock;

use leptos::{
    either::{Either, EitherOf3, EitherOf16},
    prelude::*,
};
use servery_domain::device::DeviceKind;

pub use self::counter::own_shift;
use self::counter::{Counter, Over};
use super::{
    Premises,
    cashiers::{Who, guarded},
    post::{Post, not_here, wrong},
};
use crate::text::staff::Key;

#[component]
pub fn Till(premises: Premises) -> impl IntoView {
    let Some(post) = Post::new(premises) else {
        return Either::Left(());
    };
    let kind = post.kind();
    let counter = Counter {
        at: post.desk.in_hand(),
        post,
        over: RwSignal::new(None),
        sharing: RwSignal::new(None),
    };
    Either::Right(move || match kind.get() {
        None => EitherOf3::A(()),
        Some(Some(DeviceKind::Till)) => {
            let guarded_counter = counter.clone();
            EitherOf3::B(guarded(&counter, move || till(&guarded_counter)))
        }
        Some(_) => EitherOf3::C(not_here(&counter, Key::TillTitle)),
    })
}

fn till(counter: &Counter) -> impl IntoView + use<> {
    let over = over(counter);
    let in_hand = counter.at;
    let holding = move || in_hand.get().is_some();
    view! {
        <article class="till" class:holding=holding>
            <h1 class="unseen">{counter.word(Key::TillTitle)}</h1>
            <div class="top"><shift::ShiftLine counter=counter.clone()/><Who post=counter.post.clone()/></div>
            {wrong(counter)}
            <bills::Bills counter=counter.clone()/>
            <picker::Picker counter=counter.clone()/>
            <bill::BillInHand counter=counter.clone()/>
            {over}
        </article>
    }
}

fn over(counter: &Counter) -> impl IntoView + use<> {
    let counter = counter.clone();
    let shown = counter.over;
    move || {
        let (counter, over) = (counter.clone(), shown.get()?);
        // What is filled in stays while the house goes on.
        Some(untrack(|| match over {
            Over::Options(dish) => EitherOf16::A(Either::Left(view! { <options::Options counter dish/> })),
            Over::Stock(dish) => EitherOf16::A(Either::Right(view! { <stock::Stock counter dish/> })),
            Over::Line(line) => EitherOf16::B(Either::Left(view! { <line::Line counter line/> })),
            Over::Bill => EitherOf16::B(Either::Right(view! { <receipt::BillSlip counter/> })),
            Over::Discount(line) => EitherOf16::C(view! { <discount::Discount counter line/> }),
            Over::More => EitherOf16::D(Either::Left(view! { <bill::More counter/> })),
            Over::Name => EitherOf16::D(Either::Right(view! { <seats::Name counter/> })),
            Over::Guests => EitherOf16::E(view! { <seats::Guests counter/> }),
            Over::Move => EitherOf16::F(view! { <seats::Move counter/> }),
            Over::Merge => EitherOf16::G(view! { <seats::Merge counter/> }),
            Over::Split => EitherOf16::H(view! { <divide::Divide counter/> }),
            Over::Pay => EitherOf16::I(view! { <pay::Pay counter/> }),
            Over::Payments => EitherOf16::J(Either::Left(view! { <payments::Payments counter/> })),
            Over::Receipts => EitherOf16::J(Either::Right(view! { <payments::Receipts counter/> })),
            Over::Receipt(owed, payment) => {
                EitherOf16::K(Either::Left(view! { <receipt::Receipt counter owed payment/> }))
            }
            Over::GiveBack(owed, payment) => EitherOf16::K(Either::Right(
                view! { <give_back::GiveBack counter owed payment/> },
            )),
            Over::Phone => EitherOf16::L(view! { <seats::Phone counter/> }),
            Over::Tables => EitherOf16::M(view! { <seats::Tables counter/> }),
            Over::OpenShift => EitherOf16::N(view! { <shift::OpenShift counter/> }),
            Over::MoveCash => EitherOf16::O(view! { <shift::MoveCash counter/> }),
            Over::CloseShift(shift) => {
                EitherOf16::P(EitherOf3::A(view! { <shift::CloseShift counter shift/> }))
            }
            Over::Report(shift) => EitherOf16::P(EitherOf3::B(view! { <report::Report counter shift/> })),
            Over::Shifts => EitherOf16::P(EitherOf3::C(view! { <report::Shifts counter/> })),
        }))
    }
}
