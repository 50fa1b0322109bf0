//! The least that a proxy made of hyper can do: each caller's connection has one to the stub, and what
//! comes on one goes out on the other.

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, client};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use crate::Failure;

pub(super) async fn serve(listen: String, to: String) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        let to = to.clone();
        tokio::spawn(async move {
            if let Err(failure) = connection(socket, &to).await {
                eprintln!("pass-through: {failure}");
            }
        });
    }
}

async fn connection(socket: TcpStream, to: &str) -> Result<(), Failure> {
    socket.set_nodelay(true)?;
    let upstream = TcpStream::connect(to).await?;
    upstream.set_nodelay(true)?;
    let (requests, connection) = client::conn::http1::handshake(TokioIo::new(upstream)).await?;
    // Its failure reaches the caller as that of the request.
    tokio::spawn(connection);
    let requests = Mutex::new(requests);
    let service = service_fn(async |request: Request<Incoming>| {
        let mut requests = requests.lock().await;
        requests.ready().await?;
        requests.send_request(request).await
    });
    http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await?;
    Ok(())
}
