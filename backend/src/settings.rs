//! The settings as the calls use them: worked out and checked together, once, at start.

use std::net::SocketAddr;

use edge::settings::{Secret, check_listen};
use shared::SessionLifetime;
use shared::browser::ConfigResponse;

use crate::StartError;
use crate::brand::Brand;
use crate::config::{Config, Country, Link, PublicUrl, ServiceUrl, SessionCookieSetting};

/// A session of more than a day needs the binding cookie (C-04).
const LONGEST_UNBOUND_MINUTES: u64 = 1440;

/// What the calls need to know of the configuration.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) public_url: PublicUrl,
    pub(crate) app_name: String,
    pub(crate) brand: Brand,
    pub(crate) code_length: u8,
    pub(crate) default_country: Option<String>,
    /// Sorted.
    pub(crate) countries: Vec<String>,
    pub(crate) terms_url: Option<String>,
    pub(crate) privacy_url: Option<String>,
    pub(crate) support_url: Option<String>,
    pub(crate) session: SessionLifetime,
    pub(crate) binding_cookie: bool,
    pub(crate) session_cookie: SessionCookieSetting,
}

/// Where the codes come from.
#[derive(Debug)]
pub(crate) enum OtpService {
    Remote {
        url: ServiceUrl,
        key: Secret,
    },
    /// In this process.
    Embedded,
}

impl Settings {
    pub(crate) fn work_out(config: &Config, address: SocketAddr) -> Result<Self, StartError> {
        check_listen(address, config.insecure_listen || config.tls.are_set())?;
        let public_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| PublicUrl::localhost(address.port()));
        if config.tls.are_set() && !public_url.is_https() {
            return Err(StartError::Setting(format!(
                "PUBLIC_URL is {public_url}, but the backend ends TLS itself (TLS_CERT_FILE): make it https"
            )));
        }
        if !public_url.is_https() && !public_url.is_loopback() && !config.insecure_listen {
            return Err(StartError::Setting(format!(
                "PUBLIC_URL is {public_url}: people would send their codes over the network in clear; \
                 make it https, or say --insecure-listen if the network is yours alone"
            )));
        }
        if config.session_minutes > LONGEST_UNBOUND_MINUTES && !config.binding_cookie {
            return Err(StartError::Setting(
                "SESSION_MINUTES above 1440 needs BINDING_COOKIE=true".to_owned(),
            ));
        }
        let session = SessionLifetime::parse(config.session_minutes)
            .map_err(|error| StartError::Setting(format!("SESSION_MINUTES is {error}")))?;
        let countries = countries(&config.countries)?;
        let default_country = config.default_country.as_ref().map(Country::as_str);
        if let Some(country) = default_country.filter(|country| !is_among(&countries, country)) {
            return Err(StartError::Setting(format!(
                "DEFAULT_COUNTRY is {country}, which is not among the COUNTRIES"
            )));
        }
        let link = |link: &Option<Link>| link.as_ref().map(|link| link.as_str().to_owned());
        Ok(Self {
            app_name: config.app_name.clone(),
            brand: Brand::load(config)?,
            code_length: config.code_length,
            default_country: default_country.map(ToOwned::to_owned),
            countries,
            terms_url: link(&config.terms_url),
            privacy_url: link(&config.privacy_url),
            support_url: link(&config.support_url),
            session,
            binding_cookie: config.binding_cookie,
            session_cookie: session_cookie(config, &public_url)?,
            public_url,
        })
    }

    /// Leaves out countries that the OTP service sends no codes to (G-01); none: it sends to all.
    pub(crate) fn narrow(&mut self, served: &[String]) -> Result<(), StartError> {
        if served.is_empty() {
            return Ok(());
        }
        self.countries.retain(|country| served.contains(country));
        if self.countries.is_empty() {
            return Err(StartError::Setting(format!(
                "COUNTRIES: the OTP service sends codes to none of them, but to {}",
                served.join(",")
            )));
        }
        match &self.default_country {
            Some(country) if !self.allows(country) => Err(StartError::Setting(format!(
                "DEFAULT_COUNTRY is {country}, to which the OTP service sends no codes"
            ))),
            _ => Ok(()),
        }
    }

    /// What the page needs to know of them.
    pub(crate) fn described(&self) -> ConfigResponse {
        ConfigResponse {
            app_name: self.app_name.clone(),
            code_length: self.code_length,
            default_country: self.default_country.clone(),
            countries: self.countries.clone(),
            terms_url: self.terms_url.clone(),
            privacy_url: self.privacy_url.clone(),
            support_url: self.support_url.clone(),
            logo_url: self.brand.logo_url().map(ToOwned::to_owned),
            style_url: self.brand.style_url().map(ToOwned::to_owned),
        }
    }

    pub(crate) fn allows(&self, country: &str) -> bool {
        is_among(&self.countries, country)
    }
}

impl OtpService {
    pub(crate) fn choose(config: &Config) -> Result<Self, StartError> {
        match (config.otp_service_url.clone(), config.otp_api_key()?) {
            (Some(url), Some(key)) => Ok(Self::Remote { url, key }),
            (None, None) => Ok(Self::Embedded),
            (Some(_), None) => Err(StartError::Setting(
                "OTP_SERVICE_URL is set but OTP_API_KEY (or OTP_API_KEY_FILE) is missing"
                    .to_owned(),
            )),
            (None, Some(_)) => Err(StartError::Setting(
                "OTP_API_KEY is set but OTP_SERVICE_URL is missing".to_owned(),
            )),
        }
    }
}

/// A cookie for a domain reaches this server only from one of its hosts.
fn session_cookie(
    config: &Config,
    public_url: &PublicUrl,
) -> Result<SessionCookieSetting, StartError> {
    let chosen = config.session_cookie.clone();
    if chosen != SessionCookieSetting::Off && !config.binding_cookie {
        return Err(StartError::Setting(
            "SESSION_COOKIE is for browsers, BINDING_COOKIE=false for clients that keep no cookies: choose one"
                .to_owned(),
        ));
    }
    match &chosen {
        SessionCookieSetting::Domain(domain) if !public_url.is_within(domain) => {
            Err(StartError::Setting(format!(
                "SESSION_COOKIE is {domain}, but PUBLIC_URL is {public_url}, which is no host of it"
            )))
        }
        _ => Ok(chosen),
    }
}

fn is_among(countries: &[String], country: &str) -> bool {
    countries
        .binary_search_by(|known| known.as_str().cmp(country))
        .is_ok()
}

fn countries(chosen: &[Country]) -> Result<Vec<String>, StartError> {
    let all = number_plan::countries();
    if chosen.is_empty() {
        return Ok(all);
    }
    if let Some(unknown) = chosen
        .iter()
        .find(|country| !is_among(&all, country.as_str()))
    {
        return Err(StartError::Setting(format!(
            "COUNTRIES: {} has no numbers of its own",
            unknown.as_str()
        )));
    }
    let mut countries: Vec<String> = chosen
        .iter()
        .map(|country| country.as_str().to_owned())
        .collect();
    countries.sort_unstable();
    countries.dedup();
    Ok(countries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn config(arguments: &[&str]) -> Config {
        Config::parse_from(["backend"].iter().chain(arguments))
    }

    fn refused(arguments: &[&str]) -> String {
        let address = "127.0.0.1:3000".parse().unwrap();
        match Settings::work_out(&config(arguments), address) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_defaults_work_on_this_machine_alone() {
        let settings = Settings::work_out(&config(&[]), "127.0.0.1:4321".parse().unwrap()).unwrap();
        assert_eq!(settings.public_url.to_string(), "http://localhost:4321");
        assert_eq!(settings.session.as_secs(), 86_400);
        assert!(settings.binding_cookie);
        assert!(settings.allows("DE") && settings.allows("US") && !settings.allows("XX"));
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused_with_a_sentence() {
        for (arguments, said) in [
            (
                &["--public-url", "http://login.example.com"][..],
                "in clear",
            ),
            (
                &["--session-minutes", "1441", "--binding-cookie", "false"],
                "needs BINDING_COOKIE",
            ),
            (&["--tls-cert-file=a", "--tls-key-file=b"], "make it https"),
            (&["--countries", "US,XX"], "XX has no numbers"),
            (
                &["--countries", "US,CA", "--default-country", "DE"],
                "not among the COUNTRIES",
            ),
            (
                &["--session-cookie", "host", "--binding-cookie", "false"],
                "choose one",
            ),
            (
                &[
                    "--session-cookie",
                    "example.com",
                    "--public-url",
                    "https://login.example.org",
                ],
                "no host of it",
            ),
            (
                &[
                    "--session-cookie",
                    "example.com",
                    "--public-url",
                    "https://loginexample.com",
                ],
                "no host of it",
            ),
        ] {
            assert!(
                refused(arguments).contains(said),
                "{arguments:?}: {}",
                refused(arguments)
            );
        }
        let open = "0.0.0.0:3000".parse().unwrap();
        let error = Settings::work_out(&config(&[]), open)
            .unwrap_err()
            .to_string();
        assert!(error.contains("--insecure-listen"), "{error}");
    }

    #[test]
    fn the_page_offers_the_countries_that_the_service_sends_to_and_no_others_g_01() {
        let address = "127.0.0.1:3000".parse().unwrap();
        let narrowed = |arguments: &[&str], served: &[&str]| {
            let mut settings = Settings::work_out(&config(arguments), address).unwrap();
            let served: Vec<_> = served.iter().map(ToString::to_string).collect();
            let narrowed = settings.narrow(&served);
            narrowed
                .map(|()| settings.countries)
                .map_err(|error| error.to_string())
        };
        assert_eq!(narrowed(&[], &["US", "DE", "XX"]).unwrap(), ["DE", "US"]);
        assert_eq!(
            narrowed(&["--countries=US,FR"], &["US", "DE"]).unwrap(),
            ["US"]
        );
        assert_eq!(narrowed(&["--countries=US"], &[]).unwrap(), ["US"]);
        let none = narrowed(&["--countries=FR"], &["US", "DE"]).unwrap_err();
        assert!(none.contains("to none of them, but to US,DE"), "{none}");
        let other = narrowed(&["--default-country=FR"], &["US"]).unwrap_err();
        assert!(other.contains("DEFAULT_COUNTRY is FR"), "{other}");
    }

    #[test]
    fn one_of_address_and_key_alone_is_refused_and_the_other_named() {
        let mut lone_key = config(&[]);
        lone_key.otp_api_key = Some(Secret::from("sk_test_x"));
        let lone_url = config(&["--otp-service-url", "https://api.streambird.io"]);
        for (config, missing) in [
            (lone_key, "OTP_SERVICE_URL is missing"),
            (lone_url, "OTP_API_KEY (or OTP_API_KEY_FILE) is missing"),
        ] {
            let error = OtpService::choose(&config).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
        assert!(matches!(
            OtpService::choose(&config(&[])),
            Ok(OtpService::Embedded)
        ));
    }
}
