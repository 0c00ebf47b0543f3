//! Orders the dishes of an earlier order again.

use crate::{
    basket::{Basket, BasketLine, Pick},
    quote::QuotedLine,
    selection::QuotedPick,
};

/// A basket with the dishes, options and notes of these lines. How it is served and paid is chosen anew.
pub fn basket_from(lines: &[QuotedLine]) -> Basket {
    let line = |line: &QuotedLine| BasketLine {
        id: line.id,
        dish: line.dish,
        count: line.count,
        picks: nested(&line.picks, 1),
        note: line.note.clone(),
    };
    Basket {
        lines: lines.iter().map(line).collect(),
        ..Basket::default()
    }
}

/// Quoted picks are a flat list with depths; a basket nests them. Returns those at `depth`, each with the deeper ones after it.
fn nested(picks: &[QuotedPick], depth: u8) -> Vec<Pick> {
    let at_depth = picks.iter().enumerate().filter(|(_, pick)| pick.depth == depth);
    let within = |at: usize| {
        let rest = &picks[at + 1..];
        &rest[..rest
            .iter()
            .position(|pick| pick.depth <= depth)
            .unwrap_or(rest.len())]
    };
    at_depth
        .map(|(at, pick)| Pick {
            choice: pick.choice,
            picks: nested(within(at), depth + 1),
        })
        .collect()
}
