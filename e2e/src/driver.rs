//! The WebDriver program: started on a free port, gone with its browser when the test is, also when
//! the test has panicked. It stays in the test's process group, so that Ctrl-C in the terminal
//! reaches it and its browser as well.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::display::Display;
use crate::engine::{Engine, Launch};
use crate::patience::wait_for;
use crate::trouble::{Outcome, Trouble};

/// A running driver.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    address: SocketAddr,
    session: Option<String>,
    /// The browser's process, where the driver tells it: all but WebKit's.
    browser: Option<i32>,
    /// Goes last: a browser that outlives its session loses the screen that it paints on.
    _display: Option<Display>,
}

impl Driver {
    /// Starts the driver and waits until it takes commands.
    pub(crate) async fn start(engine: Engine, launch: &Launch) -> Outcome<Self> {
        // The driver takes no port 0 whose number it would tell us. Asking the system for a free
        // one and giving it back leaves a moment in which another takes it; then the driver ends
        // at once and the next port is tried.
        for _ in 0..5 {
            let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
            let display = engine.needs_display().then(Display::start).transpose()?;
            let mut command = Command::new(engine.driver());
            if let Some(display) = &display {
                command.env("DISPLAY", display.name());
            }
            let process = command
                .arg(format!("--port={}", address.port()))
                .args(&launch.arguments)
                .envs(launch.environment.iter().cloned())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| {
                    Trouble::new(format_args!(
                        "{} does not start ({error}): {}",
                        engine.driver(),
                        engine.remedy()
                    ))
                })?;
            let mut driver = Self {
                process,
                address,
                session: None,
                browser: None,
                _display: display,
            };
            if driver.listens().await? {
                return Ok(driver);
            }
        }
        Err(Trouble::new(format_args!(
            "{} found no free port",
            engine.driver()
        )))
    }

    /// Whether it listens; `false` when it has ended instead.
    async fn listens(&mut self) -> Outcome<bool> {
        wait_for("the WebDriver program to listen", async || {
            if self.process.try_wait()?.is_some() {
                return Ok(Some(false));
            }
            Ok(TcpStream::connect(self.address).ok().map(|_| true))
        })
        .await
    }

    /// Where commands go.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Remembers the session and the process of its browser, so that it is closed whatever happens.
    pub(crate) fn close_at_the_end(&mut self, session: String, browser: Option<i32>) {
        self.session = Some(session);
        self.browser = browser;
    }

    /// `DELETE /session/{id}` without a runtime, because a panicking test has none to offer.
    fn close_session(&self, session: &str) -> std::io::Result<()> {
        let timeout = Some(Duration::from_secs(10));
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(timeout)?;
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        // The driver keeps the connection open, so only the beginning of its answer is waited for.
        stream.read(&mut [0; 256]).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let closed = self
            .session
            .take()
            .is_none_or(|session| self.close_session(&session).is_ok());
        // A browser that does not close, or whose driver hangs, is ended; what is gone already can't be.
        let browser = self.browser.filter(|_| !closed).and_then(Pid::from_raw);
        if let Some(browser) = browser {
            let _ = kill_process(browser, Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
