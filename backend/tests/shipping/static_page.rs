//! The bundle served by nginx and by Caddy, with two backends behind them: what they serve is what the backend would
//! serve, with the same headers, and a sign-in goes through.

use std::collections::BTreeMap;

use http::HeaderMap;

use crate::browser::{Answer, Browser};
use crate::program::free_authority;
use crate::proxies::{self, Proxy, page};
use crate::servers::Servers;
use crate::sign_in::sign_in;

/// What protects the page, and what says how long a file is kept and what it is.
const HELD_TO: [&str; 10] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "strict-transport-security",
    "cache-control",
    "content-type",
    "content-encoding",
];

fn held_to(headers: &HeaderMap) -> BTreeMap<&'static str, Vec<String>> {
    let values = |name| {
        headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
    };
    HELD_TO
        .iter()
        .map(|name| (*name, values(*name).collect()))
        .collect()
}

/// The files of the bundle by their addresses, without those that are the smaller forms of others.
fn files() -> Vec<String> {
    let names = std::fs::read_dir(page()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| !name.ends_with(".br") && !name.ends_with(".gz"))
        .map(|name| format!("/{name}"))
        .collect()
}

async fn at(host: &str, path: &str) -> Answer {
    let asked = [("accept-encoding", "gzip"), ("accept-language", "en")];
    Browser::default()
        .get_with(&format!("http://{host}{path}"), &asked)
        .await
}

/// What holds behind either. `secure` stands for servers that people reach by https.
async fn serves_as_the_backend_does(secure: &Servers, proxy: &Proxy) {
    let host = proxy.program.authority();
    let mut paths = files();
    assert!(paths.len() > 10, "{paths:?}");
    paths.extend(
        [
            "/",
            "/verify",
            "/account",
            "/index.html",
            "/plain",
            "/api/config",
            "/api/nothing",
        ]
        .map(str::to_owned),
    );
    paths.extend(["/missing-0123456789abcdef.js", "/missing.png"].map(str::to_owned));
    for path in paths {
        let (own, through) = (at(&secure.backends[0], &path).await, at(host, &path).await);
        assert_eq!(through.status, own.status, "{path}");
        assert_eq!(held_to(&through.headers), held_to(&own.headers), "{path}");
    }
    for path in ["/outbox", "/outbox/messages", "/healthz", "/readyz"] {
        let inside = at(host, path).await;
        assert_eq!(
            (inside.status, &inside.json()["error_type"]),
            (404, &"not_found".into()),
            "{path}"
        );
    }
    assert!(!at(host, "/").await.headers.contains_key("x-powered-by"));
}

/// What comes in clear goes no further (D-19).
async fn turns_away_what_comes_in_clear(redirect: &str) {
    let page = at(redirect, "/account?lang=de").await;
    assert_eq!(page.status, 308);
    let to = page.headers["location"].to_str().unwrap();
    assert!(
        to.starts_with("https://") && to.ends_with("/account?lang=de"),
        "{to}"
    );
    for path in ["/api/session", "/api", "/.well-known/jwks.json"] {
        let call = at(redirect, path).await;
        assert_eq!(
            (call.status, &call.json()["error_type"]),
            (403, &"origin_not_allowed".into()),
            "{path}"
        );
    }
}

async fn story(listen: &str, url: &str, proxy: impl AsyncFnOnce(&str, [&str; 2]) -> Proxy) {
    let servers = Servers::start(url).await;
    let [one, two] = &servers.backends;
    let proxy = proxy(listen, [one, two]).await;
    for number in ["+12125550142", "+12125550143", "+12125550144"] {
        sign_in(&proxy.program.url, &servers.otp_url, number).await;
    }
    servers.tear_down().await;
    let away = at(listen, "/api/config").await;
    assert!([502, 503].contains(&away.status), "{}", away.status);
    assert_eq!(
        at(listen, "/").await.status,
        200,
        "the page is there all the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_serves_the_page_as_the_backend_does() {
    let secure = Servers::start("https://login.example.com").await;
    let [one, two] = &secure.backends;
    let proxy = proxies::nginx(&free_authority(), [one, two]).await;
    serves_as_the_backend_does(&secure, &proxy).await;
    turns_away_what_comes_in_clear(&proxy.redirect).await;
    secure.tear_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_serves_the_page_as_the_backend_does() {
    let secure = Servers::start("https://login.example.com").await;
    let [one, two] = &secure.backends;
    let proxy = proxies::caddy(&free_authority(), [one, two]).await;
    serves_as_the_backend_does(&secure, &proxy).await;
    turns_away_what_comes_in_clear(&proxy.redirect).await;
    secure.tear_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_goes_through_nginx_and_two_backends() {
    let listen = free_authority();
    story(&listen, &format!("http://{listen}"), proxies::nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_goes_through_caddy_and_two_backends() {
    let listen = free_authority();
    story(&listen, &format!("http://{listen}"), proxies::caddy).await;
}
