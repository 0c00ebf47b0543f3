//! What became of an import, as the address of its page says it.

use std::mem;

use serde::{Deserialize, Serialize};
use servery_domain::menu_import::{FilePosition, ImportMistake, ImportSummary, shortened};

use crate::page_address::{PageAddress, address};

const RESULT: &str = "done";
/// Names that are said, and characters of what stands in a file.
const NAMES: usize = 10;
const SIGNS: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportResult {
    Imported(ImportSummary),
    /// What would change.
    Checked(ImportSummary),
    Mistakes(Vec<ImportMistake>),
    NoFile,
    /// Somebody else has changed the restaurant meanwhile.
    Conflict,
    TooManyEdits,
}

impl ImportResult {
    pub fn read(visit: &PageAddress) -> Option<Self> {
        visit
            .get(RESULT)
            .and_then(|result| serde_json::from_str(result).ok())
    }

    /// An address has to stay short, whatever stands in the file.
    pub fn address(&self, path: &str) -> String {
        let mut short = self.clone();
        match &mut short {
            Self::Imported(summary) | Self::Checked(summary) => {
                let more = summary.left_out.len().saturating_sub(NAMES);
                summary.left_out.truncate(NAMES);
                summary.left_out.iter_mut().for_each(shorten);
                if more > 0 {
                    summary.left_out.push(format!("+{more}"));
                }
            }
            Self::Mistakes(mistakes) => {
                for ImportMistake { at, value, .. } in mistakes {
                    shorten(value);
                    if let FilePosition::Item(name) = at {
                        shorten(name);
                    }
                }
            }
            Self::NoFile | Self::Conflict | Self::TooManyEdits => {}
        }
        let result = serde_json::to_string(&short).unwrap_or_default();
        address(path, [(RESULT, result)])
    }
}

fn shorten(text: &mut String) {
    *text = shortened(mem::take(text), SIGNS);
}
