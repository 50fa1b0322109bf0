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
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificates(setting, path)? {
                let unusable = |_| format!("{setting}: {} holds no CA", path.display());
                roots.add(certificate).map_err(unusable)?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| format!("TLS can't be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The certificates in a file (PEM) that a setting names; one at least.
///
/// # Errors
/// When the file can't be used; it says which setting.
pub(super) fn certificates(
    setting: &str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, GatewayError> {
    let text = fs::read(path).map_err(|error| format!("{setting}: {}: {error}", path.display()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(format!("{setting}: {} holds no certificates in PEM", path.display()).into()),
    }
}
