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
struct Fields {
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
    let fields = Fields {
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
    let saving = till.clone();
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(order) = read(&saving, fields) else {
            return saving.wrong.set(Some(saving.text(Key::PhoneNoZone).to_owned()));
        };
        let seat = Seat::Phone(Box::new(order));
        match bill {
            Some(bill) => saving.submit_and_close(Action::Move { bill, seat }),
            None => saving.open(seat),
        }
    };
    let time = known.due_at.map(time_of_day);
    let brings = ordering.delivers().then(|| {
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

fn address(till: &TillState, fields: Fields, known: Option<&PhoneDelivery>) -> impl IntoView + use<> {
    let restaurant = &till.premises.listing.restaurant;
    let usual = DeliveryAddress {
        city: restaurant.address.city.clone(),
        ..DeliveryAddress::default()
    };
    let address = known.map_or(usual, |delivery| delivery.address.clone());
    let line = |key: Key, field: NodeRef<html::Input>, known: String| {
        view! { <label><span>{till.text(key)}</span><input node_ref=field value=known maxlength=limits::ADDRESS autocomplete="off"/></label> }
    };
    let ordering = restaurant.ordering.clone();
    // A postcode says the zone where zones are made of postcodes; whoever is on the phone may choose another.
    let find = move |_| {
        let typed = value(fields.postcode);
        let found = ordering
            .zones
            .iter()
            .position(|zone| zone.area.contains(typed.trim(), None));
        if found.is_some() {
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
fn read(till: &TillState, fields: Fields) -> Option<PhoneOrder> {
    let text = |field| value(field).trim().to_owned();
    let delivery = match fields.delivers.get_untracked() {
        false => None,
        true => {
            let restaurant = &till.premises.listing.restaurant;
            let zone = restaurant.ordering.zones.get(fields.zone.get_untracked()?)?;
            Some(PhoneDelivery {
                address: DeliveryAddress {
                    street: text(fields.street),
                    postcode: text(fields.postcode),
                    city: text(fields.city),
                    hint: text(fields.hint),
                    location: None,
                },
                zone: zone.name.clone(),
                fee: zone.fee,
                free_from: zone.free_from,
                fee_tax: restaurant.tax.takeaway,
            })
        }
    };
    Some(PhoneOrder {
        name: text(fields.name),
        phone: text(fields.phone),
        due_at: next_at(till.client.now(), &value(fields.time)),
        delivery,
    })
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
