//! The fields of a submitted form.

/// The fields of a form, in their order.
#[derive(Clone, Copy)]
pub struct FormFields<'a>(pub &'a [(String, String)]);

impl<'a> FormFields<'a> {
    pub fn find(self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
    }

    pub fn get(self, name: &str) -> &'a str {
        self.find(name).unwrap_or_default()
    }

    /// Browsers send a line break as two characters; a note counts it as one.
    pub fn text(self, name: &str) -> String {
        self.get(name).replace("\r\n", "\n")
    }
}
