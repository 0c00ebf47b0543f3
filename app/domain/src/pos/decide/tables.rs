//! Who sits where. A table knows its open bills, whatever is done to them.

use std::collections::BTreeMap;

use crate::{
    id::{BillId, TableId},
    pos::{House, Thing, ThingId, bill::Seat, table::Table},
};

pub fn needs(house: &House, seat: &Seat, needs: &mut Vec<ThingId>) {
    let Seat::Table(table) = seat else { return };
    needs.push(ThingId::Table(*table));
    needs.extend(
        house
            .table(*table)
            .into_iter()
            .flat_map(|table| &table.bills)
            .map(|bill| ThingId::Bill(*bill)),
    );
}

/// Whoever sits down where somebody sits joins them.
pub fn bill_at(house: &House, seat: &Seat) -> Option<BillId> {
    match seat {
        Seat::Table(table) => house.table(*table)?.bills.first().copied(),
        _ => None,
    }
}

/// Adds to the things the tables that have other bills because of them.
pub fn keep_tables(house: &House, mut things: Vec<Thing>) -> Vec<Thing> {
    let mut tables: BTreeMap<TableId, Table> = BTreeMap::new();
    let mut table = |id: TableId, change: &mut dyn FnMut(&mut Vec<BillId>)| {
        let table = tables
            .entry(id)
            .or_insert_with(|| house.table(id).cloned().unwrap_or_else(|| Table::new(id)));
        change(&mut table.bills);
    };
    for thing in &things {
        let Thing::Bill(bill) = thing else { continue };
        let before = house.bill(bill.id).and_then(|bill| bill.table());
        let after = bill.table();
        if before == after {
            continue;
        }
        before
            .into_iter()
            .for_each(|id| table(id, &mut |bills| bills.retain(|known| *known != bill.id)));
        after
            .into_iter()
            .for_each(|id| table(id, &mut |bills| bills.push(bill.id)));
    }
    things.extend(tables.into_values().map(Thing::Table));
    things
}
