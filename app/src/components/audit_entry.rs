//! An entry of an audit log, as a row of a list.

use leptos::prelude::*;
use servery_domain::{
    account::Role,
    audit::{Act, AuditEntry, AuthorName},
    currency::Currency,
};

use super::dish_badges::isolated;
use crate::text::{Key, Texts};

/// `currency` is the restaurant's; an account's log has no amounts.
pub fn row(
    texts: Texts,
    entry: &AuditEntry,
    time: &str,
    currency: Option<Currency>,
) -> impl IntoView + use<> {
    let hint = format!("{} · {}", isolated(time), author(texts, &entry.author));
    view! {
        <li>
            <span>
                {sentence(texts, entry, currency)}
                <br/>
                <span class="hint">{hint}</span>
            </span>
        </li>
    }
}

fn sentence(texts: Texts, entry: &AuditEntry, currency: Option<Currency>) -> String {
    let key = match entry.act {
        Act::SignedIn => Key::LogSignedIn,
        Act::PasswordChanged => Key::LogPasswordChanged,
        Act::PasswordReset => Key::LogPasswordReset,
        Act::PasskeyAdded => Key::LogPasskeyAdded,
        Act::PasskeyRemoved => Key::LogPasskeyRemoved,
        Act::RoleGiven => Key::LogRoleGiven,
        Act::RoleRemoved => Key::LogRoleRemoved,
        Act::StaffInvited => Key::LogStaffInvited,
        Act::InvitationWithdrawn => Key::LogInvitationWithdrawn,
        Act::PinSet => Key::LogPinSet,
        Act::TillRoleSet => Key::LogTillRoleSet,
        Act::CashierRemoved => Key::LogCashierRemoved,
        Act::DomainSet => Key::LogDomainSet,
        Act::DomainRemoved => Key::LogDomainRemoved,
        Act::OperatorMade => Key::LogOperatorMade,
        Act::OrdersPaused => Key::LogOrdersPaused,
        Act::OrdersResumed => Key::LogOrdersResumed,
        Act::CodeMade => Key::LogCodeMade,
        Act::DevicePaired => Key::LogDevicePaired,
        Act::DeviceRevoked => Key::LogDeviceRevoked,
        Act::ReaderChosen => Key::LogReaderChosen,
        Act::RestaurantImported => Key::LogRestaurantImported,
        Act::EditsPublished => Key::LogEditsPublished,
        Act::OrderAccepted => Key::LogOrderAccepted,
        Act::OrderRejected => Key::LogOrderRejected,
        Act::OrderRescheduled => Key::LogOrderRescheduled,
        Act::OrderPreparing => Key::LogOrderPreparing,
        Act::OrderReady => Key::LogOrderReady,
        Act::OrderOutForDelivery => Key::LogOrderOutForDelivery,
        Act::OrderCollected => Key::LogOrderCollected,
        Act::OrderDelivered => Key::LogOrderDelivered,
        Act::OrderCancelled => Key::LogOrderCancelled,
        Act::OrderRefunded => Key::LogOrderRefunded,
    };
    let what = match (entry.order, &entry.subject) {
        (Some(number), _) => format!("#{number}"),
        (None, Some(subject)) => isolated(subject),
        (None, None) => texts.get(Key::LogDeletedAccount).to_owned(),
    };
    let role = entry.role.map_or("", |role| texts.get(role_name(role)));
    let amount = entry
        .amount
        .zip(currency)
        .map(|(amount, currency)| texts.lang.money(amount, currency))
        .unwrap_or_default();
    texts.fill(key, &[("what", &what), ("role", role), ("amount", &amount)])
}

pub fn role_name(role: Role) -> Key {
    match role {
        Role::Owner => Key::RoleOwner,
        Role::Manager => Key::RoleManager,
        Role::Cashier => Key::RoleCashier,
        Role::Kitchen => Key::RoleKitchen,
        Role::Courier => Key::RoleCourier,
    }
}

/// The name of whoever did something.
pub fn author(texts: Texts, author: &AuthorName) -> String {
    match author {
        AuthorName::Operator => texts.get(Key::LogOperator).to_owned(),
        AuthorName::Account { email: Some(email) } => isolated(email),
        AuthorName::Account { email: None } => texts.get(Key::LogDeletedAccount).to_owned(),
        AuthorName::Device { name, cashier } => {
            let device = match name {
                Some(name) => isolated(name),
                None => texts.get(Key::LogRemovedDevice).to_owned(),
            };
            match cashier {
                Some(cashier) => format!("{}, {device}", isolated(cashier)),
                None => device,
            }
        }
    }
}
