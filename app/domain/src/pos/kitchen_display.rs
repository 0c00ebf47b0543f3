//! The tickets on a kitchen screen.

use super::{
    PosState,
    station::Station,
    ticket::{Ticket, TicketItem, TicketSource},
};
use crate::{
    id::{DishId, OrderId, TicketId},
    menu::Menu,
    order::State,
    time::Timestamp,
};

/// The work of one station, or of the whole kitchen.
pub struct Work<'a> {
    pub menu: &'a Menu,
    pub station: Option<&'a Station>,
    /// The restaurant's preparation time in minutes.
    pub preparation: u16,
}

/// The count of a dish with the same options on all tickets together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllDay {
    pub name: String,
    pub picks: Vec<String>,
    pub count: i32,
}

impl Work<'_> {
    /// Whether this station makes the dish. A dish that is not on the menu is shown at every station.
    pub fn has(&self, dish: DishId) -> bool {
        let Some(station) = self.station else { return true };
        let category = self
            .menu
            .categories
            .iter()
            .find(|category| category.dishes.iter().any(|known| known.id == dish));
        category.is_none_or(|category| station.categories.contains(&category.id))
    }

    pub fn items<'t>(&self, ticket: &'t Ticket) -> impl Iterator<Item = &'t TicketItem> {
        ticket.items.iter().filter(|item| self.has(item.dish))
    }

    /// When the kitchen has to start: at once, unless it is due later.
    pub fn begins(&self, ticket: &Ticket) -> Timestamp {
        let begins = ticket
            .due_at
            .map_or(0, |due| due.0.saturating_sub(60 * i64::from(self.preparation)));
        ticket.taken_at.max(Timestamp(begins))
    }

    /// Tickets with open items in the order in which they were taken, however late they arrive.
    pub fn waiting<'h>(&self, pos: &'h PosState, now: Timestamp) -> Vec<&'h Ticket> {
        self.open(pos, |ticket| self.begins(ticket) <= now || ticket.off)
    }

    /// Tickets to start later, by their start.
    pub fn later<'h>(&self, pos: &'h PosState, now: Timestamp) -> Vec<&'h Ticket> {
        self.open(pos, |ticket| self.begins(ticket) > now && !ticket.off)
    }

    fn open<'h>(&self, pos: &'h PosState, wanted: impl Fn(&Ticket) -> bool) -> Vec<&'h Ticket> {
        self.tickets(pos, |ticket| {
            wanted(ticket) && is_in_house(pos, ticket) && self.items(ticket).any(|item| !item.done)
        })
    }

    /// Finished tickets, the latest first: they can be recalled.
    pub fn done<'h>(&self, pos: &'h PosState) -> Vec<&'h Ticket> {
        let mut tickets = self.tickets(pos, |ticket| {
            self.items(ticket).next().is_some() && self.items(ticket).all(|item| item.done)
        });
        tickets.reverse();
        tickets
    }

    fn tickets<'h>(&self, pos: &'h PosState, wanted: impl Fn(&Ticket) -> bool) -> Vec<&'h Ticket> {
        let mut tickets: Vec<&Ticket> = pos.tickets().filter(|ticket| wanted(ticket)).collect();
        tickets.sort_by_key(|ticket| (self.begins(ticket), ticket.id));
        tickets
    }

    /// The highest count first.
    pub fn all_day(&self, pos: &PosState, now: Timestamp) -> Vec<AllDay> {
        let mut all: Vec<AllDay> = Vec::new();
        let wanted = self.waiting(pos, now).into_iter().filter(|ticket| !ticket.off);
        for item in wanted
            .flat_map(|ticket| self.items(ticket))
            .filter(|item| !item.done)
        {
            match all
                .iter_mut()
                .find(|known| known.name == item.name && known.picks == item.picks)
            {
                Some(known) => known.count += item.count,
                None => all.push(AllDay {
                    name: item.name.clone(),
                    picks: item.picks.clone(),
                    count: item.count,
                }),
            }
        }
        all.retain(|dish| dish.count > 0);
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        all
    }
}

/// Whoever handed a diner's order over on the board bumped nothing here: there is nothing left to make of it. One that was called off
/// stays until somebody has seen it.
fn is_in_house(pos: &PosState, ticket: &Ticket) -> bool {
    let TicketSource::Order(order) = ticket.of else {
        return true;
    };
    let is_here = |state| matches!(state, State::Accepted | State::Preparing | State::Ready);
    ticket.off
        || pos
            .order(order)
            .is_some_and(|order| is_here(order.progress.state))
}

impl PosState {
    /// The order that became ready, if this ticket was the last of it.
    pub fn made(&self, ticket: TicketId) -> Option<OrderId> {
        let ticket = self.ticket(ticket).filter(|ticket| ticket.is_done())?;
        let TicketSource::Order(order) = ticket.of else {
            return None;
        };
        let order = self.order(order)?;
        matches!(order.progress.state, State::Accepted | State::Preparing).then_some(order.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        basket::Fulfilment,
        id::{BillId, CategoryId, DeviceId, LineId, OpId, StationId},
        menu::Category,
        order_settings::PaymentMethod,
        pos::{
            Record,
            bill::Seat,
            decide,
            op::{Action, OP_VERSION, Op},
        },
        revision::Revision,
    };

    const NOW: Timestamp = Timestamp(10_000);

    fn menu() -> Menu {
        let dish = |id, name| crate::menu::Dish {
            id: DishId(id),
            ..crate::fixtures::dish(name)
        };
        let category = |id, dish| Category {
            id: CategoryId(id),
            name: "Of it".into(),
            description: String::new(),
            translations: Default::default(),
            dishes: vec![dish],
        };
        Menu {
            restaurant: crate::id::RestaurantId(1),
            revision: Revision(1),
            currency: "EUR".parse().unwrap(),
            lang: crate::lang::Lang::English,
            categories: vec![category(1, dish(1, "Beer")), category(2, dish(2, "Schnitzel"))],
            option_groups: Vec::new(),
        }
    }

    fn item(dish: u128, count: i32, done: bool) -> TicketItem {
        let name = if dish == 1 { "Beer" } else { "Schnitzel" };
        TicketItem {
            line: LineId(dish),
            dish: DishId(dish),
            name: name.into(),
            picks: Vec::new(),
            note: String::new(),
            course: 0,
            count,
            done,
        }
    }

    fn ticket(id: u128, taken_at: i64, items: Vec<TicketItem>) -> Record {
        let of = TicketSource::Bill {
            bill: BillId(1),
            seat: Seat::Counter,
            name: String::new(),
        };
        Record::Ticket(Ticket {
            id: TicketId(id),
            of,
            taken_at: Timestamp(taken_at),
            due_at: None,
            items,
            off: false,
        })
    }

    #[test]
    fn a_ticket_that_arrives_late_stands_where_it_was_taken() {
        let pos = PosState::from_iter([
            ticket(1, 30, vec![item(1, 1, false)]),
            ticket(2, 10, vec![item(2, 1, false)]),
        ]);
        let menu = menu();
        let work = Work {
            menu: &menu,
            station: None,
            preparation: 20,
        };
        assert_eq!(
            work.waiting(&pos, NOW)
                .iter()
                .map(|ticket| ticket.id.0)
                .collect::<Vec<_>>(),
            [2, 1]
        );
    }

    #[test]
    fn each_station_sees_what_it_makes_until_it_is_made() {
        let pos = PosState::from_iter([
            ticket(1, 10, vec![item(1, 2, true), item(2, 1, false)]),
            ticket(2, 20, vec![item(1, 1, false)]),
        ]);
        let menu = menu();
        let bar = Station {
            id: StationId(1),
            name: "Bar".into(),
            categories: vec![CategoryId(1)],
        };
        let work = Work {
            menu: &menu,
            station: Some(&bar),
            preparation: 20,
        };
        assert_eq!(
            work.waiting(&pos, NOW)
                .iter()
                .map(|ticket| ticket.id.0)
                .collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(
            work.done(&pos)
                .iter()
                .map(|ticket| ticket.id.0)
                .collect::<Vec<_>>(),
            [1]
        );
        assert!(work.has(DishId(9)), "what no station makes is on every screen");
    }

    #[test]
    fn what_was_called_off_stands_there_until_it_is_bumped_and_is_not_counted() {
        let Record::Ticket(ticket) = ticket(1, 10, vec![item(1, 2, false)]) else {
            unreachable!()
        };
        let mut pos = PosState::from_iter([Record::Ticket(Ticket { off: true, ..ticket })]);
        let menu = menu();
        let work = Work {
            menu: &menu,
            station: None,
            preparation: 20,
        };
        assert_eq!(
            (work.waiting(&pos, NOW).len(), work.all_day(&pos, NOW).len()),
            (1, 0)
        );
        let bump = Action::Bump {
            ticket: TicketId(1),
            lines: Vec::new(),
        };
        let op = Op {
            id: OpId(1),
            device: DeviceId(1),
            n: 1,
            op_version: OP_VERSION,
            at: Timestamp(0),
            by: None,
            approved_by: None,
            action: bump,
        };
        decide(&pos, &op)
            .unwrap()
            .into_iter()
            .for_each(|record| pos.put(record));
        assert!(work.waiting(&pos, NOW).is_empty());
        assert!(
            pos.ticket(TicketId(1)).is_some_and(|ticket| ticket.off),
            "called back, it is still off"
        );
    }

    #[test]
    fn what_was_handed_over_on_the_board_is_not_made_again() {
        let mut order = crate::fixtures::order(Fulfilment::Collection, PaymentMethod::Door);
        let Record::Ticket(ticket) = ticket(1, 10, vec![item(1, 2, false)]) else {
            unreachable!()
        };
        let of_order = Ticket {
            of: TicketSource::Order(order.id),
            ..ticket
        };
        let menu = menu();
        let work = Work {
            menu: &menu,
            station: None,
            preparation: 20,
        };
        let mut shown = |state: Option<State>| {
            let order = state.map(|state| {
                order.progress.state = state;
                Record::Order(Box::new(order.clone()))
            });
            let records = [Record::Ticket(of_order.clone())].into_iter().chain(order);
            let pos: PosState = records.collect();
            (work.waiting(&pos, NOW).len(), work.all_day(&pos, NOW).len())
        };
        assert_eq!(shown(Some(State::Preparing)), (1, 1));
        assert_eq!(shown(Some(State::Ready)), (1, 1), "it may have been recalled");
        assert_eq!(shown(Some(State::Collected)), (0, 0));
        assert_eq!(shown(None), (0, 0), "it was over before this device was paired");
    }

    #[test]
    fn all_day_counts_what_is_still_to_be_made() {
        let pos = PosState::from_iter([
            ticket(1, 10, vec![item(1, 2, false), item(2, 1, true)]),
            ticket(2, 20, vec![item(1, 1, false), item(2, 1, false)]),
            ticket(3, 30, vec![item(2, -1, false)]),
        ]);
        let menu = menu();
        let all = Work {
            menu: &menu,
            station: None,
            preparation: 20,
        }
        .all_day(&pos, NOW);
        assert_eq!(
            all.iter()
                .map(|dish| (&*dish.name, dish.count))
                .collect::<Vec<_>>(),
            [("Beer", 3)]
        );
    }

    #[test]
    fn what_is_ordered_for_tomorrow_waits_until_it_is_to_be_begun() {
        let Record::Ticket(ticket) = ticket(1, 100, vec![item(1, 1, false)]) else {
            unreachable!()
        };
        let tomorrow = Ticket {
            due_at: Some(Timestamp(NOW.0 + 3_600)),
            ..ticket
        };
        let pos = PosState::from_iter([
            Record::Ticket(tomorrow),
            super::tests::ticket(2, 9_000, vec![item(2, 1, false)]),
        ]);
        let menu = menu();
        let work = Work {
            menu: &menu,
            station: None,
            preparation: 20,
        };
        let ids = |tickets: Vec<&Ticket>| tickets.into_iter().map(|ticket| ticket.id.0).collect::<Vec<_>>();
        assert_eq!(
            (ids(work.waiting(&pos, NOW)), ids(work.later(&pos, NOW))),
            (vec![2], vec![1])
        );
        assert_eq!(work.all_day(&pos, NOW).len(), 1);
        let begun = Timestamp(NOW.0 + 2_400);
        assert_eq!(
            (ids(work.waiting(&pos, begun)), ids(work.later(&pos, begun))),
            (vec![2, 1], vec![]),
            "behind what was begun before"
        );
    }
}
