//! What a collector gets, and that nobody waits for one that is not there.

use std::sync::{Arc, Mutex};

use super::*;
use crate::testing::{Call, Log};
use crate::{EdgeLimits, Stop, Traffic, harden};
use axum::Router;
use axum::extract::{Json, State};
use axum::routing::{get, post};
use tokio::net::TcpListener;

type Got = Arc<Mutex<Vec<Value>>>;

/// A collector that keeps what it gets.
async fn collector(status: StatusCode) -> (Collector, Got) {
    let got = Got::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let keep = move |State(got): State<Got>, Json(document): Json<Value>| async move {
        got.lock().unwrap().push(document);
        status
    };
    let router = Router::new()
        .route("/v1/traces", post(keep))
        .with_state(Arc::clone(&got));
    tokio::spawn(async move {
        crate::serve(listener, router, &Traffic::uncounted(), Stop::default()).await
    });
    (address.parse().unwrap(), got)
}

fn traced(collector: &Collector) -> (Router, Spans) {
    let spans = Spans::to(collector, "backend", "1.0");
    let traffic = Traffic::uncounted();
    traffic.export(spans.clone());
    let router = Router::new()
        .route("/fine/{id}", get(async || "fine"))
        .route("/broken", get(async || StatusCode::BAD_GATEWAY));
    (harden(router, EdgeLimits::default(), &traffic), spans)
}

#[tokio::test]
async fn a_request_becomes_a_span_that_holds_nothing_of_its_callers_f_01() {
    let (collector, got) = collector(StatusCode::OK).await;
    let (router, spans) = traced(&collector);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let call = Call::get("/fine/+12125550142?code=493027").bearer("secret");
    let call = call.header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    call.send(&router).await;
    Call::get("/broken").send(&router).await;
    spans.flush().await;
    let got = got.lock().unwrap();
    let text = got[0].to_string();
    for hidden in ["2125550142", "493027", "secret"] {
        assert!(!text.contains(hidden), "{text}");
    }
    let resource = &got[0]["resourceSpans"][0];
    assert_eq!(
        resource["resource"]["attributes"][0],
        super::text("service.name", "backend")
    );
    let all = &resource["scopeSpans"][0]["spans"];
    let (first, second) = (&all[0], &all[1]);
    assert_eq!(
        (&first["traceId"], &first["parentSpanId"]),
        (&json!(trace), &json!("00f067aa0ba902b7"))
    );
    assert_eq!(
        (&first["name"], &first["kind"]),
        (&json!("GET /fine/{id}"), &json!(2))
    );
    assert_eq!(first["attributes"][2]["value"], json!({"intValue": "200"}));
    assert!(first.get("status").is_none());
    let nanos = |field: &str| first[field].as_str().unwrap().parse::<u128>().unwrap();
    assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
    assert_eq!(second["status"]["code"], 2);
    assert!(second.get("parentSpanId").is_none());
    assert_ne!(second["traceId"], first["traceId"]);
}

#[tokio::test]
async fn what_its_caller_does_not_record_is_not_recorded_here_either() {
    let (collector, got) = collector(StatusCode::OK).await;
    let (router, spans) = traced(&collector);
    let call = Call::get("/fine/1");
    let unrecorded = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    call.header("traceparent", unrecorded).send(&router).await;
    spans.flush().await;
    assert!(got.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_collector_that_takes_nothing_is_said_once_and_keeps_nobody_waiting() {
    let (collector, _got) = collector(StatusCode::SERVICE_UNAVAILABLE).await;
    let log = Log::keep();
    let (router, spans) = traced(&collector);
    for _ in 0..3 {
        assert_eq!(Call::get("/fine/1").send(&router).await.status, 200);
        spans.flush().await;
    }
    let text = log.text();
    assert_eq!(text.matches("does not take spans").count(), 1, "{text}");
    assert!(text.contains("it answered 503"), "{text}");
}

#[test]
fn a_collector_is_an_address() {
    let place = |text: &str| {
        text.parse::<Collector>()
            .map(|collector| collector.0.to_string())
    };
    let usual = Ok("http://127.0.0.1:4318/v1/traces".to_owned());
    assert_eq!(place("http://127.0.0.1:4318"), usual);
    assert_eq!(place("http://127.0.0.1:4318/"), usual);
    assert!(place("https://otel.example.com/tenant").is_ok());
    for bad in [
        "",
        "127.0.0.1:4318",
        "ftp://a",
        "http://a?b=c",
        "/v1/traces",
    ] {
        assert!(place(bad).is_err(), "{bad}");
    }
}
