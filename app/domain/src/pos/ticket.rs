//! A ticket for the kitchen: only what changed since the last one.

use serde::{Deserialize, Serialize};

use super::bill::{Bill, Seat};
use crate::{
    id::{BillId, DishId, LineId, OrderId, TicketId},
    order::Order,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    pub id: TicketId,
    pub of: TicketSource,
    /// When the order was taken, by the device's clock.
    pub taken_at: Timestamp,
    /// When it is due, for a scheduled order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    pub items: Vec<TicketItem>,
    /// The diner's order was cancelled or rejected. The ticket stays until somebody has seen it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TicketSource {
    Bill {
        bill: BillId,
        seat: Seat,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    /// A diner's order, which is ready when its ticket is done.
    Order(OrderId),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketItem {
    pub line: LineId,
    pub dish: DishId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default)]
    pub course: u8,
    /// Negative: so many fewer.
    pub count: i32,
    #[serde(default)]
    pub done: bool,
}

impl Ticket {
    /// When a guest on the phone wants it. An order of the site says that itself.
    pub fn phone_due(&self) -> Option<Timestamp> {
        self.due_at
            .filter(|_| matches!(self.of, TicketSource::Bill { .. }))
    }

    /// The name that a guest on the phone has given.
    pub fn guest(&self) -> String {
        match &self.of {
            TicketSource::Bill { seat, .. } => seat
                .phone_order()
                .map(|order| order.name.clone())
                .unwrap_or_default(),
            TicketSource::Order(_) => String::new(),
        }
    }

    /// Without the guest's phone number and address.
    #[must_use]
    pub fn for_kitchen(mut self) -> Self {
        if let TicketSource::Bill {
            seat: Seat::Phone(order),
            ..
        } = &mut self.of
        {
            order.phone.clear();
            order.delivery = None;
        }
        self
    }
}

/// A line, and how many more or fewer of it the kitchen has to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketChange {
    pub line: LineId,
    pub count: i32,
}

/// What the kitchen has not been sent of a bill yet.
pub fn changes(bill: &Bill) -> Vec<TicketChange> {
    let lines = bill.lines.iter().filter(|line| line.unsent() != 0);
    lines
        .map(|line| TicketChange {
            line: line.id,
            count: line.unsent(),
        })
        .collect()
}

/// Makes a ticket. Changes that somebody else has already sent are left out.
pub(super) fn send(
    bill: &mut Bill,
    id: TicketId,
    taken_at: Timestamp,
    changes: &[TicketChange],
) -> Option<Ticket> {
    let mut items = Vec::new();
    for TicketChange { line, count } in changes {
        let Some(line) = bill.line_mut(*line) else {
            continue;
        };
        let unsent = line.unsent();
        let count = if unsent > 0 {
            (*count).clamp(0, unsent)
        } else {
            (*count).clamp(unsent, 0)
        };
        if count == 0 {
            continue;
        }
        line.sent = u16::try_from(i32::from(line.sent) + count).unwrap_or(line.count);
        let picks = line.picks.iter().map(|pick| pick.name.clone()).collect();
        let (dish, name, note, course) = (line.dish, line.name.clone(), line.note.clone(), line.course);
        items.push(TicketItem {
            line: line.id,
            dish,
            name,
            picks,
            note,
            course,
            count,
            done: false,
        });
    }
    let of = TicketSource::Bill {
        bill: bill.id,
        seat: bill.seat.clone(),
        name: bill.name.clone(),
    };
    (!items.is_empty()).then_some(Ticket {
        id,
        of,
        taken_at,
        due_at: bill.seat.phone_order().and_then(|order| order.due_at),
        items,
        off: false,
    })
}

impl TicketId {
    /// An order has one ticket with the same id.
    pub fn of_order(order: OrderId) -> Self {
        Self(order.0)
    }
}

impl Ticket {
    /// The ticket of an accepted order, or of one that was called off afterwards.
    pub fn of_order(order: &Order) -> Self {
        let items = order.ordered.lines.iter().map(|line| TicketItem {
            line: line.id,
            dish: line.dish,
            name: line.name.clone(),
            picks: line.picks.iter().map(|pick| pick.name.clone()).collect(),
            note: line.note.clone(),
            course: 0,
            count: i32::from(line.count),
            done: false,
        });
        let ordered = &order.ordered;
        let taken_at = ordered.placed_at;
        // Local minutes and UTC advance alike, except across a change to or from daylight saving time.
        let wanted = Timestamp(taken_at.0 + (order.due().from.0 - ordered.placed_on.0) * 60);
        let due_at = order.is_scheduled().then_some(wanted);
        Self {
            id: TicketId::of_order(order.id),
            of: TicketSource::Order(order.id),
            taken_at,
            due_at,
            items: items.collect(),
            off: order.progress.state.is_called_off(),
        }
    }

    pub fn is_done(&self) -> bool {
        self.items.iter().all(|item| item.done)
    }
}
