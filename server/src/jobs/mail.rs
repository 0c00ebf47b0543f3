//! Sends mails by SMTP. Their contents are in `letter.rs` and the files beside it.

pub mod account;
pub mod invitation;
pub mod letter;
pub mod order;
pub mod receipt;

use std::time::Duration;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use self::letter::Letter;
use crate::settings::Settings;

/// Time limit for one step of the SMTP dialogue.
const TIMEOUT: Duration = Duration::from_secs(20);

pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The domain of message ids.
    host: String,
}

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("not an address: {0}")]
    Address(#[from] AddressError),
    #[error("the mail cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("the mail server: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether further tries are unlikely to succeed.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Address(_) | Self::Message(_) => true,
            Self::Smtp(error) => error.is_permanent(),
        }
    }
}

/// The host of a URL.
pub fn host(url: &str) -> &str {
    let authority = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .split('/')
        .next()
        .unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    // An IP address is not valid as the domain of a sender.
    if host.contains(|c: char| c.is_ascii_alphabetic()) && !host.contains('[') {
        host
    } else {
        "localhost"
    }
}

impl Mailer {
    /// `None` without a mail server.
    pub fn new(settings: &Settings) -> Result<Option<Self>, MailError> {
        let Some(smtp) = &settings.smtp else {
            return Ok(None);
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp)?
            .timeout(Some(TIMEOUT))
            .build();
        let host = host(&settings.public_url()).to_owned();
        let from = settings
            .mail_from
            .clone()
            .unwrap_or_else(|| format!("Servery <servery@{host}>"));
        Ok(Some(Self {
            transport,
            from: from.parse()?,
            host,
        }))
    }

    /// Connects, says hello and signs in as for a mail, and sends none.
    pub async fn test(&self) -> Result<bool, MailError> {
        Ok(self.transport.test_connection().await?)
    }

    /// The id is the job's, so that a mail that is sent twice has the same message id.
    pub async fn send(&self, id: &str, to: &str, letter: &Letter) -> Result<(), MailError> {
        self.transport.send(self.message(id, to, letter)?).await?;
        Ok(())
    }

    fn message(&self, id: &str, to: &str, letter: &Letter) -> Result<Message, MailError> {
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        let language = HeaderValue::new(
            HeaderName::new_from_ascii_str("Content-Language"),
            letter.lang.tag().to_owned(),
        );
        let message = Message::builder()
            .from(self.from.clone())
            // Parsed as one address, so that it cannot contain a second one.
            .to(Mailbox::new(None, to.parse::<Address>()?))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .date_now()
            .raw_header(automatic)
            .raw_header(language);
        Ok(message.multipart(MultiPart::alternative_plain_html(letter.text(), letter.html()))?)
    }
}

#[cfg(test)]
mod tests {
    use servery_domain::lang::Lang;

    use super::*;

    fn mailer() -> Mailer {
        let settings = Settings {
            smtp: Some("smtp://127.0.0.1:1".into()),
            public_url: Some("https://eat.example:8443/".into()),
            ..Settings::default()
        };
        Mailer::new(&settings).unwrap().unwrap()
    }

    #[test]
    fn a_mail_comes_from_the_installation() {
        for (url, name) in [
            ("https://eat.example", "eat.example"),
            ("http://eat.example:3000/x", "eat.example"),
            ("http://127.0.0.1:3000", "localhost"),
            ("http://[::1]:3000", "localhost"),
        ] {
            assert_eq!(host(url), name, "{url}");
        }
        let letter = Letter::new(Lang::German, "Grüße".into());
        let message = String::from_utf8(
            mailer()
                .message("job-1", "ada@example.org", &letter)
                .unwrap()
                .formatted(),
        )
        .unwrap();
        for line in [
            "From: Servery <servery@eat.example>\r\n",
            "To: ada@example.org\r\n",
            "Message-ID: <job-1@eat.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: multipart/alternative;",
        ] {
            assert!(message.contains(line), "{line} is not in {message}");
        }
    }

    #[test]
    fn nothing_that_people_type_becomes_a_header() {
        let letter = Letter::new(
            Lang::English,
            "Your order\r\nBcc: eve@example.org\r\n\r\nat Zum “Löwen”".into(),
        );
        let message = String::from_utf8(
            mailer()
                .message("job-1", "ada@example.org", &letter)
                .unwrap()
                .formatted(),
        )
        .unwrap();
        assert!(!message.lines().any(|line| line.starts_with("Bcc")), "{message}");
        assert!(
            message.contains("Subject: Your order  Bcc: eve@example.org    at Zum"),
            "{message}"
        );
        for address in [
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org, eve@example.org",
            "<ada@example.org>",
            "ada",
            "",
        ] {
            let refused = mailer().message("job-1", address, &letter).unwrap_err();
            assert!(refused.is_permanent(), "{address}: {refused}");
        }
    }
}
