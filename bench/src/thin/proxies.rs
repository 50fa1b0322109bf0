//! The processes: the stub, and what stands in front of it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::process::{KEY, PATIENCE, Running};
use crate::{Failure, usage};

/// Something that answers what the stub answers.
pub(super) struct Proxy {
    pub(super) name: String,
    pub(super) authority: String,
    pub(super) is_backend: bool,
    process: Running,
}

impl Proxy {
    async fn start(name: &str, authority: String, command: &mut Command) -> Result<Self, Failure> {
        let process = Running::start(command.stdin(Stdio::null()))?;
        let began = Instant::now();
        while TcpStream::connect(&authority).await.is_err() {
            if began.elapsed() > PATIENCE {
                return Err(format!("{name} did not come up").into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self {
            name: name.to_owned(),
            authority,
            is_backend: false,
            process,
        })
    }

    /// Seconds of processor time so far.
    pub(super) fn processor_time(&self) -> Result<f64, Failure> {
        self.sum(usage::processor_time)
    }

    /// The memory that is resident, and the most that was so far, in MiB.
    pub(super) fn memory(&self) -> Result<(f64, f64), Failure> {
        Ok((self.sum(usage::memory)?, self.sum(usage::peak_memory)?))
    }

    /// With the workers that it has, where it has some.
    fn sum(&self, of: impl Fn(u32) -> Result<f64, Failure>) -> Result<f64, Failure> {
        let process = self.process.id();
        let mut sum = of(process)?;
        for child in usage::children(process)? {
            sum += of(child)?;
        }
        Ok(sum)
    }
}

/// The stub first. All backends have the same key, so that a caller of one is known to the others.
pub(super) async fn start(backends: &[PathBuf], folder: &Path) -> Result<Vec<Proxy>, Failure> {
    let this = std::env::current_exe()?;
    let stub = free_authority()?;
    let mut command = Command::new(&this);
    command.args(["stub", "--listen", &stub]);
    let mut proxies = vec![Proxy::start("the stub itself", stub.clone(), &mut command).await?];

    let authority = free_authority()?;
    let config = folder.join("nginx.conf");
    std::fs::write(&config, nginx(&authority, &stub, folder))?;
    let mut command = Command::new("nginx");
    command.args(["-e", "stderr", "-c"]).arg(&config);
    proxies.push(Proxy::start("nginx", authority, &mut command).await?);

    let authority = free_authority()?;
    let mut command = Command::new(&this);
    command.args(["pass-through", "--listen", &authority, "--to", &stub]);
    proxies.push(Proxy::start("bare hyper", authority, &mut command).await?);

    for (place, backend) in backends.iter().enumerate() {
        let authority = free_authority()?;
        let own = folder.join(place.to_string());
        std::fs::create_dir(&own)?;
        let mut command = Command::new(backend);
        let log = std::fs::File::create(own.join("log"))?;
        command
            .env("LISTEN_ADDR", &authority)
            .env("DATA_DIR", own.join("data"))
            .env("BACKEND_KEY", "00".repeat(32))
            .env("OTP_SERVICE_URL", format!("http://{stub}"))
            // As its image has it.
            .env("MIMALLOC_PURGE_DELAY", "10")
            .env("OTP_API_KEY", KEY)
            .env("STARTS_PER_ADDRESS_TEN_MINUTES", "0")
            .env("STARTS_PER_ADDRESS_HOUR", "0")
            .env("VERIFIES_PER_ADDRESS_FIVE_MINUTES", "0")
            .stdout(log.try_clone()?)
            .stderr(log);
        let name = backend.file_name().unwrap_or(backend.as_os_str());
        let proxy = Proxy::start(&name.to_string_lossy(), authority, &mut command).await?;
        proxies.push(Proxy {
            is_backend: true,
            ..proxy
        });
    }
    Ok(proxies)
}

/// A plain reverse proxy that keeps its connections and logs nothing.
fn nginx(listen: &str, stub: &str, folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
{temporary}    keepalive_requests 100000000;
    upstream stub {{
        server {stub};
        keepalive 256;
        keepalive_requests 100000000;
    }}
    server {{
        listen {listen};
        location / {{
            proxy_pass http://stub;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
        }}
    }}
}}
"
    )
}

fn free_authority() -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
