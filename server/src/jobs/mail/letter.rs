//! The content of a mail, written as plain text and as simple HTML.

use std::fmt::Write;

use servery_domain::lang::Lang;

use crate::html::escape::escape;

pub struct Letter {
    pub lang: Lang,
    pub subject: String,
    blocks: Vec<Block>,
}

enum Block {
    Text(String),
    Rows(Vec<LetterRow>),
    Link { label: String, address: String },
}

pub struct LetterRow {
    pub name: String,
    pub value: String,
    /// Shown smaller, as a remark on the row above.
    pub minor: bool,
}

/// Inline, because mail programs ignore style sheets.
const BODY: &str = "margin:0 auto;padding:24px 16px;max-width:36em;font:16px/1.5 Georgia,'Noto Naskh Arabic',serif;color:#22201c;background:#fbf8f2";
const LINK: &str = "color:#22201c;font-weight:bold";

impl Letter {
    /// Line breaks in the subject become spaces.
    pub fn new(lang: Lang, subject: String) -> Self {
        Self {
            lang,
            subject: subject.replace(char::is_control, " "),
            blocks: Vec::new(),
        }
    }

    #[must_use]
    pub fn text_block(mut self, text: String) -> Self {
        self.blocks.push(Block::Text(text));
        self
    }

    #[must_use]
    pub fn rows(mut self, rows: Vec<LetterRow>) -> Self {
        self.blocks.push(Block::Rows(rows));
        self
    }

    #[must_use]
    pub fn link(mut self, label: String, address: String) -> Self {
        self.blocks.push(Block::Link { label, address });
        self
    }

    pub fn text(&self) -> String {
        let block = |block: &Block| match block {
            Block::Text(text) => text.clone(),
            Block::Rows(rows) => rows.iter().map(plain_row).collect::<Vec<_>>().join("\n"),
            Block::Link { label, address } => format!("{label}:\n{address}"),
        };
        self.blocks.iter().map(block).collect::<Vec<_>>().join("\n\n") + "\n"
    }

    pub fn html(&self) -> String {
        let mut html = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body style=\"{BODY}\">",
            self.lang.tag(),
            self.lang.direction(),
            escape(&self.subject)
        );
        self.blocks.iter().for_each(|block| html_block(&mut html, block));
        html + "</body></html>\n"
    }
}

fn plain_row(row: &LetterRow) -> String {
    let indent = if row.minor { "  " } else { "" };
    format!("{indent}{}  {}", row.name, row.value)
        .trim_end()
        .to_owned()
}

/// Writing to a string does not fail.
fn html_block(html: &mut String, block: &Block) {
    let _ = match block {
        Block::Text(text) => write!(html, "<p>{}</p>", escape(text).replace('\n', "<br>")),
        Block::Link { label, address } => write!(
            html,
            "<p><a style=\"{LINK}\" href=\"{}\">{}</a></p>",
            escape(address),
            escape(label)
        ),
        Block::Rows(rows) => {
            html.push_str(
                "<table role=\"presentation\" style=\"width:100%;border-collapse:collapse;font:inherit\">",
            );
            rows.iter().for_each(|row| html_row(html, row));
            html.push_str("</table>");
            Ok(())
        }
    };
}

fn html_row(html: &mut String, LetterRow { name, value, minor }: &LetterRow) {
    let style = if *minor {
        "padding:0 16px;color:#6b655b"
    } else {
        "padding:4px 0"
    };
    let (name, value) = (escape(name), escape(value));
    let _ = write!(
        html,
        "<tr><td style=\"{style}\">{name}</td><td style=\"{style};text-align:end;white-space:nowrap\">{value}</td></tr>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_say_the_same() {
        let row = |name: &str, value: &str, minor| LetterRow {
            name: name.into(),
            value: value.into(),
            minor,
        };
        let letter = Letter::new(Lang::Arabic, "<Order>".into())
            .text_block("Fish & <chips>".into())
            .rows(vec![row("2 × Soup", "€9", false), row("hot", "", true)])
            .link("Follow".into(), "https://eat.example/orders/1".into());
        assert_eq!(
            letter.text(),
            "Fish & <chips>\n\n2 × Soup  €9\n  hot\n\nFollow:\nhttps://eat.example/orders/1\n"
        );
        let html = letter.html();
        assert!(
            html.contains("lang=\"ar\" dir=\"rtl\"") && html.contains("<title>&lt;Order&gt;</title>"),
            "{html}"
        );
        assert!(
            html.contains("<p>Fish &amp; &lt;chips&gt;</p>")
                && html.contains("href=\"https://eat.example/orders/1\""),
            "{html}"
        );
    }
}
