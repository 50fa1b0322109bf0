//! The service's settings: flags and environment, described once, here. `--help` is the reference.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use edge::TrafficLimits;
use edge::settings::Secret;
use edge::tls::TlsFiles;

use crate::budgets::BudgetSettings;
use crate::gateways::GatewayKind;
use crate::gateways::settings::GatewaySettings;
use crate::rules::limits::Limits;

/// The self-hostable OTP service of Pipit: sends one-time passcodes by text message or e-mail, verifies them,
/// and keeps users and sessions. Same HTTP API as the vendor's.
///
/// Secrets are read from the environment only, or from the file that their setting with _FILE at the
/// end names; those of gateways stand in docs/gateways.md. INITIAL_API_KEY: a key (sk_test_ and 48 letters and digits) made known at first
/// start; without it a key is made and written to DATA_DIR/initial-api-key. DATABASE_URL: where the
/// data is, `postgres://user:password@localhost:5432/name` or `sqlite:` and a file path; without it
/// in the file otp-service.db in DATA_DIR.
#[derive(Debug, Clone, Parser)]
#[command(version, name = "otp-service")]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:3001")]
    pub listen_addr: SocketAddr,
    /// Listen on an address that others can reach although this server speaks plain HTTP
    #[arg(long, env = "INSECURE_LISTEN")]
    pub insecure_listen: bool,
    /// Folder for the database and the service's own key; made where there is none
    #[arg(long, env = "DATA_DIR", default_value = "data/otp-service")]
    pub data_dir: PathBuf,
    /// Where the data is; it may hold a password: environment only
    #[arg(skip)]
    pub database_url: Option<Secret>,
    /// File with the address of the database
    #[arg(long, env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// File with the CAs (PEM) that the certificate of a PostgreSQL server may be from, where its
    /// address has `?sslmode=require`, as one on another machine must [default: the CAs that browsers
    /// believe]
    #[arg(long, env = "DATABASE_CA_FILE")]
    pub database_ca_file: Option<PathBuf>,
    /// How messages leave: `outbox` shows them on the page /outbox and sends nothing; or gateways that
    /// send, with commas between, the preferred one first
    #[arg(
        long,
        env = "GATEWAY",
        value_enum,
        value_delimiter = ',',
        default_value = "outbox"
    )]
    pub gateway: Vec<GatewayKind>,
    /// Host of the page that asks for the code, for the last line of the message (origin-bound codes)
    #[arg(long, env = "ORIGIN_HOST", default_value = "localhost")]
    pub origin_host: String,
    /// The product's name in the message
    #[arg(long, env = "APP_NAME", default_value = "Pipit")]
    pub app_name: String,
    /// Folder with texts of one's own, `de.txt` and so on (docs/messages.md) [default: the built-in texts]
    #[arg(long, env = "TEMPLATES_DIR")]
    pub templates_dir: Option<PathBuf>,
    /// Countries that codes are sent to: ISO 3166 alpha-2, with commas between [default: all, with the
    /// outbox; a gateway that sends needs to know them]
    #[arg(long, env = "ALLOWED_COUNTRIES", value_delimiter = ',')]
    pub allowed_countries: Vec<String>,
    /// Send also to numbers that are surely fixed lines
    #[arg(long, env = "ALLOW_FIXED_LINES")]
    pub allow_fixed_lines: bool,
    /// Take the secret key as `?api_key=` at /jwks/default too, as the vendor's Node SDK sends it
    #[arg(long, env = "JWKS_KEY_IN_ADDRESS", default_value_t = true, action = clap::ArgAction::Set)]
    pub jwks_key_in_address: bool,
    /// Secret key made known at first start; environment only
    #[arg(skip)]
    pub initial_api_key: Option<Secret>,
    /// File with the secret key made known at first start
    #[arg(long, env = "INITIAL_API_KEY_FILE")]
    pub initial_api_key_file: Option<PathBuf>,
    /// Log level, or a list as in `info,otp_service=debug`
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// How much is let in
    #[command(flatten)]
    pub traffic: TrafficLimits,
    /// TLS without a proxy
    #[command(flatten)]
    pub tls: TlsFiles,
    /// The policy's figures
    #[command(flatten)]
    pub policy: Policy,
    /// How gateways are reached
    #[command(flatten)]
    pub gateways: GatewaySettings,
    /// What may be spent on messages
    #[command(flatten)]
    pub budgets: BudgetSettings,
}

/// The policy's figures, each with its default.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Policy")]
pub struct Policy {
    /// Digits of a code, 6 to 10
    #[arg(long, env = "CODE_LENGTH", default_value_t = 6, value_parser = clap::value_parser!(u8).range(6..=10))]
    pub code_length: u8,
    /// Wrong codes that end a challenge
    #[arg(long, env = "TRIES_PER_CHALLENGE", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub tries_per_challenge: u8,
    /// Codes of one challenge that work at the same time
    #[arg(long, env = "LIVE_CODES", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub live_codes: u8,
    /// Seconds between the first message to a number and the next
    #[arg(long, env = "FIRST_COOL_DOWN_SECS", default_value_t = 30)]
    pub first_cool_down_secs: u32,
    /// Seconds between further messages to a number
    #[arg(long, env = "COOL_DOWN_SECS", default_value_t = 60)]
    pub cool_down_secs: u32,
    /// Messages to a number in an hour
    #[arg(long, env = "SENDS_PER_HOUR", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub sends_per_hour: u16,
    /// Messages to a number in 24 hours
    #[arg(long, env = "SENDS_PER_DAY", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub sends_per_day: u16,
    /// Messages in ten minutes to numbers that differ in their last four digits alone, unless half of the last hundred were
    /// answered by their code; 0 for any number. The outbox is not counted
    #[arg(long, env = "PREFIX_SENDS_PER_TEN_MINUTES", default_value_t = 20)]
    pub prefix_sends_per_ten_minutes: u16,
    /// The same in an hour
    #[arg(long, env = "PREFIX_SENDS_PER_HOUR", default_value_t = 50)]
    pub prefix_sends_per_hour: u16,
    /// Hours for which such numbers get no message once too few of twenty or more were answered by their code
    #[arg(long, env = "PREFIX_BLOCK_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=168))]
    pub prefix_block_hours: u16,
    /// Per cent of answered messages that are too few; 0 blocks nobody
    #[arg(long, env = "PREFIX_BLOCK_BELOW_PERCENT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub prefix_block_below_percent: u8,
    /// Wrong codes in a row of a number from which on it has to wait; the wait grows after each further so many
    #[arg(long, env = "FAILURES_PER_STEP", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub failures_per_step: u32,
    /// Waits in seconds, with commas between, the last one for all further failures
    #[arg(
        long,
        env = "FAILURE_WAITS_SECS",
        default_value = "30,300,1800,3600",
        value_delimiter = ','
    )]
    pub failure_waits_secs: Vec<u32>,
    /// Wrong codes in a row that lock a number
    #[arg(long, env = "FAILURES_TO_LOCK", default_value_t = 50, value_parser = clap::value_parser!(u32).range(5..=100))]
    pub failures_to_lock: u32,
    /// Longest life of a session, in minutes
    #[arg(long, env = "SESSION_CAP_MINUTES", default_value_t = 43_200, value_parser = clap::value_parser!(u32).range(5..=525_600))]
    pub session_cap_minutes: u32,
    /// Minutes without use after which a session is over
    #[arg(long, env = "SESSION_IDLE_MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=525_600))]
    pub session_idle_minutes: u32,
    /// Live sessions of a user; one more sign-in ends the one that was not used for longest
    #[arg(long, env = "SESSIONS_PER_USER", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub sessions_per_user: u16,
}

impl Policy {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            code_digits: self.code_length,
            tries: self.tries_per_challenge,
            live_codes: usize::from(self.live_codes),
            first_cool_down: i64::from(self.first_cool_down_secs),
            cool_down: i64::from(self.cool_down_secs),
            sends_per_hour: usize::from(self.sends_per_hour),
            sends_per_day: usize::from(self.sends_per_day),
            prefix_sends_per_ten_minutes: usize::from(self.prefix_sends_per_ten_minutes),
            prefix_sends_per_hour: usize::from(self.prefix_sends_per_hour),
            prefix_block: i64::from(self.prefix_block_hours) * 3600,
            prefix_block_below_percent: usize::from(self.prefix_block_below_percent),
            failures_per_step: self.failures_per_step,
            waits: self
                .failure_waits_secs
                .iter()
                .map(|&secs| i64::from(secs))
                .collect(),
            failures_to_lock: self.failures_to_lock,
            session_cap: i64::from(self.session_cap_minutes) * 60,
            session_idle: i64::from(self.session_idle_minutes) * 60,
            sessions_per_user: usize::from(self.sessions_per_user),
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_the_settings_are_those_of_the_policy() {
        let config = Config::try_parse_from(["otp-service"]).unwrap();
        assert_eq!(config.policy.limits(), Limits::default());
    }

    #[test]
    fn the_readmes_table_is_that_of_help() {
        use clap::CommandFactory as _;
        let readme = include_str!("../../README.md");
        edge::testing::assert_settings_table(readme, "otp-service", &Config::command());
    }

    #[test]
    fn figures_weaker_than_the_policy_allows_are_refused_a_01() {
        for argument in [
            "--code-length=5",
            "--code-length=11",
            "--tries-per-challenge=6",
            "--failures-to-lock=101",
        ] {
            assert!(
                Config::try_parse_from(["otp-service", argument]).is_err(),
                "{argument}"
            );
        }
    }
}
