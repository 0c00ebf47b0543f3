//! What is wrong with data that a person has written, and where: all of it at once, not only the first.

use std::{borrow::Cow, fmt};

use crate::contact::{InvalidField, check_count};

/// From a JSON value to one within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    Field(Cow<'static, str>),
    Item(usize),
}

/// Where a value is in a JSON document: `categories[0].dishes[3].price`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonPath(pub Vec<PathStep>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub path: JsonPath,
    /// A sentence about what is there, without its subject: `is missing`.
    pub wrong: String,
}

/// Collects the mistakes of a value and of what is within it.
#[derive(Debug, Default)]
pub struct Mistakes {
    at: Vec<PathStep>,
    found: Vec<Mistake>,
}

impl From<&'static str> for PathStep {
    fn from(field: &'static str) -> Self {
        Self::Field(field.into())
    }
}

impl From<usize> for PathStep {
    fn from(item: usize) -> Self {
        Self::Item(item)
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Item(item) => write!(f, "[{item}]")?,
                PathStep::Field(field) if position == 0 => f.write_str(field)?,
                PathStep::Field(field) => write!(f, ".{field}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.0.is_empty() {
            true => f.write_str(&self.wrong),
            false => write!(f, "{}: {}", self.path, self.wrong),
        }
    }
}

impl Mistakes {
    /// Something is wrong here.
    pub fn wrong(&mut self, wrong: impl Into<String>) {
        self.found.push(Mistake {
            path: JsonPath(self.at.clone()),
            wrong: wrong.into(),
        });
    }

    /// Something is wrong with a field.
    pub fn add(&mut self, field: &'static str, wrong: impl Into<String>) {
        self.within(field, |here| here.wrong(wrong));
    }

    /// What a check of a field has found.
    pub fn check(&mut self, checked: Result<(), InvalidField>) {
        if let Err(InvalidField { field, wants }) = checked {
            self.add(field, wants);
        }
    }

    /// Looks at what is one step from here.
    pub fn within(&mut self, step: impl Into<PathStep>, look: impl FnOnce(&mut Self)) {
        self.at.push(step.into());
        look(self);
        self.at.pop();
    }

    /// Looks at every item of a list.
    pub fn each<'a, T>(
        &mut self,
        field: &'static str,
        items: &'a [T],
        mut look: impl FnMut(&'a T, &mut Self),
    ) {
        self.within(field, |here| {
            for (position, item) in items.iter().enumerate() {
                here.within(position, |here| look(item, here));
            }
        });
    }

    /// The same of a list that has a limit. One that is too long is not looked into.
    pub fn list<'a, T>(
        &mut self,
        field: &'static str,
        items: &'a [T],
        most: usize,
        look: impl FnMut(&'a T, &mut Self),
    ) {
        match check_count(field, items.len(), most) {
            Ok(()) => self.each(field, items, look),
            too_long => self.check(too_long),
        }
    }

    pub fn found(self) -> Vec<Mistake> {
        self.found
    }

    /// The first one, for a caller who needs to know only that there is one.
    pub fn first(self) -> Result<(), String> {
        match self.found.first() {
            Some(mistake) => Err(mistake.to_string()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::check_name;

    fn found(look: impl FnOnce(&mut Mistakes)) -> Vec<String> {
        let mut mistakes = Mistakes::default();
        look(&mut mistakes);
        mistakes.found().iter().map(Mistake::to_string).collect()
    }

    #[test]
    fn each_mistake_has_its_path() {
        let names = ["", "Pasta", "x\u{1b}"];
        let told = found(|mistakes| {
            mistakes.check(check_name("slug", "", 9));
            mistakes.list("names", &names, 3, |name, here| {
                here.check(check_name("name", name, 9));
            });
        });
        let expected = [
            "slug: is missing",
            "names[0].name: is missing",
            "names[2].name: contains control characters",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_list_that_is_too_long_is_one_mistake() {
        let told = found(|mistakes| mistakes.list("names", &["", ""], 1, |_, _| unreachable!()));
        assert_eq!(told, ["names: are 1 at the most"]);
    }
}
