//! From a dish on the menu to a line of a bill.

use super::bill::BillLine;
use crate::{
    basket::Line,
    menu::Menu,
    picked::{Fault, Picked},
    tax::{Place, TaxRules},
};

/// What is missing on it keeps it from being rung up.
pub fn ring_up(menu: &Menu, tax: &TaxRules, place: Place, line: Line, course: u8) -> Result<BillLine, Fault> {
    let dish = menu.dish(line.dish).ok_or(Fault::Unknown)?;
    let mut picked = Picked::default();
    picked.read(menu, &dish.option_groups, &line.picks, 1)?;
    let price = picked.price(dish);
    let taxed = picked.rates(dish, tax.rates(), place, price);
    let name = dish.name.clone();
    let count = u16::from(line.count);
    Ok(BillLine { id: line.id, dish: dish.id, name, price, taxed, picks: picked.picks, note: line.note, course, count, sent: 0 })
}
