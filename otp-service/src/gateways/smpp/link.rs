//! The one connection to the message centre: a task that makes it, binds, serves it and makes it again,
//! with growing pauses while that fails. Whoever has a message for it is answered exactly once, and what
//! was not written is told apart from what was (H-02).
//!
//! Not here: what is said over a connection that stands ([`super::session`]).

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use edge::outbound::{TimeLimits, resolve};
use rusmpp::Command;
use rusmpp::pdus::{BindTransceiver, SubmitSm};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;

use super::super::reported::Reported;
use super::super::{Doubt, Refusal};
use super::pdu::{Frames, Incoming, command, refusal, status, written};
use super::sent::{Part, Sent};
use super::session::{End, Session};
use super::settings::{Pauses, Place};

/// What a connection needs to know.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) place: Place,
    pub(super) tls: Option<TlsConnector>,
    pub(super) bind: BindTransceiver,
    pub(super) window: usize,
    pub(super) enquire: Duration,
    pub(super) pauses: Pauses,
    pub(super) limits: TimeLimits,
}

/// A message, or a part of one, that is to be written.
pub(super) struct Request {
    pub(super) packet: SubmitSm,
    pub(super) part: Part,
    /// Nobody waits for longer.
    pub(super) deadline: Instant,
    pub(super) tell: oneshot::Sender<Fate>,
}

/// What became of it, with the status of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The message centre has it and calls it this.
    Taken(String),
    /// It surely has not.
    Refused(Refusal, u32),
    Unknown(Doubt, u32),
}

/// The handle of the task, which runs from the first use on.
pub(super) struct Link {
    setup: Setup,
    running: Mutex<Option<Running>>,
}

struct Running {
    requests: mpsc::UnboundedSender<Request>,
    /// The task ends when this is dropped.
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Link {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            setup,
            running: Mutex::default(),
        }
    }

    /// Connects, unless it has begun to. Without a listener no report is taken.
    pub(super) fn start(
        &self,
        listener: Option<mpsc::Sender<Reported>>,
    ) -> mpsc::UnboundedSender<Request> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let running = running.get_or_insert_with(|| {
            let (requests, waiting) = mpsc::unbounded_channel();
            let (stop, stopped) = watch::channel(());
            let connection = Connection {
                setup: self.setup.clone(),
                waiting,
                stopped,
                sent: Sent::default(),
                listener,
            };
            Running {
                requests,
                stop,
                task: tokio::spawn(connection.keep()),
            }
        });
        running.requests.clone()
    }

    /// Has it written, and waits for what becomes of it until the deadline.
    pub(super) async fn submit(&self, packet: SubmitSm, part: Part, deadline: Instant) -> Fate {
        let (tell, told) = oneshot::channel();
        let request = Request {
            packet,
            part,
            deadline,
            tell,
        };
        if self.start(None).send(request).is_err() {
            return Fate::Refused(Refusal::Unreachable, 0);
        }
        // Nobody answers only if the task has died, and then it may have been written.
        told.await.unwrap_or(Fate::Unknown(Doubt::BrokenOff, 0))
    }

    /// Says goodbye to the message centre.
    pub(super) async fn close(&self) {
        let running = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.take()
        };
        if let Some(Running { stop, task, .. }) = running {
            drop(stop);
            if task.await.is_err() {
                tracing::error!("the task of the SMPP connection has died");
            }
        }
    }
}

/// What the task works with, over all its connections.
pub(super) struct Connection {
    pub(super) setup: Setup,
    pub(super) waiting: mpsc::UnboundedReceiver<Request>,
    pub(super) stopped: watch::Receiver<()>,
    pub(super) sent: Sent,
    pub(super) listener: Option<mpsc::Sender<Reported>>,
}

pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

pub(super) type Reading = Frames<tokio::io::ReadHalf<Box<dyn Duplex>>>;
pub(super) type Writing = tokio::io::WriteHalf<Box<dyn Duplex>>;

impl Connection {
    async fn keep(mut self) {
        let mut failures = 0;
        loop {
            let mut stopped = self.stopped.clone();
            let connected = tokio::select! {
                _ = stopped.changed() => return,
                connected = self.connect() => connected,
            };
            let why = match connected {
                Ok((reading, writing)) => {
                    tracing::info!(event = "smpp_bound", "bound to the message centre");
                    match Session::new(&mut self, reading, writing).run().await {
                        End::Stopped => return,
                        End::Broken { useful: true } => failures = 0,
                        End::Broken { useful: false } => failures += 1,
                    }
                    tracing::warn!(event = "smpp_lost", "the message centre is gone");
                    Refusal::Unreachable
                }
                Err((why, cause)) => {
                    failures += 1;
                    let why_word = why.as_str();
                    tracing::warn!(
                        event = "smpp_not_bound",
                        why = why_word,
                        %cause,
                        failures,
                        "not bound to the message centre"
                    );
                    why
                }
            };
            while let Ok(request) = self.waiting.try_recv() {
                refuse(request, why);
            }
            if !self.pause(failures, why).await {
                return;
            }
        }
    }

    /// Waits before the next attempt; who comes meanwhile is refused. Whether to go on.
    async fn pause(&mut self, failures: u32, why: Refusal) -> bool {
        let ends = sleep(length(self.setup.pauses, failures, jitter()));
        tokio::pin!(ends);
        loop {
            tokio::select! {
                biased;
                _ = self.stopped.changed() => return false,
                () = &mut ends => return true,
                request = self.waiting.recv() => match request {
                    Some(request) => refuse(request, why),
                    None => return false,
                },
            }
        }
    }

    async fn connect(&self) -> Result<(Reading, Writing), (Refusal, String)> {
        let limit = self.setup.limits.connect;
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let unreachable = |error: io::Error| (Refusal::Unreachable, error.to_string());
        let stream = timeout(limit, self.reach()).await.map_err(late);
        let stream = stream.and_then(|reached| reached).map_err(unreachable)?;
        let (reading, writing) = tokio::io::split(stream);
        let (mut reading, mut writing) = (Frames::new(reading), writing);
        let bind = command(1, self.setup.bind.clone());
        let answer = timeout(limit, async {
            writing.write_all(&written(&bind)).await?;
            writing.flush().await?;
            answer_of(&mut reading, 1).await
        });
        let answer = answer.await.map_err(late);
        let answer = answer.and_then(|answer| answer).map_err(unreachable)?;
        match status(&answer) {
            0 => Ok((reading, writing)),
            status => {
                let why = match refusal(status) {
                    Ok(Refusal::Credentials) => Refusal::Credentials,
                    _ => Refusal::Unreachable,
                };
                Err((why, format!("{:?}", answer.status())))
            }
        }
    }

    async fn reach(&self) -> io::Result<Box<dyn Duplex>> {
        let Place { host, port, .. } = &self.setup.place;
        let addresses = resolve(&host.name, *port, host.private).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.setup.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(host.name.clone()).map_err(io::Error::other)?;
        Ok(Box::new(tls.connect(name, stream).await?))
    }
}

/// The packet that answers the one with this number; others are passed by.
async fn answer_of(reading: &mut Reading, sequence: u32) -> io::Result<Command> {
    loop {
        match reading.next().await? {
            Some(Incoming::Command(answer)) if answer.sequence_number() == sequence => {
                return Ok(*answer);
            }
            Some(Incoming::Command(_)) => {}
            Some(Incoming::Nonsense { .. }) => return Err(io::ErrorKind::InvalidData.into()),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

pub(super) fn refuse(request: Request, why: Refusal) {
    // Who asked may have gone.
    let _ = request.tell.send(Fate::Refused(why, 0));
}

/// A random number from 0 to 255; without randomness the longest pause.
fn jitter() -> u8 {
    let mut byte = [u8::MAX];
    let _ = getrandom::fill(&mut byte);
    byte[0]
}

/// The pause after so many failures in a row: doubled each time, and of that a random half or more, so
/// that services that have lost the same message centre do not come back together.
fn length(pauses: Pauses, failures: u32, jitter: u8) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else {
        return Duration::ZERO;
    };
    let whole = pauses.first.saturating_mul(2_u32.saturating_pow(doublings));
    let whole = whole.min(pauses.longest);
    whole / 2 + whole.mul_f32(0.5 * f32::from(jitter) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_half_a_minute_and_differ() {
        let pauses = Pauses::default();
        let span = |failures| {
            let ends = [0, u8::MAX].map(|jitter| length(pauses, failures, jitter).as_millis());
            (ends[0], ends[1])
        };
        assert_eq!(span(0), (0, 0));
        assert_eq!(span(1), (250, 500));
        assert_eq!(span(3), (1000, 2000));
        assert_eq!(span(7), (15_000, 30_000));
        assert_eq!(span(u32::MAX), (15_000, 30_000));
    }
}
