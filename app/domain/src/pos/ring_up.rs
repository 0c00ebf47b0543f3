//! Makes a bill line of a dish on the menu.

use super::bill::BillLine;
use crate::{
    basket::BasketLine,
    menu::Menu,
    selection::{Selection, SelectionError},
    tax::{Place, TaxRules},
};

/// Fails if options are missing. Both tax treatments are stored, because the bill may move to another
/// place.
pub fn ring_up(
    menu: &Menu,
    tax: &TaxRules,
    line: BasketLine,
    course: u8,
) -> Result<BillLine, SelectionError> {
    let dish = menu.dish(line.dish).ok_or(SelectionError::Unknown)?;
    let mut picked = Selection::default();
    picked.read(menu, &dish.option_groups, &line.picks, 1)?;
    let price = picked.price(dish);
    let [taxed, away] = [Place::In, Place::Away].map(|place| picked.rates(dish, tax.rates(), place, price));
    let taxed_away = if away == taxed { Vec::new() } else { away };
    let BasketLine { id, note, count, .. } = line;
    let (name, picks) = (dish.name.clone(), picked.picks);
    Ok(BillLine {
        id,
        dish: dish.id,
        name,
        price,
        taxed,
        taxed_away,
        picks,
        note,
        course,
        count: count.into(),
        sent: 0,
    })
}
