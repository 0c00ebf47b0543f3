//! Edits of a restaurant: what its owner changes in the office. An edit is decided by the same code in the browser and on the
//! server, is written down once under an id made by the client, and is undone by its inverse. Edits are published together.

mod apply;
mod build;
mod change_list;
mod difference;
mod fields;
mod outbox;
mod part;
#[cfg(test)]
mod tests;
mod translate;

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::{
    build::{Direction, PriceChange, Side},
    outbox::{EditAnswer, EditOutbox, UnsentEdit, UnsentState, pause_after},
    part::{CategoryHead, OpeningTimes, Profile, RestaurantPart, Theme},
    translate::{
        MenuText, MenuTextKey, SeenText, TextOwner, TranslatedTexts, TranslationRefusal, TranslationState,
        TypedTranslation,
    },
};
use crate::{
    audit::AuthorName,
    contact::{InvalidField, invalid_field},
    currency::Currency,
    domain_name::DomainName,
    id::{AccountId, CategoryId, DishId, EditId, OptionGroupId, StationId},
    limits,
    mistake::Mistake,
    picture_shape::PictureShape,
    restaurant_file::RestaurantFile,
    time::{DAY, LocalMinute, Timestamp},
};

/// What somebody changes at once: all of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edit {
    pub id: EditId,
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 25_000))]
    pub changes: Vec<PartChange>,
}

/// A change knows what was there before. So it can be undone, and nobody overwrites unseen what somebody else has changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PartChange {
    Add {
        part: RestaurantPart,
        place: PartPlace,
    },
    Remove {
        part: RestaurantPart,
        place: PartPlace,
    },
    /// Fields that are equal in `before` and `after` stay as they are.
    Replace {
        before: RestaurantPart,
        after: RestaurantPart,
    },
    Move {
        #[cfg_attr(feature = "openapi", schema(value_type = String, example = "dish-0192f3c47b1e7a2c8d5e6f708192a3b4"))]
        part: PartKey,
        from: PartPlace,
        to: PartPlace,
    },
}

/// Where a part is in its list. What it is to follow may be gone by then: it goes to the end of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PartPlace {
    /// In a list whose order says nothing.
    Anywhere,
    AfterCategory(Option<CategoryId>),
    InCategory {
        category: CategoryId,
        after: Option<DishId>,
    },
}

/// Names a part: `dish-0192f3c47b1e7a2c8d5e6f708192a3b4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKey {
    Profile,
    Theme,
    Opening,
    Tax,
    Ordering,
    Legal,
    Favourites,
    Category(CategoryId),
    Dish(DishId),
    OptionGroup(OptionGroupId),
    Station(StationId),
    Coupon(String),
    TableCode(String),
}

impl PartKey {
    /// Of the picture that such a part may have.
    pub const fn picture_shape(&self) -> PictureShape {
        match self {
            Self::Theme => PictureShape::Logo,
            _ => PictureShape::Photo,
        }
    }
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => f.write_str("profile"),
            Self::Theme => f.write_str("theme"),
            Self::Opening => f.write_str("opening"),
            Self::Tax => f.write_str("tax"),
            Self::Ordering => f.write_str("ordering"),
            Self::Legal => f.write_str("legal"),
            Self::Favourites => f.write_str("favourites"),
            Self::Category(id) => write!(f, "category-{id}"),
            Self::Dish(id) => write!(f, "dish-{id}"),
            Self::OptionGroup(id) => write!(f, "options-{id}"),
            Self::Station(id) => write!(f, "station-{id}"),
            Self::Coupon(code) => write!(f, "coupon-{code}"),
            Self::TableCode(code) => write!(f, "table-{code}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownPart;

impl fmt::Display for UnknownPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a restaurant has a key such as 'profile' or 'dish-' with an id")
    }
}

impl FromStr for PartKey {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let (kind, name) = text.split_once('-').unwrap_or((text, ""));
        let unknown = |_| UnknownPart;
        Ok(match (kind, name) {
            ("profile", "") => Self::Profile,
            ("theme", "") => Self::Theme,
            ("opening", "") => Self::Opening,
            ("tax", "") => Self::Tax,
            ("ordering", "") => Self::Ordering,
            ("legal", "") => Self::Legal,
            ("favourites", "") => Self::Favourites,
            ("category", id) => Self::Category(id.parse().map_err(unknown)?),
            ("dish", id) => Self::Dish(id.parse().map_err(unknown)?),
            ("options", id) => Self::OptionGroup(id.parse().map_err(unknown)?),
            ("station", id) => Self::Station(id.parse().map_err(unknown)?),
            ("coupon", code) if !code.is_empty() => Self::Coupon(code.to_owned()),
            ("table", code) if !code.is_empty() => Self::TableCode(code.to_owned()),
            _ => return Err(UnknownPart),
        })
    }
}

impl Serialize for PartKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditRefusal {
    /// There is another part with this key.
    Exists(PartKey),
    /// The part is not there, or not any more.
    Gone(PartKey),
    /// Somebody else has changed the same fields meanwhile.
    Conflict {
        part: PartKey,
        fields: Vec<&'static str>,
    },
    /// A category that still has dishes.
    NotEmpty(PartKey),
    /// The changes contradict themselves: another key, a place of another kind, nothing to do, or too much at once.
    Contradiction,
    /// The restaurant would not be accepted.
    Mistakes(Vec<Mistake>),
}

impl fmt::Display for EditRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(part) => write!(f, "{part} is there already"),
            Self::Gone(part) => write!(f, "{part} is not there"),
            Self::Conflict { part, fields } => {
                write!(f, "{part} was changed meanwhile: {}", fields.join(", "))
            }
            Self::NotEmpty(part) => write!(f, "{part} still has dishes"),
            Self::Contradiction => f.write_str("'changes' contradict themselves, are empty or too many"),
            Self::Mistakes(mistakes) => {
                let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                f.write_str(&mistakes.join("; "))
            }
        }
    }
}

impl Edit {
    /// What takes the edit back.
    pub fn inverse(&self, id: EditId) -> Self {
        let changes = self.changes.iter().rev().map(PartChange::inverse);
        Self {
            id,
            changes: changes.collect(),
        }
    }
}

impl PartChange {
    fn inverse(&self) -> Self {
        match self.clone() {
            Self::Add { part, place } => Self::Remove { part, place },
            Self::Remove { part, place } => Self::Add { part, place },
            Self::Replace { before, after } => Self::Replace {
                before: after,
                after: before,
            },
            Self::Move { part, from, to } => Self::Move {
                part,
                from: to,
                to: from,
            },
        }
    }

    pub fn key(&self) -> PartKey {
        match self {
            Self::Add { part, .. } | Self::Remove { part, .. } => part.key(),
            Self::Replace { before, .. } => before.key(),
            Self::Move { part, .. } => part.clone(),
        }
    }
}

/// An edit with who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditEntry {
    pub edit: Edit,
    pub at: Timestamp,
    pub by: AuthorName,
    /// Why it cannot be published: the restaurant was changed otherwise meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// When it was to be published by itself, which was not possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<Timestamp>,
}

/// Edits that are published together at a later time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditSchedule {
    /// In the restaurant's local time.
    pub publish_at: LocalMinute,
    /// Who has said so.
    pub by: AuthorName,
    /// The oldest first.
    pub edits: Vec<EditEntry>,
}

/// When edits are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEditSchedule {
    /// In the restaurant's local time, within two years.
    pub publish_at: LocalMinute,
}

impl NewEditSchedule {
    pub fn check(self, now: LocalMinute) -> Result<(), InvalidField> {
        let minutes = self.publish_at.0 - now.0;
        match (1..=limits::SCHEDULE_DAYS * DAY).contains(&minutes) {
            true => Ok(()),
            false => Err(invalid_field(
                "publish_at",
                "is later than now, and within two years",
            )),
        }
    }
}

/// A restaurant as its owner sees it in the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditedRestaurant {
    /// Whose office this is: who is signed in.
    pub account: AccountId,
    /// With the edits that are not published yet.
    pub edited: RestaurantFile,
    /// As diners and tills have it; absent if there are no such edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Box<RestaurantFile>>,
    /// Those edits, the oldest first.
    pub edits: Vec<EditEntry>,
    /// Edits that are published by themselves, the next first. `edited` is without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<EditSchedule>,
    /// For the next edit, and for what it adds. Programs may make their own.
    pub new_id: EditId,
    /// The address of its page, for other web sites and for print.
    pub page: String,
    /// Of the restaurant itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainName>,
    /// The address of the installation.
    pub public_url: String,
    /// How often each coupon was used.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub coupon_uses: BTreeMap<String, u32>,
    /// Whether this installation stores pictures that are uploaded.
    pub stores_pictures: bool,
    /// Now, and what the restaurant's clocks show.
    pub at: Timestamp,
    pub now: LocalMinute,
}

impl EditedRestaurant {
    pub fn published(&self) -> &RestaurantFile {
        self.published.as_deref().unwrap_or(&self.edited)
    }
}

/// A page of a restaurant's publications, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationLog {
    /// The restaurant's.
    pub name: String,
    pub currency: Currency,
    /// Now, and what the restaurant's clocks show.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub publications: Vec<Publication>,
}

/// Edits that were published together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Publication {
    /// Counts the restaurant's publications.
    pub number: u32,
    pub at: Timestamp,
    pub by: AuthorName,
    pub edits: Vec<EditEntry>,
}
