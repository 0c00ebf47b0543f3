//! What was typed into a form that was not accepted.

use crate::{form_fields::FormFields, page_address::PageAddress};

/// Nothing at first.
#[derive(Debug, Clone, Default)]
pub struct TypedForm {
    fields: Option<Vec<(String, String)>>,
    /// The codes of what is wrong.
    wrong: Vec<String>,
}

impl TypedForm {
    /// From the address that a refused form leads to.
    pub fn read(visit: &PageAddress) -> Self {
        let fields = visit
            .get("form")
            .map(|form| form_urlencoded::parse(form.as_bytes()).into_owned().collect());
        let wrong = visit.get("wrong").unwrap_or_default().split(',');
        Self {
            fields,
            wrong: wrong.filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        }
    }

    pub fn fields(&self) -> Option<&[(String, String)]> {
        self.fields.as_deref()
    }

    pub fn get(&self, name: &str) -> Option<String> {
        let fields = self.fields.as_ref()?;
        Some(FormFields(fields).get(name).to_owned())
    }

    /// What was typed, or what the form has at first.
    pub fn or(&self, name: &str, usual: &str) -> String {
        self.get(name).unwrap_or_else(|| usual.to_owned())
    }

    /// Browsers send a ticked box only.
    pub fn is_on(&self, name: &str, usual: bool) -> bool {
        match &self.fields {
            Some(fields) => FormFields(fields).find(name).is_some(),
            None => usual,
        }
    }

    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    pub fn has_mistakes(&self) -> bool {
        !self.wrong.is_empty()
    }

    pub fn is_wrong(&self, code: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong == code)
    }

    /// The value of `aria-invalid`.
    pub fn invalid(&self, code: &str) -> Option<&'static str> {
        self.is_wrong(code).then_some("true")
    }

    /// The value of `aria-describedby`.
    pub fn described(&self, code: &str) -> Option<String> {
        self.is_wrong(code).then(|| wrong_id(code))
    }
}

/// The id of the sentence that says what is wrong.
pub fn wrong_id(code: &str) -> String {
    format!("wrong-{code}")
}
