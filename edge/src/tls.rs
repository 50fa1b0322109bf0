//! TLS where a server ends it itself (D-01): 1.2 and 1.3, with a certificate that is read anew when its files
//! change or at SIGHUP. Files that can't be used change nothing: what was read before stays in use, and the log
//! says so.
//!
//! Not here: sockets ([`crate::serve`]).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use zeroize::Zeroizing;

/// How often the files are looked at. By their contents: a mounted secret changes behind links.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Where the certificate is; settings of both servers.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsFiles {
    /// File with the certificate and those between it and its CA (PEM): the server ends TLS itself then. Read anew
    /// when it changes, and at SIGHUP [default: plain HTTP]
    #[arg(long, env = "TLS_CERT_FILE", requires = "tls_key_file")]
    pub tls_cert_file: Option<PathBuf>,
    /// File with the certificate's private key (PEM)
    #[arg(long, env = "TLS_KEY_FILE", requires = "tls_cert_file")]
    pub tls_key_file: Option<PathBuf>,
}

/// Why files can't be used. It quotes nothing of them.
#[derive(Debug)]
pub enum TlsError {
    /// One can't be read.
    Unreadable(PathBuf, std::io::Error),
    /// One does not hold what it should.
    Malformed(PathBuf),
    /// They do not go together, or TLS can't work with them.
    Unusable(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{} can't be read: {error}", path.display()),
            Self::Malformed(path) => {
                write!(
                    f,
                    "{} holds nothing in PEM that is meant here",
                    path.display()
                )
            }
            Self::Unusable(error) => write!(f, "certificate and key can't be used: {error}"),
        }
    }
}

impl std::error::Error for TlsError {}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self::Unusable(error)
    }
}

impl TlsFiles {
    /// Whether the server ends TLS itself.
    #[must_use]
    pub fn are_set(&self) -> bool {
        self.tls_cert_file.is_some()
    }

    /// Reads them; nothing where none are set.
    ///
    /// # Errors
    /// [`TlsError`]
    pub fn load(&self) -> Result<Option<Tls>, TlsError> {
        match (&self.tls_cert_file, &self.tls_key_file) {
            (Some(certificate), Some(key)) => Tls::load(certificate, key).map(Some),
            _ => Ok(None),
        }
    }
}

/// Ends TLS. Clones are the same.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// The certificate that is shown now.
struct Shown {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    now: RwLock<Read>,
}

/// What was read, and what the files held then.
struct Read {
    pair: Arc<CertifiedKey>,
    contents: [u8; 32],
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&now.pair))
    }
}

impl Tls {
    fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let provider = Arc::new(default_provider());
        let (contents, pair) = read(certificate, key, &provider);
        let shown = Arc::new(Shown {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider: Arc::clone(&provider),
            now: RwLock::new(Read {
                pair: Arc::new(pair?),
                contents,
            }),
        });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, shown })
    }

    /// The handshake.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: S,
    ) -> std::io::Result<TlsStream<S>> {
        self.acceptor.accept(socket).await
    }

    /// Reads the files anew whenever they change, and at SIGHUP. Never ends.
    pub(crate) async fn keep_up(&self) {
        let mut hang_ups = signal(SignalKind::hangup()).ok();
        loop {
            let told = async {
                match &mut hang_ups {
                    Some(signals) => signals.recv().await,
                    None => std::future::pending().await,
                }
            };
            let told = tokio::select! {
                _ = told => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let shown = Arc::clone(&self.shown);
            let looked = tokio::task::spawn_blocking(move || shown.look(told)).await;
            if let Err(error) = looked {
                tracing::error!(%error, "the certificate's files could not be looked at");
            }
        }
    }
}

impl Shown {
    /// Takes what the files hold if they have changed, or if somebody wants it. Blocks.
    fn look(&self, wanted: bool) {
        let (contents, pair) = read(&self.certificate, &self.key, &self.provider);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if contents == now.contents && !wanted {
            return;
        }
        // What can't be used is said once.
        now.contents = contents;
        match pair {
            Ok(pair) => {
                now.pair = Arc::new(pair);
                tracing::info!("the certificate was read anew");
            }
            Err(error) => {
                tracing::error!(%error, "the certificate that was read before stays in use");
            }
        }
    }
}

/// What the files hold now, and what it is worth.
fn read(
    certificate: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> ([u8; 32], Result<CertifiedKey, TlsError>) {
    let mut contents = Sha256::new();
    let mut text = |path: &Path| {
        let text = std::fs::read(path).map(Zeroizing::new);
        let known = text
            .as_ref()
            .map_or(&b"unreadable"[..], |text| text.as_slice());
        contents.update(Sha256::digest(known));
        text.map_err(|error| TlsError::Unreadable(path.to_owned(), error))
    };
    let texts = (text(certificate), text(key));
    let pair = match texts {
        (Ok(chain), Ok(secret)) => pair((certificate, &chain), (key, &secret), provider),
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    (contents.finalize().into(), pair)
}

fn pair(
    (certificate, chain): (&Path, &[u8]),
    (key, secret): (&Path, &[u8]),
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let malformed = |path: &Path| TlsError::Malformed(path.to_owned());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| malformed(certificate))?;
    let secret = PrivateKeyDer::from_pem_slice(secret).map_err(|_| malformed(key))?;
    // That they go together is checked here.
    Ok(CertifiedKey::from_der(chain, secret, provider)?)
}

#[cfg(test)]
mod tests;
