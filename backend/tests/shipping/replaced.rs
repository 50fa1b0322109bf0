//! Backends are killed and replaced while people sign in, and nobody notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use test_postgres::Scratch;
use tokio::task::JoinHandle;

use crate::container::{Container, Wanted};
use crate::images::OTP_KEY;
use crate::program::free_authority;
use crate::proxies;
use crate::sign_in::sign_in;

const BACKEND_KEY: &str = "4444444444444444444444444444444444444444444444444444444444444444";
/// People at a time.
const PEOPLE: usize = 8;
/// Sign-ins between two events.
const BETWEEN: usize = 100;

/// Sign-ins without a break, each of another number.
#[derive(Default)]
struct Load {
    begun: AtomicUsize,
    well: AtomicUsize,
    failed: AtomicUsize,
    enough: AtomicBool,
}

impl Load {
    fn start(self: &Arc<Self>, url: &str, otp_url: &str) -> Vec<JoinHandle<()>> {
        let person = || {
            let (load, url, otp_url) = (Arc::clone(self), url.to_owned(), otp_url.to_owned());
            tokio::spawn(async move {
                while !load.enough.load(Ordering::Relaxed) {
                    let number = load.begun.fetch_add(1, Ordering::Relaxed);
                    let number = format!("+1{}555{:04}", 212 + number / 10_000, number % 10_000);
                    let (url, otp_url) = (url.clone(), otp_url.clone());
                    // A task of its own, so that a failed one is counted and ends nothing else.
                    let done =
                        tokio::spawn(async move { sign_in(&url, &otp_url, &number).await }).await;
                    let count = if done.is_ok() {
                        &load.well
                    } else {
                        &load.failed
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        (0..PEOPLE).map(|_| person()).collect()
    }

    fn ended(&self) -> usize {
        self.well.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed)
    }

    /// Waits for so many more.
    async fn goes_on(&self) {
        let until = self.ended() + BETWEEN;
        while self.ended() < until {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    fn told(&self, event: &str) {
        let failed = self.failed.load(Ordering::Relaxed);
        println!(
            "{:>6} signed in, {failed} failed: {event}",
            self.well.load(Ordering::Relaxed)
        );
    }
}

/// Replaces a container that is gone, and waits until people are served by the new one.
async fn replace(wanted: &Wanted, load: &Load) -> Container {
    let new = wanted.start().await;
    while !new.log().contains("/api/otp/verify") {
        load.goes_on().await;
    }
    load.goes_on().await;
    new
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the images: cargo xtask test --only images"]
async fn backends_are_killed_and_replaced_under_load_and_no_sign_in_fails() {
    let (of_otp, of_backends) = (
        Scratch::on_given_server().unwrap(),
        Scratch::on_given_server().unwrap(),
    );
    let otp = Wanted::new("otp-service", free_authority())
        .with("INITIAL_API_KEY", OTP_KEY)
        .with("PREFIX_SENDS_PER_TEN_MINUTES", "0")
        .with("PREFIX_SENDS_PER_HOUR", "0")
        .with("LOG", "warn")
        .on_database(&of_otp)
        .start()
        .await;
    let listen = free_authority();
    let url = format!("http://{listen}");
    let backend = || {
        Wanted::new("backend", free_authority())
            .with("PUBLIC_URL", &url)
            .with("OTP_SERVICE_URL", &otp.url)
            .with("OTP_API_KEY", OTP_KEY)
            .with("BACKEND_KEY", BACKEND_KEY)
            .with("TRUSTED_PROXIES", "127.0.0.1/32")
            .on_database(&of_backends)
    };
    let wanted = [backend(), backend()];
    let mut running = [wanted[0].start().await, wanted[1].start().await];
    let proxy = proxies::nginx(&listen, [&wanted[0].listen, &wanted[1].listen]).await;

    let load = Arc::new(Load::default());
    let people = load.start(&proxy.program.url, &otp.url);
    load.goes_on().await;
    for round in 0..3 {
        for (place, wanted) in wanted.iter().enumerate() {
            running[place].kill();
            load.told(&format!("round {round}, backend {place} killed (SIGKILL)"));
            load.goes_on().await;
            running[place] = replace(wanted, &load).await;
            load.told(&format!("round {round}, backend {place} replaced"));
            assert_eq!(running[place].stop(), "0");
            load.told(&format!("round {round}, backend {place} stopped (SIGTERM)"));
            running[place] = replace(wanted, &load).await;
            load.told(&format!("round {round}, backend {place} replaced"));
        }
    }
    load.enough.store(true, Ordering::Relaxed);
    for person in people {
        person.await.unwrap();
    }
    let (begun, well) = (
        load.begun.load(Ordering::Relaxed),
        load.well.load(Ordering::Relaxed),
    );
    let failed = load.failed.load(Ordering::Relaxed);
    println!("sign-ins begun: {begun}, ended well: {well}, failed: {failed}");
    assert_eq!((begun, failed), (well, 0));
}
