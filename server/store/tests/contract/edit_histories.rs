//! Histories of two offices and three tills on a real store: requests and answers are lost and repeated, an office ends in the middle,
//! and somebody publishes. One seed is one history.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    currency::Minor,
    edit::{Edit, PartChange, PartPlace, Publication, RestaurantPart},
    id::{CategoryId, DishId, EditId},
    menu::Dish,
    restaurant_file::RestaurantFile,
};
use servery_store::{
    Store,
    edits::{EditOutcome, PublishOutcome},
};

use crate::{
    builders::{BY_OPERATOR, HERE},
    dice::Dice,
    edits::{imported, slug, unpublished},
    engines::engines,
};

const OFFICES: usize = 2;
const TILLS: usize = 3;
const STEPS: usize = 120;
/// Dishes that are changed: few, so that several people change one of them.
const CHANGED: usize = 6;
const SEEDS: u64 = 8;

/// A rule of the offices that is left out, to see whether a history shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Nothing,
    /// A request that had no answer is sent again as another edit.
    SameId,
    /// A form says that it was filled from what is there now, whatever its owner saw.
    Before,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// The server confirmed it, and it is nowhere.
    lost: usize,
    /// One act is there twice.
    doubled: usize,
    /// Somebody's value was replaced by somebody who had not seen it.
    overwritten: usize,
    /// A till got a menu that nobody has published.
    torn: usize,
    /// The store has another value than the last one that was accepted.
    unequal: usize,
}

/// One act of a person.
#[derive(Clone)]
struct Act {
    number: usize,
    /// The dish as the person saw it, and as they want it; or a dish that is new.
    seen: Option<Dish>,
    after: Dish,
}

/// An act that the office has sent and that was not answered.
#[derive(Clone)]
struct Sent {
    act: Act,
    edit: Edit,
}

struct Office {
    seen: RestaurantFile,
    /// The last edit of what it has seen.
    last: Option<EditId>,
    unanswered: Option<Sent>,
}

struct World<'a> {
    store: &'a dyn Store,
    broken: Broken,
    dice: Dice,
    offices: Vec<Office>,
    /// What each till has got last.
    tills: Vec<RestaurantFile>,
    acts: usize,
    /// Which act each edit was that the store has accepted.
    accepted: BTreeMap<EditId, usize>,
    /// The acts that an office was told are done.
    confirmed: BTreeSet<usize>,
    /// What a person who looks now sees of each dish, by what was accepted.
    dishes: BTreeMap<DishId, Dish>,
    published: RestaurantFile,
    found: Found,
}

fn dishes_of(file: &RestaurantFile) -> BTreeMap<DishId, Dish> {
    let dishes = file.categories.iter().flat_map(|category| &category.dishes);
    dishes.map(|dish| (dish.id, dish.clone())).collect()
}

impl<'a> World<'a> {
    async fn new(store: &'a dyn Store, seed: u64, broken: Broken) -> Self {
        let stored = unpublished(store).await;
        let office = || Office {
            seen: stored.edited.clone(),
            last: None,
            unanswered: None,
        };
        Self {
            store,
            broken,
            dice: Dice::new(seed),
            offices: (0..OFFICES).map(|_| office()).collect(),
            tills: vec![stored.published.clone(); TILLS],
            acts: 0,
            accepted: BTreeMap::new(),
            confirmed: BTreeSet::new(),
            dishes: dishes_of(&stored.edited),
            published: stored.published,
            found: Found::default(),
        }
    }

    async fn step(&mut self) {
        let office = self.dice.below(OFFICES);
        match self.dice.below(10) {
            0..2 => self.look(office).await,
            2..6 => self.act(office).await,
            6 => self.send_again(office).await,
            7 => self.publish(office).await,
            8 => self.end(office).await,
            _ => self.sync_till().await,
        }
    }

    async fn look(&mut self, office: usize) {
        let stored = unpublished(self.store).await;
        let office = &mut self.offices[office];
        office.last = stored.edits.last().map(|entry| entry.edit.id);
        office.seen = stored.edited;
    }

    /// Somebody saves a form that was filled from what their office has seen.
    async fn act(&mut self, office: usize) {
        if self.offices[office].unanswered.is_some() {
            return;
        }
        let known = dishes_of(&self.offices[office].seen).into_values();
        let known: Vec<Dish> = known.take(CHANGED).collect();
        let Some(seen) = self.dice.pick(&known).cloned() else {
            return;
        };
        self.acts += 1;
        let mut after = seen.clone();
        let act = match self.dice.below(5) {
            0 => {
                after.id = DishId(self.dice.id());
                after.name = format!("Dish of act {}", self.acts);
                None
            }
            1 | 2 => {
                after.price = Minor(1_000 + self.acts as i64);
                Some(seen)
            }
            3 => {
                after.name = format!("Name of act {}", self.acts);
                Some(seen)
            }
            _ => {
                after.description = format!("Text of act {}", self.acts);
                Some(seen)
            }
        };
        let act = Act {
            number: self.acts,
            seen: act,
            after,
        };
        let edit = self.edit_of(&act);
        self.send(office, Sent { act, edit }).await;
    }

    fn edit_of(&mut self, act: &Act) -> Edit {
        let part = |dish: &Dish| RestaurantPart::Dish(Box::new(dish.clone()));
        let change = match &act.seen {
            Some(seen) => {
                let before = match self.broken {
                    Broken::Before => self.dishes.get(&seen.id).unwrap_or(seen),
                    Broken::Nothing | Broken::SameId => seen,
                };
                PartChange::Replace {
                    before: part(before),
                    after: part(&act.after),
                }
            }
            None => PartChange::Add {
                part: part(&act.after),
                place: PartPlace::InCategory {
                    category: self.category(),
                    after: None,
                },
            },
        };
        Edit {
            id: EditId(self.dice.id()),
            changes: vec![change],
        }
    }

    fn category(&self) -> CategoryId {
        self.published.categories[0].id
    }

    async fn send_again(&mut self, office: usize) {
        let Some(mut sent) = self.offices[office].unanswered.take() else {
            return;
        };
        if self.broken == Broken::SameId {
            // Another form, of which nothing is known to the server: a new dish has a new id, too.
            if sent.act.seen.is_none() {
                sent.act.after.id = DishId(self.dice.id());
            }
            sent.edit = self.edit_of(&sent.act);
        }
        self.send(office, sent).await;
    }

    /// The request may be lost, arrive twice, or have an answer that is lost.
    async fn send(&mut self, office: usize, sent: Sent) {
        if self.dice.one_in(6) {
            self.offices[office].unanswered = Some(sent);
            return;
        }
        let mut outcome = self.receive(&sent).await;
        if self.dice.one_in(4) {
            let again = self.receive(&sent).await;
            assert_eq!(outcome, again, "the same request has the same answer");
            outcome = again;
        }
        if self.dice.one_in(4) {
            self.offices[office].unanswered = Some(sent);
        } else if outcome == EditOutcome::Stored {
            self.confirmed.insert(sent.act.number);
        }
    }

    async fn receive(&mut self, sent: &Sent) -> EditOutcome {
        let put = self.store.put_edit(&slug(), &sent.edit, BY_OPERATOR).await;
        let outcome = put.unwrap();
        if outcome == EditOutcome::Stored && !self.accepted.contains_key(&sent.edit.id) {
            self.accept(sent);
        }
        outcome
    }

    fn accept(&mut self, sent: &Sent) {
        if self.accepted.values().any(|act| *act == sent.act.number) {
            self.found.doubled += 1;
        }
        self.accepted.insert(sent.edit.id, sent.act.number);
        let Act { seen, after, .. } = &sent.act;
        let Some(seen) = seen else {
            self.dishes.insert(after.id, after.clone());
            return;
        };
        let Some(current) = self.dishes.get_mut(&after.id) else {
            self.found.unequal += 1;
            return;
        };
        let mut overwritten = replace(&mut current.price, [&seen.price, &after.price]);
        overwritten |= replace(&mut current.name, [&seen.name, &after.name]);
        overwritten |= replace(&mut current.description, [&seen.description, &after.description]);
        self.found.overwritten += usize::from(overwritten);
    }

    /// Up to what the office has seen.
    async fn publish(&mut self, office: usize) {
        let Some(last) = self.offices[office].last else {
            return;
        };
        let outcome = self.store.publish(&slug(), last, BY_OPERATOR).await.unwrap();
        if self.dice.one_in(3) {
            let again = self.store.publish(&slug(), last, BY_OPERATOR).await.unwrap();
            assert_eq!(outcome, again, "the same request has the same answer");
        }
        if matches!(outcome, PublishOutcome::Published(_)) {
            self.published = unpublished(self.store).await.published;
        }
    }

    /// The browser is closed: what was not answered is nobody's any more.
    async fn end(&mut self, office: usize) {
        self.offices[office].unanswered = None;
        self.look(office).await;
    }

    async fn sync_till(&mut self) {
        let till = self.dice.below(TILLS);
        let got = self.store.export_restaurant(&slug()).await.unwrap().unwrap();
        self.found.torn += usize::from(got != self.published);
        self.tills[till] = got;
    }

    /// Everything arrives in the end; then everybody has the same.
    async fn settle(mut self) -> Found {
        for office in 0..OFFICES {
            if let Some(sent) = self.offices[office].unanswered.take()
                && self.receive(&sent).await == EditOutcome::Stored
            {
                self.confirmed.insert(sent.act.number);
            }
        }
        let stored = unpublished(self.store).await;
        self.found.unequal += usize::from(dishes_of(&stored.edited) != self.dishes);
        let mut kept: Vec<EditId> = stored.edits.iter().map(|entry| entry.edit.id).collect();
        kept.extend(self.publications().await.iter().flat_map(|publication| {
            let edits = publication.edits.iter();
            edits.map(|entry| entry.edit.id).collect::<Vec<_>>()
        }));
        let once: BTreeSet<&EditId> = kept.iter().collect();
        self.found.doubled += kept.len() - once.len();
        let kept_acts: BTreeSet<usize> = once
            .iter()
            .filter_map(|id| self.accepted.get(*id).copied())
            .collect();
        self.found.lost += self.confirmed.difference(&kept_acts).count();
        for till in 0..TILLS {
            self.tills[till] = self.store.export_restaurant(&slug()).await.unwrap().unwrap();
            self.found.torn += usize::from(self.tills[till] != stored.published);
        }
        self.found
    }

    async fn publications(&self) -> Vec<Publication> {
        let mut all: Vec<Publication> = Vec::new();
        loop {
            let before = all.last().map(|publication| publication.number);
            let page = self.store.publications(HERE, before).await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}

/// Takes over what a form has changed. Whether it replaces something that its owner had not seen.
fn replace<T: Clone + PartialEq>(current: &mut T, [seen, after]: [&T; 2]) -> bool {
    if seen == after {
        return false;
    }
    let is_unseen = current != seen && current != after;
    current.clone_from(after);
    is_unseen
}

/// All histories of a store, added up. Each begins with all that was published or edited before.
async fn histories(store: &dyn Store, broken: Broken) -> Found {
    let mut all = Found::default();
    // Ids of edits follow from the seed: no two histories of a store have the same.
    let first = SEEDS * broken as u64;
    for seed in first..first + SEEDS {
        let mut world = World::new(store, seed, broken).await;
        for _ in 0..STEPS {
            world.step().await;
        }
        let found = world.settle().await;
        all.lost += found.lost;
        all.doubled += found.doubled;
        all.overwritten += found.overwritten;
        all.torn += found.torn;
        all.unequal += found.unequal;
    }
    all
}

#[tokio::test]
async fn no_edit_is_lost_doubled_or_silently_overwritten() {
    for (engine, store) in engines("no_edit_is_lost_doubled_or_silently_overwritten")
        .await
        .stores
    {
        imported(store.as_ref()).await;
        let found = histories(store.as_ref(), Broken::Nothing).await;
        assert_eq!(found, Found::default(), "{engine}");
        let publications = store.publications(HERE, None).await.unwrap();
        let edits: usize = publications
            .iter()
            .map(|publication| publication.edits.len())
            .sum();
        assert!(edits > SEEDS as usize, "{engine}: little was published: {edits}");
    }
}

#[tokio::test]
async fn a_rule_that_offices_break_is_noticed() {
    for (engine, store) in engines("a_rule_that_offices_break_is_noticed").await.stores {
        imported(store.as_ref()).await;
        let found = histories(store.as_ref(), Broken::SameId).await;
        assert!(found.doubled > 0, "{engine}: {found:?}");
        let found = histories(store.as_ref(), Broken::Before).await;
        assert!(found.overwritten > 0, "{engine}: {found:?}");
    }
}
