//! The edits that the forms of the office make: decided by the server when it gets a form, and by a browser that takes a form over.

use servery_domain::{
    edit::{Direction, Edit, EditRefusal, PartChange, PartKey, Side, UnknownPart},
    id::EditId,
    restaurant_file::RestaurantFile,
    slug::Slug,
    time::TimeZoneName,
};

use crate::{
    form_fields::FormFields,
    page_address::address,
    part_form::{self, PartForm},
    routes::{self, View},
    text::{Texts, office},
};

/// A form that makes an edit, by the path that it is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficeForm {
    /// A button of the menu, something that was dragged, or many prices or texts at once.
    Menu,
    Part(PartForm),
}

impl OfficeForm {
    pub fn at(path: &str) -> Option<(Slug, Self)> {
        let (route, values) = routes::read(path)?;
        let form = match route.view {
            View::Office => Self::Menu,
            View::OfficePart => Self::Part(PartForm::read(values.get(1)?)?),
            _ => return None,
        };
        Some((routes::slug(&values)?, form))
    }
}

/// A form that was sent, and what it is about.
#[derive(Clone, Copy)]
pub struct SentForm<'a> {
    pub fields: FormFields<'a>,
    pub file: &'a RestaurantFile,
    pub texts: Texts,
    /// Of the edit, and of what it adds.
    pub id: EditId,
}

/// Why a form makes no edit.
#[derive(Debug, PartialEq, Eq)]
pub enum FormFault {
    /// The codes of what is wrong, for the page that the form is on.
    Wrong(Vec<&'static str>),
    /// No page has such a form.
    NotAccepted(String),
}

impl SentForm<'_> {
    /// `None` if nothing changes.
    pub fn menu_edit(self) -> Result<Option<Edit>, FormFault> {
        let act = self.fields.get("act");
        let refused = || FormFault::Wrong(vec!["refused"]);
        let changes = match act {
            "reprice" => self.repriced().ok_or_else(refused)?,
            "replace-text" => {
                let [find, with] = ["find", "with"].map(|name| self.fields.raw(name));
                self.file.replace_text(find, with).ok_or_else(refused)?
            }
            act => self.changed_part(act)?,
        };
        let id = self.id;
        Ok((!changes.is_empty()).then_some(Edit { id, changes }))
    }

    fn changed_part(self, act: &str) -> Result<Vec<PartChange>, FormFault> {
        let key_in = |field| {
            let key = self.fields.get(field).parse();
            key.map_err(|error: UnknownPart| FormFault::NotAccepted(error.to_string()))
        };
        let (file, key): (_, PartKey) = (self.file, key_in("part")?);
        Ok(match act {
            "up" => file.shift(&key, Direction::Up).into_iter().collect(),
            "move" => {
                let beside = key_in("beside")?;
                let side = Side::from_code(self.fields.get("side"));
                let wanted = || FormFault::NotAccepted("'side' is 'before' or 'after'".to_owned());
                let side = side.ok_or_else(wanted)?;
                file.move_beside(&key, &beside, side).into_iter().collect()
            }
            "down" => file.shift(&key, Direction::Down).into_iter().collect(),
            "remove" => file.removal(&key),
            "duplicate" => {
                let name = file.part(&key).and_then(|part| part.name().map(str::to_owned));
                let name = [("name", name.as_deref().unwrap_or_default())];
                let name = self.texts.fill(office::Key::OfficeCopyOf, &name);
                file.duplicate(&key, (self.id, name)).into_iter().collect()
            }
            _ => {
                let wanted = "'act' is not something that can be done";
                return Err(FormFault::NotAccepted(wanted.to_owned()));
            }
        })
    }

    /// `None` if something is no number.
    fn repriced(self) -> Option<Vec<PartChange>> {
        let category = match self.fields.get("category") {
            "" => None,
            category => Some(category.parse().ok()?),
        };
        let change = part_form::price_change(self.fields, self.file, self.texts.lang)?;
        Some(self.file.reprice(category, change))
    }

    /// `None` if nothing changes. `other_id` is for another new part, typed into a form that has made one already.
    pub fn part_edit(
        self,
        form: &PartForm,
        other_id: EditId,
        is_zone: impl Fn(&TimeZoneName) -> bool,
    ) -> Result<Option<Edit>, FormFault> {
        let zone = || TimeZoneName(self.fields.get("zone").to_owned());
        if *form == PartForm::Part(PartKey::Profile) && !is_zone(&zone()) {
            return Err(FormFault::Wrong(vec!["zone"]));
        }
        let made = |id| part_form::edit(form, self.fields, self.file, (self.texts.lang, id));
        let edit = match made(self.id) {
            Err(wrong) if wrong == [part_form::ID_TAKEN] => made(other_id),
            edit => edit,
        };
        edit.map_err(FormFault::Wrong)
    }

    /// What was typed, for a form that comes back. After a conflict it knows what somebody else has changed: saved again, it replaces that.
    pub fn typed_again(self, refusal: Option<&EditRefusal>) -> String {
        let seen = match refusal {
            Some(EditRefusal::Conflict { part, fields }) => {
                part_form::acknowledged(part, self.fields, self.file, fields)
            }
            _ => None,
        };
        match seen {
            Some(before) => self.fields.with(part_form::BEFORE, &before),
            None => self.fields.to_query(),
        }
    }
}

/// A parameter of the address that says what became of a form.
pub type Said = (&'static str, &'static str);

/// What is said of an edit that a button or form has made.
pub fn done(fields: FormFields<'_>) -> Said {
    match fields.get("act") {
        "remove" => ("done", "removed"),
        _ => ("done", "saved"),
    }
}

pub const SAME: Said = ("done", "same");

/// The code of a refusal.
pub fn wrong(refusal: &EditRefusal) -> &'static str {
    match refusal {
        EditRefusal::Gone(_) => "gone",
        EditRefusal::Exists(PartKey::TableCode(_) | PartKey::Coupon(_)) => part_form::CODE_TAKEN,
        EditRefusal::Mistakes(_) | EditRefusal::Contradiction => "refused",
        EditRefusal::Exists(_) | EditRefusal::Conflict { .. } | EditRefusal::NotEmpty(_) => "conflict",
    }
}

/// The menu, which says what became of a form, at the part that it was about.
pub fn menu_address(slug: &str, said: Said, part: Option<&PartKey>) -> String {
    let anchor = part.map(|part| format!("#{part}"));
    address(&format!("/office/{slug}"), [said]) + &anchor.unwrap_or_default()
}

/// A form that comes back as it was filled in.
pub fn form_address(path: &str, wrong: &str, typed: &str) -> String {
    address(path, [("wrong", wrong), ("form", typed)])
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests;
