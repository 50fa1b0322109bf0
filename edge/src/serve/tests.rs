//! The listener over real sockets: its limits, and how it stops.

use super::*;
use crate::{EdgeLimits, harden};
use axum::routing::get;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

struct Running {
    address: SocketAddr,
    stop: Stop,
    done: JoinHandle<io::Result<()>>,
}

async fn start(router: Router) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    start_at(listener.into(), router)
}

async fn start_with_workers(router: Router) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let workers = Some(Arc::new(Workers::start().unwrap()));
    start_at(Door::from(listener).answered_by(workers), router)
}

fn start_at(door: Door, router: Router) -> Running {
    let address = door.listener.local_addr().unwrap();
    let (traffic, stop) = (Traffic::uncounted(), Stop::default());
    let router = harden(router, EdgeLimits::default(), &traffic);
    let stopped = stop.clone();
    let done = tokio::spawn(async move { serve(door, router, &traffic, stopped).await });
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
        get(async |crate::Peer(peer): crate::Peer| peer.ip().to_string()),
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
        // These hyper would take.
        "content-length: 1\r\ncontent-length: 1",
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "a: b\nc: d",
    ] {
        let request = format!("GET /peer HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n");
        // Also behind one that is fine, on the same connection.
        for before in ["", "GET /peer HTTP/1.1\r\nhost: x\r\n\r\n"] {
            let answer = raw(server.address, &format!("{before}{request}")).await;
            let last = answer.rfind("HTTP/1.1 ").map(|place| &answer[place..]);
            assert!(
                last.unwrap().starts_with("HTTP/1.1 400 "),
                "{head}: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn chunks_are_read_and_long_extensions_are_not_d_13() {
    let echo = async |body: crate::RawBody| String::from_utf8(body.0.to_vec()).unwrap();
    let server = start(Router::new().route("/echo", axum::routing::post(echo))).await;
    let head =
        "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let long = "x".repeat(1100);
    for (chunks, status, body) in [
        ("3;a=b\r\none\r\n4\r\n\ntwo\r\n0\r\n\r\n", "200", "one\ntwo"),
        (&*format!("3;{long}\r\none\r\n0\r\n\r\n"), "400", ""),
        ("3\none\r\n0\r\n\r\n", "400", ""),
    ] {
        let answer = raw(server.address, &format!("{head}{chunks}")).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.ends_with(body), "{answer}");
    }
}

/// What is answered while the server is told to stop is answered to its end.
async fn stops(start: impl AsyncFnOnce(Router) -> Running) {
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
    server.stop.close();
    release.notify_one();
    assert!(answer.await.unwrap().ends_with("done"));
    server.done.await.unwrap().unwrap();
    assert!(
        TcpListener::bind(server.address).await.is_ok(),
        "the port is free again"
    );
}

#[tokio::test]
async fn a_stop_lets_the_running_request_end_i_09() {
    stops(start).await;
}

#[tokio::test]
async fn a_stop_lets_the_request_end_that_a_worker_answers_i_09() {
    stops(start_with_workers).await;
}

#[tokio::test]
async fn workers_answer_in_the_place_of_the_runtime_that_listens() {
    let thread = get(async || format!("{:?}", std::thread::current().name()));
    let server = start_with_workers(Router::new().route("/thread", thread)).await;
    let request = "GET /thread HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = raw(server.address, request).await;
    assert!(answer.contains("\r\n\r\nSome(\"worker-"), "{answer}");
}
