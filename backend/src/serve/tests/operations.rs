//! How a backend that is at work stops, and what it does when too much comes, over real sockets. The OTP
//! service behind it answers when the test lets it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request as Asked, State};
use axum::response::IntoResponse;
use edge::ApiError;
use edge::testing::reserved_address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::store::Wanted;
use crate::testing::{Gate, RIGHT_CODE, Stub};
use shared::PhoneNumber;

/// An OTP service that knows no session, and takes its time to say so.
async fn service(gate: Gate) -> SocketAddr {
    async fn answer(State(gate): State<Gate>, request: Asked) -> axum::response::Response {
        if !request.uri().path().ends_with("/sessions/verify") {
            return ApiError::from(ErrorType::NotFound).into_response();
        }
        gate.pass().await;
        ApiError::from(ErrorType::InvalidSession).into_response()
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(gate);
    tokio::spawn(async move {
        edge::serve(listener, router, &Traffic::uncounted(), Stop::default()).await
    });
    address
}

async fn start_before(gate: Gate, folder: &Path, arguments: &[&str]) -> Arc<Running> {
    let url = format!("http://{}", service(gate).await);
    Arc::new(start_with(&url, folder, arguments, None).await)
}

async fn start_with(
    otp_service: &str,
    folder: &Path,
    arguments: &[&str],
    workers: Option<Arc<Workers>>,
) -> Running {
    let url = format!("--otp-service-url={otp_service}");
    let arguments = ["backend", &url]
        .into_iter()
        .chain(arguments.iter().copied());
    let mut config = Config::parse_from(arguments);
    config.data_dir = folder.join("data");
    config.static_dir = folder.join("dist");
    config.otp_api_key = Some(Secret::from(crate::testing::KEY));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), Stop::default());
    let done = tokio::spawn(serve(config, listener, workers, stop.clone()));
    Running {
        address,
        stop,
        done,
    }
}

/// Somebody asks for a session; answered when the gate opens.
fn asking(backend: &Arc<Running>) -> JoinHandle<Response<Bytes>> {
    let backend = Arc::clone(backend);
    tokio::spawn(async move {
        let request = get()
            .header("authorization", format!("Bearer {}", "t".repeat(64)))
            .header("cookie", "pipit_binding=x");
        backend.call(request, "/api/session", Value::Null).await
    })
}

fn error_type(answer: &Response<Bytes>) -> Value {
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    body["error_type"].clone()
}

#[tokio::test]
async fn a_leaving_backend_is_not_ready_and_answers_what_it_has_begun_i_09() {
    let (folder, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let backend = start_before(gate.clone(), folder.path(), &[]).await;
    let running = asking(&backend);
    gate.entered.notified().await;
    backend.stop.leave();
    let ready = backend.call(get(), "/readyz", Value::Null).await;
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.headers()["connection"], "close");
    gate.release.notify_one();
    let answer = running.await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), error_type(&answer)),
        (401, "invalid_session".into())
    );
    backend.stop.close();
    let backend = Arc::into_inner(backend).unwrap();
    backend.done.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_sign_in_whose_browser_has_hung_up_is_done_before_the_backend_ends_i_09() {
    let (folder, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let stub = Stub::start(Clock::system()).await;
    stub.waits_at("/otps/verify", gate.clone());
    let workers = Some(Arc::new(Workers::start().unwrap()));
    let backend = start_with(&stub.base, folder.path(), &[], workers).await;
    let sent = json!({"phone_number": "+12125550142"});
    let sent = backend.json(post(), "/api/otp/send", sent).await;
    let body = json!({"verification_id": sent["verification_id"], "otp": RIGHT_CODE}).to_string();
    let mut browser = TcpStream::connect(backend.address).await.unwrap();
    let head = format!(
        "POST /api/otp/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    browser.write_all((head + &body).as_bytes()).await.unwrap();
    gate.entered.notified().await;
    drop(browser);
    backend.stop.close();
    // Until it listens no more, and long after the connection has gone.
    while TcpStream::connect(backend.address).await.is_ok() {}
    assert!(!backend.done.is_finished());
    gate.release.notify_one();
    backend.done.await.unwrap().unwrap();
    let mut config = Config::parse_from(["backend"]);
    config.data_dir = folder.path().join("data");
    let accounts = Store::open(&Place::of(&config).unwrap()).unwrap();
    let number = PhoneNumber::parse("+12125550142").unwrap();
    let account = accounts.account(Wanted::Number(number)).await.unwrap();
    assert!(account.is_some());
}

#[tokio::test]
async fn what_is_too_much_is_refused_at_once_and_what_was_let_in_is_answered_i_10() {
    let (folder, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let backend = start_before(gate.clone(), folder.path(), &["--requests-at-once=1"]).await;
    let first = asking(&backend);
    gate.entered.notified().await;
    let refused = asking(&backend).await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), error_type(&refused)),
        (503, "overloaded".into())
    );
    assert_eq!(refused.headers()["retry-after"], "1");
    // Who only wants to know whether it lives is let in.
    assert_eq!(
        backend.call(get(), "/healthz", Value::Null).await.status(),
        200
    );
    gate.release.notify_one();
    assert_eq!(first.await.unwrap().status(), 401);
    gate.release.notify_one();
    assert_eq!(asking(&backend).await.unwrap().status(), 401);
    Arc::into_inner(backend).unwrap().stop().await;
}

#[tokio::test]
async fn nothing_is_read_beyond_the_limits_of_a_request_d_11() {
    let folder = tempfile::tempdir().unwrap();
    let backend = start(folder.path(), "127.0.0.1:0").await;
    let (long, large) = ("a".repeat(2048), "x".repeat(17 * 1024));
    for (status, request) in [
        (
            "414",
            format!("GET /{long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
        ),
        (
            "431",
            format!("GET / HTTP/1.1\r\nhost: x\r\nlarge: {large}\r\n\r\n"),
        ),
        (
            "413",
            // The body never comes: its announcement is enough.
            "POST /api/otp/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: 4097\r\nconnection: close\r\n\r\n"
                .to_owned(),
        ),
    ] {
        let mut socket = TcpStream::connect(backend.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 13];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer.as_slice(), format!("HTTP/1.1 {status} ").as_bytes());
    }
    backend.stop().await;
}

#[tokio::test]
async fn who_is_slow_is_let_go_d_12() {
    let folder = tempfile::tempdir().unwrap();
    let backend = start_before(Gate::default(), folder.path(), &[]).await;
    backend.call(get(), "/healthz", Value::Null).await;
    // From here on time passes when nobody has anything to do.
    tokio::time::pause();
    let half_a_body = "POST /api/otp/verify HTTP/1.1\r\nhost: x\r\n\
         content-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    for (said, secs, told) in [
        ("GET /healthz HTTP/1.1\r\nhost:", 5, ""),
        (half_a_body, 5, "HTTP/1.1 408 "),
        (
            "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
            60,
            "HTTP/1.1 200 ",
        ),
    ] {
        let mut socket = TcpStream::connect(backend.address).await.unwrap();
        let began = tokio::time::Instant::now();
        socket.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(answer.is_empty(), told.is_empty(), "{said}: {answer}");
        assert!(answer.starts_with(told), "{said}: {answer}");
        assert_eq!(began.elapsed().as_secs(), secs, "{said}");
    }
    tokio::time::resume();
    Arc::into_inner(backend).unwrap().stop().await;
}

#[tokio::test]
async fn beside_tls_plain_http_has_a_port_that_turns_it_away_d_19() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["login.example.com".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert"), folder.path().join("key"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let plain = reserved_address();
    let backend = start_before(
        Gate::default(),
        folder.path(),
        &[
            "--public-url=https://login.example.com",
            &format!("--tls-cert-file={}", cert.display()),
            &format!("--tls-key-file={}", key.display()),
            &format!("--redirect-addr={plain}"),
        ],
    )
    .await;
    let backend = Running {
        address: plain,
        ..Arc::into_inner(backend).unwrap()
    };
    // It listens once it is ready.
    while TcpStream::connect(plain).await.is_err() {
        assert!(!backend.done.is_finished(), "it did not start");
        tokio::task::yield_now().await;
    }
    let page = backend.call(get(), "/code", Value::Null).await;
    assert_eq!(page.status(), 308);
    assert_eq!(page.headers()["location"], "https://login.example.com/code");
    let call = backend.call(get(), "/api/config", Value::Null).await;
    assert_eq!(
        (call.status().as_u16(), error_type(&call)),
        (403, "origin_not_allowed".into())
    );
    backend.stop().await;
}
