//! What happens to connections: refused, closed while they rest, and whether anything is written twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use edge::testing::reserved_address;
use shared::OtpCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;

/// A service that says it keeps connections open, and closes each after one answer.
struct Hasty {
    base: String,
    requests: Arc<AtomicUsize>,
    /// A word for each connection that was closed.
    closed: mpsc::UnboundedReceiver<()>,
}

impl Hasty {
    async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (tell, closed) = mpsc::unbounded_channel();
        let count = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                if read_request(&mut socket).await {
                    count.fetch_add(1, Ordering::SeqCst);
                    let length = answer.len();
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                    socket.write_all(head.as_bytes()).await.unwrap();
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
                drop(socket);
                tell.send(()).unwrap();
            }
        });
        Self {
            base,
            requests,
            closed,
        }
    }
}

/// Whether a whole one came.
async fn read_request(socket: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return true;
            }
        }
        if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return false;
        }
    }
}

#[tokio::test]
async fn a_resting_connection_that_was_closed_costs_nobody_anything_h_12() {
    let answer = r#"{"method_id":"pn_1","method_type":"phone_number","user_id":"user_1"}"#;
    let mut service = Hasty::start(answer).await;
    let client = client(&service.base, KEY).unwrap();
    let request = VerifyOtpRequest {
        method_id: "pn_1".to_owned(),
        otp: OtpCode::parse(RIGHT_CODE).unwrap(),
        session_expires_in: None,
        session_token: None,
        session_jwt: None,
        challenge_id: None,
        device_fingerprint: None,
        remember_device: None,
        device_token: None,
    };
    for n in 1..=20 {
        client.verify_otp(&request).await.unwrap();
        assert_eq!(
            service.requests.load(Ordering::SeqCst),
            n,
            "each is written once"
        );
        service.closed.recv().await.unwrap();
    }
}

#[tokio::test]
async fn each_send_has_a_connection_of_its_own_h_12() {
    let backend = Harness::start().await;
    for _ in 0..2 {
        backend.send_otp("+12125550142").await.assert_ok();
    }
    let asked = backend.stub.asked_at(SEND);
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].peer, asked[1].peer);
}

#[tokio::test]
async fn a_connection_in_steady_use_is_left_within_a_minute_so_that_names_are_resolved_anew_h_11() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let mut peers = Vec::new();
    for pause in [0, 12, 12, 12, 12, 12] {
        backend.clock.advance(pause);
        let check = browser.sign(Call::get("/api/session"));
        backend.call(check).await.assert_ok();
        peers.push(
            backend
                .stub
                .asked_at("/sessions/verify")
                .last()
                .unwrap()
                .peer,
        );
    }
    // Until the second 48 it is the same one.
    assert!(peers[..5].iter().all(|peer| *peer == peers[0]), "{peers:?}");
    assert_ne!(peers[4], peers[5]);
}

#[tokio::test]
async fn a_connection_that_has_rested_for_a_while_is_not_used_again_h_12() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let mut peers = Vec::new();
    for pause in [0, 14, 15] {
        backend.clock.advance(pause);
        let check = browser.sign(Call::get("/api/session"));
        backend.call(check).await.assert_ok();
        let asked = backend.stub.asked_at("/sessions/verify");
        peers.push(asked.last().unwrap().peer);
    }
    assert_eq!(peers[0], peers[1]);
    assert_ne!(peers[1], peers[2]);
}

#[tokio::test]
async fn a_backend_starts_without_its_service_and_comes_good_by_itself_h_11() {
    let address = reserved_address();
    let backend = Harness::beside(&format!("http://{address}")).await;
    let refused = backend.send_otp("+12125550142").await;
    refused.assert_error(ErrorType::OtpServiceUnavailable);
    assert_eq!(refused.header("retry-after"), Some("5"));
    let answer = backend.call(Call::get("/readyz")).await;
    answer.assert_error(ErrorType::OtpServiceUnavailable);
    assert!(
        answer.text().contains("does not answer"),
        "{}",
        answer.text()
    );
    backend
        .stub
        .also_at(TcpListener::bind(address).await.unwrap());
    backend.call(Call::get("/readyz")).await.assert_ok();
    backend.send_otp("+12125550142").await.assert_ok();
}
