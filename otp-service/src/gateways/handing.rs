//! What a gateway gets, and what can come of it.

use std::pin::Pin;

/// A message as a gateway gets it. `Debug` is left out: it holds number and code.
pub(crate) struct Outgoing<'a> {
    /// Ours; the gateway gives it back in its receipts.
    pub(crate) id: &'a str,
    /// E.164, or an e-mail address.
    pub(crate) to: &'a str,
    pub(crate) text: &'a str,
    /// ISO 3166 alpha-2, `""` for an e-mail address.
    pub(crate) country: &'a str,
    /// Its code works for so many seconds; later it need not arrive any more.
    pub(crate) lives: i64,
    /// Unix seconds of the host's clock, for signatures.
    pub(crate) now: i64,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The gateway has it and calls it this; `""` when it has no name for it.
    Accepted { reference: String },
    /// The gateway surely has not taken it: another one may get it (H-09).
    Refused(Refusal),
    /// Its bytes may have left (H-02).
    Unknown(Doubt),
}

/// Why a gateway surely has not taken a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No connection came about.
    Unreachable,
    /// 429
    Busy,
    /// It does not know us: what is wrong is the settings.
    Credentials,
    /// A refusal that it documents, as of the number.
    Documented,
}

/// Why nobody knows whether a gateway has taken a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    TooSlow,
    /// The connection broke, before or within the answer.
    BrokenOff,
    /// 500 and above.
    ServerError,
    /// An answer that is none that it documents.
    Garbled,
    /// It took some parts of it and not all.
    InParts,
}

impl Refusal {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Credentials => "credentials",
            Self::Documented => "refused",
        }
    }
}

impl Doubt {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::ServerError => "server_error",
            Self::Garbled => "garbled",
            Self::InParts => "in_parts",
        }
    }
}

impl Handed {
    /// Whether the gateway works, as its breaker sees it: 4xx are no failures (H-04).
    pub(crate) fn is_good(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::Refused(Refusal::Unreachable))
    }
}

/// The end of an attempt, with what came back for an operator who tests; it may hold the number.
pub(crate) struct Answered {
    pub(crate) handed: Handed,
    /// HTTP status, or what stands for it there; 0 without an answer.
    pub(crate) status: u16,
    pub(crate) came_back: String,
}

/// A connection that ends.
pub(crate) type Closing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// An attempt that runs.
pub(crate) type Attempt<'a> = Pin<Box<dyn Future<Output = Answered> + Send + 'a>>;
