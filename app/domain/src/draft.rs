//! A draft order: the basket, and what the diner has filled in so far. It may be incomplete or invalid.

use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    basket::{Basket, BasketLine, Fulfilment},
    contact::{AddressLocation, Contact, DeliveryAddress, InvalidField, check_text},
    currency::Minor,
    id::{LineId, OrderId},
    lang::Lang,
    limits,
    order::Placement,
    order_settings::PaymentMethod,
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    pub basket: Basket,
    pub contact: Contact,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
    pub note: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
    pub allergies: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentMethod>,
    /// The delivery address and table code that were entered before another fulfilment was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door: Option<DeliveryAddress>,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::COUPON }>))]
    pub table: String,
    /// The line that was removed last; it can be restored until something else changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// Counts the changes: of two copies, the one with more changes is the newer one.
    pub changes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Removed {
    /// Its index among the lines.
    pub at: usize,
    pub line: BasketLine,
}

impl Draft {
    /// Checks sizes only: a draft may be incomplete.
    pub fn check(&self) -> Result<(), InvalidField> {
        self.basket.check()?;
        let Contact { name, phone, email } = &self.contact;
        check_text("name", name, limits::NAME)?;
        check_text("phone", phone, limits::PHONE)?;
        check_text("email", email, limits::EMAIL)?;
        check_text("table", &self.table, limits::COUPON)?;
        self.removed
            .as_ref()
            .map_or(Ok(()), |removed| removed.line.check())?;
        let chosen = match &self.basket.fulfilment {
            Fulfilment::Delivery(door) => Some(door),
            Fulfilment::Collection | Fulfilment::Table(_) => None,
        };
        for door in chosen.into_iter().chain(&self.door) {
            for (field, text) in [
                ("street", &door.street),
                ("postcode", &door.postcode),
                ("city", &door.city),
                ("hint", &door.hint),
            ] {
                check_text(field, text, limits::ADDRESS)?;
            }
        }
        check_text("note", &self.note, limits::NOTE)?;
        check_text("allergies", &self.allergies, limits::NOTE)
    }

    /// A client may send any number: it stays at the highest.
    pub fn count_change(&mut self) {
        self.changes = self.changes.saturating_add(1);
    }

    /// The delivery address that was entered, whichever fulfilment is chosen now.
    pub fn delivery_address(&self) -> DeliveryAddress {
        match &self.basket.fulfilment {
            Fulfilment::Delivery(door) => door.clone(),
            Fulfilment::Collection | Fulfilment::Table(_) => self.door.clone().unwrap_or_default(),
        }
    }

    /// The device may be elsewhere next time, and so may the food.
    pub fn forget_location_by_diner(&mut self) {
        let chosen = match &mut self.basket.fulfilment {
            Fulfilment::Delivery(door) => Some(door),
            Fulfilment::Collection | Fulfilment::Table(_) => None,
        };
        for door in chosen.into_iter().chain(&mut self.door) {
            if door.is_located_by_diner() {
                door.location = None;
            }
        }
    }

    /// Takes over what the server found out about the address. A device's location and a point on the map stay, because the server
    /// asks for them when it does not find the next address.
    pub fn learn_location(&mut self, found: Option<AddressLocation>) {
        if let Fulfilment::Delivery(door) = &mut self.basket.fulfilment
            && !door.is_located_by_diner()
        {
            door.location = found;
        }
    }

    /// The location of the address that was entered, whichever fulfilment is chosen now.
    pub fn set_location(&mut self, location: Option<AddressLocation>) {
        if let Fulfilment::Delivery(door) = &mut self.basket.fulfilment {
            door.location = location;
        } else {
            self.door.get_or_insert_default().location = location;
        }
    }

    /// The code of the table, whichever fulfilment is chosen now; empty if none was entered.
    pub fn table(&self) -> &str {
        match &self.basket.fulfilment {
            Fulfilment::Table(code) => code,
            Fulfilment::Collection | Fulfilment::Delivery(_) => &self.table,
        }
    }

    /// Chooses the fulfilment; the address or table code of the previous one is kept.
    pub fn set_fulfilment(&mut self, fulfilment: Fulfilment) {
        match std::mem::replace(&mut self.basket.fulfilment, fulfilment) {
            Fulfilment::Delivery(door) => self.door = Some(door),
            Fulfilment::Table(code) => self.table = code,
            Fulfilment::Collection => {}
        }
    }

    pub fn remove_line(&mut self, id: LineId) {
        if let Some(at) = self.basket.lines.iter().position(|line| line.id == id) {
            self.removed = Some(Removed {
                at,
                line: self.basket.lines.remove(at),
            });
        }
    }

    pub fn restore_line(&mut self) {
        let Some(Removed { at, line }) = self.removed.take() else {
            return;
        };
        let lines = &mut self.basket.lines;
        if lines.len() < limits::LINES && lines.iter().all(|other| other.id != line.id) {
            lines.insert(at.min(lines.len()), line);
        }
    }

    /// Fills in empty fields from the diner's account.
    pub fn fill_in(&mut self, account: &Account) {
        for (field, known) in [
            (&mut self.contact.name, &account.name),
            (&mut self.contact.email, &account.email),
        ] {
            if field.is_empty() {
                field.clone_from(known);
            }
        }
        let Some(home) = account.addresses.first() else {
            return;
        };
        match &mut self.basket.fulfilment {
            Fulfilment::Delivery(door) if door.street.is_empty() && door.postcode.is_empty() => {
                door.clone_from(home)
            }
            Fulfilment::Delivery(_) => {}
            Fulfilment::Collection | Fulfilment::Table(_) => {
                self.door.get_or_insert_with(|| home.clone());
            }
        }
    }

    pub fn placement(&self, id: OrderId, seen: Minor, lang: Lang) -> Placement {
        Placement {
            id,
            basket: self.basket.clone(),
            contact: self.contact.clone(),
            note: self.note.clone(),
            allergies: self.allergies.clone(),
            payment: self.payment.unwrap_or(PaymentMethod::Door),
            seen,
            lang,
        }
    }

    /// The draft after this basket was ordered: contact and fulfilment stay, lines and time are cleared. Lines
    /// that were added meanwhile stay for the next order.
    pub fn after(&self, ordered: &Basket) -> Self {
        let ordered_of = |line: &BasketLine| {
            ordered
                .lines
                .iter()
                .find(|other| other.id == line.id)
                .map_or(0, |other| other.count)
        };
        let left = self.basket.lines.iter().map(|line| BasketLine {
            count: line.count.saturating_sub(ordered_of(line)),
            ..line.clone()
        });
        let lines = left.filter(|line| line.count > 0).collect();
        let basket = Basket {
            lines,
            fulfilment: self.basket.fulfilment.clone(),
            ..Basket::default()
        };
        let mut rest = Self {
            basket,
            note: String::new(),
            removed: None,
            ..self.clone()
        };
        rest.forget_location_by_diner();
        rest.count_change();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{contact::LocationSource, id::DishId};

    #[test]
    fn the_count_of_changes_of_a_client_never_overflows() {
        let mut draft = Draft {
            changes: u32::MAX,
            ..Draft::default()
        };
        draft.count_change();
        assert_eq!(draft.changes, u32::MAX);
        assert_eq!(draft.after(&draft.basket).changes, u32::MAX);
    }

    fn line(id: u128) -> BasketLine {
        BasketLine {
            id: LineId(id),
            dish: DishId(1),
            count: 2,
            picks: Vec::new(),
            note: String::new(),
        }
    }

    #[test]
    fn what_was_taken_out_goes_back_to_its_place_once() {
        let basket = Basket {
            lines: vec![line(1), line(2), line(3)],
            ..Basket::default()
        };
        let mut draft = Draft {
            basket: basket.clone(),
            ..Draft::default()
        };
        draft.remove_line(LineId(2));
        assert_eq!(draft.basket.lines, [line(1), line(3)]);
        draft.remove_line(LineId(9));
        draft.restore_line();
        draft.restore_line();
        assert_eq!((&draft.basket, &draft.removed), (&basket, &None));
        draft.remove_line(LineId(3));
        draft.basket.lines.push(line(3));
        draft.restore_line();
        assert_eq!(draft.basket.lines, basket.lines, "never twice");
        let broken = Removed {
            at: 0,
            line: BasketLine { count: 0, ..line(1) },
        };
        assert_eq!(
            Draft {
                removed: Some(broken),
                ..Draft::default()
            }
            .check()
            .unwrap_err()
            .field,
            "count"
        );
    }

    #[test]
    fn what_is_ordered_leaves_the_basket_and_what_came_in_meanwhile_stays() {
        let ordered = Basket {
            lines: vec![line(1), line(2)],
            ..Basket::default()
        };
        let more = BasketLine { count: 3, ..line(2) };
        let draft = Draft {
            basket: Basket {
                lines: vec![line(1), more, line(3)],
                ..Basket::default()
            },
            changes: 4,
            ..Draft::default()
        };
        let after = draft.after(&ordered);
        assert_eq!(after.basket.lines, [BasketLine { count: 1, ..line(2) }, line(3)]);
        assert_eq!(
            (after.changes, draft.after(&draft.basket).basket),
            (5, Basket::default())
        );
    }

    #[test]
    fn an_account_fills_in_what_is_empty_and_nothing_else() {
        let home = DeliveryAddress {
            street: "Mill Lane 1".into(),
            postcode: "10014".into(),
            ..DeliveryAddress::default()
        };
        let ada = Account {
            id: crate::id::AccountId(1),
            email: "ada@example.org".into(),
            name: "Ada".into(),
            lang: Lang::English,
            verified_at: None,
            addresses: vec![home.clone()],
            created_at: crate::time::Timestamp(0),
        };
        let mut draft = Draft {
            contact: Contact {
                name: "Ben".into(),
                ..Contact::default()
            },
            ..Draft::default()
        };
        draft.fill_in(&ada);
        assert_eq!(
            (
                draft.contact.name.as_str(),
                draft.contact.email.as_str(),
                draft.delivery_address()
            ),
            ("Ben", "ada@example.org", home.clone())
        );
        draft.set_fulfilment(Fulfilment::Delivery(DeliveryAddress::default()));
        draft.fill_in(&ada);
        assert_eq!(draft.basket.fulfilment, Fulfilment::Delivery(home));
        let elsewhere = Fulfilment::Delivery(DeliveryAddress {
            street: "Pier 2".into(),
            ..DeliveryAddress::default()
        });
        draft.set_fulfilment(elsewhere.clone());
        draft.fill_in(&ada);
        assert_eq!(draft.basket.fulfilment, elsewhere);
    }

    #[test]
    fn a_location_that_the_diner_gave_is_for_one_order() {
        let located = |source| DeliveryAddress {
            location: Some(AddressLocation {
                point: crate::delivery_area::Point {
                    latitude: 1,
                    longitude: 2,
                },
                source,
            }),
            ..DeliveryAddress::default()
        };
        for (source, stays) in [
            (LocationSource::Device, false),
            (LocationSource::Pin, false),
            (LocationSource::Place, true),
        ] {
            let mut draft = Draft::default();
            draft.set_fulfilment(Fulfilment::Delivery(located(source)));
            draft.set_fulfilment(Fulfilment::Collection);
            let after = draft.after(&draft.basket);
            assert_eq!(after.delivery_address().location.is_some(), stays, "{source:?}");
        }
    }

    #[test]
    fn another_way_forgets_neither_door_nor_table() {
        let door = DeliveryAddress {
            street: "Mill Lane 1".into(),
            ..DeliveryAddress::default()
        };
        let mut draft = Draft::default();
        for fulfilment in [
            Fulfilment::Table("T7".into()),
            Fulfilment::Delivery(door.clone()),
            Fulfilment::Collection,
        ] {
            draft.set_fulfilment(fulfilment);
        }
        assert_eq!((draft.delivery_address(), draft.table()), (door, "T7"));
        let long = DeliveryAddress {
            city: "x".repeat(limits::ADDRESS + 1),
            ..DeliveryAddress::default()
        };
        assert_eq!(
            Draft {
                door: Some(long),
                ..Draft::default()
            }
            .check()
            .unwrap_err()
            .field,
            "city"
        );
    }
}
