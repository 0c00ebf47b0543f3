//! Forms of the restaurant's settings, coupons, table codes and kitchen stations.

use leptos::prelude::*;
use servery_domain::{
    coupon::{Coupon, CouponEffect},
    delivery_area::DeliveryArea,
    edit::Profile,
    legal::LegalNotice,
    limits,
    order_settings::{OrderSettings, PaymentMethod},
    pos::station::Station,
    restaurant::Cuisine,
    restaurant_file::TableCode,
    tax::{TaxRate, TaxRules},
};

use super::{
    inputs::{Inputs, LineKind},
    zone_map::ZoneAreas,
};
use crate::{
    components::cuisine,
    part_form::{AREA_INPUTS, ZONES, area_text, last_day, zone_field},
    text::office::Key,
};

impl Inputs<'_> {
    pub fn profile(&self, profile: &Profile) -> AnyView {
        let cuisines = Cuisine::ALL.iter();
        let cuisines = cuisines.map(|kind| {
            (
                kind.code().to_owned(),
                cuisine::name(self.texts, *kind).to_owned(),
            )
        });
        let label = self.texts.get(Key::PartCuisine).to_owned();
        let chosen = profile.cuisine.code().to_owned();
        let address = &profile.address;
        view! {
            {self.line("name", Key::PartName, &profile.name, LineKind::NAME)}
            {self.select("cuisine".to_owned(), "cuisine", label, (chosen, cuisines.collect()))}
            {self.paragraph("description", Key::PartDescription, &profile.description, limits::DESCRIPTION)}
            {self.line("phone", Key::PartPhone, &profile.phone, LineKind::PHONE)}
            {self.line("street", Key::PartStreet, &address.street, LineKind::NAME)}
            <div class="beside">
                <div>{self.line("postcode", Key::PartPostcode, &address.postcode, LineKind::OPTIONAL)}</div>
                <div>{self.line("city", Key::PartCity, &address.city, LineKind::NAME)}</div>
                <div>{self.line("country", Key::PartCountry, &address.country, LineKind::CODE)}</div>
            </div>
            {self.line("zone", Key::PartZone, &profile.zone.0, LineKind::CODE)}
        }
        .into_any()
    }

    pub fn tax(&self, tax: &TaxRules) -> AnyView {
        let [eat_in, takeaway] = [tax.eat_in, tax.takeaway].map(|rate| self.texts.percent(rate));
        view! {
            {self.line("tax-name", Key::PartTaxName, &tax.name, LineKind::NAME)}
            <div class="beside">
                <div>{self.line("tax-eat-in", Key::PartTaxEatIn, &eat_in, LineKind::AMOUNT)}</div>
                <div>{self.line("tax-takeaway", Key::PartTaxTakeaway, &takeaway, LineKind::AMOUNT)}</div>
            </div>
            {self.named_tick("tax-included", Key::PartTaxIncluded, tax.included)}
        }
        .into_any()
    }

    pub fn legal(&self, legal: &LegalNotice) -> AnyView {
        view! {
            {self.hint(Key::PartLegalHint)}
            {self.line("name", Key::PartLegalName, &legal.name, LineKind::OPTIONAL)}
            {self.line("represented-by", Key::PartLegalRepresentedBy, &legal.represented_by, LineKind::OPTIONAL)}
            {self.line("email", Key::PartLegalEmail, &legal.email, LineKind::EMAIL)}
            {self.line("register", Key::PartLegalRegister, &legal.register, LineKind::OPTIONAL)}
            {self.line("vat-id", Key::PartLegalVatId, &legal.vat_id, LineKind::LATIN_NAME)}
        }
        .into_any()
    }

    fn named_tick(&self, name: &str, label: Key, is_on: bool) -> impl IntoView + use<> {
        self.tick(name.to_owned(), self.texts.get(label).to_owned(), is_on)
    }

    fn number(&self, name: &'static str, label: Key, number: Option<u32>) -> impl IntoView + use<> {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        self.line(name, label, &number, LineKind::NUMBER)
    }

    pub fn ordering(&self, ordering: &OrderSettings) -> AnyView {
        let pays = |method| ordering.payments.contains(&method);
        let fee = self.texts.percent(TaxRate(ordering.service_fee));
        let lines = (ordering.zones.len() + ZONES).min(limits::ZONES);
        let texts: Vec<[String; 2]> = (1..=lines)
            .map(|number| self.typed_area(ordering, number))
            .collect();
        let areas = ZoneAreas::new(&texts);
        let names = (1..=lines)
            .map(|number| self.zone_name(ordering, number))
            .collect();
        let zones: Vec<_> = (1..=lines)
            .zip(texts)
            .map(|(number, text)| self.delivery_zone(ordering, number, (areas, text)))
            .collect();
        view! {
            {self.named_tick("collection", Key::PartCollection, ordering.collection)}
            {self.named_tick("at-table", Key::PartAtTable, ordering.at_table)}
            {self.named_tick("accepts-itself", Key::PartAcceptsItself, ordering.accepts_itself)}
            {self.named_tick("tips", Key::PartTips, ordering.tips)}
            {self.named_tick("pay-door", Key::PartPayDoor, pays(PaymentMethod::Door))}
            {self.named_tick("pay-card", Key::PartPayCard, pays(PaymentMethod::Card))}
            {self.below("payments")}
            {self.number("preparation", Key::PartPreparation, Some(ordering.preparation.into()))}
            {self.number("slot", Key::PartSlot, Some(ordering.slot.into()))}
            <div class="beside">
                <div>{self.number("per-slot", Key::PartPerSlot, ordering.per_slot.map(u32::from))}</div>
                <div>{self.number("work-per-slot", Key::PartWorkPerSlot, ordering.work_per_slot.map(u32::from))}</div>
            </div>
            {self.hint(Key::PartUnlimited)}
            {self.hint(Key::PartWorkPerSlotHint)}
            {self.number("days-ahead", Key::PartDaysAhead, Some(ordering.days_ahead.into()))}
            {self.number("answers-within", Key::PartAnswersWithin, Some(ordering.answers_within.into()))}
            {self.line("service-fee", Key::PartServiceFee, &fee, LineKind::AMOUNT)}
            <fieldset>
                <legend>{self.texts.get(Key::PartZones)}</legend>
                {self.hint(Key::PartZonesHint)}
                {self.below("zones")}
                {self.below("zone-points")}
                {self.zone_map(areas, names)}
                {zones}
            </fieldset>
        }
        .into_any()
    }

    fn zone_name(&self, ordering: &OrderSettings, number: usize) -> String {
        let name = ordering.zones.get(number - 1).map(|zone| zone.name.as_str());
        self.typed
            .or(&zone_field(number, "name"), name.unwrap_or_default())
    }

    /// Points and radius of a zone.
    fn typed_area(&self, ordering: &OrderSettings, number: usize) -> [String; 2] {
        let zone = ordering.zones.get(number - 1);
        let usual = zone.map(|zone| area_text(&zone.area)).unwrap_or_default();
        let [points, radius] = AREA_INPUTS.map(|field| zone_field(number, field));
        [
            self.typed.or(&points, &usual[0]),
            self.typed.or(&radius, &usual[1]),
        ]
    }

    fn delivery_zone(
        &self,
        ordering: &OrderSettings,
        number: usize,
        (areas, area): (ZoneAreas, [String; 2]),
    ) -> impl IntoView + use<> {
        let zone = ordering.zones.get(number - 1);
        let label = |key: Key| self.texts.fill(key, &[("n", &number.to_string())]);
        let name = |field: &str| (zone_field(number, field), "zones");
        let amount = |amount| self.amount(amount);
        let fee = zone.map(|zone| amount(zone.fee)).unwrap_or_default();
        let minimum = zone.map(|zone| amount(zone.minimum)).unwrap_or_default();
        let free_from = zone
            .and_then(|zone| zone.free_from)
            .map(amount)
            .unwrap_or_default();
        let travel = zone.map(|zone| zone.travel.to_string()).unwrap_or_default();
        let postcodes = match zone.map(|zone| &zone.area) {
            Some(DeliveryArea::Postcodes(postcodes)) => postcodes.join(", "),
            _ => String::new(),
        };
        view! {
            <div class="choice" role="group" aria-label=label(Key::PartZoneName)>
                {self.bare_line(name("name"), label(Key::PartZoneName), zone.map_or("", |zone| &zone.name), LineKind::OPTIONAL)}
                {self.bare_line(name("postcodes"), label(Key::PartZonePostcodes), &postcodes, LineKind::CODE)}
                {self.zone_area(areas, number, area)}
                <div class="beside">
                    {self.bare_line(name("fee"), label(Key::PartZoneFee), &fee, LineKind::AMOUNT)}
                    {self.bare_line(name("minimum"), label(Key::PartZoneMinimum), &minimum, LineKind::AMOUNT)}
                    {self.bare_line(name("free-from"), label(Key::PartZoneFreeFrom), &free_from, LineKind::AMOUNT)}
                    {self.bare_line(name("travel"), label(Key::PartZoneTravel), &travel, LineKind::NUMBER)}
                </div>
            </div>
        }
    }

    pub fn coupon(&self, coupon: Option<&Coupon>) -> AnyView {
        let (kind, value) = match coupon.map(|coupon| coupon.effect) {
            Some(CouponEffect::Amount(amount)) => ("amount", self.amount(amount)),
            Some(CouponEffect::FreeDelivery) => ("free-delivery", String::new()),
            Some(CouponEffect::Portion(portion)) => ("portion", self.texts.percent(TaxRate(portion))),
            None => ("portion", String::new()),
        };
        let effects = [
            ("portion", Key::PartEffectPortion),
            ("amount", Key::PartEffectAmount),
            ("free-delivery", Key::PartEffectFreeDelivery),
        ];
        let effects = effects.map(|(code, name)| (code.to_owned(), self.texts.get(name).to_owned()));
        let label = self.texts.get(Key::PartEffect).to_owned();
        let minimum = coupon
            .map(|coupon| self.amount(coupon.minimum))
            .unwrap_or_default();
        let first = coupon
            .and_then(|coupon| coupon.from)
            .map(|from| from.day().to_string());
        let last = coupon.and_then(|coupon| coupon.until);
        let last = last.map(|until| last_day(until).to_string());
        view! {
            {coupon.is_none().then(|| self.new_code(""))}
            {self.select("effect".to_owned(), "effect", label, (kind.to_owned(), effects.into()))}
            {self.line("value", Key::PartValue, &value, LineKind::AMOUNT)}
            {self.line("minimum", Key::PartMinimum, &minimum, LineKind::AMOUNT)}
            <div class="beside">
                <div>{self.line("from", Key::PartFrom, &first.unwrap_or_default(), LineKind::DATE)}</div>
                <div>{self.line("until", Key::PartUntil, &last.unwrap_or_default(), LineKind::DATE)}</div>
            </div>
            <div class="beside">
                <div>{self.number("uses", Key::PartUses, coupon.and_then(|coupon| coupon.uses))}</div>
                <div>{self.number("per-customer", Key::PartPerCustomer, coupon.and_then(|coupon| coupon.per_customer))}</div>
            </div>
            {self.hint(Key::PartUnlimited)}
            {self.named_tick("paused", Key::PartCouponPaused, coupon.is_some_and(|coupon| coupon.paused))}
        }
        .into_any()
    }

    /// The code is the name by which a part is known.
    fn new_code(&self, suggested: &str) -> impl IntoView + use<> {
        view! {
            {self.line("code", Key::PartCode, suggested, LineKind::CODE)}
            {self.below("taken")}
            {self.hint(Key::PartCodeHint)}
        }
    }

    /// One that no other restaurant of the installation has, and that nobody guesses: ten hexadecimal digits.
    fn suggested_code(&self) -> String {
        format!("{:010x}", self.new_id.0 & 0xff_ffff_ffff)
    }

    pub fn table_code(&self, table: Option<&TableCode>) -> AnyView {
        let name = table.map_or("", |table| &table.name);
        view! {
            {self.line("name", Key::PartName, name, LineKind::NAME)}
            {table.is_none().then(|| self.new_code(&self.suggested_code()))}
        }
        .into_any()
    }

    pub fn station(&self, station: Option<&Station>) -> AnyView {
        let name = station.map_or("", |station| &station.name);
        let has = |id| station.is_some_and(|station| station.categories.contains(&id));
        let categories = self.file.categories.iter();
        let categories = categories.map(|category| {
            (
                format!("category-{}", category.id),
                category.name.clone(),
                has(category.id),
            )
        });
        view! {
            {self.line("name", Key::PartName, name, LineKind::NAME)}
            {self.ticks(Key::PartStationCategories, categories.collect())}
        }
        .into_any()
    }
}
