//! Simulates devices with their tabs, a server and the network between them, with faults. One seed is one history.
//!
//! `sync [HISTORIES]` runs so many histories; `sync seed SEED` prints one of them.

#![allow(clippy::print_stdout, reason = "it says what it found")]

mod check;
mod dice;
mod disk;
mod people;
mod server;
mod world;

use std::process::ExitCode;

use check::{Found, check};
use world::{Broken, Faults, World};

const HISTORIES: u64 = 2_000;
const STEPS: usize = 600;

/// Kinds of bad luck, as a set.
macro_rules! faults {
    ($($fault:ident),+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault { $($fault),+ }

        #[derive(Clone, Copy)]
        pub struct Faults(u32);

        impl Faults {
            pub const EVERY: &[Fault] = &[$(Fault::$fault),+];

            pub fn all() -> Self {
                Self(u32::MAX)
            }

            pub fn has(self, fault: Fault) -> bool {
                self.0 & 1 << fault as u32 != 0
            }

            pub fn without(self, fault: Fault) -> Self {
                Self(self.0 & !(1 << fault as u32))
            }
        }
    };
}
pub(crate) use faults;

fn history(seed: u64, steps: usize, faults: Faults, broken: Broken, told: bool) -> (Found, Vec<String>) {
    let mut world = World::new(seed, faults, broken, told);
    (0..steps).for_each(|_| world.step());
    let rests = world.heal();
    (check(&world, rests), world.story.unwrap_or_default())
}

/// The shortest that still goes wrong, with as little bad luck as it takes.
fn shortest(seed: u64, broken: Broken) -> Option<(Found, Vec<String>)> {
    let fails = |steps: usize, faults: Faults| !history(seed, steps, faults, broken, false).0.is_good();
    let earliest = |faults: Faults, limit: usize| (0..=limit).find(|steps| fails(*steps, faults));
    let (mut faults, mut steps) = (Faults::all(), earliest(Faults::all(), STEPS)?);
    for fault in Faults::EVERY {
        if let Some(fewer) = earliest(faults.without(*fault), steps) {
            (faults, steps) = (faults.without(*fault), fewer);
        }
    }
    Some(history(seed, steps, faults, broken, true))
}

fn tell(seed: u64, broken: Broken) {
    let Some((found, story)) = shortest(seed, broken) else {
        return println!("seed {seed} ends well");
    };
    println!("seed {seed}: {found:?}");
    story.iter().for_each(|line| println!("  {line}"));
}

fn run(histories: u64) -> ExitCode {
    let mut all = Found::default();
    for seed in 0..histories {
        let (found, _) = history(seed, STEPS, Faults::all(), Broken::default(), false);
        if !found.is_good() && all.is_good() {
            tell(seed, Broken::default());
        }
        all = all.plus(found);
    }
    let Found {
        lost,
        doubled,
        reordered,
        stuck,
        unequal,
    } = all;
    println!(
        "sync: histories {histories} lost {lost} doubled {doubled} reordered {reordered} stuck {stuck} unequal {unequal}"
    );
    let unnoticed = unnoticed();
    unnoticed
        .iter()
        .for_each(|rule| println!("without {rule} nothing is noticed"));
    let good = all.is_good() && unnoticed.is_empty();
    println!("{} passed, {} failed", u8::from(good), u8::from(!good));
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Each rule is left out once: the histories have to show it.
fn unnoticed() -> Vec<&'static str> {
    let full = Broken::default();
    let broken = [
        ("doing each op once", Broken { dedupe: true, ..full }),
        (
            "a strict write",
            Broken {
                relaxed: true,
                ..full
            },
        ),
        (
            "one leading tab",
            Broken {
                leaderless: true,
                ..full
            },
        ),
        (
            "refusals that let the queue go on",
            Broken {
                blocking: true,
                ..full
            },
        ),
        (
            "approvals in the op",
            Broken {
                unapproved: true,
                ..full
            },
        ),
    ];
    let is_noticed =
        |broken: Broken| (0..200).any(|seed| !history(seed, STEPS, Faults::all(), broken, false).0.is_good());
    broken
        .into_iter()
        .filter(|(_, broken)| !is_noticed(*broken))
        .map(|(rule, _)| rule)
        .collect()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => run(HISTORIES),
        ["seed", seed] => {
            tell(seed.parse().expect("a seed is a number"), Broken::default());
            ExitCode::SUCCESS
        }
        [histories] => run(histories.parse().expect("histories are a number")),
        _ => panic!("sync [HISTORIES] | sync seed SEED"),
    }
}
