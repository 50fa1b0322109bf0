//! A slow way to the product: whoever asks for a certain kind of file waits until the gate is opened.
//! What a person does in the meantime is then no matter of luck.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::trouble::Outcome;

/// Holds back requests for files with one ending. When it is dropped, so are all connections through it.
#[derive(Debug)]
pub(crate) struct Gate {
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Gate {
    /// Passes everything on to `to`, but requests for files that end so only once it is open.
    pub(crate) fn hold_back(ending: &str, listener: TcpListener, to: SocketAddr) -> Self {
        let (open, opened) = watch::channel(false);
        let held_back = format!("{ending} HTTP/1.1");
        let task = tokio::spawn(async move {
            // Ends with the listener; a connection that breaks is the browser's to tell.
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(pass_on(browser, to, held_back.clone(), opened.clone()));
            }
        });
        Self { open, task }
    }

    /// From now on nobody waits.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(
    browser: TcpStream,
    to: SocketAddr,
    held_back: String,
    opened: watch::Receiver<bool>,
) -> Outcome {
    let product = TcpStream::connect(to).await?;
    let (from_browser, mut to_browser) = browser.into_split();
    let (mut from_product, to_product) = product.into_split();
    let answers = async { Ok(tokio::io::copy(&mut from_product, &mut to_browser).await?) };
    let requests = pass_requests_on(from_browser, to_product, held_back, opened);
    tokio::try_join!(answers, requests)?;
    Ok(())
}

/// Browsers write the head of a request without a body in one piece.
async fn pass_requests_on(
    mut from_browser: OwnedReadHalf,
    mut to_product: OwnedWriteHalf,
    held_back: String,
    mut opened: watch::Receiver<bool>,
) -> Outcome {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from_browser.read(&mut buffer).await?;
        let piece = &buffer[..length];
        if piece.is_empty() {
            return Ok(to_product.shutdown().await?);
        }
        if piece
            .windows(held_back.len())
            .any(|part| part == held_back.as_bytes())
        {
            opened.wait_for(|open| *open).await?;
        }
        to_product.write_all(piece).await?;
    }
}
