//! Which of the restaurant's groups of options a file means.

use std::collections::{BTreeMap, BTreeSet};

use super::{KnownDish, Merge, stated};
use crate::{
    contact::check_name,
    id::{ChoiceId, DishId, OptionGroupId},
    limits,
    menu::{Choice, Dish, OptionGroup},
    menu_import::{
        FilePosition, ImportFault, ImportMistake, ImportedChoice, ImportedDish, ImportedOffers,
        ImportedOptionGroup, Unlisted, folded,
    },
};

/// The restaurant's groups for those of the file, by their positions.
struct Matches<'a> {
    found: Vec<Option<&'a OptionGroup>>,
    claimed: BTreeSet<OptionGroupId>,
    /// Dishes that are not in the file offer them: they are not changed.
    shared: BTreeSet<OptionGroupId>,
}

impl<'a> Merge<'a> {
    /// A group of the file is the one of this name that its dish offers already, else one that is the same, else new.
    pub(super) fn match_groups(&mut self, known: &[Option<KnownDish<'a>>], unlisted: Unlisted) {
        let matches = self.matches(known, unlisted);
        let ids: Vec<OptionGroupId> = matches
            .found
            .iter()
            .map(|found| found.map_or_else(|| OptionGroupId(self.new_id()), |found| found.id))
            .collect();
        for (position, found) in matches.found.iter().enumerate() {
            let group = self.built_group(position, *found, &ids);
            self.groups.insert(position, group);
        }
    }

    fn matches(&self, known: &[Option<KnownDish<'a>>], unlisted: Unlisted) -> Matches<'a> {
        let listed = self.menu.dishes().zip(known);
        let with_groups: Vec<(&[usize], &Dish)> = listed
            .filter_map(|(dish, known)| match (&dish.offers, known) {
                (Some(ImportedOffers::Imported(groups)), Some(known)) => {
                    Some((groups.as_slice(), known.dish))
                }
                _ => None,
            })
            .collect();
        let changed: BTreeSet<DishId> = with_groups.iter().map(|(_, dish)| dish.id).collect();
        let listed: BTreeSet<DishId> = known.iter().flatten().map(|known| known.dish.id).collect();
        let stays = |dish: &Dish| unlisted == Unlisted::Keep || listed.contains(&dish.id);
        let shared = self
            .file
            .offered_groups(|dish| stays(dish) && !changed.contains(&dish.id));
        let mut matches = Matches {
            found: vec![None; self.menu.option_groups.len()],
            claimed: BTreeSet::new(),
            shared,
        };
        for (groups, dish) in with_groups {
            for position in groups {
                self.match_offered(*position, &dish.option_groups, &mut matches);
            }
        }
        // From the last to the first: groups that a choice opens stand before its own, and are matched with it.
        for (position, group) in self.menu.option_groups.iter().enumerate().rev() {
            if matches.found[position].is_some() {
                continue;
            }
            let mut free = self.file.option_groups.iter();
            let same = free.find(|known| !matches.claimed.contains(&known.id) && self.is_same(known, group));
            if let Some(same) = same {
                self.claim(position, same, &mut matches);
            }
        }
        matches
    }

    /// Among groups that a dish or a choice offers: the same one, else one of the same name that no other dish offers.
    fn match_offered(&self, position: usize, offered: &[OptionGroupId], matches: &mut Matches<'a>) {
        let Some(group) = self.menu.option_groups.get(position) else {
            return;
        };
        if matches.found[position].is_some() {
            return;
        }
        let name = folded(&group.name);
        let of_name: Vec<&OptionGroup> = offered
            .iter()
            .filter(|id| !matches.claimed.contains(id))
            .filter_map(|id| self.file.option_groups.iter().find(|known| known.id == *id))
            .filter(|known| folded(&known.name) == name)
            .collect();
        let same = of_name.iter().find(|known| self.is_same(known, group));
        let own = || of_name.iter().find(|known| !matches.shared.contains(&known.id));
        let Some(known) = same.or_else(own).copied() else {
            return;
        };
        self.claim(position, known, matches);
    }

    /// Takes a group for one of the file, and what its choices open for what theirs open.
    fn claim(&self, position: usize, known: &'a OptionGroup, matches: &mut Matches<'a>) {
        matches.claimed.insert(known.id);
        matches.found[position] = Some(known);
        for (choice, known) in pairs(known, &self.menu.option_groups[position]) {
            let opened = known.map_or(&[][..], |known| &known.option_groups);
            for nested in choice.option_groups.iter().flatten() {
                self.match_offered(*nested, opened, matches);
            }
        }
    }

    /// Whether nothing of the group, and of what its choices open, would be changed.
    fn is_same(&self, known: &OptionGroup, group: &ImportedOptionGroup) -> bool {
        let same_group = |(id, position): (&OptionGroupId, &usize)| {
            let known = self.file.option_groups.iter().find(|group| group.id == *id);
            let group = self.menu.option_groups.get(*position);
            known
                .zip(group)
                .is_some_and(|(known, group)| self.is_same(known, group))
        };
        let same_choice = |(known, choice): (&Choice, &ImportedChoice)| {
            folded(&known.name) == folded(&choice.name)
                && known.price == choice.price
                && choice
                    .preselected
                    .is_none_or(|preselected| preselected == known.preselected)
                && choice.option_groups.as_ref().is_none_or(|groups| {
                    groups.len() == known.option_groups.len()
                        && known.option_groups.iter().zip(groups).all(same_group)
                })
        };
        folded(&known.name) == folded(&group.name)
            && (known.min, known.max) == (group.min, group.max)
            && known.choices.len() == group.choices.len()
            && known.choices.iter().zip(&group.choices).all(same_choice)
    }

    fn built_group(
        &mut self,
        position: usize,
        known: Option<&OptionGroup>,
        ids: &[OptionGroupId],
    ) -> OptionGroup {
        let group = &self.menu.option_groups[position];
        let at = FilePosition::Item(group.name.clone());
        self.check(&at, check_name("name", &group.name, limits::NAME));
        let mut choices = Vec::with_capacity(group.choices.len());
        let translations = known.map(|known| known.translations.clone());
        let matched: Vec<(&ImportedChoice, Option<&Choice>)> = match known {
            Some(known) => pairs(known, group),
            None => group.choices.iter().map(|choice| (choice, None)).collect(),
        };
        for (choice, known) in matched {
            let at = FilePosition::Item(choice.name.clone());
            self.check(&at, check_name("name", &choice.name, limits::NAME));
            let nested = choice.option_groups.as_ref();
            let nested = nested.map(|nested| {
                nested
                    .iter()
                    .filter_map(|position| ids.get(*position).copied())
                    .collect()
            });
            choices.push(Choice {
                id: known.map_or_else(|| ChoiceId(self.new_id()), |known| known.id),
                name: choice.name.clone(),
                price: choice.price,
                preselected: stated(&choice.preselected, known.map(|known| &known.preselected)),
                dish: known.and_then(|known| known.dish),
                option_groups: stated(&nested, known.map(|known| &known.option_groups)),
                translations: known.map(|known| known.translations.clone()).unwrap_or_default(),
            });
        }
        OptionGroup {
            id: ids[position],
            name: group.name.clone(),
            min: group.min,
            max: group.max,
            translations: translations.unwrap_or_default(),
            choices,
        }
    }

    /// Several groups may have one name: those that the dish offers already come first.
    pub(super) fn named_groups(
        &mut self,
        names: &[String],
        dish: &ImportedDish,
        known: Option<&Dish>,
    ) -> Vec<OptionGroupId> {
        let mut found: Vec<OptionGroupId> = Vec::new();
        for name in names {
            let of_name = self.groups_of_name.get(&folded(name));
            let free = |id: &&OptionGroupId| !found.contains(id);
            let free: Vec<&OptionGroupId> = of_name.into_iter().flatten().filter(free).collect();
            let offered = known.iter().flat_map(|known| &known.option_groups);
            let mut offered = offered.filter(|id| free.contains(id));
            match offered.next().or_else(|| free.first().copied()) {
                Some(id) => found.push(*id),
                None => self.mistakes.push(ImportMistake::new(
                    dish.at.clone(),
                    ImportFault::UnknownOptionGroup,
                    name,
                )),
            }
        }
        found
    }

    /// Those of the restaurant in their order, then the new ones.
    pub(super) fn option_groups(&self) -> Vec<OptionGroup> {
        let merged: BTreeMap<OptionGroupId, &OptionGroup> =
            self.groups.values().map(|group| (group.id, group)).collect();
        let known = self.file.option_groups.iter();
        let mut groups: Vec<OptionGroup> = known
            .map(|known| (*merged.get(&known.id).unwrap_or(&known)).clone())
            .collect();
        let ids: BTreeSet<OptionGroupId> = self.file.option_groups.iter().map(|group| group.id).collect();
        let added = self.groups.values().filter(|group| !ids.contains(&group.id));
        groups.extend(added.cloned());
        groups
    }
}

/// Each choice of a file with the choice of this name that the group has. Of several with one name each is taken once.
fn pairs<'g, 'm>(
    known: &'g OptionGroup,
    group: &'m ImportedOptionGroup,
) -> Vec<(&'m ImportedChoice, Option<&'g Choice>)> {
    let mut free: Vec<&Choice> = known.choices.iter().collect();
    let mut pair = |choice: &'m ImportedChoice| {
        let name = folded(&choice.name);
        let position = free.iter().position(|known| folded(&known.name) == name);
        (choice, position.map(|position| free.remove(position)))
    };
    group.choices.iter().map(&mut pair).collect()
}
