//! Handshakes, and certificates that change.

use super::*;
use crate::serve::Door;
use crate::testing::Log;
use crate::{EdgeLimits, Stop, Traffic, harden};
use axum::Router;
use axum::routing::get;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

struct Ca {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Ca {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let issuer = Issuer::new(params, key);
        Self {
            certificate,
            issuer,
        }
    }

    /// Certificate and key, both PEM, for `localhost`, with this name in it.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn connector(&self) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    /// What is answered to `GET /`, and the certificate that was shown.
    async fn get(&self, address: SocketAddr) -> (String, Vec<u8>) {
        let socket = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = self.connector().connect(name, socket).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
        (answer, shown)
    }
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

fn files(folder: &TempDir) -> TlsFiles {
    TlsFiles {
        tls_cert_file: Some(folder.path().join("cert.pem")),
        tls_key_file: Some(folder.path().join("key.pem")),
    }
}

fn write(folder: &TempDir, (certificate, key): &(String, String)) {
    std::fs::write(folder.path().join("cert.pem"), certificate).unwrap();
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
}

async fn start(tls: Tls) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let traffic = Traffic::uncounted();
    let router = Router::new().route("/", get(async || "fine"));
    let router = harden(router, EdgeLimits::default(), &traffic);
    let door = Door::new(listener, Some(tls));
    tokio::spawn(async move { crate::serve(door, router, &traffic, Stop::default()).await });
    address
}

#[tokio::test]
async fn a_server_ends_tls_itself_and_shows_a_new_certificate_to_new_connections_d_01() {
    let (ca, folder) = (Ca::new(), tempfile::tempdir().unwrap());
    let (first, second) = (ca.issue("first"), ca.issue("second"));
    write(&folder, &first);
    let tls = files(&folder).load().unwrap().unwrap();
    let address = start(tls.clone()).await;
    let (answer, shown) = ca.get(address).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("fine"),
        "{answer}"
    );
    assert_eq!(shown, der(&first.0));
    write(&folder, &second);
    tls.shown.look(false);
    assert_eq!(ca.get(address).await.1, der(&second.0));
}

#[tokio::test]
async fn who_speaks_plain_http_to_it_gets_nothing_d_01() {
    let (ca, folder) = (Ca::new(), tempfile::tempdir().unwrap());
    write(&folder, &ca.issue("one"));
    let address = start(files(&folder).load().unwrap().unwrap()).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // That it is reset is as good an end.
    let _ = socket.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    // Nor does it keep others out.
    assert!(ca.get(address).await.0.ends_with("fine"));
}

#[test]
fn files_that_cannot_be_used_leave_the_old_certificate_and_are_said_once() {
    let (ca, folder) = (Ca::new(), tempfile::tempdir().unwrap());
    let good = ca.issue("good");
    write(&folder, &good);
    let tls = files(&folder).load().unwrap().unwrap();
    let shown = || tls.shown.now.read().unwrap().pair.cert[0].to_vec();
    let secret = good.1.lines().nth(1).unwrap();
    for (what, bad) in [
        ("another's key", (good.0.clone(), ca.issue("other").1)),
        ("no certificate", (String::new(), good.1.clone())),
        ("half a key", (good.0.clone(), good.1[..60].to_owned())),
        ("no PEM", ("no PEM".to_owned(), "no PEM".to_owned())),
    ] {
        write(&folder, &bad);
        let log = Log::keep();
        tls.shown.look(false);
        tls.shown.look(false);
        let text = log.text();
        assert_eq!(text.matches("stays in use").count(), 1, "{what}: {text}");
        assert!(!text.contains(secret), "{what}");
        assert_eq!(shown(), der(&good.0), "{what}");
        assert!(files(&folder).load().is_err(), "{what}");
    }
    std::fs::remove_file(folder.path().join("key.pem")).unwrap();
    tls.shown.look(true);
    assert_eq!(shown(), der(&good.0));
    let new = ca.issue("new");
    write(&folder, &new);
    tls.shown.look(false);
    assert_eq!(shown(), der(&new.0));
}

#[tokio::test(start_paused = true)]
async fn changed_files_are_found_by_themselves() {
    let (ca, folder) = (Ca::new(), tempfile::tempdir().unwrap());
    write(&folder, &ca.issue("old"));
    let tls = files(&folder).load().unwrap().unwrap();
    let new = ca.issue("new");
    write(&folder, &new);
    let changed = async {
        while tls.shown.now.read().unwrap().pair.cert[0].to_vec() != der(&new.0) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        () = tls.keep_up() => {}
        () = changed => {}
    }
}

#[test]
fn one_file_without_the_other_is_refused() {
    use clap::Parser;
    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        files: TlsFiles,
    }
    assert!(Line::try_parse_from(["server", "--tls-cert-file=a"]).is_err());
    assert!(Line::try_parse_from(["server", "--tls-key-file=a"]).is_err());
    assert!(!Line::try_parse_from(["server"]).unwrap().files.are_set());
}
