//! Tables, each with its open bills.

use std::collections::BTreeMap;

use crate::{
    id::{BillId, TableId},
    pos::{PosState, Record, RecordId, bill::Seat, table::Table},
};

pub fn needs(pos: &PosState, seat: &Seat, needs: &mut Vec<RecordId>) {
    let Seat::Table(table) = seat else { return };
    needs.push(RecordId::Table(*table));
    needs.extend(
        pos.table(*table)
            .into_iter()
            .flat_map(|table| &table.bills)
            .map(|bill| RecordId::Bill(*bill)),
    );
}

/// The bill that new guests at this seat join.
pub fn bill_at(pos: &PosState, seat: &Seat) -> Option<BillId> {
    match seat {
        Seat::Table(table) => pos.table(*table)?.bills.first().copied(),
        _ => None,
    }
}

/// Adds the tables whose bills changed with these records.
pub fn update_tables(pos: &PosState, mut records: Vec<Record>) -> Vec<Record> {
    let mut tables: BTreeMap<TableId, Table> = BTreeMap::new();
    let mut table = |id: TableId, change: &mut dyn FnMut(&mut Vec<BillId>)| {
        let table = tables
            .entry(id)
            .or_insert_with(|| pos.table(id).cloned().unwrap_or_else(|| Table::new(id)));
        change(&mut table.bills);
    };
    for record in &records {
        let Record::Bill(bill) = record else { continue };
        let before = pos.bill(bill.id).and_then(|bill| bill.table());
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
    records.extend(tables.into_values().map(Record::Table));
    records
}
