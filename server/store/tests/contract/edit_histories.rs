//! Histories of two offices and three tills on a real store: a network is cut and comes back, requests and answers are lost and repeated,
//! an office is killed in the middle, and somebody publishes. An office has the outbox that browsers have. One seed is one history.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    currency::Minor,
    edit::{
        Edit, EditOutbox, EditedRestaurant, PartChange, PartPlace, Publication, RestaurantPart, UnsentEdit,
        UnsentState,
    },
    id::{AccountId, CategoryId, DishId, EditId},
    menu::Dish,
    problem::{Problem, ProblemType},
    restaurant_file::RestaurantFile,
    time::LocalMinute,
};
use servery_store::{
    Store,
    edits::{EditOutcome, PublishOutcome, StoredEdits},
};

use crate::{
    builders::{BY_OPERATOR, HERE, NOW},
    dice::Dice,
    edits::{imported, slug, unpublished},
    engines::engines,
};

const OFFICES: usize = 2;
const TILLS: usize = 3;
const STEPS: usize = 120;
/// Dishes that are changed: few, so that several people change one of them.
const CHANGED: usize = 6;
const SEEDS: u64 = 6;
/// The same, where one of them is enough to show that a rule is broken.
const BROKEN_SEEDS: u64 = 3;

/// A rule of the offices that is left out, to see whether a history shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Nothing,
    /// A request that had no answer is sent again as another edit.
    SameId,
    /// A form says that it was filled from what is there now, whatever its owner saw.
    Before,
    /// An edit is shown before it is on the device's disk.
    Disk,
    /// What was refused is thrown away before anybody has seen why.
    Refused,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// It was shown as saved, and is neither in the restaurant nor refused; or the server confirmed it, and it is nowhere.
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

struct Office {
    /// What the server told last. A browser keeps it, too.
    told: EditedRestaurant,
    outbox: EditOutbox,
    /// What is left of the outbox when the office is killed.
    disk: Vec<u8>,
    /// The act that each edit is.
    acts: BTreeMap<EditId, Act>,
    /// What was sent at least once.
    sent: BTreeSet<EditId>,
    is_online: bool,
}

impl Office {
    fn new(told: EditedRestaurant) -> Self {
        Self {
            told,
            outbox: EditOutbox::default(),
            disk: b"[]".to_vec(),
            acts: BTreeMap::new(),
            sent: BTreeSet::new(),
            is_online: true,
        }
    }

    fn store(&mut self) {
        self.disk = serde_json::to_vec(&self.outbox.0).unwrap();
    }

    /// What the server said about an edit.
    fn answered(&mut self, edit: EditId, state: UnsentState) {
        let unsent = self.outbox.0.iter_mut().find(|unsent| unsent.edit.id == edit);
        unsent.unwrap().state = state;
        self.store();
    }

    /// The numbers of the acts whose refusal somebody can read.
    fn refused(&self) -> BTreeSet<usize> {
        let refused = self.outbox.refused();
        refused
            .map(|(unsent, _)| self.acts[&unsent.edit.id].number)
            .collect()
    }
}

/// The office's page, as the server renders it.
fn told(stored: &StoredEdits) -> EditedRestaurant {
    EditedRestaurant {
        account: AccountId(60),
        edited: stored.edited.clone(),
        published: Some(Box::new(stored.published.clone())),
        edits: stored.edits.clone(),
        schedules: Vec::new(),
        new_id: EditId(1),
        page: String::new(),
        domain: None,
        public_url: String::new(),
        coupon_uses: BTreeMap::new(),
        stores_pictures: false,
        at: NOW,
        now: LocalMinute(0),
    }
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
        Self {
            store,
            broken,
            dice: Dice::new(seed),
            offices: (0..OFFICES).map(|_| Office::new(told(&stored))).collect(),
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
        match self.dice.below(12) {
            0..2 => self.look(office).await,
            2..6 => self.act(office).await,
            6 => self.send(office).await,
            7 => self.publish(office).await,
            8 => self.kill(office),
            9 => self.offices[office].is_online = false,
            10 => {
                self.offices[office].is_online = true;
                self.send(office).await;
            }
            _ => self.sync_till().await,
        }
    }

    /// The answer has what was confirmed before it was asked for.
    async fn look(&mut self, office: usize) {
        if !self.offices[office].is_online {
            return;
        }
        let stored = unpublished(self.store).await;
        let office = &mut self.offices[office];
        office
            .outbox
            .0
            .retain(|unsent| unsent.state != UnsentState::Confirmed);
        office.store();
        office.told = told(&stored);
    }

    /// Somebody saves a form that was filled from what their office shows, with or without a network.
    async fn act(&mut self, office: usize) {
        let shown = self.offices[office]
            .outbox
            .on_top_of(self.offices[office].told.clone());
        let known = dishes_of(&shown.edited).into_values();
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
        let of = &mut self.offices[office];
        of.acts.insert(edit.id, act);
        of.outbox.0.push(UnsentEdit {
            edit,
            form: String::new(),
            typed: Vec::new(),
            state: UnsentState::Waiting,
        });
        if self.broken != Broken::Disk {
            of.store();
        }
        self.send(office).await;
    }

    fn edit_of(&mut self, act: &Act) -> Edit {
        let part = |dish: &Dish| RestaurantPart::Dish(Box::new(dish.clone()));
        let change = match &act.seen {
            Some(seen) => {
                let before = match self.broken {
                    Broken::Before => self.dishes.get(&seen.id).unwrap_or(seen),
                    _ => seen,
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

    /// Everything that waits, in order, until an answer is missing.
    async fn send(&mut self, office: usize) {
        while self.offices[office].is_online {
            let Some(next) = self.offices[office].outbox.next().map(|next| next.edit.clone()) else {
                return;
            };
            let edit = match self.broken == Broken::SameId && self.offices[office].sent.contains(&next.id) {
                true => self.renamed(office, next.id),
                false => next,
            };
            // The request is lost.
            if self.dice.one_in(6) {
                return;
            }
            self.offices[office].sent.insert(edit.id);
            let outcome = self.receive(office, &edit).await;
            if self.dice.one_in(4) {
                let again = self.receive(office, &edit).await;
                assert_eq!(outcome, again, "the same request has the same answer");
            }
            // The answer is lost.
            if self.dice.one_in(4) {
                return;
            }
            self.answer(office, edit.id, &outcome);
        }
    }

    /// The same act as another edit, of which the server knows nothing: a new dish has a new id, too.
    fn renamed(&mut self, office: usize, known: EditId) -> Edit {
        let mut act = self.offices[office].acts[&known].clone();
        if act.seen.is_none() {
            act.after.id = DishId(self.dice.id());
        }
        let edit = self.edit_of(&act);
        let of = &mut self.offices[office];
        of.acts.insert(edit.id, act);
        let unsent = of.outbox.0.iter_mut().find(|unsent| unsent.edit.id == known);
        unsent.unwrap().edit = edit.clone();
        edit
    }

    fn answer(&mut self, office: usize, edit: EditId, outcome: &EditOutcome) {
        let of = &mut self.offices[office];
        if *outcome == EditOutcome::Stored {
            self.confirmed.insert(of.acts[&edit].number);
            return of.answered(edit, UnsentState::Confirmed);
        }
        assert!(matches!(outcome, EditOutcome::Refused(_)), "{outcome:?}");
        of.answered(
            edit,
            UnsentState::Refused(Problem::new(ProblemType::Conflict, "changed meanwhile")),
        );
        if self.broken == Broken::Refused {
            of.outbox.0.retain(|unsent| unsent.edit.id != edit);
            of.store();
        }
    }

    async fn receive(&mut self, office: usize, edit: &Edit) -> EditOutcome {
        let put = self.store.put_edit(&slug(), edit, BY_OPERATOR).await;
        let outcome = put.unwrap();
        if outcome == EditOutcome::Stored && !self.accepted.contains_key(&edit.id) {
            let act = self.offices[office].acts[&edit.id].clone();
            self.accept(edit.id, &act);
        }
        outcome
    }

    fn accept(&mut self, edit: EditId, act: &Act) {
        if self.accepted.values().any(|accepted| *accepted == act.number) {
            self.found.doubled += 1;
        }
        self.accepted.insert(edit, act.number);
        let Act { seen, after, .. } = act;
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
        let of = &self.offices[office];
        let Some(last) = of.told.edits.last().filter(|_| of.is_online) else {
            return;
        };
        let last = last.edit.id;
        let outcome = self.store.publish(&slug(), last, BY_OPERATOR).await.unwrap();
        if self.dice.one_in(3) {
            let again = self.store.publish(&slug(), last, BY_OPERATOR).await.unwrap();
            assert_eq!(outcome, again, "the same request has the same answer");
        }
        if matches!(outcome, PublishOutcome::Published(_)) {
            self.published = unpublished(self.store).await.published;
        }
    }

    /// The browser is closed, and opened again.
    fn kill(&mut self, office: usize) {
        let of = &mut self.offices[office];
        of.outbox = EditOutbox(serde_json::from_slice(&of.disk).unwrap());
    }

    async fn sync_till(&mut self) {
        let till = self.dice.below(TILLS);
        let got = self.store.export_restaurant(&slug()).await.unwrap().unwrap();
        self.found.torn += usize::from(got != self.published);
        self.tills[till] = got;
    }

    /// Everything arrives in the end; then everybody has the same.
    async fn settle(mut self) -> Found {
        let mut refused = BTreeSet::new();
        for office in 0..OFFICES {
            self.offices[office].is_online = true;
            while self.offices[office].outbox.next().is_some() {
                self.send(office).await;
            }
            refused.extend(self.offices[office].refused());
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
        let told: BTreeSet<usize> = kept_acts.union(&refused).copied().collect();
        let shown: BTreeSet<usize> = (1..=self.acts).collect();
        self.found.lost += self.confirmed.difference(&kept_acts).count();
        self.found.lost += shown.difference(&told).count();
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
    let seeds = match broken {
        Broken::Nothing => SEEDS,
        _ => BROKEN_SEEDS,
    };
    for seed in first..first + seeds {
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
        for broken in [Broken::Disk, Broken::Refused] {
            let found = histories(store.as_ref(), broken).await;
            assert!(found.lost > 0, "{engine}: {broken:?}: {found:?}");
        }
    }
}
