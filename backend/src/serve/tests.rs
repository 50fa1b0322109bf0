//! The whole backend through a real socket, with the OTP service in its own process: the one door
//! that production uses too.

use std::net::SocketAddr;
use std::path::Path;

use axum::body::{Body, Bytes};
use clap::Parser;
use edge::settings::Secret;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;

mod operations;

struct Running {
    address: SocketAddr,
    stop: Stop,
    done: JoinHandle<Result<(), StartError>>,
}

async fn start(data_dir: &Path, address: &str) -> Running {
    let mut config = Config::parse_from(["backend"]);
    config.data_dir = data_dir.join("data");
    config.static_dir = data_dir.join("dist");
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = Stop::default();
    let done = tokio::spawn(serve(config, listener, None, stop.clone()));
    Running {
        address,
        stop,
        done,
    }
}

/// Beside an OTP service with these arguments.
async fn start_beside(data_dir: &Path, arguments: &[&str]) -> (Running, Running) {
    let key = "sk_test_000000000000000000000000000000000000000000000000";
    let folder = format!("--data-dir={}", data_dir.join("otp").display());
    let arguments = ["otp-service", &folder]
        .into_iter()
        .chain(arguments.iter().copied());
    let mut beside = otp_service::Config::parse_from(arguments);
    beside.initial_api_key = Some(key.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), Stop::default());
    let serving = otp_service::serve(beside, listener, stop.clone());
    let done = tokio::spawn(async { serving.await.map_err(StartError::OtpService) });
    let service = Running {
        address,
        stop,
        done,
    };
    while service
        .call(Request::get("/"), "/readyz", Value::Null)
        .await
        .status()
        != 200
    {}

    let mut config =
        Config::parse_from(["backend", &format!("--otp-service-url=http://{address}")]);
    config.data_dir = data_dir.join("data");
    config.static_dir = data_dir.join("dist");
    config.otp_api_key = Some(key.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), Stop::default());
    let done = tokio::spawn(serve(config, listener, None, stop.clone()));
    let backend = Running {
        address,
        stop,
        done,
    };
    (backend, service)
}

#[tokio::test]
async fn the_page_offers_the_countries_of_the_otp_service_g_01() {
    let folder = tempfile::tempdir().unwrap();
    let (backend, service) = start_beside(folder.path(), &["--allowed-countries=us,DE"]).await;
    let config = backend
        .json(Request::get("/"), "/api/config", Value::Null)
        .await;
    assert_eq!(config["countries"], json!(["DE", "US"]));
    let refused = json!({"phone_number": "+33612345678"});
    let refused = backend.call(post(), "/api/otp/send", refused).await;
    assert_eq!(refused.status(), 403);
    backend.stop().await;
    service.stop().await;
}

impl Running {
    async fn stop(self) {
        self.stop.close();
        self.done.await.unwrap().unwrap();
    }

    async fn call(
        &self,
        request: http::request::Builder,
        path: &str,
        body: Value,
    ) -> Response<Bytes> {
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let request: Request<Full<Bytes>> = request
            .uri(format!("http://{}{path}", self.address))
            .header("content-type", "application/json")
            .body(if body.is_null() {
                Full::default()
            } else {
                Full::from(body.to_string())
            })
            .unwrap();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        Response::from_parts(parts, Body::new(body).collect().await.unwrap().to_bytes())
    }

    async fn json(&self, request: http::request::Builder, path: &str, body: Value) -> Value {
        let answer = self.call(request, path, body).await;
        assert_eq!(answer.status(), 200, "{path}: {:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap()
    }
}

fn post() -> http::request::Builder {
    Request::post("/")
}

fn get() -> http::request::Builder {
    Request::get("/")
}

#[tokio::test]
async fn a_person_signs_in_and_is_still_signed_in_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let backend = start(folder.path(), "127.0.0.1:0").await;
    let sent = backend
        .json(
            post(),
            "/api/otp/send",
            json!({"phone_number": "+12125550142"}),
        )
        .await;
    let outbox = backend
        .json(get(), "/outbox/messages?to=%2B12125550142", Value::Null)
        .await;
    let code = outbox["messages"][0]["code"].as_str().unwrap();
    let text = outbox["messages"][0]["text"].as_str().unwrap();
    assert!(text.ends_with(&format!("@localhost #{code}")), "{text}");

    let body = json!({"verification_id": sent["verification_id"], "otp": code});
    let answer = backend.call(post(), "/api/otp/verify", body).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let bearer = format!("Bearer {}", body["session_token"].as_str().unwrap());
    let signed = || {
        get()
            .header("authorization", &bearer)
            .header("cookie", &cookie)
    };
    let session = backend.json(signed(), "/api/session", Value::Null).await;
    assert_eq!(session["account_id"], body["account_id"]);

    let address = backend.address.to_string();
    backend.stop().await;
    let backend = start(folder.path(), &address).await;
    let again = backend.json(signed(), "/api/session", Value::Null).await;
    assert_eq!(again["session_id"], session["session_id"]);
    assert_eq!(
        backend.json(get(), "/readyz", Value::Null).await["status"],
        "ok"
    );
    let page = backend.call(get(), "/outbox", Value::Null).await;
    assert_eq!(page.status(), 200);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    backend.stop().await;
}

#[tokio::test]
async fn two_presses_and_sixty_four_codes_at_once_are_one_message_and_one_session_i_01_i_08() {
    let folder = tempfile::tempdir().unwrap();
    let backend = Arc::new(start(folder.path(), "127.0.0.1:0").await);
    let press = || {
        let backend = Arc::clone(&backend);
        tokio::spawn(async move {
            let post = post().header("idempotency-key", "press-1");
            let number = json!({"phone_number": "+12125550142"});
            backend.json(post, "/api/otp/send", number).await
        })
    };
    let (first, second) = (press(), press());
    let sent = [first.await.unwrap(), second.await.unwrap()];
    let outbox = backend.json(get(), "/outbox/messages", Value::Null).await;
    assert_eq!(outbox["messages"].as_array().unwrap().len(), 1);

    let code = outbox["messages"][0]["code"].clone();
    let tries: Vec<_> = (0..64)
        .map(|n| {
            let body = json!({"verification_id": sent[n % 2]["verification_id"], "otp": code});
            let backend = Arc::clone(&backend);
            tokio::spawn(async move { backend.json(post(), "/api/otp/verify", body).await })
        })
        .collect();
    let mut tokens = std::collections::HashSet::new();
    for answer in tries {
        tokens.insert(answer.await.unwrap()["session_token"].to_string());
    }
    assert_eq!(tokens.len(), 1);
    Arc::into_inner(backend).unwrap().stop().await;
}

#[tokio::test]
async fn what_cannot_work_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    for (arguments, key, said) in [
        (
            vec![
                "--public-url".to_owned(),
                "https://login.example.com".to_owned(),
            ],
            None,
            "shows every code",
        ),
        (
            vec![
                "--otp-service-url".to_owned(),
                "https://otp.example".to_owned(),
            ],
            None,
            "OTP_API_KEY",
        ),
        (vec![], Some("sk_test_x"), "OTP_SERVICE_URL is missing"),
        (vec!["--data-dir".to_owned(), text(&file)], None, "file"),
        (
            vec!["--backend-key-file".to_owned(), text(&file)],
            None,
            "64 hexadecimal digits",
        ),
    ] {
        let defaults = [
            "backend".to_owned(),
            "--data-dir".to_owned(),
            text(&folder.path().join("data")),
        ];
        let overridden = arguments.first().is_some_and(|first| first == "--data-dir");
        let defaults = if overridden {
            &defaults[..1]
        } else {
            &defaults[..]
        };
        let mut config = Config::parse_from(defaults.iter().chain(&arguments));
        config.otp_api_key = key.map(Secret::from);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let error = serve(config, listener, None, Stop::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(said), "{arguments:?}: {error}");
    }
}
