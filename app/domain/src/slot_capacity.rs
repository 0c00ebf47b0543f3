//! How much may be due in one slot: a number of orders, an amount of kitchen work, or both.

use crate::{
    basket::{BasketLine, Pick},
    id::DishId,
    menu::Menu,
};

/// The most that a slot takes; what is absent is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotLimits {
    pub orders: Option<u16>,
    pub work: Option<u16>,
}

/// What the orders of a slot take, also those that the restaurant has not answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotUse {
    pub orders: u32,
    pub work: u32,
}

impl SlotUse {
    pub fn add(&mut self, work: u32) {
        self.orders = self.orders.saturating_add(1);
        self.work = self.work.saturating_add(work);
    }

    pub fn remove(&mut self, work: u32) {
        self.orders = self.orders.saturating_sub(1);
        self.work = self.work.saturating_sub(work);
    }
}

impl SlotLimits {
    pub fn is_unlimited(self) -> bool {
        self == Self::default()
    }

    /// Whether a slot has no room for one more order of this work. An order that is more work than any slot takes has to fit
    /// somewhere: an empty slot takes it.
    pub fn is_full(self, used: SlotUse, work: u32) -> bool {
        let has_all_orders = self.orders.is_some_and(|most| used.orders >= u32::from(most));
        let after = used.work.saturating_add(work);
        let has_all_work = self
            .work
            .is_some_and(|most| used.work > 0 && after > u32::from(most));
        has_all_orders || has_all_work
    }
}

/// The kitchen work of a basket: that of its dishes, and of the dishes that its options include.
pub fn kitchen_work(menu: &Menu, lines: &[BasketLine]) -> u32 {
    let of_line = |line: &BasketLine| {
        let each = of_dish(menu, line.dish).saturating_add(of_picks(menu, &line.picks));
        u32::from(line.count).saturating_mul(each)
    };
    lines.iter().map(of_line).fold(0, u32::saturating_add)
}

fn of_dish(menu: &Menu, dish: DishId) -> u32 {
    menu.dish(dish).map_or(0, |dish| dish.work.into())
}

fn of_picks(menu: &Menu, picks: &[Pick]) -> u32 {
    let of_pick = |pick: &Pick| {
        let mut choices = menu.option_groups.iter().flat_map(|group| &group.choices);
        let choice = choices.find(|choice| choice.id == pick.choice);
        let included = choice.and_then(|choice| choice.dish);
        let own = included.map_or(0, |dish| of_dish(menu, dish));
        own.saturating_add(of_picks(menu, &pick.picks))
    };
    picks.iter().map(of_pick).fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures,
        id::{CategoryId, ChoiceId, LineId, OptionGroupId, RestaurantId},
        lang::Lang,
        menu::{Category, Choice, Dish, OptionGroup},
        revision::Revision,
        translation::PartTranslations,
    };

    #[test]
    fn a_slot_is_full_by_orders_or_by_work() {
        let used = |orders, work| SlotUse { orders, work };
        let limits = |orders, work| SlotLimits { orders, work };
        for (limits, used, work, is_full) in [
            (limits(None, None), used(900, 9_000), 99, false),
            (limits(Some(2), None), used(1, 50), 99, false),
            (limits(Some(2), None), used(2, 0), 0, true),
            (limits(None, Some(10)), used(3, 7), 3, false),
            (limits(None, Some(10)), used(3, 7), 4, true),
            (limits(None, Some(10)), used(0, 0), 40, false),
            (limits(None, Some(10)), used(4, 0), 40, false),
            (limits(Some(2), Some(10)), used(2, 1), 1, true),
        ] {
            assert_eq!(limits.is_full(used, work), is_full, "{limits:?} {used:?} {work}");
        }
    }

    #[test]
    fn work_counts_portions_and_included_dishes() {
        let dish = |number, work| Dish {
            id: DishId(number),
            work,
            ..fixtures::dish("It")
        };
        let with_soup = Choice {
            dish: Some(DishId(3)),
            ..fixtures::choice(1, "Soup", 0)
        };
        let menu = Menu {
            restaurant: RestaurantId(1),
            revision: Revision(1),
            currency: "EUR".parse().unwrap(),
            lang: Lang::English,
            categories: vec![Category {
                id: CategoryId(1),
                name: "All".into(),
                description: String::new(),
                translations: PartTranslations::default(),
                dishes: vec![dish(1, 4), dish(2, 0), dish(3, 2)],
            }],
            option_groups: vec![OptionGroup {
                id: OptionGroupId(1),
                name: "With".into(),
                min: 0,
                max: 1,
                choices: vec![with_soup],
                translations: PartTranslations::default(),
            }],
        };
        let line = |dish, count, picks: &[u128]| BasketLine {
            id: LineId(dish),
            dish: DishId(dish),
            count,
            picks: picks
                .iter()
                .map(|choice| Pick {
                    choice: ChoiceId(*choice),
                    picks: Vec::new(),
                })
                .collect(),
            note: String::new(),
        };
        assert_eq!(kitchen_work(&menu, &[line(1, 3, &[1])]), 18, "3 × (4 + 2)");
        assert_eq!(kitchen_work(&menu, &[line(2, 9, &[]), line(3, 1, &[])]), 2);
        assert_eq!(
            kitchen_work(&menu, &[line(77, 9, &[])]),
            0,
            "what is gone is no work"
        );
    }
}
