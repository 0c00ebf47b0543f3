//! Edits that a browser has made and the server has not confirmed: which one is sent next, what an answer changes, and what the office
//! shows meanwhile. The browser stores and sends.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Edit, EditedRestaurant};
use crate::{
    id::EditId,
    problem::{Problem, ProblemType},
};

/// Of one restaurant and one account, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditOutbox(pub Vec<UnsentEdit>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsentEdit {
    pub edit: Edit,
    /// The form that made it: its address and what was typed, so that it can be opened again if the edit is refused.
    pub form: String,
    pub typed: Vec<(String, String)>,
    #[serde(default)]
    pub state: UnsentState,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsentState {
    #[default]
    Waiting,
    /// The server has it. It is shown until an answer that was asked for later has it, too.
    Confirmed,
    /// It stays until somebody has seen why, and throws it away or makes it anew.
    Refused(Problem),
}

/// What the server says about an edit that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditAnswer {
    Confirmed,
    Refused(Problem),
    /// No answer, or a server that cannot answer now: it is sent again.
    Later,
    /// Nobody is signed in, or somebody who may not edit here. The edits wait until their author is back.
    NotAllowed,
}

impl EditAnswer {
    pub fn of(answer: Result<(), Problem>) -> Self {
        let Err(problem) = answer else {
            return Self::Confirmed;
        };
        let is_any = |kinds: &[ProblemType]| kinds.iter().any(|kind| problem.is(*kind));
        if problem.status >= 500 || is_any(&[ProblemType::TooOften]) {
            Self::Later
        } else if is_any(&[
            ProblemType::SignedOut,
            ProblemType::Forbidden,
            ProblemType::NotFound,
        ]) {
            Self::NotAllowed
        } else {
            Self::Refused(problem)
        }
    }
}

/// The pause before edits are sent again: it doubles with each failure, up to a minute.
pub fn pause_after(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.min(6)).min(Duration::from_secs(60))
}

impl EditOutbox {
    /// What is sent next. What was refused does not hold up what follows.
    pub fn next(&self) -> Option<&UnsentEdit> {
        self.waiting().next()
    }

    pub fn waiting(&self) -> impl Iterator<Item = &UnsentEdit> {
        self.0
            .iter()
            .filter(|unsent| unsent.state == UnsentState::Waiting)
    }

    pub fn confirmed(&self) -> impl Iterator<Item = EditId> {
        let confirmed = |unsent: &&UnsentEdit| unsent.state == UnsentState::Confirmed;
        self.0.iter().filter(confirmed).map(|unsent| unsent.edit.id)
    }

    /// Whether there is nothing to send, and nothing that the next answer has to have.
    pub fn is_settled(&self) -> bool {
        self.waiting().next().is_none() && self.confirmed().next().is_none()
    }

    pub fn refused(&self) -> impl Iterator<Item = (&UnsentEdit, &Problem)> {
        self.0.iter().filter_map(|unsent| match &unsent.state {
            UnsentState::Refused(problem) => Some((unsent, problem)),
            UnsentState::Waiting | UnsentState::Confirmed => None,
        })
    }

    /// Whether the id is that of an edit which the server has or gets. A refused edit's may be used again.
    pub fn uses(&self, id: EditId) -> bool {
        let is_used = |unsent: &UnsentEdit| !matches!(unsent.state, UnsentState::Refused(_));
        self.0
            .iter()
            .any(|unsent| unsent.edit.id == id && is_used(unsent))
    }

    /// The restaurant as the server told it, with the edits that it may not have yet, as far as they can be made on top of what others
    /// have changed. What cannot be made is sent all the same: the server says why not.
    #[must_use]
    pub fn on_top_of(&self, mut office: EditedRestaurant) -> EditedRestaurant {
        let before = office.edited.clone();
        for UnsentEdit { edit, state, .. } in &self.0 {
            let is_known = office.edits.iter().any(|entry| entry.edit.id == edit.id);
            if is_known || matches!(state, UnsentState::Refused(_)) {
                continue;
            }
            if let Ok(edited) = office.edited.checked_with(edit) {
                office.edited = edited.sorted();
            }
        }
        if office.edited != before && office.published.is_none() {
            office.published = Some(Box::new(before));
        }
        office
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        currency::Minor,
        edit::{PartChange, PartKey, RestaurantPart, tests::office},
        id::DishId,
        restaurant_file::RestaurantFile,
    };

    const RAMEN: PartKey = PartKey::Dish(DishId(1));

    fn price_of(file: &RestaurantFile) -> Option<Minor> {
        match file.part(&RAMEN)? {
            RestaurantPart::Dish(dish) => Some(dish.price),
            _ => None,
        }
    }

    fn with_price(part: &RestaurantPart, price: i64) -> RestaurantPart {
        let mut part = part.clone();
        if let RestaurantPart::Dish(dish) = &mut part {
            dish.price = Minor(price);
        }
        part
    }

    fn repriced(file: &RestaurantFile, id: u128, price: i64) -> Edit {
        let before = file.part(&RAMEN).expect("there is ramen");
        let after = with_price(&before, price);
        Edit {
            id: EditId(id),
            changes: vec![PartChange::Replace { before, after }],
        }
    }

    fn removed(file: &RestaurantFile, id: u128, dish: u128) -> Edit {
        Edit {
            id: EditId(id),
            changes: file.removal(&PartKey::Dish(DishId(dish))),
        }
    }

    fn outbox(edits: Vec<Edit>) -> EditOutbox {
        let unsent = |edit| UnsentEdit {
            edit,
            form: "/office/noodles".into(),
            typed: Vec::new(),
            state: UnsentState::Waiting,
        };
        EditOutbox(edits.into_iter().map(unsent).collect())
    }

    fn refused() -> UnsentState {
        UnsentState::Refused(Problem::new(ProblemType::Conflict, "changed meanwhile"))
    }

    #[test]
    fn edits_are_sent_in_order_and_a_refused_one_holds_up_nothing() {
        let file = office().edited;
        let mut outbox = outbox(vec![repriced(&file, 1, 900), removed(&file, 2, 4)]);
        assert_eq!(outbox.next().map(|next| next.edit.id), Some(EditId(1)));
        outbox.0[0].state = refused();
        assert_eq!(outbox.next().map(|next| next.edit.id), Some(EditId(2)));
        assert!(outbox.uses(EditId(2)));
        outbox.0[1].state = UnsentState::Confirmed;
        assert_eq!(outbox.next(), None);
        assert!(!outbox.is_settled(), "an answer has to have the confirmed one");
        outbox.0.pop();
        assert!(outbox.is_settled());
        assert_eq!(outbox.refused().count(), 1);
        assert!(!outbox.uses(EditId(1)), "the form of a refused one is sent again");
    }

    #[test]
    fn what_waits_and_what_was_confirmed_since_is_shown_on_top_of_what_others_did() {
        let mut theirs = office();
        let mut outbox = outbox(vec![
            repriced(&theirs.edited, 1, 900),
            removed(&theirs.edited, 2, 4),
        ]);
        outbox.0[0].state = UnsentState::Confirmed;
        theirs.edited = theirs
            .edited
            .with(&removed(&theirs.edited, 9, 5))
            .expect("it can be made");
        let shown = outbox.on_top_of(theirs.clone());
        assert_eq!(price_of(&shown.edited), Some(Minor(900)));
        for dish in [4, 5] {
            assert_eq!(shown.edited.part(&PartKey::Dish(DishId(dish))), None, "{dish}");
        }
        assert_eq!(
            shown.published.as_deref(),
            Some(&theirs.edited),
            "guests have it without the edits"
        );
        assert_eq!(
            outbox.on_top_of(shown.clone()),
            shown,
            "once more changes nothing"
        );
    }

    #[test]
    fn an_edit_that_contradicts_what_others_did_is_not_shown_and_still_sent() {
        let mut theirs = office();
        let outbox = outbox(vec![
            repriced(&theirs.edited, 1, 900),
            removed(&theirs.edited, 2, 4),
        ]);
        theirs.edited = theirs
            .edited
            .with(&repriced(&theirs.edited, 9, 700))
            .expect("it can be made");
        let shown = outbox.on_top_of(theirs);
        assert_eq!(price_of(&shown.edited), Some(Minor(700)));
        assert_eq!(
            shown.edited.part(&PartKey::Dish(DishId(4))),
            None,
            "the other one is shown"
        );
        assert_eq!(outbox.next().map(|next| next.edit.id), Some(EditId(1)));
    }

    #[test]
    fn a_refused_edit_and_one_that_the_server_has_told_are_not_made_again() {
        let mut theirs = office();
        let edit = repriced(&theirs.edited, 1, 900);
        let mut outbox = outbox(vec![edit.clone()]);
        outbox.0[0].state = refused();
        assert_eq!(outbox.on_top_of(theirs.clone()), theirs);
        outbox.0[0].state = UnsentState::Confirmed;
        theirs.edits.push(crate::edit::EditEntry {
            edit,
            at: theirs.at,
            by: crate::audit::AuthorName::Operator,
            refusal: None,
            missed_at: None,
        });
        assert_eq!(outbox.on_top_of(theirs.clone()), theirs);
    }

    #[test]
    fn only_what_may_be_accepted_later_is_sent_again() {
        for (kind, expected) in [
            (ProblemType::Unreachable, "later"),
            (ProblemType::Unavailable, "later"),
            (ProblemType::Broken, "later"),
            (ProblemType::TooOften, "later"),
            (ProblemType::SignedOut, "not allowed"),
            (ProblemType::Forbidden, "not allowed"),
            (ProblemType::NotFound, "not allowed"),
            (ProblemType::Conflict, "refused"),
            (ProblemType::NotAccepted, "refused"),
            (ProblemType::TooLarge, "refused"),
        ] {
            let found = match EditAnswer::of(Err(Problem::new(kind, ""))) {
                EditAnswer::Confirmed => "confirmed",
                EditAnswer::Refused(_) => "refused",
                EditAnswer::Later => "later",
                EditAnswer::NotAllowed => "not allowed",
            };
            assert_eq!(found, expected, "{kind:?}");
        }
        assert_eq!(EditAnswer::of(Ok(())), EditAnswer::Confirmed);
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let seconds = [0, 1, 2, 5, 6, 40].map(|failures| pause_after(failures).as_secs());
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
    }
}
