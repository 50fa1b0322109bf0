//! Ends connections of slow clients (D-12), which hyper alone does not tell apart: a request's
//! header section has 5 s from its first byte, a write may stall for 10 s, and between two
//! requests a connection may rest for 60 s. hyper's own timer for the last one is set anew for every
//! request; this one is left running, and looks when it has run out how long the rest was.
//!
//! Not here: the time limit of a body, which [`crate::Json`] keeps.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::framing::Framing;

pub(crate) const HEAD: Duration = Duration::from_secs(5);
pub(crate) const STALL: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
/// For a head and a body that are no longer together, to put them into one piece costs less than to have the system
/// take two.
const SHORT: usize = 2 * 1024;

const RESTING: u8 = 0;
const ARRIVING: u8 = 1;
const ANSWERING: u8 = 2;

/// Whether the connection rests, brings a request or answers one; shared by the socket and the answer.
#[derive(Debug, Clone)]
pub(crate) struct Pace(Arc<Steps>);

#[derive(Debug)]
struct Steps {
    now: AtomicU8,
    began: Instant,
    /// When the last rest began, milliseconds after the connection did.
    rests_since_ms: AtomicU64,
}

impl Default for Pace {
    /// Of a connection that begins.
    fn default() -> Self {
        Self(Arc::new(Steps {
            now: AtomicU8::new(RESTING),
            began: Instant::now(),
            rests_since_ms: AtomicU64::new(0),
        }))
    }
}

impl Pace {
    /// The request's head has arrived.
    pub(crate) fn answering(&self) {
        self.0.now.store(ANSWERING, Ordering::Relaxed);
    }

    fn is_answering(&self) -> bool {
        self.0.now.load(Ordering::Relaxed) == ANSWERING
    }

    fn arriving(&self) {
        self.0.now.store(ARRIVING, Ordering::Relaxed);
    }

    fn is_arriving(&self) -> bool {
        self.0.now.load(Ordering::Relaxed) == ARRIVING
    }

    fn resting(&self) {
        let ms = u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.rests_since_ms.store(ms, Ordering::Relaxed);
        self.0.now.store(RESTING, Ordering::Relaxed);
    }

    /// Nothing of a request is here.
    pub(crate) fn is_resting(&self) -> bool {
        self.0.now.load(Ordering::Relaxed) == RESTING
    }

    /// When the rest is over; a connection that does not rest has all of one before it.
    fn rest_end(&self) -> Instant {
        if !self.is_resting() {
            return Instant::now() + IDLE;
        }
        let ms = self.0.rests_since_ms.load(Ordering::Relaxed);
        self.0.began + Duration::from_millis(ms) + IDLE
    }

    /// Wraps an answer's body, so that the connection waits again once it is gone.
    pub(crate) fn until_sent(&self, body: Body) -> Body {
        Body::new(Sending {
            body,
            pace: self.clone(),
        })
    }
}

struct Sending {
    body: Body,
    pace: Pace,
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.pace.resting();
    }
}

/// A socket that gives up on a peer that keeps it waiting, and on what two servers could read differently.
pub(crate) struct Paced<S> {
    socket: S,
    pace: Pace,
    framing: Framing,
    head: Option<Pin<Box<Sleep>>>,
    stall: Option<Pin<Box<Sleep>>>,
    /// Runs as long as something is waited for: hyper may wait for the next request before the answer to this one is
    /// gone, and looks again when this has run out.
    rest: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    pub(crate) fn new(socket: S, pace: Pace) -> Self {
        Self {
            socket,
            pace,
            framing: Framing::default(),
            head: None,
            stall: None,
            rest: None,
        }
    }

    /// An error once the connection has rested for too long.
    fn rested(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let pace = &self.pace;
        let timer = || Box::pin(sleep_until(pace.rest_end()));
        let timer = self.rest.get_or_insert_with(timer);
        while timer.as_mut().poll(context).is_ready() {
            let end = pace.rest_end();
            if timer.deadline() >= end {
                return Poll::Ready(too_slow());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

/// These pieces as one, if there is room.
fn joined<'a>(pieces: &[io::IoSlice<'_>], room: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut length = 0;
    for piece in pieces {
        let end = length + piece.len();
        room.get_mut(length..end)?.copy_from_slice(piece);
        length = end;
    }
    room.get(..length)
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the peer is too slow")
}

/// Starts the timer if it does not run yet; an error once it has run out.
fn run_out(
    timer: &mut Option<Pin<Box<Sleep>>>,
    limit: Duration,
    context: &mut Context<'_>,
) -> Poll<io::Error> {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
    timer.as_mut().poll(context).map(|()| too_slow())
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.socket).poll_read(context, buffer);
        if let Some(read) = buffer.filled_mut().get_mut(before..) {
            this.framing.follow(read);
        }
        if polled.is_pending()
            && let Poll::Ready(error) = this.rested(context)
        {
            return Poll::Ready(Err(error));
        }
        if this.pace.is_answering() {
            this.head = None;
            return polled;
        }
        let arrived = buffer.filled().len() > before;
        if arrived {
            this.pace.arriving();
        }
        // A head that is here at one read needs no timer.
        let more_to_come = polled.is_pending() && this.pace.is_arriving();
        if this.head.is_some() || more_to_come {
            // One byte now and then does not move the end.
            if let Poll::Ready(error) = run_out(&mut this.head, HEAD, context) {
                return Poll::Ready(Err(error));
            }
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> Paced<S> {
    fn unless_stalled<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stall = None;
            return polled;
        }
        run_out(&mut self.stall, STALL, context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_write(context, bytes);
        this.unless_stalled(polled, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let mut room = [0; SHORT];
        let polled = match joined(slices, &mut room) {
            Some(piece) => Pin::new(&mut this.socket).poll_write(context, piece),
            None => Pin::new(&mut this.socket).poll_write_vectored(context, slices),
        };
        this.unless_stalled(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_flush(context);
        this.unless_stalled(polled, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_shutdown(context);
        this.unless_stalled(polled, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test(start_paused = true)]
    async fn one_byte_now_and_then_does_not_keep_a_head_alive_d_12() {
        let (mut client, server) = duplex(64);
        let mut server = Paced::new(server, Pace::default());
        let started = Instant::now();
        let dripping = tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_secs(1));
            while client.write_all(b"G").await.is_ok() {
                tick.tick().await;
            }
        });
        let mut buffer = Vec::new();
        let error = server.read_to_end(&mut buffer).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), HEAD.as_secs());
        drop(server);
        dripping.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_resting_connection_and_one_that_is_answered_are_left_alone() {
        for answering in [false, true] {
            let (mut client, server) = duplex(64);
            let pace = Pace::default();
            let mut server = Paced::new(server, pace.clone());
            let reader = tokio::spawn(async move {
                let mut byte = [0];
                server.read_exact(&mut byte).await.map(|_| byte)
            });
            if answering {
                pace.answering();
            }
            tokio::time::advance(Duration::from_secs(40)).await;
            client.write_all(b"G").await.unwrap();
            assert_eq!(reader.await.unwrap().unwrap(), *b"G");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_rests_for_a_minute_after_every_request_and_no_longer_d_12() {
        let (mut client, server) = duplex(64);
        let pace = Pace::default();
        let mut server = Paced::new(server, pace.clone());
        let started = Instant::now();
        let reader = tokio::spawn(async move {
            let mut byte = [0];
            for _ in 0..3 {
                server.read_exact(&mut byte).await?;
                pace.answering();
                // hyper waits for the next request while it answers this one.
                let early = tokio::select! {
                    biased;
                    _ = server.read(&mut byte) => true,
                    () = std::future::ready(()) => false,
                };
                assert!(!early);
                drop(pace.until_sent(Body::empty()));
            }
            server.read_exact(&mut byte).await
        });
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(40)).await;
            client.write_all(b"G").await.unwrap();
        }
        let error = reader.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), 3 * 40 + 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stalls_is_given_up_d_12() {
        let (_client, server) = duplex(16);
        let mut server = Paced::new(server, Pace::default());
        let error = server.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn pieces_become_one_where_there_is_room() {
        let pieces = [b"head".as_slice(), b"", b"body"].map(io::IoSlice::new);
        assert_eq!(joined(&pieces, &mut [0; 8]), Some(b"headbody".as_slice()));
        assert_eq!(joined(&pieces, &mut [0; 7]), None);
        assert_eq!(joined(&[], &mut [0; 7]), Some(b"".as_slice()));
    }

    #[tokio::test]
    async fn the_connection_waits_again_once_the_answer_is_gone() {
        let pace = Pace::default();
        pace.answering();
        let body = pace.until_sent(Body::from("answer"));
        assert!(pace.is_answering());
        assert_eq!(body.collect().await.unwrap().to_bytes(), "answer");
        assert!(!pace.is_answering());
    }
}
