//! Accounts, and what the staff of a restaurant may do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    basket::Fulfilment,
    contact::{DeliveryAddress, InvalidField, check_email, check_text, invalid_field},
    id::{AccountId, RestaurantId},
    lang::Lang,
    limits,
    order::{Event, Order, State},
    slug::Slug,
    time::Timestamp,
};

/// An account as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    pub id: AccountId,
    pub email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The language of mails.
    pub lang: Lang,
    /// When the address was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<DeliveryAddress>,
    pub created_at: Timestamp,
}

impl AccountId {
    /// The key under which the account's orders are found. It differs from every visitor's, because
    /// browsers choose those.
    pub fn customer(self) -> String {
        format!("account-{self}")
    }
}

/// The form in which addresses are compared: without case.
pub fn normalized_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The mailbox that an address leads to as far as it can be told: without what stands behind a `+`.
pub fn mailbox(email: &str) -> String {
    let email = normalized_email(email);
    match email.split_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split('+').next().unwrap_or(user)),
        None => email,
    }
}

/// `Debug` hides it, so that it never reaches a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 8, max_length = 128))]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Checks the length only: rules about characters make passwords worse.
    pub fn check(&self) -> Result<(), InvalidField> {
        let (least, most) = limits::PASSWORD;
        match (least..=most).contains(&self.0.chars().count()) {
            true => Ok(()),
            false => Err(invalid_field(
                "password",
                format!("has {least} to {most} characters"),
            )),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUp {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::email))]
    pub email: String,
    pub password: Password,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NAME }>))]
    pub name: String,
    #[serde(default)]
    pub lang: Lang,
}

impl SignUp {
    pub fn check(&self) -> Result<(), InvalidField> {
        check_email(self.email.trim())?;
        check_text("name", &self.name, limits::NAME)?;
        self.password.check()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    pub email: String,
    pub password: Password,
}

/// The account that is signed in, and the restaurants that it works for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    pub account: Account,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff: Vec<StaffPosition>,
    /// Whether it runs this installation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_operator: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPosition {
    pub restaurant: RestaurantId,
    pub slug: Slug,
    pub name: String,
    pub role: Role,
}

/// A partial update: absent fields stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::optional_text::<{ crate::limits::NAME }>))]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub addresses: Option<Vec<DeliveryAddress>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordChange>,
}

/// Changing the password ends all other sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    pub current: Password,
    pub new: Password,
}

impl AccountChange {
    pub fn check(&self) -> Result<(), InvalidField> {
        check_text("name", self.name.as_deref().unwrap_or_default(), limits::NAME)?;
        let addresses = self.addresses.as_deref().unwrap_or_default();
        if addresses.len() > limits::ADDRESSES {
            return Err(invalid_field(
                "addresses",
                format!("are {} at the most", limits::ADDRESSES),
            ));
        }
        addresses.iter().try_for_each(DeliveryAddress::check)?;
        self.password
            .as_ref()
            .map_or(Ok(()), |password| password.new.check())
    }

    pub fn apply(self, account: Account) -> Account {
        Account {
            name: self.name.unwrap_or(account.name),
            lang: self.lang.unwrap_or(account.lang),
            addresses: self.addresses.unwrap_or(account.addresses),
            ..account
        }
    }
}

/// The token of a mailed link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    pub token: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetRequest {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::email))]
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPassword {
    pub password: Password,
}

crate::codes::codes! {
    /// Why a mail goes to an account holder.
    MailPurpose {
        Verify = "verify",
        Reset = "reset",
        /// Somebody signed up with the address of an existing account.
        Known = "known",
        PasswordChanged = "password_changed",
        PasskeyAdded = "passkey_added",
    }
}

crate::codes::codes! {
    Role { Owner = "owner", Manager = "manager", Cashier = "cashier", Kitchen = "kitchen", Courier = "courier" }
}

/// What a role may permit.
#[derive(Debug, Clone, Copy)]
pub enum Permission<'a> {
    /// See the orders under way.
    See,
    /// See where orders are brought.
    SeeAddresses,
    /// Look for an order of any time, with the guest's name and address.
    SearchOrders,
    /// Cause events of this kind.
    Cause(&'a Event),
    Advance(&'a Order, &'a Event),
    /// Change the stock of a dish.
    Stock,
    /// Pause orders, and say that the kitchen is busy.
    Pause,
    /// Pair and revoke devices.
    Devices,
    /// See who did what.
    AuditLog,
    /// Change menu and settings, and publish them.
    Edit,
    /// Give money back.
    Refund,
    /// See who else works here.
    Staff,
    /// Give this role to somebody, or take it from them.
    Appoint(Role),
}

impl Role {
    pub fn may(self, act: Permission<'_>) -> bool {
        match act {
            Permission::See => true,
            Permission::SeeAddresses => self != Self::Kitchen,
            Permission::SearchOrders => self.sees_whole_orders(),
            Permission::Stock | Permission::Pause => self != Self::Courier,
            Permission::Devices
            | Permission::AuditLog
            | Permission::Edit
            | Permission::Refund
            | Permission::Staff => {
                matches!(self, Self::Owner | Self::Manager)
            }
            Permission::Appoint(role) => match self {
                Self::Owner => true,
                Self::Manager => !matches!(role, Self::Owner | Self::Manager),
                Self::Cashier | Self::Kitchen | Self::Courier => false,
            },
            Permission::Advance(order, event) if order.gives_back(event) => self.may(Permission::Refund),
            Permission::Cause(event) | Permission::Advance(_, event) => self.may_cause(event),
        }
    }

    pub fn sees_whole_orders(self) -> bool {
        matches!(self, Self::Owner | Self::Manager | Self::Cashier)
    }

    /// The order as somebody with this role sees it. A courier sees what is to be brought, and that it is over.
    pub fn view(self, order: &Order) -> Option<Order> {
        let state = order.progress.state;
        let is_delivery = matches!(order.ordered.fulfilment, Fulfilment::Delivery(_));
        match self {
            _ if self.sees_whole_orders() => Some(order.clone()),
            Self::Courier if !is_delivery => None,
            Self::Courier if matches!(state, State::Ready | State::OutForDelivery) => Some(order.clone()),
            Self::Courier => state.is_over().then(|| Order {
                ordered: order.ordered.without_diner().into(),
                ..order.clone()
            }),
            _ => Some(order.for_kitchen()),
        }
    }

    fn may_cause(self, event: &Event) -> bool {
        match event {
            Event::OutForDelivery | Event::Delivered => true,
            Event::Refund { .. } => self.may(Permission::Refund),
            Event::Accepted { .. }
            | Event::Rejected { .. }
            | Event::Rescheduled { .. }
            | Event::Preparing
            | Event::Ready
            | Event::Collected
            | Event::Cancelled { .. } => self != Self::Courier,
            // Only the diner and the payment provider cause these.
            Event::Placed | Event::Paid { .. } | Event::PaysAtDoor | Event::Refunded { .. } => false,
        }
    }
}

/// Seconds after which an unused session ends, and after which every session ends.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    pub idle: i64,
    pub longest: i64,
}

const DAY: i64 = 24 * 3600;

pub const DINER_SESSION: SessionLimits = SessionLimits {
    idle: 30 * DAY,
    longest: 180 * DAY,
};
/// Of somebody who works in a restaurant: their account opens its books and its guests' addresses.
pub const STAFF_SESSION: SessionLimits = SessionLimits {
    idle: 3 * DAY,
    longest: 30 * DAY,
};

/// Seconds for which a sign-in counts as fresh.
pub const FRESH_FOR: i64 = 15 * 60;

pub fn session_limits(is_staff: bool) -> SessionLimits {
    match is_staff {
        true => STAFF_SESSION,
        false => DINER_SESSION,
    }
}

impl SessionLimits {
    pub fn is_valid(self, created_at: Timestamp, seen_at: Timestamp, now: Timestamp) -> bool {
        now.0 < created_at.0 + self.longest && now.0 < seen_at.0 + self.idle
    }
}

pub fn is_fresh(signed_in_at: Timestamp, now: Timestamp) -> bool {
    now.0 < signed_in_at.0 + FRESH_FOR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{currency::Minor, time::LocalMinute};

    #[test]
    fn a_password_is_any_text_of_its_length() {
        for (password, sound) in [
            ("correct horse", true),
            ("12345678", true),
            ("パスワードパスワー", true),
            ("1234567", false),
            ("", false),
            ("\u{0}\n\t      ", true),
        ] {
            assert_eq!(Password(password.into()).check().is_ok(), sound, "{password:?}");
        }
        assert!(Password("é".repeat(128)).check().is_ok());
        assert!(Password("x".repeat(129)).check().is_err());
        assert_eq!(format!("{:?}", Password("secret".into())), "Password(…)");
    }

    #[test]
    fn who_signs_up_is_told_which_field_is_wrong() {
        let sound = SignUp {
            email: " ada@example.org ".into(),
            password: Password("x".repeat(8)),
            name: String::new(),
            lang: Lang::German,
        };
        assert_eq!(sound.check(), Ok(()));
        for (broken, field) in [
            (
                SignUp {
                    email: "ada".into(),
                    ..sound.clone()
                },
                "email",
            ),
            (
                SignUp {
                    email: "ada@example.org\r\nBcc: eve@example.org".into(),
                    ..sound.clone()
                },
                "email",
            ),
            (
                SignUp {
                    name: "x".repeat(121),
                    ..sound.clone()
                },
                "name",
            ),
            (
                SignUp {
                    password: Password("short".into()),
                    ..sound
                },
                "password",
            ),
        ] {
            assert_eq!(broken.check().unwrap_err().field, field);
        }
    }

    #[test]
    fn each_role_may_do_its_work_and_no_more() {
        use Role::{Cashier, Courier, Kitchen, Manager, Owner};
        let reason = String::new;
        for (event, may) in [
            (
                Event::Accepted {
                    ready_at: LocalMinute(0),
                },
                vec![Owner, Manager, Cashier, Kitchen],
            ),
            (
                Event::Rejected { reason: reason() },
                vec![Owner, Manager, Cashier, Kitchen],
            ),
            (
                Event::Cancelled { reason: reason() },
                vec![Owner, Manager, Cashier, Kitchen],
            ),
            (Event::Ready, vec![Owner, Manager, Cashier, Kitchen]),
            (
                Event::OutForDelivery,
                vec![Owner, Manager, Cashier, Kitchen, Courier],
            ),
            (Event::Delivered, vec![Owner, Manager, Cashier, Kitchen, Courier]),
            (
                Event::Refund {
                    amount: Minor(1),
                    left: Minor(1),
                    reason: reason(),
                },
                vec![Owner, Manager],
            ),
            (
                Event::Refunded {
                    number: 0,
                    amount: Minor(1),
                },
                vec![],
            ),
            (Event::Paid { amount: Minor(1) }, vec![]),
        ] {
            let allowed: Vec<Role> = Role::ALL
                .iter()
                .copied()
                .filter(|role| role.may_cause(&event))
                .collect();
            assert_eq!(allowed, may, "{event:?}");
        }
        assert!(
            Kitchen.may(Permission::Stock) && !Courier.may(Permission::Stock) && Courier.may(Permission::See)
        );
        assert!(Manager.may(Permission::Devices) && !Cashier.may(Permission::Devices));
        assert!(Manager.may(Permission::Edit) && !Cashier.may(Permission::Edit));
    }

    #[test]
    fn a_session_ends_when_it_rests_and_when_it_is_old() {
        let start = Timestamp(1_000);
        for is_staff in [false, true] {
            let limits = session_limits(is_staff);
            let (idle, end) = (start.0 + limits.idle, start.0 + limits.longest);
            assert!(limits.is_valid(start, start, Timestamp(idle - 1)));
            assert!(!limits.is_valid(start, start, Timestamp(idle)));
            assert!(!limits.is_valid(start, Timestamp(end - 1), Timestamp(end)));
        }
        assert!(
            is_fresh(start, Timestamp(start.0 + FRESH_FOR - 1))
                && !is_fresh(start, Timestamp(start.0 + FRESH_FOR))
        );
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_name() {
        let account = Account {
            id: AccountId(1),
            email: "ada@example.org".into(),
            name: "Ada".into(),
            lang: Lang::German,
            verified_at: None,
            addresses: vec![DeliveryAddress::default()],
            created_at: Timestamp(1),
        };
        let change: AccountChange = serde_json::from_str(r#"{"name":"Ada Byron"}"#).unwrap();
        assert_eq!(
            change.apply(account.clone()),
            Account {
                name: "Ada Byron".into(),
                ..account
            }
        );
        let change = AccountChange {
            addresses: Some(vec![DeliveryAddress::default()]),
            ..AccountChange::default()
        };
        assert_eq!(change.check().unwrap_err().field, "street");
    }
}
