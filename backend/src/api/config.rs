//! `GET /api/config`: what the page needs before anybody has typed anything.

use axum::extract::State;
use edge::Json;
use shared::browser::ConfigResponse;

use crate::app::Shared;
use crate::openapi::{Operation, SIGN_IN};

pub(crate) fn operation() -> Operation {
    Operation::new::<ConfigResponse>("get_config", SIGN_IN, "Ask what the page needs to know")
}

pub(crate) async fn handle(State(app): Shared) -> Json<ConfigResponse> {
    Json(app.settings.described())
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;
    use serde_json::json;

    #[tokio::test]
    async fn the_page_learns_its_settings_and_no_secret() {
        let backend = Harness::with(&[
            "--countries",
            "us,CA,US",
            "--default-country",
            "ca",
            "--terms-url",
            "/terms",
        ])
        .await;
        let answer = backend.call(Call::get("/api/config")).await;
        let expected = json!({
            "app_name": "Pipit", "code_length": 6, "default_country": "CA", "countries": ["CA", "US"],
            "terms_url": "/terms", "privacy_url": null, "support_url": null,
            "logo_url": null, "style_url": null,
        });
        assert_eq!(answer.assert_ok().json(), expected);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}
