//! An order in the making: the basket, and what the diner has filled in so far. Half of it may be missing or wrong.

use serde::{Deserialize, Serialize};

use crate::{
    basket::{Basket, Service},
    contact::{Contact, Malformed, check_text},
    currency::Minor,
    id::OrderId,
    lang::Lang,
    limits,
    order::Placement,
    ordering::PaymentWay,
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    pub basket: Basket,
    pub contact: Contact,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub allergies: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentWay>,
    /// Counts the changes, so that of two copies the newer one is known.
    pub changes: u32,
}

impl Draft {
    /// It may be incomplete, but nothing in it is too large to keep.
    pub fn check(&self) -> Result<(), Malformed> {
        self.basket.check()?;
        let Contact { name, phone, email } = &self.contact;
        check_text("name", name, limits::NAME)?;
        check_text("phone", phone, limits::PHONE)?;
        check_text("email", email, limits::EMAIL)?;
        if let Service::Delivery(door) = &self.basket.service {
            for (field, text) in [("street", &door.street), ("postcode", &door.postcode), ("city", &door.city), ("hint", &door.hint)] {
                check_text(field, text, limits::ADDRESS)?;
            }
        }
        check_text("note", &self.note, limits::NOTE)?;
        check_text("allergies", &self.allergies, limits::NOTE)
    }

    pub fn placement(&self, id: OrderId, seen: Minor, lang: Lang) -> Placement {
        Placement {
            id,
            basket: self.basket.clone(),
            contact: self.contact.clone(),
            note: self.note.clone(),
            allergies: self.allergies.clone(),
            payment: self.payment.unwrap_or(PaymentWay::Door),
            seen,
            lang,
        }
    }

    /// Once it is ordered: who and where stay, what and when go.
    pub fn emptied(&self) -> Self {
        let basket = Basket { service: self.basket.service.clone(), ..Basket::default() };
        Self { basket, note: String::new(), changes: self.changes + 1, ..self.clone() }
    }
}
