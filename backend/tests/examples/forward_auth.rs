//! `examples/forward-auth`: an app that knows nothing of the sign-in, behind nginx, behind Caddy and behind Traefik.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::house::Site;
use crate::program::{Program, free_authority, path};

const NUMBER: &str = "+12125550142";

async fn nginx(folder: &TempDir, listen: &str, app: &str, sign_in: &str) -> Program {
    let template = std::fs::read_to_string(path("forward-auth/nginx.conf")).unwrap();
    let filled = template
        .replace("@LISTEN@", listen)
        .replace("@APP@", app)
        .replace("@SIGN_IN@", sign_in);
    std::fs::create_dir(folder.path().join("tmp")).unwrap();
    std::fs::write(folder.path().join("nginx.conf"), filled).unwrap();
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(folder.path())
        .args(["-e", "stderr", "-c", "nginx.conf"]);
    Program::server(command, format!("http://{listen}")).await
}

async fn caddy(folder: &TempDir, listen: &str, app: &str, sign_in: &str) -> Program {
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(path("forward-auth/Caddyfile"))
        .env("XDG_DATA_HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("APP_ADDRESS", format!("http://{listen}"))
        .env("APP", app)
        .env("SIGN_IN", sign_in)
        .stderr(std::process::Stdio::null());
    Program::server(command, format!("http://{listen}")).await
}

/// Without TLS, and under the one name that there is here.
async fn traefik(folder: &TempDir, listen: &str, app: &str, sign_in: &str) -> Program {
    let template = std::fs::read_to_string(path("forward-auth/traefik.yml")).unwrap();
    let filled = template
        .replace("http://127.0.0.1:3000", &format!("http://{sign_in}"))
        .replace("http://127.0.0.1:8080", &format!("http://{app}"))
        .replace("app.example.com", "127.0.0.1")
        .replace("      tls: {}\n", "");
    let file = folder.path().join("traefik.yml");
    std::fs::write(&file, filled).unwrap();
    let mut command = Command::new("traefik");
    command
        .arg(format!("--entrypoints.web.address={listen}"))
        .arg(format!("--providers.file.filename={}", file.display()))
        .args([
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
        ])
        .stdout(std::process::Stdio::null());
    Program::server(command, format!("http://{listen}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn any_app_stands_behind_nginx() {
    let mut told = story(nginx).await;
    let payments = format!("{}/payments", told.proxy.url);
    told.browser.get(&payments).await.ok();
    let stranger = Browser::default().get(&payments).await;
    assert!(stranger.place().contains("max_age=300"));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_app_stands_behind_caddy() {
    story(caddy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_app_stands_behind_traefik() {
    story(traefik).await;
}

/// Traefik takes connections a moment before.
async fn knows_its_routes(page: &str) {
    let knows = async {
        while Browser::default().get(page).await.status == 404 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), knows).await;
    assert!(waited.is_ok(), "the proxy has no route for {page}");
}

/// What is left of a story, still running.
struct Told {
    /// Is signed in.
    browser: Browser,
    proxy: Program,
    _app: Program,
    _folder: TempDir,
}

/// What holds behind every proxy.
async fn story(start: impl AsyncFnOnce(&TempDir, &str, &str, &str) -> Program) -> Told {
    let (site, listen, folder) = (
        Site::find().await,
        free_authority(),
        tempfile::tempdir().unwrap(),
    );
    let app = Program::node("forward-auth/app.mjs", &[]);
    let proxy = start(&folder, &listen, app.authority(), site.authority()).await;
    let house = site
        .build(&["--session-cookie", "host", "--return-origins", &proxy.url])
        .await;
    let linked = json!({"phone_number": NUMBER, "external_id": "Zoë 42"});
    let account = house.as_server("/api/accounts", &linked).await.ok()["account"].clone();
    let page = format!("{}/orders/a%20b?open=1&sort=new", proxy.url);
    knows_its_routes(&page).await;
    let spoofed = [
        ("x-auth-account", "acct_root"),
        ("x-auth-user", "user_root"),
        ("x-auth-external-id", "root"),
    ];

    let mut browser = Browser::default();
    let door = browser.get_with(&page, &spoofed).await.place().to_owned();
    assert!(
        door.starts_with(&format!("{}/sign-in?return_to=", house.url)),
        "{door}"
    );
    assert_eq!(browser.get(&door).await.place(), "/");
    assert_eq!(
        house.sign_in_plainly(&mut browser, NUMBER).await,
        page,
        "with its whole query"
    );

    let shown = browser.get_with(&page, &spoofed).await.ok();
    let expected = json!({"path": "/orders/a%20b?open=1&sort=new", "account": account["account_id"],
        "user": account["user_id"], "externalId": "Zoë 42"});
    assert_eq!(
        shown, expected,
        "what the client says of itself is not believed"
    );
    let posted = browser.submit(&page, &[("a", "b")]).await;
    assert_eq!(posted.ok()["account"], account["account_id"]);

    let mut other = Browser::default();
    house.sign_in(&mut other, "+12125550143").await;
    let shown = other.get_with(&page, &spoofed).await.ok();
    for (name, nobodys) in [("account", "acct_root"), ("user", "user_root")] {
        assert!(shown[name].is_string(), "{shown}");
        assert_ne!(shown[name], nobodys);
    }
    assert_ne!(shown["account"], account["account_id"]);
    assert!(
        matches!(&shown["externalId"], Value::String(text) if text.is_empty())
            || shown["externalId"].is_null(),
        "{shown}"
    );

    let url = format!("{}/api/session", house.url);
    other.delete(&url, &[]).await.ok();
    assert_eq!(other.get(&page).await.status, 303, "C-07");
    let elsewhere = other.get_with(&page, &[("host", "evil.example")]).await;
    assert!(
        [400, 401, 404].contains(&elsewhere.status) || !elsewhere.headers.contains_key("location"),
        "D-15"
    );
    Told {
        browser,
        proxy,
        _app: app,
        _folder: folder,
    }
}
