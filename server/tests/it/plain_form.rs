//! The forms of a page, as a browser that runs no script would send them.

use form_urlencoded::Serializer;

use crate::test_app::Answer;

pub struct PlainForm {
    pub action: String,
    pub inputs: Vec<PlainInput>,
    /// What its button says.
    pub says: String,
}

#[derive(Debug, Clone)]
pub struct PlainInput {
    pub name: String,
    pub value: String,
    pub is_hidden: bool,
}

impl PlainForm {
    /// All forms of a page.
    pub fn all(page: &Answer) -> Vec<Self> {
        let bodies = page
            .text()
            .split("<form")
            .skip(1)
            .filter_map(|rest| rest.split("</form>").next());
        bodies.map(Self::read).collect()
    }

    pub fn that_says(page: &Answer, words: &str) -> Self {
        Self::all(page)
            .into_iter()
            .find(|form| form.says.contains(words))
            .unwrap_or_else(|| panic!("no '{words}' in {}", page.text()))
    }

    fn read(body: &str) -> Self {
        let says = body.rsplit_once("<button").map_or("", |(_, button)| {
            button.split_once('>').map_or("", |(_, says)| says)
        });
        Self {
            action: attribute(body, "action").unwrap_or_default(),
            inputs: inputs(body),
            says: says.to_owned(),
        }
    }

    pub fn fields(&self) -> String {
        encoded(&self.inputs)
    }

    /// With a text typed into one of its inputs.
    pub fn fields_with(&self, name: &str, text: &str) -> String {
        let mut inputs = self.inputs.clone();
        let input = inputs.iter_mut().find(|input| input.name == name);
        text.clone_into(&mut input.unwrap_or_else(|| panic!("no input '{name}'")).value);
        encoded(&inputs)
    }
}

pub fn encoded<'a>(inputs: impl IntoIterator<Item = &'a PlainInput>) -> String {
    let mut fields = Serializer::new(String::new());
    for input in inputs {
        fields.append_pair(&input.name, &input.value);
    }
    fields.finish()
}

fn inputs(body: &str) -> Vec<PlainInput> {
    let mut inputs = Vec::new();
    let mut select = None;
    for tag in body.split('<') {
        let kind = tag.split([' ', '>']).next().unwrap_or_default();
        let name = attribute(tag, "name");
        match (kind, name) {
            ("select", name) => select = name,
            ("option", _) if has(tag, "selected") => {
                let value = attribute(tag, "value").unwrap_or_default();
                inputs.extend(select.clone().map(|name| visible(name, value)));
            }
            ("textarea", Some(name)) => {
                let text = tag.split_once('>').map_or("", |(_, text)| text);
                inputs.push(visible(name, unescaped(text)));
            }
            ("input", Some(_)) if is_unticked(tag) => {}
            ("input" | "button", Some(name)) => {
                let value = attribute(tag, "value");
                let value = value.or_else(|| has(tag, "checked").then(|| "on".to_owned()));
                inputs.push(PlainInput {
                    is_hidden: attribute(tag, "type").as_deref() == Some("hidden"),
                    ..visible(name, value.unwrap_or_default())
                });
            }
            _ => {}
        }
    }
    inputs
}

fn visible(name: String, value: String) -> PlainInput {
    PlainInput {
        name,
        value,
        is_hidden: false,
    }
}

fn is_unticked(tag: &str) -> bool {
    matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio")) && !has(tag, "checked")
}

fn has(tag: &str, name: &str) -> bool {
    let tag = tag.split('>').next().unwrap_or_default();
    tag.split(' ')
        .any(|word| word == name || word == format!("{name}=\"\""))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}
