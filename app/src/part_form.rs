//! The forms of a restaurant's parts: the server reads them when they are sent, the browser while one types.

mod area_text;
mod menu;
mod opening;
mod reader;
mod settings;
#[cfg(test)]
mod tests;

use servery_domain::{
    edit::{Edit, PartChange, PartKey, PartPlace, PriceChange, RestaurantPart},
    id::{CategoryId, ChoiceId, DishId, EditId, OptionGroupId, StationId},
    lang::Lang,
    restaurant_file::RestaurantFile,
    tax::TaxRate,
};

use self::reader::PartFormReader;
pub use self::{
    area_text::{AREA_INPUTS, AreaMistake, TypedArea, area_text, points_text},
    menu::{CHOICES, choice_field},
    opening::{AS_TEXT, HOURS_BEFORE, NEW_CLOSURES, closure_field},
    settings::{ZONES, last_day, zone_field},
};
use crate::form_fields::FormFields;

/// The input that has the part as the form was filled from it, as JSON.
pub const BEFORE: &str = "before";
/// The input that has the category of a dish as the form was filled.
pub const CATEGORY_BEFORE: &str = "category-before";
/// What is wrong with a new part whose id another one has.
pub const ID_TAKEN: &str = "id";
/// A code that people choose is in use.
pub const CODE_TAKEN: &str = "taken";

/// A part that the office has a form for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartForm {
    Part(PartKey),
    New(NewPart),
}

/// Parts that can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPart {
    Category,
    Dish,
    OptionGroup,
    Coupon,
    TableCode,
    Station,
}

impl NewPart {
    pub const ALL: [Self; 6] = [
        Self::Category,
        Self::Dish,
        Self::OptionGroup,
        Self::Coupon,
        Self::TableCode,
        Self::Station,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Category => "new-category",
            Self::Dish => "new-dish",
            Self::OptionGroup => "new-options",
            Self::Coupon => "new-coupon",
            Self::TableCode => "new-table",
            Self::Station => "new-station",
        }
    }

    /// What is wrong if there is one with this key.
    const fn taken(self) -> &'static str {
        match self {
            Self::Coupon | Self::TableCode => CODE_TAKEN,
            Self::Category | Self::Dish | Self::OptionGroup | Self::Station => ID_TAKEN,
        }
    }

    /// Parts without an id of their own are named by their code.
    fn key(self, fields: FormFields<'_>, id: EditId) -> PartKey {
        match self {
            Self::Category => PartKey::Category(CategoryId(id.0)),
            Self::Dish => PartKey::Dish(DishId(id.0)),
            Self::OptionGroup => PartKey::OptionGroup(OptionGroupId(id.0)),
            Self::Station => PartKey::Station(StationId(id.0)),
            Self::Coupon => PartKey::Coupon(servery_domain::coupon::normal(fields.get("code"))),
            Self::TableCode => PartKey::TableCode(fields.text("code")),
        }
    }
}

impl PartForm {
    /// The last part of its page's address.
    pub fn read(text: &str) -> Option<Self> {
        let new = NewPart::ALL.into_iter().find(|new| new.code() == text);
        new.map(Self::New).or_else(|| text.parse().ok().map(Self::Part))
    }
}

/// What the form changes: nothing, if it was sent as it was. Or the inputs that are wrong.
pub fn edit(
    form: &PartForm,
    fields: FormFields<'_>,
    file: &RestaurantFile,
    (lang, id): (Lang, EditId),
) -> Result<Option<Edit>, Vec<&'static str>> {
    let key = match form {
        PartForm::Part(key) => key.clone(),
        PartForm::New(new) => new.key(fields, id),
    };
    let current = file.part(&key);
    let before = before(fields, &key).or_else(|| current.clone());
    let mut reader = PartFormReader::new(fields, file, lang);
    let Some(part) = reader.part(&key, before.as_ref(), id) else {
        return Err(vec!["gone"]);
    };
    if !reader.wrong.is_empty() {
        return Err(reader.wrong);
    }
    if let PartForm::New(new) = form
        && let Some(current) = current
    {
        // The same form again; or another one that was filled in after a step back in the browser.
        return match part == current {
            true => Ok(None),
            false => Err(vec![new.taken()]),
        };
    }
    let mut changes = Vec::new();
    match before {
        None => changes.push(PartChange::Add {
            place: place(fields, file, &key),
            part,
        }),
        Some(before) if before != part => changes.push(PartChange::Replace { before, after: part }),
        Some(_) => {}
    }
    changes.extend(moved(fields, file, &key));
    Ok((!changes.is_empty()).then_some(Edit { id, changes }))
}

/// The form's part before, once who filled it in was told of these fields, which somebody else has changed: saved again, it replaces them.
pub fn acknowledged(
    key: &PartKey,
    fields: FormFields<'_>,
    file: &RestaurantFile,
    conflicts: &[&str],
) -> Option<String> {
    let before = before(fields, key)?.with_fields_of(&file.part(key)?, conflicts);
    serde_json::to_string(&before).ok()
}

/// The part that the form was filled from. Somebody may have changed it since.
fn before(fields: FormFields<'_>, key: &PartKey) -> Option<RestaurantPart> {
    let before: RestaurantPart = serde_json::from_str(fields.get(BEFORE)).ok()?;
    (before.key() == *key).then_some(before)
}

/// A new part is the last one in its list.
fn place(fields: FormFields<'_>, file: &RestaurantFile, key: &PartKey) -> PartPlace {
    match key {
        PartKey::Category(_) => PartPlace::AfterCategory(file.categories.last().map(|category| category.id)),
        PartKey::Dish(_) => chosen_category(fields, file).unwrap_or(PartPlace::InCategory {
            category: CategoryId(0),
            after: None,
        }),
        _ => PartPlace::Anywhere,
    }
}

/// The end of the chosen category.
fn chosen_category(fields: FormFields<'_>, file: &RestaurantFile) -> Option<PartPlace> {
    let id: CategoryId = fields.get("category").parse().ok()?;
    let category = file.categories.iter().find(|category| category.id == id)?;
    Some(PartPlace::InCategory {
        category: id,
        after: category.dishes.last().map(|dish| dish.id),
    })
}

/// A dish for which another category was chosen than the form was filled with.
fn moved(fields: FormFields<'_>, file: &RestaurantFile, key: &PartKey) -> Option<PartChange> {
    let from @ PartPlace::InCategory { .. } = file.place(key)? else {
        return None;
    };
    let to = chosen_category(fields, file)?;
    (fields.get("category") != fields.get(CATEGORY_BEFORE)).then(|| PartChange::Move {
        part: key.clone(),
        from,
        to,
    })
}

/// The id of a form's choice: its own, or one made for it.
fn choice_id(typed: &str, id: EditId, number: usize) -> ChoiceId {
    typed
        .parse()
        .unwrap_or(ChoiceId(id.0.wrapping_add(number as u128)))
}

/// The form that changes many prices: percent, amount and step, each of which may be left out. `None` if one is no number.
pub fn price_change(fields: FormFields<'_>, file: &RestaurantFile, lang: Lang) -> Option<PriceChange> {
    let reader = PartFormReader::new(fields, file, lang);
    Some(PriceChange {
        portion: signed_portion(fields.get("percent"))?,
        amount: reader.signed_amount(fields.get("amount"))?,
        step: reader.amount_or_nothing(fields.get("step"))?,
    })
}

/// A percentage with a sign, in millionths.
fn signed_portion(typed: &str) -> Option<i32> {
    let portion = |typed: &str| match typed {
        "" => Some(0),
        typed => i32::try_from(TaxRate::read_percent(typed)?.0).ok(),
    };
    match typed.strip_prefix(['-', '−']) {
        Some(typed) => portion(typed).map(|portion| -portion),
        None => portion(typed.strip_prefix('+').unwrap_or(typed)),
    }
}
