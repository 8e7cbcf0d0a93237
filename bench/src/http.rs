//! A small HTTP/1.1 server on loopback: a thread a connection, an answer in one piece.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When its last byte was there.
    pub(crate) arrived: Instant,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &impl ToString) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

pub(crate) trait Serve: Send + Sync + 'static {
    /// The answer; `None` closes the connection.
    fn answer(&self, request: Request) -> Option<Reply>;
}

/// Serves until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start<S: Serve>(serve: Arc<S>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let closed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&closed);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if seen.load(Ordering::SeqCst) {
                    break;
                }
                let serve = Arc::clone(&serve);
                thread::spawn(move || converse(&stream, serve.as_ref()));
            }
        });
        Ok(Self { address, closed })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; if nobody is there any more, that is as well.
        let _ = TcpStream::connect(self.address);
    }
}

/// Ends with the connection; whoever broke it has its own report of it.
fn converse<S: Serve>(stream: &TcpStream, serve: &S) {
    let _ = stream.set_nodelay(true);
    let mut unread = Vec::new();
    while let Ok(Some(request)) = read(stream, &mut unread) {
        let Some(reply) = serve.answer(request) else { break };
        if write(stream, &reply).is_err() {
            break;
        }
    }
}

/// The next request; `None` where the other side has closed.
fn read(mut stream: &TcpStream, unread: &mut Vec<u8>) -> Result<Option<Request>> {
    let mut piece = [0; 16 * 1024];
    loop {
        if let Some((mut request, head, length)) = parse_head(unread)?
            && unread.len() >= head + length
        {
            let rest = unread.split_off(head + length);
            request.body = unread.split_off(head);
            *unread = rest;
            request.arrived = Instant::now();
            return Ok(Some(request));
        }
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(None);
        }
        unread.extend(piece.iter().take(count));
    }
}

/// A request without its body, the length of its head and of its body; `None` where more must come.
fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes)? else { return Ok(None) };
    let headers = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
        arrived: Instant::now(),
    };
    if request.header("transfer-encoding").is_some() {
        bail!("a body of unknown length, which this server does not read");
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse)?;
    Ok(Some((request, head, length)))
}

fn write(mut stream: &TcpStream, reply: &Reply) -> Result<()> {
    let mut bytes =
        format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", reply.status, reply.body.len()).into_bytes();
    for (name, value) in &reply.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    bytes.extend(b"\r\n");
    bytes.extend(&reply.body);
    Ok(stream.write_all(&bytes)?)
}
