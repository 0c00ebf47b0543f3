//! What a basket costs, and whether it can be ordered. The browser calculates it at once; the server's result counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    allocate::allocate,
    basket::{Basket, BasketLine, Fulfilment},
    contact::AddressLocation,
    coupon::{Coupon, CouponRefusal, CouponUsage},
    currency::{Currency, Minor},
    id::{DishId, LineId, OptionGroupId},
    menu::{Dish, Menu},
    order_settings::DeliveryZone,
    restaurant::Restaurant,
    selection::{QuotedPick, Selection, SelectionError},
    slots::{SlotRefusal, Times, Timetable},
    tax::{Place, Tax, TaxRate, portion},
    time::LocalMinute,
};

/// Everything besides the basket that a quote depends on.
pub struct QuoteContext<'a> {
    pub restaurant: &'a Restaurant,
    pub menu: &'a Menu,
    pub times: &'a Times,
    /// Portions left of dishes that are counted.
    pub stock: &'a BTreeMap<DishId, u32>,
    pub coupon: CouponCheck<'a>,
}

/// What is known about the basket's coupon code.
#[derive(Clone, Copy)]
pub enum CouponCheck<'a> {
    /// A device cannot check it; the server will.
    Unchecked,
    Unknown,
    /// The client tried too many codes; none is looked up for a while.
    Withheld,
    Known(&'a Coupon, CouponUsage),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    pub currency: Currency,
    pub lines: Vec<QuotedLine>,
    /// Lines, or parts of their count, that are not available.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed_lines: Vec<RemovedLine>,
    /// The items that add up to the total, in order.
    pub sums: Vec<Sum>,
    /// The tax per rate, both where prices contain it and where it is added.
    pub taxes: Vec<Tax>,
    pub total: Minor,
    /// The total rounded to what coins can pay.
    pub in_cash: Minor,
    /// When the order is ready or delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Where the address is, if the restaurant delivers to areas on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<AddressLocation>,
    /// What prevents the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<OrderBlocker>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedLine {
    pub id: LineId,
    pub dish: DishId,
    pub name: String,
    pub count: u8,
    /// The price of one, options included.
    pub price: Minor,
    pub sum: Minor,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<QuotedPick>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sum {
    Dishes(Minor),
    /// Negative.
    Coupon {
        code: String,
        amount: Minor,
    },
    Delivery {
        zone: String,
        fee: Minor,
        free_from: Option<Minor>,
    },
    Service {
        millionths: u32,
        fee: Minor,
    },
    /// Added where prices do not contain it.
    Tax {
        name: String,
        rate: TaxRate,
        tax: Minor,
    },
    Tip(Minor),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemovedLine {
    pub line: LineId,
    /// The name on the menu; empty if the dish is not on the menu any more.
    pub name: String,
    /// How many were removed.
    pub count: u8,
    pub why: DropReason,
}

crate::codes::codes! {
    DropReason { OffTheMenu = "off_the_menu", SoldOut = "sold_out", NotServedNow = "not_served_now" }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    pub from: LocalMinute,
    pub to: LocalMinute,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OrderBlocker {
    Empty,
    /// The restaurant does not offer this fulfilment.
    Fulfilment,
    OutOfArea,
    /// The restaurant delivers to areas on the map, and nobody knows where this address is.
    AddressNotFound,
    BelowMinimum {
        minimum: Minor,
    },
    Time(SlotRefusal),
    /// The number of choices in this group is not between `min` and `max`.
    Options {
        line: LineId,
        group: OptionGroupId,
        min: u8,
        max: u8,
    },
    /// A chosen option is not offered.
    UnknownOption {
        line: LineId,
    },
    Coupon(CouponRefusal),
    Tip,
}

impl Sum {
    pub fn amount(&self) -> Minor {
        match self {
            Self::Dishes(amount) | Self::Coupon { amount, .. } | Self::Tip(amount) => *amount,
            Self::Delivery { fee, .. } | Self::Service { fee, .. } => *fee,
            Self::Tax { tax, .. } => *tax,
        }
    }
}

impl Quote {
    pub fn can_be_ordered(&self) -> bool {
        self.blockers.is_empty()
    }

    pub fn sum_of_dishes(&self) -> Minor {
        self.lines.iter().map(|line| line.sum).sum()
    }
}

/// The stock that the lines need of each dish, included dishes counted.
pub fn stock_needed(lines: &[QuotedLine]) -> BTreeMap<DishId, u32> {
    let mut portions = BTreeMap::new();
    for line in lines {
        let dishes = std::iter::once(line.dish).chain(line.picks.iter().filter_map(|pick| pick.dish));
        dishes.for_each(|dish| *portions.entry(dish).or_insert(0) += u32::from(line.count));
    }
    portions
}

pub fn quote(facts: &QuoteContext<'_>, basket: &Basket) -> Quote {
    let mut quoting = Quoting {
        facts,
        place: basket.fulfilment.place(),
        left: facts.stock.clone(),
        removed_lines: Vec::new(),
        blockers: Vec::new(),
    };
    let zone = quoting.zone(&basket.fulfilment);
    let due = quoting.due(basket.slot, zone.map_or(0, |zone| zone.travel));
    let served_at = due.map_or(facts.times.now, |due| due.from);
    let priced: Vec<Priced> = basket
        .lines
        .iter()
        .filter_map(|line| quoting.line(line, served_at))
        .collect();
    if priced.is_empty() {
        quoting.blockers.push(OrderBlocker::Empty);
    }
    let dishes = priced.iter().map(|priced| priced.line.sum).sum();
    if let Some(minimum) = zone
        .map(|zone| zone.minimum)
        .filter(|minimum| dishes < *minimum && !priced.is_empty())
    {
        quoting.blockers.push(OrderBlocker::BelowMinimum { minimum });
    }
    // An empty basket has no delivery fee.
    let delivery = zone
        .filter(|_| !priced.is_empty())
        .map(|zone| (zone, zone.fee_for(dishes)));
    let coupon = quoting.coupon(
        &basket.coupon,
        dishes,
        delivery.map_or(Minor::ZERO, |(_, fee)| fee),
    );
    if basket.tip > Minor::ZERO && !facts.restaurant.ordering.tips {
        quoting.blockers.push(OrderBlocker::Tip);
    }
    let (sums, taxes) = sums(
        facts,
        quoting.place,
        &priced,
        dishes,
        delivery,
        coupon,
        if priced.is_empty() {
            Minor::ZERO
        } else {
            basket.tip
        },
    );
    let total = sums.iter().map(Sum::amount).sum();
    Quote {
        currency: facts.menu.currency,
        lines: priced.into_iter().map(|priced| priced.line).collect(),
        removed_lines: quoting.removed_lines,
        sums,
        taxes,
        total,
        in_cash: facts.menu.currency.in_cash(total),
        due,
        location: match &basket.fulfilment {
            Fulfilment::Delivery(door) => door.location,
            Fulfilment::Collection | Fulfilment::Table(_) => None,
        },
        blockers: quoting.blockers,
    }
}

/// A line, and the part of its sum at each tax rate.
struct Priced {
    line: QuotedLine,
    rates: Vec<(TaxRate, Minor)>,
}

struct Quoting<'a> {
    facts: &'a QuoteContext<'a>,
    place: Place,
    left: BTreeMap<DishId, u32>,
    removed_lines: Vec<RemovedLine>,
    blockers: Vec<OrderBlocker>,
}

impl<'a> Quoting<'a> {
    fn zone(&mut self, fulfilment: &Fulfilment) -> Option<&'a DeliveryZone> {
        let ordering = &self.facts.restaurant.ordering;
        let (served, zone) = match fulfilment {
            Fulfilment::Collection => (ordering.collection, None),
            Fulfilment::Table(_) => (ordering.at_table, None),
            Fulfilment::Delivery(door) => (ordering.delivers(), ordering.zone(&door.postcode, door.point())),
        };
        if !served {
            self.blockers.push(OrderBlocker::Fulfilment);
        } else if let (Fulfilment::Delivery(door), None) = (fulfilment, zone) {
            self.blockers
                .push(match door.location.is_none() && ordering.has_drawn_areas() {
                    true => OrderBlocker::AddressNotFound,
                    false => OrderBlocker::OutOfArea,
                });
        }
        zone
    }

    fn due(&mut self, slot: Option<LocalMinute>, travel: u16) -> Option<Due> {
        let restaurant = self.facts.restaurant;
        let table = Timetable::of(restaurant, self.facts.times, travel);
        let due = match slot {
            None => table.soonest().map(|ready| Due {
                from: ready,
                to: ready,
            }),
            Some(slot) => table.check(slot).map(|()| Due {
                from: slot,
                to: LocalMinute(slot.0 + i64::from(restaurant.ordering.slot)),
            }),
        };
        due.map_err(|refusal| self.blockers.push(OrderBlocker::Time(refusal)))
            .ok()
    }

    fn line(&mut self, line: &BasketLine, served_at: LocalMinute) -> Option<Priced> {
        let dish = self.facts.menu.dish(line.dish);
        let mut picked = Selection::default();
        if let Some(dish) = dish {
            let sound = picked.read(self.facts.menu, &dish.option_groups, &line.picks, 1);
            self.blockers
                .extend(sound.err().map(|fault| blocker(fault, line.id)));
        }
        let count = self.take(line, dish, &picked, served_at);
        let dish = dish.filter(|_| count > 0)?;
        let price = picked.price(dish);
        let sum = price.times(u32::from(count));
        let rates = picked.rates(dish, self.facts.restaurant.tax.rates(), self.place, sum);
        let name = dish.name.clone();
        Some(Priced {
            line: QuotedLine {
                id: line.id,
                dish: dish.id,
                name,
                count,
                price,
                sum,
                picks: picked.picks,
                note: line.note.clone(),
            },
            rates,
        })
    }

    /// How many of the line are available; records what is not as removed.
    fn take(
        &mut self,
        line: &BasketLine,
        dish: Option<&Dish>,
        picked: &Selection<'_>,
        served_at: LocalMinute,
    ) -> u8 {
        let mut drop = |count: u8, why| {
            let name = dish.map_or_else(String::new, |dish| dish.name.clone());
            self.removed_lines.push(RemovedLine {
                line: line.id,
                name,
                count,
                why,
            });
        };
        let Some(dish) = dish else {
            drop(line.count, DropReason::OffTheMenu);
            return 0;
        };
        let holidays = &self.facts.restaurant.holidays;
        let dishes = || std::iter::once(dish).chain(picked.dishes.iter().copied());
        if dishes().any(|dish| {
            dish.served
                .as_ref()
                .is_some_and(|served| !served.at(served_at, holidays).open)
        }) {
            drop(line.count, DropReason::NotServedNow);
            return 0;
        }
        // A combination may include the same dish twice.
        let times = |dish: &Dish| dishes().filter(|other| other.id == dish.id).count() as u32;
        let left = dishes()
            .filter_map(|dish| self.left.get(&dish.id).map(|left| left / times(dish)))
            .min();
        let count = left.map_or(line.count, |left| {
            line.count.min(u8::try_from(left).unwrap_or(u8::MAX))
        });
        if count < line.count {
            drop(line.count - count, DropReason::SoldOut);
        }
        for dish in dishes() {
            if let Some(left) = self.left.get_mut(&dish.id) {
                *left -= u32::from(count).min(*left);
            }
        }
        count
    }

    fn coupon(&mut self, code: &str, dishes: Minor, delivery: Minor) -> Option<(String, Minor, bool)> {
        if code.trim().is_empty() {
            return None;
        }
        let taken = match self.facts.coupon {
            CouponCheck::Unchecked => return None,
            CouponCheck::Unknown => Err(CouponRefusal::Unknown),
            CouponCheck::Withheld => Err(CouponRefusal::TooOften),
            CouponCheck::Known(coupon, used) => {
                coupon.check(self.facts.times.now, dishes, used).and_then(|()| {
                    let off = coupon.takes_off(dishes, delivery);
                    let of_delivery = matches!(coupon.effect, crate::coupon::CouponEffect::FreeDelivery);
                    if off > Minor::ZERO {
                        Ok((coupon.code.clone(), off, of_delivery))
                    } else {
                        Err(CouponRefusal::NothingToTakeOff)
                    }
                })
            }
        };
        taken
            .map_err(|refusal| self.blockers.push(OrderBlocker::Coupon(refusal)))
            .ok()
    }
}

fn blocker(fault: SelectionError, line: LineId) -> OrderBlocker {
    match fault {
        SelectionError::Options { group, min, max } => OrderBlocker::Options {
            line,
            group,
            min,
            max,
        },
        SelectionError::Unknown => OrderBlocker::UnknownOption { line },
    }
}

fn sums(
    facts: &QuoteContext<'_>,
    place: Place,
    priced: &[Priced],
    dishes: Minor,
    delivery: Option<(&DeliveryZone, Minor)>,
    coupon: Option<(String, Minor, bool)>,
    tip: Minor,
) -> (Vec<Sum>, Vec<Tax>) {
    let Restaurant { tax, ordering, .. } = facts.restaurant;
    let usual = tax.rates().at(place);
    let mut taxed: Vec<(TaxRate, Minor)> = priced
        .iter()
        .flat_map(|priced| priced.rates.iter().copied())
        .collect();
    let mut sums = vec![Sum::Dishes(dishes)];
    if let Some((code, off, of_delivery)) = coupon {
        let weights: Vec<i64> = taxed.iter().map(|(_, amount)| amount.0).collect();
        match of_delivery {
            true => taxed.push((usual, -off)),
            // A discount on dishes reduces the taxed amounts in proportion.
            false => taxed
                .iter_mut()
                .zip(allocate(off, &weights))
                .for_each(|((_, amount), off)| *amount = *amount - off),
        }
        sums.push(Sum::Coupon { code, amount: -off });
    }
    if let Some((zone, fee)) = delivery {
        taxed.push((usual, fee));
        sums.push(Sum::Delivery {
            zone: zone.name.clone(),
            fee,
            free_from: zone.free_from,
        });
    }
    if ordering.service_fee > 0 {
        let fee = portion(dishes, ordering.service_fee);
        taxed.push((usual, fee));
        sums.push(Sum::Service {
            millionths: ordering.service_fee,
            fee,
        });
    }
    let taxes = tax.taxes(taxed);
    if !tax.included {
        sums.extend(taxes.iter().map(|row| Sum::Tax {
            name: tax.name.clone(),
            rate: row.rate,
            tax: row.tax,
        }));
    }
    if tip > Minor::ZERO {
        sums.push(Sum::Tip(tip));
    }
    (sums, taxes)
}

#[cfg(test)]
mod tests;
