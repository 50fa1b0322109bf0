//! A PostgreSQL server on another machine: whom the door speaks to, and what it says of the others
//! (D-01). The name is another machine's, the address is this one's.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use storage::{Database, OpenError, Server};
use tempfile::TempDir;

use super::words::{SCHEMA, insert, words};

const HOST: &str = "db.example.com";

/// A CA in a folder of its own.
struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        Self {
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server with a certificate for [`HOST`].
    async fn server(&self) -> test_postgres::Server {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([HOST.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let server =
            test_postgres::Server::start_with_tls(&certificate.pem(), &key.serialize_pem());
        let server = server.unwrap();
        let address = server.address();
        let here = Database::connect(super::words::server(&address), &[SCHEMA]).unwrap();
        here.write(|sql| sql.batch("ALTER ROLE pipit PASSWORD 'sesame'"))
            .await
            .unwrap();
        here.close().await;
        server
    }
}

fn url(host: &str, port: u16, parameters: &str) -> String {
    format!("postgres://pipit:sesame@{host}:{port}/postgres?hostaddr=127.0.0.1&{parameters}")
}

/// What an operator reads who gives this address and this CA.
fn refused(url: &str, ca_file: Option<&Path>) -> String {
    let error = match Database::connect(Server { url, ca_file }, &[SCHEMA]) {
        Ok(_) => panic!("{url} was connected to"),
        Err(error) => error.to_string(),
    };
    for part in ["sesame", "pipit", "example", "localhost", "127.0.0.1"] {
        assert!(!error.contains(part), "{error}");
    }
    error
}

#[tokio::test]
async fn a_server_elsewhere_is_spoken_to_over_tls_and_its_certificate_is_checked_d_01() {
    let ours = Authority::new();
    let server = ours.server().await;
    let at = |host: &str, parameters: &str| url(host, server.port(), parameters);

    // The password is bound to the certificate, and the server tells what was spoken.
    for mode in ["require", "verify-full"] {
        let parameters = format!("sslmode={mode}&channel_binding=require");
        let elsewhere = Server {
            url: &at(HOST, &parameters),
            ca_file: Some(&ours.file()),
        };
        let database = Database::connect(elsewhere, &[SCHEMA]).unwrap();
        database.write(move |sql| insert(sql, mode)).await.unwrap();
        assert!(words(&database).await.contains(&mode.to_owned()));
        let spoken = database.read(|sql| {
            sql.query_one(
                "SELECT version FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()",
                &[],
                |row| row.text(0),
            )
        });
        assert_eq!(spoken.await, Ok(Some("TLSv1.3".to_owned())));
        database.close().await;
    }

    let theirs = Authority::new();
    let asked = at(HOST, "sslmode=require");
    for stranger in [Some(theirs.file()), None] {
        let said = refused(&asked, stranger.as_deref());
        assert!(said.contains("DATABASE_CA_FILE"), "{said}");
    }
    let other_name = at("localhost", "sslmode=require");
    let said = refused(&other_name, Some(&ours.file()));
    assert!(said.contains("it is for another host"), "{said}");
    for weak in ["sslmode=prefer", "sslmode=disable", ""] {
        let said = refused(&at(HOST, weak), Some(&ours.file()));
        assert!(said.contains("?sslmode=require"), "{said}");
    }
}

#[test]
fn a_server_elsewhere_without_tls_is_told_nothing_d_01() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        client.read_exact(&mut request).unwrap();
        client.write_all(b"N").unwrap();
        let mut more = Vec::new();
        client.read_to_end(&mut more).unwrap();
        (request, more)
    });
    let said = refused(&url(HOST, port, "sslmode=require"), None);
    assert!(said.contains("switch `ssl` on"), "{said}");
    // SSLRequest, then the end.
    let request = [0, 0, 0, 8, 4, 210, 22, 47];
    assert_eq!(server.join().unwrap(), (request, Vec::new()));
}

#[test]
fn a_file_of_cas_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let asked = Server {
        url: &url(HOST, 1, "sslmode=require"),
        ca_file: Some(&path),
    };
    let error = Database::connect(asked, &[SCHEMA]).unwrap_err();
    assert!(matches!(error, OpenError::File(at, _) if at == path));
}
