//! What the law wants guests to know of a restaurant.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{check_email, check_text},
    limits,
    mistake::Mistakes,
};

/// Who runs a restaurant. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegalNotice {
    /// The legal name: of a company or of a person.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub represented_by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// The register of companies, and the number in it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub register: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vat_id: String,
}

impl LegalNotice {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn seller(&self) -> Seller {
        Seller {
            legal_name: self.name.clone(),
            vat_id: self.vat_id.clone(),
        }
    }

    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        for (field, text) in [
            ("name", &self.name),
            ("represented_by", &self.represented_by),
            ("register", &self.register),
            ("vat_id", &self.vat_id),
        ] {
            mistakes.check(check_text(field, text, limits::NAME));
        }
        if !self.email.is_empty() {
            mistakes.check(check_email(&self.email));
        }
    }
}

/// Who sells, as a receipt names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seller {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legal_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vat_id: String,
}

/// What a restaurant's legal page is made from, beside the restaurant itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegalFacts {
    pub notice: LegalNotice,
    /// Days after an order until names, numbers, addresses and notes are erased.
    pub guest_days: u16,
    pub takes_cards: bool,
    /// Where browsers load the map from, if it is another site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_origin: Option<String>,
    pub sends_mail: bool,
}
