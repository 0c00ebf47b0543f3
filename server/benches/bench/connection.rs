//! A keep-alive connection that sends one request after another.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

pub struct Connection(TcpStream);

pub struct Answer {
    pub status: u16,
    /// In lower case.
    header: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.header, name)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Ends the benchmark if the server has refused.
    pub fn successful(self) -> Self {
        let body = String::from_utf8_lossy(&self.body);
        assert!((200..300).contains(&self.status), "{}\n{body}", self.header);
        self
    }
}

fn header<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let lines = lines.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value)
        .next()
}

impl Connection {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Each of `headers` ends with a line break.
    pub fn get(&mut self, path: &str, headers: &str) -> Answer {
        self.send("GET", path, headers, "")
    }

    pub fn post(&mut self, path: &str, headers: &str, body: &str) -> Answer {
        self.send("POST", path, headers, body)
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let kind = match body {
            "" => "",
            _ => "content-type: application/json\r\n",
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{kind}{headers}content-length: {length}\r\n\r\n{body}"
        );
        self.0.write_all(request.as_bytes()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Answer {
        let mut answer = Vec::new();
        let body = loop {
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.read(&mut answer);
        };
        let lines = String::from_utf8_lossy(&answer[..body]).to_ascii_lowercase();
        let length: usize = header(&lines, "content-length").map_or(0, |length| length.parse().unwrap());
        while answer.len() < body + length {
            self.read(&mut answer);
        }
        Answer {
            status: lines.split(' ').nth(1).unwrap().parse().unwrap(),
            header: lines,
            body: answer.split_off(body),
        }
    }

    fn read(&mut self, answer: &mut Vec<u8>) {
        let mut buffer = [0; 65_536];
        let read = self.0.read(&mut buffer).unwrap();
        assert!(read > 0, "the server has closed the connection");
        answer.extend_from_slice(&buffer[..read]);
    }
}
