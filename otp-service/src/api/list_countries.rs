//! `GET /otps/sms/countries` (ours): the countries that codes are sent to (G-01), so that a page can offer those and no
//! others.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::ListCountriesResponse;

use super::caller::Caller;
use crate::openapi::{CODES, Example, Operation, keyed};
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<ListCountriesResponse>(
        "list_countries",
        CODES,
        "List the countries that text messages are sent to",
    )
    .describe("ISO 3166 alpha-2, as `DE`. None: all. Numbers elsewhere are refused with `destination_not_allowed`.")
    .example(Example::new("all").answers(json!({"countries": []})))
}

pub(crate) async fn handle(
    Caller(_): Caller,
    State(service): State<Arc<Service>>,
) -> Result<Json<ListCountriesResponse>, ApiError> {
    Ok(Json(ListCountriesResponse {
        countries: service.countries.clone(),
    }))
}
