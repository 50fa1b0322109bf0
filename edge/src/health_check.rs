//! `healthcheck`, a chore of both servers: asks the server that runs with the same settings whether it
//! is well. For containers, whose images hold no shell and no client to ask with.
//!
//! Not here: what is asked; each server answers `/healthz` and `/readyz` itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::tls::TlsFiles;

/// Whoever has not answered by then is not well. Container engines have limits of their own.
const WITHIN: Duration = Duration::from_secs(4);

/// What the chore is told.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct HealthCheck {
    /// Ask whether it can work, not only whether it runs: fails while a server that it needs is away
    #[arg(long)]
    pub ready: bool,
}

/// Why a server is not well.
#[derive(Debug)]
pub enum Unwell {
    /// Nobody answers there.
    Silent(SocketAddr),
    /// It answers, and not with 200.
    Says(StatusCode),
    /// It ends TLS itself, and nothing of it answers in clear.
    NotInClear,
}

impl fmt::Display for Unwell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(address) => write!(f, "no answer at {address}"),
            Self::Says(status) => write!(f, "it answers {status}"),
            Self::NotInClear => {
                f.write_str("it speaks TLS alone; set METRICS_ADDR too, where it answers in clear")
            }
        }
    }
}

impl std::error::Error for Unwell {}

impl HealthCheck {
    /// Asks the server that listens at `listen`, or at `metrics` where it ends TLS itself.
    ///
    /// # Errors
    /// [`Unwell`], also when there is no answer within 4 seconds.
    pub async fn ask(
        self,
        listen: SocketAddr,
        tls: &TlsFiles,
        metrics: Option<SocketAddr>,
    ) -> Result<(), Unwell> {
        let in_clear = if tls.are_set() { metrics } else { Some(listen) };
        self.ask_at(in_clear.ok_or(Unwell::NotInClear)?).await
    }

    async fn ask_at(self, listen: SocketAddr) -> Result<(), Unwell> {
        let address = SocketAddr::new(reachable(listen.ip()), listen.port());
        let path = if self.ready { "/readyz" } else { "/healthz" };
        let answer = tokio::time::timeout(WITHIN, status(address, path)).await;
        match answer {
            Ok(Some(StatusCode::OK)) => Ok(()),
            Ok(Some(status)) => Err(Unwell::Says(status)),
            Ok(None) | Err(_) => Err(Unwell::Silent(address)),
        }
    }
}

/// Where a server that listens there is reached from its own machine.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

async fn status(address: SocketAddr, path: &str) -> Option<StatusCode> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let request = Request::get(path)
        .header(header::HOST, address.to_string())
        .body(Body::empty())
        .ok()?;
    tokio::select! {
        answer = sender.send_request(request) => answer.ok().map(|answer| answer.status()),
        // It can end before its answer only when there will be none.
        _ = connection => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use crate::{Stop, Traffic, TrafficLimits, Work};

    async fn server() -> SocketAddr {
        let routes = Router::new()
            .route("/healthz", get(|| async {}))
            .route("/readyz", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut registry = crate::metrics::registry("0", 0);
        let traffic = Traffic::new(&mut registry, &TrafficLimits::default(), |_| Work::Free);
        tokio::spawn(
            async move { crate::serve(listener, routes, &traffic, Stop::default()).await },
        );
        address
    }

    #[tokio::test]
    async fn a_server_that_runs_is_well_and_may_yet_not_be_ready() {
        let address = server().await;
        HealthCheck { ready: false }.ask_at(address).await.unwrap();
        let unwell = HealthCheck { ready: true }
            .ask_at(address)
            .await
            .unwrap_err();
        assert_eq!(unwell.to_string(), "it answers 503 Service Unavailable");
    }

    #[tokio::test]
    async fn a_server_that_listens_everywhere_is_asked_on_loopback() {
        let everywhere = SocketAddr::from(([0, 0, 0, 0], server().await.port()));
        HealthCheck { ready: false }
            .ask_at(everywhere)
            .await
            .unwrap();
        assert!(reachable("::".parse().unwrap()).is_loopback());
    }

    #[tokio::test]
    async fn a_server_with_tls_is_asked_where_it_answers_in_clear() {
        let address = server().await;
        let tls = TlsFiles {
            tls_cert_file: Some("fullchain.pem".into()),
            tls_key_file: Some("privkey.pem".into()),
        };
        let check = HealthCheck { ready: false };
        let elsewhere = SocketAddr::from(([127, 0, 0, 1], 1));
        check.ask(elsewhere, &tls, Some(address)).await.unwrap();
        let unwell = check.ask(address, &tls, None).await.unwrap_err();
        assert!(unwell.to_string().contains("METRICS_ADDR"), "{unwell}");
    }

    #[tokio::test]
    async fn nobody_there_is_not_well() {
        let address = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let unwell = HealthCheck { ready: false }
            .ask_at(address)
            .await
            .unwrap_err();
        assert_eq!(unwell.to_string(), format!("no answer at {address}"));
    }
}
