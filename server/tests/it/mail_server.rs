//! A mail server to test with, a program of its own that can be away, and what it has received.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::Deserialize;
use servery::settings::Settings;
use tokio::net::TcpStream;

use crate::reserved_port::ReservedPort;

/// As a mail program reads a folder of mails.
const READ: &str = r#"
import email, email.policy, json, mailbox, sys
def read(file):
    mail = email.message_from_binary_file(file, policy=email.policy.default)
    part = lambda kind: mail.get_body((kind,)).get_content()
    return {"to": mail["To"], "from": mail["From"], "subject": mail["Subject"], "id": mail["Message-ID"], "text": part("plain"), "html": part("html"),
            "defects": len(mail.defects), "kind": mail.get_content_type()}
print(json.dumps([read(mailbox.Maildir(sys.argv[1]).get_file(key)) for key in mailbox.Maildir(sys.argv[1]).keys()]))
"#;

#[derive(Debug, Clone, Deserialize)]
pub struct Mail {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub id: String,
    pub text: String,
    pub html: String,
    pub defects: usize,
    pub kind: String,
}

pub struct MailServer {
    python: String,
    process: Option<Child>,
    folder: tempfile::TempDir,
    port: ReservedPort,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl MailServer {
    /// It is not there until it is started.
    pub async fn new() -> Self {
        let python = std::env::var("SERVERY_TEST_PEERS")
            .expect("SERVERY_TEST_PEERS names a Python that has 'aiosmtpd'; './dev test' installs one");
        Self {
            python,
            process: None,
            folder: tempfile::tempdir().unwrap(),
            port: ReservedPort::new(),
        }
    }

    pub async fn started() -> Self {
        let mut server = Self::new().await;
        server.start().await;
        server
    }

    fn mails_folder(&self) -> PathBuf {
        self.folder.path().join("mails")
    }

    pub async fn start(&mut self) {
        let mut command = Command::new(&self.python);
        command.args([
            "-m",
            "aiosmtpd",
            "-n",
            "-l",
            &format!("127.0.0.1:{}", self.port.number()),
            "-c",
            "aiosmtpd.handlers.Mailbox",
        ]);
        command
            .arg(self.mails_folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.process = Some(command.spawn().expect("aiosmtpd starts"));
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port.number()))
            .await
            .is_err()
        {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "aiosmtpd does not answer"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            smtp: Some(format!("smtp://127.0.0.1:{}", self.port.number())),
            public_url: Some("https://eat.example".into()),
            ..Settings::default()
        }
    }

    pub fn mails(&self) -> Vec<Mail> {
        let read = Command::new(&self.python)
            .args(["-c", READ])
            .arg(self.mails_folder())
            .output()
            .unwrap();
        serde_json::from_slice(&read.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&read.stderr)))
    }
}

impl Mail {
    /// The token at the end of the link to this page.
    pub fn token(&self, page: &str) -> String {
        let link = format!("https://eat.example/account/{page}/");
        let (_, token) = self
            .text
            .split_once(&link)
            .unwrap_or_else(|| panic!("no {link} in {}", self.text));
        token.lines().next().unwrap().to_owned()
    }
}
