//! A browser's storage for one device, shared by its tabs.

use servery_domain::sync::client::{StorageError, StorageResult, StorageWrite, StoredState};

pub struct Disk {
    pub kept: StoredState,
    /// What outlives a loss of power; only a disk that is lied to differs from `kept`.
    safe: StoredState,
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
    pub fn new(kept: StoredState, relaxed: bool) -> Self {
        Self {
            safe: kept.clone(),
            kept,
            relaxed,
        }
    }

    /// What the tab is told, and what was written whatever it is told.
    pub fn write(
        &mut self,
        write: &StorageWrite,
        luck: Luck,
    ) -> (Result<StorageResult, StorageError>, Option<StorageResult>) {
        match luck {
            Luck::Full => return (Err(StorageError::Full), None),
            Luck::Dead { after: false } => return (Err(StorageError::Dead), None),
            Luck::Good | Luck::Dead { after: true } => {}
        }
        let wrote = self.kept.write(write);
        if !self.relaxed {
            self.safe = self.kept.clone();
        }
        match luck {
            Luck::Dead { .. } => (Err(StorageError::Dead), Some(wrote)),
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

    pub fn restore(&mut self, backup: StoredState) {
        self.kept = backup.clone();
        self.safe = backup;
    }
}
