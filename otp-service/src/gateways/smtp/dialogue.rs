//! What is said to a relay to give it one letter (RFC 5321, 3.3), a step at a time, and what its answers mean.
//!
//! The relay has the letter when it says so after the dot that ends it, and until then surely has not: what
//! breaks off before that dot is thrown away over there (RFC 5321, 4.1.1.10). So whatever happens
//! before is a refusal, and of the rest only an answer tells (H-02).

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use edge::outbound::{TimeLimits, resolve};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::super::{Answered, Doubt, Handed, Refusal};
use super::letter::Letter;
use super::settings::Place;
use super::wire::LineByLine;

/// A goodbye may take so long; the letter is where it is whatever comes back.
const GOODBYE: Duration = Duration::from_millis(500);
/// The relay wants the letter.
const GO_ON: u16 = 354;
/// The relay closes the connection, whatever it was asked.
const CLOSING: u16 = 421;

/// How letters and the account are kept from being read on their way.
pub(super) enum Protection {
    /// They go no further than this machine or a network that the operator knows.
    None,
    /// TLS from the first byte on.
    AtOnce(Box<TlsParameters>),
    /// `STARTTLS`, and no word more where that is not to be had.
    Upgraded(Box<TlsParameters>),
}

/// What a conversation needs to know.
pub(super) struct Dialogue {
    pub(super) place: Place,
    pub(super) protection: Protection,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: ClientId,
    pub(super) limits: TimeLimits,
}

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Greeting,
    Account,
    Letter,
}

/// Why there is no answer that says that the relay has the letter.
enum Failure {
    Smtp(Step, Error),
    Connection(io::Error),
    /// An answer that is none to what was said, with its code.
    Strange(u16),
    Late,
}

impl Dialogue {
    pub(super) async fn hand_over(&self, letter: Letter) -> Answered {
        let deadline = Instant::now() + self.limits.in_all;
        // Whether the dot that ends the letter may have left.
        let ended = AtomicBool::new(false);
        let spoken = async {
            let mut connection = self.open().await?;
            let answer = self.give(&mut connection, &letter, &ended).await;
            Ok((connection, answer))
        };
        let spoken = timeout_at(deadline, spoken).await;
        let answer = match spoken.unwrap_or(Err(Failure::Late)) {
            Ok((mut connection, answer)) => {
                let goodbye = deadline.min(Instant::now() + GOODBYE);
                // What it says to that changes nothing.
                drop(timeout_at(goodbye, connection.quit()).await);
                answer
            }
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(answer) => Answered {
                handed: Handed::Accepted {
                    reference: letter.id,
                },
                status: answer.code().into(),
                came_back: said(&answer),
            },
            Err(failure) => failure.meaning(ended.load(Ordering::Relaxed)),
        }
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Failure> {
        let limit = self.limits.connect;
        let greeting = |error| Failure::Smtp(Step::Greeting, error);
        let addresses = within(limit, async {
            let host = &self.place.host;
            resolve(&host.name, self.place.port, host.private).await
        });
        let addresses = addresses.await?;
        let upgrade = match &self.protection {
            Protection::AtOnce(tls) => {
                let tls = Some(tls.as_ref().clone());
                let addresses = addresses.as_slice();
                let connecting = AsyncSmtpConnection::connect_tokio1(
                    addresses,
                    Some(limit),
                    &self.hello,
                    tls,
                    None,
                );
                return connecting.await.map_err(greeting);
            }
            Protection::Upgraded(tls) => Some(tls.as_ref().clone()),
            Protection::None => None,
        };
        let stream = within(limit, TcpStream::connect(addresses.as_slice())).await?;
        stream.set_nodelay(true).map_err(Failure::Connection)?;
        let stream = Box::new(LineByLine::new(stream));
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(greeting)?;
        if let Some(tls) = upgrade {
            let upgraded = connection.starttls(tls, &self.hello).await;
            upgraded.map_err(greeting)?;
        }
        Ok(connection)
    }

    async fn give(
        &self,
        connection: &mut AsyncSmtpConnection,
        letter: &Letter,
        ended: &AtomicBool,
    ) -> Result<Response, Failure> {
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let known = connection.auth(&mechanisms, credentials).await;
            done(known.map_err(|error| Failure::Smtp(Step::Account, error))?)?;
        }
        let failed = |error| Failure::Smtp(Step::Letter, error);
        let from = Mail::new(Some(letter.from.clone()), Vec::new());
        done(connection.command(from).await.map_err(failed)?)?;
        let to = Rcpt::new(letter.to.clone(), Vec::new());
        done(connection.command(to).await.map_err(failed)?)?;
        let answer = connection.command(Data).await.map_err(failed)?;
        if u16::from(answer.code()) != GO_ON {
            return Err(Failure::Strange(answer.code().into()));
        }
        // The dot is written when nothing is left of what stands before it.
        let end = std::iter::from_fn(|| {
            ended.store(true, Ordering::Relaxed);
            None
        });
        let content = std::iter::once(letter.content.as_slice()).chain(end);
        done(connection.message_iter(content).await.map_err(failed)?)
    }
}

async fn within<T>(
    limit: Duration,
    connecting: impl Future<Output = io::Result<T>>,
) -> Result<T, Failure> {
    let late = |_| Err(io::ErrorKind::TimedOut.into());
    let connected = timeout(limit, connecting).await;
    connected.unwrap_or_else(late).map_err(Failure::Connection)
}

/// An answer that says that what was asked for was done.
fn done(answer: Response) -> Result<Response, Failure> {
    let code = u16::from(answer.code());
    if (200..300).contains(&code) {
        Ok(answer)
    } else {
        Err(Failure::Strange(code))
    }
}

fn said(answer: &Response) -> String {
    let lines: Vec<_> = answer.message().collect();
    format!("{} {}", answer.code(), lines.join(" "))
}

impl Failure {
    /// `ended`: the dot that ends the letter may have left.
    fn meaning(self, ended: bool) -> Answered {
        let refused = Handed::Refused(Refusal::Unreachable);
        let (handed, status, came_back) = match self {
            Self::Connection(error) => (refused, 0, error.to_string()),
            Self::Smtp(step, error) => {
                let code = error.status().map_or(0, u16::from);
                let handed = match code {
                    0 if ended => Handed::Unknown(doubt(&error)),
                    0 if step == Step::Account && error.is_client() => {
                        Handed::Refused(Refusal::Credentials)
                    }
                    0 => refused,
                    code => Handed::Refused(refusal(step, code)),
                };
                (handed, code, error.to_string())
            }
            Self::Strange(code) if ended => (
                Handed::Unknown(Doubt::Garbled),
                code,
                format!("{code}, which is no answer to a letter"),
            ),
            Self::Strange(code) => (
                refused,
                code,
                format!("{code}, which is no answer to what was said"),
            ),
            Self::Late if ended => (
                Handed::Unknown(Doubt::TooSlow),
                0,
                "no answer to the letter in time".to_owned(),
            ),
            Self::Late => (refused, 0, "it took too long".to_owned()),
        };
        Answered {
            handed,
            status,
            came_back,
        }
    }
}

/// What a refusal of this code means.
fn refusal(step: Step, code: u16) -> Refusal {
    match (step, code) {
        (_, CLOSING) | (Step::Greeting, _) => Refusal::Unreachable,
        // RFC 4954, 6: it wants to know who we are, or not in this way.
        (_, 530 | 534 | 535 | 538) | (Step::Account, 500..) => Refusal::Credentials,
        (_, ..500) => Refusal::Busy,
        _ => Refusal::Documented,
    }
}

/// What is wrong with the answer to a letter.
fn doubt(error: &Error) -> Doubt {
    let source = std::error::Error::source(error);
    let broken_off = match source.and_then(|source| source.downcast_ref::<io::Error>()) {
        Some(error) => error.kind() != io::ErrorKind::InvalidData,
        // The connection was closed, and not in the midst of a word.
        None => source.is_some_and(|source| source.to_string() == "incomplete response"),
    };
    if broken_off {
        Doubt::BrokenOff
    } else {
        Doubt::Garbled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_what_the_step_makes_of_it() {
        use Refusal::{Busy, Credentials, Documented, Unreachable};
        for (step, code, meant) in [
            (Step::Greeting, 421, Unreachable),
            (Step::Greeting, 454, Unreachable),
            (Step::Greeting, 554, Unreachable),
            (Step::Account, 421, Unreachable),
            (Step::Account, 454, Busy),
            (Step::Account, 504, Credentials),
            (Step::Account, 535, Credentials),
            (Step::Letter, 421, Unreachable),
            (Step::Letter, 451, Busy),
            (Step::Letter, 452, Busy),
            (Step::Letter, 530, Credentials),
            (Step::Letter, 550, Documented),
            (Step::Letter, 554, Documented),
        ] {
            assert_eq!(refusal(step, code), meant, "{step:?} {code}");
        }
    }
}
