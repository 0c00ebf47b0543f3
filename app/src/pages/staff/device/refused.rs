//! Refused ops, until a person has dismissed them.

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{
    id::OpId,
    pos::{RefusedOp, op::Action, payment::RefundRequest},
};

use super::At;
use crate::{
    pages::staff::{
        clock::{ago, use_clock},
        premises::Premises,
        screen,
    },
    text::{Texts, staff::Key},
};

pub fn refused(texts: Texts, at: At, premises: Premises) -> impl IntoView {
    let pos = at.with_value(|client| client.pos());
    let refused = Memo::new(move |_| pos.with(|pos| pos.refused().cloned().collect::<Vec<_>>()));
    let none = move || {
        refused
            .with(Vec::is_empty)
            .then(|| view! { <p class="hint">{texts.get(Key::DeviceRefusedNone)}</p> })
    };
    view! {
        <section class="refused">
            <h2>{texts.get(Key::DeviceRefused)}</h2>
            {none}
            <ul>
                <For each=move || refused.get() key=|refused| refused.op.id let:refused>
                    {row(texts, at, &premises, &refused)}
                </For>
            </ul>
        </section>
    }
}

fn row(texts: Texts, at: At, premises: &Premises, refused: &RefusedOp) -> impl IntoView + use<> {
    let (op, then) = (refused.op.id, refused.op.at);
    let what = deed(texts, premises, &refused.op.action);
    let why = screen::refused(texts, &refused.why);
    let now = use_clock(30);
    let said = move || {
        let ago = now.get().map(|now| ago(texts, then, now)).unwrap_or_default();
        texts.fill(Key::DeedAt, &[("what", &what), ("ago", &ago)])
    };
    view! {
        <li>
            <span dir="auto">{said}</span>
            <span>{why}</span>
            <button type="button" on:click=move |_| dismiss(at, op)>{texts.get(Key::DeviceSeen)}</button>
        </li>
    }
}

fn dismiss(at: At, op: OpId) {
    let asked = at.with_value(|client| client.submit(Action::Dismiss { op }, None));
    // Another device may have dismissed it already.
    spawn_local(async move { drop(asked.await) });
}

/// What the op was about.
pub fn deed(texts: Texts, premises: &Premises, action: &Action) -> String {
    let money = |amount| texts.lang.money(amount, premises.listing.restaurant.currency);
    let dish = |id| premises.menu.dish(id).map(|dish| dish.name.clone());
    let (key, more) = match action {
        Action::Add { line, .. } => (Key::DeedBill, Some(line.name.clone())),
        Action::Name { name, .. } => (Key::DeedBill, Some(name.clone())),
        Action::Open { .. }
        | Action::Count { .. }
        | Action::Void { .. }
        | Action::Note { .. }
        | Action::Guests { .. }
        | Action::Move { .. }
        | Action::Split { .. }
        | Action::Merge { .. }
        | Action::Discount { .. }
        | Action::TakeBackDiscount { .. }
        | Action::Close { .. } => (Key::DeedBill, None),
        Action::Pay { tender, .. } | Action::TakeOrder { tender, .. } => {
            (Key::DeedMoney, Some(money(tender.amount)))
        }
        Action::Refund {
            back: RefundRequest { amount, .. },
            ..
        }
        | Action::MoveCash { amount, .. } => (Key::DeedMoney, Some(money(*amount))),
        Action::Mail { to, .. } => (Key::DeedReceipt, Some(to.clone())),
        Action::OpenShift { .. } | Action::CloseShift { .. } => (Key::DeedShift, None),
        Action::Send { .. } | Action::Bump { .. } | Action::Recall { .. } => (Key::DeedKitchen, None),
        Action::Stock { dish: id, .. } => (Key::DeedStock, dish(*id)),
        Action::Favour { dish: id, .. } => (Key::DeedSetting, dish(*id)),
        Action::Cashier(cashier) => (Key::DeedSetting, Some(cashier.name.clone())),
        Action::RemoveCashier { .. }
        | Action::Station(_)
        | Action::RemoveStation { .. }
        | Action::Plan { .. }
        | Action::RemoveTable { .. } => (Key::DeedSetting, None),
        Action::Assign { .. } | Action::HandOver { .. } => (Key::DeedRun, None),
        Action::HandIn { amount, .. } => (Key::DeedRun, Some(money(*amount))),
        Action::Order { .. } => (Key::DeedOrder, None),
        Action::Dismiss { .. } => (Key::DeedSetting, None),
    };
    [Some(texts.get(key).to_owned()), more]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ")
}
