//! Who works in the restaurant, what each may do, and who is invited.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    account::Role,
    invitation::StaffInvitation,
    slug::Slug,
    staff::{RoleRight, StaffList, StaffMember},
    time::Timestamp,
};

use super::{
    cashiers,
    invitation_sections::{self, OpenRow},
    layout::{Tab, layout},
};
use crate::{
    components::{audit_entry::role_name, dish_badges::isolated},
    text::{Texts, office::Key, texts},
};

pub fn page<R: IntoView + 'static>(slug: &Slug, list: &StaffList, result: R) -> impl IntoView + use<R> {
    let texts = texts();
    let here = format!("/office/{slug}/staff");
    let members: Vec<_> = list
        .members
        .iter()
        .map(|known| member(texts, &here, list, known))
        .collect();
    let link = list.link.as_deref();
    let link = link.map(|link| invitation_sections::link(texts.get(Key::StaffLink), link, &here));
    let open = list.invitations.iter();
    let open = open.map(|invitation| open_row(texts, list, invitation)).collect();
    let body = view! {
        {result}
        <h2>{texts.get(Key::StaffTitle)}</h2>
        {link}
        <ul class="rows">{members}</ul>
        {invitation_sections::open(&here, open)}
        {invitation_sections::form(&here, list.new_id, list.sends_mails, role(texts, list))}
        {cashiers::section(&here, list)}
        {rights(texts)}
        <p><a href=format!("/board/{slug}/devices")>{texts.get(Key::StaffDevices)}</a></p>
        <p><a href=format!("/board/{slug}/log")>{texts.get(Key::StaffLog)}</a></p>
    };
    layout((slug, &list.name), Tab::Staff, None, body)
}

fn member(texts: Texts, here: &str, list: &StaffList, member: &StaffMember) -> impl IntoView + use<> {
    let is_own = member.account == list.account;
    let shown = match member.name.is_empty() {
        true => member.email.clone(),
        false => member.name.clone(),
    };
    let email = (!member.name.is_empty()).then(|| format!("{} · ", isolated(&member.email)));
    let seen = match member.sign_ins.first() {
        Some(latest) => texts.fill(Key::StaffSeen, &[("time", &moment(list, *latest))]),
        None => texts.get(Key::StaffNeverSeen).to_owned(),
    };
    let earlier = sign_ins(texts, list, &member.sign_ins);
    let may_remove = is_own || list.role.may_change(member.role, None);
    let account = member.account.to_string();
    let remove = may_remove.then(|| {
        let (text, label) = match is_own {
            true => (Key::StaffLeave, None),
            false => (
                Key::StaffRemove,
                Some(texts.fill(Key::StaffRemoveOf, &[("name", &isolated(&shown))])),
            ),
        };
        view! {
            <form class="acts" method="post" action=here.to_owned()>
                <input type="hidden" name="account" value=account.clone()/>
                <button name="act" value="remove" aria-label=label>{texts.get(text)}</button>
            </form>
        }
    });
    view! {
        <li>
            <span>
                <b><bdi>{shown.clone()}</bdi></b>
                {is_own.then(|| format!(" ({})", texts.get(Key::StaffYou)))}
                <br/>
                <span class="hint">{email}{seen}</span>
                {earlier}
            </span>
            {role_form(texts, here, list, member, &shown)}
            {remove}
        </li>
    }
}

fn role_form(
    texts: Texts,
    here: &str,
    list: &StaffList,
    member: &StaffMember,
    shown: &str,
) -> impl IntoView + use<> {
    let may_change = |role: &Role| list.role.may_change(member.role, Some(*role));
    let choices: Vec<_> = Role::ALL
        .iter()
        .copied()
        .filter(|role| may_change(role))
        .collect();
    if choices.is_empty() {
        return Either::Left(view! { <span class="role">{texts.get(role_name(member.role))}</span> });
    }
    let label = texts.fill(Key::StaffRoleOf, &[("name", &isolated(shown))]);
    Either::Right(view! {
        <form class="role" method="post" action=here.to_owned()>
            <input type="hidden" name="account" value=member.account.to_string()/>
            <select name="role" aria-label=label>{options(texts, &choices, member.role)}</select>
            <button name="act" value="role">{texts.get(Key::StaffSave)}</button>
        </form>
    })
}

fn options(texts: Texts, roles: &[Role], selected: Role) -> Vec<impl IntoView + use<>> {
    let option = |role: &Role| {
        let (code, is_selected) = (role.code(), *role == selected);
        view! { <option value=code selected=is_selected>{texts.get(role_name(*role))}</option> }
    };
    roles.iter().map(option).collect()
}

fn moment(list: &StaffList, at: Timestamp) -> String {
    let when = list.now.moved(list.at, at);
    isolated(&format!("{} {}", when.day(), when.clock()))
}

fn sign_ins(texts: Texts, list: &StaffList, sign_ins: &[Timestamp]) -> Option<impl IntoView + use<>> {
    let earlier: Vec<_> = sign_ins
        .iter()
        .skip(1)
        .map(|at| view! { <li>{moment(list, *at)}</li> })
        .collect();
    (!earlier.is_empty()).then(|| {
        view! {
            <details>
                <summary>{texts.get(Key::StaffSignIns)}</summary>
                <ul>{earlier}</ul>
            </details>
        }
    })
}

fn open_row(texts: Texts, list: &StaffList, invitation: &StaffInvitation) -> OpenRow {
    OpenRow {
        id: invitation.id,
        email: invitation.email.clone(),
        purpose: texts.get(role_name(invitation.role)),
        until: moment(list, invitation.expires_at),
        may_withdraw: list.role.may_change(invitation.role, None),
    }
}

fn role(texts: Texts, list: &StaffList) -> impl IntoView + use<> {
    let roles: Vec<_> = list.role.appoints().collect();
    view! {
        <label>
            <span>{texts.get(Key::StaffRole)}</span>
            <select name="role">{options(texts, &roles, Role::Cashier)}</select>
        </label>
    }
}

/// What each role may do.
fn rights(texts: Texts) -> impl IntoView {
    let heads: Vec<_> = Role::ALL
        .iter()
        .map(|role| view! { <th scope="col">{texts.get(role_name(*role))}</th> })
        .collect();
    let rows: Vec<_> = RoleRight::ALL
        .iter()
        .map(|right| {
            let cells: Vec<_> = Role::ALL
                .iter()
                .map(|role| match role.has_right(*right) {
                    true => Either::Left(
                        view! { <td><span aria-hidden="true">"✓"</span><span class="unseen">{texts.get(Key::StaffMay)}</span></td> },
                    ),
                    false => Either::Right(
                        view! { <td><span aria-hidden="true">"–"</span><span class="unseen">{texts.get(Key::StaffMayNot)}</span></td> },
                    ),
                })
                .collect();
            view! { <tr><th scope="row">{texts.get(right_name(*right))}</th>{cells}</tr> }
        })
        .collect();
    view! {
        <section>
            <h2>{texts.get(Key::StaffRights)}</h2>
            <div class="wide" tabindex="0" role="region" aria-label=texts.get(Key::StaffRights)>
                <table class="rights">
                    <thead><tr><td></td>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn right_name(right: RoleRight) -> Key {
    match right {
        RoleRight::SeeOrders => Key::RightSeeOrders,
        RoleRight::SeeGuests => Key::RightSeeGuests,
        RoleRight::AnswerOrders => Key::RightAnswerOrders,
        RoleRight::Deliver => Key::RightDeliver,
        RoleRight::SetStock => Key::RightSetStock,
        RoleRight::Pause => Key::RightPause,
        RoleRight::Refund => Key::RightRefund,
        RoleRight::ManageDevices => Key::RightManageDevices,
        RoleRight::ReadLog => Key::RightReadLog,
        RoleRight::EditRestaurant => Key::RightEditRestaurant,
        RoleRight::ManageStaff => Key::RightManageStaff,
        RoleRight::ManageManagers => Key::RightManageManagers,
    }
}
