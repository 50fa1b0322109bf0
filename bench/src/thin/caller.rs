//! One caller with one connection, who writes requests that are ready and reads as much of the answers as is
//! needed to know where they end. A client of hyper's would cost about as much as what is measured.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub(super) struct Request(Vec<u8>);

/// About what a browser says of itself with every request.
const BROWSER: &str = "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
     accept: application/json\r\n\
     accept-language: de,en-US;q=0.7,en;q=0.3\r\n\
     accept-encoding: gzip, deflate, br, zstd\r\n\
     sec-fetch-dest: empty\r\nsec-fetch-mode: cors\r\nsec-fetch-site: same-origin\r\n";

impl Request {
    pub(super) fn get(path: &str, headers: &str) -> Self {
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{BROWSER}{headers}\r\n");
        Self(head.into_bytes())
    }

    pub(super) fn post(path: &str, headers: &str, body: &Value) -> Self {
        let body = body.to_string();
        let length = body.len();
        Self(
            format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\n{BROWSER}{headers}\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }
}

pub(super) struct Caller {
    socket: TcpStream,
    buffer: Vec<u8>,
}

/// What came back, as far as it was looked into.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    head: &'a str,
    body: &'a [u8],
}

impl Answer<'_> {
    pub(super) fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(self.body)?)
    }

    /// Name and value of the cookies that were set.
    pub(super) fn cookies(&self) -> String {
        let lines = self.head.lines();
        let set = lines.filter_map(|line| line.strip_prefix("set-cookie: "));
        let pairs: Vec<_> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        pairs.join("; ")
    }
}

impl Caller {
    pub(super) async fn connect(authority: &str) -> Result<Self, Failure> {
        let socket = TcpStream::connect(authority).await?;
        socket.set_nodelay(true)?;
        let buffer = Vec::with_capacity(16 * 1024);
        Ok(Self { socket, buffer })
    }

    /// The answer, which has to be a 200.
    pub(super) async fn call(&mut self, request: &Request) -> Result<Answer<'_>, Failure> {
        self.socket.write_all(&request.0).await?;
        self.buffer.clear();
        let (head, whole) = loop {
            if self.socket.read_buf(&mut self.buffer).await? == 0 {
                return Err("a connection was closed in the midst of an answer".into());
            }
            if let Some((head, whole)) = ends(&self.buffer)?
                && self.buffer.len() >= whole
            {
                break (head, whole);
            }
        };
        let (head, rest) = self.buffer.split_at(head);
        let head = std::str::from_utf8(head)?;
        let body = rest.get(..whole - head.len()).ok_or("a short answer")?;
        if !head.starts_with("HTTP/1.1 200 ") {
            let (status, said) = (head.lines().next(), String::from_utf8_lossy(body));
            return Err(format!("an answer is no 200: {status:?} {said}").into());
        }
        Ok(Answer { head, body })
    }
}

/// Where the head ends and where the answer does; none as long as the head is not here.
fn ends(answer: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    const LENGTH: &[u8] = b"content-length: ";
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = answer.get(..end).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n');
    let length = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(LENGTH.len())?;
        name.eq_ignore_ascii_case(LENGTH).then_some(value)
    });
    let length = std::str::from_utf8(length.ok_or("an answer does not say how long it is")?)?;
    let length: usize = length.trim().parse()?;
    Ok(Some((end + 4, end + 4 + length)))
}
