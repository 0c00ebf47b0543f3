//! A browser's storage for one device, shared by its tabs.

use servery_domain::sync::client::{Failed, Kept, Write, Wrote};

pub struct Disk {
    pub kept: Kept,
    /// What outlives a loss of power; only a disk that is lied to differs from `kept`.
    safe: Kept,
    /// Says that it wrote before it did.
    relaxed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    Good,
    Full,
    /// The handle dies: before the write or after it.
    Dead {
        after: bool,
    },
}

impl Disk {
    pub fn new(kept: Kept, relaxed: bool) -> Self {
        Self {
            safe: kept.clone(),
            kept,
            relaxed,
        }
    }

    /// What the tab is told, and what was written whatever it is told.
    pub fn write(&mut self, write: &Write, luck: Luck) -> (Result<Wrote, Failed>, Option<Wrote>) {
        match luck {
            Luck::Full => return (Err(Failed::Full), None),
            Luck::Dead { after: false } => return (Err(Failed::Dead), None),
            Luck::Good | Luck::Dead { after: true } => {}
        }
        let wrote = self.kept.write(write);
        if !self.relaxed {
            self.safe = self.kept.clone();
        }
        match luck {
            Luck::Dead { .. } => (Err(Failed::Dead), Some(wrote)),
            _ => (Ok(wrote.clone()), Some(wrote)),
        }
    }

    /// Sooner or later it does what it said.
    pub fn flush(&mut self) {
        self.safe = self.kept.clone();
    }

    pub fn lose_power(&mut self) {
        self.kept = self.safe.clone();
    }

    pub fn restore(&mut self, backup: Kept) {
        self.kept = backup.clone();
        self.safe = backup;
    }
}
