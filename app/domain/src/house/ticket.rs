//! What the kitchen is told: only what changed since it was last told.

use serde::{Deserialize, Serialize};

use super::bill::{Bill, Seat};
use crate::{
    id::{BillId, LineId, TicketId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    pub bill: BillId,
    pub seat: Seat,
    /// When it was taken, by the clock of the device that took it.
    pub taken_at: Timestamp,
    pub items: Vec<TicketItem>,
    #[serde(default)]
    pub bumped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketItem {
    pub line: LineId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Below zero: so many less.
    pub count: i32,
}

/// A line, and how many more or less of it the kitchen shall make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub line: LineId,
    pub count: i32,
}

/// What is new on a bill.
pub fn news(bill: &Bill) -> Vec<News> {
    let lines = bill.lines.iter().filter(|line| line.unsent() != 0);
    lines.map(|line| News { line: line.id, count: line.unsent() }).collect()
}

/// Tells the kitchen. What somebody else has told it meanwhile is not told again.
pub(super) fn send(bill: &mut Bill, id: TicketId, taken_at: Timestamp, news: &[News]) -> Option<Ticket> {
    let mut items = Vec::new();
    for News { line, count } in news {
        let Some(line) = bill.line_mut(*line) else { continue };
        let unsent = line.unsent();
        let count = if unsent > 0 { (*count).clamp(0, unsent) } else { (*count).clamp(unsent, 0) };
        if count == 0 {
            continue;
        }
        line.sent = u16::try_from(i32::from(line.sent) + count).unwrap_or(line.count);
        let picks = line.picks.iter().map(|pick| pick.name.clone()).collect();
        items.push(TicketItem { line: line.id, name: line.name.clone(), picks, note: line.note.clone(), count });
    }
    let ticket = |items| Ticket { id, bill: bill.id, seat: bill.seat.clone(), taken_at, items, bumped: false };
    (!items.is_empty()).then(|| ticket(items))
}
