//! `examples/webhooks`: it is told, believes only what is signed, and a backend that is killed tells it afterwards.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{SERVER_KEY, Site};
use crate::program::{Program, free_authority};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const NUMBER: &str = "+12125550142";
/// A message that is not taken at once is told again after five seconds; one that was on its way, after a minute.
const IN_TIME: Duration = Duration::from_secs(100);

/// What the app was told, once it is so many messages.
async fn told(app: &str, count: usize) -> Vec<Value> {
    let enough = async {
        loop {
            let told = Browser::default().get(app).await.ok()["told"].clone();
            let told: Vec<Value> = serde_json::from_value(told).unwrap();
            if told.len() >= count {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(IN_TIME, enough).await.unwrap()
}

fn types(told: &[Value]) -> Vec<&str> {
    let mut types: Vec<_> = told
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    types.sort_unstable();
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_told_of_a_sign_in_and_a_sign_out_also_while_the_secret_is_replaced() {
    let app = Program::node("webhooks/server.mjs", &[("WEBHOOK_SECRET", SECRET)]);
    let url = format!("{}/webhooks", app.url);
    let secrets = format!("{OTHER},{SECRET}");
    let site = Site::find().await.telling(&url, &secrets);
    let house = site.build(&[]).await;
    let mut browser = Browser::default();
    let signed_in = house.sign_in(&mut browser, NUMBER).await;
    let bearer = format!("Bearer {}", signed_in["session_token"].as_str().unwrap());
    let session = format!("{}/api/session", house.url);
    browser
        .delete(&session, &[("authorization", &bearer)])
        .await
        .ok();
    let told = told(&app.url, 3).await;
    assert_eq!(
        types(&told),
        ["account.created", "session.created", "session.ended"]
    );
    for event in &told {
        assert_eq!(event["data"]["account_id"], signed_in["account_id"]);
        assert_eq!(event["data"]["user_id"], signed_in["user_id"]);
    }
    // What nobody has signed, or somebody has kept for too long, is not believed.
    let forged = json!({"type": "account.created", "data": {}});
    for headers in [
        &[][..],
        &[
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1800000000"),
            ("webhook-signature", "v1,"),
        ],
        &[("webhook-signature", "v1,AAAA v2,AAAA")],
    ] {
        let answer = Browser::default().post(&url, &forged, headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
    }
    house.tear_down().await;
}

/// A backend in a process of its own.
struct Process {
    child: Child,
    url: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // As a crash, and as the end of the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start(folder: &Path, app: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_backend"))
            .args(["--listen-addr=127.0.0.1:0", "--log=info"])
            .arg(format!("--data-dir={}", folder.display()))
            .arg(format!("--static-dir={}", folder.join("dist").display()))
            .arg(format!("--webhook-url={app}/webhooks"))
            .env("WEBHOOK_SECRET", SECRET)
            .env("SERVER_KEYS", SERVER_KEY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            (entry["message"] == "ready" && entry["public_url"].is_string())
                .then(|| entry["address"].as_str().unwrap().to_owned())
        });
        // Nobody reads on, and a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{}", address.unwrap());
        Self { child, url }
    }

    async fn sign_in(&self, number: &str) {
        let url = |path: &str| format!("{}{path}", self.url);
        let mut browser = Browser::default();
        let body = json!({"phone_number": number});
        let sent = browser.post(&url("/api/otp/send"), &body, &[]).await.ok();
        let outbox = url(&format!(
            "/outbox/messages?to={}",
            number.replace('+', "%2B")
        ));
        let code = browser.get(&outbox).await.json()["messages"][0]["code"].clone();
        let body = json!({"verification_id": sent["verification_id"], "otp": code});
        browser.post(&url("/api/otp/verify"), &body, &[]).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_before_it_could_tell_tells_it_after_its_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let authority = free_authority();
    let app = format!("http://{authority}");
    let backend = Process::start(folder.path(), &app);
    backend.sign_in(NUMBER).await;
    drop(backend);
    let (_, port) = authority.rsplit_once(':').unwrap();
    let environment = [("WEBHOOK_SECRET", SECRET), ("PORT", port)];
    let listening = Program::node("webhooks/server.mjs", &environment);
    let _backend = Process::start(folder.path(), &app);
    let told = told(&listening.url, 2).await;
    assert_eq!(types(&told), ["account.created", "session.created"]);
}
