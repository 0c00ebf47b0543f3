//! The cashiers of the tills: who has a PIN, another PIN, and a new cashier.

use leptos::prelude::*;
use servery_domain::{
    limits,
    pos::{
        cashier::{CashierName, PIN},
        right::TillRole,
    },
    staff::StaffList,
};

use crate::{
    components::dish_badges::isolated,
    text::{Texts, office::Key, texts},
};

pub fn section(here: &str, list: &StaffList) -> impl IntoView + use<> {
    let texts = texts();
    let rows: Vec<_> = list
        .cashiers
        .iter()
        .map(|cashier| row(texts, here, cashier))
        .collect();
    let new = CashierName {
        id: list.new_cashier,
        name: String::new(),
        // Somebody has to approve what others do.
        role: match list.cashiers.is_empty() {
            true => TillRole::Lead,
            false => TillRole::Cashier,
        },
    };
    view! {
        <section id="cashiers">
            <h2>{texts.get(Key::CashiersTitle)}</h2>
            <p class="hint">{texts.get(Key::CashiersLead)}</p>
            <ul class="rows">{rows}</ul>
            <details>
                <summary>{texts.get(Key::CashiersAdd)}</summary>
                {form(texts, here, &new)}
            </details>
        </section>
    }
}

fn row(texts: Texts, here: &str, cashier: &CashierName) -> impl IntoView + use<> {
    let label = |key| texts.fill(key, &[("name", &isolated(&cashier.name))]);
    view! {
        <li>
            <b><bdi>{cashier.name.clone()}</bdi></b>
            <span>{texts.get(role_name(cashier.role))}</span>
            <details>
                <summary aria-label=label(Key::CashiersChangeOf)>{texts.get(Key::CashiersChange)}</summary>
                {form(texts, here, cashier)}
            </details>
            <form class="acts" method="post" action=here.to_owned()>
                <input type="hidden" name="cashier" value=cashier.id.to_string()/>
                <button name="act" value="remove-cashier" aria-label=label(Key::StaffRemoveOf)>{texts.get(Key::StaffRemove)}</button>
            </form>
        </li>
    }
}

fn form(texts: Texts, here: &str, cashier: &CashierName) -> impl IntoView + use<> {
    let (least, most) = PIN;
    let is_new = cashier.name.is_empty();
    let role = |role: TillRole| {
        view! { <option value=role.code() selected={role == cashier.role}>{texts.get(role_name(role))}</option> }
    };
    let roles: Vec<_> = TillRole::ALL.iter().map(|code| role(*code)).collect();
    let pin = match is_new {
        true => Key::CashiersPin,
        false => Key::CashiersNewPin,
    };
    view! {
        <form class="fields" method="post" action=here.to_owned()>
            <input type="hidden" name="cashier" value=cashier.id.to_string()/>
            <label>
                <span>{texts.get(Key::CashiersName)}</span>
                <input name="name" required maxlength=limits::NAME value=cashier.name.clone() autocomplete="off"/>
            </label>
            <label>
                <span>{texts.get(pin)}</span>
                <input type="password" name="pin" required=is_new inputmode="numeric" pattern="[0-9]*" minlength=least maxlength=most autocomplete="new-password"/>
            </label>
            <label>
                <span>{texts.get(Key::CashiersRole)}</span>
                <select name="till-role">{roles}</select>
            </label>
            <button name="act" value="pin">{texts.get(Key::PartSave)}</button>
        </form>
    }
}

fn role_name(role: TillRole) -> Key {
    match role {
        TillRole::Lead => Key::CashiersRoleLead,
        TillRole::Cashier => Key::CashiersRoleCashier,
    }
}
