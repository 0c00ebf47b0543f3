//! Reads the inputs of a part's form.

use servery_domain::{
    contact::{check_name, check_text},
    currency::Minor,
    edit::{PartKey, RestaurantPart},
    id::EditId,
    lang::Lang,
    limits,
    restaurant_file::RestaurantFile,
    tax::TaxRate,
    typed_amount::{self, western_digit},
};

use crate::form_fields::FormFields;

pub(super) struct PartFormReader<'a> {
    pub(super) fields: FormFields<'a>,
    pub(super) file: &'a RestaurantFile,
    pub(super) lang: Lang,
    /// The names of inputs.
    pub(super) wrong: Vec<&'static str>,
}

impl<'a> PartFormReader<'a> {
    pub(super) fn new(fields: FormFields<'a>, file: &'a RestaurantFile, lang: Lang) -> Self {
        Self {
            fields,
            file,
            lang,
            wrong: Vec::new(),
        }
    }

    /// `before` has what the form does not show. `None` if there is no such form.
    pub(super) fn part(
        &mut self,
        key: &PartKey,
        before: Option<&RestaurantPart>,
        id: EditId,
    ) -> Option<RestaurantPart> {
        Some(match key {
            PartKey::Category(category) => {
                let before = match before {
                    Some(RestaurantPart::Category(category)) => Some(category),
                    _ => None,
                };
                RestaurantPart::Category(self.category(*category, before))
            }
            PartKey::Dish(dish) => {
                let before = match before {
                    Some(RestaurantPart::Dish(dish)) => Some(&**dish),
                    _ => None,
                };
                RestaurantPart::Dish(Box::new(self.dish(*dish, before)))
            }
            PartKey::OptionGroup(group) => {
                let before = match before {
                    Some(RestaurantPart::OptionGroup(group)) => Some(group),
                    _ => None,
                };
                RestaurantPart::OptionGroup(self.option_group(*group, before, id))
            }
            PartKey::Station(station) => {
                let before = match before {
                    Some(RestaurantPart::Station(station)) => station.categories.as_slice(),
                    _ => &[],
                };
                RestaurantPart::Station(self.station(*station, before))
            }
            PartKey::Coupon(code) => {
                let before = match before {
                    Some(RestaurantPart::Coupon(coupon)) => Some(coupon),
                    _ => None,
                };
                RestaurantPart::Coupon(self.coupon(code, before))
            }
            PartKey::TableCode(code) => RestaurantPart::TableCode(self.table_code(code)),
            PartKey::Profile => RestaurantPart::Profile(Box::new(self.profile())),
            PartKey::Theme => RestaurantPart::Theme(self.theme()),
            PartKey::Opening => {
                let before = match before {
                    Some(RestaurantPart::Opening(opening)) => &opening.hours,
                    _ => &self.file.hours,
                };
                RestaurantPart::Opening(self.opening(before))
            }
            PartKey::Tax => RestaurantPart::Tax(self.tax()),
            PartKey::Ordering => {
                let before = match before {
                    Some(RestaurantPart::Ordering(ordering)) => ordering,
                    _ => &self.file.ordering,
                };
                RestaurantPart::Ordering(Box::new(self.ordering(before)))
            }
            PartKey::Legal => RestaurantPart::Legal(self.legal()),
            PartKey::Favourites => return None,
        })
    }

    pub(super) fn hold(&mut self, field: &'static str, is_accepted: bool) {
        if !is_accepted && !self.wrong.contains(&field) {
            self.wrong.push(field);
        }
    }

    pub(super) fn is_on(&self, field: &str) -> bool {
        self.fields.find(field).is_some()
    }

    /// What is ticked of `all`: what was before stays in its order, and what is new follows.
    pub(super) fn ticked<T: Copy + PartialEq>(
        &self,
        all: impl Iterator<Item = T>,
        before: &[T],
        field: impl Fn(T) -> String,
    ) -> Vec<T> {
        let new = all.filter(|value| !before.contains(value));
        let all = before.iter().copied().chain(new);
        all.filter(|value| self.is_on(&field(*value))).collect()
    }

    pub(super) fn name(&mut self, field: &'static str) -> String {
        let name = self.fields.text(field);
        self.hold(field, check_name(field, &name, limits::NAME).is_ok());
        name
    }

    pub(super) fn text(&mut self, field: &'static str, most: usize) -> String {
        let text = self.fields.text(field);
        self.hold(field, check_text(field, &text, most).is_ok());
        text
    }

    /// An amount that is not negative.
    pub(super) fn amount(&self, typed: &str) -> Option<Minor> {
        let amount = typed_amount::read(self.lang, self.file.currency, typed);
        amount.filter(|amount| (0..=limits::PRICE).contains(&amount.0))
    }

    /// The amount of an input that may be left empty: then it is nothing.
    pub(super) fn amount_or_nothing(&self, typed: &str) -> Option<Minor> {
        match typed {
            "" => Some(Minor::ZERO),
            typed => self.amount(typed),
        }
    }

    /// An amount with a sign; empty means nothing.
    pub(super) fn signed_amount(&self, typed: &str) -> Option<Minor> {
        match typed.strip_prefix(['-', '−']) {
            Some(typed) => self.amount(typed).map(|Minor(amount)| Minor(-amount)),
            None => self.amount_or_nothing(typed.strip_prefix('+').unwrap_or(typed)),
        }
    }

    pub(super) fn rate(&mut self, field: &'static str) -> Option<TaxRate> {
        match self.fields.get(field) {
            "" => None,
            typed => {
                let rate = TaxRate::read_percent(typed);
                self.hold(field, rate.is_some());
                rate
            }
        }
    }

    /// A whole number within these limits; `None` if the input is empty.
    pub(super) fn number(&mut self, field: &'static str, (least, most): (u32, u32)) -> Option<u32> {
        let typed: String = self.fields.get(field).chars().map(western_digit).collect();
        if typed.is_empty() {
            return None;
        }
        let number = typed
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        self.hold(field, number.is_some());
        number
    }

    /// A number that has to be there.
    pub(super) fn needed_number(&mut self, field: &'static str, limits: (u32, u32)) -> u32 {
        let number = self.number(field, limits);
        self.hold(field, number.is_some());
        number.unwrap_or_default()
    }
}
