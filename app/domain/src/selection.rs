//! The picks of a line read against the menu: names, prices, included dishes and tax rates.

use serde::{Deserialize, Serialize};

use crate::{
    allocate::allocate,
    basket::Pick,
    currency::Minor,
    id::{ChoiceId, DishId, OptionGroupId},
    menu::{Choice, Dish, Menu},
    tax::{Place, TaxRate, TaxRates},
};

/// The price of one dish with these options. Missing options prevent ordering but not a price.
pub fn price(menu: &Menu, dish: &Dish, picks: &[Pick]) -> Minor {
    let mut picked = Selection::default();
    let _ = picked.read(menu, &dish.option_groups, picks, 1);
    picked.price(dish)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedPick {
    pub choice: ChoiceId,
    pub name: String,
    pub price: Minor,
    /// A dish that is included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dish: Option<DishId>,
    /// 1 for an option of the dish, 2 for an option of that option.
    pub depth: u8,
}

#[derive(Default)]
pub struct Selection<'a> {
    pub picks: Vec<QuotedPick>,
    /// Dishes that the choices include.
    pub dishes: Vec<&'a Dish>,
}

/// Why a selection cannot be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionError {
    Options {
        group: OptionGroupId,
        min: u8,
        max: u8,
    },
    /// An option that is not offered.
    Unknown,
}

impl<'a> Selection<'a> {
    /// Looks up all picks and returns the first error.
    pub fn read(
        &mut self,
        menu: &'a Menu,
        offered: &[OptionGroupId],
        picks: &[Pick],
        depth: u8,
    ) -> Result<(), SelectionError> {
        let mut found = 0;
        let mut fault = None;
        for group in offered.iter().filter_map(|id| menu.group(*id)) {
            let mut chosen = 0;
            // In the menu's order, so that the same choices always give the same result.
            for choice in &group.choices {
                for pick in picks.iter().filter(|pick| pick.choice == choice.id) {
                    (chosen, found) = (chosen + 1, found + 1);
                    let within = self.pick(menu, choice, pick, depth);
                    fault = fault
                        .or(within.err())
                        .or((chosen_twice(picks, choice.id)).then_some(SelectionError::Unknown));
                }
            }
            if !(usize::from(group.min)..=usize::from(group.max)).contains(&chosen) {
                fault = fault.or(Some(SelectionError::Options {
                    group: group.id,
                    min: group.min,
                    max: group.max,
                }));
            }
        }
        if found != picks.len() {
            fault = fault.or(Some(SelectionError::Unknown));
        }
        fault.map_or(Ok(()), Err)
    }

    fn pick(
        &mut self,
        menu: &'a Menu,
        choice: &Choice,
        pick: &Pick,
        depth: u8,
    ) -> Result<(), SelectionError> {
        self.picks.push(QuotedPick {
            choice: choice.id,
            name: choice.name.clone(),
            price: choice.price,
            dish: choice.dish,
            depth,
        });
        self.dishes.extend(choice.dish.and_then(|dish| menu.dish(dish)));
        self.read(menu, &choice.option_groups, &pick.picks, depth + 1)
    }

    /// The taxed amounts of a sum. A combination is taxed like its dishes, in proportion to their own
    /// prices.
    pub fn rates(&self, dish: &Dish, usual: TaxRates, place: Place, sum: Minor) -> Vec<(TaxRate, Minor)> {
        let rate = |dish: &Dish| dish.tax.unwrap_or(usual).at(place);
        if self.dishes.is_empty() {
            return vec![(rate(dish), sum)];
        }
        let prices: Vec<i64> = self.dishes.iter().map(|dish| dish.price.0).collect();
        self.dishes
            .iter()
            .map(|dish| rate(dish))
            .zip(allocate(sum, &prices))
            .collect()
    }

    pub fn price(&self, dish: &Dish) -> Minor {
        let extra: Minor = self.picks.iter().map(|pick| pick.price).sum();
        (dish.price + extra).max(Minor::ZERO)
    }
}

fn chosen_twice(picks: &[Pick], choice: ChoiceId) -> bool {
    picks.iter().filter(|pick| pick.choice == choice).nth(1).is_some()
}
