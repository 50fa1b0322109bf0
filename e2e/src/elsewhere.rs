//! An app at an origin of its own, which sends people to sign in and takes them back: one page for every
//! address.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::trouble::Outcome;

/// The heading of its page.
pub const ARRIVED: &str = "Back at the app";

/// A running app; it ends with this value.
#[derive(Debug)]
pub struct Elsewhere {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Elsewhere {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                // A browser that has gone away needs no page.
                tokio::spawn(async move { answer(connection).await.ok() });
            }
        });
        Ok(Self { address, serving })
    }

    /// Where it listens; as a gateway it takes every message.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:…`
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut connection: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if connection.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>App</title><h1>{ARRIVED}</h1>"
    );
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    connection.write_all(answer.as_bytes()).await?;
    connection.shutdown().await
}
