//! Closes a connection whose client is still sending: the rest is read and dropped, because otherwise the client's system drops the
//! unread answer. That happens when a body is refused before it is read, and when hyper refuses a header that exceeds its buffer; hyper
//! does that with a bare status line, to which this adds the problem.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use servery_domain::problem::{Problem, ProblemType};
use tokio::time::Sleep;

use crate::http::connections::Connection;

/// Bytes that are read and dropped, and for how long; after that the connection is closed.
const REST: usize = 64 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5);

pub struct LingeringClose<S> {
    stream: S,
    activity: Arc<Connection>,
    /// Whether a request was answered whose body was not read to its end.
    unread: Arc<AtomicBool>,
    is_shut: bool,
    answer: Vec<u8>,
    sent: usize,
    left: usize,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> LingeringClose<S> {
    pub fn new(stream: S, activity: Arc<Connection>, unread: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            activity,
            unread,
            is_shut: false,
            answer: Vec::new(),
            sent: 0,
            left: 0,
            deadline: None,
        }
    }

    fn linger(&mut self) {
        self.left = REST;
        self.deadline = Some(Box::pin(tokio::time::sleep(TIMEOUT)));
    }
}

fn is_bare_refusal(written: &[u8]) -> bool {
    written.starts_with(b"HTTP/1.1 431 ")
        && !written
            .windows(13)
            .any(|part| part.eq_ignore_ascii_case(b"content-type:"))
}

fn error() -> Vec<u8> {
    let problem = Problem::new(
        ProblemType::HeadersTooLarge,
        "the header fields are too large for one request",
    );
    // A struct of texts and numbers can always be written as JSON.
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let head = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\nconnection: close";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

impl<S: Read + Unpin> Read for LingeringClose<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Read + Write + Unpin> Write for LingeringClose<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if !is_bare_refusal(bytes) {
            let written = Pin::new(&mut this.stream).poll_write(context, bytes);
            if written.is_ready() {
                this.activity.sent();
            }
            return written;
        }
        if this.answer.is_empty() {
            this.answer = error();
            this.linger();
        }
        while this.sent < this.answer.len() {
            match Pin::new(&mut this.stream).poll_write(context, &this.answer[this.sent..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => this.sent += written,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.is_shut {
            // First, so that the client sees the end before it sends another request.
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            this.is_shut = true;
            if this.unread.load(Ordering::Relaxed) {
                this.linger();
            }
        }
        if this
            .deadline
            .as_mut()
            .is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
        {
            this.left = 0;
        }
        let mut space = [0_u8; 16 * 1024];
        while this.left > 0 {
            let mut buffer = ReadBuf::new(&mut space);
            match Pin::new(&mut this.stream).poll_read(context, buffer.unfilled()) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    this.left = this.left.saturating_sub(buffer.filled().len())
                }
                // The client has closed its side.
                Poll::Ready(_) => this.left = 0,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}
