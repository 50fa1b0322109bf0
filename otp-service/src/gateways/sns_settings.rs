//! What the gateway of Amazon SNS is set up with. Apart from it (`sns`), since the settings are there in every build.

use std::path::PathBuf;

use edge::settings::Secret;

use super::PerCountry;

/// The settings of the gateway of Amazon SNS.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Gateways")]
pub struct SnsSettings {
    /// Amazon SNS: the region, as in `eu-central-1`
    #[arg(long, env = "SNS_REGION")]
    pub sns_region: Option<String>,
    /// Amazon SNS: the access key's id, `AKIA…`
    #[arg(long, env = "SNS_ACCESS_KEY_ID")]
    pub sns_access_key_id: Option<String>,
    /// Amazon SNS: environment only
    #[arg(skip)]
    pub sns_secret_access_key: Option<Secret>,
    /// Amazon SNS: file with the secret access key
    #[arg(long, env = "SNS_SECRET_ACCESS_KEY_FILE")]
    pub sns_secret_access_key_file: Option<PathBuf>,
    /// Amazon SNS: who sends, a name (sender id) or a number of the account (origination number); others for
    /// some countries, as in `Pipit,US=+12125550100` [default: what the account has for the country]
    #[arg(long, env = "SNS_SENDER")]
    pub sns_sender: Option<PerCountry<String>>,
    /// Amazon SNS: another address of its API [default: that of the region]
    #[arg(long, env = "SNS_URL")]
    pub sns_url: Option<String>,
}
