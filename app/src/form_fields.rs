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

    /// As it was typed, with spaces.
    pub fn raw(self, name: &str) -> &'a str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Browsers send a line break as two characters; a note counts it as one.
    pub fn text(self, name: &str) -> String {
        self.get(name).replace("\r\n", "\n")
    }

    /// What was filled in, for an address.
    pub fn to_query(self) -> String {
        self.query_without("").finish()
    }

    /// The same with another value of a field.
    pub fn with(self, field: &str, value: &str) -> String {
        self.query_without(field).append_pair(field, value).finish()
    }

    fn query_without(self, field: &str) -> form_urlencoded::Serializer<'static, String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let filled = self
            .0
            .iter()
            .filter(|(name, value)| name != field && !value.is_empty());
        for (name, value) in filled {
            query.append_pair(name, value);
        }
        query
    }
}
