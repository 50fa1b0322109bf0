//! A caller with one connection.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::running::KEY;

/// A connection that was taken and gave no answer, and why.
#[derive(Debug)]
pub(crate) struct Lost(#[allow(dead_code, reason = "shown when a test fails")] String);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// It says that the connection closes.
    pub(crate) closes: bool,
}

pub(crate) struct Caller(BufReader<TcpStream>);

impl Caller {
    /// None when nobody listens.
    pub(crate) fn connect(address: &str) -> Result<Option<Self>, Lost> {
        match TcpStream::connect(address) {
            Ok(stream) => {
                // Longer than any request may take.
                let patience = Some(Duration::from_secs(30));
                stream.set_read_timeout(patience).unwrap();
                Ok(Some(Self(BufReader::new(stream))))
            }
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(None),
            Err(error) => Err(Lost(format!("connecting: {error}"))),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<Answer, Lost> {
        self.write(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"))?;
        self.answer()
    }

    pub(crate) fn list_sessions(&mut self, keep_alive: bool) -> Result<Answer, Lost> {
        let connection = if keep_alive { "keep-alive" } else { "close" };
        self.write(&format!(
            "GET /v1/auth/sessions/list?user_id=user_x HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\n\
             authorization: Bearer {KEY}\r\n\r\n"
        ))?;
        self.answer()
    }

    /// All of a send but its last byte.
    pub(crate) fn begin_send(&mut self, number: &str) {
        let body = format!("{{\"phone_number\":\"{number}\"");
        let length = body.len() + 1;
        self.write(&format!(
            "POST /v1/auth/otps/sms/login_or_create HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .unwrap();
    }

    pub(crate) fn end_send(&mut self) -> Result<Answer, Lost> {
        self.write("}")?;
        self.answer()
    }

    fn write(&mut self, text: &str) -> Result<(), Lost> {
        let written = self.0.get_mut().write_all(text.as_bytes());
        written.map_err(|error| Lost(format!("writing: {error}")))
    }

    /// Reads one whole answer.
    pub(crate) fn answer(&mut self) -> Result<Answer, Lost> {
        let lost = |error: std::io::Error| Lost(format!("reading: {error}"));
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).map_err(lost)? == 0 {
                return Err(Lost(format!("closed after {head:?}")));
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let field = |name: &str| head.iter().find_map(|line| line.strip_prefix(name));
        let length = field("content-length: ").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).map_err(lost)?;
        Ok(Answer {
            status: head[0].split(' ').nth(1).unwrap().parse().unwrap(),
            text: String::from_utf8(body).unwrap(),
            closes: field("connection: ") == Some("close"),
        })
    }
}
