//! An order by phone: for whom, when, and where it goes.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    contact::DeliveryAddress,
    limits,
    order_settings::DeliveryZone,
    pos::{
        bill::{PhoneDelivery, PhoneOrder, Seat},
        op::Action,
    },
};

use super::till_state::TillState;
use crate::{
    pages::staff::{
        cashiers::value,
        clock::{next_at, time_of_day},
        dialog::Dialog,
    },
    text::staff::Key,
};

#[derive(Clone, Copy)]
struct PhoneFields {
    name: NodeRef<html::Input>,
    phone: NodeRef<html::Input>,
    time: NodeRef<html::Input>,
    street: NodeRef<html::Input>,
    postcode: NodeRef<html::Input>,
    city: NodeRef<html::Input>,
    hint: NodeRef<html::Input>,
    delivers: RwSignal<bool>,
    /// The position of the zone.
    zone: RwSignal<Option<usize>>,
}

/// A new order, or what the current bill says of one.
#[component]
pub fn Phone(till: TillState, is_new: bool) -> impl IntoView {
    let known = till
        .bill()
        .get_untracked()
        .filter(|_| !is_new)
        .and_then(|bill| Some((bill.id, bill.seat.phone_order()?.clone())));
    let (bill, known) = known.unzip();
    let known = known.unwrap_or_default();
    let ordering = till.premises.listing.restaurant.ordering.clone();
    let delivery = known.delivery.as_ref();
    let input = NodeRef::<html::Input>::new;
    let fields = PhoneFields {
        name: input(),
        phone: input(),
        time: input(),
        street: input(),
        postcode: input(),
        city: input(),
        hint: input(),
        delivers: RwSignal::new(delivery.is_some()),
        zone: RwSignal::new(delivery.and_then(|delivery| {
            let mut zones = ordering.zones.iter();
            zones.position(|zone| zone.name == delivery.zone)
        })),
    };
    let (saving, before) = (till.clone(), known.clone());
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(order) = read(&saving, fields, &before) else {
            return saving.wrong.set(Some(saving.text(Key::PhoneNoZone).to_owned()));
        };
        let seat = Seat::Phone(Box::new(order));
        match bill {
            Some(bill) => saving.submit_and_close(Action::Move { bill, seat }),
            None => saving.open(seat),
        }
    };
    let time = known.due_at.map(time_of_day);
    let may_bring = ordering.delivers() || known.delivery.is_some();
    let brings = may_bring.then(|| {
        let is_on = fields.delivers;
        let address = address(&till, fields, known.delivery.as_ref());
        view! {
            <label class="option">
                <input type="checkbox" checked=is_on.get_untracked() on:change=move |event| is_on.set(event_target_checked(&event))/>
                <span>{till.text(Key::PhoneDeliver)}</span>
            </label>
            <div class="fields" hidden=move || !is_on.get()>{address}</div>
        }
    });
    let done = till.text(match is_new {
        true => Key::PhoneOpen,
        false => Key::DoKeep,
    });
    view! {
        <Dialog title=till.text(Key::BillsPhone) close=till.close()>
            <form class="fields" on:submit=save>
                <label><span>{till.text(Key::PhoneName)}</span><input node_ref=fields.name value=known.name.clone() required maxlength=limits::NAME autocomplete="off" autofocus/></label>
                <label><span>{till.text(Key::PhoneNumber)}</span><input node_ref=fields.phone value=known.phone.clone() type="tel" dir="ltr" maxlength=limits::PHONE autocomplete="off"/></label>
                <label><span>{till.text(Key::PhoneTime)}</span><input node_ref=fields.time value=time type="time" autocomplete="off"/></label>
                {brings}
                <button type="submit" class="main">{done}</button>
            </form>
        </Dialog>
    }
}

fn address(till: &TillState, fields: PhoneFields, known: Option<&PhoneDelivery>) -> impl IntoView + use<> {
    let restaurant = &till.premises.listing.restaurant;
    let usual = DeliveryAddress {
        city: restaurant.address.city.clone(),
        ..DeliveryAddress::default()
    };
    let address = known.map_or(usual, |delivery| delivery.address.clone());
    let line = |key: Key, field: NodeRef<html::Input>, known: String| {
        let is_needed = move || fields.delivers.get() && key == Key::PhoneStreet;
        view! { <label><span>{till.text(key)}</span><input node_ref=field value=known required=is_needed maxlength=limits::ADDRESS autocomplete="off"/></label> }
    };
    let ordering = restaurant.ordering.clone();
    // A postcode says the zone where zones are made of postcodes; whoever is on the phone may choose another.
    let find = move |_| {
        let typed = value(fields.postcode);
        let found = ordering
            .zones
            .iter()
            .position(|zone| zone.area.contains(typed.trim(), None));
        let is_drawn = |zone: usize| {
            let zone = ordering.zones.get(zone);
            zone.is_some_and(|zone| zone.area.bounds().is_some())
        };
        // A zone that is drawn on the map stays as it was chosen.
        if found.is_some() || !fields.zone.get_untracked().is_some_and(is_drawn) {
            fields.zone.set(found);
        }
    };
    let zone = |(position, zone): (usize, &DeliveryZone)| {
        let label = format!("{} · {}", zone.name, till.money(zone.fee));
        let is_chosen = move || fields.zone.get() == Some(position);
        view! { <option value=position.to_string() prop:selected=is_chosen>{label}</option> }
    };
    let zones: Vec<_> = restaurant.ordering.zones.iter().enumerate().map(zone).collect();
    let choose = move |event| fields.zone.set(event_target_value(&event).parse().ok());
    view! {
        {line(Key::PhoneStreet, fields.street, address.street)}
        <div class="beside">
            <label on:input=find><span>{till.text(Key::PhonePostcode)}</span><input node_ref=fields.postcode value=address.postcode maxlength=limits::ADDRESS autocomplete="off"/></label>
            {line(Key::PhoneCity, fields.city, address.city)}
        </div>
        {line(Key::PhoneHint, fields.hint, address.hint)}
        <label>
            <span>{till.text(Key::PhoneZone)}</span>
            <select on:change=choose><option value="" prop:selected=move || fields.zone.get().is_none()></option>{zones}</select>
        </label>
    }
}

/// `None` if it is to be brought, and to no zone.
fn read(till: &TillState, fields: PhoneFields, before: &PhoneOrder) -> Option<PhoneOrder> {
    let text = |field| value(field).trim().to_owned();
    let delivery = match fields.delivers.get_untracked() {
        false => None,
        true => {
            let address = DeliveryAddress {
                street: text(fields.street),
                postcode: text(fields.postcode),
                city: text(fields.city),
                hint: text(fields.hint),
                location: None,
            };
            Some(delivery(till, fields, before.delivery.as_ref(), address)?)
        }
    };
    let typed = value(fields.time);
    let due_at = match before.due_at {
        // The same time of day, which may be over by now.
        Some(due_at) if time_of_day(due_at) == typed => Some(due_at),
        _ => next_at(till.client.now(), &typed),
    };
    Some(PhoneOrder {
        name: text(fields.name),
        phone: text(fields.phone),
        due_at,
        delivery,
    })
}

/// Another address in the same zone has the fee that was agreed.
fn delivery(
    till: &TillState,
    fields: PhoneFields,
    before: Option<&PhoneDelivery>,
    address: DeliveryAddress,
) -> Option<PhoneDelivery> {
    let restaurant = &till.premises.listing.restaurant;
    let zones = &restaurant.ordering.zones;
    let zone = fields.zone.get_untracked().and_then(|zone| zones.get(zone));
    let has_its_fee = |before: &&PhoneDelivery| match zone {
        // The fee is on another bill, whatever the zone is.
        _ if before.paid_elsewhere => true,
        Some(zone) => before.zone == zone.name,
        // The office has removed its zone meanwhile.
        None => !zones.iter().any(|zone| zone.name == before.zone),
    };
    match before.filter(has_its_fee) {
        Some(before) => Some(PhoneDelivery {
            address,
            zone: zone.map_or(&before.zone, |zone| &zone.name).clone(),
            ..before.clone()
        }),
        None => zone.map(|zone| PhoneDelivery {
            address,
            zone: zone.name.clone(),
            fee: zone.fee,
            free_from: zone.free_from,
            fee_tax: restaurant.tax.takeaway,
            paid_elsewhere: false,
        }),
    }
}

/// Where it goes, for the bill and the slip that goes along.
pub fn destination(order: &PhoneOrder) -> Vec<String> {
    let address = order.delivery.as_ref().map(|delivery| &delivery.address);
    let town = address.map(|address| format!("{} {}", address.postcode, address.city));
    let lines = [
        address.map(|address| address.street.clone()),
        town.map(|town| town.trim().to_owned()),
        address.map(|address| address.hint.clone()),
        Some(order.phone.clone()),
    ];
    let lines = lines.into_iter().flatten();
    lines.filter(|line| !line.is_empty()).collect()
}
