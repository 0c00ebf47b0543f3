//! A load generator: keep-alive connections on one thread, each sending its next request when its answer is there.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub fn pin(core: usize) {
    if let Some(cores) = core_affinity::get_core_ids() {
        core_affinity::set_for_current(cores[core % cores.len()]);
    }
}

fn request(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

/// Where the body starts and how long it is, once the header is there.
fn header(answer: &[u8]) -> Option<(usize, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..end]).unwrap().to_ascii_lowercase();
    assert!(text.starts_with("http/1.1 200"), "{text}");
    let length = text
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next())
        .unwrap();
    Some((end, length.parse().unwrap()))
}

/// Answers per second over `time`, after half a second to warm up.
pub fn per_second(address: &str, path: &str, headers: &str, connections: usize, time: Duration) -> f64 {
    let warm = Instant::now() + Duration::from_millis(500);
    let end = warm + time;
    let request = request(path, headers);
    let answers: u64 = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let tasks: Vec<_> = (0..connections)
                .map(|_| tokio::spawn(connection(address.to_owned(), request.clone(), warm, end)))
                .collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await.unwrap();
            }
            sum
        });
    answers as f64 / time.as_secs_f64()
}

async fn connection(address: String, request: Vec<u8>, warm: Instant, end: Instant) -> u64 {
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 262_144];
    let mut answers = 0;
    loop {
        stream.write_all(&request).await.unwrap();
        let mut filled = stream.read(&mut buffer).await.unwrap();
        while header(&buffer[..filled]).is_none() {
            filled += stream.read(&mut buffer[filled..]).await.unwrap();
        }
        let (start, length) = header(&buffer[..filled]).unwrap();
        let mut left = (start + length) - filled;
        while left > 0 {
            left -= stream.read(&mut buffer).await.unwrap();
        }
        let now = Instant::now();
        if now >= end {
            return answers;
        }
        answers += u64::from(now >= warm);
    }
}
