//! A backend and our OTP service, in this process, on loopback.

use std::net::SocketAddr;

use backend::Config;
use clap::Parser;
use edge::Stop;
use edge::settings::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::browser::{Answer, Browser};

/// What the backend shows the OTP service.
pub(crate) const OTP_KEY: &str = "sk_test_111111111111111111111111111111111111111111111111";
/// What the app's servers show the backend.
pub(crate) const SERVER_KEY: &str = "sk_2222222222222222222222222222222222222222";
/// The seed of the key that signs access tokens.
pub(crate) const TOKEN_KEY: &str =
    "3333333333333333333333333333333333333333333333333333333333333333";

/// Where the backend will be; programs can be told before it is there.
pub(crate) struct Site {
    listener: TcpListener,
    /// `http://127.0.0.1:…`
    pub(crate) url: String,
    /// Who is told of what happens, and what signs it.
    webhooks: Option<(String, String)>,
}

/// Both servers, running.
pub(crate) struct House {
    pub(crate) url: String,
    pub(crate) otp_url: String,
    stop: Stop,
    servers: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl Site {
    pub(crate) async fn find() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = address(listener.local_addr().unwrap());
        Self {
            listener,
            url,
            webhooks: None,
        }
    }

    /// The same, which tells this address, signed with these secrets.
    pub(crate) fn telling(mut self, url: &str, secrets: &str) -> Self {
        self.webhooks = Some((url.to_owned(), secrets.to_owned()));
        self
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Starts both, the backend with these arguments of its command line.
    pub(crate) async fn build(self, arguments: &[&str]) -> House {
        self.build_on(None, arguments).await
    }

    /// The same with the accounts in this database.
    pub(crate) async fn build_on(self, database: Option<&str>, arguments: &[&str]) -> House {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::default();
        let otp_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let otp_url = address(otp_listener.local_addr().unwrap());
        // A test has no half minute for the next code.
        let policy = [
            "otp-service",
            "--first-cool-down-secs",
            "0",
            "--cool-down-secs",
            "0",
        ];
        let mut otp = otp_service::Config::parse_from(policy);
        otp.data_dir = folder.path().join("otp-service");
        otp.initial_api_key = Some(Secret::from(OTP_KEY));

        let mut config = Config::parse_from(["backend"].iter().chain(arguments));
        config.data_dir = folder.path().join("backend");
        config.static_dir = folder.path().join("dist");
        config.public_url = Some(self.url.parse().unwrap());
        config.otp_service_url = Some(otp_url.parse().unwrap());
        config.otp_api_key = Some(Secret::from(OTP_KEY));
        config.database_url = database.map(Secret::from);
        if let Some((url, secrets)) = self.webhooks {
            config.webhooks.webhook_url = Some(url);
            config.webhooks.webhook_secret = Some(Secret::new(secrets));
        }
        config.server_keys = Some(Secret::from(SERVER_KEY));
        config.token_keys = config
            .token_audience
            .is_some()
            .then(|| Secret::from(TOKEN_KEY));
        let (otp_stop, backend_stop) = (stop.clone(), stop.clone());
        let servers = vec![
            tokio::spawn(async move {
                otp_service::serve(otp, otp_listener, otp_stop)
                    .await
                    .unwrap()
            }),
            tokio::spawn(async move {
                backend::serve(config, self.listener, None, backend_stop)
                    .await
                    .unwrap()
            }),
        ];
        House {
            url: self.url,
            otp_url,
            stop,
            servers,
            _folder: folder,
        }
    }
}

fn address(address: SocketAddr) -> String {
    format!("http://{address}")
}

impl House {
    /// Ends both, and sees that they ended well.
    pub(crate) async fn tear_down(self) {
        self.stop.close();
        for server in self.servers {
            server.await.unwrap();
        }
    }

    /// The newest code that this phone got.
    pub(crate) async fn code(&self, number: &str) -> String {
        let number = number.replace('+', "%2B");
        let url = format!("{}/outbox/messages?to={number}", self.otp_url);
        let messages = Browser::default().get(&url).await.json();
        messages["messages"][0]["code"].as_str().unwrap().to_owned()
    }

    /// A call of one of the app's servers.
    pub(crate) async fn as_server(&self, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {SERVER_KEY}");
        let url = format!("{}{path}", self.url);
        Browser::default()
            .post(&url, body, &[("authorization", &bearer)])
            .await
    }

    /// Signs in as the page does; answers what it gets.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, number: &str) -> Value {
        let url = |path: &str| format!("{}/api/otp/{path}", self.url);
        let sent = browser
            .post(&url("send"), &json!({"phone_number": number}), &[])
            .await;
        let body = json!({"verification_id": sent.ok()["verification_id"], "otp": self.code(number).await});
        browser.post(&url("verify"), &body, &[]).await.ok()
    }

    /// Signs in without JavaScript, from the first screen on; answers where that leads to.
    pub(crate) async fn sign_in_plainly(&self, browser: &mut Browser, number: &str) -> String {
        let url = |path: &str| format!("{}{path}", self.url);
        let sent = browser
            .submit(&url("/plain"), &[("country", "US"), ("phone", number)])
            .await;
        assert_eq!(sent.place(), "/plain/verify");
        let code = self.code(number).await;
        let verified = browser
            .submit(&url("/plain/verify"), &[("otp", &code)])
            .await;
        verified.place().to_owned()
    }
}
