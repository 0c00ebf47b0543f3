//! Somebody who may approves one act of somebody who may not, by a PIN. It works without a network.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use servery_domain::{
    id::CashierId,
    pos::{
        cashier::Cashier,
        right::{Allowance, Right},
    },
};

use super::{
    cashiers::{cashier_name, cashiers, has_typed_pin, pin_field},
    dialog::Dialog,
    screen::Screen,
};
use crate::text::staff::Key;

/// The dialog in which it is given, while something waits for it.
pub fn approval(screen: &Screen) -> impl IntoView + use<> {
    let (screen, pending) = (screen.clone(), screen.pending);
    let waits = Memo::new(move |_| {
        pending.with(|pending| pending.as_ref().map(|pending| (pending.id, pending.right)))
    });
    // What somebody wanted who has left is not done for the next one.
    let (by, leaving) = (screen.client.current_cashier(), screen.clone());
    Effect::watch(move || by.get(), move |_, _, _| leaving.end_approval(), false);
    move || waits.get().map(|(id, right)| dialog(&screen, id, right))
}

fn dialog(screen: &Screen, id: u128, right: Right) -> impl IntoView + use<> {
    let leads: Vec<Cashier> = screen.pos.with_untracked(|pos| {
        let all = cashiers(pos).into_iter();
        all.filter(|cashier| cashier.role.may(right)).collect()
    });
    let chosen = RwSignal::new(leads.first().map(|lead| lead.id));
    let option = |lead: Cashier| {
        view! { <option value=lead.id.to_string()>{lead.name}</option> }
    };
    let choose = move |event| chosen.set(event_target_value(&event).parse().ok());
    let select = (leads.len() > 1).then(|| {
        let options: Vec<_> = leads.iter().cloned().map(option).collect();
        view! { <label><span>{screen.text(Key::ApprovalBy)}</span><select on:change=choose>{options}</select></label> }
    });
    let name = leads.first().filter(|_| leads.len() == 1);
    let name = name.map(|lead| view! { <h3 dir="auto">{lead.name.clone()}</h3> });
    let nobody = leads
        .is_empty()
        .then(|| view! { <p class="hint">{screen.text(Key::ApprovalNobody)}</p> });
    let (pin, busy) = (NodeRef::<html::Input>::new(), RwSignal::new(false));
    let approving = screen.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(lead) = chosen.get_untracked() {
            approve(approving.clone(), (id, lead), pin, busy);
        }
    };
    let form = (!leads.is_empty()).then(|| {
        view! {
            <form class="fields" on:submit=submit>
                {name}
                {select}
                {pin_field(screen, Key::CashierPin, pin)}
                <button type="submit" class="main" disabled=busy>{screen.text(Key::ApprovalGive)}</button>
            </form>
        }
    });
    let closing = screen.clone();
    let close = Callback::new(move |()| closing.end_approval());
    let needed = screen.text(needed(right));
    view! {
        <Dialog title=screen.text(Key::ApprovalTitle) close>
            <p class="lead">{needed}</p>
            {nobody}
            {form}
        </Dialog>
    }
}

fn approve(screen: Screen, (id, lead): (u128, CashierId), pin: NodeRef<html::Input>, busy: RwSignal<bool>) {
    spawn_local(async move {
        if has_typed_pin(&screen, lead, pin, busy).await {
            screen.approve(id, lead);
        }
    });
}

fn needed(right: Right) -> Key {
    match right {
        Right::Discount => Key::ApprovalDiscount,
        Right::Void => Key::ApprovalVoid,
        Right::Refund => Key::ApprovalRefund,
        Right::CashOut => Key::ApprovalCashOut,
        Right::Cashiers => Key::ApprovalCashiers,
    }
}

/// `Grace, approved by Ada`; or that nobody has approved it.
pub fn by_whom(screen: &Screen, by: &str, allowance: Allowance) -> String {
    match allowance {
        Allowance::Own => by.to_owned(),
        Allowance::ApprovedBy(lead) => screen.texts.fill(
            Key::ApprovalWas,
            &[("name", by), ("lead", &cashier_name(screen, Some(lead)))],
        ),
        Allowance::Missing => screen.texts.fill(Key::ApprovalMissing, &[("name", by)]),
    }
}
