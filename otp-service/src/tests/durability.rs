//! What stays after a restart, and the service through a real socket.

use std::sync::Arc;

use clap::Parser as _;
use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::TestDatabase;
use super::harness::{Harness, KEY, NUMBER, assert_wrong};
use crate::Config;

#[tokio::test]
async fn codes_tries_limits_and_sessions_survive_a_restart_i_13() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in("+12125550143").await;
    let sent = harness.sent_to(NUMBER).await;
    assert_wrong(
        &harness.verify(&sent.body_with(&sent.wrong_code())).await,
        4,
    );
    let harness = harness.restart().await;
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::TooManyRequests);
    assert_wrong(
        &harness.verify(&sent.body_with(&sent.wrong_code())).await,
        3,
    );
    harness
        .verify_session(&json!({"session_token": signed_in["session_token"]}))
        .await
        .assert_ok();
    assert_eq!(
        harness.messages(NUMBER).await[0]["code"],
        sent.code.as_str(),
        "the outbox is the queue"
    );
    let harness = harness.restart().await;
    let first = harness
        .verify(&sent.with_session(60))
        .await
        .assert_ok()
        .json();
    let harness = harness.restart().await;
    let again = harness
        .verify(&sent.with_session(60))
        .await
        .assert_ok()
        .json();
    assert_eq!(
        first["session_token"], again["session_token"],
        "I-07, also across a restart"
    );
}

async fn exchange(address: std::net::SocketAddr, request: String) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_whole_sign_in_through_a_real_socket_and_a_stop_that_leaves_the_data_free() {
    let folder = Arc::new(TestDatabase::new());
    let mut config = Config::try_parse_from(["otp-service"]).unwrap();
    config.data_dir = folder.path().join("data");
    config.database_url = folder.url();
    config.initial_api_key = Some(KEY.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = edge::Stop::default();
    let running = tokio::spawn(crate::serve(config, listener, stop.clone()));
    let post = |path: &str, body: serde_json::Value| {
        let body = body.to_string();
        exchange(
            address,
            format!(
                "POST /v1/auth{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            ),
        )
    };
    let json_of = |answer: &str| {
        serde_json::from_str::<serde_json::Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let sent = post("/otps/sms/login_or_create", json!({"phone_number": NUMBER})).await;
    assert!(sent.starts_with("HTTP/1.1 200 OK\r\n"), "{sent}");
    let outbox = exchange(
        address,
        "GET /outbox/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into(),
    )
    .await;
    let code = json_of(&outbox)["messages"][0]["code"].clone();
    let verify = json!({"method_id": json_of(&sent)["phone_number_id"], "otp": code, "session_expires_in": 60});
    let verified = post("/otps/verify", verify).await;
    let token = json_of(&verified)["session_token"].clone();
    stop.close();
    running.await.unwrap().unwrap();

    let harness = Harness::start_in(
        folder,
        json_of(&verified)["session"]["started_at"]
            .as_i64()
            .unwrap(),
        &[],
    )
    .await;
    harness
        .verify_session(&json!({"session_token": token}))
        .await
        .assert_ok();
}

#[tokio::test]
async fn without_a_given_key_one_is_made_and_left_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TestDatabase::new();
    let mut config = Config::try_parse_from(["otp-service"]).unwrap();
    config.data_dir = folder.path().join("data");
    config.database_url = folder.url();
    let start = async || {
        let (clock, _) = edge::clock::Clock::manual(super::harness::START);
        crate::serve::build(&config, clock, crate::Random::system())
            .await
            .unwrap()
    };
    let (router, service) = start().await;
    let path = config.data_dir.join("initial-api-key");
    let key = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let get = || Call::get("/v1/auth/sessions/list?user_id=user_x").bearer(key.trim());
    get().send(&router).await.assert_ok();
    drop(router);
    Arc::into_inner(service).unwrap().close().await;
    let (router, _service) = start().await;
    get().send(&router).await.assert_ok();
}

#[tokio::test]
async fn settings_that_would_do_harm_keep_it_from_starting_j_11() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |arguments: &[&str], url: Option<&str>, key: &str| {
        let mut config =
            Config::try_parse_from(std::iter::once(&"otp-service").chain(arguments)).unwrap();
        config.data_dir = folder.path().join("data");
        config.database_url = url.map(Into::into);
        config.initial_api_key = Some(key.into());
        let (clock, _) = edge::clock::Clock::manual(super::harness::START);
        crate::serve::build(&config, clock, crate::Random::system())
            .await
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    let live = KEY.replace("test", "live");
    let elsewhere = "postgres://me:sesame@db.example.com/pipit";
    let over_tls = "postgres://me:sesame@db.example.com/pipit?sslmode=require";
    // Certificates are looked for in it, and none is there.
    let empty = folder.path().join("ca.pem");
    std::fs::write(&empty, "").unwrap();
    let no_ca = ["--database-ca-file", empty.to_str().unwrap()];
    for (arguments, url, key, said) in [
        (&[][..], None, live.as_str(), "refuses live keys"),
        (&[], None, "password", "INITIAL_API_KEY"),
        (&[], Some("mysql://x:sesame@y"), KEY, "DATABASE_URL"),
        (&[], Some("postgres://x:sesame@"), KEY, "no address"),
        (&[], Some(elsewhere), KEY, "?sslmode=require"),
        (&no_ca, Some(over_tls), KEY, "no usable certificate"),
        (&["--origin-host=https://x"], None, KEY, "ORIGIN_HOST"),
        (&["--app-name=💬"], None, KEY, "APP_NAME"),
    ] {
        let error = start(arguments, url, key).await;
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("sesame"), "{error}");
    }
}
