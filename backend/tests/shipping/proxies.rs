//! nginx and Caddy, started with what is in `deploy/`. Only what an operator fills in is filled in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, free_authority};

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) program: Program,
    /// Where it turns away what comes in clear.
    pub(crate) redirect: String,
    _folder: TempDir,
}

/// A file or folder of the repository.
pub(crate) fn path(rest: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().unwrap().join(rest)
}

/// The built page.
pub(crate) fn page() -> PathBuf {
    let page = path("dist");
    assert!(
        page.join("index.html").is_file(),
        "there is no built page: cargo xtask bundle"
    );
    page
}

fn filled(file: &str, values: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(path(file)).unwrap();
    for (gap, value) in values {
        assert!(text.contains(gap), "{file} has no {gap}");
        text = text.replace(gap, value);
    }
    text
}

/// Lays nginx's files out; `listen` is what stands behind the word in the configuration.
pub(crate) fn lay_out_nginx(folder: &Path, listen: &str, redirect: &str, backends: [&str; 2]) {
    let own = folder.join("pipit");
    fs::create_dir(&own).unwrap();
    let own_path = format!("{}/", own.display());
    let certificate = rcgen::generate_simple_self_signed(["login.example.com".to_owned()]).unwrap();
    let (cert, key) = (own.join("tls.crt"), own.join("tls.key"));
    fs::write(&cert, certificate.cert.pem()).unwrap();
    fs::write(&key, certificate.signing_key.serialize_pem()).unwrap();
    let site = filled(
        "deploy/nginx/pipit.conf",
        &[
            ("backend-1:3000", backends[0]),
            ("backend-2:3000", backends[1]),
            ("listen 80;", &format!("listen {redirect};")),
            ("listen 443 ssl http2;", &format!("listen {listen};")),
            ("/etc/pipit/tls.crt", cert.to_str().unwrap()),
            ("/etc/pipit/tls.key", key.to_str().unwrap()),
            ("/etc/nginx/pipit/", &own_path),
        ],
    );
    fs::write(folder.join("site.conf"), site).unwrap();
    let values = [
        ("/usr/share/pipit/page", page().display().to_string()),
        ("/etc/nginx/pipit/", own_path.clone()),
    ];
    let values = values.each_ref().map(|(gap, value)| (*gap, value.as_str()));
    fs::write(
        own.join("server.conf"),
        filled("deploy/nginx/server.conf", &values),
    )
    .unwrap();
    fs::copy(path("deploy/nginx/headers.conf"), own.join("headers.conf")).unwrap();
    // The rest of nginx.conf, as unprivileged people and root can both run it.
    fs::create_dir(folder.join("tmp")).unwrap();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path tmp/{name};\n"))
        .collect();
    let whole = format!(
        "user root;\nworker_processes 2;\ndaemon off;\npid nginx.pid;\nerror_log stderr crit;\n\
         events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{temporary}include site.conf;\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), whole).unwrap();
}

fn nginx_in(folder: &Path) -> Command {
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(folder)
        .args(["-e", "stderr", "-c", "nginx.conf"]);
    command
}

/// nginx at this address, in clear, with two backends behind it.
pub(crate) async fn nginx(listen: &str, backends: [&str; 2]) -> Proxy {
    let (folder, redirect) = (tempfile::tempdir().unwrap(), free_authority());
    lay_out_nginx(folder.path(), listen, &redirect, backends);
    let program = Program::server(nginx_in(folder.path()), format!("http://{listen}")).await;
    Proxy {
        program,
        redirect,
        _folder: folder,
    }
}

fn caddy_in(folder: &Path, verb: &str) -> Command {
    let mut command = Command::new("caddy");
    command
        .args([verb, "--adapter", "caddyfile", "--config"])
        .arg(path("deploy/caddy/Caddyfile"))
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .stderr(std::process::Stdio::null());
    command
}

/// The same with Caddy.
pub(crate) async fn caddy(listen: &str, backends: [&str; 2]) -> Proxy {
    let (folder, redirect) = (tempfile::tempdir().unwrap(), free_authority());
    let (_, port) = redirect.split_once(':').unwrap();
    let url = format!("http://{listen}");
    let mut command = caddy_in(folder.path(), "run");
    command
        .env("SITE", &url)
        .env("HTTP_PORT", port)
        .env("BACKENDS", backends.join(" "))
        .env("PAGE", page());
    let program = Program::server(command, url).await;
    Proxy {
        program,
        redirect,
        _folder: folder,
    }
}

#[test]
fn nginx_takes_the_configuration_with_tls() {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("{} ssl http2", free_authority());
    lay_out_nginx(
        folder.path(),
        &listen,
        &free_authority(),
        ["127.0.0.1:1", "127.0.0.1:2"],
    );
    let tested = nginx_in(folder.path()).arg("-t").output().unwrap();
    let said = String::from_utf8_lossy(&tested.stderr);
    assert!(
        tested.status.success() && !said.contains("[warn]"),
        "{said}"
    );
}

#[test]
fn caddy_takes_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        caddy_in(folder.path(), "validate")
            .status()
            .unwrap()
            .success()
    );
}
