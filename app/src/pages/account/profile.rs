//! The account: profile, addresses, password. Plain forms; the result is shown at the top.

use std::sync::Arc;

use leptos::prelude::*;
use servery_domain::{
    account::{Permission, SignedIn, StaffPosition},
    audit::AuditEntry,
    contact::DeliveryAddress,
    lang::Lang,
    limits,
    passkey::PasskeyView,
    time::LocalMinute,
};

use super::{
    links::{ACCOUNT, PASSKEY_ADDED},
    passkeys,
};
use crate::{
    backend::DraftStorage,
    components::{
        audit_entry,
        dish_badges::isolated,
        notice::{Tone, said},
    },
    text::{Key, Texts, texts},
};

#[component]
pub fn AccountProfile(
    signed_in: SignedIn,
    keys: Vec<PasskeyView>,
    log: Vec<AuditEntry>,
    done: Option<String>,
    wrong: Option<String>,
) -> impl IntoView {
    let texts = texts();
    let SignedIn {
        account,
        staff,
        is_operator,
    } = signed_in;
    let unverified = account
        .verified_at
        .is_none()
        .then(|| view! { <p class="hint">{texts.get(Key::AccountUnverified)}</p> });
    let boards: Vec<_> = staff
        .iter()
        .map(|position| place_of_work(texts, position))
        .collect();
    let boards = (!boards.is_empty())
        .then(|| view! { <h2>{texts.get(Key::AccountBoards)}</h2><ul class="links">{boards}</ul> });
    let operator =
        is_operator.then(|| view! { <p><a href="/operator">{texts.get(Key::AccountOperator)}</a></p> });
    view! {
        <article class="prose account">
            <h1>{texts.get(Key::AccountTitle)}</h1>
            {said(done.map(|done| texts.get(if done == PASSKEY_ADDED { Key::PasskeyAdded } else { Key::AccountSaved })), Tone::Good)}
            {said(wrong.map(|what| texts.fill(Key::AccountWrong, &[("what", &what)])), Tone::Bad)}
            <p class="lead">{texts.fill(Key::AccountSignedInAs, &[("email", &account.email)])}</p>
            {unverified}
            <p><a class="button" href="/orders">{texts.get(Key::AccountOrders)}</a></p>
            {boards}
            {operator}
            {profile(texts, &account.name, account.lang)}
            {addresses(texts, &account.addresses)}
            {password(texts, &account.email)}
            {passkeys::list(texts, &keys)}
            {sessions(texts)}
            {account_log(texts, &log)}
            {data(texts)}
        </article>
    }
}

/// The board, and the office of those who change the restaurant.
fn place_of_work(texts: Texts, position: &StaffPosition) -> impl IntoView + use<> {
    let StaffPosition { slug, name, role, .. } = position;
    let office = role.may(Permission::Edit).then(|| {
        view! {
            " · "
            <a href=format!("/office/{slug}")>{texts.get(Key::BoardOffice)}<span class="unseen">" "{isolated(name)}</span></a>
        }
    });
    view! { <li><a href=format!("/board/{slug}") dir="auto">{name.clone()}</a>{office}</li> }
}

fn account_log(texts: Texts, log: &[AuditEntry]) -> impl IntoView + use<> {
    let row = |entry: &AuditEntry| {
        // Nobody knows the zone of an account's holder.
        let at = LocalMinute(entry.at.0.div_euclid(60));
        audit_entry::row(texts, entry, &format!("{} {} UTC", at.day(), at.clock()), None)
    };
    let rows: Vec<_> = log.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>{texts.get(Key::LogAccount)}</h2>
            <p class="hint">{texts.get(Key::LogAccountLead)}</p>
            <ul class="rows">{rows}</ul>
        }
    })
}

fn profile(texts: Texts, name: &str, lang: Lang) -> impl IntoView + use<> {
    let languages: Vec<_> = Lang::ALL
        .into_iter()
        .map(|each| view! { <option value=each.tag() selected={each == lang}>{each.own_name()}</option> })
        .collect();
    view! {
        <h2>{texts.get(Key::AccountProfile)}</h2>
        <form class="fields" method="post" action=ACCOUNT>
            <label><span>{texts.get(Key::SignUpName)}</span><input type="text" name="name" value=name.to_owned() maxlength=limits::NAME autocomplete="name"/></label>
            <label><span>{texts.get(Key::AccountLanguage)}</span><select name="lang">{languages}</select></label>
            <button name="change" value="profile">{texts.get(Key::AccountSave)}</button>
        </form>
    }
}

fn addresses(texts: Texts, addresses: &[DeliveryAddress]) -> impl IntoView + use<> {
    let rows: Vec<_> = addresses
        .iter()
        .enumerate()
        .map(|(at, door)| {
            let text = format!("{}, {} {}", door.street, door.postcode, door.city);
            view! {
                <li>
                    <span dir="auto">{text}</span>
                    <form method="post" action=ACCOUNT>
                        <input type="hidden" name="address" value=at.to_string()/>
                        <button name="change" value="remove-address">{texts.get(Key::AccountRemove)}</button>
                    </form>
                </li>
            }
        })
        .collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::AccountNoAddresses)}</p> });
    let field = |name: &'static str, label: Key, known_as: &'static str, required: bool| {
        view! { <label><span>{texts.get(label)}</span><input type="text" name=name maxlength=limits::ADDRESS autocomplete=known_as required=required/></label> }
    };
    view! {
        <h2>{texts.get(Key::AccountAddresses)}</h2>
        {none}
        <ul class="rows">{rows}</ul>
        <details>
            <summary>{texts.get(Key::AccountAddAddress)}</summary>
            <form class="fields" method="post" action=ACCOUNT>
                {field("street", Key::AccountStreet, "street-address", true)}
                {field("postcode", Key::AccountPostcode, "postal-code", true)}
                {field("city", Key::AccountCity, "address-level2", true)}
                {field("hint", Key::AccountHint, "off", false)}
                <button name="change" value="add-address">{texts.get(Key::AccountAddAddress)}</button>
            </form>
        </details>
    }
}

fn password(texts: Texts, email: &str) -> impl IntoView + use<> {
    let field = |name: &'static str, label: Key, known_as: &'static str| {
        view! { <label><span>{texts.get(label)}</span><input type="password" name=name required maxlength="128" autocomplete=known_as dir="ltr"/></label> }
    };
    view! {
        <h2>{texts.get(Key::AccountPassword)}</h2>
        <details>
            <summary>{texts.get(Key::AccountChangePassword)}</summary>
            <form class="fields" method="post" action=ACCOUNT>
                // Hidden: it tells password managers which account the password belongs to.
                <input type="email" name="email" value=email.to_owned() autocomplete="username" hidden readonly/>
                {field("current", Key::AccountCurrent, "current-password")}
                {field("new", Key::AccountNew, "new-password")}
                <button name="change" value="password">{texts.get(Key::AccountChangePassword)}</button>
            </form>
        </details>
    }
}

fn sessions(texts: Texts) -> impl IntoView {
    let drafts = use_context::<Arc<dyn DraftStorage>>();
    let forget = move |_| {
        if let Some(drafts) = &drafts {
            drafts.delete_drafts();
        }
    };
    view! {
        <h2>{texts.get(Key::AccountSessions)}</h2>
        <form class="buttons" method="post" action="/account/sign-out" on:submit=forget>
            <button name="where" value="here">{texts.get(Key::AccountSignOut)}</button>
            <button name="where" value="everywhere">{texts.get(Key::AccountEverywhere)}</button>
        </form>
    }
}

fn data(texts: Texts) -> impl IntoView {
    view! {
        <h2>{texts.get(Key::AccountData)}</h2>
        <p><a href="/api/v1/account/export" download="servery.json">{texts.get(Key::AccountExport)}</a></p>
        <details>
            <summary>{texts.get(Key::AccountDelete)}</summary>
            <p>{texts.get(Key::AccountDeleteNote)}</p>
            <form class="fields" method="post" action="/account/delete">
                <label><span>{texts.get(Key::AccountDeleteSure)}</span><input type="email" name="email" required autocomplete="off" dir="ltr"/></label>
                <button>{texts.get(Key::AccountDelete)}</button>
            </form>
        </details>
    }
}
