//! The images: how they are held, and sign-ins through containers of them.

use crate::browser::Browser;
use crate::container::{Container, Volume, Wanted};
use crate::program::free_authority;
use crate::sign_in::sign_in;

pub(crate) const OTP_KEY: &str = "sk_test_111111111111111111111111111111111111111111111111";

/// J-07: nobody's user, without a capability and without a way to one.
fn is_held(container: &Container) {
    assert_eq!(container.status("Uid"), "65532");
    assert_eq!(container.status("Gid"), "65532");
    assert_eq!(container.status("CapEff"), "0000000000000000");
    assert_eq!(container.status("CapBnd"), "0000000000000000");
    assert_eq!(container.status("NoNewPrivs"), "1");
    assert_eq!(container.inspect("{{.HostConfig.ReadonlyRootfs}}"), "true");
    assert!(
        !container.exec(&["/bin/sh", "-c", "true"]),
        "there is no shell"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the images: cargo xtask test --only images"]
async fn a_sign_in_goes_through_a_backend_and_an_otp_service() {
    let (otp_volume, volume) = (Volume::new(), Volume::new());
    let otp = Wanted::new("otp-service", free_authority())
        .with("INITIAL_API_KEY", OTP_KEY)
        .on_volume(&otp_volume)
        .start()
        .await;
    let listen = free_authority();
    let wanted = Wanted::new("backend", listen.clone())
        .with("PUBLIC_URL", format!("http://{listen}"))
        .with("OTP_SERVICE_URL", &otp.url)
        .with("OTP_API_KEY", OTP_KEY)
        .on_volume(&volume);
    let backend = wanted.start().await;
    is_held(&otp);
    is_held(&backend);
    let first = sign_in(&backend.url, &otp.url, "+12125550142").await;
    let page = Browser::default().get(&backend.url).await;
    assert_eq!(page.status, 200, "the image has the page in it");

    assert!(backend.exec(&["/backend", "healthcheck", "--ready"]));
    assert!(otp.exec(&["/otp-service", "healthcheck", "--ready"]));
    assert_eq!(otp.stop(), "0");
    assert!(
        backend.exec(&["/backend", "healthcheck"]),
        "it runs all the same"
    );
    assert!(
        !backend.exec(&["/backend", "healthcheck", "--ready"]),
        "and can't work"
    );

    // Another container on the same volume goes on with its data.
    assert_eq!(backend.stop(), "0");
    drop(otp);
    drop(backend);
    let otp = Wanted::new(
        "otp-service",
        wanted.settings[1]
            .1
            .trim_start_matches("http://")
            .to_owned(),
    )
    .on_volume(&otp_volume)
    .start()
    .await;
    let backend = wanted.start().await;
    let second = sign_in(&backend.url, &otp.url, "+12125550143").await;
    assert_ne!(first["account_id"], second["account_id"]);
    let mut browser = Browser::default();
    let token = format!("Bearer {}", first["session_token"].as_str().unwrap());
    let alone = browser
        .get_with(
            &format!("{}/api/session", backend.url),
            &[("authorization", &token)],
        )
        .await;
    assert_eq!(
        alone.status, 401,
        "a token without its cookie opens nothing here either"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the images: cargo xtask test --only images"]
async fn the_backends_image_alone_is_everything_in_one_process() {
    let volume = Volume::new();
    let wanted = Wanted::new("backend", free_authority());
    let wanted = Wanted {
        settings: vec![("PUBLIC_URL", format!("http://{}", wanted.listen))],
        ..wanted
    };
    let wanted = wanted.on_volume(&volume);
    let all = wanted.start().await;
    is_held(&all);
    sign_in(&all.url, &all.url, "+12125550142").await;
    all.kill();
    drop(all);
    let again = wanted.start().await;
    let messages = format!("{}/outbox/messages?to=%2B12125550142", again.url);
    let messages = Browser::default().get(&messages).await.ok();
    assert_eq!(
        messages["messages"].as_array().unwrap().len(),
        1,
        "the volume outlives a kill"
    );
}
