//! `GET /healthz` and `GET /readyz`, for whoever runs the backend.

use std::time::Duration;

use axum::extract::State;
use edge::{ApiError, Json, Stop};
use schemars::JsonSchema;
use serde::Serialize;
use shared::ErrorType;

use crate::app::{App, Shared};
use crate::openapi::{OPERATION, Operation};
use crate::otp_client::NotReady;

/// The accounts database has so long to answer; the OTP service has its own limit.
const WITHIN: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    status: &'static str,
    /// By which rule callers' addresses are known (B-08).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_address: Option<String>,
    /// What does not work though the rest does (H-05).
    #[serde(skip_serializing_if = "Option::is_none")]
    otp_service: Option<&'static str>,
}

pub(crate) fn alive_operation() -> Operation {
    Operation::new::<Health>("alive", OPERATION, "Ask whether the process is up")
}

pub(crate) fn ready_operation() -> Operation {
    Operation::new::<Health>("ready", OPERATION, "Ask whether the backend can work")
        .describe("Asks its own database and the OTP service.")
        .fails(&[ErrorType::OtpServiceUnavailable])
}

/// The process is up.
pub(crate) async fn alive() -> Json<Health> {
    Json(Health {
        status: "ok",
        client_address: None,
        otp_service: None,
    })
}

/// Its own database and the OTP service answer; else the message names which does not.
pub(crate) async fn ready(stop: Stop, State(app): Shared) -> Result<Json<Health>, ApiError> {
    app.readiness.ask(&stop, parts(&app)).await?;
    Ok(Json(Health {
        status: "ok",
        client_address: Some(app.proxies.to_string()),
        otp_service: app
            .otp
            .leaves_sends_alone()
            .then_some("Sending codes fails and is left alone for a while; sessions work."),
    }))
}

async fn parts(app: &App) -> Result<(), ApiError> {
    let accounts = tokio::time::timeout(WITHIN, app.store.ping());
    let (accounts, otp_service) = tokio::join!(accounts, app.otp.readiness());
    let cause = match accounts {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the accounts database took too long".to_owned()),
    };
    if let Some(cause) = cause {
        let said = "The accounts database does not answer.";
        return Err(ApiError::not_ready(ErrorType::Overloaded, cause, said));
    }
    let (cause, said) = match otp_service {
        Ok(()) => return Ok(()),
        Err(NotReady::KeyRefused) => (
            "check OTP_API_KEY".to_owned(),
            "The OTP service refuses our key.",
        ),
        Err(NotReady::Silent(cause)) => (cause, "The OTP service does not answer."),
        Err(NotReady::LeftAlone) => (
            "its circuit breaker is open".to_owned(),
            "The OTP service has failed and is left alone until it has answered three times.",
        ),
    };
    Err(ApiError::not_ready(
        ErrorType::OtpServiceUnavailable,
        cause,
        said,
    ))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Harness, Script};
    use edge::testing::Call;
    use shared::ErrorType;

    #[tokio::test]
    async fn a_whole_backend_is_ready() {
        let backend = Harness::start().await;
        for path in ["/healthz", "/readyz"] {
            assert_eq!(
                backend.call(Call::get(path)).await.assert_ok().json()["status"],
                "ok"
            );
        }
    }

    #[tokio::test]
    async fn what_does_not_answer_is_named_and_comes_good_by_itself_h_11() {
        let backend = Harness::start().await;
        for (script, said) in [
            (Script::error(401, "unauthorized"), "refuses our key"),
            (Script::body(200, "<html>"), "OTP service does not answer"),
        ] {
            backend.stub.plays(script);
            let answer = backend.call(Call::get("/readyz")).await;
            answer.assert_error(ErrorType::OtpServiceUnavailable);
            assert!(answer.text().contains(said), "{}", answer.text());
            backend.call(Call::get("/healthz")).await.assert_ok();
        }
        backend.stub.behaves();
        backend.call(Call::get("/readyz")).await.assert_ok();
        backend.break_accounts().await;
        let answer = backend.call(Call::get("/readyz")).await;
        assert!(
            answer.status == 503 && answer.text().contains("accounts database"),
            "{}",
            answer.text()
        );
    }

    #[tokio::test]
    async fn a_silent_otp_service_is_named_h_11() {
        let backend = Harness::impatient().await;
        backend.stub.plays(Script::Silence);
        let answer = backend.call(Call::get("/readyz")).await;
        answer.assert_error(ErrorType::OtpServiceUnavailable);
    }
}
