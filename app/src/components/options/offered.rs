//! The groups that a dish offers, those that its choices open included, in the order in which they are asked.

use servery_domain::{
    limits,
    menu::{Choice, Dish, Menu, OptionGroup},
};

/// A group at one of the places where it is offered.
pub struct Offered<'a> {
    pub group: &'a OptionGroup,
    /// The choices that lead to it, the outermost first.
    pub within: Vec<Opener<'a>>,
    /// Its choices that open further groups.
    pub openers: Vec<Opener<'a>>,
}

/// A choice that opens groups, with a number that is unique on the page.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub number: usize,
    pub choice: &'a Choice,
}

pub fn offered<'a>(menu: &'a Menu, dish: &'a Dish) -> Vec<Offered<'a>> {
    let mut all = Vec::new();
    dish.option_groups
        .iter()
        .filter_map(|id| menu.group(*id))
        .for_each(|group| add(&mut all, menu, group, Vec::new()));
    all
}

fn add<'a>(all: &mut Vec<Offered<'a>>, menu: &'a Menu, group: &'a OptionGroup, within: Vec<Opener<'a>>) {
    // Deeper menus are rejected; without this check a cycle would not end.
    if within.len() >= limits::DEPTH {
        return;
    }
    let known = all.iter().map(|offered| offered.openers.len()).sum::<usize>();
    let opening = group
        .choices
        .iter()
        .filter(|choice| !choice.option_groups.is_empty());
    let openers: Vec<_> = opening
        .enumerate()
        .map(|(at, choice)| Opener {
            number: known + at + 1,
            choice,
        })
        .collect();
    all.push(Offered {
        group,
        within: within.clone(),
        openers: openers.clone(),
    });
    for opener in openers {
        let within = [&within[..], &[opener]].concat();
        for group in opener
            .choice
            .option_groups
            .iter()
            .filter_map(|id| menu.group(*id))
        {
            add(all, menu, group, within.clone());
        }
    }
}
