//! Escaping for the few texts that no leptos component writes.

/// For JSON inside a script element, which no `</script>` in a text may end.
pub fn escape_json(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// For text between tags and for attributes in double quotes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
