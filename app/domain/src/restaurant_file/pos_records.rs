//! The records of the point of sale that are in a restaurant's file: tables, stations and favourites.

use std::collections::BTreeSet;

use super::{PlannedTable, RestaurantFile};
use crate::{
    id::{CategoryId, DishId},
    menu::Menu,
    mistake::{Mistake, Mistakes},
    pos::{Favourite, PosState, Record, RecordId, station::Station, table::Table},
    time::Timestamp,
};

/// A table without a name is on no plan: a bill has made it.
fn is_planned(table: &Table) -> bool {
    !table.plan.name.is_empty()
}

pub(super) fn tables(pos: &PosState) -> Vec<PlannedTable> {
    let planned = |table: &Table| PlannedTable {
        id: table.id,
        plan: table.plan.clone(),
    };
    pos.tables()
        .filter(|table| is_planned(table))
        .map(planned)
        .collect()
}

/// Without the categories that the menu has no more.
pub(super) fn stations(pos: &PosState, menu: &Menu) -> Vec<Station> {
    let known: BTreeSet<CategoryId> = menu.categories.iter().map(|category| category.id).collect();
    let stations = pos.stations().map(|station| {
        let mut station = station.clone();
        station.categories.retain(|category| known.contains(category));
        station
    });
    stations.collect()
}

/// In the order in which they were added, without the dishes that the menu has no more.
pub(super) fn favourites(pos: &PosState, menu: &Menu) -> Vec<DishId> {
    let known = menu.dish_ids();
    let mut favourites: Vec<&Favourite> = pos
        .favourites()
        .filter(|favourite| known.contains(&favourite.dish))
        .collect();
    favourites.sort_by_key(|favourite| (favourite.since, favourite.dish));
    favourites.into_iter().map(|favourite| favourite.dish).collect()
}

impl RestaurantFile {
    /// The records that this file changes, also those that it removes. `pos` has at least the restaurant's tables, stations and
    /// favourites.
    pub fn changed_records(&self, pos: &PosState, at: Timestamp) -> Result<Vec<Record>, Vec<Mistake>> {
        let removed = self.removed_records(pos);
        check_removed(&removed)?;
        let mut records = self.table_records(pos);
        records.extend(self.stations.iter().cloned().map(Record::Station));
        if favourites(pos, &self.menu()) != self.favourites {
            records.extend(self.favourite_records(at));
        }
        records.retain(|record| pos.get(record.id()) != Some(record));
        records.extend(removed.into_iter().map(|record| Record::Gone(record.id())));
        Ok(records)
    }

    fn removed_records<'a>(&self, pos: &'a PosState) -> Vec<&'a Record> {
        let tables = self.tables.iter().map(|table| RecordId::Table(table.id));
        let stations = self.stations.iter().map(|station| RecordId::Station(station.id));
        let favourites = self.favourites.iter().map(|dish| RecordId::Favourite(*dish));
        let kept: BTreeSet<RecordId> = tables.chain(stations).chain(favourites).collect();
        let is_in_files = |record: &Record| match record {
            Record::Table(table) => is_planned(table),
            Record::Station(_) | Record::Favourite(_) => true,
            _ => false,
        };
        let known = pos.records().filter(|record| is_in_files(record));
        known.filter(|record| !kept.contains(&record.id())).collect()
    }

    /// A table keeps its open bills.
    fn table_records(&self, pos: &PosState) -> Vec<Record> {
        let record = |planned: &PlannedTable| {
            let bills = pos.table(planned.id).map(|table| table.bills.clone());
            Record::Table(Table {
                id: planned.id,
                plan: planned.plan.clone(),
                bills: bills.unwrap_or_default(),
            })
        };
        self.tables.iter().map(record).collect()
    }

    /// Their times are their order.
    fn favourite_records(&self, at: Timestamp) -> impl Iterator<Item = Record> {
        let first = at.0.saturating_sub(self.favourites.len() as i64);
        (first..)
            .map(Timestamp)
            .zip(&self.favourites)
            .map(|(since, dish)| Record::Favourite(Favourite { dish: *dish, since }))
    }
}

fn check_removed(removed: &[&Record]) -> Result<(), Vec<Mistake>> {
    let mut mistakes = Mistakes::default();
    for record in removed {
        if let Record::Table(Table { plan, bills, .. }) = record
            && !bills.is_empty()
        {
            mistakes.add(
                "tables",
                format!("lack '{}', where a bill is open; close it first", plan.name),
            );
        }
    }
    match mistakes.found() {
        found if found.is_empty() => Ok(()),
        found => Err(found),
    }
}
