//! TLS to PostgreSQL: whose certificates are believed, and what is said when a server has no good one.
//!
//! The certificate and the host's name in it are always checked, as libpq does with `verify-full`.
//! Which servers need TLS is not decided here.

use std::error::Error as _;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{OpenError, StoreError};

/// PostgreSQL's name in ALPN: a certificate's other services can't be mistaken for it.
const PROTOCOL: &[u8] = b"postgresql";

/// Believes the CAs in a file (PEM) and no others; without one, those that browsers believe.
pub(super) fn connector(ca_file: Option<&Path>) -> Result<MakeRustlsConnect, OpenError> {
    let roots = match ca_file {
        Some(path) => read(path)?,
        None => RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        },
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| StoreError::Broken(format!("TLS can't be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

fn read(path: &Path) -> Result<RootCertStore, OpenError> {
    let text = fs::read(path).map_err(|cause| OpenError::File(path.to_owned(), cause))?;
    let unusable = || OpenError::CaFile(path.to_owned());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|_| unusable())?;
        roots.add(certificate).map_err(|_| unusable())?;
    }
    if roots.is_empty() {
        return Err(unusable());
    }
    Ok(roots)
}

/// Why there is no TLS with the server, if that is why there is no connection. rustls's own words
/// about a certificate quote the address.
pub(super) fn refusal(error: &postgres::Error) -> Option<String> {
    let cause = error.source()?;
    let Some(failed) = cause.downcast_ref::<io::Error>() else {
        // The client has no other sign for it.
        return (cause.to_string() == "server does not support TLS").then(|| {
            "PostgreSQL does not speak TLS there: switch `ssl` on in its configuration".to_owned()
        });
    };
    let tls: &Error = failed.get_ref()?.downcast_ref()?;
    Some(match tls {
        Error::InvalidCertificate(fault) => {
            format!(
                "PostgreSQL's certificate is not believed: {}",
                advice(fault)
            )
        }
        other => format!("no TLS with PostgreSQL: {other}"),
    })
}

fn advice(fault: &CertificateError) -> &'static str {
    match fault {
        // The second when that other CA has the name of a known one.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "it is from another CA than those known here, give the file of its CA (DATABASE_CA_FILE)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host, give the host in the address as the certificate names it"
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "its time is over or has not come, give the server a new one or put this machine's clock right"
        }
        _ => {
            "give the server one for TLS servers from a CA, of X.509 version 3 and with the host's name"
        }
    }
}
