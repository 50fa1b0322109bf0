//! The listener of both servers: HTTP/1.1 over hyper, with time limits of our own (D-12), small buffers
//! (D-11) and a stop that loses no answer (I-09).
//!
//! A proxy in front ends TLS, or [`crate::tls`] does; [`crate::settings::check_listen`] keeps plain HTTP on
//! loopback unless the operator says otherwise (D-01).
//!
//! Not here: how many connections there may be ([`crate::Traffic`]).

mod last_ones;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::pace::{self, Pace, Paced};
use crate::peer::Connected;
use crate::tls::Tls;
use crate::traffic::Open;
use crate::{Stop, Traffic, Workers};

/// Largest header section (D-11).
const HEAD_BYTES: usize = 16 * 1024;
/// How long running requests may take to end once no more connections are taken. Longer than any
/// request's deadline; streams without an end are cut then.
const GRACE: Duration = Duration::from_secs(24);
/// A connection that rests for so long while the server closes has no request on its way.
const QUIET: Duration = Duration::from_millis(100);
/// How long to wait when the system has no more file handles, instead of spinning (I-12).
const EXHAUSTED: Duration = Duration::from_millis(50);

/// Where callers come in.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    tls: Option<Tls>,
    workers: Option<Arc<Workers>>,
}

impl Door {
    /// With TLS, or plain HTTP.
    #[must_use]
    pub fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        Self {
            listener,
            tls,
            workers: None,
        }
    }

    /// Has these look after its connections; without any, the runtime that serves does.
    #[must_use]
    pub fn answered_by(self, workers: Option<Arc<Workers>>) -> Self {
        Self { workers, ..self }
    }
}

impl From<TcpListener> for Door {
    fn from(listener: TcpListener) -> Self {
        Self::new(listener, None)
    }
}

/// Serves `router` at this door until it is told to stop; comes back when no connection is left.
///
/// Every request carries [`Peer`](crate::Peer) and [`Stop`].
///
/// # Errors
/// When the listener itself fails; faults of single connections are not errors of the server.
pub async fn serve(
    door: impl Into<Door>,
    router: Router,
    traffic: &Traffic,
    stop: Stop,
) -> io::Result<()> {
    let Door {
        listener,
        tls,
        workers,
    } = door.into();
    let (alive, mut all_gone) = mpsc::channel::<Infallible>(1);
    let server = Server {
        http: http(),
        router,
        tls: tls.clone(),
        workers: workers.clone(),
        traffic: traffic.clone(),
        stop: stop.clone(),
        alive,
    };
    let mut closing = pin!(stop.closing());
    let mut certificates = pin!(keep_up(tls));
    loop {
        tokio::select! {
            () = &mut closing => break,
            () = &mut certificates => {}
            (socket, peer) = accept(&listener) => server.take(socket, peer),
        }
    }
    for (socket, peer) in last_ones::of(listener).await {
        server.take(socket, peer);
    }
    drop(server);
    if tokio::time::timeout(GRACE, all_gone.recv()).await.is_err() {
        tracing::warn!("connections were still open at the end of the grace period");
        stop.cut();
        all_gone.recv().await;
    }
    // What they do for connections has ended by now.
    drop(workers);
    Ok(())
}

/// Certificates that change; where there are none, this never ends either.
async fn keep_up(tls: Option<Tls>) {
    match tls {
        Some(tls) => tls.keep_up().await,
        None => std::future::pending().await,
    }
}

struct Server {
    http: http1::Builder,
    router: Router,
    tls: Option<Tls>,
    workers: Option<Arc<Workers>>,
    traffic: Traffic,
    stop: Stop,
    /// Every connection holds a clone.
    alive: mpsc::Sender<Infallible>,
}

impl Server {
    fn take(&self, socket: TcpStream, peer: SocketAddr) {
        let Some(open) = self.traffic.connect(peer.ip()) else {
            // Without a handshake nothing can be said.
            if self.tls.is_none() {
                refuse(&socket);
            }
            return;
        };
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let answering = self.answering(peer);
        let (alive, tls) = (self.alive.clone(), self.tls.clone());
        let work = async move |socket| {
            answering.serve(socket, tls).await;
            drop::<(Open, mpsc::Sender<Infallible>)>((open, alive));
        };
        match &self.workers {
            None => drop(tokio::spawn(work(socket))),
            Some(workers) => {
                if let Err(error) = workers.spawn(socket, work) {
                    tracing::warn!(%error, "a connection can't be handed on");
                }
            }
        }
    }

    fn answering(&self, peer: SocketAddr) -> Answering {
        Answering {
            http: self.http.clone(),
            router: self.router.clone(),
            connected: Arc::new(Connected {
                peer,
                stop: self.stop.clone(),
            }),
        }
    }
}

/// What answers on one connection.
struct Answering {
    http: http1::Builder,
    router: Router,
    connected: Arc<Connected>,
}

impl Answering {
    async fn serve(self, socket: TcpStream, tls: Option<Tls>) {
        let (pace, stop) = (Pace::default(), self.connected.stop.clone());
        let Some(tls) = tls else {
            return drive(self.connection(socket, pace.clone()), &pace, &stop).await;
        };
        // As long as a request's head may take.
        let accepted = tokio::select! {
            accepted = tokio::time::timeout(pace::HEAD, tls.accept(socket)) => accepted,
            () = stop.cutting() => return,
        };
        match accepted {
            Ok(Ok(socket)) => drive(self.connection(socket, pace.clone()), &pace, &stop).await,
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    fn connection<T: AsyncRead + AsyncWrite + Unpin + 'static>(
        self,
        socket: T,
        pace: Pace,
    ) -> Connection<
        T,
        impl Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send>
        + use<T>,
    > {
        let Self {
            http,
            router,
            connected,
        } = self;
        let router = TowerToHyperService::new(router);
        let socket = TokioIo::new(Paced::new(socket, pace.clone()));
        let service = service_fn(move |mut request: Request<Incoming>| {
            pace.answering();
            request.extensions_mut().insert(Arc::clone(&connected));
            let answer = router.call(request.map(Body::new));
            let (pace, connected) = (pace.clone(), Arc::clone(&connected));
            async move {
                let mut answer = answer.await?.map(|body| pace.until_sent(body));
                if connected.stop.is_stopping() {
                    // The caller turns to another server by itself, with nothing on its way here.
                    let close = HeaderValue::from_static("close");
                    answer.headers_mut().insert(header::CONNECTION, close);
                }
                Ok(answer)
            }
        });
        http.serve_connection(socket, service)
    }
}

type Connection<T, S> = http1::Connection<TokioIo<Paced<T>>, S>;

/// Serves a connection to its end, or until it is cut. While the server serves, a connection listens for one step of
/// its stop only: nobody is cut before the server closes.
async fn drive<T, S>(connection: Connection<T, S>, pace: &Pace, stop: &Stop)
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.closing() => tokio::select! {
            ended = end_when_quiet(connection, pace) => ended,
            () = stop.cutting() => return,
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// The end of a connection once the server closes is that of its running request, or, while it rests, a moment in
/// which none has begun: a request may already be on its way.
async fn end_when_quiet<T, S>(
    mut connection: Pin<&mut Connection<T, S>>,
    pace: &Pace,
) -> hyper::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let quiet = async {
        loop {
            tokio::time::sleep(QUIET).await;
            if pace.is_resting() {
                break;
            }
        }
    };
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = quiet => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// Says at least that it is too much, as far as the caller still hears it.
fn refuse(socket: &TcpStream) {
    let envelope = crate::harden::overloaded();
    let body = serde_json::to_string(envelope.envelope()).unwrap_or_default();
    let length = body.len();
    let retry = envelope.envelope().retry_after_secs.unwrap_or(1);
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\n\
         content-length: {length}\r\nretry-after: {retry}\r\nconnection: close\r\n\r\n{body}"
    );
    // Nothing is waited for: who does not take it at once is only closed.
    let _ = socket.try_write(answer.as_bytes());
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.header_read_timeout(None)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(true)
        .half_close(false);
    http
}

/// Takes the next connection; one that was gone again before it was taken is nobody's error.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
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

#[cfg(test)]
mod tests;
