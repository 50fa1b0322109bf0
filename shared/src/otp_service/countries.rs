//! Where codes go by text message (ours).

use serde::{Deserialize, Serialize};

/// The answer of `otps/sms/countries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListCountriesResponse {
    /// ISO 3166 alpha-2; none: all.
    pub countries: Vec<String>,
}
