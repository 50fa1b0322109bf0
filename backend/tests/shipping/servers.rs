//! One OTP service and two backends on one database, in this process, for a proxy that stands before them.

use backend::Config;
use clap::Parser;
use edge::Stop;
use edge::settings::Secret;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::browser::Browser;
use crate::proxies::page;

const OTP_KEY: &str = "sk_test_111111111111111111111111111111111111111111111111";
const BACKEND_KEY: &str = "4444444444444444444444444444444444444444444444444444444444444444";

/// All three, running.
pub(crate) struct Servers {
    /// Host and port of each.
    pub(crate) backends: [String; 2],
    pub(crate) otp_url: String,
    stop: Stop,
    running: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl Servers {
    /// Starts them for people who type `public_url`.
    pub(crate) async fn start(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::default();
        let mut running = Vec::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let otp_url = format!("http://{}", listener.local_addr().unwrap());
        let mut otp = otp_service::Config::parse_from(["otp-service"]);
        otp.data_dir = folder.path().join("otp-service");
        otp.initial_api_key = Some(Secret::from(OTP_KEY));
        let stops = stop.clone();
        running.push(tokio::spawn(async move {
            otp_service::serve(otp, listener, stops).await.unwrap();
        }));
        let mut backends = Vec::new();
        for _ in 0..2 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            backends.push(listener.local_addr().unwrap().to_string());
            let mut config = Config::parse_from(["backend", "--trusted-proxies", "127.0.0.1/32"]);
            config.data_dir = folder.path().join("backend");
            config.static_dir = page();
            config.public_url = Some(public_url.parse().unwrap());
            config.otp_service_url = Some(otp_url.parse().unwrap());
            config.otp_api_key = Some(Secret::from(OTP_KEY));
            config.backend_key = Some(Secret::from(BACKEND_KEY));
            let stops = stop.clone();
            running.push(tokio::spawn(async move {
                backend::serve(config, listener, None, stops).await.unwrap();
            }));
            // One after the other, since the first one makes the database; and a proxy does not wait for long.
            let ready = format!("http://{}/readyz", backends.last().unwrap());
            assert_eq!(Browser::default().get(&ready).await.status, 200);
        }
        Self {
            backends: backends.try_into().unwrap(),
            otp_url,
            stop,
            running,
            _folder: folder,
        }
    }

    /// Ends all, and sees that they ended well.
    pub(crate) async fn tear_down(self) {
        self.stop.close();
        for server in self.running {
            server.await.unwrap();
        }
    }
}
