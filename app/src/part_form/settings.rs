//! What a restaurant says about itself, when it is open, what it charges, and how it takes orders.

use servery_domain::{
    brand_color::BrandColor,
    contact::{check_email, check_name},
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    delivery_area::DeliveryArea,
    edit::{Profile, Theme},
    id::{CategoryId, StationId},
    legal::LegalNotice,
    limits,
    order_settings::{DeliveryZone, OrderSettings, PaymentMethod},
    pos::station::Station,
    restaurant::{Address, Cuisine},
    restaurant_file::TableCode,
    tax::TaxRules,
    theme::TypePair,
    time::{DAY, Day, LocalMinute, TimeZoneName},
    typed_amount::western_digit,
};

use super::{
    area_text::{AREA_INPUTS, AreaMistake, TypedArea},
    reader::PartFormReader,
};

/// Lines for delivery zones that a form has beside those that are there.
pub const ZONES: usize = 2;

/// An input of a zone, counted from 1: `zone-1-fee`.
pub fn zone_field(number: usize, field: &str) -> String {
    format!("zone-{number}-{field}")
}

impl PartFormReader<'_> {
    pub(super) fn profile(&mut self) -> Profile {
        let cuisine = Cuisine::from_code(self.fields.get("cuisine"));
        let zone = self.fields.text("zone");
        self.hold("zone", check_name("zone", &zone, limits::NAME).is_ok());
        Profile {
            name: self.name("name"),
            cuisine: cuisine.unwrap_or(self.file.cuisine),
            description: self.text("description", limits::DESCRIPTION),
            address: self.address(),
            phone: self.text("phone", limits::PHONE),
            zone: TimeZoneName(zone),
            picture: self.file.picture.clone(),
        }
    }

    pub(super) fn theme(&mut self) -> Theme {
        let color: Option<BrandColor> = self.fields.get("brand-color").to_lowercase().parse().ok();
        let type_pair = TypePair::from_code(self.fields.get("type-pair"));
        self.hold("brand-color", color.is_some());
        self.hold("type-pair", type_pair.is_some());
        Theme {
            brand_color: color.unwrap_or(self.file.brand_color),
            type_pair: type_pair.unwrap_or(self.file.type_pair),
            logo: self.file.logo.clone(),
        }
    }

    fn address(&mut self) -> Address {
        let country = self.fields.get("country").to_uppercase();
        let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        self.hold("country", is_code);
        Address {
            street: self.name("street"),
            postcode: self.text("postcode", limits::ADDRESS),
            city: self.name("city"),
            country,
        }
    }

    pub(super) fn legal(&mut self) -> LegalNotice {
        let email = self.fields.text("email");
        self.hold("email", email.is_empty() || check_email(&email).is_ok());
        LegalNotice {
            name: self.text("name", limits::NAME),
            represented_by: self.text("represented-by", limits::NAME),
            email,
            register: self.text("register", limits::NAME),
            vat_id: self.text("vat-id", limits::NAME),
        }
    }

    pub(super) fn tax(&mut self) -> TaxRules {
        let (eat_in, takeaway) = (self.rate("tax-eat-in"), self.rate("tax-takeaway"));
        self.hold("tax-eat-in", eat_in.is_some());
        self.hold("tax-takeaway", takeaway.is_some());
        TaxRules {
            name: self.name("tax-name"),
            included: self.is_on("tax-included"),
            eat_in: eat_in.unwrap_or_default(),
            takeaway: takeaway.unwrap_or_default(),
        }
    }

    pub(super) fn ordering(&mut self, before: &OrderSettings) -> OrderSettings {
        let day = u32::try_from(DAY).unwrap_or_default();
        let payments = [
            ("pay-card", PaymentMethod::Card),
            ("pay-door", PaymentMethod::Door),
        ];
        let payments: Vec<PaymentMethod> = payments
            .into_iter()
            .filter(|(field, _)| self.is_on(field))
            .map(|(_, method)| method)
            .collect();
        self.hold("payments", !payments.is_empty());
        let service_fee = self.rate("service-fee").unwrap_or_default();
        OrderSettings {
            collection: self.is_on("collection"),
            at_table: self.is_on("at-table"),
            zones: self.zones(),
            preparation: short(self.needed_number("preparation", (0, day))),
            slot: short(self.needed_number("slot", (5, 240))),
            per_slot: self.number("per-slot", (1, u16::MAX.into())).map(short),
            work_per_slot: self.number("work-per-slot", (1, u16::MAX.into())).map(short),
            days_ahead: u8::try_from(self.needed_number("days-ahead", (0, limits::DAYS_AHEAD.into())))
                .unwrap_or_default(),
            accepts_itself: self.is_on("accepts-itself"),
            answers_within: short(self.needed_number("answers-within", (1, u16::MAX.into()))),
            service_fee: service_fee.0,
            tips: self.is_on("tips"),
            payments: in_order(payments, &before.payments),
        }
    }

    fn zones(&mut self) -> Vec<DeliveryZone> {
        (1..=limits::ZONES)
            .filter_map(|number| self.delivery_zone(number))
            .collect()
    }

    /// A line without a name is no zone.
    fn delivery_zone(&mut self, number: usize) -> Option<DeliveryZone> {
        let fields = self.fields;
        let input = |field| fields.get(&zone_field(number, field));
        let name = input("name");
        if name.is_empty() {
            let rest = ["postcodes", "points", "radius", "fee", "minimum", "free-from"].map(input);
            self.hold("zones", rest.iter().all(|typed| typed.is_empty()));
            return None;
        }
        let area = self.area(number);
        let fee = self.amount_or_nothing(input("fee"));
        let minimum = self.amount_or_nothing(input("minimum"));
        let free_from = match input("free-from") {
            "" => Some(None),
            typed => self.amount(typed).map(Some),
        };
        let travel: String = input("travel").chars().map(western_digit).collect();
        let travel = match travel.as_str() {
            "" => Some(0),
            typed => typed.parse().ok().filter(|minutes| i64::from(*minutes) <= DAY),
        };
        let is_accepted = check_name("name", name, limits::NAME).is_ok()
            && area.as_ref().is_none_or(|area| area.check().is_ok())
            && fee.is_some()
            && minimum.is_some()
            && free_from.is_some()
            && travel.is_some();
        let zone = DeliveryZone {
            name: name.to_owned(),
            area: area.unwrap_or(DeliveryArea::Postcodes(Vec::new())),
            fee: fee.unwrap_or_default(),
            minimum: minimum.unwrap_or_default(),
            free_from: free_from.flatten(),
            travel: travel.unwrap_or_default(),
        };
        self.hold("zones", is_accepted);
        Some(zone)
    }

    /// Postcodes or an area on the map; `None` if it is neither, or both.
    fn area(&mut self, number: usize) -> Option<DeliveryArea> {
        let fields = self.fields;
        let input = |field| fields.get(&zone_field(number, field));
        let typed = input("postcodes");
        let [points, radius] = AREA_INPUTS.map(input);
        let on_map = TypedArea::read(points, radius);
        if !on_map.is_empty() {
            let area = match typed.is_empty() {
                true => on_map.area(),
                false => Err(AreaMistake::Points),
            };
            return area.map_err(|mistake| self.hold(mistake.code(), false)).ok();
        }
        let typed: String = typed.chars().map(western_digit).collect();
        let postcodes = typed.split([',', ';', '،', '\n']).map(str::trim);
        Some(DeliveryArea::Postcodes(
            postcodes
                .filter(|postcode| !postcode.is_empty())
                .map(str::to_owned)
                .collect(),
        ))
    }

    pub(super) fn coupon(&mut self, code: &str, before: Option<&Coupon>) -> Coupon {
        // A new code is a part of an address; that of an imported coupon may have other letters.
        let is_plain = code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_accepted = check_name("code", code, limits::COUPON).is_ok() && (is_plain || before.is_some());
        self.hold("code", is_accepted);
        let (from, until) = (self.day("from"), self.day("until"));
        self.hold("until", from.zip(until).is_none_or(|(from, until)| from <= until));
        let minimum = self.amount_or_nothing(self.fields.get("minimum"));
        self.hold("minimum", minimum.is_some());
        Coupon {
            code: code.to_owned(),
            effect: self.effect(),
            minimum: minimum.unwrap_or_default(),
            // The form shows days: a minute stays as it was while its day does.
            from: match before.and_then(|coupon| coupon.from) {
                Some(minute) if from == Some(minute.day()) => Some(minute),
                _ => from.map(Day::midnight),
            },
            until: match before.and_then(|coupon| coupon.until) {
                Some(minute) if until == Some(last_day(minute)) => Some(minute),
                _ => until.map(|day| day.plus(1).midnight()),
            },
            uses: self.number("uses", (1, u32::MAX)),
            per_customer: self.number("per-customer", (1, u32::MAX)),
            paused: self.is_on("paused"),
        }
    }

    fn effect(&mut self) -> CouponEffect {
        match self.fields.get("effect") {
            "portion" => {
                let portion = self
                    .rate("value")
                    .map(|rate| rate.0)
                    .filter(|portion| *portion > 0);
                self.hold("value", portion.is_some());
                CouponEffect::Portion(portion.unwrap_or(1))
            }
            "amount" => {
                let amount = self
                    .amount(self.fields.get("value"))
                    .filter(|amount| amount.0 > 0);
                self.hold("value", amount.is_some());
                CouponEffect::Amount(amount.unwrap_or(Minor(1)))
            }
            _ => CouponEffect::FreeDelivery,
        }
    }

    fn day(&mut self, field: &'static str) -> Option<Day> {
        match self.fields.get(field) {
            "" => None,
            typed => {
                let day = typed.parse().ok();
                self.hold(field, day.is_some());
                day
            }
        }
    }

    pub(super) fn table_code(&mut self, code: &str) -> TableCode {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_accepted = !code.is_empty() && code.len() <= limits::KEY && code.bytes().all(plain);
        self.hold("code", is_accepted);
        TableCode {
            name: self.name("name"),
            code: code.to_owned(),
        }
    }

    pub(super) fn station(&mut self, id: StationId, before: &[CategoryId]) -> Station {
        let categories = self.file.categories.iter().map(|category| category.id);
        Station {
            id,
            name: self.name("name"),
            categories: self.ticked(categories, before, |category| format!("category-{category}")),
        }
    }
}

fn short(number: u32) -> u16 {
    u16::try_from(number).unwrap_or_default()
}

/// Pages offer them in this order: what was there before stays where it was.
fn in_order(chosen: Vec<PaymentMethod>, before: &[PaymentMethod]) -> Vec<PaymentMethod> {
    let known = before.iter().copied().filter(|known| chosen.contains(known));
    let new = chosen.iter().copied().filter(|new| !before.contains(new));
    known.chain(new).collect()
}

/// The last day of a coupon, as its form shows it. It counts.
pub fn last_day(until: LocalMinute) -> Day {
    LocalMinute(until.0 - 1).day()
}
