//! curl, which asks the parts of a cluster as their clients do.

use std::{path::PathBuf, process::Command};

use crate::{context::Context, process};

/// Longer than the site takes for anything.
const LIMIT_SECONDS: &str = "30";
/// Before the version of HTTP, after the body.
const END: &str = "\n--the-answer-ends-here--";

pub struct Client<'a> {
    context: &'a Context,
    /// What it trusts.
    certificate: PathBuf,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The lines of the head, in lower case.
    head: String,
    pub body: String,
    pub version: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines();
        let mut fields = lines.filter_map(|line| line.split_once(':'));
        let (_, value) = fields.find(|(field, _)| *field == name)?;
        Some(value.trim())
    }

    fn read(text: &str) -> Option<Self> {
        let (text, version) = text.rsplit_once(END)?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split_whitespace().nth(1)?.parse().ok()?;
        Some(Self {
            status,
            head: head.to_lowercase(),
            body: body.to_owned(),
            version: version.trim().to_owned(),
        })
    }
}

impl<'a> Client<'a> {
    pub fn new(context: &'a Context, certificate: PathBuf) -> Self {
        Self { context, certificate }
    }

    pub fn command(&self) -> Command {
        let mut curl = self.context.command("curl");
        // Not a developer's own settings, and no proxy.
        curl.args(["--disable", "--silent", "--noproxy", "*", "--cacert"])
            .arg(&self.certificate);
        curl
    }

    /// `None`: there was no answer.
    pub fn ask(&self, url: &str, options: &[&str]) -> Option<Answer> {
        let mut curl = self.command();
        curl.args(["--max-time", LIMIT_SECONDS, "--include", "--write-out"])
            .arg(format!("{END}%{{http_version}}"))
            .args(options)
            .arg(url);
        Answer::read(&process::answer(&mut curl)?)
    }

    pub fn get(&self, url: &str) -> Option<Answer> {
        self.ask(url, &[])
    }

    pub fn status(&self, url: &str) -> Option<u16> {
        Some(self.get(url)?.status)
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn an_answer_has_a_status_a_head_and_a_body() {
        let text = "HTTP/2 200 \r\nAge: 7\r\nvary: Cookie\r\n\r\nHello\n\n--the-answer-ends-here--2";
        let answer = Answer::read(text).unwrap();
        assert_eq!(
            (answer.status, answer.body.as_str(), answer.version.as_str()),
            (200, "Hello\n", "2")
        );
        assert_eq!((answer.header("age"), answer.header("etag")), (Some("7"), None));
    }
}
