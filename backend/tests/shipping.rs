//! What is shipped besides the programs: the configurations of nginx and Caddy in `deploy/`, which serve the built page
//! with two backends behind them; and, started by podman, the images. They need a built page, nginx and Caddy, which
//! `cargo xtask test` brings. The tests of the images are ignored here: `cargo xtask test --only images` builds the
//! images first and then runs them.
//!
//! Not here: what the servers do; that stands beside them.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]
#![allow(clippy::print_stdout, reason = "counts are what a test is run for")]

#[path = "examples/browser.rs"]
#[allow(dead_code, reason = "the examples use the rest")]
mod browser;
#[cfg(postgres_tests)]
#[path = "shipping/container.rs"]
mod container;
#[cfg(postgres_tests)]
#[path = "shipping/images.rs"]
mod images;
#[path = "shipping/manifests.rs"]
mod manifests;
#[path = "examples/program.rs"]
#[allow(dead_code, reason = "the examples use the rest")]
mod program;
#[path = "shipping/proxies.rs"]
mod proxies;
#[cfg(postgres_tests)]
#[path = "shipping/replaced.rs"]
mod replaced;
#[path = "shipping/servers.rs"]
mod servers;
#[path = "shipping/sign_in.rs"]
mod sign_in;
#[path = "shipping/static_page.rs"]
mod static_page;
