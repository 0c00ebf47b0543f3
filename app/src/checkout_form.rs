//! The checkout form: the browser reads it for the running total, the server for the draft.

use servery_domain::{
    basket::Fulfilment,
    contact::{Contact, DeliveryAddress},
    currency::Minor,
    draft::Draft,
    order_settings::PaymentMethod,
};

use crate::form_fields::FormFields;

/// Fields that the form does not contain stay unchanged.
pub fn fill_in(draft: &mut Draft, fields: FormFields<'_>) {
    draft.set_fulfilment(fulfilment(draft, fields));
    if fields.find("street").is_some() {
        draft.door = Some(delivery_address(draft, fields));
    }
    let Draft { basket, contact, .. } = draft;
    if let Some(slot) = fields.find("slot") {
        basket.slot = slot.parse().ok();
    }
    if fields.find("coupon").is_some() {
        basket.coupon = fields.text("coupon");
    }
    if let Ok(tip) = fields.get("tip").parse() {
        basket.tip = Minor(tip);
    }
    let Contact { name, phone, email } = contact;
    for (field, value) in [
        ("name", name),
        ("phone", phone),
        ("email", email),
        ("note", &mut draft.note),
        ("allergies", &mut draft.allergies),
    ] {
        if fields.find(field).is_some() {
            *value = fields.text(field);
        }
    }
    draft.payment = PaymentMethod::from_code(fields.get("payment")).or(draft.payment);
}

fn fulfilment(draft: &Draft, fields: FormFields<'_>) -> Fulfilment {
    match fields.get("fulfilment") {
        "collection" => Fulfilment::Collection,
        "table" => Fulfilment::Table(fields.text("table")),
        "delivery" => Fulfilment::Delivery(delivery_address(draft, fields)),
        _ => draft.basket.fulfilment.clone(),
    }
}

fn delivery_address(draft: &Draft, fields: FormFields<'_>) -> DeliveryAddress {
    let [street, postcode, city, hint] =
        ["street", "postcode", "city", "hint"].map(|field| fields.text(field));
    let before = draft.delivery_address();
    let mut door = DeliveryAddress {
        street,
        postcode,
        city,
        hint,
        location: None,
    };
    // What the list said of one address is not true of another.
    door.location = before
        .location
        .filter(|location| location.source.is_diners() || door.is_same_door(&before));
    door
}

#[cfg(test)]
mod tests {
    use servery_domain::{
        contact::{AddressLocation, LocationSource},
        delivery_area::Point,
    };

    use super::*;

    #[test]
    fn a_location_from_the_list_is_that_of_its_address() {
        for (source, street, stays) in [
            (LocationSource::Place, "Mill Lane 1", true),
            (LocationSource::Place, "Mill Lane 2", false),
            (LocationSource::Device, "Mill Lane 2", true),
            (LocationSource::Pin, "Mill Lane 2", true),
        ] {
            let mut draft = Draft::default();
            let fields = |street: &str| {
                [("fulfilment", "delivery"), ("street", street)]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
            };
            fill_in(&mut draft, FormFields(&fields("Mill Lane 1")));
            draft.set_location(Some(AddressLocation {
                point: Point {
                    latitude: 1,
                    longitude: 2,
                },
                source,
            }));
            fill_in(&mut draft, FormFields(&fields(street)));
            assert_eq!(
                draft.delivery_address().location.is_some(),
                stays,
                "{source:?} {street}"
            );
        }
    }

    #[test]
    fn what_the_form_does_not_ask_stays() {
        let mut draft = Draft {
            note: "ring twice".into(),
            ..Draft::default()
        };
        let pairs = [
            ("fulfilment", "delivery"),
            ("street", " Mill Lane 1 "),
            ("tip", "250"),
            ("name", "Ada"),
            ("allergies", "nuts\r\neggs"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        fill_in(&mut draft, FormFields(&pairs));
        assert!(
            matches!(&draft.basket.fulfilment, Fulfilment::Delivery(door) if door.street == "Mill Lane 1")
        );
        assert_eq!(
            (draft.basket.tip, &*draft.note, &*draft.allergies),
            (Minor(250), "ring twice", "nuts\neggs")
        );
        fill_in(
            &mut draft,
            FormFields(&[("fulfilment".into(), "collection".into())]),
        );
        assert_eq!(
            (&draft.basket.fulfilment, &*draft.contact.name),
            (&Fulfilment::Collection, "Ada")
        );
        assert_eq!(draft.delivery_address().street, "Mill Lane 1");
        let typed_while_hidden = [("fulfilment", "collection"), ("street", "Mill Lane 2")]
            .map(|(name, value)| (name.into(), value.into()));
        fill_in(&mut draft, FormFields(&typed_while_hidden));
        assert_eq!(draft.delivery_address().street, "Mill Lane 2");
    }
}
