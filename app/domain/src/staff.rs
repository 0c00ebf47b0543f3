//! Who works in a restaurant, what each may do, and who is invited.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Permission, Role},
    id::{AccountId, CashierId, InvitationId},
    invitation::StaffInvitation,
    order::Event,
    pos::cashier::CashierName,
    time::{LocalMinute, Timestamp},
};

/// What the office's page about staff shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffList {
    /// The restaurant's.
    pub name: String,
    /// Now, and what the restaurant's clocks show.
    pub at: Timestamp,
    pub now: LocalMinute,
    /// Who asks, and their role.
    pub account: AccountId,
    pub role: Role,
    pub members: Vec<StaffMember>,
    /// Those who have a PIN at the tills, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cashiers: Vec<CashierName>,
    /// For the next cashier.
    pub new_cashier: CashierId,
    /// Those that nobody has accepted yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invitations: Vec<StaffInvitation>,
    /// Whether this installation can mail a link.
    pub sends_mails: bool,
    /// The address of the invitation that this browser has made last, if it is still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// For the next invitation.
    pub new_id: InvitationId,
}

/// An account with a role in a restaurant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffMember {
    pub account: AccountId,
    pub email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub role: Role,
    /// The last of them, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_ins: Vec<Timestamp>,
}

/// Another role for somebody who has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRole {
    pub role: Role,
}

impl Role {
    /// Whether somebody with this role may put another person from one role into another; without one they leave.
    pub fn may_change(self, from: Role, to: Option<Role>) -> bool {
        let may = |role| self.may(Permission::Appoint(role));
        may(from) && to.is_none_or(may)
    }

    /// The roles that somebody with this role may give.
    pub fn appoints(self) -> impl Iterator<Item = Role> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |role| self.may(Permission::Appoint(*role)))
    }
}

crate::codes::codes! {
    /// What some roles may do and others not: the rows of the table that owners see.
    RoleRight {
        SeeOrders = "see_orders",
        SeeGuests = "see_guests",
        AnswerOrders = "answer_orders",
        Deliver = "deliver",
        SetStock = "set_stock",
        Pause = "pause",
        Refund = "refund",
        ManageDevices = "manage_devices",
        ReadLog = "read_log",
        EditRestaurant = "edit_restaurant",
        ManageStaff = "manage_staff",
        ManageManagers = "manage_managers",
    }
}

impl Role {
    /// Asks the same rules that decide on each request.
    pub fn has_right(self, right: RoleRight) -> bool {
        match right {
            RoleRight::SeeOrders => self.may(Permission::See),
            RoleRight::SeeGuests => self.sees_whole_orders(),
            RoleRight::AnswerOrders => self.may(Permission::Cause(&Event::Preparing)),
            RoleRight::Deliver => self.may(Permission::Cause(&Event::Delivered)),
            RoleRight::SetStock => self.may(Permission::Stock),
            RoleRight::Pause => self.may(Permission::Pause),
            RoleRight::Refund => self.may(Permission::Refund),
            RoleRight::ManageDevices => self.may(Permission::Devices),
            RoleRight::ReadLog => self.may(Permission::AuditLog),
            RoleRight::EditRestaurant => self.may(Permission::Edit),
            RoleRight::ManageStaff => self.may(Permission::Appoint(Role::Cashier)),
            RoleRight::ManageManagers => self.may(Permission::Appoint(Role::Manager)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_or_takes_a_role_above_their_own() {
        use Role::{Cashier, Courier, Kitchen, Manager, Owner};
        assert!(Owner.may_change(Manager, Some(Owner)) && Owner.may_change(Owner, None));
        assert!(Manager.may_change(Kitchen, Some(Cashier)) && Manager.may_change(Courier, None));
        for (role, from, to) in [
            (Manager, Kitchen, Some(Manager)),
            (Manager, Manager, None),
            (Manager, Owner, Some(Courier)),
            (Cashier, Courier, None),
            (Kitchen, Kitchen, Some(Owner)),
        ] {
            assert!(!role.may_change(from, to), "{role:?}: {from:?} to {to:?}");
        }
        assert_eq!(Owner.appoints().collect::<Vec<_>>(), Role::ALL);
        assert_eq!(
            Manager.appoints().collect::<Vec<_>>(),
            [Cashier, Kitchen, Courier]
        );
        assert_eq!(Kitchen.appoints().count(), 0);
    }

    #[test]
    fn each_right_belongs_to_some_roles_and_an_owner_has_all() {
        let holders = |right: &RoleRight| Role::ALL.iter().filter(|role| role.has_right(*right)).count();
        let counted: Vec<_> = RoleRight::ALL
            .iter()
            .map(|right| (right.code(), holders(right)))
            .collect();
        let expected = [
            ("see_orders", 5),
            ("see_guests", 3),
            ("answer_orders", 4),
            ("deliver", 5),
            ("set_stock", 4),
            ("pause", 4),
            ("refund", 2),
            ("manage_devices", 2),
            ("read_log", 2),
            ("edit_restaurant", 2),
            ("manage_staff", 2),
            ("manage_managers", 1),
        ];
        assert_eq!(counted, expected);
        assert!(RoleRight::ALL.iter().all(|right| Role::Owner.has_right(*right)));
    }
}
