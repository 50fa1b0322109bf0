//! TLS to gateways that do not speak HTTP: whose certificates are believed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};

use super::GatewayError;

/// Believes the CAs in the file (PEM) that a setting names and no others; without one, those that
/// browsers believe.
///
/// # Errors
/// When the file can't be used; it says which setting.
pub(super) fn client(
    setting: &str,
    ca_file: Option<&Path>,
) -> Result<Arc<ClientConfig>, GatewayError> {
    let roots = match ca_file {
        Some(path) => read(path).map_err(|error| format!("{setting}: {error}"))?,
        None => RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        },
    };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| format!("TLS can't be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<RootCertStore, String> {
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let unusable = || format!("{} holds no certificates in PEM", path.display());
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
