//! A mail relay on a loopback socket: it speaks SMTP by hand, writes down what it is given, and plays any
//! fault that it is told to.

use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::message::code_in;

/// A place in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    StartTls,
    Account,
    Mail,
    Rcpt,
    Data,
    /// The dot has come, and the letter is whole.
    Letter,
}

/// What it does at a step instead of what is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Play {
    Says(&'static str),
    /// Begins to say so, and the connection is gone.
    Breaks(&'static str),
    /// Nothing, ever.
    Silence,
}

/// How letters get to it.
#[derive(Clone)]
pub(super) enum Tls {
    None,
    AtOnce(TlsAcceptor),
    Upgraded(TlsAcceptor),
}

/// A letter that came in whole.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) hello: String,
    /// User and password.
    pub(super) account: Option<(String, String)>,
    pub(super) encrypted: bool,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) content: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> String {
        let (head, _) = self.content.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("no {name}: {head}")).to_owned()
    }

    pub(super) fn body(&self) -> &str {
        let (_, body) = self.content.split_once("\r\n\r\n").unwrap();
        body.strip_suffix("\r\n").unwrap()
    }

    pub(super) fn code(&self) -> String {
        code_in(self.body()).unwrap().to_owned()
    }
}

/// A running relay.
#[derive(Clone)]
pub(super) struct FakeRelay {
    pub(super) address: String,
    tls: Tls,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    plays: Option<(Step, Play)>,
    received: Vec<Received>,
    /// First words of what was said to it.
    commands: Vec<String>,
}

impl FakeRelay {
    pub(super) async fn start() -> Self {
        Self::start_with(Tls::None).await
    }

    pub(super) async fn start_with(tls: Tls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if matches!(tls, Tls::AtOnce(_)) { "smtps" } else { "smtp" };
        let port = listener.local_addr().unwrap().port();
        let relay = Self {
            address: format!("{scheme}://localhost:{port}"),
            tls,
            memory: Arc::default(),
        };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    match &serving.tls {
                        Tls::AtOnce(tls) => {
                            // Who does not believe the certificate is gone by now.
                            if let Ok(stream) = tls.accept(stream).await {
                                serving.converse(stream, true).await;
                            }
                        }
                        Tls::Upgraded(tls) => {
                            if let Some(stream) = serving.converse(stream, false).await
                                && let Ok(stream) = tls.accept(stream).await
                            {
                                serving.converse(stream, true).await;
                            }
                        }
                        Tls::None => drop(serving.converse(stream, false).await),
                    }
                });
            }
        });
        relay
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// Does so at this step from now on.
    pub(super) fn plays(&self, step: Step, play: Play) {
        self.memory().plays = Some((step, play));
    }

    /// Does its own work again.
    pub(super) fn behaves(&self) {
        self.memory().plays = None;
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.memory().received.clone()
    }

    /// How often this was said to it.
    pub(super) fn heard(&self, command: &str) -> usize {
        let memory = self.memory();
        memory.commands.iter().filter(|heard| *heard == command).count()
    }

    /// One connection, until it ends or TLS begins.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, encrypted: bool) -> Option<S> {
        let mut session = Session {
            relay: self,
            stream: BufStream::new(stream),
            letter: Received {
                hello: String::new(),
                account: None,
                encrypted,
                from: String::new(),
                to: String::new(),
                content: String::new(),
            },
        };
        let upgraded = matches!(self.tls, Tls::Upgraded(_)) && encrypted;
        if !upgraded {
            session.answer(Step::Greeting, "220 mail.example.org ESMTP").await?;
        }
        while session.command().await? {}
        Some(session.stream.into_inner())
    }
}

struct Session<'a, S> {
    relay: &'a FakeRelay,
    stream: BufStream<S>,
    letter: Received,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<'_, S> {
    /// Answers what is right, or what it was told to; `None`: the connection is over.
    async fn answer(&mut self, step: Step, right: &str) -> Option<()> {
        let played = self.relay.memory().plays.filter(|(at, _)| *at == step);
        let (said, goes_on) = match played.map(|(_, play)| play) {
            None => (format!("{right}\r\n"), true),
            Some(Play::Says(text)) => (format!("{text}\r\n"), true),
            Some(Play::Breaks(text)) => (text.to_owned(), false),
            Some(Play::Silence) => std::future::pending().await,
        };
        self.stream.write_all(said.as_bytes()).await.ok()?;
        self.stream.flush().await.ok()?;
        goes_on.then_some(())
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await.ok()?;
        (read > 0).then_some(line)
    }

    /// Whether to go on in clear.
    async fn command(&mut self) -> Option<bool> {
        let line = self.line().await?;
        let line = line.trim_end();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        self.relay.memory().commands.push(word.to_owned());
        match word {
            "EHLO" => {
                self.letter.hello = rest.to_owned();
                let offers = matches!(self.relay.tls, Tls::Upgraded(_)) && !self.letter.encrypted;
                let offers = if offers { "STARTTLS" } else { "AUTH PLAIN LOGIN" };
                let said = format!("250-mail.example.org\r\n250-{offers}\r\n250-8BITMIME\r\n250 SIZE 10240000\r\n");
                self.stream.write_all(said.as_bytes()).await.ok()?;
                self.stream.flush().await.ok()?;
            }
            "STARTTLS" => {
                self.answer(Step::StartTls, "220 2.0.0 Ready to start TLS").await?;
                return Some(false);
            }
            "AUTH" => {
                let plain = STANDARD.decode(rest.strip_prefix("PLAIN ")?).ok()?;
                let plain = String::from_utf8(plain).ok()?;
                let mut fields = plain.split('\0').skip(1).map(str::to_owned);
                self.letter.account = Some((fields.next()?, fields.next()?));
                let known = self.letter.account.as_ref()?.1 == PASSWORD;
                let right = if known { "235 2.7.0 Accepted" } else { "535 5.7.8 Bad credentials" };
                self.answer(Step::Account, right).await?;
            }
            "MAIL" => {
                rest.clone_into(&mut self.letter.from);
                self.answer(Step::Mail, "250 2.1.0 Ok").await?;
            }
            "RCPT" => {
                rest.clone_into(&mut self.letter.to);
                self.answer(Step::Rcpt, "250 2.1.5 Ok").await?;
            }
            "DATA" => {
                self.answer(Step::Data, "354 End data with <CR><LF>.<CR><LF>").await?;
                let played = self.relay.memory().plays;
                if !played.is_some_and(|(at, _)| at == Step::Data) {
                    self.content().await?;
                }
            }
            "QUIT" => {
                let _ = self.stream.write_all(b"221 2.0.0 Bye\r\n").await;
                let _ = self.stream.flush().await;
                return None;
            }
            _ => self.answer(Step::Greeting, "500 5.5.2 What?").await?,
        }
        Some(true)
    }

    async fn content(&mut self) -> Option<()> {
        loop {
            let line = self.line().await?;
            if line == ".\r\n" {
                break;
            }
            let line = line.strip_prefix('.').unwrap_or(&line);
            self.letter.content.push_str(line);
        }
        let letter = self.letter.clone();
        self.letter.content.clear();
        self.relay.memory().received.push(letter);
        self.answer(Step::Letter, "250 2.0.0 Ok: queued as 4XyZ1c0Dw2").await
    }
}

pub(super) const PASSWORD: &str = "an open sesame of the tests";
