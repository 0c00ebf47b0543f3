//! How much of anything is accepted. Every input has its limit here, so that pages can say it before the server has to.

/// Characters in a search.
pub const SEARCH: usize = 80;
/// Rows on one page of a list, when the caller doesn't say.
pub const PAGE_DEFAULT: usize = 20;
/// Rows on one page of a list, at the most.
pub const PAGE_MOST: usize = 100;
/// Characters in a name of a restaurant, category, dish, group or choice.
pub const NAME: usize = 120;
/// Characters in a description.
pub const DESCRIPTION: usize = 1_000;
