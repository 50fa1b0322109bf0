//! The listener of both servers: HTTP/1.1 over hyper, with timers that work (D-12), small buffers
//! (D-11) and a stop that lets running requests end (I-09).
//!
//! Not here: TLS. A proxy in front ends it; [`crate::settings::check_listen`] keeps plain HTTP on
//! loopback unless the operator says otherwise (D-01).

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::pace::{self, Pace, Paced};

/// Largest header section (D-11).
const HEAD_BYTES: usize = 16 * 1024;
/// Connections at one time (D-12).
const CONNECTIONS: usize = 10_000;
/// How long running requests may take to end once the server stops: a little more than any
/// request's deadline. Streams without an end are cut then.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more file handles, instead of spinning (I-12).
const EXHAUSTED: Duration = Duration::from_millis(50);

/// Serves `router` on `listener` until `shutdown` is done, then lets running requests end.
///
/// Every request carries [`ConnectInfo<SocketAddr>`].
///
/// # Errors
/// When the listener itself fails; faults of single connections are not errors of the server.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let http = http();
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let mut shutdown = pin!(shutdown);
    loop {
        let permit = tokio::select! {
            () = &mut shutdown => break,
            permit = Arc::clone(&connections).acquire_owned() => permit.map_err(io::Error::other)?,
        };
        let (socket, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener) => accepted?,
        };
        let connection = graceful.watch(connection(&http, socket, peer, router.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("connections were still open at the end of the grace period");
    }
    Ok(())
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(pace::IDLE)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(true)
        .half_close(false);
    http
}

/// Takes the next connection; one that was gone again before it was taken is nobody's error.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok(accepted),
            Err(error) if gone(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken at the moment");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

type Connection<S> = http1::Connection<TokioIo<Paced<TcpStream>>, S>;

fn connection(
    http: &http1::Builder,
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> Connection<
    impl Service<
        Request<Incoming>,
        Response = Response<Body>,
        Error = std::convert::Infallible,
        Future: Send,
    > + use<>,
> {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let pace = Pace::default();
    let router = TowerToHyperService::new(router);
    let socket = TokioIo::new(Paced::new(socket, pace.clone()));
    let service = service_fn(move |mut request: Request<Incoming>| {
        pace.answering();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, pace) = (router.call(request.map(Body::new)), pace.clone());
        async move { Ok(answer.await?.map(|body| pace.until_sent(body))) }
    });
    http.serve_connection(socket, service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EdgeLimits, harden};
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        done: JoinHandle<io::Result<()>>,
    }

    async fn start(router: Router) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = harden(router, EdgeLimits::default());
        let done = tokio::spawn(serve(listener, router, async move {
            let _ = stopped.await;
        }));
        Running {
            address,
            stop,
            done,
        }
    }

    async fn raw(address: SocketAddr, request: &str) -> String {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A connection that is cut after the answer is fine; the answer is what counts.
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn routes() -> Router {
        Router::new().route(
            "/peer",
            get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()),
        )
    }

    #[tokio::test]
    async fn a_request_over_a_socket_knows_its_peer() {
        let server = start(routes()).await;
        let answer = raw(
            server.address,
            "GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("127.0.0.1"), "{answer}");
        assert!(
            !answer.to_ascii_lowercase().contains("\nserver:"),
            "{answer}"
        );
    }

    #[tokio::test]
    async fn headers_of_more_than_sixteen_kibibytes_are_refused_d_11() {
        let server = start(routes()).await;
        let large = "x".repeat(17 * 1024);
        let answer = raw(
            server.address,
            &format!("GET /peer HTTP/1.1\r\nhost: x\r\nlarge: {large}\r\n\r\n"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }

    #[tokio::test]
    async fn what_two_servers_could_read_differently_is_refused_d_13() {
        let server = start(routes()).await;
        for head in [
            "content-length: 1\r\ncontent-length: 2",
            "content-length: +5",
            "content-length: 0x5",
            "host : y",
            "a: b\r\n c: d",
            "transfer-encoding: identity, chunked, gzip",
        ] {
            let request = format!("GET /peer HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n");
            let answer = raw(server.address, &request).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{head}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_stop_lets_the_running_request_end_i_09() {
        let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (inside, gate) = (entered.clone(), release.clone());
        let router = Router::new().route(
            "/slow",
            get(async move || {
                inside.notify_one();
                gate.notified().await;
                "done"
            }),
        );
        let server = start(router).await;
        let request = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
        let answer = tokio::spawn(async move { raw(server.address, request).await });
        entered.notified().await;
        server.stop.send(()).unwrap();
        release.notify_one();
        assert!(answer.await.unwrap().ends_with("done"));
        server.done.await.unwrap().unwrap();
        assert!(
            TcpListener::bind(server.address).await.is_ok(),
            "the port is free again"
        );
    }
}
