//! The settings as they are given, by flag and by environment; `--help` is their reference.
//!
//! Not here: what they mean together, which [`crate::settings`] works out at start. Secrets are
//! never arguments (E-04): they come by environment or by file.

mod addresses;
mod session_cookie;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Parser};
use edge::TrafficLimits;
use edge::settings::{Secret, SettingError, secret, secret_from_environment};
use edge::tls::TlsFiles;

use crate::brand::Color;
use crate::client::Proxy;
use crate::throttle::AddressLimits;
use crate::webhooks::{WEBHOOK_SECRET, WebhookSettings};
pub use addresses::{Country, Link, PublicUrl, ReturnOrigin, ServiceUrl};
pub use session_cookie::SessionCookieSetting;

const OTP_API_KEY: &str = "OTP_API_KEY";
const BACKEND_KEY: &str = "BACKEND_KEY";
const DATABASE_URL: &str = "DATABASE_URL";
const SERVER_KEYS: &str = "SERVER_KEYS";
const TOKEN_KEYS: &str = "TOKEN_KEYS";

/// Sign-in with a phone number: serves the page and its calls.
///
/// With OTP_SERVICE_URL and OTP_API_KEY set it talks to that OTP service, the vendor's or our own.
/// With neither, it runs an OTP service in its own process, whose messages go to a page at /outbox
/// and nowhere else: good for trying and for development. With the OTP service's own settings GATEWAY and
/// what belongs to it they leave by a gateway: good for a small site.
///
/// Every setting can be given as a flag or in the environment, secrets in the environment or as
/// a file only.
#[derive(Debug, Clone, Parser)]
#[command(name = "backend", version)]
pub struct Config {
    /// Address and port to listen on; with plain HTTP loopback only, unless --insecure-listen is given
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:3000")]
    pub listen_addr: SocketAddr,

    /// Listen on addresses that others can reach, and allow an http:// PUBLIC_URL; for a network of
    /// your own, with a proxy in front that ends TLS
    #[arg(long, env = "INSECURE_LISTEN", action = ArgAction::SetTrue)]
    pub insecure_listen: bool,

    /// Folder for the accounts database, unless DATABASE_URL says otherwise, and the keys made at first start; back it up as one
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// Where the accounts are, `postgres://user:password@localhost:5432/name` or `sqlite:` and a file
    /// path; from the environment variable DATABASE_URL
    #[arg(skip)]
    pub database_url: Option<Secret>,

    /// File with the address of the accounts database (or the environment variable DATABASE_URL holds it
    /// itself); a database of the backend's own, not the OTP service's [default: accounts.db in DATA_DIR]
    #[arg(long, env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,

    /// File with the CAs (PEM) that the certificate of a PostgreSQL server may be from, where its address
    /// has `?sslmode=require`, as one on another machine must [default: the CAs that browsers believe]
    #[arg(long, env = "DATABASE_CA_FILE")]
    pub database_ca_file: Option<PathBuf>,

    /// Keys of the app's own servers; from the environment variable SERVER_KEYS
    #[arg(skip)]
    pub server_keys: Option<Secret>,

    /// File with the keys of the app's own servers, for /api/accounts and /api/challenges: each sk_ and at least 24 letters and
    /// digits, one a line; all of them work (or the environment variable SERVER_KEYS holds them, with
    /// commas between) [default: none, and no server is let in]
    #[arg(long, env = "SERVER_KEYS_FILE")]
    pub server_keys_file: Option<PathBuf>,

    /// Address that people type, as https://login.example.com; decides the cookie's form, the calls'
    /// allowed origin and the last line of the text message [default: http://localhost and the port]
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,

    /// Folder with the built page
    #[arg(long, env = "STATIC_DIR", default_value = "dist")]
    pub static_dir: PathBuf,

    /// OTP service to talk to, as https://api.streambird.io; http:// only on loopback. Needs OTP_API_KEY
    #[arg(long, env = "OTP_SERVICE_URL")]
    pub otp_service_url: Option<ServiceUrl>,

    /// Secret key for the OTP service; from the environment variable OTP_API_KEY
    #[arg(skip)]
    pub otp_api_key: Option<Secret>,

    /// File that holds the secret key for the OTP service (or the environment variable OTP_API_KEY
    /// holds the key itself)
    #[arg(long, env = "OTP_API_KEY_FILE")]
    pub otp_api_key_file: Option<PathBuf>,

    /// Key behind sealed verifications and binding cookies; from the environment variable BACKEND_KEY
    #[arg(skip)]
    pub backend_key: Option<Secret>,

    /// File that holds the key behind sealed verifications and binding cookies, 64 hexadecimal
    /// digits (or the environment variable BACKEND_KEY holds it itself). Several backends for one
    /// page need the same one [default: made at first start and kept in DATA_DIR]
    #[arg(long, env = "BACKEND_KEY_FILE")]
    pub backend_key_file: Option<PathBuf>,

    /// Name of the product on the screens
    #[arg(long, env = "APP_NAME", default_value = "Pipit")]
    pub app_name: String,

    /// File with the logo, SVG, PNG or WebP of at most 64 KiB; shown instead of mark and name, and in
    /// the browser's tab
    #[arg(long, env = "LOGO_FILE")]
    pub logo_file: Option<PathBuf>,

    /// Colour of buttons and links, as #3450cf; must be dark enough for text on a light page
    #[arg(long, env = "ACCENT_COLOR")]
    pub accent_color: Option<Color>,

    /// Country that the phone field opens on, as US [default: what the browser's language says]
    #[arg(long, env = "DEFAULT_COUNTRY")]
    pub default_country: Option<Country>,

    /// Countries whose numbers may sign in, as US,CA,DE; others are refused, and so are those that our OTP service
    /// sends no codes to [default: all]
    #[arg(long, env = "COUNTRIES", value_delimiter = ',')]
    pub countries: Vec<Country>,

    /// Link to the terms of service, shown under the phone field
    #[arg(long, env = "TERMS_URL")]
    pub terms_url: Option<Link>,

    /// Link to the privacy notice, shown under the phone field
    #[arg(long, env = "PRIVACY_URL")]
    pub privacy_url: Option<Link>,

    /// Link to a place where people get help, shown when they are locked out
    #[arg(long, env = "SUPPORT_URL")]
    pub support_url: Option<Link>,

    /// Minutes until a session ends, 5 to 43200 (30 days); more than 1440 (a day) only with the
    /// binding cookie on
    #[arg(long, env = "SESSION_MINUTES", default_value_t = 1440, value_parser = clap::value_parser!(u64).range(5..=43_200))]
    pub session_minutes: u64,

    /// Bind each session to a cookie of the browser that opened it, so that a token stolen by
    /// a script is worth nothing elsewhere; false for clients that keep no cookies
    #[arg(long, env = "BINDING_COOKIE", default_value_t = true, action = ArgAction::Set)]
    pub binding_cookie: bool,

    /// Keep the session in a cookie that no script can read, in place of a token in the page's storage: off;
    /// host, for this host alone; or a domain as example.com, for apps on its other hosts too
    #[arg(long, env = "SESSION_COOKIE", default_value = "off")]
    pub session_cookie: SessionCookieSetting,

    /// Origins of apps that people may be sent back to after their sign-in, as https://app.example.com;
    /// http:// only on loopback
    #[arg(long, env = "RETURN_ORIGINS", value_delimiter = ',')]
    pub return_origins: Vec<ReturnOrigin>,

    /// Whom access tokens are for, as https://api.example.com; with it there are short-lived tokens at
    /// /api/token, which any API checks by /.well-known/jwks.json [default: no access tokens]
    #[arg(long, env = "TOKEN_AUDIENCE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub token_audience: Option<String>,

    /// Minutes that an access token is good for, 1 to 60; a sign-out does not shorten them
    #[arg(long, env = "TOKEN_MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub token_minutes: u32,

    /// Entries of an account's metadata that access tokens tell under the same name, as role,plan
    #[arg(long, env = "TOKEN_CLAIMS", value_delimiter = ',')]
    pub token_claims: Vec<String>,

    /// Keys that sign access tokens; from the environment variable TOKEN_KEYS
    #[arg(skip)]
    pub token_keys: Option<Secret>,

    /// File with the keys of access tokens, 64 hexadecimal digits each, one a line (or the environment
    /// variable TOKEN_KEYS holds them, with commas between). The first one signs, all are published
    /// [default: one derived from the backend's own key]
    #[arg(long, env = "TOKEN_KEYS_FILE")]
    pub token_keys_file: Option<PathBuf>,

    /// Digits of a code, 6 to 10; must be what the OTP service sends
    #[arg(long, env = "CODE_LENGTH", default_value_t = 6, value_parser = clap::value_parser!(u8).range(6..=10))]
    pub code_length: u8,

    /// Proxies in front whose X-Forwarded-For says who calls, as 10.0.0.0/8,fd00::/8; without them everybody behind
    /// a proxy is one address
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<Proxy>,

    /// What one address may do
    #[command(flatten)]
    pub per_address: AddressLimits,

    /// Limit what a number may be sent, and how many codes a verification takes, here too: otherwise that is done only
    /// where the OTP service is not one of ours, which does it itself
    #[arg(long, env = "LIMIT_NUMBERS", action = ArgAction::SetTrue)]
    pub limit_numbers: bool,

    /// Who is told of what happens
    #[command(flatten)]
    pub webhooks: WebhookSettings,

    /// How much is let in
    #[command(flatten)]
    pub traffic: TrafficLimits,

    /// TLS without a proxy
    #[command(flatten)]
    pub tls: TlsFiles,

    /// Address and port for plain HTTP, as 0.0.0.0:80, where people are sent on to PUBLIC_URL and calls are refused
    /// [default: no such port]
    #[arg(
        long,
        env = "REDIRECT_ADDR",
        requires = "tls_cert_file",
        help_heading = "TLS"
    )]
    pub redirect_addr: Option<SocketAddr>,

    /// What is logged: error, warn, info, debug, or a list as in info,backend=debug
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
}

impl Config {
    /// Adds the secrets that the environment holds.
    pub fn read_environment(&mut self) {
        self.otp_api_key = secret_from_environment(OTP_API_KEY);
        self.backend_key = secret_from_environment(BACKEND_KEY);
        self.database_url = secret_from_environment(DATABASE_URL);
        self.token_keys = secret_from_environment(TOKEN_KEYS);
        self.server_keys = secret_from_environment(SERVER_KEYS);
        self.webhooks.webhook_secret = secret_from_environment(WEBHOOK_SECRET);
    }

    /// The OTP service's key, wherever it was given.
    pub(crate) fn otp_api_key(&self) -> Result<Option<Secret>, SettingError> {
        let file = self.otp_api_key_file.as_deref();
        secret(OTP_API_KEY, self.otp_api_key.clone(), file)
    }

    /// The backend's own key, wherever it was given.
    pub(crate) fn backend_key(&self) -> Result<Option<Secret>, SettingError> {
        let file = self.backend_key_file.as_deref();
        secret(BACKEND_KEY, self.backend_key.clone(), file)
    }

    /// The address of the own database, wherever it was given.
    pub(crate) fn database_url(&self) -> Result<Option<Secret>, SettingError> {
        let file = self.database_url_file.as_deref();
        secret(DATABASE_URL, self.database_url.clone(), file)
    }

    /// The keys of access tokens, wherever they were given.
    pub(crate) fn token_keys(&self) -> Result<Option<Secret>, SettingError> {
        let file = self.token_keys_file.as_deref();
        secret(TOKEN_KEYS, self.token_keys.clone(), file)
    }

    /// The keys of the app's servers, wherever they were given.
    pub(crate) fn server_keys(&self) -> Result<Option<Secret>, SettingError> {
        let file = self.server_keys_file.as_deref();
        secret(SERVER_KEYS, self.server_keys.clone(), file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_settings_are_well_formed_and_each_says_what_it_is() {
        let command = Config::command();
        command.clone().debug_assert();
        for setting in command
            .get_arguments()
            .filter(|arg| arg.get_env().is_some())
        {
            let help = setting
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.len() > 15, "{}", setting.get_id());
        }
    }

    #[test]
    fn the_readmes_table_is_that_of_help() {
        use clap::CommandFactory;
        let readme = include_str!("../../README.md");
        edge::testing::assert_settings_table(readme, "backend", &Config::command());
    }

    #[test]
    fn no_secret_is_an_argument_e_04() {
        for flag in [
            "--otp-api-key",
            "--backend-key",
            "--database-url",
            "--token-keys",
            "--server-keys",
            "--webhook-secret",
        ] {
            assert!(Config::try_parse_from(["backend", flag, "secret"]).is_err());
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for arguments in [
            ["--session-minutes", "4"],
            ["--session-minutes", "43201"],
            ["--code-length", "5"],
            ["--code-length", "11"],
            ["--default-country", "usa"],
            ["--terms-url", "javascript:alert(1)"],
            ["--accent-color", "red"],
            ["--otp-service-url", "http://otp.example.com"],
            ["--public-url", "https://example.com/path"],
            ["--return-origins", "https://example.com/path"],
            ["--return-origins", "http://app.example.com"],
            ["--return-origins", "https://*.example.com"],
            ["--token-audience", ""],
            ["--token-minutes", "0"],
            ["--token-minutes", "61"],
            ["--session-cookie", "com"],
            ["--session-cookie", "127.0.0.1"],
            ["--session-cookie", "https://example.com"],
        ] {
            let arguments = ["backend"].into_iter().chain(arguments);
            assert!(
                Config::try_parse_from(arguments.clone()).is_err(),
                "{:?}",
                arguments.collect::<Vec<_>>()
            );
        }
    }
}
